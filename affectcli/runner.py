"""Runs steps: one command, or the steps of a pipeline file in order, each recorded in `run`.

A step is the function `run(ctx, *, ...)` of a part ("ingest file" is affectcli/ingest/file.py) or
of a stage ("tag" is affectcli/tag). Its keyword parameters are what a pipeline file may set.
A module that names the tables it reads in `READS` is skipped by a pipeline when parameters,
versions and those tables are as they were at its last success, and its `output` still exists.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import inspect
import platform
import re
import secrets
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from affectcli import __version__, parts
from affectcli.errors import AffectError, DatabaseError, ExitCode, InputError, UsageError
from affectcli.log import logger
from affectcli.store import Context, Database, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from affectcli.settings import Settings

STAGES = ("tag", "aggregate", "forecast", "report")
STAGES_OF_PARTS = ("ingest", "analyze")
SIGNATURES = {"Context": object, "Outcome": object, "Path": Path, "Sequence": Sequence}
"""Names in the steps' signatures that their modules import for the type checker only."""
PARTS = "Parts: [vars], [[step]]."
LIBRARIES = ("duckdb", "polars", "numpy", "torch", "statsmodels")


@dataclass(frozen=True)
class Step:
    """One step of a pipeline: the command and its parameters."""

    number: int
    command: str
    params: dict[str, Any]


def execute(
    command: str,
    params: Mapping[str, Any],
    settings: Settings,
    *,
    seed: int | None = None,
    dry_run: bool = False,
    skip: bool = False,
) -> Outcome:
    """Run one step and record it.

    `skip` lets a step that declares `READS` be passed over when nothing it reads has changed.

    Raises:
        AffectError: whatever the step raised, after it was recorded.
    """
    module = locate(command)
    bound = bind(module, command, params)
    seed = settings.seed if seed is None else seed
    if not settings.db.exists():
        if not command.startswith("ingest "):
            raise DatabaseError(f"There is no database {settings.db}.", do="affect init")
        if dry_run:
            return _rehearse(command, params, settings, seed)
    db = Database(settings.db, wait=settings.wait, dry_run=dry_run)
    state = _state(db, module, command, bound, settings, seed)
    if skip and _unchanged(db, module, command, state, bound):
        return Outcome(message="nothing changed since the last run")
    ctx = Context(db=db, settings=settings, run_id=_new_run_id(), seed=seed)
    _begin(ctx, command, bound, state)
    try:
        outcome: Outcome = module.run(ctx, **bound)
    except BaseException as error:
        code = error.code if isinstance(error, AffectError) else ExitCode.BUG
        _record_failure(ctx, code, error)
        raise
    _finish(ctx, "done", ExitCode.OK, outcome)
    return outcome


def _rehearse(command: str, params: Mapping[str, Any], settings: Settings, seed: int) -> Outcome:
    """Run a step on an empty database that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = settings.model_copy(update={"db": Path(folder) / "rehearsal.duckdb"})
        with Database(elsewhere.db).write():
            pass
        return execute(command, params, elsewhere, seed=seed, dry_run=True)


def locate(command: str) -> ModuleType:
    """Return the module that keeps a command's step.

    Raises:
        UsageError: there is no such step.
    """
    stage, _, part = command.partition(" ")
    if stage in STAGES and not part:
        return importlib.import_module(f"affectcli.{stage}")
    if stage in STAGES_OF_PARTS and part:
        return parts.load(stage, part)
    known = [f"{s} {p}" for s in STAGES_OF_PARTS for p in parts.names(s)]
    raise UsageError(
        f"{command!r} is no step.", known="Known: " + ", ".join([*STAGES, *known]) + "."
    )


def bind(module: ModuleType, command: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return `params` checked and converted by the signature of the step.

    Raises:
        UsageError: one message with every mistake.
    """
    model = _parameters(module)
    names = {name.replace("-", "_"): value for name, value in params.items()}
    try:
        checked = model.model_validate(names)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        known = ", ".join(model.model_fields)
        raise UsageError(f"{command}: {wrong}.", known=f"Parameters: {known}.") from error
    return {name: getattr(checked, name) for name in model.model_fields}


def _parameters(module: ModuleType) -> type[BaseModel]:
    step: Callable[..., Outcome] = module.run
    hints = get_type_hints(step, localns=SIGNATURES)
    fields: dict[str, Any] = {
        name: (hints[name], ... if p.default is inspect.Parameter.empty else p.default)
        for name, p in inspect.signature(step).parameters.items()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    }
    return create_model(
        "Parameters",
        __config__=ConfigDict(extra="forbid", protected_namespaces=(), coerce_numbers_to_str=True),
        **fields,
    )


def read_pipeline(path: Path, variables: Mapping[str, str]) -> list[Step]:
    """Return the steps of a pipeline file, `${name}` replaced from its [vars] and `variables`.

    Raises:
        InputError: the file is missing or is no TOML.
        UsageError: a variable has no value, or a step is wrong.
    """
    shipped = sorted(p.name for p in Path(path.parent).glob("*.toml"))
    try:
        text = path.read_text(encoding="utf-8")
        file = tomllib.loads(text)
    except FileNotFoundError as error:
        hint = f"There: {', '.join(shipped)}." if shipped else ""
        raise InputError(f"There is no pipeline {path}.", known=hint) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} is no pipeline: {error}.") from error
    if stray := sorted(set(file) - {"title", "vars", "step"}):
        raise UsageError(f"{path.name}: {stray[0]!r} is no part of a pipeline.", known=PARTS)
    if stray := sorted(name for name in variables if f"{{{name}}}" not in text):
        raise UsageError(f"{path.name} has no variable {stray[0]!r}.", do=f"affect run {path}")
    values = {**file.get("vars", {}), **variables}
    steps = [_step(path, n, raw, values) for n, raw in enumerate(file.get("step", []), start=1)]
    if not steps:
        raise InputError(f"{path} has no [[step]].")
    for step in steps:
        bind(locate(step.command), f"{path.name}, step {step.number}: {step.command}", step.params)
    return steps


