"""Names from the data are text wherever they stand: in PDF, PNG, SVG, HTML, index and manifest."""

from __future__ import annotations

import json
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from affectcli import report
from affectcli.store import Database
from affectcli.store.findings import Finding, store
from tests.unit.report.conftest import COMMUNITY, build, midnight
from tests.unit.report.pages import gather, pages
from tests.unit.report.test_report_html import Seen

if TYPE_CHECKING:
    from tests.unit.report.conftest import World

PAYLOADS = {
    "html": "<img src=x onerror=alert(1)></svg><script>alert(2)</script>",
    "typst": '#eval("1+1") $x^2$ *b* _i_ `r` @cite <label> #read("/etc/passwd") \\ //c /*d*/',
    "latex": r"\input{/etc/passwd} $\frac{1}{2}$ \write18{id} ^^M %c",
    "sql": "'; drop table finding; --",
    "csv": '=HYPERLINK("http://x.example","y")',
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil",
    "scripts": "日本語のコミュニティ שלום עולם مرحبا ไทย ქართული 👩‍👩‍👧🚀",
    "template": "{{7*7}} ${7*7} %(x)s {0} {name}",
    "long": "w" * 300,
}

THEME = {"q_value": 0.01, "authors": 80, "of_authors": 90, "emotion": "fear", "of": 400,
         "share": 0.1, "low": 0.05, "high": 0.2, "spans": 40, "trend": None,
         "again": 0.9}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Payloads as names of events, of themes, in verdicts, as a rule of refusal and a language."""
    made = build(tmp_path_factory.mktemp("hostile") / "a.duckdb")
    with Database(made.path).write() as con:
        for number, text in enumerate(PAYLOADS.values()):
            day = f"2024-0{1 + number % 5}-1{number}"
            con.raw.execute(
                "insert into event values (?, ?::timestamp, null, ?, null, null, 'file', 'r')",
                [f"h{number}", day, text],
            )
            con.raw.execute(
                "insert into reject values ('file', ?, 'f', 0, ?, 50, 4, 'r')", [text, text]
            )
    store(
        made.context(),
        [
            Finding("causes", f"{COMMUNITY}:fear", f"31% of the causes are about {text} now.",
                    midnight(2024, 6, 29), {**THEME, "theme": text}, text, 0.01, 0.01)
            for text in PAYLOADS.values()
        ],
    )  # fmt: skip
    return made


@pytest.fixture(scope="module")
def files(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("files")
    made = {suffix: folder / f"r.{suffix}" for suffix in ("pdf", "html", "png")}
    for target in made.values():
        report.run(world.context(), output=str(target), emotions=2)
    made["svg"] = folder / "f.svg"
    report.run(world.context(), output=str(made["svg"]), figure="causes")
    return made


def test_html_holds_every_name_as_text(files: dict[str, Path]) -> None:
    made = files["html"].read_text(encoding="utf-8")
    seen = Seen(made)
    assert len(seen.all("script")) == 1
    assert not seen.all("img", "iframe", "object", "embed", "form", "base")
    assert not [key for _, a in seen.elements for key in a if key.startswith("on")]
    said = " ".join(text for _, text in seen.texts)
    for name in ("html", "sql", "csv", "scripts", "template", "typst", "latex"):
        assert " ".join(PAYLOADS[name].split()) in said, name
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & {*made}


def test_typst_is_given_strings(world: World) -> None:
    page, _ = pages(gather(world), emotions=2)
    told = json.dumps(page["figures"], ensure_ascii=False).replace("\u200b", "")
    assert '#eval(\\"1+1\\") $x^2$ *b*' in told
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & {*json.dumps(page, ensure_ascii=False)}
    assert page["methods"][-1][1].startswith("No font of this file has these letters: Thai.")


def test_a_pdf_has_text_and_nothing_that_acts(files: dict[str, Path]) -> None:
    made = files["pdf"].read_bytes()
    for action in (b"/JavaScript", b"/JS ", b"/Launch", b"/OpenAction", b"/EmbeddedFile", b"/URI"):
        assert action not in made
    if (tool := shutil.which("pdftotext")) is None:
        pytest.skip("no pdftotext on this machine")
    done = subprocess.run([tool, str(files["pdf"]), "-"], capture_output=True, check=True)
    text = " ".join(done.stdout.decode().split())
    assert '#eval("1+1")' in text
    assert "drop table finding" in text
    assert "日本語" in text
    assert "root:" not in text


def test_svg_holds_no_elements_but_its_own(files: dict[str, Path]) -> None:
    made = files["svg"].read_text(encoding="utf-8")
    assert "<script" not in made
    assert "onerror" not in unescape(made) or "<img" not in made


def test_files_are_whole(files: dict[str, Path], world: World) -> None:
    assert files["png"].read_bytes().startswith(b"\x89PNG")
    stated = json.loads(Path(f"{files['pdf']}.manifest.json").read_text(encoding="utf-8"))
    assert stated["inputs"]["community"] == COMMUNITY
    with world.context().db.read() as con:
        assert con.scalar("report/count_authors", community=COMMUNITY, first="2024-01-01",
                          last="2024-06-01")  # fmt: skip
