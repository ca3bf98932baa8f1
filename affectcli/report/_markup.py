"""Writes HTML in which every text is escaped by construction."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

VOID = frozenset({"meta", "link", "br"})


class Markup(str):
    """HTML that is finished: all else is text."""

    __slots__ = ()


def el(name: str, /, *inside: str, **attributes: str | None) -> Markup:
    """Return an element; what is no `Markup` inside is escaped, as are the attributes' values.

    A trailing underscore of an attribute's name is dropped and others become hyphens (`class_`,
    `aria_sort`); None leaves an attribute out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    opened = f"<{name}{given}>"
    return Markup(opened if name in VOID else f"{opened}{join(inside)}</{name}>")


def join(parts: Iterable[str], between: str = "") -> Markup:
    """Return parts one after another, those that are no `Markup` escaped."""
    return Markup(
        between.join(part if isinstance(part, Markup) else html.escape(part) for part in parts)
    )
