"""The steps of a pipeline on their way: around failures, each noted, the first cause kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from affectcli import interrupt
from affectcli.errors import AffectError, BudgetError, Interrupted, LockedError
from affectcli.log import logger
from affectcli.runner._record import code_of, recorded
from affectcli.runner._step import UNCHANGED, execute
from affectcli.store import Outcome
from affectcli.store.checks import refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.runner._journal import Journal
    from affectcli.runner._pipeline import Pipeline, Step
    from affectcli.store import Context

LONGEST_PAUSE = 900.0
AGAIN = "the same command again"


@dataclass
class Night:
    """A pipeline on its way: what was done, what failed first."""

    pipeline: Pipeline
    steps: Sequence[Step]
    ctx: Context
    lines: Journal
    rows: list[dict[str, Any]] = field(default_factory=list)
    causes: list[Exception] = field(default_factory=list)
    broken: set[int] = field(default_factory=set)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return round(time.monotonic() - self.started, 1)

    def all(self, fail_if: Sequence[str]) -> Exception | None:
        """Run every step, then ask the conditions; return the first cause of a failure."""
        parameters = {"pipeline": str(self.pipeline.path), "steps": [s.id for s in self.steps]}
        try:
            with recorded(self.ctx, f"run {self.pipeline.path.name}", parameters, None) as record:
                for step in self.steps:
                    interrupt.check(AGAIN)
                    self._one(step)
                self._ask(fail_if)
                if self.causes:
                    raise self.causes[0]  # noqa: TRY301  # to be recorded as any other failure
                worked = sum(row["rows_out"] for row in self.rows)
                record.outcome = Outcome(rows_out=worked, message=self._summary())
        except Exception as error:  # noqa: BLE001  # the caller raises it once all is told
            return error
        return None

    def _ask(self, conditions: Sequence[str]) -> None:
        try:
            for condition in conditions:
                refuse(self.ctx.db, condition)
        except AffectError as error:
            self.causes.append(error)

    def _one(self, step: Step) -> None:
        lacking = [s.id for s in self.pipeline.steps if s.number in self.broken & set(step.needs)]
        if lacking:
            self.broken.add(step.number)
            self._note(step, "passed over", Outcome(message=f"needs {', '.join(lacking)}"))
            return
        self.lines.event("step.start", step=step.number, id=step.id, command=step.command)
        started = time.monotonic()
        try:
            outcome = attempts(step, self.ctx)
        except Interrupted as error:
            error.do = AGAIN
            self._note(step, "interrupted", Outcome(message=str(error)), started, error)
            raise
        except Exception as error:  # noqa: BLE001  # steps that do not need this one still run
            if code_of(error) in step.terms.allow:
                self._note(step, "allowed", Outcome(message=str(error)), started, error)
                return
            if isinstance(error, AffectError):
                place = f"Step {step.number} of {len(self.pipeline.steps)} ({step.id})"
                error.what = f"{place}: {error.what}"
            self.broken.add(step.number)
            self.causes.append(error)
            self._note(step, "failed", Outcome(message=str(error)), started, error)
        else:
            status = "unchanged" if outcome.message == UNCHANGED else "done"
            self._note(step, status, outcome, started)

    def _note(
        self,
        step: Step,
        status: str,
        outcome: Outcome,
        started: float | None = None,
        error: Exception | None = None,
    ) -> None:
        seconds = 0.0 if started is None else round(time.monotonic() - started, 1)
        row = {
            "step": step.number,
            "id": step.id,
            "command": step.command,
            "status": status,
            "seconds": seconds,
            "rows_in": outcome.rows_in,
            "rows_out": outcome.rows_out,
            "exit_code": int(code_of(error)) if error else 0 if started else None,
            "message": outcome.message,
            "output": step.params.get("output"),
        }
        self.rows.append(row)
        self.lines.event("step.end", **row)
        say = logger.warning if error or started is None else logger.info
        mark = "" if status in {"done", "unchanged"} else f"{status}: "
        say(
            "[%d/%d] %-16s %5.1f s  %s%s",
            *(step.number, len(self.pipeline.steps), step.id, seconds, mark, outcome.message),
        )

    def _summary(self) -> str:
        done = sum(row["status"] == "done" for row in self.rows)
        return f"{done} of {len(self.rows)} steps had work"


def attempts(step: Step, ctx: Context) -> Outcome:
    """Run a step; what another hour may mend is tried again as often as the step says.

    Raises:
        AffectError: the last attempt's failure, or that the step took longer than its limit.
    """
    how = step.terms
    late = BudgetError(
        f"It took longer than its {how.timeout or 0:g} s; everything finished so far is stored.",
        do=AGAIN,
    )
    own = f"{ctx.run_id}.{step.number:02d}"
    with interrupt.limit(how.timeout, late):
        for attempt in range(how.retries + 1):
            run_id = f"{own}-{attempt}" if attempt else own
            try:
                return execute(
                    step.command,
                    step.params,
                    ctx.settings,
                    seed=ctx.seed,
                    skip=True,
                    run_id=run_id,
                )
            except (BudgetError, LockedError) as error:
                if error is late or attempt == how.retries:
                    raise
                pause = min(how.pause * 2**attempt, LONGEST_PAUSE)
                words = "%s: %s Again in %g s (%d of %d)."
                logger.warning(words, step.id, error.what, pause, attempt + 1, how.retries)
                interrupt.pause(pause, AGAIN)
    raise late  # never reached: the last attempt returns or raises
