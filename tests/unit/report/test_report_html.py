"""The HTML: one file, escaped by construction, well-formed, with a policy that names its parts."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from affectcli import report
from affectcli.report import _html, _inline, _locale
from affectcli.report._markup import VOID, Markup, el
from tests.unit.report.conftest import HOSTILE
from tests.unit.report.pages import contents, gather

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.report.conftest import World


class Seen(HTMLParser):
    """What a parser sees: elements with attributes, and texts by the element around them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def page(world: World) -> str:
    shown = contents(gather(world))
    return _html.document(shown, _locale.locale("en", shown.names)).decode()


@pytest.fixture(scope="module")
def seen(page: str) -> Seen:
    return Seen(page)


def test_it_is_one_file_that_points_nowhere(page: str, seen: Seen) -> None:
    links = [value for _, attributes in seen.elements
             for key, value in attributes.items() if key in {"href", "src", "action"}]  # fmt: skip
    assert links
    assert all(str(link).startswith(("#", "data:,")) for link in links)
    assert "url(http" not in page
    assert "@import" not in page


def test_the_policy_allows_its_own_parts_and_no_others(page: str, seen: Seen) -> None:
    metas = [m for m in seen.all("meta") if m.get("http-equiv")]
    policy = str(metas[0]["content"])
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert not [a for _, a in seen.elements if "style" in a or any(k.startswith("on") for k in a)]


def test_headings_are_in_order_and_landmarks_are_there(seen: Seen) -> None:
    levels = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(len(seen.all(tag)) == 1 for tag in ("header", "nav", "main", "footer"))
    skip = next(a for a in seen.all("a") if a.get("class") == "skip")
    assert skip["href"] == "#main"


def test_ids_are_unique_and_what_is_pointed_at_exists(seen: Seen) -> None:
    ids = [str(a["id"]) for _, a in seen.elements if "id" in a]
    assert len(ids) == len(set(ids))
    named = " ".join(str(a["aria-labelledby"]) for _, a in seen.elements if "aria-labelledby" in a)
    assert set(named.split()) <= set(ids)
    inner = [str(a["href"])[1:] for _, a in seen.elements if str(a.get("href", "")).startswith("#")]
    assert set(inner) <= set(ids)


def test_every_figure_is_told_in_words_and_some_in_numbers(seen: Seen) -> None:
    figures = seen.all("svg")
    assert figures
    assert all(figure["role"] == "img" for figure in figures)
    told = [text for tag, text in seen.texts if tag == "desc"]
    assert len(told) == len(figures)
    assert all(len(text) > 20 for text in told)


def test_every_sentence_has_its_row_beside_it(seen: Seen, world: World) -> None:
    sources = {s.source for a in contents(gather(world)).answers for s in a.sentences if s.source}
    beside = {text for tag, text in seen.texts if tag == "code"}
    assert beside == sources


def test_the_day_of_nine_authors_is_in_no_text(seen: Seen) -> None:
    said = " ".join(text for _, text in seen.texts)
    assert "2024-02-21" in said  # in the numbers beneath a figure or beside one
    assert "77.7" not in said
    assert "0.777" not in said


def test_groups_of_a_table_are_named_in_each_row(seen: Seen) -> None:
    cells = [text for tag, text in seen.texts if tag == "td"]
    assert cells.count("14") >= 3  # the horizon of three models


def test_a_hostile_name_is_text(hostile: World, tmp_path: Path) -> None:
    target = tmp_path / "h.html"
    report.run(hostile.context(), output=str(target), community=HOSTILE)
    made = target.read_text(encoding="utf-8")
    seen = Seen(made)
    assert len(seen.all("script")) == 1
    (title,) = [text for tag, text in seen.texts if tag == "h1"]
    assert title.startswith('reddit/日本株🚀_$AAPL$ #1 "quoted" *bold* <script>alert(1)</script>')
    assert "\x1b" not in made
    assert not any(key.startswith("on") for _, a in seen.elements for key in a)


def test_markup_escapes_all_but_itself() -> None:
    made = el("p", "<b>&", el("i", '"'), class_='"><script>', data_x=None)
    assert made == '<p class="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;<i>&quot;</i></p>'
    assert isinstance(made, Markup)


def test_a_figure_loses_its_styles_and_keeps_its_words() -> None:
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="1pt" viewBox="0 0 1 1">'
        b"<defs><style>*{}</style><clipPath id='c'/></defs>"
        b"<text id='t' style='fill: #1a1a1a; font-family: X' clip-path='url(#c)'>"
        b'&lt;b&gt; style="a: b"</text></svg>'
    )
    made = _inline.inline(svg, 3, title="<T>", alt="what")
    assert '<title id="f3-title">&lt;T&gt;</title><desc id="f3-desc">what</desc>' in made
    assert '<text id="f3-t" clip-path="url(#f3-c)" fill="#1a1a1a">' in made
    assert '&lt;b&gt; style="a: b"</text>' in made
    assert "style>" not in made
    assert 'width="' not in made
