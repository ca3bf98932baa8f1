"""A figure inside an HTML page: no styles, no ids that clash, and what is seen in words."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
LINK = "{http://www.w3.org/1999/xlink}href"
LEFT_OUT = (f"{{{SVG}}}metadata", f"{{{SVG}}}style")
UNUSED = frozenset({"font-family", "stroke-linejoin"})
"""Set once for all figures by the style of the page."""
POINTER = re.compile(r"url\(#([^)]+)\)")


def inline(svg: bytes, number: int, *, title: str, alt: str) -> str:
    """Return a figure as an SVG element of a page, the same bytes at every call.

    Styles become attributes, because a strict content policy forbids inline styles, and ids get
    the figure's number. A reader that does not see it is told `title` and `alt`.
    """
    ET.register_namespace("", SVG)
    root = ET.fromstring(svg)  # noqa: S314  # our own bytes
    for parent in root.iter():
        for child in [child for child in parent if child.tag in LEFT_OUT]:
            parent.remove(child)
    for element in root.iter():
        _plain(element, f"f{number}-")
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    named = {"title": title, "desc": alt}
    for place, (kind, text) in enumerate((k, t) for k, t in named.items() if t):
        told = ET.Element(f"{{{SVG}}}{kind}", {"id": f"f{number}-{kind}"})
        told.text = text
        root.insert(place, told)
    ids = " ".join(f"f{number}-{kind}" for kind, text in named.items() if text)
    root.attrib |= {"role": "img", "aria-labelledby": ids}
    return ET.tostring(root, encoding="unicode")


def _plain(element: ET.Element, prefix: str) -> None:
    """Turn an element's style into attributes, and make its id and what it points at its own."""
    given = dict(element.attrib)
    element.attrib.clear()
    for declared in given.pop("style", "").split(";"):
        key, _, value = (part.strip() for part in declared.partition(":"))
        if key and key not in UNUSED:
            given[key] = value
    for key, value in given.items():
        if key == "id":
            element.set("id", prefix + value)
        elif key in {LINK, "href"}:
            element.set("href", f"#{prefix}{value.removeprefix('#')}")
        else:
            element.set(key, POINTER.sub(rf"url(#{prefix}\1)", value))
