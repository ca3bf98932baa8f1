"""Files of klines as Binance publishes them: zipped csv of twelve columns, mostly without header.

Open times are milliseconds before 2025 and microseconds from then on; `times.parse` tells them by
their size. The name says the rest: BTCUSDT-1d-2024-01.zip.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from affectcli.errors import InputError
from affectcli.ingest._bytes import Source, lines, opened, seekable
from affectcli.ingest._csv import Csv
from affectcli.ingest._pages import rows_of
from affectcli.ingest._rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record

COLUMNS = (
    *("open_time", "open", "high", "low", "close", "volume", "close_time", "quote_volume"),
    *("trades", "taker_buy_volume", "taker_buy_quote_volume", "ignore"),
)
TROUBLES = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError)
ZIP = b"PK\x03\x04"
FIRST = re.compile(rb"^\s*\d{10,19}(?:,[\d.eE+-]+){11}\s*$")
NAME = re.compile(r"^([A-Z0-9]{4,20})-(\d{1,2}[smhdw])-\d{4}(?:-\d{2}){0,2}\b")


class Klines:
    """A file of klines without a header."""

    open = False

    def __init__(self, source: Source) -> None:
        self.source, self.columns = source, list(COLUMNS)

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the wanted columns of each kline, or the rule that refuses the line.

        Raises:
            DamagedError: the packed input ends or breaks here.
        """
        places = [COLUMNS.index(name) for name in wanted]
        for line, _, long in lines(self.source):
            if line.isspace():
                continue
            cells = line.decode(errors="replace").strip().split(",")
            if long:
                yield "too_long"
            else:
                yield [cells[p] for p in places] if len(cells) == 12 else "wrong_columns"


@contextmanager
def bars(path: str, *, form: str | None) -> Iterator[Rows]:
    """Open a file of bars: klines, also zipped, or any other format of rows.

    Raises:
        InputError: it is missing, empty, damaged, or a zip of something else.
    """
    with opened(path) as source:
        head = source.head()
        if head.startswith(ZIP):
            with seekable(source) as file:
                yield from _unzipped(source, file)
        elif form in {None, "csv"} and FIRST.match(head.partition(b"\n")[0]):
            yield Rows(source, Klines(source))
        else:
            with rows_of(source, form) as rows:
                yield rows


def named(file: str) -> tuple[str | None, str | None]:
    """Return the symbol and the length of a bar that the name of a file of klines has."""
    found = NAME.match(file)
    return (found[1], found[2]) if found else (None, None)


def _unzipped(source: Source, file: IO[bytes]) -> Iterator[Rows]:
    try:
        packed = zipfile.ZipFile(file)
        inside = [i for i in packed.infolist() if i.filename.lower().endswith(".csv")]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{source.name} is a damaged zip file: {error}.") from error
    if len(inside) != 1:
        raise InputError(
            f"{source.name} has {len(inside)} csv files inside, not one.",
            do=f"unzip {source.name}, then each of them",
        )
    with packed:
        try:
            member = packed.open(inside[0])
            body = io.BufferedReader(_Member(member))
            one = Source(inside[0].filename, body, 0)
            head = one.head()
        except TROUBLES as error:
            raise InputError(f"{source.name} cannot be unzipped: {error}.") from error
        with member:
            yield Rows(one, Klines(one) if FIRST.match(head.partition(b"\n")[0]) else Csv(one))


class _Member(io.RawIOBase):
    """A file within a zip, whose damage is told as that of any packed file."""

    def __init__(self, inner: IO[bytes]) -> None:
        self.inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # io hands us a writable buffer
        try:
            got = self.inner.read(len(view))
        except zipfile.BadZipFile as error:
            raise zlib.error(str(error)) from error
        view[: len(got)] = got
        return len(got)
