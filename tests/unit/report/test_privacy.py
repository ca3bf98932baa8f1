"""No number of a report rests on fewer than k authors."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from affectcli.report import _thin
from affectcli.store import Database
from affectcli.store.findings import Finding, store
from tests.unit.report.conftest import COMMUNITY, build, midnight
from tests.unit.report.pages import gather, pages

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.report.conftest import World

NINE = date(2024, 2, 20)


def test_a_day_of_nine_authors_keeps_its_place_but_no_number(world: World) -> None:
    material = gather(world)
    day = material.daily.filter(pl.col("day") == NINE, pl.col("measure") == "fear")
    row = day.row(0, named=True)
    columns = ["value", "low", "high", "mean", "mean_low", "mean_high", "raw", "posts", "authors"]
    assert [row[c] for c in columns] == [None] * 9
    assert row["why"] == "fewer than 10 authors"
    week = material.weekly.filter(pl.col("day") == date(2024, 2, 19))
    assert week.height > 1
    assert week.select(columns).null_count().row(0) == (week.height,) * 9
    history = material.histories[f"{COMMUNITY}:fear"].filter(pl.col("day") == NINE)
    assert history["value"].to_list() == [None]


def test_small_cells_of_tables_are_left_out(world: World) -> None:
    page, _ = pages(gather(world), emotions=2)
    tables = [table for figure in page["figures"] for table in figure["tables"]]
    languages = next(t for t in tables if t["title"] == "Posts by language")
    assert [row[0] for row in languages["rows"]] == ["en", "es"]
    rejects = next(t for t in tables if t["title"].startswith("Refused"))
    assert rejects["rows"] == [["created is no date", "37"], ["empty id", "< 10"]]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Nine authors write in the week of every peak; many write otherwise."""
    world = build(tmp_path_factory.mktemp("small") / "a.duckdb")
    with Database(world.path).write() as con:
        con.raw.execute(
            "update post set author = 'author' || (hash(post_id) % 9) "
            "where created >= '2024-04-09' and created < '2024-04-16'"
        )
    return world


def test_claims_on_a_week_of_nine_authors_are_withheld(small: World) -> None:
    material = gather(small)
    assert material.about("levels") == []
    assert material.withheld == 5
    said = " ".join(s.text for s in _thin.too_thin(material).sentences)
    assert "5 stored claims rest on fewer than 10 authors and are withheld." in said


def test_a_community_of_nine_authors_shows_no_number(tmp_path: Path) -> None:
    world = build(tmp_path / "nine.duckdb")
    with Database(world.path).write() as con:
        con.raw.execute("update post set author = 'author' || (hash(post_id) % 9)")
        con.raw.execute("update prevalence set authors = 9")
    material = gather(world)
    page, pictures = pages(material, emotions=6)
    assert page["strip"] == [["posts and authors", "fewer than 10 authors"]]
    assert material.claims == []
    assert material.forecasts.is_empty()
    assert material.daily["value"].null_count() == material.daily.height
    assert not any(b"fear" in picture for picture in pictures.values())
    assert "affect tag" not in json.dumps([page["figures"], page["answers"]])
    for empty in [figure["empty"] for figure in page["figures"][:4]]:
        assert empty == "Withheld: fewer than 10 authors wrote in this period."
    for answer in page["answers"][:5]:
        assert [s["text"] for s in answer["sentences"]] == [empty]


def test_the_history_of_a_variant_is_that_column_without_small_days(world: World) -> None:
    with world.context().db.read() as con:
        for variant, factor in (("mean", 0.5), ("raw", 0.8)):
            made, plain = (
                con.frame(
                    "report/select_history", community=COMMUNITY, measure="fear", variant=v, k=10
                )["value"]
                for v in (variant, None)
            )
            assert made.to_list() == pytest.approx(
                [None if value is None else value * factor for value in plain], nan_ok=True
            )
            assert made.null_count() == plain.null_count() > 0


def test_claims_beside_a_community_of_few_authors_are_withheld(tmp_path: Path) -> None:
    world = build(tmp_path / "two.duckdb", findings=False)
    result = {"peak_r": 0.4, "peak_lag": 1}
    sides = ("forum/tiny:fear", "asset/TIDE-USD:return", "series/hotline:calls")
    store(
        world.context(),
        [
            Finding("xcorr", f"{COMMUNITY}:joy", "…", midnight(2024, 6, 29), result, side, 0.5, 0.5)
            for side in sides
        ],
    )
    material = gather(world)
    assert {claim.y for claim in material.claims} == set(sides[1:])
    assert material.withheld == 1


@pytest.mark.parametrize(("before", "shown"), [(9, 0), (10, 1)])
def test_a_comparison_with_days_of_nine_authors_is_withheld(
    tmp_path: Path, before: int, shown: int
) -> None:
    world = build(tmp_path / "before.duckdb", findings=False)
    result = {"as_of_day": "2024-06-28", "recent": 7, "now": 0.3, "before": 0.2, "percentile": 0.9,
              "peak_start": "2024-06-22", "peak_end": "2024-06-28", "peak_value": 0.3}  # fmt: skip
    claim = Finding(
        "levels", f"{COMMUNITY}:joy", "…", midnight(2024, 6, 29), result, None, 0.5, 0.5
    )
    store(world.context(), [claim])
    with Database(world.path).write() as con:
        con.raw.execute(
            "update post set author = 'author' || (hash(post_id) % ?) where created < '2024-06-22'",
            [before],
        )
    material = gather(world)
    assert (len(material.claims), material.withheld) == (shown, 1 - shown)
