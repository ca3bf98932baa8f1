"""Whatever bytes come, whole rows are read and the rest is refused by name."""

from __future__ import annotations

import gzip
import io
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from affectcli.errors import InputError, UsageError
from affectcli.ingest._bytes import outline
from affectcli.ingest._rows import reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.ingest.conftest import Desk, Refused

CSV = b"id,created,body\n1,2024-01-02,one\n2,2024-01-02,two\n3,2024-01-02,three\n"
JSONL = b'{"id":1,"created":1704153600,"body":"one"}\n{"id":2,"created":1704153600,"body":"two"}\n'


@pytest.mark.parametrize(
    ("name", "packed"),
    [
        ("a.csv", CSV),
        ("a.csv.gz", gzip.compress(CSV)),
        ("a.csv.gz", gzip.compress(CSV[:20]) + gzip.compress(CSV[20:])),
        ("a.csv.zst", zstd.compress(CSV)),
        ("a.csv", gzip.compress(CSV)),
        ("a.tsv", CSV.replace(b",", b"\t")),
        ("a.csv", CSV.replace(b",", b";")),
        ("a", CSV.replace(b",", b"|")),
        ("a.csv", b"\xef\xbb\xbf" + CSV),
        ("a.csv", CSV.replace(b"\n", b"\r\n")),
        ("a.csv", CSV.decode().encode("utf-16")),
        ("a.csv", CSV.rstrip()),
    ],
)
def test_every_wrapping_reads_the_same(desk: Desk, name: str, packed: bytes) -> None:
    assert desk.posts(packed, name=name).rows[0]["added"] == 3
    assert desk.body() == {"file:1": "one", "file:2": "two", "file:3": "three"}


def test_jsonl_and_parquet(desk: Desk, tmp_path: Path, refused: Refused) -> None:
    bad = JSONL + b'{broken\n[1]\n\n{"id":3,"created":"2024-01-02","body":"\\ud83d\\ude00 \\ud800"}'
    outcome = desk.posts(bad, name="a.ndjson")
    assert refused(outcome) == {"bad_json": (2, 3)}
    assert desk.body()["file:3"] == "\U0001f600 \ufffd"
    when = datetime(2024, 1, 2, 3, tzinfo=UTC)
    frame = pl.DataFrame({"id": [7, 8], "created": [when, when], "text": ["a b", None]})
    frame.write_parquet(tmp_path / "p.parquet")
    packed = (tmp_path / "p.parquet").read_bytes()
    for name, content in (("p.parquet", packed), ("q.parquet.gz", gzip.compress(packed))):
        outcome = desk.posts(content, name=name)
        assert refused(outcome) == {"empty_text": (1, 2)}
    stored = {row["post_id"]: row["created"] for row in desk.table("post")}
    assert stored["file:7"] == when.replace(tzinfo=None)


@pytest.mark.parametrize("packed", [CSV, JSONL, gzip.compress(CSV)])
def test_stdin_is_recognised_by_its_bytes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, packed: bytes
) -> None:
    from affectcli.ingest import file

    for _ in range(2):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))
        file.run(desk.ctx(), path="-", community="forum/x")
    assert len(desk.table("post")) >= 2
    assert {row["run_id"] for row in desk.table("post")} == {desk.table("post")[0]["run_id"]}


def test_rows_survive_what_files_contain(desk: Desk, refused: Refused) -> None:
    text = (
        'id,created,body\n1,2024-01-02,"two\nlines, and ""quotes"""\n\n2,2024-01-02\n'
        "3,2024-01-02,nul\0byte\n4,2024-01-02,x,y\n"
    )
    outcome = desk.posts(text)
    assert refused(outcome) == {"wrong_columns": (2, 2)}
    assert desk.body() == {"file:1": 'two\nlines, and "quotes"', "file:3": "nulbyte"}


@pytest.mark.parametrize("filler", ["x" * 10_000_000, '"' + "some words\n" * 1_000_000 + '"'])
def test_a_row_of_10_mb_is_refused_and_the_next_is_read(
    desk: Desk, refused: Refused, filler: str
) -> None:
    outcome = desk.posts(f"id,created,body\n1,2024-01-02,{filler}\n2,2024-01-02,fine\n")
    assert refused(outcome) == {"too_long": (1, 1)}
    assert desk.body() == {"file:2": "fine"}


def test_a_json_line_of_10_mb_is_refused(desk: Desk, refused: Refused) -> None:
    long = b'{"id":9,"created":0,"body":"' + b"x" * 10_000_000 + b'"}\n'
    outcome = desk.posts(long + JSONL, name="a.jsonl")
    assert refused(outcome) == {"too_long": (1, 1)}
    assert len(desk.body()) == 2


