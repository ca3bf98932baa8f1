"""A folder with input tables and expect.csv is a test of the statement that it is named after.

tests/sql/<folder>/<statement>/<case>/: one csv for each input table, params.toml, expect.csv.
Columns that a case does not name get a harmless value, so that a case shows only what it is about.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from affectcli.store import Connection, Database

HERE = Path(__file__).parent
CASES = sorted(file.parent for file in HERE.rglob("expect.csv"))
HARMLESS = {
    "VARCHAR": "''",
    "TIMESTAMP": "timestamp '2024-01-01'",
    "BIGINT": "0",
    "UBIGINT": "0",
    "FLOAT[]": "[]::real[]",
    "INTEGER": "0",
    "FLOAT": "0",
    "DOUBLE": "0",
    "VARCHAR[]": "[]::varchar[]",
    "BOOLEAN": "false",
    "JSON": "'{}'",
}


def _fill(con: Connection, file: Path) -> None:
    columns = con.raw.execute(
        "select column_name, data_type from information_schema.columns"
        " where table_name = ? and is_nullable = 'NO'",
        [file.stem],
    ).fetchall()
    given = pl.read_csv(file, infer_schema=False)
    con.register(given=given)
    needed = dict(columns)
    chosen = [
        f"coalesce({name}, {HARMLESS[needed[name]]}::varchar) as {name}" if name in needed else name
        for name in given.columns
    ]
    chosen += [
        f"{HARMLESS[kind]} as {name}" for name, kind in needed.items() if name not in given.columns
    ]
    con.raw.execute(f"insert into {file.stem} by name select {', '.join(chosen)} from given")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.relative_to(HERE)))
def test_statement(case: Path, tmp_path: Path) -> None:
    statement = case.parent.relative_to(HERE).as_posix()
    params = tomllib.loads((case / "params.toml").read_text(encoding="utf-8"))
    expect = pl.read_csv(case / "expect.csv", try_parse_dates=True)
    with Database(tmp_path / "a.duckdb").write() as con:
        for file in case.glob("*.csv"):
            if file.stem != "expect":
                _fill(con, file)
        found = con.frame(statement, **params)
    found = found.select(expect.columns).with_columns(
        pl.col(name).cast(kind) for name, kind in expect.schema.items()
    )
    assert_frame_equal(found, expect, check_row_order=False, rel_tol=1e-6, abs_tol=1e-9)
