"""Puts words and figures on pages: writes them as data into a folder and has Typst set it."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affectcli import __version__
from affectcli.report import _answers, _figures, _fonts, _layout, _methods, _rows, _style, _text
from affectcli.report._tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    Kind = Literal["pdf", "png"]

    from affectcli.report._block import Block
    from affectcli.report._material import Material

TEMPLATE = Path(__file__).parent / "templates" / "template.typ"
PPI = 144
GAP, SMALL = 7.0, 5.0
"""Room in mm above a figure, and above a table or text that belongs to what stands before it."""
UNBROKEN = 24
"""Characters in a row without a place to break the line; names may be longer than a line."""


def content(material: Material, *, emotions: int) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the template reads, and the pictures by file name.

    It is set twice: once to see how tall everything is, and again with the figures stretched to
    fill the pages (see `_layout`).
    """
    blocks = _figures.blocks(material, emotions)
    page = _words(material, blocks, emotions)
    pictures = _pictures(blocks, [1.0] * len(blocks))
    items = _items(blocks, _heights(page, pictures))
    places = _layout.plan(items)
    page["breaks"] = [place.begins for place in places]
    scales = [place.scale for place, item in zip(places, items, strict=True) if item.figure]
    return page, _pictures(blocks, scales)


def _pictures(blocks: list[Block], scales: list[float]) -> dict[str, bytes]:
    drawn = [block.picture(scale) for block, scale in zip(blocks, scales, strict=True)]
    return {_file(i): picture for i, picture in enumerate(drawn) if picture is not None}


def _file(number: int) -> str:
    return f"figure-{number + 1}.svg"


def _items(blocks: list[Block], heights: list[float]) -> list[_layout.Item]:
    """Return everything that the template sets, in its order: see the items there."""
    made = [_layout.Item(heights[0] % _layout.PAGE)]
    for block in blocks:
        made.append(_layout.Item(heights[len(made)], block.panels, GAP, figure=True))
        if not block.side_by_side:
            made += [_layout.Item(h, 0.0, SMALL) for h in heights[len(made) :][: len(block.tables)]]
    labels, prose = heights[len(made) :]
    return [*made, _layout.Item(labels, 0.0, GAP), _layout.Item(prose, 0.0, SMALL)]


def _heights(page: dict[str, Any], pictures: dict[str, bytes]) -> list[float]:
    """Return the height in mm of everything that the template sets."""
    with _compiler(page, pictures) as compiler:
        heights: list[float] = json.loads(compiler.query("<heights>", field="value", one=True))
    return heights


def _words(material: Material, blocks: list[Block], emotions: int) -> dict[str, Any]:
    figures = [
        {
            "title": block.title,
            "subtitle": block.subtitle,
            "picture": _file(i) if block.draw else None,
            "alt": block.alt,
            "empty": block.empty,
            "events": block.events,
            "notes": block.notes,
            "tables": [asdict(table) for table in block.tables],
            "side-by-side": block.side_by_side,
        }
        for i, block in enumerate(blocks)
    ]
    methods = _methods.methods(material)
    page = {
        "title": _text.plain(material.community),
        "subtitle": _subtitle(material),
        "disclaimer": _methods.DISCLAIMER,
        "version": __version__,
        "answers": [asdict(answer) for answer in _answers.answers(material)],
        "strip": _strip(material),
        "figures": figures,
        "methods": methods,
        "methods-left": _half(methods),
        "labels": asdict(_labels(material, emotions)),
        "breaks": [],
        "gaps": {"figure": GAP, "table": SMALL},
    }
    broken: dict[str, Any] = _breakable(page)
    return broken


def typeset(
    page: dict[str, Any], pictures: dict[str, bytes], *, kind: Kind, made: datetime
) -> tuple[list[bytes], int]:
    """Return one PDF, or one PNG a page, and the number of pages; `made` is the file's date."""
    with _compiler(page, pictures) as compiler:
        stamp = int(made.replace(tzinfo=UTC).timestamp())
        files = compiler.compile(format=kind, ppi=PPI, timestamp=stamp)
        pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
    listed = files if isinstance(files, list) else [files or b""]
    return listed, pages


