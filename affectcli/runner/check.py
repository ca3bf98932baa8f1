"""Checks what is stored: every statement of sql/check/, or one condition of your own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.errors import ThresholdError
from affectcli.store import Outcome
from affectcli.store.checks import refuse, violations

if TYPE_CHECKING:
    from affectcli.store import Context


def run(ctx: Context, *, fail_if: str | None = None) -> Outcome:
    """Fail where what is stored contradicts itself, or where `fail_if`, a condition in SQL, holds.

    Raises:
        ThresholdError: it does; the message says what.
        UsageError: the condition is no SQL.
    """
    if fail_if is not None:
        refuse(ctx.db, fail_if)
        return Outcome(message=f"not so: {fail_if}")
    found = violations(ctx.db)
    wrong = [f"{count} rows violate: {says}" for _, says, count in found if count]
    if wrong:
        raise ThresholdError("; ".join(wrong), do="affect doctor")
    return Outcome(rows_in=len(found), message=f"{len(found)} checks of what is stored hold")
