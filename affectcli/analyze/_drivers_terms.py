r"""Which terms a text uses: words, cashtags, hashtags, emoji, and pairs that belong together.

A pair of neighbours is a term of its own where it stands at least LIFT times as often as its words
would side by side by chance (as in word2phrase, Mikolov et al. 2013), and a word that hardly ever
stands outside such a pair is not counted beside it. Links, e-mail addresses and user names are no
terms. Terms of fewer than k authors do not exist here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIFT = 5.0
WITHIN = 0.9
"""Share of a word's texts in one pair from which on it is that pair."""
LONGEST = 512
"""Words of a text that are read: no tagger reads more of it."""
MOST = 20_000
"""Terms kept, those of the most authors."""
_UNSPACED = r"\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}"
_MARK = r"\x{FE0F}\x{1F3FB}-\x{1F3FF}"
_TERM = "|".join(
    (
        r"[$#]\p{L}[\p{L}\p{M}\p{N}_]*",
        r"\p{Regional_Indicator}{2}",
        rf"\p{{Extended_Pictographic}}[{_MARK}]?(?:\x{{200D}}\p{{Extended_Pictographic}}[{_MARK}]?)*",
        rf"[{_UNSPACED}]",
        rf"[\p{{L}}--[{_UNSPACED}]][\p{{L}}\p{{M}}--[{_UNSPACED}]]*(?:'\p{{L}}+)?",
    )
)
_DROPPED = (
    r"(?:https?://|www\.)\S+",
    r"\S+@\S+\.\S+",
    r"(?:^|[^\w/.])(?:@|/?u/)[\w-]+",
    r"\x{FE0E}",
)


@dataclass(frozen=True)
class Terms:
    """The terms of a set of texts."""

    names: list[str]
    uses: sparse.csr_array
    """1 where a text uses a term, shape (texts, terms)."""
    authors: NDArray[np.int64]
    """Who used it, shape (terms,)."""


def terms(texts: pl.Series, readers: pl.DataFrame, *, k: int) -> Terms:
    """Return the terms that at least `k` authors use; `readers` says who wrote which text.

    `readers` has the columns text (a place in `texts`) and author, each pair once.
    """
    words = _words(texts)
    known = words["word"].unique().sort()
    words = words.with_columns(pl.col("word").cast(pl.Enum(known)).to_physical().cast(pl.UInt64))
    used = _used(words.rename({"word": "term"}), readers, k)
    single = used.group_by("term").len("texts")
    beside = words.with_columns(
        next=pl.when(pl.col("text") == pl.col("text").shift(-1)).then(pl.col("word").shift(-1))
    ).drop_nulls()
    common = single["term"].implode()
    beside = beside.filter(pl.col("word").is_in(common) & pl.col("next").is_in(common))
    size = len(known)
    pairs = beside.select("text", term=pl.col("word") * size + pl.col("next"))
    paired = _used(pairs, readers, k)
    lasting = _lasting(paired, single, size=size, texts=len(texts))
    paired = paired.join(lasting.select("term"), on="term", how="semi")
    used = used.join(_swallowed(lasting), on="term", how="anti")
    name = pl.Series(known.to_list(), dtype=pl.String)
    return _matrix(
        pl.concat(
            (
                used.select("text", "authors", name=name.gather(used["term"])),
                paired.select(
                    "text",
                    "authors",
                    name=name.gather(paired["term"] // size)
                    + " "
                    + name.gather(paired["term"] % size),
                ),
            )
        ),
        len(texts),
    )


def _words(texts: pl.Series) -> pl.DataFrame:
    """Return text (its place), word: in the order of the text."""
    plain = pl.col("words").str.normalize("NFKC").str.to_lowercase()
    plain = plain.str.replace_all("[\u2018\u2019\u02bc]", "'")
    for pattern in _DROPPED:
        plain = plain.str.replace_all(pattern, " ")
    frame = pl.DataFrame({"words": texts}).with_row_index("text")
    found = frame.with_columns(plain.str.extract_all(_TERM).list.head(LONGEST))
    return found.explode("words").drop_nulls().rename({"words": "word"})


def _used(uses: pl.DataFrame, readers: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return text, term, authors: each use once, of the terms that enough authors use."""
    once = uses.unique().join(readers, on="text")
    count = once.group_by("term").agg(authors=pl.col("author").n_unique())
    often = count.filter(pl.col("authors") >= k)
    return once.select("text", "term").unique().join(often, on="term")


def _lasting(paired: pl.DataFrame, single: pl.DataFrame, *, size: int, texts: int) -> pl.DataFrame:
    """Return the pairs that stand together more than by chance, and how often their words do."""
    count = (
        paired.group_by("term")
        .len("together")
        .with_columns(first=pl.col("term") // size, second=pl.col("term") % size)
    )
    for word in ("first", "second"):
        count = count.join(single.rename({"term": word, "texts": f"{word}_texts"}), on=word)
    by_chance = pl.col("first_texts").cast(float) * pl.col("second_texts") / texts
    return count.filter(pl.col("together") >= LIFT * by_chance)


def _swallowed(lasting: pl.DataFrame) -> pl.DataFrame:
    """Return the words that hardly ever stand outside one pair."""
    inside = [
        lasting.filter(pl.col("together") >= WITHIN * pl.col(f"{word}_texts")).select(term=word)
        for word in ("first", "second")
    ]
    return pl.concat(inside).unique()


def _matrix(used: pl.DataFrame, texts: int) -> Terms:
    kept = used.group_by("name").agg(pl.col("authors").first())
    kept = kept.sort(["authors", "name"], descending=[True, False]).head(MOST).sort("name")
    kept = kept.with_row_index("term")
    placed = used.join(kept.select("name", "term"), on="name").sort("text", "term")
    where = (placed["text"].to_numpy(), placed["term"].to_numpy())
    uses = sparse.csr_array((np.ones(len(placed)), where), shape=(texts, len(kept)))
    return Terms(kept["name"].to_list(), uses, kept["authors"].to_numpy().astype(np.int64))
