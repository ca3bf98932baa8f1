"""Makes the files of one report: pages, HTML, or a single figure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from affectcli.errors import AnalysisError, UsageError
from affectcli.report import (
    _comparison,
    _contents,
    _figures,
    _html,
    _locale,
    _material,
    _page,
    _templates,
    _typst,
    _write,
)
from affectcli.report._subject import Subject

if TYPE_CHECKING:
    from affectcli.store import Context

Kind = Literal["pdf", "png", "svg", "html"]
WHOLE: tuple[Kind, ...] = ("pdf", "png", "html")
SINGLE: tuple[Kind, ...] = ("pdf", "png", "svg")
PPI = 300
"""Pixels an inch of a single figure: what journals ask for."""


@dataclass(frozen=True)
class Wanted:
    """What is asked of a report, whatever it is on."""

    kind: Kind
    template: str = "community"
    assets: list[str] | None = None
    emotions: int = 6
    span: _material.Period = field(default_factory=_material.Period)
    locale: str = "en"
    paper: str = "a4"

    @property
    def stated(self) -> dict[str, Any]:
        """Return what the manifest says was asked for."""
        asked = asdict(self) | self.span.stated
        return {"options": {key: asked[key] for key in asked if key not in {"kind", "span"}}}

    def check(self) -> None:
        """Refuse what cannot be made before anything is read.

        Raises:
            UsageError: no such template, locale or paper; no emotion.
        """
        _templates.named(self.template)
        _locale.locale(self.locale)
        if self.paper not in _page.PAPERS:
            known = f"Known: {', '.join(_page.PAPERS)}."
            raise UsageError(f"There is no paper {self.paper!r}.", known=known)
        if self.emotions < 1:
            raise UsageError("--emotions must be 1 or more.")


@dataclass(frozen=True)
class Made:
    """The files of a report, the first its own, and what it was made of."""

    files: list[bytes]
    pages: int
    made_of: dict[str, Any]
    rows: int
    answers: list[str] = field(default_factory=list)
    """The first sentence of each answer."""


def report(ctx: Context, wanted: Wanted, communities: list[str]) -> Made:
    """Return a report on one community, or on several beside each other.

    Raises:
        UsageError: no such community or asset; several where the template shows one.
        AnalysisError: there are no posts.
    """
    if wanted.template == "comparison":
        _comparison.check(communities)
        materials = [gather(ctx, wanted, name) for name in communities]
        made_of: dict[str, Any] = {
            "communities": [_write.inputs(one) for one in materials],
            **wanted.stated,
        }
        digest = _write.digest(made_of)
        shown = _comparison.contents(materials, count=wanted.emotions, digest=digest)
    else:
        if len(communities) > 1:
            do = "affect report --template comparison --community A --community B"
            raise UsageError("A report is on one community.", do=do)
        materials = [gather(ctx, wanted, *communities)]
        made_of = {**_write.inputs(materials[0]), **wanted.stated}
        template, digest = _templates.named(wanted.template), _write.digest(made_of)
        shown = _contents.contents(materials[0], template, emotions=wanted.emotions, digest=digest)
    files, pages = _set(shown, wanted)
    rows = sum(m.daily.height + len(m.claims) + m.forecasts.height for m in materials)
    first = [answer.sentences[0] for answer in shown.answers]
    return Made(files, pages, made_of, rows, [f"{s.strong} {s.text}".strip() for s in first])


def gather(ctx: Context, wanted: Wanted, community: str | None = None) -> _material.Material:
    """Return the material on a community (default: the largest), as the template looks at it."""
    material = _material.gather(ctx, community=community, assets=wanted.assets, span=wanted.span)
    return _templates.on_health(material) if wanted.template == "health" else material


def _set(shown: _contents.Contents, wanted: Wanted) -> tuple[list[bytes], int]:
    locale = _locale.locale(wanted.locale, shown.names)
    if wanted.kind == "html":
        return [_html.document(shown, locale)], 1
    page, pictures = _page.content(shown, locale, _page.PAPERS[wanted.paper])
    return _page.typeset(page, pictures, kind=cast("_page.Kind", wanted.kind), report=shown)


def figure(ctx: Context, wanted: Wanted, name: str, community: str | None) -> Made:
    """Return what the file `name` of this folder draws: a picture each, or the pages of a PDF.

    Raises:
        UsageError: no such figure, community or asset.
        AnalysisError: there is nothing to draw; the message says why.
    """
    material = gather(ctx, wanted, community)
    blocks = _figures.figure(Subject(material, wanted.emotions), name)
    locale = _locale.locale(wanted.locale, _contents.names(material))
    drawn = [block.picture(1.0) for block in blocks]
    pictures = [locale.picture(picture) for picture in drawn if picture is not None]
    if not pictures:
        raise AnalysisError(f"{blocks[0].title} cannot be drawn. {blocks[0].empty}")
    files = pictures if wanted.kind == "svg" else _paged(pictures, wanted.kind, material)
    rows = material.daily.height + len(material.claims)
    return Made(files, len(pictures), {**_write.inputs(material), **wanted.stated}, rows)


def _paged(pictures: list[bytes], kind: Kind, material: _material.Material) -> list[bytes]:
    """Return pictures as the pages of one PDF, or as a PNG each."""
    named = {f"{number}.svg": picture for number, picture in enumerate(pictures)}
    listed = {"pictures.json": json.dumps(list(named)).encode()}
    with _typst.compiler("figure.typ", named | listed) as compiler:
        stamp = _contents.stamp(_contents.as_of(material))
        made = compiler.compile(format=kind, ppi=PPI, timestamp=stamp)
    return made if isinstance(made, list) else [made]