def _step(path: Path, number: int, raw: dict[str, Any], values: Mapping[str, str]) -> Step:
    def fill(value: object) -> object:
        if isinstance(value, str):
            try:
                return Template(value).substitute(values)
            except (KeyError, ValueError) as error:
                raise UsageError(
                    f"{path.name}, step {number}: {value!r} needs a variable: {error}.",
                    do=f"affect run {path} --set NAME=VALUE",
                ) from error
        if isinstance(value, list):
            return [fill(item) for item in value]
        if isinstance(value, dict):
            return {key: fill(item) for key, item in value.items()}
        return value

    if not isinstance(raw.get("do"), str):
        raise UsageError(f"{path.name}, step {number} has no do = 'COMMAND'.")
    params = {name: fill(value) for name, value in raw.items() if name != "do"}
    return Step(number, raw["do"], params)


def run_pipeline(
    path: Path, variables: Mapping[str, str], settings: Settings, *, seed: int | None = None
) -> list[dict[str, Any]]:
    """Run the steps of a pipeline in order; stop at the first failure.

    Returns one row a step: step, command, seconds, rows_in, rows_out, message, output.

    Raises:
        AffectError: the first failure, with the step's number in its message.
    """
    steps = read_pipeline(path, variables)
    rows: list[dict[str, Any]] = []
    for step in steps:
        started = time.monotonic()
        try:
            outcome = execute(step.command, step.params, settings, seed=seed, skip=True)
        except AffectError as error:
            error.what = f"Step {step.number} of {len(steps)} ({step.command}): {error.what}"
            raise
        seconds = round(time.monotonic() - started, 1)
        logger.info(
            "[%d/%d] %-16s %5.1f s  %s",
            *(step.number, len(steps), step.command, seconds, outcome.message),
        )
        rows.append(
            {
                "step": step.number,
                "command": step.command,
                "seconds": seconds,
                "rows_in": outcome.rows_in,
                "rows_out": outcome.rows_out,
                "message": outcome.message,
                "output": step.params.get("output"),
            }
        )
    return rows


def _new_run_id() -> str:
    return f"{_now():%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _state(
    db: Database,
    module: ModuleType,
    command: str,
    bound: dict[str, Any],
    settings: Settings,
    seed: int,
) -> str:
    """Fingerprint everything that the step's result depends on."""
    reads = getattr(module, "READS", ())
    counters: dict[str, int] = {}
    if reads and db.exists:
        with db.read() as con:
            counters = {
                name: changes
                for name, changes in con.frame("run/select_counters").iter_rows()
                if name in reads
            }
    chosen = settings.model_dump(mode="json", exclude={"db", "wait", "key_file"})
    everything = [command, bound, seed, __version__, counters, chosen]
    packed = orjson.dumps(everything, default=str, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(packed, digest_size=16).hexdigest()


def _unchanged(
    db: Database, module: ModuleType, command: str, state: str, bound: dict[str, Any]
) -> bool:
    output = bound.get("output")
    if not getattr(module, "READS", ()) or not db.exists:
        return False
    if output is not None and not Path(output).exists():
        return False
    with db.read() as con:
        return con.scalar("run/select_same_run", command=command, state=state) is not None


def _begin(ctx: Context, command: str, bound: dict[str, Any], state: str) -> None:
    versions = {"affect": __version__, "python": platform.python_version()}
    versions |= {name: importlib.metadata.version(name) for name in LIBRARIES}
    with ctx.db.write() as con:
        con.execute(
            "run/insert_run",
            run_id=ctx.run_id,
            command=command,
            parameters=orjson.dumps(_discreet(bound), default=str).decode(),
            state=state,
            versions=orjson.dumps(versions).decode(),
            seed=ctx.seed,
            started=_now(),
        )


def _discreet(bound: dict[str, Any]) -> dict[str, Any]:
    """Return parameters without the names of people that a filter may hold (rule 6)."""
    where = bound.get("where")
    if not isinstance(where, str) or not re.search("author|user|name", where, re.IGNORECASE):
        return bound
    return {**bound, "where": re.sub("'[^']*'", "'…'", where)}


def _finish(ctx: Context, status: str, code: ExitCode, outcome: Outcome) -> None:
    with ctx.db.write() as con:
        con.execute(
            "run/finish_run",
            run_id=ctx.run_id,
            finished=_now(),
            status=status,
            exit_code=int(code),
            rows_in=outcome.rows_in,
            rows_out=outcome.rows_out,
            message=outcome.message,
        )


def _record_failure(ctx: Context, code: ExitCode, error: BaseException) -> None:
    try:
        _finish(ctx, "failed", code, Outcome(message=str(error) or type(error).__name__))
    except AffectError as second:
        logger.debug("The failure could not be recorded: %s", second)
