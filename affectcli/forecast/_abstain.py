"""When no alarm is given, whatever the models say, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from affectcli.forecast._asked import Break
    from affectcli.forecast._scale import Observed

RECENT = 28
"""Rows of which half must have a value, and observed rows whose median number of posts must be
enough."""
POSTS = 20
"""Posts behind a share: with fewer, one post moves it by more than 5 points."""
ROWS = 28
"""Observed rows: the 80 % quantile of fewer rests on 5 or less, and 4 weeks show each weekday 4
times."""
SETTLED = 28
"""Observed days after which a new instrument has a history of its own."""


def reasons(
    observed: Observed, *, skill: float | None, breaks: Sequence[Break], weak: str | None
) -> list[str]:
    """Return why no alarm may be given; empty where one may."""
    row = "week" if observed.step > 1 else "day"
    found = [weak, _support(observed, row), _instrument(observed, breaks), _record(skill, row)]
    return [reason for reason in found if reason]


def _support(observed: Observed, row: str) -> str | None:
    seen = np.isfinite(observed.value)
    if seen.sum() < ROWS:
        return f"{int(seen.sum())} {row}s have a value, of {ROWS} that a threshold needs"
    recent = int(seen[-RECENT:].sum())
    if 2 * recent < RECENT:
        return f"only {recent} of the last {RECENT} {row}s have a value"
    posts = observed.posts[seen][-RECENT:]
    if observed.share and np.isfinite(posts).any() and (typical := np.nanmedian(posts)) < POSTS:
        return (
            f"half of the last {RECENT} {row}s have fewer than {typical + 1:.0f} posts, of {POSTS}"
        )
    return None


def _instrument(observed: Observed, breaks: Sequence[Break]) -> str | None:
    """Return the last break, if too few days were observed since."""
    if not breaks:
        return None
    day, cause = max(breaks)
    last = observed.days[-1]
    since = sum(
        _over(start, observed.step) > day and bool(np.isfinite(value))
        for start, value in zip(observed.days, observed.value, strict=True)
    )
    if day > _over(last, observed.step) or since * observed.step >= SETTLED:
        return None
    return (
        f"the instrument changed on {day} ({cause.replace('-', ' ')}), {since * observed.step} "
        f"observed days ago, of {SETTLED} that it needs for a history of its own"
    )


def _over(start: date, step: int) -> date:
    """Return the first day after a row."""
    return start + timedelta(days=step)


def _record(skill: float | None, row: str) -> str | None:
    if skill is None:
        return (
            f"the past is too short, or holds too few high {row}s, to tell how often such alarms "
            "were right"
        )
    if skill <= 0:
        return (
            f"in the past, its probabilities of a high {row} were no better than the share of high "
            f"{row}s (Brier skill {skill:.2g})"
        )
    return None
