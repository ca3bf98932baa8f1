"""One Reddit thing, of any year and from any place, as the fields of a post.

Submissions and comments came out of Reddit's API, Pushshift and Arctic Shift in many shapes since
2005: times as numbers or as text, `edited` as a bool or as a time, no `name`, comments whose
parent is a decimal number, text with HTML escapes or without. `row` brings all of them to one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from affectcli.ingest._rows import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOURCE = "reddit"
DELETED_LATER = "deleted_later"
"""The rule that refuses what Arctic Shift saw deleted after it had read the text."""
SUBMISSION, COMMENT = "t3_", "t1_"
FULLNAME = re.compile(r"t[13]_[0-9a-z]+")
THING = re.compile(r"(?:t[1-6]_)?[0-9a-z]+")
ESCAPE = re.compile(r"&(amp|lt|gt|quot|apos|#39|#34|#x27);")
CHARACTERS = {"amp": "&", "lt": "<", "gt": ">", "quot": '"'}
CHARACTERS |= {"apos": "'", "#39": "'", "#34": '"', "#x27": "'"}
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Row(NamedTuple):
    """A thing as text, field by field as in `post`; ids are fullnames without a source."""

    id: str
    kind: str
    community: str
    author: str | None
    created: str | None
    title: str
    body: str
    parent_id: str | None
    thread_id: str | None
    score: str | None
    replies: str | None
    edited: str | None
    """A mark that the author changed the text after others had seen it, else null."""


class Things:
    """The columns of things, where `_posts.Posts` expects those of a file."""

    def __contains__(self, field: str) -> bool:
        """Say whether things have the field."""
        return field in Row._fields

    def wanted(self, _where: pl.Expr | None) -> list[str]:
        """Return the columns to read: all of them."""
        return list(Row._fields)

    def text(self, field: str) -> pl.Expr:
        """Return the text of a field, null where things have no such field."""
        named = pl.col(field) if field in self else pl.lit(None, pl.String)
        return named.alias(field)


def row(
    thing: Mapping[str, Any], *, escaped: bool = True, deleted_later: bool = False
) -> Row | str:
    """Return a submission or comment as a row, or the rule that refuses it.

    `escaped` says that the text has HTML escapes, as dumps and Arctic Shift do; PRAW asks for text
    without (`raw_json=1`). `deleted_later` keeps what its author deleted after it was archived.
    The rules: `deleted_later`, `bad_kind`, `no_id`, `no_community`. A missing or odd time is null.
    """
    archived = thing.get("_meta")
    if not deleted_later and isinstance(archived, dict) and archived.get("was_deleted_later"):
        return DELETED_LATER
    prefix = _prefix(thing)
    if prefix is None:
        return "bad_kind"
    name = _fullname(thing, prefix)
    if name is None:
        return "no_id"
    community = _community(thing)
    if community is None:
        return "no_community"
    comment = prefix == COMMENT
    thread = _reference(thing.get("link_id"), SUBMISSION) if comment else name
    return Row(
        id=name,
        kind="comment" if comment else "submission",
        community=community,
        author=_word(thing.get("author")),
        created=_number(thing.get("created_utc")),
        title="" if comment else _text(thing.get("title"), escaped=escaped),
        body=_text(thing.get("body" if comment else "selftext"), escaped=escaped),
        parent_id=_parent(thing.get("parent_id"), thread) if comment else None,
        thread_id=thread,
        score=None if thing.get("score_hidden") is True else _number(thing.get("score")),
        replies=None if comment else _number(thing.get("num_comments")),
        edited="edited" if _edited(thing.get("edited")) else None,
    )


def frame(rows: Sequence[Row], numbers: Sequence[int]) -> pl.DataFrame:
    """Return rows as a frame of text columns with `_row`, as `_posts.Posts` takes it."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in Row._fields)
    named = {
        name: pl.Series(name, values, dtype=pl.String)
        for name, values in zip(Row._fields, columns, strict=True)
    }
    return pl.DataFrame({ROW: pl.Series(numbers, dtype=pl.Int64), **named})


def unescaped(text: str) -> str:
    """Return a text with one layer of HTML escapes taken off: `&amp;lt;` becomes `&lt;`.

    Only what an escaping function writes is taken back, so that an address with `&copy=1` in it
    stays whole.
    """
    return ESCAPE.sub(lambda found: CHARACTERS[found[1]], text) if "&" in text else text


def _prefix(thing: Mapping[str, Any]) -> str | None:
    for key in ("name", "id"):
        name = thing.get(key)
        if isinstance(name, str) and name.startswith((SUBMISSION, COMMENT)):
            return name[:3]
    if "title" in thing or "selftext" in thing:
        return SUBMISSION
    if "body" in thing or "link_id" in thing:
        return COMMENT
    return None


def _fullname(thing: Mapping[str, Any], prefix: str) -> str | None:
    for key in ("name", "id"):
        name = _word(thing.get(key))
        if name is None:
            continue
        name = name.lower()
        whole = name if name.startswith(prefix) else prefix + name
        if FULLNAME.fullmatch(whole):
            return whole
    return None


def _community(thing: Mapping[str, Any]) -> str | None:
    name = _word(thing.get("subreddit"))
    if name is None:
        prefixed = _word(thing.get("subreddit_name_prefixed")) or ""
        user, _, own = prefixed.partition("/")
        name = f"u_{own}" if user == "u" and own else own
    return f"{SOURCE}/{name}" if name else None


def _reference(value: object, prefix: str) -> str | None:
    """Return a fullname; a decimal number is one whose prefix and base were lost."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return prefix + _base36(value)
    name = (_word(value) or "").lower()
    if not THING.fullmatch(name):
        return None
    return name if "_" in name else prefix + name


def _parent(value: object, thread: str | None) -> str | None:
    """Return a comment's parent; Pushshift's of late 2022 is a number, null under a submission."""
    if value is None:
        return thread
    number = _reference(value, SUBMISSION)
    return number if number == thread else _reference(value, COMMENT)


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
        if not number:
            return digits


def _edited(value: object) -> bool:
    """Say whether a text was changed: `edited` is false, true, or the time, also as text."""
    return value not in (None, False, 0, "", "false", "False", "0")


def _number(value: object) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    return _clean(str(value)) if isinstance(value, (str, int, float)) else None


def _word(value: object) -> str | None:
    """Return a name; PRAW gives objects whose text it is."""
    if value is None or isinstance(value, (bool, dict, list)):
        return None
    return _clean(str(value)).strip() or None


def _text(value: object, *, escaped: bool) -> str:
    if not isinstance(value, str):
        return ""
    text = _clean(value)
    return unescaped(text) if escaped else text


def _clean(text: str) -> str:
    """Return a text without NUL bytes and lone surrogates, which JSON allows and UTF-8 does not."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
