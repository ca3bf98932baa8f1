"""Stack Exchange data dumps: Posts.xml and Comments.xml, one `row` element a post.

The elements come out of expat one by one and nothing is kept of them, so that memory does not grow
with the file. A line that is no XML is refused by `bad_xml` and reading goes on after it. Posts
1000000001 and 1000000010 were fabricated by the publisher and are refused.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.parsers import expat

from affectcli.errors import InputError, UsageError
from affectcli.ingest._bytes import DamagedError, lines, opened
from affectcli.ingest._forum import COLUMNS, Part, post
from affectcli.ingest._forum_html import text
from affectcli.ingest._intake import FILTERED
from affectcli.ingest._rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record, Source
    from affectcli.ingest._forum import Asked

SOURCE = "stackexchange"
FABRICATED = frozenset({"1000000001", "1000000010"})
QUESTION, ANSWER = "1", "2"
FILES = ("Posts.xml", "Comments.xml")
ENDINGS = ("", ".gz", ".zst")
SEVEN = b"7z\xbc\xaf\x27\x1c"
HOST = re.compile(r"^[\w-]+(\.[\w-]+)+$")


def parts(asked: Asked) -> Iterator[Part]:
    """Yield the posts, then the comments: a comment's thread is its post's.

    Raises:
        InputError: no such file is there, or it is no part of a dump.
        UsageError: nothing says which site the dump is of.
    """
    if asked.remote:
        raise UsageError(
            "Stack Exchange is read from its dump files.",
            known="They are at https://archive.org/details/stackexchange.",
            do="affect ingest forum SITE/Posts.xml --kind stackexchange",
        )
    for path in _files(asked.path):
        community = asked.community or _community(path)
        with opened(str(path)) as source:
            rows = Rows(source, Dump(source, community.removeprefix("forum/")))
            yield Part(rows, community, str(path))


class Dump:
    """Posts.xml or Comments.xml of one site, as rows of a forum."""

    open = False

    def __init__(self, source: Source, site: str) -> None:
        self.source, self.site = source, site
        self.columns = list(COLUMNS)
        head = source.head()
        if head.startswith(SEVEN):
            raise InputError(
                f"{source.name} is a 7z archive.",
                known="Its files are read, also as .gz or .zst.",
                do=f"7z x {source.name}, then affect ingest forum Posts.xml --kind stackexchange",
            )
        root = re.search(rb"<([a-z]+)[\s>]", head)
        self.root = root[1].decode() if root else ""
        if self.root not in {"posts", "comments"}:
            shown = f"its root is <{self.root}>" if root else "it is no XML"
            raise InputError(
                f"{source.name} is neither Posts.xml nor Comments.xml of a dump: {shown}."
            )

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the posts, or the rule that refuses one.

        Raises:
            DamagedError: the file ends before its last element does.
        """
        places = [COLUMNS.index(name) for name in wanted]
        make = self._post if self.root == "posts" else self._comment
        for found in self._elements():
            one = found if isinstance(found, str) else make(found)
            yield one if isinstance(one, str) else [one[place] for place in places]

    def _elements(self) -> Iterator[dict[str, str] | str]:
        """Yield the attributes of each row; lines are fed one by one, to go on after a bad one."""
        stream = _Stream()
        ended, offset = False, 0
        for line, start, long in lines(self.source):
            offset = start + len(line)
            try:
                stream.feed(b"\0" if long else line)
            except expat.ExpatError:
                yield from stream.taken()
                yield "too_long" if long else "bad_xml"
                stream = _Stream(self.root)
            else:
                yield from stream.taken()
            ended = stream.closed == self.root or f"</{self.root}>".encode() in line[-64:]
        if not ended:
            raise DamagedError(
                f"{self.source.name} ends after {offset:,} bytes, before </{self.root}>.",
                known="The rows before that are stored.",
                do="fetch the file again, then the same command",
            )

    def _post(self, found: dict[str, str]) -> Record:
        number, kind = found.get("Id", ""), found.get("PostTypeId")
        if number in FABRICATED:
            return "fabricated"
        if kind not in {QUESTION, ANSWER}:
            return FILTERED  # tag wikis and the like: nobody's own words
        above = found.get("ParentId") if kind == ANSWER else None
        return post(
            id=self._id("p", number),
            created=found.get("CreationDate"),
            author=self._author(found, "Owner"),
            title=found.get("Title"),
            body=text(found.get("Body", "")),
            kind="submission" if kind == QUESTION else "comment",
            parent_id=self._id("p", above),
            thread_id=self._id("p", above or number),
            score=found.get("Score"),
            replies=found.get("AnswerCount"),
        )

    def _comment(self, found: dict[str, str]) -> Record:
        if found.get("PostId") in FABRICATED:
            return "fabricated"
        return post(
            id=self._id("c", found.get("Id")),
            created=found.get("CreationDate"),
            author=self._author(found, "User"),
            body=found.get("Text"),
            kind="comment",
            parent_id=self._id("p", found.get("PostId")),
            score=found.get("Score"),
        )

    def _id(self, letter: str, number: str | None) -> str | None:
        return f"{self.site}/{letter}{number}" if number else None

    def _author(self, found: dict[str, str], who: str) -> str | None:
        name = found.get(f"{who}UserId" if who == "Owner" else "UserId")
        name = name or found.get(f"{who}DisplayName")
        return f"{self.site}/{name}" if name else None


class _Stream:
    """Expat, and the attributes of the rows that it has met since the last look."""

    def __init__(self, within: str = "") -> None:
        self.rows: list[dict[str, str]] = []
        self.closed = ""
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = _refuse
        if within:
            self.parser.Parse(f"<{within}>")

    def feed(self, line: bytes) -> None:
        self.parser.Parse(line)

    def taken(self) -> list[dict[str, str]]:
        rows, self.rows = self.rows, []
        return rows

    def _start(self, name: str, found: dict[str, str]) -> None:
        if name == "row":
            self.rows.append(found)

    def _end(self, name: str) -> None:
        self.closed = name


def _refuse(*_: object) -> None:
    """Refuse an entity: no dump declares one, and a few can be made to fill the memory."""
    raise expat.ExpatError("entity")


def _files(path: str) -> list[Path]:
    folder = Path(path)
    if not folder.is_dir():
        return [folder]
    found = [folder / f"{name}{end}" for name in FILES for end in ENDINGS]
    there = [file for file in found if file.is_file()]
    if not there:
        raise InputError(
            f"The folder {path} has neither Posts.xml nor Comments.xml.",
            do="7z x SITE.7z in it, then the same command",
        )
    return there


def _community(path: Path) -> str:
    folder = path.absolute().parent.name
    if not HOST.match(folder):
        raise UsageError(
            f"Nothing says which site {path} is of.",
            do="--community forum/crypto.stackexchange.com",
        )
    return f"forum/{folder}"
