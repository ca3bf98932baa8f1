"""What the writers are given, for tests: contents, and the pages set from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.report import _contents, _locale, _material, _page, _templates

if TYPE_CHECKING:
    from tests.unit.report.conftest import World


def gather(world: World, community: str | None = None) -> _material.Material:
    """Return the material of the whole period."""
    span = _material.period(None, None)
    return _material.gather(world.context(), community=community, assets=None, span=span)


def contents(
    material: _material.Material, *, template: str = "community", emotions: int = 6
) -> _contents.Contents:
    """Return what a report says and draws."""
    named = _templates.named(template)
    return _contents.contents(material, named, emotions=emotions, digest="d1")


def pages(
    material: _material.Material, *, emotions: int = 6, tag: str = "en"
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return what the template reads, and the pictures by file name."""
    shown = contents(material, emotions=emotions)
    return _page.content(shown, _locale.locale(tag, shown.names))