@pytest.mark.parametrize("cut", [1, 6, 12])
@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_a_truncated_file_keeps_its_whole_rows(
    desk: Desk, pack: Callable[[bytes], bytes], cut: int
) -> None:
    rows = [f"{n},2024-01-02,text {n * 7919 % 1009} of {n}\n" for n in range(2000)]
    lines = ["id,created,body\n", *rows]
    frames = ["".join(lines[n : n + 400]).encode() for n in range(0, len(lines), 400)]
    whole = b"".join(pack(frame) for frame in frames)
    name = "a.csv.gz" if pack is gzip.compress else "a.csv.zst"
    for _ in range(2):
        with pytest.raises(InputError, match="truncated or damaged"):
            desk.posts(whole[:-cut], name=name, batch=900)
        kept = len(desk.table("post"))
    read = sum(row["rows_read"] for row in desk.table("ledger"))
    assert read == kept
    assert all(row["part"] >= 0 for row in desk.table("ledger"))
    assert desk.posts(whole, name=name).rows[0]["added"] == 2000 - kept


def test_an_open_quote_is_named(desk: Desk) -> None:
    with pytest.raises(InputError, match="row 2 opens a quote that is never closed"):
        desk.posts('id,created,body\n1,2024-01-02,a\n2,2024-01-02,"b\n3,2024-01-02,c\n')
    assert desk.body() == {"file:1": "a"}


def test_another_encoding_is_refused_with_the_way_out(desk: Desk) -> None:
    text = "id,created,body\n1,2024-01-02,plain\n2,2024-01-02,caf\xe9\n"
    with pytest.raises(InputError, match=r"byte 51 is 0xe9.*iconv"):
        desk.posts(text.encode("latin-1"))
    assert desk.table("post") == []


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_a_damaged_row_of_a_utf8_file_is_refused(desk: Desk, refused: Refused, name: str) -> None:
    row = '{"id":%d,"created":0,"body":"é"}\n' if name == "a.jsonl" else "%d,2024-01-02,é\n"
    text = "" if name == "a.jsonl" else "id,created,body\n"
    rows = [row % n for n in (1, 2, 3)]
    damaged = (text + rows[0]).encode() + rows[1].encode("latin-1") + rows[2].encode()
    outcome = desk.posts(damaged.replace(b":0", b":1704153600"), name=name)
    assert refused(outcome) == {"bad_encoding": (1, 2)}
    assert outcome.rows[0]["added"] == 2


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        (b"", "a.csv", "a.csv is empty"),
        (b" \n\n", "a.csv", "is empty"),
        (gzip.compress(b""), "a.csv.gz", "is empty"),
        (gzip.compress(CSV)[:12], "a.csv.gz", "truncated or damaged after 0 bytes"),
        (b'[{"id":1}]', "a.json", "JSON array"),
        (b"PAR1 nothing", "a.parquet", "damaged parquet"),
        (CSV, "a.parquet", "no parquet file"),
        (b"id,body\r1,a\r", "a.csv", "carriage return"),
        (b"just\nwords\n", "a.jsonl", "none of its first 2 lines"),
        (b"key,when,tweet_text\n", "a.csv", r"no column for created, title or body.*body=tweet_"),
    ],
)
def test_unreadable_inputs_say_so(desk: Desk, text: bytes, name: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        desk.posts(text, name=name)


def test_a_missing_file_names_its_neighbours(desk: Desk, tmp_path: Path) -> None:
    from affectcli.ingest import file

    (tmp_path / "tweets.csv").write_text("x")
    with pytest.raises(InputError, match=r"There is no file .*tweet\.csv.*tweets\.csv"):
        file.run(desk.ctx(), path=str(tmp_path / "tweet.csv"), community="x")
    with pytest.raises(InputError, match="is a folder"):
        file.run(desk.ctx(), path=str(tmp_path), community="x")
    with pytest.raises(UsageError, match="is no format"):
        desk.posts(CSV, format="xls")


def test_a_header_alone_is_no_mistake(desk: Desk) -> None:
    outcome = desk.posts("id,created,body\n")
    assert outcome.message == "posts.csv has no rows."
    assert outcome.rows[0]["read"] == 0


@given(st.text(alphabet='ab",\n', max_size=40))
def test_an_outline_closes_its_quotes_where_the_line_does(text: str) -> None:
    import csv

    def rows(content: str) -> list[int]:
        lines = content.splitlines(keepends=True)
        return [len(row) > 0 for row in csv.reader(lines)]

    short = "".join(outline(line.encode()).decode() for line in text.splitlines(keepends=True))
    assert rows(short) == rows(text)


def test_batches_do_not_change_the_rows(desk: Desk, many: str) -> None:
    path = desk.file(many)

    def read(size: int) -> tuple[list[Any], list[Any]]:
        with reading(path) as rows:
            batches = list(rows.batches(rows.columns, size=size))
        frames = pl.concat(batch.frame for batch in batches)
        return frames.rows(), [each for batch in batches for each in batch.refused]

    assert read(1) == read(7) == read(1000)
