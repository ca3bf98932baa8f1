"""The figures of findings: drawn from results as the analyses store them, and their words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli.report import (
    _answers,
    _figures,
    _layout,
    _material,
    _style,
    alarms,
    causes,
    equity,
    events,
    heatmap,
    reliability,
    scores,
    words,
)
from affectcli.report._claims import Claim
from affectcli.report._subject import Subject
from affectcli.report._tables import NONE
from tests.unit.report.conftest import COMMUNITY, HOSTILE, ORIGIN, World
from tests.unit.report.readable import check, texts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

FIRST = date(2024, 1, 1)
MODELS = ("seasonal_naive", "ridge", "used", "mlp")


def claim(analysis: str, x: str, y: str | None, result: dict[str, Any]) -> Claim:
    q = result.get("q_value")
    return Claim(f"{analysis}-{x}-{y}", "r", analysis, x, y, "said", q, q, result)


def event(name: str = "Bridge exploit", *, q: float = 0.01, dates: int = 2) -> Claim:
    days = [str(FIRST + timedelta(99 + 20 * i)) for i in range(dates)]
    result = {"event": name, "signal": f"{COMMUNITY}:fear", "window": "-1:5", "baseline": "-30:-2",
              "effect": 0.12, "low": 0.05, "high": 0.19, "p_value": q, "q_value": q, "n": dates,
              "days": days, "before": 0.22, "during": 0.34, "freq": "day"}  # fmt: skip
    return claim("events", f"{COMMUNITY}:fear", name, result)


def driver(name: str, carried: float, *, authors: int = 40, role: str = "driver") -> dict[str, Any]:
    known = authors >= 10
    return {"dimension": "terms", "name": name, "role": role, "contribution": carried,
            "low": carried - 0.01, "high": carried + 0.01, "from_amount": carried * 1.5,
            "from_feeling": -carried * 0.5, "authors": authors if known else None,
            "posts_share_before": 0.2 if known else None,
            "posts_share": 0.31 if known else None}  # fmt: skip


def shift(names: tuple[str, ...] = ("hack", "bridge")) -> list[Claim]:
    rows = [driver(name, 0.03 / (i + 1)) for i, name in enumerate(names)]
    rows += [driver("nine", 0.9, authors=9), driver("everything else", 0.05, role="general")]
    shared = {"window": "2024-04-08/2024-04-22", "baseline": "2024-02-12/2024-04-08"}
    x = f"{COMMUNITY}:fear"
    total = {"p_value": 0.002, "why": None}
    return [claim("drivers", x, "terms", {**shared, "change": 0.12, "rows": rows}),
            claim("drivers", x, None, {**shared, "change": 0.12, "total": total})]  # fmt: skip


def theme(name: str, share: float, *, authors: int | None = 40, **more: Any) -> Claim:  # noqa: ANN401  # any key of a result
    result = {"community": COMMUNITY, "emotion": "fear", "theme": name, "share": share,
              "low": share * 0.8, "high": share * 1.2, "spans": int(900 * share), "of": 900,
              "of_authors": 300, "authors": authors, "trend": None, "again": 0.9,
              "q_value": None, **more}  # fmt: skip
    return claim("causes", f"{COMMUNITY}:fear", name, result)


def themes(name: str = "bridge, exploit") -> list[Claim]:
    return [theme(name, 0.3, trend=0.04, q_value=0.01), theme("fees", 0.1, again=0.3, trend=0.5,
            q_value=0.8), theme("nine", 0.2, authors=9), theme("no theme", 0.25, authors=None),
            theme("too few authors", 0.05, authors=None)]  # fmt: skip


def traded(asset: str = "TIDE-USD", *, slope: float = 0.01) -> Claim:
    days = [str(FIRST + timedelta(3 * i)) for i in range(60)]
    wealth = np.exp(slope * np.arange(60))
    curve = {"ts": days, "rule": wealth.tolist(), "buy_and_hold": (wealth**0.98).tolist(),
             "low": (wealth**0 * 0.8).tolist(), "middle": (wealth**0.99).tolist(),
             "high": (wealth * 1.2).tolist()}  # fmt: skip
    result = {"rule": "above:q80", "asset": asset, "side": "long", "start": days[0],
              "end": days[-1], "total_return": 0.8, "buy_and_hold_return": 0.7,
              "random_timing_return": 0.75, "random_timing_percentile": 0.62, "q_value": 0.3,
              "cost_bps": 10.0, "curve": curve}  # fmt: skip
    return claim("backtest", f"{COMMUNITY}:fear", f"asset/{asset}", result)


def scored() -> list[dict[str, Any]]:
    ratio = {"seasonal_naive": 1.0, "ridge": 0.8, "used": 0.85, "mlp": 1.3}
    return [
        {"model": model, "horizon": h, "origins": 60, "mae": 0.03, "mase": 0.9,
         "wis": 0.02 * ratio[model], "wis_ratio": ratio[model], "dm_q": 0.004,
         "coverage80": 0.7 if model == "mlp" else 0.81, "coverage95": None, "precision": 0.5,
         "recall": None, "brier": 0.1}
        for model in MODELS for h in (1, 7, 14, 28)
    ]  # fmt: skip


def past() -> dict[str, Any]:
    def alarm(day: int, outcome: str | None) -> dict[str, Any]:
        days = [ORIGIN - timedelta(day) + timedelta(i) for i in (0, 4, 9)]
        return dict(zip(("origin", "start", "end"), map(str, days), strict=True)) | {
            "probability": 0.5 + day / 400, "outcome": outcome, "lead_days": 4}  # fmt: skip

    bins = [{"low": a, "high": a + 0.2, "forecast": a + 0.1, "observed": 0.9 * a, "days": 40}
            for a in (0.0, 0.2, 0.4, 0.6, 0.8)]  # fmt: skip
    return {"past_alarms": [alarm(120, "hit"), alarm(90, "miss"), alarm(3, None)],
            "missed": [{"start": str(ORIGIN - timedelta(60)), "end": str(ORIGIN - timedelta(55))}],
            "reliability": [*bins, {**bins[0], "days": 0}], "abstains": None}  # fmt: skip


@pytest.fixture(scope="module")
def material(world: World) -> _material.Material:
    """Return what a report shows, with findings of every analysis."""
    period = _material.period(None, None)
    found = _material.gather(world.context(), community=None, assets=None, span=period)
    kept = [c for c in found.claims if c.analysis != "forecast"]
    outlook = next(c for c in found.claims if c.analysis == "forecast")
    outlook = replace(outlook, result={**outlook.result, "scores": scored(), **past()})
    more = [event(), event("Audit", q=0.4, dates=1), *shift(), *themes(), traded()]
    return replace(found, claims=[*kept, outlook, *more])


NEW = ("heatmap", "events", "words", "causes", "equity", "scores", "alarms", "reliability")


def weeks(names: tuple[str, ...]) -> pl.DataFrame:
    days = [FIRST + timedelta(7 * i) for i in range(52)]
    rng = np.random.default_rng(2)
    values = [None if i % 9 == 0 else float(rng.random()) for i in range(52)]
    return pl.concat([pl.DataFrame({"measure": n, "day": days, "value": values}) for n in names])


def hostile() -> dict[str, Callable[[float], Figure]]:
    """Return every new figure of names that are long, wide, right-to-left or full of code."""
    wide = ("fear", HOSTILE, "שלום عربى", "日本株" * 20)
    paths = [events.Path(HOSTILE, np.arange(-30, 11), np.full((2, 41), 0.2) + np.arange(41) / 99,
                         event(HOSTILE).result, share=i < 2) for i in range(4)]  # fmt: skip
    terms = words.shown([driver(name, (-1) ** i * 0.02) for i, name in enumerate(wide)], k=10)
    bars = causes.shown([theme(name, 0.2, trend=-0.1, q_value=0.0) for name in wide], k=10)
    line = [(HOSTILE[:60], True), ("better than 62 % of random timings", False)]
    curves = [{**traded(slope=s).result["curve"], "lines": line} for s in (0.0001, 0.01, 0.2)]
    grid, heads = scores.grid(scored())
    history = pl.DataFrame({"day": [FIRST + timedelta(i) for i in range(180)], "value": 0.2})
    raised, missed = alarms._read(past())
    bins = past()["reliability"][:-1]
    return {
        "heatmap": lambda _: heatmap.draw(weeks(wide)),
        "framed": lambda _: heatmap.draw(weeks(("a",)), framed={"a": (FIRST, FIRST)}),
        "events": lambda s: events.draw(paths, scale=s),
        "one event": lambda s: events.draw(paths[:1], scale=s),
        "words": lambda _: words.draw(terms),
        "causes": lambda _: causes.draw(bars),
        "equity": lambda s: equity.draw(curves, scale=s),
        "scores": lambda _: scores.draw([(HOSTILE, grid[0][1]), *grid], heads),
        "alarms": lambda s: alarms.draw(history, raised, missed, share=True, scale=s),
        "missed": lambda s: alarms.draw(history, [], missed, share=False, scale=s),
        "reliability": lambda _: reliability.draw([(HOSTILE, bins)] * 2),
        "one diagram": lambda _: reliability.draw([("fear", bins * 2)]),
    }


@pytest.mark.parametrize("scale", [_layout.LOW, 1.0, _layout.HIGH])
@pytest.mark.parametrize("name", list(hostile()))
def test_no_text_overlaps_or_is_clipped(name: str, scale: float) -> None:
    check(hostile()[name](scale))


@pytest.mark.parametrize("name", list(hostile()))
def test_the_same_bytes_at_every_call(name: str) -> None:
    made = [_style.svg(hostile()[name](1.0)) for _ in range(2)]
    assert made[0] == made[1]
    assert len(made[0]) < 300_000


@pytest.mark.parametrize("name", NEW)
def test_a_finding_becomes_a_figure_with_words_and_numbers(
    material: _material.Material, name: str
) -> None:
    for block in _figures.figure(Subject(material, 6), name):
        assert block.name == name
        assert block.draw is not None, block.empty
        assert any(digit in block.alt for digit in "0123456789"), block.alt
        assert block.notes
        assert block.numbers is not None
        table = block.numbers()
        assert table.rows
        assert all(len(row) == len(table.head) for row in table.rows)
        assert "nan" not in str(table.rows)
        check(block.draw(1.0))


@pytest.mark.parametrize("name", NEW)
def test_an_empty_state_says_why(material: _material.Material, name: str) -> None:
    bare = replace(
        material, claims=[], forecasts=material.forecasts.clear(), weekly=material.weekly.clear(),
        daily=material.daily.filter(pl.col("measure") == "posts"),
    )  # fmt: skip
    (block,) = _figures.figure(Subject(bare, 6), name)
    assert block.draw is None
    assert block.picture(1.0) is None
    assert "affect " in block.empty
    assert not block.alt


def test_what_is_missing_is_listed_once_at_the_end(material: _material.Material) -> None:
    bare = replace(material, claims=[], forecasts=material.forecasts.clear())
    *_, coverage, absent = _figures.blocks(bare, 3)
    assert coverage.name == "coverage"
    assert absent.title == _figures.ABSENT
    lines = absent.empty.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        events.TITLE, words.TITLE, causes.TITLE, equity.TITLE,
        f"{scores.TITLE}, {alarms.TITLE}, {reliability.TITLE}"]  # fmt: skip
    assert all("run affect " in line for line in lines)


def test_a_weekly_outlook_draws_weeks(material: _material.Material) -> None:
    weekly = [
        replace(c, result={**c.result, "freq": "week"}) if c.analysis == "forecast" else c
        for c in material.claims
    ]
    (fan,) = _figures.figure(Subject(replace(material, claims=weekly), 6), "forecast")
    assert fan.subtitle.startswith("share of posts, % per week")
    assert fan.notes[0].startswith("Black: weeks from Monday.")
    assert fan.draw is not None
    drawn = fan.draw(1.0)
    check(drawn)
    assert "Probability that the week is high" in texts_of(drawn)
    (scored,) = _figures.figure(Subject(replace(material, claims=weekly), 6), "scores")
    assert "columns: weeks ahead" in scored.subtitle
    assert scored.tables[0].head[0] == "Weeks ahead"
    assert scored.draw is not None
    assert "1 week" in texts_of(scored.draw(1.0))
    (held,) = _figures.figure(Subject(replace(material, claims=weekly), 6), "reliability")
    assert "high week" in held.subtitle
    assert held.draw is not None
    assert not any("day" in text for text in texts_of(held.draw(1.0)))
    start = {"start": "2024-03-04", "end": "2024-03-11"}
    _, missed = alarms._read({"freq": "week", "missed": [start]})
    assert missed == [(date(2024, 3, 4), date(2024, 3, 17))]


def test_an_announced_week_ends_on_its_sunday(material: _material.Material) -> None:
    outlook = next(c for c in material.claims if c.analysis == "forecast")
    announced = pl.DataFrame([{"signal": outlook.x, "model": "ets", "origin": date(2024, 6, 17),
                               "starts": date(2024, 6, 24), "ends": date(2024, 7, 1),
                               "probability": 0.7, "threshold": 0.3, "run_id": "r"}])  # fmt: skip
    said = {}
    for freq in ("day", "week"):
        claims = [replace(outlook, result={**outlook.result, "freq": freq})]
        answer = _answers.what_comes(replace(material, claims=claims, alerts=announced))
        said[freq] = answer.sentences[0].text
    assert "from 2024-06-24 to 2024-07-01 with" in said["day"]
    assert "from 2024-06-24 to 2024-07-07 with" in said["week"]


def test_a_community_of_few_shows_nothing(material: _material.Material) -> None:
    hidden = replace(material, summary=dict.fromkeys(material.summary))
    for name in NEW:
        (block,) = _figures.figure(Subject(hidden, 6), name)
        assert block.empty.startswith("Withheld")


def test_terms_and_themes_of_nine_authors_are_not_drawn(material: _material.Material) -> None:
    for name in ("words", "causes"):
        (block,) = _figures.figure(Subject(material, 6), name)
        made = (block.picture(1.0) or b"").decode()
        assert "nine" not in made + block.alt + str(block.numbers and block.numbers().rows)


def test_days_of_nine_authors_are_no_part_of_an_event(material: _material.Material) -> None:
    # 20 February has nine authors and a share of 0.777: see the conftest.
    near = event()
    near.result["days"] = ["2024-02-20"]
    found = events._path(replace(material, claims=[near]), near)
    assert found is not None
    assert np.isnan(found.values[0, 30])
    assert np.nanmax(found.values) < 0.77


def test_a_word_shift_takes_the_surest_change(material: _material.Material) -> None:
    other = [replace(c, x=f"{COMMUNITY}:joy") for c in shift(("lambo",))]
    other[1].result["total"]["p_value"] = 0.4
    other[1].result["total"]["why"] = "it may be chance"
    (block,) = _figures.figure(Subject(replace(material, claims=[*other, *shift()]), 6), "words")
    assert block.title == "Word shift: fear"
    (doubtful,) = _figures.figure(Subject(replace(material, claims=other), 6), "words")
    assert doubtful.subtitle.endswith(", and it may be chance")
    assert "Everything that is none of these terms carries +5 points." in block.notes[0]


def test_causes_follow_the_lead_emotion_and_mark_what_is_vague() -> None:
    rows = causes.shown(themes(), k=10)
    assert [r.name for r in rows] == [
        "bridge, exploit", "(fees)", "in no theme", "in themes of too few authors"]  # fmt: skip
    assert [r.trend for r in rows] == [0.04, None, None, None]


def test_curves_of_an_older_version_are_asked_for_again(material: _material.Material) -> None:
    old = traded()
    del old.result["curve"]
    (block,) = _figures.figure(Subject(replace(material, claims=[old]), 6), "equity")
    assert "again" in block.empty


def test_scores_rank_models_and_mark_what_is_off() -> None:
    rows, heads = scores.grid(scored())
    assert heads == [1, 7, 14, 28]
    assert [name for name, _ in rows] == [
        "as used", "ridge regression", "seasonal-naive", "neural network"]  # fmt: skip
    (relative, eighty, ninety_five) = rows[3][1]
    assert (relative[0].text, relative[0].dark) == ("1.30**", 0.0)
    assert (eighty[0].text, eighty[0].mark) == ("70", "v")
    assert ninety_five[0].text == NONE
    assert rows[2][1][0][0].text == "1.00"


def test_scores_without_ratios_are_set_beside_seasonal_naive() -> None:
    rows, _ = scores.grid([{**s, "wis_ratio": None} for s in scored()])
    assert [row[1][0][0].text for row in rows] == ["0.85**", "0.80**", "1.00", "1.30**"]


def test_an_outlook_that_abstains_says_so(material: _material.Material) -> None:
    why = "its past alarms were no better than the base rate"
    quiet = [
        replace(c, result={**c.result, "past_alarms": [], "missed": [], "abstains": why})
        if c.analysis == "forecast" else c
        for c in material.claims
    ]  # fmt: skip
    subject = Subject(replace(material, claims=quiet), 6)
    (block,) = _figures.figure(subject, "alarms")
    assert block.empty == f"No alarm is raised: {why}."
    (fan,) = _figures.figure(subject, "forecast")
    assert why in fan.notes[-1]


def test_shades_of_the_heatmap_keep_their_order_in_grey() -> None:
    grey = [
        0.299 * int(c[1:3], 16) + 0.587 * int(c[3:5], 16) + 0.114 * int(c[5:], 16)
        for c in heatmap.shades()
    ]
    assert all(a - b > 15 for a, b in pairwise(grey))


def test_weeks_of_days_where_none_are_stored(material: _material.Material) -> None:
    made = heatmap.weekly(Subject(replace(material, weekly=material.weekly.clear()), 6))
    fear = made.filter(pl.col("measure") == "fear")
    assert fear["day"].dt.weekday().unique().to_list() == [1]
    assert fear["value"].null_count() < 3


@pytest.mark.parametrize(("deflated", "found"), [(0.8, False), (0.97, True), (None, True)])
def test_the_best_of_many_rules_is_no_find(
    material: _material.Material, deflated: float | None, found: bool
) -> None:
    lucky = traded()
    lucky.result.update(q_value=0.01, deflated_sharpe=deflated, tried=88)
    made = equity._curve(material, replace(lucky, q_value=0.01))
    assert made["lines"][1][1] is found


def test_every_figure_has_its_numbers_for_those_who_do_not_see_it(
    material: _material.Material,
) -> None:
    drawn = [block for block in _figures.blocks(material, 6) if block.draw]
    assert {block.name for block in drawn} == set(_figures.ORDER)
    for block in drawn:
        assert block.alt, block.title
        assert block.numbers is not None, block.title
        table = block.numbers()
        assert {len(row) for row in table.rows} == {len(table.head)}
    assert "0.777" not in str([block.numbers and block.numbers().rows for block in drawn])
    assert "78\u00a0%" not in str([b.alt for b in drawn if b.name == "emotions"])
