"""Reads a lexicon file: Empath's table, LIWC's dictionary, construct-tracker's CSV, a plain list.

The format is told by the content: a first line `%` is LIWC's (Pennebaker, Booth and Francis 2007),
a first line with `X,X_include` construct-tracker's (Low et al. 2024), a tab anywhere Empath's
(Fast, Chen and Bernstein 2016), anything else one term a line.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

from affectcli.errors import InputError
from affectcli.log import logger
from affectcli.tag import _lexicon_match

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KNOWN = (
    "A lexicon is UTF-8 text: `category TAB term TAB term ...`, a LIWC .dic, "
    "or one term a line; .gz too."
)
_NUMBER = re.compile(r"[-+]?\d*\.?\d+")
_CONDITION = re.compile(r"[(<][\w ]+[)>]")
"""LIWC 2007's `kind TAB (02 134)125/464`."""
_LONGEST = 10
"""Words that one term of a plain list may have; more is prose."""
_BYTE_ORDER = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
Entry = tuple[int, str, str]
"""Line number, category as written, term as written."""


class Lexicon(NamedTuple):
    """Categories and their terms, in the file's order."""

    stem: str
    """The file's name without folder and suffixes, as a label: `categories`."""
    categories: tuple[str, ...]
    terms: tuple[str, ...]
    """Distinct terms as written; each hits something of its own."""
    members: tuple[tuple[int, ...], ...]
    """For each term the categories that it belongs to, by position."""
    sha256: str


def read(path: Path) -> Lexicon:
    """Read a lexicon.

    Raises:
        InputError: there is no such file, or it is no lexicon; the message names the line.
    """
    content = _content(path)
    lines = re.split("\r\n|\r|\n", _text(path, content))
    entries = list(_entries(path, lines))
    if not any(term for _, _, term in entries):
        raise InputError(f"{path} holds no terms.", known=KNOWN)
    return _collect(path, entries, hashlib.sha256(content).hexdigest())


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder, not a lexicon.", known=KNOWN) from error
    except FileNotFoundError as error:
        raise InputError(f"There is no lexicon {path}.", known=KNOWN) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{path} is damaged or cut off ({error}).") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} cannot be read ({error}).") from error


def _text(path: Path, content: bytes) -> str:
    encoding = _BYTE_ORDER.get(content[:2], "utf-8-sig")
    if encoding == "utf-8-sig" and b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        raise InputError(f"{path} is no text: line {line} holds a null byte.", known=KNOWN)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path} is not UTF-8: line {line} holds the byte 0x{content[error.start]:02x}.",
            known="Spanish and French word lists are often Windows-1252.",
            do=f"iconv -f WINDOWS-1252 -t UTF-8 {_plain_name(path)} > utf8-{_plain_name(path)}",
        ) from error


def _entries(path: Path, lines: list[str]) -> Iterator[Entry]:
    first = next((line for line in lines if line.strip()), "")
    if first.strip() == "%":
        return _liwc(path, lines)
    if "_include" in first and "," in first:
        return _constructs(lines)
    if any("\t" in line for line in lines):
        return _table(path, lines)
    if ".csv" in path.suffixes:
        raise InputError(f"{path} is a CSV without X, X_include columns.", known=KNOWN)
    return _plain(path, lines)


def _table(path: Path, lines: list[str]) -> Iterator[Entry]:
    rows = [(at, line.split("\t")) for at, line in enumerate(lines, 1) if line.strip()]
    weighted = [at for at, row in rows if _NUMBER.fullmatch(row[1].strip() if row[1:] else "")]
    if 2 * len(weighted) > len(rows):
        raise InputError(
            f"{path} gives numbers to terms (line {weighted[0]}); weights are not read.",
            known=f"{KNOWN} `--tagger lexicon:vader` scores VADER with its weights.",
        )
    seen: dict[str, int] = {}
    for at, (category, *terms) in rows:
        if not category.strip():
            raise InputError(f"{path}, line {at}: the category has no name.", known=KNOWN)
        before = seen.setdefault(_label(category), at)
        if before != at:
            raise InputError(
                f"{path}, line {at}: category {category.strip()!r} stands in line {before} already."
            )
        if not any(term.strip() for term in terms):
            raise InputError(f"{path}, line {at}: category {category.strip()!r} has no terms.")
        yield from ((at, category, term) for term in terms)


