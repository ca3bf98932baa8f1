"""Carries out a pipeline: alone, step by step, around failures, and says how it went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from affectcli.errors import AffectError, DatabaseError, Interrupted, UsageError
from affectcli.log import logger
from affectcli.runner import _notify
from affectcli.runner._journal import journal
from affectcli.runner._lock import only_run
from affectcli.runner._night import Night
from affectcli.runner._pipeline import Pipeline, Step, read_pipeline
from affectcli.runner._record import code_of, new_run_id
from affectcli.settings import Log, Notify
from affectcli.store import Context, Database

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from affectcli.settings import Settings


@dataclass(frozen=True)
class Wishes:
    """What the person who starts a pipeline asks for besides its variables."""

    start: str = ""
    """The step to begin with: its number, id or family."""
    only: tuple[str, ...] = ()
    wait: float = 0.0
    """Seconds to wait for a pipeline that is at work already."""
    log_folder: Path | None = None
    fail_if: tuple[str, ...] = ()
    """Conditions in SQL that must not hold at the end."""


NONE = Wishes()
WELL = {"done", "unchanged", "allowed"}


@dataclass(frozen=True)
class Done:
    """One row a step, and the first cause where something failed."""

    rows: list[dict[str, Any]]
    error: Exception | None = None


def run_pipeline(
    path: Path, variables: Mapping[str, str], settings: Settings, *, seed: int | None = None
) -> list[dict[str, Any]]:
    """Run the steps of a pipeline file and return one row a step.

    Raises:
        AffectError: the first failure, with the step's number in its message.
    """
    done = carry_out(read_pipeline(path, variables), settings, seed=seed)
    if done.error:
        raise done.error
    return done.rows


def choose(pipeline: Pipeline, wishes: Wishes) -> list[Step]:
    """Return the steps that are asked for.

    Raises:
        UsageError: --from or --only means no step.
    """
    steps = pipeline.steps
    for word in (*wishes.only, *filter(None, [wishes.start])):
        if not any(step.called(word) for step in steps):
            known = ", ".join(f"{step.number} {step.id}" for step in steps)
            raise UsageError(f"{pipeline.path.name} has no step {word!r}.", known=f"Has: {known}.")
    if wishes.start:
        first = next(i for i, step in enumerate(steps) if step.called(wishes.start))
        steps = steps[first:]
    if wishes.only:
        steps = [step for step in steps if any(step.called(word) for word in wishes.only)]
    if not steps:
        raise UsageError(f"--only means no step from {wishes.start!r} on.")
    return steps


def planned(pipeline: Pipeline, wishes: Wishes) -> list[dict[str, Any]]:
    """Return what would run, one row a step.

    Raises:
        UsageError: --from or --only means no step.
    """
    names = {step.number: step.id for step in pipeline.steps}
    return [
        {
            "step": step.number,
            "id": step.id,
            "command": step.command,
            "needs": [names[number] for number in step.needs],
            "retries": step.terms.retries,
            "timeout": step.terms.timeout,
            "parameters": step.params,
        }
        for step in choose(pipeline, wishes)
    ]


def carry_out(
    pipeline: Pipeline,
    settings: Settings,
    *,
    seed: int | None = None,
    wishes: Wishes = NONE,
) -> Done:
    """Run the steps of a pipeline, and tell whom it names of a failure and of new alerts.

    A step that fails takes those with it that need it; the others still run.

    Raises:
        LockedError: a pipeline is at work on this database, which the message names.
        UsageError: --from or --only means no step.
        DatabaseError: there is no database, and the first step makes none.
    """
    steps = choose(pipeline, wishes)
    if not settings.db.exists() and not steps[0].command.startswith("ingest "):
        raise DatabaseError(f"There is no database {settings.db}.", do="affect init")
    log = Log.model_validate(settings.log.model_dump() | _given(pipeline.log))
    notify = Notify.model_validate(settings.notify.model_dump() | _given(pipeline.notify))
    what = f"affect run {pipeline.path.name}"
    run_id = new_run_id()
    with (
        only_run(settings.db, what=what, wait=wishes.wait),
        journal(wishes.log_folder or log.folder, run_id) as lines,
    ):
        lines.event("run.start", pipeline=str(pipeline.path), steps=[step.id for step in steps])
        seed = settings.seed if seed is None else seed
        ctx = Context(Database(settings.db, wait=settings.wait), settings, run_id, seed)
        run = Night(pipeline, steps, ctx, lines)
        error = run.all(wishes.fail_if)
        code = code_of(error) if error else 0
        ending = {"seconds": run.seconds, "exit_code": int(code), "message": str(error or "")}
        lines.event("run.end", **ending)
        about = {"pipeline": str(pipeline.path), "run_id": run_id, **ending}
        if error and not isinstance(error, Interrupted):
            failed = [row for row in run.rows if row["status"] not in WELL]
            _tell(notify, notify.on_failure, {"event": "failure", **about, "steps": failed})
        if notify.on_alert and (alerts := _alerts(ctx)):
            _tell(notify, notify.on_alert, {"event": "alert", **about, "alerts": alerts})
    return Done(run.rows, error)


def _given(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a table of the file sets; what it leaves empty is up to the settings."""
    return {name: value for name, value in table.items() if value != ""}


def _tell(notify: Notify, target: str | tuple[str, ...], message: Mapping[str, Any]) -> None:
    _notify.tell(target, message, patience=notify.patience)


def _alerts(ctx: Context) -> list[dict[str, Any]]:
    """Return the periods that this run announced and none before it did."""
    try:
        with ctx.db.read() as con:
            return con.frame("run/select_new_alerts", run_id=ctx.run_id).to_dicts()
    except AffectError as error:
        logger.warning("Nobody could be told of alerts: %s", error)
        return []
