"""The forecasts of a report: which signals, in which order, and what is known of each."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from affectcli.report import _rows, _text, _words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from affectcli.report._claims import Claim
    from affectcli.report._subject import Subject

SIGNALS = 2
"""Signals at most."""
USED, BASE = "used", "seasonal_naive"


def signals(subject: Subject) -> list[str]:
    """Return the signals with a forecast, that of the lead emotion first."""
    material = subject.material
    found = material.forecasts["signal"].unique().sort().to_list()
    lead = {measure: i for i, measure in enumerate(_rows.leads(material))}
    found.sort(key=lambda s: (lead.get(material.measure(s) or "", 999), s))
    return found[:SIGNALS]


def claims(subject: Subject) -> list[Claim]:
    """Return the claim of each of these signals."""
    stored = {claim.x: claim for claim in subject.material.about("forecast")}
    return [stored[signal] for signal in signals(subject) if signal in stored]


def none(subject: Subject) -> str:
    """Return what to type where nothing was forecast."""
    community = _text.plain(subject.material.community)
    return f"No forecast is stored: run affect forecast --signal '{community}:…'"


def model(name: str) -> str:
    """Return what a reader calls a model."""
    return "as used" if name == USED else _words.model(name)


def weekly(result: Mapping[str, Any]) -> bool:
    """Return whether the rows of a forecast are weeks, each named by its Monday."""
    return result.get("freq") == "week"


def by_row(text: str, *, weeks: bool) -> str:
    """Return a text on days as it reads where the rows of a forecast are `weeks`."""
    return text.replace("day", "week").replace("Day", "Week") if weeks else text


def last_day(row: date, *, weeks: bool) -> date:
    """Return the last day of a forecast's row."""
    return row + timedelta(6) if weeks else row


def abstains(result: Mapping[str, Any]) -> str:
    """Return why a forecast raises no alarm, '' where it may."""
    why = _text.plain(str(result.get("abstains") or "")).rstrip(".")
    return re.sub(r"(?<![\w.])-(?=\d)", "\u2212", why)