@contextmanager
def _compiler(page: dict[str, Any], pictures: dict[str, bytes]) -> Iterator[Any]:
    """Give a Typst compiler over a folder with the template and what it reads."""
    import typst

    with tempfile.TemporaryDirectory(prefix="affect-report-") as name:
        folder = Path(name)
        shutil.copy(TEMPLATE, folder / "report.typ")
        (folder / "page.json").write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8")
        for file, picture in pictures.items():
            (folder / file).write_bytes(picture)
        fonts = typst.Fonts(include_system_fonts=False, font_paths=list(_fonts.folders()))
        yield typst.Compiler(folder / "report.typ", root=folder, font_paths=fonts)


def as_of(material: Material) -> datetime:
    """Return the end of the last day that the report shows: no clock enters the file."""
    known = material.daily.height > 0
    day = _style.span(material.daily["day"])[1] if known else material.summary["last"]
    return datetime.combine(day, time()) if day else datetime(2000, 1, 1)  # noqa: DTZ001  # times here are naive UTC


def _subtitle(material: Material) -> str:
    """Return the period and what is shown beside the community."""
    first, last = material.summary["first"], material.summary["last"]
    parts = [f"{first} to {last}"] if first else []
    if material.assets:
        parts.append("beside " + " and ".join(map(_text.plain, material.assets)))
    return ", ".join(parts)


def _half(texts: list[tuple[str, str]]) -> int:
    """Return how many texts fill about half of two columns."""
    lengths = [len(head) + len(text) + UNBROKEN for head, text in texts]
    return min(range(len(texts)), key=lambda n: abs(2 * sum(lengths[:n]) - sum(lengths)))


def _strip(material: Material) -> list[tuple[str, str]]:
    """Return label and value of the key figures."""
    summary = material.summary
    days, thin = _answers.support(material)
    if summary["posts"] is None:
        hidden = f"fewer than {material.k} authors"
        return [("posts and authors", hidden)]
    return [
        ("eligible posts", f"{summary['posts']:,}"),
        ("authors", f"{summary['authors']:,}"),
        ("days covered", f"{days:,}"),
        ("of days have values", _text.percent((days - thin) / days) if days else "\u2013"),
        ("last day", str(summary["last"])),
    ]


def _labels(material: Material, emotions: int) -> Table:
    """Return what validation says about the labels drawn."""
    shown = [
        row
        for name in _rows.chosen(material, emotions).labels
        for row in material.labels.rows(named=True)
        if row["measure"] == name
    ]
    rows = [
        [
            _text.plain(row["measure"]),
            f"{row['tp'] + row['fn']:,}",
            _ratio(row["tp"], row["tp"] + row["fn"]),
            _ratio(row["tn"], row["tn"] + row["fp"]),
            _ratio(row["tp"], row["tp"] + row["fp"]),
        ]
        for row in shown
    ]
    head = ["Emotion", "Validation posts", "Found (tpr)", "Rightly not flagged", "Precision"]
    counted = any(not (row["tp"] + row["fn"] and row["fp"] + row["tn"]) for row in shown)
    note = "Never validated (\u2013): counted as tagged, not corrected." if counted else ""
    return Table("How well the tagger knows the emotions drawn", head, rows, note)


def _ratio(part: int, whole: int) -> str:
    """Return a share of validation posts, a dash where there are none."""
    return _text.percent(part / whole) if whole else "\u2013"


def _breakable(value: Any) -> Any:  # noqa: ANN401  # any JSON value
    """Return JSON in which every long run of characters has places where a line may break."""
    if isinstance(value, str):
        return " ".join(_broken(word) for word in value.split(" "))
    if isinstance(value, dict):
        return {key: _breakable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_breakable(item) for item in value]
    return value


def _broken(word: str) -> str:
    if len(word) <= UNBROKEN or word.startswith("figure-"):
        return word
    return "\u200b".join(word[i : i + UNBROKEN] for i in range(0, len(word), UNBROKEN))
