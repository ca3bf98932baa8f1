"""Sentences made of one stored row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.report._text import percent, plain

if TYPE_CHECKING:
    from affectcli.report._material import Claim, Material

LEVEL = 0.05
NAMES = {"posts": "posts per day", "valence": "valence (pleasant minus unpleasant)"}


def level(claim: Claim) -> str:
    """Return where a signal stands against its own history."""
    result = claim.result
    text = (
        f"is at {_number(claim, 'now')}{_of_posts(claim)} in the last "
        f"{result.get('recent', 7)} days, higher than in {percent(result['percentile'])} "
        "of its earlier weeks."
    )
    if result.get("peak_start"):
        text += (
            f" Highest week: {result['peak_start']} to {result['peak_end']} at "
            f"{_number(claim, 'peak_value')}"
        )
        if result.get("event"):
            text += f", beginning near “{plain(result['event'])}” ({result['event_day']})"
        text += "."
    return text


def change(claim: Claim) -> str:
    """Return how a signal changed against the days before."""
    result = claim.result
    way = "rose" if result["now"] > result["before"] else "fell"
    beyond = "more" if q_of(claim) <= LEVEL else "no more"
    return (
        f"{way} from {_number(claim, 'before')} to {_number(claim, 'now')}{_of_posts(claim)}, "
        f"{beyond} than at other times (q = {q_of(claim):.2g}, "
        f"{result.get('family_size', 1)} tested)."
    )


def alert(name: str, row: dict[str, Any]) -> str:
    """Return one announced high-prevalence period."""
    return (
        f"has a high-prevalence period (above {_amount(name, row['threshold'])}) from "
        f"{row['starts']} to {row['ends']} with probability {percent(row['probability'])} "
        f"({row['model'].replace('_', '-')}, forecast from {row['origin']})."
    )


def _number(claim: Claim, key: str) -> str:
    value = float(claim.result[key])
    share = claim.result.get("share", True)
    return f"{100 * value:.1f}\u00a0%" if share else f"{value:,.3g}".replace("-", "\u2212")


def _amount(name: str, value: float) -> str:
    """Return a threshold with its unit: counts and valence are no shares."""
    return f"{value:,.3g}" if name in NAMES.values() else percent(value)


def _of_posts(claim: Claim) -> str:
    return " of posts" if claim.result.get("share", True) else ""


def q_of(claim: Claim) -> float:
    """Return the claim's q, 1 where it has none."""
    return 1.0 if claim.q_value is None else claim.q_value


def name_of(material: Material, signal: str) -> str:
    """Return what a reader calls one of the community's signals."""
    measure = material.measure(signal) or signal
    return NAMES.get(measure, plain(measure))


def own(material: Material, verdict: str) -> str:
    """Return a verdict without the community's name before each of its signals."""
    name = material.community
    return plain(verdict.replace(f"{name}:", "").replace(f" in {name}", ""))


def missing(what: str, command: str) -> str:
    """Return an empty state and what to type."""
    return f"{what}: run affect {command}"


def more(count: int, noun: str, rest: str) -> str:
    """Return how many more there are, '' where there are none."""
    if count <= 0:
        return ""
    return f"{count} more {noun}{'s' if count > 1 else ''} {rest}."
