"""Puts words and figures on pages: writes them as data into a folder and has Typst set it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from affectcli import __version__
from affectcli.report import _contents, _fonts, _layout, _typst
from affectcli.report._methods import DISCLAIMER

if TYPE_CHECKING:
    from affectcli.report._block import Block
    from affectcli.report._contents import Contents
    from affectcli.report._locale import Locale

TEMPLATE = "report.typ"
PPI = 144
GAP, SMALL = 7.0, 5.0
"""Room in mm above a figure, and above a table or text that belongs to what stands before it."""
DENSEST = 2
"""How often answers that are longer than a page are set smaller."""
UNBROKEN = 24
"""Characters in a row without a place to break the line; names may be longer than a line."""
TEXT = 170.0
"""Width of the text in mm on every paper: that of the figures."""
BOXES = (
    "No font of this file has these letters: {}. They are drawn as boxes; search and copying find "
    "them, and the HTML report shows them."
)
Kind = Literal["pdf", "png"]


class Paper(NamedTuple):
    """A sheet: its name in Typst, and its width and height in mm."""

    name: str
    width: float
    height: float

    @property
    def room(self) -> float:
        """Return the height in mm that a page has for its text."""
        return self.height - 32.5


PAPERS = {"a4": Paper("a4", 210.0, 297.0), "letter": Paper("us-letter", 215.9, 279.4)}


def content(
    report: Contents, locale: Locale, paper: Paper = PAPERS["a4"]
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the template reads, and the pictures by file name.

    It is set to see how tall everything is, then the figures are stretched to fill the pages (see
    `_layout`); answers that are longer than a page are set smaller.
    """
    page = _words(report, locale, paper)
    blank = _files([block.blank() for block in report.blocks])
    heights = _heights(page, blank)
    while heights[0] > paper.room and page["density"] < DENSEST:
        page["density"] += 1
        heights = _heights(page, blank)
    items = _items(report, heights, paper)
    places = _layout.plan(items, paper.room)
    page["breaks"] = [place.begins for place in places]
    scales = [place.scale for place, item in zip(places, items, strict=True) if item.figure]
    drawn = zip(report.blocks, scales, strict=True)
    pictures = _files([block.picture(scale) for block, scale in drawn])
    return page, {name: locale.picture(picture) for name, picture in pictures.items()}


def _files(pictures: list[bytes | None]) -> dict[str, bytes]:
    return {_file(i): picture for i, picture in enumerate(pictures) if picture is not None}


def _file(number: int) -> str:
    return f"figure-{number + 1}.svg"


def _items(report: Contents, heights: list[float], paper: Paper) -> list[_layout.Item]:
    """Return everything that the template sets, in its order: see the items there."""
    made = [_layout.Item(heights[0] % paper.room)]
    for block in report.blocks:
        made.append(_layout.Item(heights[len(made)], block.panels, GAP, figure=True))
        if not block.side_by_side:
            made += [_layout.Item(h, 0.0, SMALL) for h in heights[len(made) :][: len(block.tables)]]
    card, prose = heights[len(made) :]
    return [*made, _layout.Item(card, 0.0, GAP), _layout.Item(prose, 0.0, SMALL)]


def _heights(page: dict[str, Any], pictures: dict[str, bytes]) -> list[float]:
    """Return the height in mm of everything that the template sets."""
    with _typst.compiler(TEMPLATE, _read(page, pictures)) as compiler:
        heights: list[float] = json.loads(compiler.query("<heights>", field="value", one=True))
    return heights


def _words(report: Contents, locale: Locale, paper: Paper) -> dict[str, Any]:
    said: dict[str, Any] = {
        "head": report.head.upper(),
        "title": report.title,
        "subtitle": report.subtitle,
        "warning": report.warning,
        "disclaimer": DISCLAIMER,
        "version": __version__,
        "answers": [asdict(answer) for answer in report.answers],
        "strip": report.strip,
        "figures": [_figure(i, block) for i, block in enumerate(report.blocks)],
        "methods": report.methods,
        "methods-left": _half(report.methods),
        "card": [asdict(table) for table in report.card],
        "breaks": [],
        "density": 0,
        "gaps": {"figure": GAP, "table": SMALL},
    }
    lacking = _fonts.missing(json.dumps(said, ensure_ascii=False))
    if lacking:
        said["methods"] = [*report.methods, ("Fonts", BOXES.format(", ".join(lacking)))]
    sheet = {"name": paper.name, "margin": (paper.width - TEXT) / 2}
    return {**_breakable(locale.everywhere(said)), "paper": sheet}


def _figure(number: int, block: Block) -> dict[str, Any]:
    return {
        "title": block.title,
        "subtitle": block.subtitle,
        "picture": _file(number) if block.draw else None,
        "alt": block.alt,
        "empty": block.empty,
        "events": block.events,
        "notes": block.notes,
        "tables": [asdict(table) for table in block.tables],
        "side-by-side": block.side_by_side,
    }


def typeset(
    page: dict[str, Any], pictures: dict[str, bytes], *, kind: Kind, report: Contents
) -> tuple[list[bytes], int]:
    """Return one PDF, or one PNG a page, and the number of pages."""
    with _typst.compiler(TEMPLATE, _read(page, pictures)) as compiler:
        files = compiler.compile(format=kind, ppi=PPI, timestamp=_contents.stamp(report.made))
        pages = int(json.loads(compiler.query("<pages>", field="value", one=True)))
    listed = files if isinstance(files, list) else [files or b""]
    return listed, pages


def _read(page: dict[str, Any], pictures: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files that the template reads."""
    return {"page.json": json.dumps(page, ensure_ascii=False).encode(), **pictures}


def _half(texts: list[tuple[str, str]]) -> int:
    """Return how many texts fill about half of two columns."""
    lengths = [len(head) + len(text) + UNBROKEN for head, text in texts]
    return min(range(len(texts)), key=lambda n: abs(2 * sum(lengths[:n]) - sum(lengths)))


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
