"""The first page in words: each sentence is made of one stored row and names it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from affectcli.report import _breaks, _words
from affectcli.report._text import percent, plain

if TYPE_CHECKING:
    from affectcli.report._material import Claim, Material

MOST, HIGHEST = 4, 3
"""Sentences to a question at most; how many more were tested is said."""
HIGH = 0.8
"""Share of earlier weeks that must have been lower for a level to be called high."""


@dataclass(frozen=True)
class Sentence:
    """What is said, the name set in bold before it, and the row behind it ('' where no row is)."""

    text: str
    source: str = ""
    strong: str = ""


@dataclass
class Answer:
    """A question, its sentences, and what else there is."""

    question: str
    sentences: list[Sentence] = field(default_factory=list)
    more: str = ""


def answers(material: Material) -> list[Answer]:
    """Return the five answers of the first page, each with at least one sentence."""
    asked = (what_is_high, what_changed, what_leads, what_comes, too_thin)
    made = [question(material) for question in asked]
    if material.hidden:
        for answer in made:
            if not answer.sentences[0].source:
                answer.sentences = [Sentence(_words.hidden(material.k))]
    return made


def what_is_high(material: Material) -> Answer:
    """Return the signals that are higher now than in most earlier weeks."""
    claims = _levels(material)
    ranked = sorted(claims, key=lambda c: (-c.result["percentile"], -c.result["now"], c.x))
    high = [claim for claim in ranked if claim.result["percentile"] >= HIGH][:HIGHEST]
    answer = Answer("What is high")
    if not claims:
        answer.sentences = [
            Sentence(_words.missing("No comparison with history is stored", "analyze levels"))
        ]
        return answer
    if not high:
        text = "Nothing: no signal is higher than in {} of its earlier weeks. The nearest:"
        answer.sentences = [Sentence(text.format(percent(HIGH)))]
        high = ranked[:2]
    answer.sentences += [_told(material, claim, _words.level(claim)) for claim in high]
    answer.more = _words.more(len(claims) - len(high), "signal", "compared with their own history")
    return answer


def what_changed(material: Material) -> Answer:
    """Return the highest weeks and the changes that are beyond chance, smallest q first."""
    claims = _levels(material)
    answer = Answer("What changed", _shifts(material))
    if not claims:
        answer.sentences += [
            Sentence(_words.missing("No comparison with history is stored", "analyze levels"))
        ]
        return answer
    peaks = sorted(
        (claim for claim in claims if _words.peak_q_of(claim) <= _words.LEVEL),
        key=lambda c: (_words.peak_q_of(c), c.x),
    )
    answer.sentences += [_told(material, claim, _words.peak(claim)) for claim in peaks[:HIGHEST]]
    found = [claim for claim in claims if _words.q_of(claim) <= _words.LEVEL]
    shown = found[:MOST]
    if not found:
        days = claims[0].result.get("recent", 7)
        text = f"In the last {days} days nothing changed" if peaks else "Nothing"
        text += " beyond what other times showed too. The nearest:"
        answer.sentences.append(Sentence(text))
        shown = claims[:1]
    answer.sentences += [_told(material, claim, _words.change(claim)) for claim in shown]
    higher = "had a highest week that its own wandering does not explain"
    rest = (
        _words.more(len(found) - len(shown), "signal", "changed more than at other times")
        if found
        else _words.more(len(claims) - len(shown), "signal", "changed no more than at other times")
    )
    answer.more = f"{_words.more(len(peaks) - HIGHEST, 'signal', higher)} {rest}".strip()
    return answer


def _shifts(material: Material) -> list[Sentence]:
    """Return the instrument's breaks, before anything is read as mood, and the level shifts."""
    broken = _breaks.breaks(material)
    shifts = [
        claim
        for claim in material.about("changepoints")
        if claim.result.get("kind") == "level" and claim.result.get("found")
    ]
    return [
        Sentence(_words.own(material, claim), claim.finding_id)
        for claim in [*broken[-HIGHEST:], *shifts[:HIGHEST]]
    ]


