"""What every HTML page has: its style, its script, and a policy that allows nothing else.

The page asks the network for nothing: the policy names its own style and script by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from affectcli import __version__
from affectcli.report._locale import FORMS, Form
from affectcli.report._markup import Markup, el
from affectcli.report._methods import DISCLAIMER
from affectcli.report._typst import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Sequence


def page(title: str, parts: Sequence[Markup], *, form: Form = FORMS["en"]) -> bytes:
    """Return a page of these parts; `form` says how its numbers are written, to sort them by."""
    body = el("body", *parts, _foot(), el("script", _asset("report.js")))
    made = el(
        "html", _head(title), body, lang="en", data_group=form.group, data_decimal=form.decimal
    )
    return f"<!DOCTYPE html>\n{made}\n".encode()


def tools() -> Markup:
    """Return the switch between dark and light, which the script shows."""
    switch = el("button", "Dark colours", type="button", id="theme", hidden="")
    return el("div", switch, class_="tools")


def index(listed: Sequence[tuple[str, str, str]]) -> bytes:
    """Return a page that lists reports: each with its name, its file and what it says first."""
    rows = (
        el("tr", _cell(el("a", name, href=quote(file)) if file else name), _cell(said))
        for name, file, said in listed
    )
    head = (
        el("th", text, class_="l", scope="col", aria_sort="none")
        for text in ("Community", "What is high now")
    )
    caption = el("caption", f"{len(listed)} reports")
    table = el("table", caption, el("thead", el("tr", *head)), el("tbody", *rows))
    return page("Reports", [el("header", tools(), el("h1", "Reports")), el("main", table)])


def _cell(inside: str) -> Markup:
    return el("td", inside, class_="l")


def _foot() -> Markup:
    return el("footer", el("p", f"{DISCLAIMER} Made by affect {__version__}."))


def _head(title: str) -> Markup:
    policy = (
        f"default-src 'none'; style-src '{_hash('report.css')}'; "
        f"script-src '{_hash('report.js')}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", http_equiv="Content-Security-Policy", content=policy),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="referrer", content="no-referrer"),
        el("meta", name="generator", content=f"affect {__version__}"),
        el("title", title),
        el("link", rel="icon", href="data:,"),
        el("style", _asset("report.css")),
    )


@cache
def _asset(name: str) -> Markup:
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _hash(name: str) -> str:
    digest = hashlib.sha256(_asset(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
