"""The turning points of a thread as claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


def claims(turns: Sequence[Mapping[str, Any]], until: datetime, asked: str) -> list[Finding]:
    """Return a claim for each row of `_turning.turning_points`, known by `until`."""
    return [
        Finding(
            analysis="changepoints",
            x=turn["thread"],
            y=turn["signal"],
            verdict=(verdict := _verdict(turn)),
            as_of=until,
            result={**turn, "kind": "turn", "verdict": verdict, "asked": asked},
            p_value=turn["p_value"],
            question={"asked": asked, "number": number},
        )
        for number, turn in enumerate(turns, start=1)
    ]


def _verdict(turn: Mapping[str, Any]) -> str:
    way = "rises" if turn["after"] > turn["before"] else "falls"
    more = len(turn["emotions"]) - 1
    also = f", and {more} more shift{'s' if more == 1 else ''} with it" if more else ""
    return (
        f"The thread {turn['thread']} turns at {turn['post_id']}: {turn['signal']} {way} from "
        f"{turn['before']:.3g} ({turn['n_before']} posts) to {turn['after']:.3g} "
        f"({turn['n_after']} posts){also} (p = {turn['p_value']:.2g})."
    )
