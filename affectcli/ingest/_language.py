"""A guess at a post's language: ISO 639-1, or `und` where the text is too short to tell.

py3langid (Lui and Baldwin 2012, langid.py) on the text without URLs, names and symbols. Posts in
a script of their own are told by fewer letters than posts in the Latin one.
"""

from __future__ import annotations

from functools import cache

import polars as pl
from py3langid.langid import MODEL_FILE, LanguageIdentifier

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
    letters = pl.col("plain").str.count_matches(r"\p{L}")
    latin = pl.col("plain").str.count_matches(r"\p{Latin}")
    foreign = (letters - latin >= FOREIGN_LETTERS) & (latin * 2 < letters)
    distinct = (
        pl.DataFrame({"text": texts.unique()})
        .with_columns(plain=plain)
        .with_columns(foreign=foreign, enough=(letters >= LETTERS) | foreign)
    )
    known = {
        text: _guess(plain, foreign=foreign) if enough else UNKNOWN
        for text, plain, foreign, enough in distinct.iter_rows()
    }
    return pl.Series("lang", [known[text] for text in texts], dtype=pl.String)


def given(column: pl.Expr) -> pl.Expr:
    """Return a language that the input states: `en-US` is `en`, nothing is `und`."""
    code = column.str.strip_chars().str.to_lowercase().str.extract(r"^([a-z]{2,3})(?:[-_]|$)")
    return code.fill_null(UNKNOWN)


def _guess(text: str, *, foreign: bool) -> str:
    language, probability = _identifier().classify(text)
    return str(language) if foreign or probability >= SURE else UNKNOWN


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
