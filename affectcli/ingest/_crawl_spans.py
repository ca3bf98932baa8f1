"""Covered times of a community: closed spans, what they join to, and what lies between them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TAIL = 5
"""How many of a page's last posts say how far down it reaches."""


class Span(NamedTuple):
    """All posts created from `low` to `high`, both included; naive UTC."""

    low: datetime
    high: datetime


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans joined where they overlap or touch, the oldest first."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.low <= joined[-1].high:
            joined[-1] = Span(joined[-1].low, max(joined[-1].high, span.high))
        else:
            joined.append(span)
    return joined


def gaps(spans: Sequence[Span], window: Span) -> list[Span]:
    """Return the times of `window` that no span covers; `spans` are merged."""
    found, low = [], window.low
    for span in spans:
        if span.high <= window.low or span.low >= window.high:
            continue
        if span.low > low:
            found.append(Span(low, span.low))
        low = max(low, span.high)
    if low < window.high:
        found.append(Span(low, window.high))
    return found


def holding(spans: Iterable[Span], moment: datetime) -> Span | None:
    """Return the span that reaches from above `moment` down to it or below."""
    return next((span for span in spans if span.low <= moment < span.high), None)


def reach(created: Sequence[datetime], *, last: bool = False) -> datetime | None:
    """Return down to which time a page of posts, newest first, is complete; None of no posts.

    The median of its last posts: one that stands out of order among them, as a post that was
    approved late or shown twice does, neither claims years that were never read nor stops a walk.
    The `last` page of a listing reaches down to its last post, if those before it are in order.
    """
    tail = list(created[-TAIL:])
    ordered = sorted(tail)
    if last and tail == ordered[::-1]:
        return min(tail, default=None)
    return ordered[len(ordered) // 2] if ordered else None


def moment(epoch: float) -> datetime:
    """Return an epoch in seconds as naive UTC."""
    return datetime.fromtimestamp(epoch, UTC).replace(tzinfo=None)


def epoch(time: datetime) -> int:
    """Return naive UTC as whole seconds since 1970."""
    return int(time.replace(tzinfo=UTC).timestamp())
