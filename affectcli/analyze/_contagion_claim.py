"""What contagion, inertia, evoked emotions and their words say: numbers and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from affectcli.analyze._contagion_effect import Effects
    from affectcli.analyze._contagion_evoked import Evoked, Terms

LEVEL = 0.05


class Part(NamedTuple):
    """One family of tests: a row each, and what its nulls were."""

    kind: str
    rows: list[dict[str, Any]]
    observed: NDArray[np.float64]
    drawn: NDArray[np.float64]


def passed_on(
    kind: str, found: Effects, names: list[str], able: list[int], plain: NDArray[np.float64]
) -> Part:
    """Return the rows of contagion or inertia for the labels `able`; `plain` is the naive slope."""
    rows = []
    for i in able:
        wide, odds = found.half_width[i], found.odds_half_width[i]
        rows.append(
            {
                "kind": kind,
                "emotion": names[i],
                "n": found.pairs,
                "carriers": int(found.carriers[i]),
                "rate": _number(found.rate[i]),
                "difference": _number(found.difference[i]),
                "low": _number(found.difference[i] - wide),
                "high": _number(found.difference[i] + wide),
                "odds_ratio": _number(np.exp(found.log_odds[i])),
                "odds_low": _number(np.exp(found.log_odds[i] - odds)),
                "odds_high": _number(np.exp(found.log_odds[i] + odds)),
                "naive_difference": _number(plain[i]),
                "strata": found.strata,
                "clusters": found.clusters,
            }
        )
    return Part(kind, rows, found.observed[able], found.drawn[able])


def evoked(found: Evoked, names: list[str], able: list[int], posts: int) -> Part:
    """Return the rows of evoked against expressed emotion; `evokes` is a line of the table."""
    rows = []
    for i in able:
        gap = found.evoked[i] - found.expressed[i]
        line = found.matrix[i]
        rows.append(
            {
                "kind": "evoked",
                "emotion": names[i],
                "n": posts,
                "expressed": _number(found.expressed[i]),
                "rate": _number(found.evoked[i]),
                "difference": _number(gap),
                "low": _number(gap - found.half_width[i]),
                "high": _number(gap + found.half_width[i]),
                "hidden": _number(found.without[i]),
                "evokes": {name: float(share) for name, share in zip(names, line, strict=True)}
                if np.isfinite(line).all()
                else None,
                "clusters": found.threads,
            }
        )
    return Part("evoked", rows, found.observed[able], found.drawn[able])


def terms(found: Terms, emotion: str) -> Part:
    """Return a row for each word."""
    rows = [
        {
            "kind": "term",
            "emotion": emotion,
            "term": term,
            "n": int(found.posts[i]),
            "authors": int(found.authors[i]),
            "rate": float(found.share[i]),
            "log_odds": float(found.log_odds[i]),
            "z": float(found.z[i]),
        }
        for i, term in enumerate(found.term)
    ]
    return Part("term", rows, found.observed, found.drawn)


def claim(row: Mapping[str, Any], question: Mapping[str, Any], as_of: datetime) -> Finding:
    """Return the finding of a row that has its p- and q-value."""
    say = {"evoked": _evoked, "term": _term}.get(row["kind"], _passed_on)
    verdict = say(row) + (" Not a diagnosis." if row["marker"] else "")
    return Finding(
        analysis="contagion",
        x=f"{row['community']}:{row['emotion']}",
        y=row.get("term"),
        verdict=verdict,
        as_of=as_of,
        result={**row, "verdict": verdict},
        p_value=row["p_value"],
        q_value=row["q_value"],
        question={"kind": row["kind"], **question},
    )


def is_claim(row: Mapping[str, Any]) -> bool:
    """Return whether a row is kept: of words only those that are found."""
    return bool(row["kind"] != "term" or row["q_value"] <= LEVEL)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _weighed(row: Mapping[str, Any]) -> str:
    return f"q = {row['q_value']:.2g}, {row['family_size']} tested"


def _points(row: Mapping[str, Any]) -> str:
    return (
        f"{100 * row['difference']:+.1f} points "
        f"(95 %: {100 * row['low']:+.1f} to {100 * row['high']:+.1f})"
    )


def _passed_on(row: Mapping[str, Any]) -> str:
    emotion, place = row["emotion"], row["community"]
    if row["kind"] == "contagion":
        who = f"replies in {place} carry {emotion}"
        given, others = "the reply they answer does", "other replies of the same thread and hours"
        plain = "without regard to thread and hour"
    else:
        who = f"an author's next post in {place} carries {emotion}"
        given, others = "the last one did", "the same author's other posts, days and hours alike"
        plain = "without regard to habits and days"
    seen = f"; {plain} it would seem {100 * row['naive_difference']:+.1f} points"
    if row["q_value"] > LEVEL:
        return (
            f"No {row['kind']} of {emotion} found in {place}: {_points(row)} where {given}, "
            f"against {others}, is what shuffled labels show (p = {row['p_value']:.2g}, "
            f"{_weighed(row)}){seen}."
        )
    often = "more often" if row["difference"] > 0 else "less often"
    return (
        f"{who[0].upper()}{who[1:]} {often} where {given}: {_points(row)} against {others} "
        f"({_weighed(row)}, {row['carriers']} of {row['n']} pairs){seen}."
    )


def _evoked(row: Mapping[str, Any]) -> str:
    emotion, place = row["emotion"], row["community"]
    shares = f"{100 * row['rate']:.1f} % of replies against {100 * row['expressed']:.1f} % of posts"
    if row["q_value"] > LEVEL:
        return (
            f"Posts in {place} evoke about as much {emotion} as they express: {shares}, "
            f"{_points(row)} ({_weighed(row)})."
        )
    more = "more" if row["difference"] > 0 else "less"
    return (
        f"Posts in {place} evoke {more} {emotion} than they express: {shares}, {_points(row)} "
        f"({_weighed(row)})."
    )


def _term(row: Mapping[str, Any]) -> str:
    emotion, place = row["emotion"], row["community"]
    many = "more" if row["log_odds"] > 0 else "fewer"
    return (
        f"Posts in {place} without {emotion} that say '{row['term']}' get {many} replies with "
        f"{emotion} ({100 * row['rate']:.1f} % of replies, {row['n']} posts by {row['authors']} "
        f"authors, log-odds {row['log_odds']:+.2f}, {_weighed(row)})."
    )
