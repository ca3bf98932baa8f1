"""Text that no program obeys: terminals, markdown viewers and spreadsheets are told nothing by it.

Names, titles and terms come from strangers. JSON and Parquet carry them as they are; what a person
looks at, or opens in a spreadsheet, goes through here.
"""

from __future__ import annotations

import re

import orjson
import polars as pl

REPLACED = "�"
JOINERS = "\u200c\u200d\u200e\u200f"
"""Invisible, but part of emoji and of right-to-left writing; they steer no terminal."""
MARKUP = re.compile(r"[\\`|<>\[\]]")
CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f]"
"""Control characters but tab and newline: escape sequences begin with one."""
FORMULA = r"^(?:\t|\n|\s*[=+\-@＝＋－＠])"  # noqa: RUF001  # full-width signs are read as signs too
NUMBER = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$"


def visible(text: str) -> str:
    """Return a text in one line, each character that is not shown replaced by a sign that is."""
    return "".join(
        c if c.isprintable() or c in JOINERS else REPLACED for c in " ".join(text.split())
    )


def markdown(text: str) -> str:
    """Return `text` as a cell of a markdown table: no HTML, no link, no picture, no code."""
    return MARKUP.sub(r"\\\g<0>", visible(text))


def csv(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame as csv can hold it, with no text that a spreadsheet takes for a formula.

    A text, or a column's name, that begins like one (= + - @, also after spaces, or tab or newline)
    gets an apostrophe before it, unless it is a number and nothing else. Control characters are
    replaced. Lists become JSON, bytes hexadecimal digits.
    """
    flat = pl.DataFrame([_flat(column) for column in frame])
    texts = flat.select(pl.col(pl.String)).columns
    inert = flat.with_columns(_inert(pl.col(name)).alias(name) for name in texts)
    inert.columns = _inert_names(frame.columns)
    return inert


def _flat(column: pl.Series) -> pl.Series:
    if column.dtype.is_nested():
        texts = [
            None if value is None else orjson.dumps(value, default=str).decode()
            for value in column.to_list()
        ]
        return pl.Series(column.name, texts, dtype=pl.String)
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    return column.cast(pl.String) if column.dtype in {pl.Categorical, pl.Enum} else column


def _inert_names(names: list[str]) -> list[str]:
    columns = pl.DataFrame({"name": names}, schema={"name": pl.String})
    found: list[str] = columns.select(_inert(pl.col("name")).alias("name"))["name"].to_list()
    return found


def _inert(text: pl.Expr) -> pl.Expr:
    shown = text.str.replace_all(r"\r\n?", "\n").str.replace_all(CONTROLS, REPLACED)
    formula = shown.str.contains(FORMULA) & ~shown.str.contains(NUMBER)
    return pl.when(formula).then(pl.lit("'") + shown).otherwise(shown)
