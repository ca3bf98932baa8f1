"""Rows of an input as frames of text columns, batch by batch: csv, jsonl or parquet.

A row that cannot be read is refused by a rule and the rest goes on: too_long, wrong_columns,
bad_csv, bad_json, bad_encoding. NUL bytes, which no text has, are dropped. Rows are numbered from
1, headers and blank lines not counted.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

import polars as pl

from affectcli.errors import InputError, UsageError
from affectcli.ingest._bytes import DamagedError, Source, opened, seekable
from affectcli.ingest._csv import Csv
from affectcli.ingest._json import Json
from affectcli.ingest._parquet import Parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record

SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
PACKED = re.compile(r"\.(gz|zst|zstd)$", re.IGNORECASE)
ROW = "_row"


class Format(Protocol):
    """One file format."""

    columns: list[str]
    """The columns that are there."""
    open: bool
    """Whether later rows may have columns that the first do not show."""

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield each row: the text of the wanted columns, or the rule that refuses it."""
        ...


@dataclass
class Batch:
    """Rows `first`..`last` of an input: the readable ones as text columns with `_row`."""

    first: int
    last: int
    frame: pl.DataFrame
    refused: list[tuple[int, str]] = field(default_factory=list)

    @property
    def read(self) -> int:
        """Return how many rows were read, refused ones too."""
        return self.last - self.first + 1


class Rows:
    """An open input as batches of rows."""

    def __init__(self, source: Source, form: Format) -> None:
        self.source, self.form = source, form
        self.columns, self.open = form.columns, form.open
        self._ahead: list[Record] = []
        self._rest: Iterator[Record] | None = None

    def peek(self, count: int) -> pl.DataFrame:
        """Return all columns of the first `count` readable rows; `batches` yields them again."""
        self._rest = self.form.records(self.columns)
        try:
            self._ahead.extend(islice(self._rest, count))
        except DamagedError as error:
            self._rest = _raising(error)
        rows = [row for row in self._ahead if not isinstance(row, str)]
        return _frame(self.columns, rows, list(range(len(rows))))

    def batches(self, wanted: Sequence[str], *, size: int, skip: int = 0) -> Iterator[Batch]:
        """Yield batches of `size` rows after the first `skip`; the last may be shorter.

        Raises:
            InputError: the input is truncated, damaged or not UTF-8. Whole rows before a damage
                are yielded first.
        """
        rows: list[Sequence[str | None]] = []
        numbers: list[int] = []
        refused: list[tuple[int, str]] = []
        first, number, trouble = skip + 1, 0, None
        records = self._records(wanted)
        while True:
            try:
                record = next(records, None)
            except DamagedError as error:
                record, trouble = None, error
            if record is not None:
                number += 1
                if number <= skip:
                    continue
                if isinstance(record, str):
                    refused.append((number, record))
                else:
                    rows.append(record)
                    numbers.append(number)
            if number >= first and (record is None or number - first + 1 == size):
                yield Batch(first, number, _frame(wanted, rows, numbers), refused)
                rows, numbers, refused, first = [], [], [], number + 1
            if record is None:
                break
        if trouble:
            raise trouble

    def _records(self, wanted: Sequence[str]) -> Iterator[Record]:
        if self._rest is None:
            return self.form.records(wanted)
        there = {name: place for place, name in enumerate(self.columns)}
        places = [there.get(name) for name in wanted]
        return (
            row if isinstance(row, str) else [None if p is None else row[p] for p in places]
            for row in chain(self._ahead, self._rest)
        )


@contextmanager
def reading(path: str, *, form: str | None = None) -> Iterator[Rows]:
    """Open an input as rows; its format follows from `form`, its first bytes or its name.

    Raises:
        InputError: it is missing, empty or unreadable.
        UsageError: `form` is no format.
    """
    with opened(path) as source:
        kind = _format(source, form)
        if kind == "parquet":
            with seekable(source) as file:
                yield Rows(source, Parquet(source.name, file))
        elif kind == "jsonl":
            yield Rows(source, Json(source))
        else:
            yield Rows(source, Csv(source))


def _raising(error: DamagedError) -> Iterator[Record]:
    yield from ()
    raise error


def _format(source: Source, form: str | None) -> str:
    if form is not None and form not in SUFFIXES.values():
        raise UsageError(f"{form!r} is no format.", known="Known: csv, jsonl, parquet.")
    head = source.head().lstrip()
    if head.startswith(b"PAR1"):
        return "parquet"
    suffix = PurePath(PACKED.sub("", source.name)).suffix.lower()
    kind = form or SUFFIXES.get(suffix) or ("jsonl" if head.startswith((b"{", b"[")) else "csv")
    if kind == "parquet":
        raise InputError(f"{source.name} is no parquet file: it does not begin with PAR1.")
    if kind == "jsonl" and head.startswith(b"["):
        raise InputError(
            f"{source.name} is one JSON array; one object a line is read.",
            do=f"jq -c '.[]' {source.name} > posts.jsonl, then posts.jsonl",
        )
    return kind


def _frame(
    wanted: Sequence[str], rows: list[Sequence[str | None]], numbers: list[int]
) -> pl.DataFrame:
    columns = zip(*rows, strict=True) if rows else [[] for _ in wanted]
    named = {
        name: pl.Series(name, values, dtype=pl.String)
        for name, values in zip(wanted, columns, strict=False)
    }
    frame = pl.DataFrame({ROW: pl.Series(numbers, dtype=pl.Int64), **named})
    return frame.with_columns(pl.col(pl.String).str.replace_all("\0", "", literal=True))
