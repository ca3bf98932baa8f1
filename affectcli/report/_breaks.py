"""Instrument breaks: where figures mark them, and the sentence beneath that says what broke."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from affectcli.report import _text

if TYPE_CHECKING:
    from affectcli.report._claims import Claim
    from affectcli.report._material import Material

MARK = ":instrument."
"""Stands in the signal of a claim about the instrument itself."""
NAMED = 3
"""Breaks whose cause is named beneath a figure."""


def breaks(material: Material) -> list[Claim]:
    """Return the claims that an instrument broke, earliest first."""
    found = [claim for claim in material.about("changepoints") if MARK in claim.x]
    return sorted(found, key=lambda claim: (claim.result["ts"], claim.x))


def day(claim: Claim) -> date:
    """Return the first day of the new instrument."""
    return date.fromisoformat(str(claim.result["ts"])[:10])


def days(material: Material, span: tuple[date, date]) -> list[date]:
    """Return the days of the breaks within `span`, each once."""
    return sorted({at for claim in breaks(material) if span[0] <= (at := day(claim)) <= span[1]})


def note(material: Material, span: tuple[date, date]) -> list[str]:
    """Return what stands beneath a figure on which breaks are marked: nothing where none is."""
    shown = [claim for claim in breaks(material) if span[0] <= day(claim) <= span[1]]
    if not shown:
        return []
    named = [f"{day(claim)} ({_text.plain(claim.result['cause'])})" for claim in shown[:NAMED]]
    more = f" and {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return [
        f"Wedge and broken line: the instrument changed, not the mood: {', '.join(named)}{more}."
    ]
