"""Which rows are drawn: days or weeks, shares or mean probabilities, which emotions."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from affectcli.report import _claims, _figures, _material, _rows, _series, emotions
from tests.unit.report.conftest import COMMUNITY

if TYPE_CHECKING:
    from tests.unit.report.conftest import World

HIGH = (date(2024, 4, 9), date(2024, 4, 15))


@pytest.fixture(scope="module")
def material(world: World) -> _material.Material:
    span = _material.period(None, None)
    return _material.gather(world.context(), community=None, assets=None, span=span)


def busy(material: _material.Material, posts: int) -> pl.DataFrame:
    """Return the days as if each had so many posts."""
    return material.daily.with_columns(pl.lit(posts).alias("posts"))


def test_thin_days_give_way_to_weeks(material: _material.Material) -> None:
    assert _rows.kind(material) == "week"


@pytest.mark.parametrize(("posts", "kind"), [(99, "week"), (100, "day")])
def test_days_are_drawn_where_they_hold_enough(
    material: _material.Material, posts: int, kind: str
) -> None:
    assert _rows.kind(replace(material, daily=busy(material, posts))) == kind


def test_busy_days_of_which_many_have_no_value_are_thin(material: _material.Material) -> None:
    gaps = pl.when(pl.col("day").dt.day() % 4 > 0).then(pl.col("value"))
    daily = busy(material, 500).with_columns(gaps.alias("value"))
    assert _rows.kind(replace(material, daily=daily)) == "week"


def test_without_weeks_or_with_stale_ones_thin_days_stay_points(
    material: _material.Material,
) -> None:
    assert _rows.kind(replace(material, weekly=material.weekly.clear())) == "sparse"
    stale = material.weekly.filter(pl.col("day") < date(2024, 6, 1))
    assert _rows.kind(replace(material, weekly=stale)) == "sparse"
    lead = _figures.blocks(replace(material, weekly=stale), 2)[0]
    assert lead.title == "Share of posts that carry fear, % per day"
    assert "affect aggregate --freq week" in lead.notes[0]


def test_points_without_a_mean_are_not_called_missing(material: _material.Material) -> None:
    fear = material.daily.filter(pl.col("measure") == "fear", pl.col("day").dt.weekday() == 1)
    rows = fear.select("measure", "day", "value", "low", "high")
    span = (rows["day"][0], rows["day"][-1])
    for value, missing in ((pl.col("value"), False), (pl.lit(None, pl.Float64), True)):
        made = _series.Timeline(rows.with_columns(value.alias("value")), "sparse", span)
        drawn = emotions.draw(made, ["fear"], tall=True)
        said = [text.get_text() for text in drawn.axes[0].texts]
        assert any("no day" in text for text in said) is missing


def test_weeks_are_said_in_titles_and_key(material: _material.Material) -> None:
    lead, others, price, *_ = _figures.blocks(material, 3)
    assert lead.title == "Share of posts that carry fear, % per week"
    assert others.title == "Other emotions, share of posts, % per week"
    assert "share of posts that carry fear, % per week" in price.subtitle
    assert lead.notes[0].startswith("Weeks from Monday")
    assert "Shaded: highest week" in lead.notes[0]
    assert price.notes[0].startswith("Events as numbered in the first figure. That two lines")
    eventless = replace(material, events=material.events.clear())
    assert "vent" not in _figures.blocks(eventless, 3)[2].notes[0]


def test_only_weeks_beyond_chance_are_shaded(material: _material.Material) -> None:
    chosen = _rows.chosen(material, 6)
    assert _rows.timeline(material, chosen, []).peaks == {"fear": HIGH}


def test_weeks_that_reach_beyond_the_period_are_left_out(world: World) -> None:
    span = _material.period("2024-03-02", "2024-04-03")
    material = _material.gather(world.context(), community=None, assets=None, span=span)
    weeks = material.weekly["day"].unique().sort().to_list()
    assert weeks == [date(2024, 3, 4) + timedelta(7 * i) for i in range(4)]


def variant(material: _material.Material, label: str, **result: Any) -> _material.Material:  # noqa: ANN401  # any result
    """Return the material with one claim, on the mean probability of a label."""
    stated = {"share": True, "now": 0.1, "before": 0.1, "percentile": 0.5,
              "peak_start": str(HIGH[0]), "peak_end": str(HIGH[1]), **result}  # fmt: skip
    claim = _claims.Claim(
        "levels-1", "r", "levels", f"{COMMUNITY}:{label}@mean", None, "", 0.01, 0.01,
        json.loads(json.dumps(stated)),
    )  # fmt: skip
    return replace(material, claims=[claim])


def test_a_claim_on_mean_probabilities_draws_that_column(material: _material.Material) -> None:
    made = variant(material, "joy", peak_q=0.02)
    chosen = _rows.chosen(made, 3)
    assert (chosen.labels[0], chosen.variant, chosen.lead) == ("joy", "mean", "joy@mean")
    timeline = _rows.timeline(made, chosen, [])
    assert timeline.peaks == {"joy": HIGH}
    drawn = timeline.rows.filter(pl.col("measure") == "joy")
    stored = material.weekly.filter(pl.col("measure") == "joy")
    for column, of in (("value", "mean"), ("low", "mean_low"), ("high", "mean_high")):
        assert drawn[column].to_list() == stored[of].to_list()
    assert drawn["high"].null_count() == 1  # the week of nine authors
    lead, others, *_ = _figures.blocks(made, 3)
    assert lead.title == "Mean probability of joy, % per week"
    assert others.title == "Other emotions, mean probability, % per week"
    assert "Band: 95\u00a0% interval" in lead.notes[0]
    assert "No interval" not in lead.notes[0]


def test_uncorrected_shares_and_means_of_older_days_have_no_band(
    material: _material.Material,
) -> None:
    bare = pl.lit(None, pl.Float64)
    old = {
        name: getattr(material, name).with_columns(mean_low=bare, mean_high=bare)
        for name in ("daily", "weekly")
    }
    made = replace(variant(material, "joy", peak_q=0.02), **old)
    assert "No interval is known." in _figures.blocks(made, 3)[0].notes[0]
    raw = _rows.timeline(material, _rows.Chosen(["joy"], "raw"), [])
    assert raw.rows.select("low", "high").null_count().row(0) == (raw.rows.height,) * 2


def test_emotions_with_a_highest_week_come_before_more_frequent_ones(
    material: _material.Material,
) -> None:
    fear = variant(material, "fear", peak_q=0.001).claims[0]
    rare = replace(variant(material, "gratitude", peak_q=0.03).claims[0], q_value=0.9)
    chosen = _rows.chosen(replace(material, claims=[fear, rare]), 3)
    assert chosen.labels == ["fear", "gratitude", "admiration"]


def test_weak_labels_are_neither_drawn_nor_claimed(material: _material.Material) -> None:
    assert material.weak == {"grief": 13}
    assert "grief" not in _rows.chosen(material, 99).labels
    assert not [claim for claim in material.claims if "grief" in claim.x]
