"""The first page in words: each sentence is made of one stored row and names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.report import _forecasts, _words
from affectcli.report._answer import Answer, Sentence, missing, own
from affectcli.report._changed import what_broke, what_changed
from affectcli.report._high import what_is_high
from affectcli.report._leads import what_leads
from affectcli.report._text import plain
from affectcli.report._thin import support, thin_days, too_thin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from affectcli.report._material import Material

__all__ = ["QUESTIONS", "answers", "support", "thin_days"]

MOST = 4
"""Sentences on what comes next at most."""


def what_comes(material: Material) -> Answer:
    """Return the forecasts, and the high-prevalence periods that they announce."""
    answer = Answer("What comes next")
    claims = {claim.x: claim for claim in material.about("forecast")}
    alerts = material.alerts.rows(named=True)
    announced = {row["signal"] for row in alerts}
    for row in alerts[:MOST]:
        claim = claims.get(row["signal"])
        name = _words.name_of(material, row["signal"])
        source = claim.finding_id if claim else row["run_id"]
        weeks = claim is not None and _forecasts.weekly(claim.result)
        ends = _forecasts.last_day(row["ends"], weeks=weeks)
        answer.sentences.append(Sentence(_words.alert(name, {**row, "ends": ends}), source, name))
    quiet = [claim for signal, claim in sorted(claims.items()) if signal not in announced]
    shown = quiet[: max(MOST - len(answer.sentences), 0)]
    answer.sentences += own(material, shown)
    if not answer.sentences:
        do = f"forecast --signal '{plain(material.community)}:…'"
        answer.sentences = [missing("No forecast is stored", do)]
    left = len(alerts) - MOST
    answer.more = _words.more(left, "period", "announced") or _words.more(
        len(quiet) - len(shown), "signal", "forecast"
    )
    return answer


QUESTIONS: dict[str, Callable[[Material], Answer]] = {
    "high": what_is_high,
    "changed": what_changed,
    "leads": what_leads,
    "next": what_comes,
    "broke": what_broke,
    "thin": too_thin,
}


def answers(material: Material, asked: Sequence[str] = tuple(QUESTIONS)) -> list[Answer]:
    """Return the answers to the questions `asked`, each with at least one sentence."""
    made = [QUESTIONS[name](material) for name in asked]
    if material.hidden:
        for answer in made:
            if not answer.sentences[0].source:
                answer.sentences = [Sentence(_words.hidden(material.k))]
    return made
