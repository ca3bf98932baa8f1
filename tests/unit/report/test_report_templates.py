"""Templates lead with what their readers look for; papers keep the text inside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from affectcli import report
from affectcli.errors import AnalysisError, UsageError
from affectcli.report import _comparison, _html, _locale, _page, _templates
from affectcli.report._answer import Sentence
from affectcli.store import Database
from tests.unit.report.conftest import COMMUNITY, build
from tests.unit.report.pages import contents, gather

if TYPE_CHECKING:
    from affectcli.report._material import Material
    from tests.unit.report.conftest import World


@pytest.fixture(scope="module")
def material(world: World) -> Material:
    return gather(world)


def test_an_asset_report_leads_with_what_leads_what(material: Material) -> None:
    made = contents(material, template="asset")
    assert made.head == "Asset and emotion report"
    assert made.answers[0].question.startswith("What leads what")
    assert made.blocks[0].title.startswith("Price and")
    usual = contents(material)
    assert {a.question for a in made.answers} == {a.question for a in usual.answers}
    assert {b.title for b in made.blocks} == {b.title for b in usual.blocks}


def test_a_health_report_shows_markers_alone_and_says_no_diagnosis(material: Material) -> None:
    marked = replace(material, health=frozenset({"fear", "sadness"}))
    focused = _templates.on_health(marked)
    made = contents(focused, template="health")
    assert made.warning.startswith("Not a diagnosis.")
    assert "no person" not in made.warning
    assert set(focused.daily["measure"].unique()) == {"fear", "posts"}
    assert {c.x.rpartition(":")[2] for c in focused.claims} == {"fear"}
    assert focused.forecasts.height == material.forecasts.height
    said = " ".join(s.text for a in made.answers for s in a.sentences)
    assert "joy" not in said
    assert "anger" not in said
    assert made.methods[0][0] == "Not a diagnosis"
    assert not {"price", "equity"} & {block.name for block in made.blocks}


def test_markers_of_health_are_no_emotions(material: Material) -> None:
    marked = replace(material, health=frozenset({"fear", "joy", "anger"}))
    titles = [block.title for block in contents(_templates.on_health(marked)).blocks]
    assert any(title.startswith("Other labels, ") for title in titles)
    assert not any(title.startswith("Other emotions") for title in titles)


def test_without_markers_a_health_report_says_so(world: World, tmp_path: Path) -> None:
    made = report.run(world.context(), output=str(tmp_path / "h.html"), template="health")
    assert made.rows[0]["bytes"]
    text = (tmp_path / "h.html").read_text(encoding="utf-8")
    assert "No daily series is stored" in text


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = build(tmp_path_factory.mktemp("two") / "a.duckdb")
    with Database(world.path).write() as con:
        for table, key in {"post": "post_id", "prevalence": "run_id"}.items():
            more = con.raw.sql(f"from {table}").pl()  # a table of ours
            place = pl.lit("forum/1.5 <b>").alias("community")
            con.register(more=more.with_columns(("x" + pl.col(key)).alias(key), place))
            con.raw.execute(f"insert into {table} by name from more")  # the same
    return world


def test_a_comparison_sets_communities_side_by_side(two: World, tmp_path: Path) -> None:
    names = [COMMUNITY, "forum/1.5 <b>"]
    made = report.run(two.context(), output=str(tmp_path / "c.html"), community=names,
                      template="comparison", locale="de", emotions=2)  # fmt: skip
    assert made.rows_in
    materials = [gather(two, name) for name in names]
    shown = _comparison.contents(materials, count=2, digest="d")
    first = shown.answers[0].sentences
    assert [s.strong for s in first] == [f"{COMMUNITY}:", "forum/1.5 <b>:"]
    assert first[0].source.startswith("levels-")
    assert "not tested" in shown.warning
    table = next(b for b in shown.blocks if b.title == "Side by side").tables[0]
    assert [row[0] for row in table.rows] == names
    text = (tmp_path / "c.html").read_text(encoding="utf-8")
    assert "forum/1.5 &lt;b&gt;" in text
    assert "<b>:" not in text


@pytest.mark.parametrize("names", [[], [COMMUNITY], [COMMUNITY] * 2, list("abcdefghi")])
def test_a_comparison_is_of_two_to_eight(world: World, tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(UsageError, match="2 to 8 different"):
        report.run(world.context(), output=str(tmp_path / "c.pdf"), community=names,
                   template="comparison")  # fmt: skip


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"template": "poster"}, "Known: community, asset, health, comparison"),
        ({"paper": "a3"}, "Known: a4, letter"),
        ({"locale": "xx"}, "Known: en"),
        ({"community": [COMMUNITY, "b"]}, "--template comparison"),
        ({"figure": "pie"}, "There is no 'pie'"),
    ],
)
def test_wrong_usage_says_what_works(
    world: World, tmp_path: Path, params: dict[str, object], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        report.run(world.context(), output=str(tmp_path / "a.pdf"), **params)  # type: ignore[arg-type]  # wrong on purpose
    assert says in str(caught.value)


def test_a_figure_without_rows_says_what_to_do(world: World, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="run affect"):
        report.run(world.context(), output=str(tmp_path / "a.svg"), figure="causes")


def test_single_figures_are_written_in_each_format(world: World, tmp_path: Path) -> None:
    heads = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF-"}
    for suffix, head in heads.items():
        target = tmp_path / f"lags.{suffix}"
        made = report.run(world.context(), output=str(target), figure="lags")
        assert target.read_bytes().startswith(head)
        assert made.message == f"lags.{suffix}, 1 page"
        assert target.with_name(f"{target.name}.manifest.json").is_file()


def test_each_picture_of_a_figure_is_written(world: World, tmp_path: Path) -> None:
    for suffix in ("svg", "png"):
        made = report.run(world.context(), output=str(tmp_path / f"e.{suffix}"), figure="emotions")
        names = [Path(row["file"]).name for row in made.rows]
        assert names == [f"e.{suffix}", f"e-2.{suffix}"]
    wide = int.from_bytes((tmp_path / "e.png").read_bytes()[16:20], "big")  # in its header
    assert wide == pytest.approx(178 / 25.4 * 300, abs=1)
    assert "joy" not in (tmp_path / "e.svg").read_text()
    assert "joy" in (tmp_path / "e-2.svg").read_text()
    made = report.run(world.context(), output=str(tmp_path / "e.pdf"), figure="emotions")
    assert [row["pages"] for row in made.rows] == [2]


def test_letter_pages_are_lower_and_hold_all_that_a4_does(material: Material) -> None:
    shown = contents(material)
    locale = _locale.locale("en")
    made = {}
    for name, paper in _page.PAPERS.items():
        page, pictures = _page.content(shown, locale, paper)
        _, made[name] = _page.typeset(page, pictures, kind="pdf", report=shown)
    assert made["a4"] <= made["letter"] <= made["a4"] + 2
    letter = _page.PAPERS["letter"]
    assert letter.room < _page.PAPERS["a4"].room
    assert letter.width - _page.TEXT > 40


def test_html_and_pages_say_the_same(material: Material) -> None:
    shown = contents(material)
    html = _html.document(shown, _locale.locale("en", shown.names)).decode()
    page, _ = _page.content(shown, _locale.locale("en", shown.names))
    for answer in page["answers"]:
        for sentence in answer["sentences"]:
            assert sentence["source"] in html
    assert html.count("<h3") >= len(page["answers"]) + len(page["figures"])


def test_the_numbers_under_a_figure_keep_k(world: World) -> None:
    for block in contents(gather(world)).blocks:
        if block.numbers:
            cells = [cell for row in block.numbers().rows for cell in row]
            assert not any("77.7" in cell or "0.777" in cell for cell in cells)


def test_sharing_a_frame_changes_nothing(material: Material) -> None:
    before = material.daily.clone()
    contents(_templates.on_health(material), template="health")
    assert material.daily.equals(before)
    assert isinstance(material.daily, pl.DataFrame)


def test_long_answers_are_set_smaller_to_stay_on_page_one(material: Material) -> None:
    shown = contents(material, emotions=1)
    locale = _locale.locale("en")
    assert _page.content(shown, locale)[0]["density"] == 0
    long = Sentence("Something was found, and this is said of it in so many words. " * 3, "x-1")
    shown.answers[0].sentences += [long] * 14
    page, pictures = _page.content(shown, locale)
    assert page["density"] in {1, 2}
    assert _page._heights(page, pictures)[0] <= _page.PAPERS["a4"].room
