"""A guess at a post's language: ISO 639-1, or `und` where the text is too short to tell.

py3langid's model (Lui and Baldwin 2012, langid.py) on the text without URLs, names and symbols.
Posts in a script of their own are told by fewer letters than posts in the Latin one.
"""

from __future__ import annotations

import polars as pl

from affectcli.ingest._langid import classify

LETTERS = 20
"""Latin letters below which no guess is made."""
FOREIGN_LETTERS = 4
SURE = 0.9
ENOUGH = 400
"""Characters looked at; more changes no guess and costs time."""
NAMES = r"https?://\S+|www\.\S+|[@#$]\w+(?:\.\w+)?|\b[ur]/\w+"
UNKNOWN = "und"


def guess(texts: pl.Series) -> pl.Series:
    """Return the language of each text; equal texts are looked at once."""
    plain = pl.col("text").str.replace_all(NAMES, " ").str.slice(0, ENOUGH)
    letters, latin = pl.col("letters"), pl.col("latin")
    asked = (
        pl.DataFrame({"text": texts.unique()})
        .with_columns(plain=plain)
        .with_columns(
            letters=pl.col("plain").str.count_matches(r"\p{L}"),
            latin=pl.col("plain").str.count_matches(r"\p{Latin}"),
        )
        .with_columns(foreign=(letters - latin >= FOREIGN_LETTERS) & (latin * 2 < letters))
        .filter((letters >= LETTERS) | pl.col("foreign"))
    )
    languages, sure = classify(asked["plain"].to_list())
    told = asked.select(
        "text", lang=pl.when(pl.col("foreign") | pl.lit(sure >= SURE)).then(pl.lit(languages))
    )
    return (
        texts.to_frame("text")
        .join(told, on="text", how="left", maintain_order="left")
        .select(pl.col("lang").fill_null(UNKNOWN))
        .to_series()
    )


def given(column: pl.Expr) -> pl.Expr:
    """Return a language that the input states: `en-US` is `en`, nothing is `und`."""
    code = column.str.strip_chars().str.to_lowercase().str.extract(r"^([a-z]{2,3})(?:[-_]|$)")
    return code.fill_null(UNKNOWN)
