"""Which of a lexicon's terms do the work: the junk test of a word list.

Automatically expanded lists hold words that say nothing (`i`, `me`, `help`, `blue`): such a term
can make most of a category's hits, and the category then measures how people write, not how they
feel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.tag import _lexicon_match, _lexicon_read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from affectcli.tag._lexicon_read import Lexicon

_WORDS = """
a about after all am an and any are as at be because been before being but by can could de did
do does doing el ella ellos en es eso esta este esto for from had has have having he her here
hers him his how i if in into is it its itself just la las lo los me mi mine mis muy my myself
más no nor nos not o of on or our ours out over own para pero por porque que se she should si
so some su such sus te than that the their theirs them then there these they this those through
to too tu un una under uno until up us very was we were what when where which while who whom
why will with would y ya yo you your yours
"""
FUNCTION_WORDS = frozenset(_WORDS.split())
"""English and Spanish words that carry grammar, and so stand in nearly every post."""


def function_words(lexicon: Lexicon) -> dict[str, list[str]]:
    """Return function words among the terms, by category.

    Categories that are about function words (LIWC's pronouns: half of their terms) are left out.
    """
    found: dict[str, list[str]] = {}
    size = np.zeros(len(lexicon.categories), np.int64)
    for term, members in zip(lexicon.terms, lexicon.members, strict=True):
        for member in members:
            size[member] += 1
            if _lexicon_match.fold(term) in FUNCTION_WORDS:
                found.setdefault(lexicon.categories[member], []).append(term)
    sizes = dict(zip(lexicon.categories, size, strict=True))
    return {name: terms for name, terms in found.items() if 2 * len(terms) < sizes[name]}


def term_hits(path: Path, texts: Sequence[str]) -> pl.DataFrame:
    """Return which terms of the lexicon at `path` hit `texts`, and how much of their category.

    Columns category, term, hits (occurrences), share (of the category's hits), sorted by category
    and falling hits; terms without a hit are left out.

    Raises:
        InputError: see `_lexicon_read.read`.
    """
    lexicon = _lexicon_read.read(path)
    hits = _lexicon_match.Matcher(lexicon.terms).find(texts)
    count = np.bincount(hits.term, minlength=len(lexicon.terms))
    rows = [
        (lexicon.categories[member], term, int(times))
        for term, members, times in zip(lexicon.terms, lexicon.members, count, strict=True)
        for member in members
        if times
    ]
    schema = {"category": pl.String, "term": pl.String, "hits": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    share = pl.col("hits") / pl.col("hits").sum().over("category")
    order = ["category", "hits", "term"]
    return frame.with_columns(share=share).sort(order, descending=[False, True, False])
