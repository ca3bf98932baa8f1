"""What a panel's terms say, as numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scipy.stats import t as student

from affectcli.store.findings import Finding

if TYPE_CHECKING:
    from datetime import date, datetime

    from affectcli.analyze._panel_fit import Panel, Term

LEVEL = 0.05


@dataclass(frozen=True)
class Setting:
    """What all terms of one command share."""

    assets: str
    """The pattern that was asked for."""
    calendar: str
    hours: str
    returns: str
    start: date
    end: date
    as_of: datetime
    family_size: int
    question: dict[str, Any]


def row(
    model: str, panel: Panel, *, term: Term, q_value: float | None, claimed: bool, setting: Setting
) -> dict[str, Any]:
    """Return one term as the contract names it; `q_value` is None of a control, and where se is."""
    assets, days = panel.clusters
    control = not claimed
    result: dict[str, Any] = {
        "model": model,
        "term": term.name,
        "kind": "control" if control else "claim",
        "coef": term.coef,
        "se": term.se,
        "t": term.t,
        "p_value": term.p_value,
        "q_value": q_value,
        "family_size": setting.family_size,
        "n": len(panel.y),
        "assets": assets,
        "days": days,
        "fixed_effects": ["asset", "day"],
        "clusters": {"asset": assets, "day": days},
        "effective_clusters": round(term.carried, 1),
        "errors": "wild cluster bootstrap" if term.bootstrapped else "two-way clustered",
        "detectable_coef": _detectable(term, min(assets, days)),
        "returns": setting.returns,
        "calendar": setting.calendar,
        "hours": setting.hours,
        "start": setting.start,
        "end": setting.end,
    }
    return {**result, "verdict": None if control else _verdict(result)}


def claim(result: dict[str, Any], setting: Setting) -> Finding:
    """Return the claim of a row that is one."""
    return Finding(
        analysis="panel",
        x=result["term"],
        y=f"asset/{setting.assets}:return",
        verdict=result["verdict"],
        as_of=setting.as_of,
        result=result,
        p_value=result["p_value"],
        q_value=result["q_value"],
        question={**setting.question, "model": result["model"]},
    )


def _detectable(term: Term, fewer: int) -> float:
    """Return the size of a coefficient that would be found alone with probability 0.8."""
    return float((student.ppf(0.975, fewer - 1) + 0.8416) * term.se)


def _verdict(result: dict[str, Any]) -> str:
    basis, seen = 1e4 * result["coef"], 1e4 * result["detectable_coef"]
    size = result["family_size"]
    family = f"{size} term{'s' if size != 1 else ''} tested"
    over = f"{result['assets']} assets, {result['days']} days"
    if result["q_value"] is None:
        return (
            f"Nothing can be said of {result['term']}: its two-way clustered variance is not "
            f"positive ({over})."
        )
    if result["q_value"] > LEVEL:
        return (
            f"No sign that {result['term']} tells the next return: {basis:+.1f} basis points for "
            f"one standard deviation (q = {result['q_value']:.2g}, {family}, {over}); {seen:.1f} "
            "would be found with probability 0.8 if tested alone."
        )
    return (
        f"One standard deviation more {result['term']} goes before a return {basis:+.1f} basis "
        f"points away, asset and day given (q = {result['q_value']:.2g}, {family}, {over})."
    )
