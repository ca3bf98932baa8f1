"""Numbers and dates as a reader's country writes them; the words stay English.

What is written is English with ISO dates (1,234.5; 2024-01-31) and is rewritten here at the end,
in words, tables and figures alike. The forms are those of the Unicode CLDR. Names keep theirs.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from affectcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Form(NamedTuple):
    """How a date, thousands and a decimal mark are written."""

    date: str
    group: str = ","
    decimal: str = "."


NARROW = "\u202f"
FORMS = {
    "en": Form("{y}-{m}-{d}"),
    "en-GB": Form("{day} {month} {y}"),
    "en-US": Form("{month} {day}, {y}"),
    "de": Form("{d}.{m}.{y}", ".", ","),
    "de-AT": Form("{d}.{m}.{y}", NARROW, ","),
    "de-CH": Form("{d}.{m}.{y}", "\u2019", "."),
    "es": Form("{d}/{m}/{y}", ".", ","),
    "es-MX": Form("{d}/{m}/{y}", ",", "."),
    "fr": Form("{d}/{m}/{y}", NARROW, ","),
    "it": Form("{d}/{m}/{y}", ".", ","),
    "ja": Form("{y}/{m}/{d}"),
    "nl": Form("{d}-{m}-{y}", ".", ","),
    "pl": Form("{d}.{m}.{y}", NARROW, ","),
    "pt": Form("{d}/{m}/{y}", ".", ","),
    "sv": Form("{y}-{m}-{d}", NARROW, ","),
    "zh": Form("{y}/{m}/{d}"),
}
DATE = r"(?<![\w-])(?P<y>\d{4})-(?P<m>[01]\d)-(?P<d>[0-3]\d)(?![\w-])"
NUMBER = (
    r"(?<![\w.,/:@#])(?<!\w-)"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)"
    r"(?=x\b|(?![\w,]*[.,]?\w))"
)
"""A number with a decimal or thousands mark that stands alone: no version, ticker or address."""
WRITTEN = re.compile(rb"(<text[^>]*>)([^<]*)(</text>)")


@dataclass(frozen=True)
class Locale:
    """Rewrites numbers and dates; `names` keep their spelling."""

    form: Form
    tag: str
    names: tuple[str, ...] = field(default=())

    @cached_property
    def _sought(self) -> re.Pattern[str]:
        known = sorted({name for name in self.names if re.search(r"\d", name)}, key=len)[::-1]
        return re.compile("|".join([*map(re.escape, known), DATE, NUMBER]))

    def say(self, text: str) -> str:
        """Return a text in the reader's form."""
        return text if self.form == FORMS["en"] else self._sought.sub(self._written, text)

    def _written(self, match: re.Match[str]) -> str:
        if match["number"]:
            marks = {",": self.form.group, ".": self.form.decimal}
            return "".join(marks.get(c, c) for c in match["number"])
        if not match["y"]:
            return match[0]
        y, m, d = match["y"], match["m"], match["d"]
        if not 1 <= int(m) <= len(MONTHS):
            return match[0]
        return self.form.date.format(y=y, m=m, d=d, day=int(d), month=MONTHS[int(m) - 1])

    def everywhere(self, value: Any) -> Any:  # noqa: ANN401  # any JSON value
        """Return JSON with all of its texts in the reader's form."""
        if isinstance(value, str):
            return self.say(value)
        if isinstance(value, dict):
            return {key: self.everywhere(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.everywhere(item) for item in value]
        return value

    def picture(self, svg: bytes) -> bytes:
        """Return a figure with its texts in the reader's form."""
        if self.form == FORMS["en"]:
            return svg
        return WRITTEN.sub(lambda m: m[1] + self._drawn(m[2]) + m[3], svg)

    def _drawn(self, text: bytes) -> bytes:
        return html.escape(self.say(html.unescape(text.decode())), quote=False).encode()


def locale(tag: str, names: Iterable[str] = ()) -> Locale:
    """Return a locale by its tag: `de`, `en-GB`, `fr_CA`; a country not listed has its language's.

    Raises:
        UsageError: the language is not known.
    """
    asked = tag.replace("_", "-").partition(".")[0]
    language = asked.partition("-")[0].lower()
    known = {name.lower(): name for name in FORMS}
    name = known.get(asked.lower()) or known.get(language)
    if name is None:
        raise UsageError(f"There is no locale {tag!r}.", known=f"Known: {', '.join(FORMS)}.")
    return Locale(FORMS[name], name, tuple(names))
