"""The lines of a dump as batches of rows: filtered, parsed, and each line accounted for.

Lines are numbered from 1 as `sed -n 5p` counts them, blank ones too. A line is left out by the
filter (another subreddit, outside the time window, blank), refused by a rule, or a row.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

import orjson

from affectcli.errors import InputError
from affectcli.ingest import _reddit
from affectcli.ingest._bytes import DamagedError
from affectcli.ingest._dump_scan import Scanner, blocks
from affectcli.ingest._rows import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from affectcli.ingest._dump_bytes import Packed

STRETCH = 1 << 30
"""Bytes of text after which a batch ends, however few rows it has: about a second of work."""
PEEK = 100
"""Lines looked at to tell a dump from another file."""
SECONDS = 1e11
"""Epochs below this are in seconds; what is above is left to the parsing of times."""
KEYS = {"subreddit", "created_utc", "link_id"}
"""A Reddit thing has one of these."""


@dataclass(frozen=True)
class Wish:
    """Which things of a dump are wanted; names are in lower case, no names are all names."""

    names: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    deleted_later: bool = False


@dataclass
class _Taken:
    """What became of the lines since the last batch."""

    rows: list[_reddit.Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    stretch: int = 0

    def put(self, number: int, made: _reddit.Row | str | None) -> None:
        if isinstance(made, str):
            self.refused.append((number, made))
        elif made is not None:
            self.rows.append(made)
            self.numbers.append(number)

    def batch(self, first: int, last: int) -> Batch:
        return Batch(first, last, _reddit.frame(self.rows, self.numbers), self.refused)


class Dump:
    """A dump as batches of rows."""

    def __init__(self, packed: Packed, wish: Wish) -> None:
        self.source, self.wish = packed, wish
        self.first = _epoch(wish.since, -math.inf)
        self.end = _epoch(wish.until, math.inf)
        self.trouble: DamagedError | None = None

    def batches(self, size: int, *, skip: int = 0) -> Iterator[Batch]:
        """Yield batches of about `size` rows after the first `skip` lines.

        Raises:
            InputError: the file is no dump, or is truncated or damaged; what is whole before a
                damage is yielded first.
        """
        scanner, taken = Scanner(self.wish.names), _Taken()
        first, number = skip + 1, 0
        for block in self._blocks():
            before, number = number, number + (scanner.load(block) if block else 1)
            if number <= skip:
                continue
            if block is None:
                taken.put(number, "too_long")
            else:
                if before < skip:
                    scanner.load(scanner.after(skip - before))
                for place, line in scanner.candidates():
                    taken.put(max(before, skip) + place, self._row(line))
                taken.stretch += len(block)
            if len(taken.rows) >= size or taken.stretch >= STRETCH:
                yield taken.batch(first, number)
                taken, first = _Taken(), number + 1
        if number >= first:
            yield taken.batch(first, number)
        if self.trouble:
            raise self.trouble

    def _blocks(self) -> Iterator[bytes | None]:
        """Yield blocks until the end or a damage, which is kept for later."""
        checked = False
        try:
            for block in blocks(self.source):
                if block and not checked:
                    _check(block, self.source.name)
                    checked = True
                yield block
        except DamagedError as error:
            self.trouble = error

    def _row(self, line: bytes) -> _reddit.Row | str | None:
        """Return a line as a row, the rule that refuses it, or None if it is not wanted."""
        if not line or line.isspace():
            return None
        thing = parsed(line)
        if isinstance(thing, str):
            return thing
        if self.wish.names and str(thing.get("subreddit")).lower() not in self.wish.names:
            return None
        if self._outside(thing.get("created_utc")):
            return None
        return _reddit.row(thing, deleted_later=self.wish.deleted_later)

    def _outside(self, created: object) -> bool:
        """Say whether a time is clearly outside the window; rules judge odd ones later."""
        if not isinstance(created, (int, float, str)):
            return False
        try:
            moment = float(created)
        except (ValueError, OverflowError):
            return False
        return abs(moment) < SECONDS and not self.first <= moment < self.end


def parsed(line: bytes) -> dict[str, Any] | str:
    """Return the object of a line, or the rule that refuses it: bad_encoding, bad_json."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        try:  # a lone surrogate and NaN are accepted by others, and orjson refuses them
            found = json.loads(line.decode())
        except UnicodeDecodeError:
            return "bad_encoding"
        except (ValueError, RecursionError):
            return "bad_json"
    return found if isinstance(found, dict) else "bad_json"


def _check(block: bytes, name: str) -> None:
    """Raise InputError where the first lines are of something else than a dump."""
    lines = [line for line in block.split(b"\n", PEEK)[:PEEK] if line.strip()]
    if not lines:
        return
    if lines[0].lstrip().startswith(b"["):
        raise InputError(
            f"{name} is one JSON array; a dump has one object a line.",
            do="jq -c '.[]' FILE > things.jsonl, then things.jsonl",
        )
    objects = [thing for thing in map(parsed, lines) if isinstance(thing, dict)]
    if not objects:
        raise InputError(
            f"{name} is no dump: none of its first {len(lines):,} lines is a JSON object.",
            do="affect ingest file, for csv and parquet",
        )
    keys = {key for thing in objects for key in thing}
    if not keys & KEYS:
        raise InputError(
            f"{name} is no dump of Reddit: its objects have {', '.join(sorted(keys)[:8])}.",
            do="affect ingest file, for posts from elsewhere",
        )


def _epoch(moment: datetime | None, otherwise: float) -> float:
    return otherwise if moment is None else moment.replace(tzinfo=UTC).timestamp()
