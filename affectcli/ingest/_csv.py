"""csv of any delimiter: quoted newlines, NUL bytes, ragged rows and endless quotes survive."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from affectcli.errors import InputError
from affectcli.ingest._bytes import LONGEST, DamagedError, Encoding, lines, outline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record, Source

DELIMITERS = (",", ";", "\t", "|")
END = "\0end of input\0"
"""Fed after the last line: it comes back as a row of its own unless a quote is still open."""


class Csv:
    """A csv file with a header."""

    open = False

    def __init__(self, source: Source) -> None:
        self.source, self.encoding = source, Encoding(source)
        self.read, self.long, self.bad = 0, False, False
        head = source.head()
        if b"\r" in head and b"\n" not in head:
            raise InputError(
                f"{source.name} ends its lines with a carriage return alone.",
                do=f"tr '\\r' '\\n' < {source.name} > lines.csv, then lines.csv",
            )
        self.lines = lines(source)
        csv.field_size_limit(1 << 30)  # longer rows are shortened before they get here
        self.reader = csv.reader(self._fed(), delimiter=_delimiter(head))
        self.columns = self._header()

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the wanted columns of each row, or the rule that refuses it.

        Raises:
            DamagedError: the compressed input ends or breaks here, or a quote is never closed.
            InputError: it is not UTF-8.
        """
        width = len(self.columns)
        places = [self.columns.index(name) for name in wanted]
        for row in self._rows():
            if isinstance(row, str):
                yield row
            elif len(row) == width:
                yield [row[place] for place in places]
            else:
                yield "wrong_columns"

    def _rows(self) -> Iterator[list[str] | str]:
        count = 0
        while True:
            self.read, self.long, self.bad = 0, False, False
            try:
                row = next(self.reader, None)
            except csv.Error:
                row = ["?"]
                rule = "bad_csv"
            else:
                rule = "too_long" if self.long else "bad_encoding" if self.bad else ""
            if row == [END] or row is None:
                return
            if row and row[-1].endswith(END):
                raise DamagedError(
                    f"{self.source.name}: row {count + 1:,} opens a quote that is never closed.",
                    known="The rows before it are stored." if count else "",
                    do="close the quote in that row, then the same command",
                )
            if row:
                count += 1
                yield rule or row

    def _fed(self) -> Iterator[str]:
        for whole, start, long in self.lines:
            if self.read > LONGEST and b'"' not in whole:
                continue  # inside a quoted field, of which only the end matters by now
            self.read += len(whole)
            if long or self.read > LONGEST:
                self.long = True
                yield outline(whole).decode(errors="replace")
                continue
            text = self.encoding.text(whole, start)
            if text is None:
                self.bad = True
                text = whole.decode(errors="replace")
            yield text
        yield END

    def _header(self) -> list[str]:
        first = next(self._rows(), None)
        if first is None or isinstance(first, str):
            raise InputError(f"{self.source.name} has no readable header.")
        names: list[str] = []
        for position, cell in enumerate(first, start=1):
            name = cell.strip().replace("\0", "") or f"column_{position}"
            while name in names:
                name += "_2"
            names.append(name)
        return names


def _delimiter(head: bytes) -> str:
    line = head.lstrip(b"\r\n").split(b"\n", 1)[0].decode(errors="replace")
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
