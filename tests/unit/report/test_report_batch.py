"""Many communities at one go: a file each, an index, and nobody's trouble stops the others."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from affectcli import report
from affectcli.errors import UsageError
from affectcli.report import _batch
from affectcli.store import Database
from tests.unit.report.conftest import COMMUNITY, HOSTILE, World, build
from tests.unit.report.test_report_html import Seen

OTHERS = ("reddit/a/b", "reddit/a_b", "../../etc/x", "reddit/<b>&", HOSTILE, "forum/few")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Seven communities, one of them of nine authors."""
    world = build(tmp_path_factory.mktemp("many") / "a.duckdb", findings=False)
    with Database(world.path).write() as con:
        for number, name in enumerate(OTHERS):
            con.raw.execute(
                "insert into post by name select * replace ('x' || $n || post_id as post_id, "
                "$name as community, if($name = 'forum/few', 'a' || (hash(post_id) % 9), author) "
                "as author) from post where community = $from",
                {"n": number, "name": name, "from": COMMUNITY},
            )
    return world


def test_each_community_has_its_file_and_its_line(many: World, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    made = report.run(many.context(), output=str(folder), each="*", kind="html", emotions=1)
    files = {str(row["community"]): Path(str(row["file"])) for row in made.rows}
    assert {*files} == {COMMUNITY, *OTHERS}
    assert len({*files.values()}) == len(files)
    assert all(file.parent == folder and file.is_file() for file in files.values())
    assert all(re.fullmatch(r"[\w.-]{1,100}", file.name) for file in files.values())
    seen = Seen((folder / "index.html").read_text(encoding="utf-8"))
    linked = [a["href"] for a in seen.all("a")]
    assert len(linked) == len(files)
    withheld = "Withheld: fewer than 10 authors wrote in this period."
    assert [text.strip() for tag, text in seen.texts if tag == "td"].count(withheld) == 1


def test_a_glob_chooses(many: World, tmp_path: Path) -> None:
    made = report.run(many.context(), output=str(tmp_path / "out"), each="reddit/a*",
                      kind="html", emotions=1)  # fmt: skip
    assert [row["community"] for row in made.rows] == ["reddit/a/b", "reddit/a_b"]
    assert made.message.endswith("2 communities, 2 files")


def test_a_batch_is_what_single_reports_are(many: World, tmp_path: Path) -> None:
    both = report.run(many.context(), output=str(tmp_path / "out"), each=COMMUNITY, emotions=1)
    single = report.run(many.context(), output=str(tmp_path / "a.pdf"), community=COMMUNITY,
                        emotions=1)  # fmt: skip
    assert both.rows[0]["sha256"] == single.rows[0]["sha256"]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"each": "none/*"}, "No community matches"),
        ({"each": "*", "kind": "docx"}, "Known: .pdf, .png, .html"),
        ({"each": "*", "community": COMMUNITY}, "takes the place"),
    ],
)
def test_wrong_usage_says_what_works(
    many: World, tmp_path: Path, params: dict[str, str], says: str
) -> None:
    with pytest.raises(UsageError) as caught:
        report.run(many.context(), output=str(tmp_path / "out"), **params)  # type: ignore[arg-type]  # strings
    assert says in str(caught.value)


def test_processes_make_the_same(
    many: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hashes(folder: str) -> list[object]:
        made = report.run(many.context(), output=str(tmp_path / folder), each="reddit/a*",
                          kind="html", emotions=1)  # fmt: skip
        return [row["sha256"] for row in made.rows]

    alone = hashes("alone")
    monkeypatch.setattr(_batch, "FEW", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert hashes("together") == alone


def test_names_that_differ_have_files_that_differ() -> None:
    names = ["reddit/a/b", "reddit/a_b", "reddit_a/b", "reddit/A_b", "../x", "x", "é/ü", "a/" * 99]
    files = _batch.file_names(names, ".pdf")
    assert len({file.casefold() for file in files}) == len(names)
    assert files[1] == "reddit_a_b.pdf"
    assert all(not file.startswith((".", "-", "_")) for file in files)
