"""A pipeline as a line for cron or units for systemd, which know no PATH, terminal or keyring."""

from __future__ import annotations

import getpass
import os
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.errors import UsageError
from affectcli.log import SECRET_NAME, logger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.runner._pipeline import Pipeline
    from affectcli.settings import Settings

LONGEST = 990
AT = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)$")
SECRETS = "affect.env"
"""Beside where the job runs, mode 0600: NAME=VALUE lines with credentials, read where it exists."""
PLACES = ("output", "folder", "file")
"""Parameters of steps that name what they write."""


@dataclass(frozen=True)
class Job:
    """What is to run, where, and when: every path is absolute."""

    name: str
    folder: Path
    words: tuple[str, ...]
    environment: Mapping[str, str]
    at: tuple[int, int]
    log: Path
    writes: tuple[Path, ...]


def job(
    pipeline: Pipeline,
    settings: Settings,
    *,
    at: str,
    options: Sequence[tuple[str, str]],
    log: Path | None,
) -> Job:
    """Return the job that `affect run` would be with these options, from this folder.

    Raises:
        UsageError: `at` is no time of day, or a path cannot stand in a crontab or unit.
    """
    clock = AT.match(at)
    if clock is None:
        raise UsageError(f"--at {at!r} is no time of day.", do="--at 03:15")
    folder = Path.cwd()
    name = re.sub(r"[^\w-]+", "-", pipeline.path.stem)
    log = (log or Path(f"{name}.log")).absolute()
    words = (*_program(), "run", str(pipeline.path.absolute()), "--db", str(settings.db.absolute()))
    words += tuple(word for option, value in options for word in (option, value))
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "NO_COLOR": "1",
        "AFFECT_KEY_FILE": str(settings.key_file.expanduser().absolute()),
        **{
            key: value
            for key, value in sorted(os.environ.items())
            if key.startswith("AFFECT_")
            and key not in {"AFFECT_DB", "AFFECT_KEY_FILE"}
            and not SECRET_NAME.search(key)
        },
    }
    made = [
        Path(str(step.params[key]))
        for step in pipeline.steps
        for key in PLACES
        if key in step.params
    ]
    logs = [Path(value) for option, value in options if option == "--log-folder"]
    writes = [settings.db.parent, settings.key_file.parent, log.parent, *(p.parent for p in made)]
    writes += [*logs, folder]
    found = Job(
        name,
        folder,
        words,
        environment,
        (int(clock[1]), int(clock[2])),
        log,
        tuple(sorted({path.absolute() for path in writes})),
    )
    for text in (*words, str(log), str(folder), *environment.values()):
        if not text.isprintable():
            raise UsageError(f"{text!r} cannot stand in a crontab or a unit.", do="another name")
    return found


def _program() -> tuple[str, ...]:
    beside = Path(sys.executable).parent / "affect"
    return (str(beside),) if beside.exists() else (sys.executable, "-m", "affectcli")


def cron(job: Job) -> str:
    """Return a crontab's line. Where the job fails, cron mails the end of its log."""
    log = shlex.quote(str(job.log))
    settings = " ".join(f"{key}={shlex.quote(value)}" for key, value in job.environment.items())
    command = " ".join(shlex.quote(word) for word in job.words)
    line = (
        f"cd {shlex.quote(str(job.folder))} && "
        f"{{ set -a; [ ! -r {SECRETS} ] || . ./{SECRETS}; set +a; {settings} {command}; }} "
        f">> {log} 2>&1 < /dev/null || {{ code=$?; tail -n 5 {log}; exit $code; }}"
    )
    hour, minute = job.at
    escaped = line.replace("%", "\\%")  # cron ends a command at a bare %
    if len(escaped) > LONGEST:
        logger.warning("Some crons cut lines of more than %d characters: a script, then.", LONGEST)
    return (
        f"# {job.name}, every day at {hour:02d}:{minute:02d} on this machine's clock: crontab -e, "
        f"then paste.\n"
        f"# Credentials: NAME=VALUE lines in {job.folder / SECRETS}, mode 0600.\n"
        f"{minute} {hour} * * * {escaped}\n"
    )


def systemd(job: Job) -> dict[str, str]:
    """Return a service and its timer, by the name of their files."""
    hour, minute = job.at
    command = " ".join(_unit_word(word) for word in job.words)
    lines = [
        "[Unit]",
        f"Description=affect run {_unit_text(job.name)}",
        "After=network-online.target",
        "Wants=network-online.target",
        "",
        "[Service]",
        "Type=oneshot",
        f"User={getpass.getuser()}",
        f"WorkingDirectory={_unit_text(str(job.folder))}",
        *(
            f"Environment={_unit_word(f'{k}={v}', dollar=False)}"
            for k, v in job.environment.items()
        ),
        f"EnvironmentFile=-{_unit_text(str(job.folder / SECRETS))}",
        f"ExecStart={command}",
        "StandardInput=null",
        f"StandardOutput=append:{_unit_text(str(job.log))}",
        f"StandardError=append:{_unit_text(str(job.log))}",
        "TimeoutStartSec=infinity",
        "TimeoutStopSec=5min",
        "Nice=10",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=read-only",
        "PrivateTmp=yes",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectControlGroups=yes",
        "RestrictSUIDSGID=yes",
        "LockPersonality=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6",
        *(f"ReadWritePaths={_unit_word(f'-{path}', dollar=False)}" for path in job.writes),
    ]
    timer = [
        "[Unit]",
        f"Description=affect run {_unit_text(job.name)}, every day",
        "",
        "[Timer]",
        f"OnCalendar=*-*-* {hour:02d}:{minute:02d}:00",
        "Persistent=true",
        "",
        "[Install]",
        "WantedBy=timers.target",
    ]
    unit = f"affect-{job.name}"
    return {
        f"{unit}.service": "".join(f"{line}\n" for line in lines),
        f"{unit}.timer": "".join(f"{line}\n" for line in timer),
    }


def _unit_text(text: str) -> str:
    """Return text for a setting that is one value: spaces stand, specifiers do not."""
    return text.replace("%", "%%")


def _unit_word(text: str, *, dollar: bool = True) -> str:
    """Return one word of a setting that is split into words; `dollar` in commands alone."""
    text = _unit_text(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text.replace("$", "$$") if dollar else text}"'
