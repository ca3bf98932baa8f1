"""The two spans of time that are compared: half-open, UTC, cut where the origin is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from affectcli.errors import AnalysisError, UsageError
from affectcli.times import time

BASELINE = timedelta(weeks=8)
"""What a window is compared with where nothing is said: whole weeks, so that weekdays are alike."""


class Span(NamedTuple):
    """From `starts` up to and without `ends`, naive UTC."""

    starts: datetime
    ends: datetime

    def __str__(self) -> str:
        """Return the span as it is typed."""
        return "/".join(_typed(moment) for moment in self)


def spans(window: str, baseline: str, *, until: datetime) -> tuple[Span, Span]:
    """Return the window and its baseline, without what is not known by `until`.

    Raises:
        UsageError: a span is no `START/END`, ends before it starts, or the two overlap.
        AnalysisError: one of them had not begun by `until`.
    """
    late = _span(window, "--window")
    early = _span(baseline, "--baseline") if baseline else Span(late.starts - BASELINE, late.starts)
    if early.starts < late.ends and late.starts < early.ends:
        raise UsageError(
            f"The window {late} and the baseline {early} overlap: a post cannot be in both.",
            do=f"--baseline {Span(late.starts - BASELINE, late.starts)}",
        )
    return _known(late, until), _known(early, until)


def _span(text: str, option: str) -> Span:
    example = f"{option} 2021-05-10/2021-05-24"
    first, slash, last = text.partition("/")
    if not slash:
        raise UsageError(f"{option} {text!r} is no START/END.", do=example)
    span = Span(_moment(first, example), _moment(last, example))
    if span.starts >= span.ends:
        raise UsageError(f"{option} {text!r} ends before it starts.", do=example)
    return span


def _moment(text: str, example: str) -> datetime:
    moment = time(text)
    if moment is None:
        raise UsageError(f"{text!r} is no date.", do=example)
    return moment


def _known(span: Span, until: datetime) -> Span:
    if span.starts >= until:
        raise AnalysisError(f"{span} had not begun at --as-of {_typed(until)}.")
    return Span(span.starts, min(span.ends, until))


def _typed(moment: datetime) -> str:
    return str(moment.date() if moment == datetime.combine(moment, datetime.min.time()) else moment)
