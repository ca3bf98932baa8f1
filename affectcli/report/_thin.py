"""What is too thin to say: days without a value, weak labels, claims on few authors."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from affectcli.report._answer import Answer, Sentence, missing
from affectcli.report._text import plain

if TYPE_CHECKING:
    from affectcli.report._material import Material


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
        many = material.withheld > 1
        text = (
            f"{material.withheld} stored claim{'s rest' if many else ' rests'} on fewer than "
            f"{material.k} authors and {'are' if many else 'is'} withheld."
        )
        answer.sentences.append(Sentence(text, "finding", "Claims."))
    if not answer.sentences:
        answer.sentences = [missing("No daily series are stored", "aggregate")]
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
