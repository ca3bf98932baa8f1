"""The whole step: files, manifest, same bytes, refusals."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from affectcli import report
from affectcli.errors import AnalysisError, ConfigError, UsageError
from affectcli.report import _material
from affectcli.store import Context, Database
from tests.unit.report.conftest import HOSTILE, World, build
from tests.unit.report.pages import pages

MIB = 2**20


def test_a_pdf_with_its_manifest(world: World, tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    outcome = report.run(world.context(), output=str(target))
    made = target.read_bytes()
    assert made.startswith(b"%PDF-")
    assert len(made) < 2 * MIB
    row = outcome.rows[0]
    assert row["sha256"] == hashlib.sha256(made).hexdigest()
    assert outcome.message == f"report.pdf, {row['pages']} pages"
    assert row["pages"] >= 3
    stated = json.loads((tmp_path / "report.pdf.manifest.json").read_text())
    assert stated["files"] == [{**row, "file": "report.pdf"}]
    assert [run["run_id"] for run in stated["inputs"]["runs"]] == ["20240630T000000-aaa111"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.pdf", "report.pdf.manifest.json"]


def test_the_same_database_gives_the_same_bytes(world: World, tmp_path: Path) -> None:
    one = report.run(world.context(), output=str(tmp_path / "a.pdf")).rows[0]["sha256"]
    two = report.run(world.context(), output=str(tmp_path / "b.pdf")).rows[0]["sha256"]
    assert one == two


def test_png_is_one_picture_a_page_and_takes_back_stale_pages(world: World, tmp_path: Path) -> None:
    target = tmp_path / "r.png"
    full = report.run(world.context(), output=str(target))
    names = [Path(row["file"]).name for row in full.rows]
    assert names[:2] == ["r.png", "r-2.png"]
    assert all(Path(row["file"]).read_bytes()[:4] == b"\x89PNG" for row in full.rows)
    mine = tmp_path / "r-99.png"
    mine.write_bytes(b"mine")
    bare = build(tmp_path / "bare.duckdb", findings=False)
    fewer = report.run(bare.context(), output=str(target))
    assert len(fewer.rows) < len(full.rows)
    left = {p.name for p in tmp_path.glob("r*.png")}
    assert left == {Path(row["file"]).name for row in fewer.rows} | {"r-99.png"}


def test_a_hostile_name_is_only_a_name(hostile: World, tmp_path: Path) -> None:
    outcome = report.run(hostile.context(), output=str(tmp_path / "h.pdf"))
    assert outcome.rows[0]["pages"] >= 3
    span = _material.period(None, None)
    material = _material.gather(hostile.context(), community=HOSTILE, assets=None, span=span)
    page, _ = pages(material, emotions=6)
    shown = page["title"].replace("\u200b", "")
    assert shown.startswith('reddit/日本株🚀_$AAPL$ #1 "quoted" *bold* <script>alert(1)</script>')
    assert "\x1b" not in shown
    assert max(len(run) for run in page["title"].replace("\u200b", " ").split()) <= 30


def test_nothing_but_posts_still_gives_a_report(tmp_path: Path) -> None:
    world = build(tmp_path / "posts.duckdb", findings=False)
    with Database(world.path).write() as con:
        for table in ("prevalence", "price", "event", "label", "run", "reject"):
            con.raw.execute(f"delete from {table}")
    report.run(world.context(), output=str(tmp_path / "r.pdf"))
    span = _material.period(None, None)
    material = _material.gather(world.context(), community=None, assets=None, span=span)
    page, pictures = pages(material, emotions=6)
    assert pictures == {}
    assert all("run affect " in figure["empty"] for figure in page["figures"])


def test_the_period_limits_what_is_drawn(world: World) -> None:
    span = _material.period("2024-03-01", "2024-04-01")
    material = _material.gather(world.context(), community=None, assets=["TIDE-USD"], span=span)
    assert (str(material.daily["day"].min()), str(material.daily["day"].max())) == (
        "2024-03-01",
        "2024-03-31",
    )
    assert material.prices["asset"].unique().to_list() == ["TIDE-USD"]
    assert all(claim.y != "asset/GRAIN-USD:return" for claim in material.claims)
    page, _ = pages(material, emotions=2)
    assert page["subtitle"] == "2024-03-01 to 2024-03-31, beside TIDE-USD"


def test_events_of_other_communities_are_not_drawn(world: World) -> None:
    span = _material.period(None, None)
    material = _material.gather(world.context(), community=None, assets=["TIDE-USD"], span=span)
    names = material.events["name"].to_list()
    assert "Lighthouse repainted" not in names
    assert "Grain board publishes its yearbook" not in names
    assert "Regulator comments" in names


def test_spans_back_from_now_are_days_and_the_manifest_says_which(
    world: World, tmp_path: Path
) -> None:
    span = _material.period("yesterday", "tomorrow")
    assert span.until - span.since == timedelta(2)
    report.run(world.context(), output=str(tmp_path / "r.svg"), figure="lags", since="9999d")
    stated = json.loads((tmp_path / "r.svg.manifest.json").read_text())["inputs"]["options"]
    assert stated["since"] == str(_material.period("9999d", None).since)
    assert stated["until"] is None


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"output": "r.docx"}, "Known: .pdf, .png, .html"),
        ({"output": "r"}, "Known: .pdf, .png, .html"),
        ({"output": "r.pdf", "community": "reddit/None"}, "There: reddit/TidalCoin"),
        ({"output": "r.pdf", "asset": ["AAPL"]}, "There: GRAIN-USD, TIDE-USD"),
        ({"output": "r.pdf", "emotions": 0}, "1 or more"),
        ({"output": "r.pdf", "since": "soon"}, "is no time"),
        ({"output": "r.pdf", "since": "2024-02-01", "until": "2024-01-01"}, "is not before"),
        ({"output": "r.pdf", "since": "2024-01-31T06:00", "until": "2024-01-31T18:00"}, "No day"),
    ],
)
def test_wrong_usage_says_what_works(world: World, params: dict[str, object], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        report.run(world.context(), **params)  # type: ignore[arg-type]  # wrong on purpose
    assert says in str(caught.value)


def test_no_posts_and_no_folder_are_refused(world: World, tmp_path: Path) -> None:
    path = tmp_path / "empty.duckdb"
    with Database(path).write():
        pass
    empty = Context(Database(path), World(path, "").context().settings, "r", 0)
    with pytest.raises(AnalysisError, match="no posts"):
        report.run(empty, output=str(tmp_path / "r.pdf"))
    with pytest.raises(ConfigError, match="Cannot write"):
        report.run(world.context(), output=str(tmp_path / "missing" / "r.pdf"))


def test_the_stage_is_light_to_import() -> None:
    code = (
        "import sys, affectcli.report; "
        "print([m for m in ('matplotlib', 'typst', 'numpy', 'polars') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "matplotlib" not in done.stdout
    assert "typst" not in done.stdout
