"""The figures of what was tested and forecast: correlations by lag, fans, score tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from affectcli.report import _breaks, _rows, _text, _words, forecast, lags
from affectcli.report._block import Block
from affectcli.report._captions import BAND, FAN, MEAN
from affectcli.report._tables import scores

if TYPE_CHECKING:
    from affectcli.report._material import Claim, Material

LAGS, FORECASTS = 4, 2
"""At most so many lag panels and forecasts."""


def leads(material: Material) -> Block:
    """Return the correlations by lag of the pairs with the smallest q."""
    block = Block(
        "What leads what",
        "Correlation r at each lag, after each series' own memory is removed",
    )
    claims = [c for c in material.about("xcorr") if c.result.get("lags")]
    if not claims:
        block.empty = "No pair was tested: run affect analyze xcorr --x SIGNAL --y SIGNAL"
        return block
    ranked = sorted(claims, key=lambda c: (_words.q_of(c), -abs(c.result["peak_r"] or 0.0)))
    shown = _of_one_scheme(material, ranked)
    scans = [_scan(material, claim) for claim in shown[:LAGS]]
    block.draw = lambda scale: lags.draw(scans, scale=scale)
    block.panels = lags.PANEL * lags.rows(len(scans))
    means = any("(mean)" in scan[side] for scan in scans for side in ("x", "y"))
    block.notes = [f"{MEAN} {BAND}" if means else BAND]
    block.alt = "; ".join(_words.own(material, claim) for claim in shown[:LAGS])
    if len(shown) < len(ranked):
        other = len(ranked) - len(shown)
        block.notes.append(f"Not drawn here: pairs of labels of other schemes ({other}).")
    return block


def _of_one_scheme(material: Material, ranked: list[Claim]) -> list[Claim]:
    """Return the pairs whose labels are of the schemes of the first pair, or of none."""

    def schemes(claim: Claim) -> set[str]:
        return {found for side in (claim.x, claim.y) if side and (found := material.scheme(side))}

    known = [schemes(claim) for claim in ranked]
    lead = next((found for found in known if found), set())
    return [claim for claim, found in zip(ranked, known, strict=True) if found <= lead]


def _scan(material: Material, claim: Claim) -> dict[str, Any]:
    """Return a result with the names that a panel has room for."""
    names = {
        side: _short(material, claim.result.get(side) or getattr(claim, side) or "")
        for side in ("x", "y")
    }
    return {**claim.result, "q_value": claim.q_value, **names}


def _short(material: Material, signal: str) -> str:
    """Return a narrow name of a signal: `fear`, `fear (mean)`, `AAPL return`."""
    own = material.measure(signal)
    if own is None:
        return _words.name_of(material, signal)
    label, variant = _words.split(own)
    return f"{label} ({variant})" if variant else label


def forecasts(material: Material) -> list[Block]:
    """Return the forecasts, that of the lead emotion first."""
    signals = material.forecasts["signal"].unique().sort().to_list()
    if not signals:
        do = f"affect forecast --signal '{_text.plain(material.community)}:…'"
        return [Block("What comes next", empty=f"No forecast is stored: run {do}")]
    lead = {m: i for i, m in enumerate(_rows.leads(material))}
    signals.sort(key=lambda s: (lead.get(material.measure(s) or "", 999), s))
    return [_forecast(material, signal) for signal in signals[:FORECASTS]]


def _forecast(material: Material, signal: str) -> Block:
    rows = material.forecasts.filter(pl.col("signal") == signal)
    best = rows.filter(pl.col("chosen"))
    best = best if best.height else rows.filter(pl.col("model") == rows["model"][0])
    used = str(best["model"][0])
    label, variant = _words.split(material.measure(signal) or signal)
    share = material.is_share(label)
    name = _words.called(material.measure(signal) or signal)
    alerts = material.alerts.filter(pl.col("signal") == signal, pl.col("model") == used)
    periods = [(r["starts"], r["ends"], r["probability"]) for r in alerts.rows(named=True)]
    history = material.histories[signal]
    recent = (best["origin"][0] - timedelta(forecast.BACK), best["origin"][0])
    broken = _breaks.days(material, recent)
    unit = "" if not share else "% per day; " if variant else "share of posts, % per day; "
    block = Block(
        f"What comes next: {name}",
        f"{unit}forecast of {_words.model(used)} from {best['origin'][0]}",
        lambda scale: forecast.draw(
            history, best, periods=periods, share=share, breaks=broken, scale=scale
        ),
        sum(forecast.PANELS),
        f"Forecast of {name} with its threshold and daily probability of being high.",
        notes=[FAN, *_breaks.note(material, recent)],
    )
    claims = [c for c in material.about("forecast") if c.x == signal]
    result = claims[0].result if claims else {}
    if result.get("scores"):
        block.tables = [scores(result["scores"], name, best=used, share=share)]
        if result.get("reason"):
            block.notes.append(f"{_words.models(_text.plain(str(result['reason']))).rstrip('.')}.")
    return block
