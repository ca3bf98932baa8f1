"""The report as one HTML file: offline, with keyboard and screen reader, dark and light.

Without scripts everything is readable; with them tables sort.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from affectcli.report import _frame
from affectcli.report._inline import inline
from affectcli.report._markup import Markup, el, join
from affectcli.report._methods import PROVENANCE

if TYPE_CHECKING:
    from affectcli.report._answer import Answer, Sentence
    from affectcli.report._block import Block
    from affectcli.report._contents import Contents
    from affectcli.report._locale import Locale
    from affectcli.report._tables import Table

SCALE = 1.0
"""Figures are drawn at their natural height: no page has to be filled."""
SECTIONS = {
    "answers": "Answers",
    "figures": "Figures and tables",
    "methods": "Model card, methods and limits",
}


def document(report: Contents, locale: Locale) -> bytes:
    """Return the report as HTML; the same contents give the same bytes."""
    writer = _Writer(locale)
    main = el(
        "main",
        writer.answers(report),
        writer.figures(report),
        writer.methods(report),
        id="main",
        tabindex="-1",
    )
    return _frame.page(report.title, [*writer.head(report), main], form=locale.form)


class _Writer:
    """Writes the parts of a report in the form of a locale."""

    def __init__(self, locale: Locale) -> None:
        self.locale, self.say = locale, locale.say

    def head(self, report: Contents) -> list[Markup]:
        """Return the skip link, the title and the table of contents."""
        say = self.say
        links = [el("li", el("a", text, href=f"#{name}")) for name, text in SECTIONS.items()]
        links += [
            el("li", el("a", say(block.title), href=f"#figure-{i}"))
            for i, block in enumerate(report.blocks, start=1)
        ]
        warned = [el("p", say(report.warning), class_="warning")] if report.warning else []
        return [
            el("a", "To the answers", class_="skip", href="#main"),
            el(
                "header",
                _frame.tools(),
                el("p", report.head, class_="kind"),
                el("h1", say(report.title)),
                el("p", say(report.subtitle), class_="muted"),
                *warned,
            ),
            el("nav", el("ul", *links), aria_label="Contents"),
        ]

    def answers(self, report: Contents) -> Markup:
        """Return the first page: each sentence with the name of its row."""
        entries = (
            el("div", el("dt", self.say(name)), el("dd", self.say(value)))
            for name, value in report.strip
        )
        asked = (self.answer(number, a) for number, a in enumerate(report.answers, start=1))
        return _section("answers", *asked, el("dl", *entries, class_="strip"))

    def answer(self, number: int, answer: Answer) -> Markup:
        """Return a question with its sentences, its table and what else there is."""
        told = [el("ul", *map(self.sentence, answer.sentences), class_="said")]
        if answer.table:
            told.append(self.table(answer.table))
        if answer.more:
            told.append(el("p", self.say(answer.more), class_="muted"))
        return join([el("h3", f"{number} {answer.question}"), *told])

    def sentence(self, sentence: Sentence) -> Markup:
        """Return a sentence, and beside it its row of `finding`."""
        strong = [el("b", self.say(sentence.strong)), " "] if sentence.strong else []
        said = el("span", *strong, self.say(sentence.text))
        return el("li", said, *([el("code", sentence.source)] if sentence.source else []))

    def figures(self, report: Contents) -> Markup:
        """Return every figure with its words and tables."""
        return _section(
            "figures", *(self.figure(i, block) for i, block in enumerate(report.blocks, start=1))
        )

    def figure(self, number: int, block: Block) -> Markup:
        """Return a figure as a section of its own, with the drawn numbers as a table."""
        say = self.say
        parts = [el("h3", say(block.title), id=f"figure-{number}")]
        if block.subtitle:
            parts.append(el("p", say(block.subtitle), class_="muted"))
        if picture := block.picture(SCALE):
            title, alt = say(block.title), say(block.alt)
            drawn = inline(self.locale.picture(picture), number, title=title, alt=alt)
            notes = (el("p", say(note)) for note in block.notes)
            parts.append(el("figure", Markup(drawn), self.events(block), el("figcaption", *notes)))
        elif block.empty:
            parts.append(el("p", say(block.empty), class_="empty"))
        if block.numbers and picture:
            numbers = self.table(block.numbers())
            parts.append(el("details", el("summary", "Numbers of this figure"), numbers))
        parts += map(self.table, block.tables)
        return el("section", *parts, aria_labelledby=f"figure-{number}")

    def events(self, block: Block) -> Markup:
        """Return the key to the numbers of events, nothing where there are none."""
        entries = [
            el("li", el("b", numbers), " ", name, " ", el("span", self.say(days), class_="muted"))
            for numbers, name, days in block.events
        ]
        return el("ul", *entries, class_="events", aria_label="Events") if entries else Markup()

    def table(self, table: Table) -> Markup:
        """Return a table that can be sorted by each column; groups are named in each row."""

        def cells(name: str, texts: list[str], **attributes: str) -> list[Markup]:
            sides = ("l" if i < table.left else None for i in range(len(texts)))
            return [
                el(name, self.say(text), class_=side, data_key=_key(text), **attributes)
                for text, side in zip(texts, sides, strict=True)
            ]

        head = el("tr", *cells("th", table.head, scope="col", aria_sort="none"))
        rows = (
            el("tr", *cells("td", row), class_="b" if i in table.bold else None)
            for i, row in enumerate(_filled(table))
        )
        note = [el("p", self.say(table.note), class_="muted")] if table.note else []
        made = el("table", el("caption", self.say(table.title)), el("thead", head),
                  el("tbody", *rows))  # fmt: skip
        scroll = el("div", made, class_="scroll", tabindex="0", role="region",
                    aria_label=self.say(table.title))  # fmt: skip
        return join([scroll, *note])

    def methods(self, report: Contents) -> Markup:
        """Return the model card, the methods and the limits."""
        texts = (
            join([el("h3", head), el("p", text if head == PROVENANCE else self.say(text))])
            for head, text in report.methods
        )
        return _section("methods", *map(self.table, report.card), *texts)


def _key(text: str) -> str | None:
    """Return what a date sorts by, for it may be written in another order."""
    return text if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def _filled(table: Table) -> list[list[str]]:
    """Return rows with the first cell of each group repeated: sorting would tear them apart."""
    rows, last = [], ""
    for row in table.rows:
        last = row[0] or last
        rows.append([last, *row[1:]] if table.groups else row)
    return rows


def _section(name: str, *parts: str) -> Markup:
    heading = el("h2", SECTIONS[name], id=name)
    return el("section", heading, *parts, aria_labelledby=name)
