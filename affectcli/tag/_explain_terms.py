"""What a tagger reads in many posts: the terms that move a label, each by enough authors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.tag import _lexicon_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.tag._explain_gradients import Attribution
    from affectcli.tag._explain_read import Reading


def occurrences(
    readings: Sequence[Reading], own: Sequence[Attribution], other: Sequence[Attribution]
) -> pl.DataFrame:
    """Return one row for each text and term in it.

    Columns text (number), term (folded as a lexicon's), attribution and randomised: log-odds that
    the term adds to the text, all of its occurrences together.
    """
    rows = [
        (at, _lexicon_match.fold(word), mine, theirs)
        for at, (reading, a, b) in enumerate(zip(readings, own, other, strict=True))
        for word, mine, theirs in zip(reading.words, a.words, b.words, strict=True)
    ]
    schema = ("text", "term", "attribution", "randomised")
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .group_by("text", "term")
        .agg(pl.col("attribution", "randomised").sum())
        .sort("text", "term")
    )


def table(found: pl.DataFrame, authors: pl.DataFrame, *, k: int) -> pl.DataFrame:
    """Return the terms that at least `k` authors use, by what they add to a text on average.

    `found` is what `occurrences` returns, `authors` has text and author. Columns term, attribution
    (mean over texts with the term), low, high (95 %, normal), randomised, posts, authors.
    """
    said = found.join(authors, on="text").group_by("term").agg(pl.col("author").n_unique())
    error = 1.96 * pl.col("attribution").std() / pl.len().sqrt()
    means = found.group_by("term").agg(
        pl.col("attribution").mean(),
        low=pl.col("attribution").mean() - error,
        high=pl.col("attribution").mean() + error,
        randomised=pl.col("randomised").mean(),
        posts=pl.len(),
    )
    return (
        means.join(said, on="term")
        .filter(pl.col("author") >= k)
        .rename({"author": "authors"})
        .sort(["attribution", "term"], descending=[True, False])
    )


def covered(found: pl.DataFrame, shown: pl.DataFrame) -> float:
    """Return the share of all that speaks for the label that the shown terms carry, in [0, 1]."""
    speaks = found.filter(pl.col("attribution") > 0)
    carried = speaks.join(shown, on="term", how="semi")["attribution"].to_numpy().sum()
    return float(carried / max(speaks["attribution"].to_numpy().sum(), 1e-12))
