"""What leads what, or does not: every way in which that was asked, what was found first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from affectcli.report import _words
from affectcli.report._answer import Answer, missing, own

if TYPE_CHECKING:
    from affectcli.report._claims import Claim
    from affectcli.report._material import Material

MOST = 2
"""Sentences of one analysis at most; how many more were tested is said."""


class Asked(NamedTuple):
    """An analysis, what one of its tests is called, and what is said of those not shown."""

    analysis: str
    noun: str
    found: str
    none: str


ASKED = (
    Asked("xcorr", "pair", "tested, with an association", "tested, without an association"),
    Asked("granger", "direction", "tested, with a gain", "tested, without a gain in prediction"),
    Asked("events", "event", "studied, with an effect", "studied, without an effect"),
    Asked(
        "panel", "term", "tested in the panel, with a return", "tested in the panel, without one"
    ),
    Asked("contagion", "test", "of contagion, positive", "of contagion, negative"),
    Asked("backtest", "trading rule", "better than chance", "no better than chance"),
)


def what_leads(material: Material) -> Answer:
    """Return what leads or follows what; that nothing does is an answer too."""
    answer = Answer("What leads what, or does not")
    rest: list[str] = []
    for asked in ASKED:
        claims = sorted(material.about(asked.analysis), key=_rank)
        found = [claim for claim in claims if _words.q_of(claim) <= _words.LEVEL]
        shown = found[:MOST] or claims[:1]
        answer.sentences += own(material, shown)
        rest.append(_words.more(len(found) - len(shown), asked.noun, asked.found))
        quiet = len(claims) - max(len(found), len(shown))
        rest.append(_words.more(quiet, asked.noun, asked.none))
    if not answer.sentences:
        do = "analyze xcorr --x … --y …"
        answer.sentences = [missing("No lead or lag was tested", do)]
    answer.more = " ".join(text for text in rest if text)
    return answer


def _rank(claim: Claim) -> tuple[float, float, str]:
    strength = claim.result.get("peak_r") or claim.result.get("t") or 0.0
    return _words.q_of(claim), -abs(strength), claim.x
