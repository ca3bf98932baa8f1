"""From stored spans to named themes: text care, a bounded draw, vectors, groups, terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from affectcli.analyze._causes_cluster import Halves, cluster, stability
from affectcli.analyze._causes_embed import embed
from affectcli.analyze._causes_label import labels
from affectcli.errors import AnalysisError

NOISE, FEW = "no theme", "too few authors"
"""What takes a theme's place: the span belongs to none, or to one that must not be shown."""
DRAWS = 5
NOT_READ = r"https?://\S+|www\.\S+|[@$]\w+|&\w+;|\bu/\w+"
"""Links, names of people and tickers: a ticker says whom a span is about, and no cause."""
FEWEST = 50
"""Different spans below which nothing is grouped."""


@dataclass(frozen=True)
class Themes:
    """The spans with their themes, and how the themes were found."""

    spans: pl.DataFrame
    """The rows that were read, with `theme`: terms, NOISE or FEW."""
    read: int
    """Different spans that were grouped, of `different`."""
    different: int
    halves: Halves
    """How DRAWS random halves of the spans group them."""
    again: dict[str, float]
    """Theme -> how like it is what halves find (Jaccard index; below 0.5 it is dissolved)."""


def find(spans: pl.DataFrame, *, most: int, k: int, seed: int) -> Themes:
    """Group `spans` (span, writer, author, ...) into themes that at least `k` people share.

    At most `most` different spans are read; where there are more, a random draw of them.

    Raises:
        AnalysisError: fewer than FEWEST different spans.
    """
    spans = spans.with_columns(text=plain(pl.col("span")))
    every = spans.filter(pl.col("text") != "")["text"].unique().sort()
    if len(every) < FEWEST:
        raise AnalysisError(
            f"{len(every)} different cause spans are too few for themes: {FEWEST} are needed."
        )
    drawn = np.sort(np.random.default_rng(seed).permutation(len(every))[:most])
    texts = every.gather(drawn)
    vectors = embed(texts.to_list())
    found = cluster(vectors)
    halves = stability(vectors, found, group=cluster, draws=DRAWS, seed=seed)
    known = pl.DataFrame({"text": texts, "number": found})
    # A span without words is noise that was read; drawn like the others, its share stays as it is.
    wordless = pl.DataFrame({"text": [""], "number": [-1]}, schema=known.schema)
    spans = spans.join(pl.concat([known, wordless]), on="text", how="inner", maintain_order="left")
    named = _named(spans, k)
    again: dict[str, float] = {}
    for number, theme in named.filter(~pl.col("theme").is_in([NOISE, FEW])).iter_rows():
        again[theme] = min(float(halves.again[number]), again.get(theme, 1.0))
    return Themes(
        spans=spans.join(named, on="number", how="left", maintain_order="left"),
        read=len(texts),
        different=len(every),
        halves=halves,
        again=again,
    )


def plain(span: pl.Expr) -> pl.Expr:
    """Return the words of a span, in small letters; empty where there are none."""
    text = span.str.replace_all(NOT_READ, " ").str.replace_all(r"\s+", " ").str.strip_chars()
    return (
        pl.when(text.str.contains(r"\p{L}{2}")).then(text.str.to_lowercase()).otherwise(pl.lit(""))
    )


def _named(spans: pl.DataFrame, k: int) -> pl.DataFrame:
    """Return `theme` of each `number`: its terms, NOISE, or FEW.

    Two groups with the same terms are one theme: a reader could not tell them apart.
    """
    terms = labels(
        spans["text"].to_list(), spans["writer"].to_list(), spans["number"].to_numpy(), k=k
    )
    people = spans.group_by("number").agg(
        least=pl.min_horizontal(pl.col("writer").n_unique(), pl.col("author").n_unique())
    )
    return people.select(
        "number",
        theme=pl.when(pl.col("number") < 0)
        .then(pl.lit(NOISE))
        .when(pl.col("least") < k)
        .then(pl.lit(FEW))
        .otherwise(
            pl.col("number").replace_strict(
                {number: ", ".join(chosen) or FEW for number, chosen in terms.items()},
                default=FEW,
                return_dtype=pl.String,
            )
        ),
    )
