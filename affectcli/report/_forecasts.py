"""The forecasts of a report: which signals, in which order, and what is known of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from affectcli.report import _rows, _text, _words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from affectcli.report._claims import Claim
    from affectcli.report._subject import Subject

SIGNALS = 2
"""Signals at most."""
MODELS = {
    "used": "as used",
    "combination": "combination",
    "seasonal_naive": "seasonal-naive",
    "naive": "last value",
    "drift": "drift",
    "ets": "ETS",
    "arima": "ARIMA",
    "ridge": "ridge regression",
    "mlp": "neural network",
    "prophet": "Prophet",
}
"""What a reader calls the models."""
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
    return MODELS.get(name) or _words.model(name)


def abstains(result: Mapping[str, Any]) -> str:
    """Return why a forecast raises no alarm, '' where it may."""
    why = _text.plain(str(result.get("abstains") or "")).rstrip(".")
    return re.sub(r"(?<![\w.])-(?=\d)", "\u2212", why)