def _liwc(path: Path, lines: list[str]) -> Iterator[Entry]:
    numbered = [(at, line) for at, line in enumerate(lines, 1) if line.strip()]
    ends = [place for place, (_, line) in enumerate(numbered) if line.strip() == "%"]
    if len(ends) == 1:
        raise InputError(f"{path}: the header that % opens in line {numbered[0][0]} never ends.")
    names = _liwc_header(path, numbered[1 : ends[1]])
    passed_over = []
    for at, line in numbered[ends[1] + 1 :]:
        term, _, rest = line.partition("\t")
        if _CONDITION.search(rest):
            passed_over.append(at)
            continue
        unknown = [number for number in rest.split() if number not in names]
        if unknown or not rest.strip():
            what = f"category {unknown[0]!r} is not in the header" if unknown else "no category"
            raise InputError(f"{path}, line {at}: {what} (term {term.strip()!r}).")
        yield from ((at, names[number], term) for number in rest.split())
    if passed_over:
        note = "%s: %d terms whose category depends on the word before are left out (line %d first)"
        logger.warning(note, path, len(passed_over), passed_over[0])


def _liwc_header(path: Path, header: list[tuple[int, str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for at, line in header:
        key, _, rest = line.strip().partition("\t")
        name = rest.partition(" (")[0].strip()  # LIWC 2015: `function (Function Words)`
        if not name:
            raise InputError(f"{path}, line {at}: {line.strip()!r} is not `number TAB category`.")
        if key in names or _label(name) in map(_label, names.values()):
            raise InputError(f"{path}, line {at}: category {name!r} or number {key} stands twice.")
        names[key] = name
    if not names:
        raise InputError(f"{path} has no categories between its % lines.", known=KNOWN)
    return names


def _constructs(lines: list[str]) -> Iterator[Entry]:
    rows = csv.reader(lines)
    header = next(rows)
    columns = [at for at, name in enumerate(header) if f"{name}_include" in header]
    for row in rows:
        if row and row[0].isdecimal():  # the rows before them describe the constructs
            cells = ((column, row[column]) for column in columns if column < len(row))
            yield from ((rows.line_num, header[column], term) for column, term in cells)


def _plain(path: Path, lines: list[str]) -> Iterator[Entry]:
    for at, line in enumerate(lines, 1):
        if len(line.split()) > _LONGEST or line.count(",") > 2:
            raise InputError(f"{path}, line {at} holds more than one term.", known=KNOWN)
        yield at, _stem(path), line


def _collect(path: Path, entries: list[Entry], sha256: str) -> Lexicon:
    categories = {_label(category): None for _, category, _ in entries}
    place = {name: at for at, name in enumerate(categories)}
    spelled = [_spaced(term) for _, _, term in entries]
    first: dict[str, str] = {}
    members: dict[str, dict[int, None]] = {}
    for (_, category, _), term, mark in zip(
        entries, spelled, _lexicon_match.mark_terms(spelled), strict=True
    ):
        if mark:
            first.setdefault(mark, " ".join(term.split()))
            members.setdefault(mark, {})[place[_label(category)]] = None
    if not first:
        raise InputError(f"{path} holds no term that could hit a text.", known=KNOWN)
    belongs = tuple(tuple(member) for member in members.values())
    return Lexicon(_stem(path), tuple(categories), tuple(first.values()), belongs, sha256)


def _spaced(term: str) -> str:
    """Write Empath's `so_much_pain` with spaces; leave emoticons such as `^_^` alone."""
    return re.sub(r"(?<=[^\W_]{2})_(?=[^\W_]{2})", " ", term)


def _label(category: str) -> str:
    """Return a category's name as a label: `Suicide self-harm ` is `suicide_self-harm`."""
    return re.sub(r"[^\w-]+", "_", category.strip().casefold()).strip("_") or category.strip()


def _plain_name(path: Path) -> str:
    return re.sub(r"\.gz$", "", path.name)


def _stem(path: Path) -> str:
    return _label(re.sub(r"(?i)(\.(gz|tsv|txt|csv|dic))+$", "", path.name))
