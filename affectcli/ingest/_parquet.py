"""Parquet files, one row group slice at a time; every value as text, times as ISO 8601 UTC."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from affectcli.errors import InputError
from affectcli.ingest._bytes import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record

SLICE = 10_000


class Parquet:
    """A parquet file, of which only the wanted columns are read."""

    open = False

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self.name = name
        file.seek(0)
        try:
            self.file = pq.ParquetFile(file)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from error
        self.columns: list[str] = self.file.schema_arrow.names

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the wanted columns of each row as text, or the rule that refuses it.

        Raises:
            InputError: the file is damaged.
        """
        columns = list(dict.fromkeys(wanted))
        slices = self.file.iter_batches(batch_size=SLICE, columns=columns)
        while True:
            try:
                piece = next(slices, None)
                if piece is None:
                    return
                piece.validate(full=True)
            except (pa.ArrowException, OSError) as error:
                raise self._damaged(error) from error
            frame = pl.DataFrame(pl.from_arrow(piece)).select(columns)
            texts = frame.select(_text(name, kind) for name, kind in frame.schema.items())
            for row in texts.iter_rows():
                long = any(cell is not None and len(cell) > LONGEST for cell in row)
                yield "too_long" if long else row

    def _damaged(self, error: Exception) -> InputError:
        first = str(error).partition("\n")[0]
        return InputError(f"{self.name} is a damaged parquet file: {first}")


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        if kind.time_zone:
            column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return column.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f")
    if isinstance(kind, pl.List | pl.Struct | pl.Array | pl.Binary | pl.Object):
        return pl.lit(None, pl.String).alias(name)
    return column.cast(pl.String, strict=False)
