"""Rows for tests of what is stored, written as the earlier steps write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from affectcli.store import Connection


def scheme(
    con: Connection,
    name: str,
    labels: Mapping[str, float],
    *,
    tagger: str = "t",
    kind: str = "many",
    weak: Sequence[str] = (),
) -> None:
    """Register a scheme in use: label -> valence, thresholds of 0.5, 90 validation posts each."""
    languages = ["en", "und"]
    for position, (label, valence) in enumerate(labels.items(), start=1):
        con.raw.execute(
            "insert into label values (?, 'r-' || ?, ?, ?, ?, ?, 0.5, 60, 30, 40, 5000, true, ?, ?,"
            " ?)",
            [tagger, name, name, position, label, valence, kind, label in weak, languages],
        )


def score(
    con: Connection, text_hash: int, name: str, p: Sequence[float], *, tagger: str = "t"
) -> None:
    """Store one text's numbers in a scheme."""
    con.raw.execute(
        "insert into score values (?, ?, 'r-' || ?, ?, ?, 'r')",
        [text_hash, tagger, name, name, list(p)],
    )


def posts(con: Connection, rows: Sequence[tuple[str, int | None, str, str]]) -> None:
    """Store posts: id, text_hash, language, status."""
    con.register(made=pl.DataFrame(rows, schema=["id", "hash", "lang", "status"], orient="row"))
    con.raw.execute(
        "insert into post by name select id as post_id, 't' as source, 'c/x' as community,"
        " 'message' as kind, id as author, timestamp '2024-01-01' as created, '' as title,"
        " 'x' as body, lang, [] as symbols, hash::ubigint as text_hash, status,"
        " timestamp '2024-01-01' as ingested, 'r' as run_id from made"
    )


def days(con: Connection, measures: Mapping[str, Sequence[float]], community: str = "c/x") -> None:
    """Store daily values of measures, from 2024-01-01 on, of 100 posts by 50 authors a day."""
    for measure, values in measures.items():
        con.register(made=pl.DataFrame({"i": range(len(values)), "v": [float(v) for v in values]}))
        con.raw.execute(
            "insert into prevalence select 'day', ?, timestamp '2024-01-01' + to_days(i::int), ?,"
            " v, v, v, v, v, v, v, 100, 50, null,"
            " timestamp '2024-01-02' + to_days(i::int), 'r', v from made",
            [community, measure],
        )