def what_leads(material: Material) -> Answer:
    """Return what leads or follows what; that nothing does is an answer too."""
    claims = sorted(
        material.about("xcorr"),
        key=lambda c: (_words.q_of(c), -abs(c.result.get("peak_r") or 0.0), c.x),
    )
    answer = Answer("What leads what")
    if not claims:
        answer.sentences = [
            Sentence(_words.missing("No lead or lag was tested", "analyze xcorr --x … --y …"))
        ]
        return answer
    found = [claim for claim in claims if _words.q_of(claim) <= _words.LEVEL]
    shown = found[:MOST] or claims[:2]
    answer.sentences = [Sentence(_words.own(material, c), c.finding_id) for c in shown]
    quiet = len(claims) - max(len(found), len(shown))
    louder = max(len(found) - len(shown), 0)
    answer.more = " ".join(
        text
        for text in (
            _words.more(louder, "pair", "tested, with an association"),
            _words.more(quiet, "pair", "tested, without an association"),
        )
        if text
    )
    return answer


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
        answer.sentences.append(Sentence(_words.alert(name, row), source, name))
    quiet = [claim for signal, claim in sorted(claims.items()) if signal not in announced]
    shown = quiet[: max(MOST - len(answer.sentences), 0)]
    answer.sentences += [Sentence(_words.own(material, c), c.finding_id) for c in shown]
    if not answer.sentences:
        do = f"forecast --signal '{plain(material.community)}:…'"
        answer.sentences = [Sentence(_words.missing("No forecast is stored", do))]
    left = len(alerts) - MOST
    answer.more = _words.more(left, "period", "announced") or _words.more(
        len(quiet) - len(shown), "signal", "forecast"
    )
    return answer


def too_thin(material: Material) -> Answer:
    """Return what cannot be said: thin days, weak labels, series without a value."""
    answer = Answer("What is too thin to say")
    days, thin = support(material)
    if days:
        text = f"{thin} of {days} days have too few posts or authors and no value."
        text = text if thin else f"None of {days} days has too few posts or authors."
        answer.sentences.append(Sentence(text, "daily", "Days."))
    if material.weak:
        text = (
            f"{_listed(material.weak)}: too few positive validation posts (their number in "
            "brackets), or told apart hardly better than by chance or by counting words, so they "
            "are not to be relied on. Not drawn, not announced, and not in the answers above."
        )
        answer.sentences.append(Sentence(text, "label", "Labels."))
    empty = valueless(material)
    if empty:
        reasons = dict.fromkeys(why for _, why in empty)
        names = {why: ", ".join(plain(name) for name, of in empty if of == why) for why in reasons}
        listed = "; ".join(f"{of} ({why})" for why, of in names.items())
        answer.sentences.append(Sentence(f"No value on any day: {listed}.", "daily", "Series."))
    if material.withheld:
        text = (
            f"{material.withheld} stored claim{'s rest' if material.withheld > 1 else ' rests'} "
            f"on fewer than {material.k} authors and "
            f"{'are' if material.withheld > 1 else 'is'} withheld."
        )
        answer.sentences.append(Sentence(text, "finding", "Claims."))
    if not answer.sentences:
        answer.sentences = [Sentence(_words.missing("No daily series are stored", "aggregate"))]
    return answer


def _listed(weak: dict[str, int]) -> str:
    """Return the weak labels by name, those of a scheme other than the main one by its name."""
    own = [f"{plain(label)} ({count})" for label, count in weak.items() if "." not in label]
    schemes = Counter(label.partition(".")[0] for label in weak if "." in label)
    return ", ".join([*own, *(f"{n} of {plain(name)}" for name, n in sorted(schemes.items()))])


def support(material: Material) -> tuple[int, int]:
    """Return how many days the series span, and how many of them have no value."""
    days = thin_days(material)
    return days.height, int(days["thin"].sum())


def thin_days(material: Material) -> pl.DataFrame:
    """Return day, posts (null where withheld) and thin (the day has no value), every day once."""
    daily = material.daily
    valued = pl.col("value").is_not_null() & (pl.col("measure") != "posts")
    known = daily.filter(valued)["day"].unique()
    posts = daily.filter(pl.col("measure") == "posts").select("day", "posts").sort("day")
    return posts.with_columns((~pl.col("day").is_in(known.implode())).alias("thin"))


def valueless(material: Material) -> list[tuple[str, str]]:
    """Return the measures without a value on any day, with the reason."""
    frame = (
        material.daily.group_by("measure")
        .agg(pl.col("value").count().alias("known"), pl.col("why").drop_nulls().mode().min())
        .filter(pl.col("known") == 0)
        .sort("measure")
    )
    return [(row["measure"], row["why"] or "no posts") for row in frame.rows(named=True)]


def _levels(material: Material) -> list[Claim]:
    """Return the claims on levels that can be told."""
    return [
        claim
        for claim in material.about("levels")
        if material.measure(claim.x) is not None
        and {"now", "before", "percentile"} <= claim.result.keys()
    ]


def _told(material: Material, claim: Claim, text: str) -> Sentence:
    return Sentence(text, claim.finding_id, _words.name_of(material, claim.x))
