"""Messages in the shape of Stocktwits' API, in all the ways that people save them.

Read are: one message a line, one whole response a line, a whole response or an array over many
lines, and csv. What comes out is one row a message with the columns of `COLUMNS`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import orjson

from affectcli.errors import InputError
from affectcli.ingest._bytes import BROKEN, DamagedError, lines
from affectcli.ingest._pages import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record, Source

COLUMNS = (
    *("id", "created", "author", "body", "parent_id", "thread_id", "score", "replies"),
    *("community", "symbols", "sentiment"),
)
SENTIMENTS = {"bullish": "Bullish", "bearish": "Bearish"}
WHOLE = 1 << 29
"""Bytes of a file without lines above which it is not read; with lines there is no limit."""
START = re.compile(r'^\s*\[|"messages"\s*:\s*\[')
BETWEEN = re.compile(r"[\s,]*")


class Messages:
    """A file of messages as rows."""

    open = False

    def __init__(self, source: Source, *, community: str | None) -> None:
        self.source, self.community = source, community
        self.columns = list(COLUMNS)
        head = source.head()
        line, newline, _ = head.partition(b"\n")
        self.by_line = bool(newline) and _parsed(line) is not None

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the messages, or the rule that refuses one.

        Raises:
            DamagedError: the file ends or breaks before its last message does.
        """
        places = [COLUMNS.index(name) for name in wanted]
        for one in self._lines() if self.by_line else self._stream():
            yield one if isinstance(one, str) else [one[place] for place in places]

    def _lines(self) -> Iterator[Record]:
        for line, _, long in lines(self.source):
            if long:
                yield "too_long"
            elif not line.isspace():
                found = _parsed(line)
                yield from ["bad_json"] if found is None else messages(found, self.community)

    def _stream(self) -> Iterator[Record]:
        """Yield the messages of one JSON document, up to where it is damaged."""
        text, trouble = self._text()
        start = START.search(text)
        if start is None:
            found = _parsed(text.encode(errors="replace"))
            if found is None:
                raise InputError(
                    f"{self.source.name} has no messages: it is no JSON of Stocktwits."
                )
            yield from messages(found, self.community)
            return
        community = self.community
        stream = re.search(
            r'"symbol"\s*:\s*\{[^{}]*"symbol"\s*:\s*"([^"]+)"', text[: start.start()]
        )
        if community is None and stream:
            community = f"stocktwits/{stream[1].upper()}"
        decoder, place, count = json.JSONDecoder(), BETWEEN.match(text, start.end()).end(), 0  # type: ignore[union-attr]  # the pattern matches nothing too
        while place < len(text) and text[place] != "]":
            try:
                found, place = decoder.raw_decode(text, place)
            except (ValueError, RecursionError) as error:
                raise DamagedError(
                    f"{self.source.name} is damaged after {count:,} messages: {error}.",
                    known="The messages before that are stored." if count else "",
                    do="fetch the file again, then the same command",
                ) from (trouble or error)
            count += 1
            yield from messages(found, community)
            place = BETWEEN.match(text, place).end()  # type: ignore[union-attr]  # the same
        if place >= len(text):
            raise DamagedError(
                f"{self.source.name} ends after {count:,} messages, before its list does.",
                known="The messages before that are stored." if count else "",
                do="fetch the file again, then the same command",
            ) from trouble

    def _text(self) -> tuple[str, Exception | None]:
        """Return what can be read of the file, and what ended it too early."""
        pieces, size = [], 0
        try:
            while piece := self.source.body.read(1 << 20):
                pieces.append(piece)
                size += len(piece)
                if size > WHOLE:
                    raise InputError(
                        f"{self.source.name} is one JSON document of more than {WHOLE >> 20} MiB.",
                        known="One message a line is read at any size.",
                        do=f"jq -c '.messages[]' {self.source.name} > messages.jsonl",
                    )
        except BROKEN as error:
            return b"".join(pieces).decode(errors="replace"), error
        return b"".join(pieces).decode(errors="replace"), None


def messages(found: Any, community: str | None) -> Iterator[Record]:  # noqa: ANN401  # any JSON
    """Yield the rows of a message, of an array of them, or of a whole response."""
    if isinstance(found, dict) and isinstance(found.get("messages"), list):
        stream = found.get("symbol")
        symbol = stream.get("symbol") if isinstance(stream, dict) else None
        if community is None and isinstance(symbol, str) and symbol.strip():
            community = f"stocktwits/{symbol.strip().upper()}"
        found = found["messages"]
    for one in found if isinstance(found, list) else [found]:
        yield _message(one, community) if isinstance(one, dict) else "bad_message"


def _message(found: dict[str, Any], community: str | None) -> Record:
    user, talk = _part(found, "user"), _part(found, "conversation")
    listed = found.get("symbols")
    symbols = [
        str(each["symbol"]).strip().upper()
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and isinstance(each.get("symbol"), str)
    ]
    above = talk.get("in_reply_to_message_id")
    root = talk.get("parent_message_id") or above or found.get("id")
    if above is None and root != found.get("id"):
        above = root
    first = f"stocktwits/{symbols[0]}" if symbols else None
    return record(
        COLUMNS,
        {
            "id": found.get("id"),
            "created": found.get("created_at"),
            "author": user.get("username") or user.get("id"),
            "body": found.get("body"),
            "parent_id": above,
            "thread_id": root,
            "score": _part(found, "likes").get("total"),
            "replies": talk.get("replies"),
            "community": community or first,
            "symbols": ",".join(symbols),
            "sentiment": _part(_part(found, "entities"), "sentiment").get("basic"),
        },
    )


def _part(found: dict[str, Any], name: str) -> dict[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _parsed(line: bytes) -> Any:  # noqa: ANN401  # any JSON
    """Return an object or an array, None where there is neither."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:  # a lone surrogate is legal JSON, and orjson refuses it
            found = json.loads(line)
        except (ValueError, RecursionError):
            return None
    return found if isinstance(found, dict | list) else None
