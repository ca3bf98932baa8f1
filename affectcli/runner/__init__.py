"""Runs steps: one command, or the steps of a pipeline file in order, each recorded in `run`.

A step is the function `run(ctx, *, ...)` of a part ("ingest file" is affectcli/ingest/file.py), of
a stage ("tag" is affectcli/tag) or of a file of this folder ("backup"). Its keyword parameters are
what a pipeline file may set. A module that names the tables it reads in `READS` is skipped by a
pipeline when parameters, versions and those tables are as they were at its last success, and its
`output` still exists.
"""

from affectcli.runner._conduct import Done, Wishes, carry_out, planned, run_pipeline
from affectcli.runner._lock import only_run
from affectcli.runner._pipeline import Pipeline, Step, read_pipeline
from affectcli.runner._record import code_of
from affectcli.runner._schedule import Job, cron, job, systemd
from affectcli.runner._step import STAGES, bind, execute, locate

__all__ = [
    "STAGES",
    "Done",
    "Job",
    "Pipeline",
    "Step",
    "Wishes",
    "bind",
    "carry_out",
    "code_of",
    "cron",
    "execute",
    "job",
    "locate",
    "only_run",
    "planned",
    "read_pipeline",
    "run_pipeline",
    "systemd",
]
