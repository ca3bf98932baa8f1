"""The figures of a report: which are drawn, of what, with their words; empty states say why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli.report import (
    _answers,
    _style,
    _text,
    _words,
    coverage,
    emotions,
    forecast,
    lags,
    price,
)
from affectcli.report._captions import BAND, FAN, KEY, LIKENESS, THIN
from affectcli.report._events import marks
from affectcli.report._tables import Table, languages, rejects, scores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.report._material import Claim, Material

LAGS, FORECASTS = 4, 2
"""At most so many lag panels and forecasts."""
NOT_EMOTIONS = frozenset({"posts", "valence", "neutral"})


@dataclass
class Block:
    """A figure with its title, subtitle and notes; without a picture, `empty` says why."""

    title: str
    subtitle: str = ""
    picture: bytes | None = None
    alt: str = ""
    empty: str = ""
    events: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    side_by_side: bool = False
    """Whether the tables stand beside each other."""


def blocks(material: Material, count: int) -> list[Block]:
    """Return all figures in the order of the pages; `count` emotions are drawn."""
    shown = chosen(material, count)
    return [
        _lead(material, shown),
        *_others(material, shown[1:]),
        _price(material, shown),
        _lags(material),
        *_forecasts(material),
        _coverage(material),
    ]


def chosen(material: Material, count: int) -> list[str]:
    """Return the measures drawn: the lead emotion, then the most frequent others."""
    weak = {row["label"] for row in _answers.weak_labels(material)}
    ranked = (
        material.daily.filter(
            ~pl.col("measure").is_in([*NOT_EMOTIONS, *weak]), pl.col("value").is_not_null()
        )
        .group_by("measure")
        .agg(pl.col("value").mean())
        .sort("value", "measure", descending=[True, False])["measure"]
        .to_list()
    )
    lead = next((m for m in _leads(material) if m in ranked), None)
    if lead is None:
        return ranked[:count]
    return [lead, *[m for m in ranked if m != lead][: count - 1]]


def _leads(material: Material) -> Iterator[str]:
    """Yield candidates for the large panel: strongest finding first, then what was forecast."""
    claims = [c for c in material.claims if c.analysis in {"levels", "xcorr"}]
    ranked = sorted(
        (c for c in claims if c.q_value is not None and c.q_value <= _words.LEVEL),
        key=lambda c: (c.q_value, -abs(c.result.get("peak_r") or 0.0), c.analysis, c.x),
    )
    for claim in ranked:
        yield from (m for side in (claim.x, claim.y) if side and (m := material.measure(side)))
    yield from (
        m for s in material.forecasts["signal"].unique().sort() if (m := material.measure(s))
    )


def _lead(material: Material, shown: list[str]) -> Block:
    block = Block("Emotions over time")
    if not shown:
        block.empty = "No daily series with a value: run affect tag, then affect aggregate"
        return block
    name = _text.plain(shown[0])
    block.title = f"Share of posts that carry {name}, % per day"
    days, block.events, block.notes = marks(material)
    block.picture = _style.svg(emotions.draw(material.daily, shown[:1], days, tall=True))
    block.notes.insert(0, KEY)
    block.alt = f"Daily share of posts with {name}, its interval and the mean of the last 7 days."
    return block


def _others(material: Material, shown: list[str]) -> list[Block]:
    if not shown:
        return []
    names = ", ".join(map(_text.plain, shown))
    days, _, _ = marks(material)
    return [
        Block(
            "The other frequent emotions, share of posts, % per day",
            "Each panel has its own scale; single days and their band may leave it. Else as before",
            _style.svg(emotions.draw(material.daily, shown, days, tall=False)),
            f"Daily share of posts with {names}, one panel each.",
        )
    ]


def _price(material: Material, shown: list[str]) -> Block:
    assets = " and ".join(map(_text.plain, material.assets))
    block = Block(f"Price and {_text.plain(shown[0])}" if shown else "Price and emotion")
    if not material.assets:
        block.empty = "No prices are stored: run affect ingest prices PATH --asset NAME"
        return block
    if not shown:
        block.empty = "No emotion to show beside it: run affect tag, then affect aggregate"
        return block
    emotion = material.daily.filter(pl.col("measure") == shown[0])
    within = material.prices.filter(
        pl.col("day").is_between(emotion["day"].min(), emotion["day"].max())
    )
    block.subtitle = f"Daily close of {assets}; share of posts that carry {shown[0]}, % per day"
    if within.is_empty():
        block.empty = f"The prices of {assets} and the posts have no day in common."
        return block
    days, _, _ = marks(material)
    within = pl.concat([within.filter(pl.col("asset") == asset) for asset in _by_finding(material)])
    figure = price.draw(within, emotion, name=shown[0], events=days)
    block.picture = _style.svg(figure)
    block.notes = [LIKENESS]
    block.alt = f"Daily close of {assets} above the daily share of posts with {shown[0]}."
    return block


def _by_finding(material: Material) -> list[str]:
    """Return the assets, the one with the strongest finding first."""
    found = [claim.y or "" for claim in material.about("xcorr")]
    rank = {asset: [f"asset/{asset}:" in y for y in found] for asset in material.assets}
    return sorted(rank, key=lambda asset: rank[asset].index(True) if any(rank[asset]) else 999)


def _lags(material: Material) -> Block:
    block = Block(
        "What leads what",
        "Correlation r at each lag, after each series' own memory is removed",
    )
    claims = [c for c in material.about("xcorr") if c.result.get("lags")]
    if not claims:
        block.empty = "No pair was tested: run affect analyze xcorr --x SIGNAL --y SIGNAL"
        return block
    ranked = sorted(
        claims,
        key=lambda c: (1.0 if c.q_value is None else c.q_value, -abs(c.result["peak_r"] or 0.0)),
    )[:LAGS]
    scans = [_scan(material, claim) for claim in ranked]
    block.picture = _style.svg(lags.draw(scans))
    block.notes = [BAND]
    block.alt = "; ".join(_text.plain(claim.verdict) for claim in ranked)
    return block


def _scan(material: Material, claim: Claim) -> dict[str, Any]:
    """Return a result with the names that a panel has room for."""
    names = {
        side: signal_name(material, claim.result.get(side) or getattr(claim, side) or "")
        for side in ("x", "y")
    }
    return {**claim.result, "q_value": claim.q_value, **names}


def signal_name(material: Material, signal: str) -> str:
    """Return what a reader calls a signal: `fear`, `AAPL return`."""
    own = material.measure(signal)
    return own if own is not None else signal.removeprefix("asset/").replace(":", " ")


def _forecasts(material: Material) -> list[Block]:
    signals = material.forecasts["signal"].unique().sort().to_list()
    if not signals:
        do = f"affect forecast --signal '{_text.plain(material.community)}:…'"
        return [Block("What comes next", empty=f"No forecast is stored: run {do}")]
    lead = {m: i for i, m in enumerate(_leads(material))}
    signals.sort(key=lambda s: (lead.get(material.measure(s) or "", 999), s))
    return [_forecast(material, signal) for signal in signals[:FORECASTS]]


def _forecast(material: Material, signal: str) -> Block:
    rows = material.forecasts.filter(pl.col("signal") == signal)
    best = rows.filter(pl.col("chosen"))
    best = best if best.height else rows.filter(pl.col("model") == rows["model"][0])
    name = _text.plain(material.measure(signal) or signal)
    claims = [c for c in material.about("forecast") if c.x == signal]
    claims.sort(key=lambda c: c.result.get("threshold") != best["threshold"][0])
    claim = claims[0] if claims else None
    share = name not in {"posts", "valence"}
    alerts = material.alerts.filter(pl.col("signal") == signal, pl.col("model") == best["model"][0])
    periods = [(r["starts"], r["ends"], r["probability"]) for r in alerts.rows(named=True)]
    figure = forecast.draw(material.histories[signal], best, periods, share=share)
    unit = "share of posts, % per day" if share else "per day"
    block = Block(
        f"What comes next: {name}",
        f"{name}, {unit}; forecast of {best['model'][0]} from {best['origin'][0]}",
        _style.svg(figure),
        f"Forecast of {name} with its threshold and daily probability of being high.",
    )
    block.notes = [FAN]
    if claim is not None and claim.result.get("scores"):
        block.tables = [
            scores(claim.result["scores"], name, best=str(best["model"][0]), share=share)
        ]
        if claim.result.get("reason"):
            block.notes.append(_text.plain(str(claim.result["reason"])))
    return block


def _coverage(material: Material) -> Block:
    block = Block("Coverage: eligible posts per day", side_by_side=True)
    days = _answers.thin_days(material)
    if days.is_empty():
        block.empty = "No daily series are stored: run affect tag, then affect aggregate"
    else:
        block.picture = _style.svg(coverage.draw(days))
        block.alt = f"Posts per day over {days.height} days; {days['thin'].sum()} have no value."
        block.notes = [THIN.format(k=material.k)]
    block.tables = [t for t in (languages(material), rejects(material)) if t.rows]
    return block
