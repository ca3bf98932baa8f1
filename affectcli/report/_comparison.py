"""Communities beside each other: the same emotions, one time axis, and no claim of a difference."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import UsageError
from affectcli.report import (
    _answers,
    _contents,
    _methods,
    _rows,
    _style,
    _templates,
    _text,
    _words,
    coverage,
    emotions,
)
from affectcli.report._answer import Answer, Sentence
from affectcli.report._block import Block
from affectcli.report._captions import KEYS
from affectcli.report._series import Timeline
from affectcli.report._tables import NONE, Table

if TYPE_CHECKING:
    from affectcli.report._material import Material

MOST = 8
"""Communities beside each other at most."""
DRAWN = 3
"""Emotions drawn at most; the table has all that were asked for."""
UNTESTED = (
    "Differences between communities are not tested: other people post there, about other things, "
    "and the tagger may err otherwise. Compare each line with its own past."
)


def check(communities: list[str]) -> None:
    """Refuse fewer than two communities, and more than fit beside each other.

    Raises:
        UsageError: as said.
    """
    if not 2 <= len(set(communities)) <= MOST or len(set(communities)) < len(communities):
        do = "affect report --template comparison --community A --community B"
        raise UsageError(f"A comparison is of 2 to {MOST} different communities.", do=do)


def contents(materials: list[Material], *, count: int, digest: str) -> _contents.Contents:
    """Return a report on several communities; `count` emotions are compared."""
    template = _templates.named("comparison")
    open_ = [material for material in materials if not material.hidden]
    names = [_text.plain(material.community) for material in materials]
    labels = _labels(open_)[:count]
    made = max(_contents.as_of(material) for material in materials)
    dates = [m.summary[key] for m in open_ for key in ("first", "last")]
    return _contents.Contents(
        head=template.head,
        title=" \u00b7 ".join(names),
        subtitle=f"{min(dates)} to {max(dates)}" if dates else "",
        warning=UNTESTED,
        answers=_told(materials, template.questions),
        blocks=[*_drawn(open_, labels), _shares(open_, labels), *_counted(open_)],
        methods=_methods.methods(materials, digest),
        made=made,
        strip=[
            ("communities", f"{len(materials)}"),
            ("eligible posts", f"{sum(m.summary['posts'] for m in open_):,}"),
            ("last day", f"{max(dates)}" if dates else NONE),
        ],
        names=names,
    )


def _labels(materials: list[Material]) -> list[str]:
    """Return the emotions that all communities have, the most frequent first."""
    ranked = [_rows.chosen(material, MOST * MOST).labels for material in materials]
    places: Counter[str] = Counter()
    for names in ranked:
        places.update({name: place for place, name in enumerate(names)})
    common = set.intersection(*map(set, ranked)) if ranked else set()
    return sorted(common, key=lambda name: (places[name], name))


def _told(materials: list[Material], questions: list[str]) -> list[Answer]:
    """Return each question once, with what each community's report says first."""
    of = [(m, _answers.answers(m, questions)) for m in materials]
    return [
        Answer(
            answers[0].question,
            [
                Sentence(f"{s.strong} {s.text}".strip(), s.source, f"{_text.plain(m.community)}:")
                for (m, _), answer in zip(of, answers, strict=True)
                for s in answer.sentences[: 1 + (not answer.sentences[0].source)]
            ],
        )
        for answers in zip(*(told for _, told in of), strict=True)
    ]


def _drawn(materials: list[Material], labels: list[str]) -> list[Block]:
    """Return a figure for each emotion, with a panel for each community."""
    if not labels:
        why = "No emotion has a value in all of these communities."
        return [Block("Emotions over time", empty=why, name="emotions")]
    kinds = {_rows.kind(material) for material in materials}
    kind = kinds.pop() if len(kinds) == 1 else "sparse"
    days = pl.concat([material.daily["day"] for material in materials])
    blocks = []
    for label in labels[:DRAWN]:
        rows = pl.concat([_panel(material, label, weekly=kind == "week") for material in materials])
        timeline = Timeline(rows, kind, _style.span(days))
        blocks.append(_block(timeline, label, [m.community for m in materials]))
    return blocks


def _panel(material: Material, label: str, *, weekly: bool) -> pl.DataFrame:
    """Return one emotion of a community as the rows of a panel that has the community's name."""
    rows = material.weekly if weekly else material.daily
    return rows.filter(pl.col("measure") == label).select(
        pl.lit(material.community).alias("measure"), "day", "value", "low", "high"
    )


def _block(timeline: Timeline, label: str, places: list[str]) -> Block:
    name = _words.called(label)
    return Block(
        f"Share of posts that carry {name}",
        "One panel for each community, each with its own scale",
        lambda scale: emotions.draw(timeline, places, tall=False, scale=scale),
        emotions.LOW * len(places),
        f"Share of posts that carry {name} over time in {', '.join(map(_text.plain, places))}.",
        notes=[KEYS[timeline.kind]],
        name="emotions",
    )


def _shares(materials: list[Material], labels: list[str]) -> Block:
    """Return the mean shares over the period as a table."""
    rows = []
    for material in materials:
        mean = material.daily.group_by("measure").agg(pl.col("value").mean())
        of = dict(mean.iter_rows())
        cells = [NONE if of.get(label) is None else _text.percent(of[label]) for label in labels]
        rows.append([_text.plain(material.community), *cells])
    head = ["Community", *map(_words.called, labels)]
    table = Table("Mean share of posts, of the days with a value", head, rows)
    return Block("Side by side", tables=[table] if labels else [], name="shares")


def _counted(materials: list[Material]) -> list[Block]:
    """Return the posts per day of each community."""
    counted = ((material, _answers.thin_days(material)) for material in materials)
    return [_coverage(material, days) for material, days in counted if days.height]


def _coverage(material: Material, days: pl.DataFrame) -> Block:
    return Block(
        f"Coverage of {_text.plain(material.community)}: eligible posts per day",
        draw=lambda scale: coverage.draw(days, scale=scale),
        panels=coverage.PANEL,
        alt=f"Posts per day over {days.height} days; {days['thin'].sum()} have no value.",
        name="coverage",
    )
