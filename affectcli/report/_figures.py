"""The figures of a report: which are drawn, of what, with their words; empty states say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.report import (
    _answers,
    _breaks,
    _rows,
    _style,
    _tested,
    _text,
    _words,
    coverage,
    emotions,
    price,
)
from affectcli.report._block import Block
from affectcli.report._captions import KEYS, LIKENESS, MONDAY, NUMBERED, PEAK, THIN, UNCERTAIN
from affectcli.report._events import marks
from affectcli.report._tables import languages, rejects

if TYPE_CHECKING:
    from affectcli.report._material import Material
    from affectcli.report._rows import Chosen
    from affectcli.report._series import Timeline

UNTAGGED = "run affect tag, then affect aggregate"


def blocks(material: Material, count: int) -> list[Block]:
    """Return all figures in the order of the pages; `count` emotions are drawn."""
    if material.hidden:
        titles = ("Emotions over time", "Price and emotion", "What leads what", "What comes next")
        withheld = [Block(title, empty=_words.hidden(material.k)) for title in titles]
        return [*withheld, _coverage(material)]
    chosen = _rows.chosen(material, count)
    if not chosen.labels:
        shown = [Block("Emotions over time", empty=_valueless(material)), _priceless(material)]
    else:
        days, legend, left = marks(material)
        timeline = _rows.timeline(material, chosen, days)
        lead = _lead(timeline, chosen)
        broken = _breaks.note(material, timeline.span)
        lead.events, lead.notes = legend, [*lead.notes, *left, *broken]
        shown = [lead, *_others(timeline, chosen), _price(material, timeline, chosen)]
    return [*shown, _tested.leads(material), *_tested.forecasts(material), _coverage(material)]


def _valueless(material: Material) -> str:
    """Return why no emotion can be drawn: none was tagged, or each day is too thin."""
    if material.daily["measure"].is_in(["posts", "valence"]).all():
        return f"No daily series is stored: {UNTAGGED}"
    return "No day has a value: too few posts or authors."


def _unit(timeline: Timeline) -> str:
    return "% per week" if timeline.kind == "week" else "% per day"


def _lead(timeline: Timeline, chosen: Chosen) -> Block:
    name = _words.called(chosen.lead)
    title = (
        f"{name[0].upper()}{name[1:]}" if chosen.variant else f"Share of posts that carry {name}"
    )
    shown = timeline.rows.filter(pl.col("measure") == chosen.labels[0])
    key = UNCERTAIN if shown["high"].drop_nulls().is_empty() else KEYS
    notes = [key[timeline.kind]]
    if timeline.peaks.keys() & set(chosen.labels):
        notes[0] += f" {PEAK}"
    return Block(
        f"{title}, {_unit(timeline)}",
        draw=lambda scale: emotions.draw(timeline, chosen.labels[:1], tall=True, scale=scale),
        panels=emotions.TALL,
        alt=f"{title} over time, with its interval where one is known.",
        notes=notes,
    )


def _others(timeline: Timeline, chosen: Chosen) -> list[Block]:
    shown = chosen.labels[1:]
    if not shown:
        return []
    what = _words.VARIANTS[chosen.variant].split(" of ")[0] if chosen.variant else "share of posts"
    return [
        Block(
            f"Other emotions, {what}, {_unit(timeline)}",
            "Each panel has its own scale, which single values and bands may leave. Else as before",
            lambda scale: emotions.draw(timeline, shown, tall=False, scale=scale),
            emotions.LOW * len(shown),
            f"{what} of {', '.join(map(_text.plain, shown))} over time, one panel each.",
        )
    ]


def _priceless(material: Material) -> Block:
    """Return the empty state of the price: there is none, or no emotion to set beside it."""
    missing = (
        f"No emotion to show beside it. {_valueless(material)}"
        if material.assets
        else "No prices are stored: run affect ingest prices PATH --asset NAME"
    )
    return Block("Price and emotion", empty=missing)


def _price(material: Material, timeline: Timeline, chosen: Chosen) -> Block:
    if not material.assets:
        return _priceless(material)
    label, assets = chosen.labels[0], " and ".join(map(_text.plain, material.assets))
    block = Block(f"Price and {_text.plain(label)}")
    within = material.prices.filter(pl.col("day").is_between(*timeline.span))
    name = _words.called(chosen.lead)
    what = name if chosen.variant else f"share of posts that carry {name}"
    block.subtitle = f"Daily close of {assets}; {what}, {_unit(timeline)}"
    if within.is_empty():
        block.empty = f"The prices of {assets} and the posts have no day in common."
        return block
    ranked = [within.filter(pl.col("asset") == a) for a in _rows.assets_by_finding(material)]
    prices = pl.concat(ranked)
    title = f"{name}, {_unit(timeline)}" if chosen.variant else f"{name}, share of posts"
    block.draw = lambda scale: price.draw(prices, timeline, label, title, scale=scale)
    block.panels = sum(price.panels(prices["asset"].n_unique()))
    block.notes = [_reading(timeline)]
    block.alt = f"Daily close of {assets} above {what}."
    return block


def _reading(timeline: Timeline) -> str:
    """Return how to read price and emotion, with a word on events where there are some."""
    what = "an event or a price" if timeline.events else "a price"
    parts = [NUMBERED if timeline.events else "", LIKENESS]
    parts += [MONDAY.format(what=what)] if timeline.kind == "week" else []
    return " ".join(part for part in parts if part)


def _coverage(material: Material) -> Block:
    block = Block("Coverage: eligible posts per day", side_by_side=True)
    days = _answers.thin_days(material)
    if days.is_empty():
        untagged = f"No daily series are stored: {UNTAGGED}"
        block.empty = _words.hidden(material.k) if material.hidden else untagged
    else:
        broken = _breaks.days(material, _style.span(days["day"]))
        block.draw = lambda scale: coverage.draw(days, breaks=broken, scale=scale)
        block.panels = coverage.PANEL
        block.alt = f"Posts per day over {days.height} days; {days['thin'].sum()} have no value."
        block.notes = [THIN.format(k=material.k)]
    block.tables = [t for t in (languages(material), rejects(material)) if t.rows]
    return block
