"""One step: found by its name, its parameters checked by its signature, run and recorded."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from affectcli import __version__, parts
from affectcli.errors import DatabaseError, UsageError
from affectcli.runner._record import new_run_id, recorded
from affectcli.store import Context, Database, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from affectcli.settings import Settings

STAGES = ("tag", "aggregate", "forecast", "report")
STAGES_OF_PARTS = ("ingest", "analyze")
SIGNATURES = {"Context": object, "Outcome": object, "Path": Path, "Sequence": Sequence}
"""Names in the steps' signatures that their modules import for the type checker only."""
UNCHANGED = "nothing changed since the last run"
NO_INPUT = {"db", "wait", "key_file", "log", "notify"}
"""Settings that no result depends on."""


def execute(
    command: str,
    params: Mapping[str, Any],
    settings: Settings,
    *,
    seed: int | None = None,
    dry_run: bool = False,
    skip: bool = False,
    run_id: str | None = None,
) -> Outcome:
    """Run one step and record it, under `run_id` if one is given.

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
        return Outcome(message=UNCHANGED)
    ctx = Context(db=db, settings=settings, run_id=run_id or new_run_id(), seed=seed)
    with recorded(ctx, command, bound, state) as record:
        record.outcome = module.run(ctx, **bound)
    return record.outcome


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
    own = parts.names("runner")
    if stage in STAGES and not part:
        return importlib.import_module(f"affectcli.{stage}")
    if stage in STAGES_OF_PARTS and part:
        return parts.load(stage, part)
    if command in own:
        return parts.load("runner", command)
    known = [f"{s} {p}" for s in STAGES_OF_PARTS for p in parts.names(s)]
    raise UsageError(
        f"{command!r} is no step.", known="Known: " + ", ".join([*STAGES, *own, *known]) + "."
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
    chosen = settings.model_dump(mode="json", exclude=NO_INPUT)
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
