"""Every figure: pure, the same bytes each time, no text that overlaps or leaves the page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import polars as pl
import pytest

from affectcli import parts
from affectcli.report import (
    _figures,
    _layout,
    _series,
    _style,
    _text,
    coverage,
    emotions,
    forecast,
    lags,
    price,
)
from tests.unit.report.conftest import HOSTILE
from tests.unit.report.readable import check

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

FIRST = date(2024, 1, 1)
NAMES = ("lead", "many", "two years", "eight days", "one day", "weeks", "many weeks", "sparse",
         "means", "price", "log price", "one pair", "four pairs", "forecast", "forecast of counts",
         "coverage", "small lead", "small many", "small price", "small pairs", "small forecast",
         "tall many")  # fmt: skip
CROWDED = [FIRST + timedelta(d) for d in (3, 40, 41, 43, 120, 121, 170)]


def days(count: int, *, missing: Sequence[int] = ()) -> list[date | None]:
    return [FIRST + timedelta(i) for i in range(count) if i not in missing]


def shares(names: Sequence[str], count: int = 180, *, gaps: bool = False) -> pl.DataFrame:
    rng = np.random.default_rng(3)
    frames = []
    for name in names:
        value = rng.uniform(0.05, 0.3, count)
        frame = pl.DataFrame(
            {"measure": name, "day": days(count), "value": value,
             "low": value - 0.04, "high": value + 0.04}
        )  # fmt: skip
        hidden = (pl.col("day").dt.day() % 5 == 0) if gaps else pl.lit(value=False)
        shown = pl.when(~hidden).then(pl.col("value", "low", "high"))
        frames.append(frame.with_columns(shown))
    return pl.concat(frames)


def timeline(
    names: Sequence[str], count: int = 180, kind: _series.Kind = "day", *, gaps: bool = False,
    events: Sequence[date] = (), peaks: dict[str, tuple[date, date]] | None = None,
) -> _series.Timeline:  # fmt: skip
    rows = shares(names, count, gaps=gaps)
    span = (FIRST, FIRST + timedelta(count - 1))
    if kind == "week":
        rows = rows.filter(pl.col("day").dt.weekday() == 1)
    return _series.Timeline(rows, kind, span, events, peaks or {})


def closes(*assets: str, slope: float = 0.001) -> pl.DataFrame:
    close = 100 * np.exp(slope * np.arange(180))
    return pl.concat([pl.DataFrame({"asset": a, "day": days(180), "close": close}) for a in assets])


def scan(x: str, y: str, peak: int | None = 2) -> dict[str, object]:
    at = np.arange(-14, 15)
    r = 0.05 * np.cos(at)
    return {"x": x, "y": y, "freq": "bar", "lags": at.tolist(), "r": r.tolist(),
            "raw_r": [None, *(r[1:] * 2).tolist()], "band_low": [-0.2] * 29,
            "band_high": [0.2] * 29, "peak_lag": peak, "peak_r": None if peak is None else 0.4,
            "q_value": None if peak is None else 0.01}  # fmt: skip


def ahead(count: int = 14) -> pl.DataFrame:
    steps = np.arange(count)
    names = ("q05", "q10", "q25", "q50", "q75", "q90", "q95")
    spread = zip(names, np.linspace(-0.1, 0.1, 7), strict=True)
    quantiles = {name: 0.2 + 0.003 * steps + z for name, z in spread}
    future = [FIRST + timedelta(180 + int(i)) for i in steps]
    return pl.DataFrame(
        {"day": future, **quantiles, "p_high": np.linspace(0, 1, count), "threshold": 0.28}
    )


def figures() -> dict[str, Figure]:
    six = ["fear", "joy", "anger", "sadness", HOSTILE, "desire"]
    history = pl.DataFrame({"day": days(180), "value": np.linspace(0.1, 0.3, 180)})
    spell = (FIRST + timedelta(182), FIRST + timedelta(186), 0.62)
    thin = pl.DataFrame(
        {"day": days(180), "posts": [None, *range(179)], "thin": [True] * 20 + [False] * 160}
    )  # fmt: skip
    fear = timeline(["fear"], events=CROWDED)
    many = timeline(six, gaps=True, events=CROWDED)
    high = (FIRST + timedelta(99), FIRST + timedelta(105))
    weeks = timeline(six, kind="week", events=CROWDED, peaks={"fear": high})
    bare = pl.lit(None, pl.Float64)
    rows = timeline(["joy"], kind="week").rows.with_columns(low=bare, high=bare)
    means = _series.Timeline(rows, "week", (FIRST, FIRST + timedelta(179)))
    pairs = [scan(HOSTILE, HOSTILE, peak) for peak in (-14, 0, 14, None)]
    return {
        "lead": emotions.draw(fear, ["fear"], tall=True),
        "many": emotions.draw(many, six, tall=False),
        "two years": emotions.draw(timeline(["joy"], 730, events=CROWDED), ["joy"], tall=True),
        "eight days": emotions.draw(timeline(["joy"], 8, events=CROWDED[:1]), ["joy"], tall=True),
        "one day": emotions.draw(timeline(["joy"], 1), ["joy"], tall=True),
        "weeks": emotions.draw(weeks, ["fear"], tall=True),
        "many weeks": emotions.draw(weeks, six, tall=False),
        "sparse": emotions.draw(timeline(["joy"], kind="sparse", gaps=True), ["joy"], tall=True),
        "means": emotions.draw(means, ["joy"], tall=True),
        "price": price.draw(closes("AAPL", HOSTILE), fear, "fear", HOSTILE),
        "log price": price.draw(
            closes("BTC-USD", slope=0.03), timeline(["fear"]), "fear", "mean probability of fear"
        ),
        "one pair": lags.draw([scan("fear", "AAPL return")]),
        "four pairs": lags.draw(pairs),
        "forecast": forecast.draw(history, ahead(), periods=[spell], share=True),
        "forecast of counts": forecast.draw(history, ahead(1), periods=[], share=False),
        "coverage": coverage.draw(thin),
        "small lead": emotions.draw(fear, ["fear"], tall=True, scale=_layout.LOW),
        "small many": emotions.draw(weeks, six, tall=False, scale=_layout.LOW),
        "small price": price.draw(closes("AAPL"), fear, "fear", "fear", scale=_layout.LOW),
        "small pairs": lags.draw(pairs, scale=_layout.LOW),
        "small forecast": forecast.draw(
            history, ahead(), periods=[spell], share=True, scale=_layout.LOW
        ),
        "tall many": emotions.draw(weeks, six, tall=False, scale=_layout.HIGH),
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, Figure]:
    return figures()


@pytest.mark.parametrize("name", NAMES)
def test_no_text_overlaps_or_is_clipped(drawn: dict[str, Figure], name: str) -> None:
    check(drawn[name])


def test_svg_is_the_same_at_every_call_and_is_well_formed(drawn: dict[str, Figure]) -> None:
    assert tuple(drawn) == NAMES
    for name, figure in figures().items():
        made = _style.svg(figure)
        assert made == _style.svg(drawn[name]), name
        ET.fromstring(made)  # noqa: S314  # our own bytes


def test_a_script_without_a_font_is_no_warning() -> None:
    made = _style.svg(
        emotions.draw(timeline(["ไทย ქართული عربى"]), ["ไทย ქართული عربى"], tall=False)
    )
    assert "ไทย ქართული عربى" in made.decode()


def test_text_in_a_picture_stays_text(drawn: dict[str, Figure]) -> None:
    made = _style.svg(drawn["price"]).decode()
    assert "AAPL, close</text>" in made


def test_every_figure_is_a_part_with_a_help_line() -> None:
    assert set(parts.names("report")) == set(_figures.ORDER)
    assert all(hasattr(parts.load("report", name), "blocks") for name in _figures.ORDER)
    assert all(len(parts.summary("report", name)) > 20 for name in parts.names("report"))


@pytest.mark.parametrize("span", [1, 8, 40, 75, 76, 180, 400, 730, 2000, 6000])
def test_axes_have_few_dates(span: int) -> None:
    marks = _style._marks(FIRST, FIRST + timedelta(span))
    assert len(marks) <= 13


def test_names_lose_what_would_break_the_page_and_nothing_else() -> None:
    assert _text.plain("a\x1b[31m\nb\x00 \u202ec") == "a [31m b c"
    assert _text.plain('$x$ #1 "q" \\ <b> *c* _d_ 日本🚀') == '$x$ #1 "q" \\ <b> *c* _d_ 日本🚀'
    assert _text.columns(_text.short("日本語" * 20, 21)) <= 21
    assert _text.short("fear", 40) == "fear"
