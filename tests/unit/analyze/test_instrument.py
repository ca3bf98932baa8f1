"""Breaks of the instrument: each planted one has its cause, and a mood is none of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli.analyze import changepoints
from affectcli.analyze._instrument_breaks import InstrumentBreak
from affectcli.analyze._instrument_labels import common_mode, is_common, is_upheaval, moves
from affectcli.analyze._instrument_records import Sign, coverage, on_record, silences, swaps
from benchmarks import instrument

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2024, 1, 1)
Array = np.ndarray[Any, np.dtype[np.float64]]


@pytest.mark.parametrize("plant", ["common-mode", "tagger", "mood"])
def test_a_planted_change_is_called_what_it_is(plant: str) -> None:
    found = instrument.rows(plant, 65, 130, 7)
    fine, said = instrument.judged(plant, 65, found)
    assert fine, said


def test_a_break_is_a_finding_of_its_own(tmp_path: Path) -> None:
    made, p = instrument.posts("source", 60, 120, np.random.default_rng(1))
    ctx = instrument.stored(tmp_path / "a.duckdb", made, p, swapped=False)
    rows = changepoints.run(ctx, signal=f"{instrument.PLACE}:posts", nulls=199).rows
    with ctx.db.read() as con:
        said = con.raw.sql("from finding where contains(x, ':instrument.')").pl()
    own = [row for row in rows if ":instrument." in row["signal"]]
    assert [row["cause"] for row in own] == ["source"]
    assert said["x"].to_list() == [f"{instrument.PLACE}:instrument.source"]
    assert "a change of sources" in said["verdict"][0]


def _labels(factor: Array, *, seed: int = 0) -> tuple[Array, Array, Array]:
    """Return shares (80, 10) of labels that move by `factor` (10,) at day 40, posts, valence."""
    rng = np.random.default_rng(seed)
    posts = rng.integers(80, 120, 80).astype(float)
    chance = np.full((80, 10), 0.08)
    chance[40:] *= factor
    shares = rng.binomial(posts[:, None].astype(int), chance) / posts[:, None]
    return shares, posts, np.array([-1.0, 1.0] * 5)


def test_a_factor_of_all_labels_is_common_and_two_labels_are_not() -> None:
    every = moves(*_labels(np.full(10, 2.0)), 40)
    two = moves(*_labels(np.r_[2.5, 2.5, np.ones(8)]), 40)
    one_side = moves(*_labels(np.where(np.arange(10) % 2 == 0, 2.0, 1.0)), 40)
    assert every is not None
    assert is_common(every)
    assert every.factor == pytest.approx(2, abs=0.3)
    for found in (two, one_side):
        assert found is not None
        assert not is_common(found)
        assert not is_upheaval(found)


def test_labels_that_all_move_each_its_own_way_are_an_upheaval() -> None:
    found = moves(*_labels(np.array([3, 0.3, 0.2, 2.5, 2, 0.4, 3, 0.3, 2.2, 0.4])), 40)
    assert found is not None
    assert is_upheaval(found)
    assert not is_common(found)


def test_few_days_or_labels_say_nothing() -> None:
    shares, posts, valence = _labels(np.ones(10))
    assert moves(shares, posts, valence, 3) is None
    assert common_mode(shares[:, :3], posts) is None
    together = common_mode(shares, posts)
    assert together is not None
    assert together.shape == (80,)


def test_a_source_that_falls_silent_is_on_record_and_a_quiet_one_is_not() -> None:
    busy, stops, rare = np.full(100, 5.0), np.full(100, 3.0), np.zeros(100)
    stops[60:] = 0
    rare[::9] = 8
    signs = silences({"busy": busy, "rare": rare, "stops": stops}, FIRST)
    assert [(sign.day, sign.before, sign.after) for sign in signs] == [
        (FIRST + timedelta(60), 3.0, 0)
    ]
    assert signs[0].cause == "source"
    assert "stops" in signs[0].quantity


def test_a_gap_has_two_ends() -> None:
    posts = np.full(100, 4.0)
    posts[30:45] = 0
    days = [sign.day for sign in silences({"a": posts}, FIRST)]
    assert days == [FIRST + timedelta(30), FIRST + timedelta(45)]


def test_a_community_that_was_quiet_before_it_grew_was_not_silent() -> None:
    posts = np.full(400, 9.0)
    posts[:100] = np.arange(100) % 2
    posts[40:49] = 0
    assert silences({"grows": posts}, FIRST) == []
    posts[300:309] = 0
    assert [sign.day for sign in silences({"grows": posts}, FIRST)] == [
        FIRST + timedelta(300),
        FIRST + timedelta(309),
    ]


def test_inputs_that_end_are_on_record_and_one_that_follows_another_is_not() -> None:
    rows = [("s", f"f{k}", FIRST, FIRST + timedelta(99 if k else 49)) for k in range(3)]
    frame = pl.DataFrame(rows, schema=["source", "input", "first", "last"], orient="row")
    (sign,) = coverage(frame, FIRST, 100)
    assert (sign.day, sign.before, sign.after) == (FIRST + timedelta(50), 3, 2)
    monthly = [
        ("s", f"m{k}", FIRST + timedelta(20 * k), FIRST + timedelta(20 * k + 19)) for k in range(5)
    ]
    frame = pl.DataFrame(monthly, schema=["source", "input", "first", "last"], orient="row")
    assert coverage(frame, FIRST, 100) == []


def test_another_tagger_is_on_record_where_it_stays() -> None:
    days = [FIRST + timedelta(k) for k in range(60)]
    new = np.where(np.arange(60) >= 30, 9.0, 0.0)
    (sign,) = swaps({"r 1": 9.0 - new, "r 2": new}, days)
    assert (sign.day, sign.cause) == (days[30], "tagger")
    assert swaps({"r 1": np.ones(60)}, days) == []
    mixed = np.where(np.arange(60) % 2 == 1, 9.0, 0.0)
    assert swaps({"r 1": 9.0 - mixed, "r 2": mixed}, days) == []


def test_what_a_break_explains() -> None:
    day = FIRST + timedelta(50)
    labels = InstrumentBreak("c", (on_record("tagger", "x", day, (0, 1)),))
    posts = InstrumentBreak("c", (Sign("source", "x", day, day, day, 3, 0),))
    near, far = day + timedelta(6), day + timedelta(12)
    assert labels.explains("fear", near, near, near)
    assert not labels.explains("posts", near, near, near)
    assert posts.explains("posts", near, near, near)
    assert not labels.explains("fear", far, far, far)
    assert labels.explains("fear", far, day + timedelta(3), far)
    assert not labels.explains("fear", day + timedelta(20), day, day + timedelta(30))
