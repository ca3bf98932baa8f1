"""HTML to the text that a reader sees, in one pass over any input, however broken.

Quotes of other posts and previews of links (`aside`) are other people's words and are left out.
The standard library's parser takes quadratic time on unclosed tags; the patterns here never look
past the next `<`.
"""

from __future__ import annotations

import html
import re

TAG = re.compile(
    r"""<(?:(?P<comment>!--)|(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)"""
    r"""(?P<rest>(?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|[!?/][^<>]*>)"""
)
SKIPPED = frozenset({"script", "style", "head", "template", "aside", "svg", "iframe"})
BREAKS = frozenset({"br", "li", "tr", "hr", "dt", "dd", "pre", "option"})
PARAGRAPHS = frozenset(
    {"p", "div", "blockquote", "ul", "ol", "table", "section", "article"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "figure", "header", "footer", "dl"}
)
ALT = re.compile(r"""\balt=(?:"([^"]{0,200})"|'([^']{0,200})')""")
SPACES = re.compile(r"[^\S\n]+")
AROUND = re.compile(r" ?\n ?")
LINES = re.compile(r"\n{3,}")


def text(source: str) -> str:
    """Return the text of a piece of HTML: paragraphs apart, entities resolved, no markup."""
    if "<" not in source:
        return _tidy(html.unescape(source))
    pieces: list[str] = []
    place, inside, depth = 0, "", 0
    while (tag := TAG.search(source, place)) is not None:
        if not inside:
            pieces.append(html.unescape(source[place : tag.start()]))
        place = tag.end()
        if tag["comment"]:
            end = source.find("-->", place)
            place = len(source) if end < 0 else end + 3
            continue
        name = (tag["name"] or "").lower()
        if inside:
            depth += _nests(tag, name == inside)
            inside = inside if depth else ""
        elif name in SKIPPED and not tag["close"] and not tag["rest"].endswith("/"):
            inside, depth = name, 1
        else:
            pieces.append(_seen(name, tag["rest"] or ""))
    if not inside:
        pieces.append(html.unescape(source[place:]))
    return _tidy("".join(pieces))


def _nests(tag: re.Match[str], same: bool) -> int:
    return 0 if not same else -1 if tag["close"] else 1


def _seen(name: str, rest: str) -> str:
    """Return what a tag itself shows: a break, or the name of an emoji that is an image."""
    if name in PARAGRAPHS:
        return "\n\n"
    if name in BREAKS:
        return "\n"
    if name == "img" and "emoji" in rest and (alt := ALT.search(rest)):
        return html.unescape(alt[1] or alt[2] or "")
    return ""


def _tidy(found: str) -> str:
    found = AROUND.sub("\n", SPACES.sub(" ", found.replace("\r", "\n")))
    return LINES.sub("\n\n", found).strip()
