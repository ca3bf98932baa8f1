"""The row of `run` that every step and every pipeline leaves behind, however it ends."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import secrets
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from affectcli import __version__
from affectcli.errors import AffectError, ExitCode
from affectcli.log import logger, redact
from affectcli.runner._lock import present
from affectcli.store import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from affectcli.store import Context

LIBRARIES = ("duckdb", "polars", "numpy", "torch", "statsmodels")
KILLED = "killed, or the machine stopped"
STOPPED = (ExitCode.INTERRUPTED, ExitCode.TERMINATED)


@dataclass
class Record:
    """What will stand in the row once the work is done."""

    outcome: Outcome = field(default_factory=Outcome)


def new_run_id() -> str:
    """Return a name for a run that sorts by the time it began."""
    return f"{now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def now() -> datetime:
    """Return the time, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def code_of(error: BaseException) -> ExitCode:
    """Return the exit code that an error ends the process with."""
    if isinstance(error, AffectError):
        return error.code
    if isinstance(error, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    return ExitCode.CONFIG if isinstance(error, OSError) else ExitCode.BUG


@contextmanager
def recorded(
    ctx: Context, command: str, parameters: Mapping[str, Any], state: str | None
) -> Iterator[Record]:
    """Note in `run` that a command has begun, and how what happens inside ends.

    Rows of processes that were killed before they could do so are closed first. Nobody can be sure
    of that while another process works on the file, so then it is left to a later run.
    """
    record = Record()
    with present(ctx.db) as alone:
        _begin(ctx, command, parameters, state=state, alone=alone)
        try:
            yield record
        except BaseException as error:
            _record_failure(ctx, error)
            raise
        _finish(ctx, "done", ExitCode.OK, record.outcome)


def _begin(
    ctx: Context, command: str, parameters: Mapping[str, Any], *, state: str | None, alone: bool
) -> None:
    versions = {"affect": __version__, "python": platform.python_version()}
    versions |= {name: importlib.metadata.version(name) for name in LIBRARIES}
    with ctx.db.write() as con:
        if alone and (killed := con.execute("run/interrupt_runs", message=KILLED)):
            logger.debug("%d runs were killed or cut off before their end.", killed)
        con.execute(
            "run/insert_run",
            run_id=ctx.run_id,
            command=command,
            parameters=redact(orjson.dumps(_discreet(parameters), default=str).decode()),
            state=state,
            versions=orjson.dumps(versions).decode(),
            seed=ctx.seed,
            started=now(),
        )


def _discreet(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters without the names of people that a filter may hold (rule 6)."""
    where = parameters.get("where")
    if not isinstance(where, str) or not re.search("author|user|name", where, re.IGNORECASE):
        return dict(parameters)
    return {**parameters, "where": re.sub("'[^']*'", "'…'", where)}


def _finish(ctx: Context, status: str, code: ExitCode, outcome: Outcome) -> None:
    with ctx.db.write() as con:
        con.execute(
            "run/finish_run",
            run_id=ctx.run_id,
            finished=now(),
            status=status,
            exit_code=int(code),
            rows_in=outcome.rows_in,
            rows_out=outcome.rows_out,
            message=redact(outcome.message),
        )


def _record_failure(ctx: Context, error: BaseException) -> None:
    code = code_of(error)
    status = "interrupted" if code in STOPPED else "failed"
    try:
        _finish(ctx, status, code, Outcome(message=str(error) or type(error).__name__))
    except AffectError as second:
        logger.debug("The failure could not be recorded: %s", second)
