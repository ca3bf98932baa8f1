"""What is high now against its own history: all of it in a sentence, recent spans in a table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from affectcli.report import _style, _words
from affectcli.report._answer import Answer, Sentence, missing, told
from affectcli.report._tables import NONE, Table
from affectcli.report._text import percent

if TYPE_CHECKING:
    from affectcli.report._claims import Claim
    from affectcli.report._material import Material

HIGHEST = 3
"""Signals named at most."""
HIGH = 0.8
"""Share of earlier weeks that must have been lower for a level to be called high."""
NOW = 7
SPANS = (("the week before", 7), ("the month before", 30), ("the year before", 365))
ENOUGH = 0.5
"""Share of a span's days that must have a value."""
Z, DIGITS = 1.96, 1


def what_is_high(material: Material) -> Answer:
    """Return the signals that are higher now than in most earlier weeks."""
    claims = levels(material)
    ranked = sorted(claims, key=lambda c: (-c.result["percentile"], -c.result["now"], c.x))
    high = [claim for claim in ranked if claim.result["percentile"] >= HIGH][:HIGHEST]
    answer = Answer("What is high now")
    if not claims:
        answer.sentences = [missing("No comparison with history is stored", "analyze levels")]
        return answer
    if not high:
        text = "Nothing: no signal is higher than in {} of its earlier weeks. The nearest:"
        answer.sentences = [Sentence(text.format(percent(HIGH)))]
        high = ranked[:2]
    answer.sentences += [told(material, claim, _words.level(claim)) for claim in high]
    answer.more = _words.more(len(claims) - len(high), "signal", "compared with their own history")
    answer.table = compared(material, [material.measure(claim.x) or "" for claim in high])
    return answer


def levels(material: Material) -> list[Claim]:
    """Return the claims on levels that can be told."""
    return [
        claim
        for claim in material.about("levels")
        if material.measure(claim.x) is not None
        and {"now", "before", "percentile"} <= claim.result.keys()
    ]


class Mean(NamedTuple):
    """The mean of a measure over some days, and its standard error (None where unknown)."""

    value: float
    error: float | None


def compared(material: Material, measures: list[str]) -> Table | None:
    """Return the last week of each measure beside the week, month and year before it."""
    if material.daily.is_empty():
        return None
    last = _style.span(material.daily["day"])[1]
    first = last - timedelta(NOW - 1)
    rows = []
    for measure in measures:
        label, variant = _words.split(measure)
        now = _mean(material, measure, first, NOW)
        unit = 100.0 if material.is_share(label) else 1.0
        if now is None:
            continue
        before = [_mean(material, measure, first - timedelta(days), days) for _, days in SPANS]
        changes = [_change(now, then, unit) for then in before]
        name = _words.called(label) + (f" ({variant})" if variant else "")
        rows.append([name, _level(now, unit), *changes])
    head = ["", f"Last {NOW} days", *(f"less {name}" for name, _ in SPANS)]
    return (
        Table(f"Up to {last}, in % and points, with 95\u00a0% intervals", head, rows)
        if rows
        else None
    )


def _mean(material: Material, measure: str, first: date, days: int) -> Mean | None:
    """Return the mean over the days from `first` on, None where too few have a value."""
    label, variant = _words.split(measure)
    within = pl.col("day").is_between(first, first + timedelta(days - 1))
    rows = material.daily.filter(
        pl.col("measure") == label, within, pl.col(variant or "value").is_not_null()
    )
    if rows.height < ENOUGH * days:
        return None
    mean = float(rows[variant or "value"].sum() / rows.height)
    return Mean(mean, _error(material, rows, label) if variant is None else None)


def _error(material: Material, rows: pl.DataFrame, label: str) -> float | None:
    """Return the standard error of a mean of days of a corrected share, None of other measures.

    Sampling alone: the posts of an author on a day count once, and the share is that of all days
    together with two posts added on either side (Agresti and Coull 1998), for that of a day with
    no such post says nothing of its error.
    """
    known = material.labels.filter(pl.col("measure") == label, pl.col("kind") != "scale")
    if known.is_empty() or rows["raw"].null_count():
        return None
    tp, fn, fp, tn = known.select("tp", "fn", "fp", "tn").row(0)
    gain = tp / (tp + fn) - fp / (fp + tn) if tp + fn and fp + tn else 1.0
    posts = float(rows["posts"].sum())
    share = float((rows["raw"] * rows["posts"]).sum() + 2) / (posts + 4)
    spread = share * (1 - share) * float((1 / rows["authors"]).sum())
    return float(spread**0.5 / rows.height / gain)


def _level(now: Mean, unit: float) -> str:
    """Return a mean with its interval: shares in %, other measures as they are."""
    value = percent(now.value) if unit > 1 else f"{now.value:.3g}"
    if now.error is None:
        return value.replace("-", "\u2212")
    low, high = (unit * (now.value + sign * Z * now.error) for sign in (-1, 1))
    low = max(low, 0.0) if unit > 1 else low
    return f"{value} ({low:.{DIGITS}f} to {high:.{DIGITS}f})".replace("-", "\u2212")


def _change(now: Mean, then: Mean | None, unit: float) -> str:
    """Return a difference of means with its interval, in points of percent or as it is."""
    if then is None:
        return NONE
    change = unit * (now.value - then.value)
    text = f"{change:+.{DIGITS}f}"
    if now.error is not None and then.error is not None:
        half = unit * Z * (now.error**2 + then.error**2) ** 0.5
        text += f" ({change - half:+.{DIGITS}f} to {change + half:+.{DIGITS}f})"
    return text.replace("-", "\u2212")
