"""Rows of a remote source: page by page, and all that came before an error is stored first."""

from __future__ import annotations

import io
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

from affectcli import interrupt
from affectcli.errors import AffectError
from affectcli.ingest._bytes import Source, seekable
from affectcli.ingest._csv import Csv
from affectcli.ingest._json import Json
from affectcli.ingest._parquet import Parquet
from affectcli.ingest._rows import Batch, Rows, _format, _frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from affectcli.ingest._bytes import Record

STORED = 200
"""Rows after which the pages so far are stored: what a kill costs is asked for again."""


class _Form:
    """The columns of a remote source; its rows come as pages, never as one stream of records."""

    open = False

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = list(columns)

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield nothing: `Pages.batches` has the rows."""
        del wanted
        yield from ()


class Pages(Rows):
    """An input whose rows arrive in pages, with the columns `columns` in that order."""

    def __init__(
        self, name: str, columns: Sequence[str], pages: Iterable[Sequence[Record]]
    ) -> None:
        super().__init__(Source(name, io.BytesIO(), 0), _Form(columns))
        self.pages = iter(pages)

    def batches(self, wanted: Sequence[str], *, size: int, skip: int = 0) -> Iterator[Batch]:
        """Yield batches of whole pages, of about `STORED` rows; `size` is the most.

        Raises:
            AffectError: whatever a page raised, after the rows before it were yielded.
        """
        places = [self.columns.index(name) for name in wanted]
        held: list[Record] = []
        first, trouble, more = skip + 1, None, True
        while more:
            page: Sequence[Record] = ()
            try:
                following = next(self.pages, None)
                more, page = following is not None, following or ()
            except AffectError as error:
                more, trouble = False, error
            held.extend(page)
            while held and (not more or len(held) >= min(STORED, size)):
                taken, held = held[:size], held[size:]
                yield _batch(taken, first, wanted, places)
                first += len(taken)
            if trouble is None and not held:
                interrupt.check("the same command again")
        if trouble:
            raise trouble


@contextmanager
def rows_of(source: Source, form: str | None) -> Iterator[Rows]:
    """Yield an open input as rows of csv, jsonl or parquet; as `reading` does of a path.

    Raises:
        InputError, UsageError: as `reading` does.
    """
    kind = _format(source, form)
    if kind == "parquet":
        with seekable(source) as file:
            yield Rows(source, Parquet(source.name, file))
    else:
        yield Rows(source, Json(source) if kind == "jsonl" else Csv(source))


def cell(value: object) -> str | None:
    """Return a value of JSON or XML as the text of a cell; null where it is no plain value."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:  # lone surrogates, which JSON allows and UTF-8 does not
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    return None


def record(columns: Sequence[str], fields: Mapping[str, object]) -> list[str | None]:
    """Return the cells of a row in the order of `columns`."""
    return [cell(fields.get(name)) for name in columns]


def _batch(taken: list[Record], first: int, wanted: Sequence[str], places: list[int]) -> Batch:
    rows: list[Sequence[str | None]] = []
    numbers: list[int] = []
    refused: list[tuple[int, str]] = []
    for number, one in enumerate(taken, start=first):
        if isinstance(one, str):
            refused.append((number, one))
        else:
            rows.append([one[place] for place in places])
            numbers.append(number)
    return Batch(first, first + len(taken) - 1, _frame(wanted, rows, numbers), refused)
