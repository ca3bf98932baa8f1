"""Prints rows in every format; files are written beside their place and moved into it."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

from affectcli.errors import ConfigError, UsageError
from affectcli.files import write_whole
from affectcli.store import inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from affectcli.cli._app import Common

SCHEMA_VERSION = 1
SUFFIXES = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet", ".md": "md"}
MOST_SENTENCES = 5
NARROWEST = 8
"""Characters that a column of a table needs at least, where its cells are that long."""
WIDEST_LIST = 4  # a longer list is summed up in a table; json has all of it


def emit(
    rows: pl.DataFrame | list[dict[str, Any]],
    common: Common,
    *,
    envelope: Mapping[str, Any],
    shown: Sequence[str] | None = None,
) -> None:
    """Write rows to stdout or to `common.output`; `envelope` goes around them in JSON.

    Raises:
        UsageError: parquet to a terminal.
        ConfigError: the output cannot be written.
    """
    columns = rows.columns if isinstance(rows, pl.DataFrame) else _columns(rows)
    output = None if common.output == Path("-") else common.output
    style = common.format or _style(output)
    if style == "parquet" and output is None:
        raise UsageError("Parquet is binary.", do="-o FILE.parquet")
    if style == "table" and output is None:
        lines = _dicts(rows)
        _table(lines, list(shown or columns))
        _say(lines)
        return
    if style in {"csv", "parquet"}:
        content = _encode_frame(style, rows, columns)
    else:
        content = _encode(style, _dicts(rows), columns, envelope)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        write_whole(output, content)
    except OSError as error:
        raise ConfigError(f"Cannot write {output}: {error.strerror}.", do="another -o") from error


def _style(output: Path | None) -> str:
    if output is None or output.is_relative_to("/dev"):
        return "table"
    if output.suffix not in SUFFIXES:
        raise UsageError(
            f"Nothing says in which format to write {output}.",
            known=f"Known: {', '.join(SUFFIXES)}.",
            do=f"-o {output.name} --format csv",
        )
    return SUFFIXES[output.suffix]


def _dicts(rows: pl.DataFrame | list[dict[str, Any]]) -> list[dict[str, Any]]:
    return rows.to_dicts() if isinstance(rows, pl.DataFrame) else rows


def _columns(rows: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for row in rows for key in row))


def _encode(
    style: str, rows: list[dict[str, Any]], columns: list[str], envelope: Mapping[str, Any]
) -> bytes:
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    if style == "json":
        run_id = next((row["run_id"] for row in rows if row.get("run_id")), None)
        whole = {
            "schema_version": SCHEMA_VERSION,
            "run_id": run_id,
            "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **envelope,
            "data": rows,
        }
        return orjson.dumps(whole, default=_plain, option=option)
    if style == "jsonl":
        line = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE
        return b"".join(orjson.dumps(row, default=_plain, option=line) for row in rows)
    return _markdown(rows, columns).encode()


def _encode_frame(
    style: str, rows: pl.DataFrame | list[dict[str, Any]], columns: list[str]
) -> bytes:
    buffer = io.BytesIO()
    if style == "parquet":
        _frame(rows, columns).write_parquet(buffer)
    else:
        flat = rows if isinstance(rows, pl.DataFrame) else _flat_rows(rows, columns)
        inert.csv(flat).write_csv(buffer)
    return buffer.getvalue()


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


def _frame(rows: pl.DataFrame | list[dict[str, Any]], columns: list[str]) -> pl.DataFrame:
    if isinstance(rows, pl.DataFrame):
        return rows
    return pl.DataFrame(rows, schema=columns if not rows else None, infer_schema_length=None)


def _flat_rows(rows: list[dict[str, Any]], columns: list[str]) -> pl.DataFrame:
    return _frame([{c: _flat(row.get(c)) for c in columns} for row in rows], columns)


def _flat(value: object) -> object:
    if isinstance(value, list | tuple | dict):
        return orjson.dumps(value, default=_plain, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return value


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    if isinstance(value, float):
        text = f"{value:.4g}"
    elif isinstance(value, datetime):
        text = f"{value:%Y-%m-%d %H:%M}" if value.hour or value.minute else f"{value:%Y-%m-%d}"
    elif isinstance(value, dict):
        text = ", ".join(f"{k} {_cell(v)}" for k, v in value.items())
    elif isinstance(value, list | tuple):
        long = len(value) > WIDEST_LIST
        text = f"[{len(value)} values]" if long else "; ".join(_cell(item) for item in value)
    return inert.visible(text)


def _markdown(rows: list[dict[str, Any]], columns: list[str]) -> str:
    lines = [[inert.markdown(column) for column in columns], ["---" for _ in columns]]
    lines += [[inert.markdown(_cell(row.get(column))) for column in columns] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _say(rows: list[dict[str, Any]]) -> None:
    """Print what the first rows say in words, where they do."""
    for row in rows[:MOST_SENTENCES]:
        if verdict := row.get("verdict"):
            sys.stdout.write(f"{_cell(verdict)}\n")


def _table(rows: list[dict[str, Any]], columns: list[str]) -> None:
    from rich.console import Console

    if not rows:
        return
    console = Console()
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    heads = [inert.visible(column) for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *cells, strict=True)]
    needed = sum(min(width, NARROWEST) + 2 for width in widths)
    if (len(rows) == 1 and len(columns) > 8) or needed > console.width:
        _records(console, heads, cells)
    else:
        right = [all(isinstance(row.get(c), int | float | None) for row in rows) for c in columns]
        _grid(console, heads, cells, right)


def _grid(console: Console, heads: list[str], cells: list[list[str]], right: list[bool]) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head, number in zip(heads, right, strict=True):
        table.add_column(Text(head), justify="right" if number else "left", overflow="fold")
    for line in cells:
        table.add_row(*map(Text, line))
    console.print(table)


def _records(console: Console, heads: list[str], cells: list[list[str]]) -> None:
    """Print a block for each row, a line for each column: for rows wider than the terminal."""
    from rich.table import Table
    from rich.text import Text

    for number, line in enumerate(cells):
        table = Table(box=None, show_header=False, pad_edge=False)
        for head, cell in zip(heads, line, strict=True):
            table.add_row(Text(head, style="bold"), Text(cell, overflow="fold"))
        if number:
            console.print()
        console.print(table)
