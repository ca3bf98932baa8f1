"""Draws posts to label by hand, so that a tagger's errors in one community can be counted.

Plain draws hold hardly any post with a rare label, and tell nothing of sensitivity. So the posts
are drawn by strata of the tagger's own probability: half of them where it says the label, half
where it does not, and there mostly from the highest probabilities, where the missed ones are. How
many posts each one stands for is written beside it, and `_calibrate` weights by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError, UsageError
from affectcli.log import logger
from affectcli.store import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from affectcli.store import Connection, Context

SAID = (0.5, 1.0)
"""Upper ends of the strata by rank from the highest probability, as shares: label said."""
UNSAID = (0.02, 0.1, 0.3, 1.0)
MOST_LABELS = 3
"""Labels that are asked about where none is named."""
NO_POST = pl.DataFrame(schema={"post_id": pl.String})
COLUMNS = ("post_id", "community", "label", "stratum", "stratum_posts", "weight", "text", "answer")


def run(
    ctx: Context, *, community: str | None = None, labels: Sequence[str] = (), size: int = 200
) -> Outcome:
    """Return `size` questions, one row each (COLUMNS), shared out over `labels`, in random order.

    `answer` is empty: 1 where the text has the label, 0 where it has not, empty if undecided.

    Raises:
        UsageError: no or another community or label, or a size that is too small for strata.
        AnalysisError: a label is said of no post, or of all.
    """
    tagger = ctx.settings.tag.tagger
    rng = np.random.default_rng(ctx.seed)
    with ctx.db.read() as con:
        place = _community(con, community)
        measures = _measures(con, place, tagger, labels)
        con.register(
            asked_measure=pl.DataFrame({"measure": measures}),
            asked_post=NO_POST,
        )
        found = con.frame("aggregate/select_decisions", tagger=tagger, community=place)
    drawn = []
    for number, measure in enumerate(measures):
        share = size // len(measures) + (number < size % len(measures))
        drawn.append(_draw(found.filter(pl.col("measure") == measure), measure, share, rng))
    asked = pl.concat(drawn)
    with ctx.db.read() as con:
        con.register(asked_post=asked.select("post_id").unique())
        texts = con.frame("aggregate/select_texts")
    asked = asked.join(texts, on="post_id", how="left", maintain_order="left")
    asked = asked.with_columns(answer=pl.lit(None, pl.String))[rng.permutation(len(asked))]
    logger.warning(
        "These %d rows hold posts word for word: keep the file to yourself, and delete it after "
        "affect model calibrate",
        len(asked),
    )
    rows: list[dict[str, Any]] = asked.select(COLUMNS).to_dicts()
    message = f"{len(rows)} questions about {', '.join(measures)} in {place}"
    return Outcome(rows=rows, rows_in=len(found), rows_out=len(rows), message=message)


def _community(con: Connection, community: str | None) -> str:
    known: list[str] = con.frame("aggregate/select_communities")["community"].to_list()
    if community in known:
        return str(community)
    if community is None and len(known) == 1:
        return known[0]
    what = "No community is named" if community is None else f"There is no community {community!r}"
    raise UsageError(
        f"{what}.", known=f"There: {', '.join(known[:5])}.", do="affect label sample --community C"
    )


def _measures(con: Connection, community: str, tagger: str, labels: Sequence[str]) -> list[str]:
    known = con.frame("aggregate/select_measures", tagger=tagger, community=community)
    if known.is_empty():
        raise AnalysisError("No post is tagged yet.", do="affect tag")
    if not labels:
        usual = known.filter(~pl.col("weak") & (pl.col("label") != "neutral"))
        most: list[str] = usual["measure"].to_list()[:MOST_LABELS]
        return most
    names = known["measure"].to_list()
    if strange := [label for label in labels if label not in names]:
        raise UsageError(
            f"{tagger} has no label {strange[0]!r}.", known=f"Known: {', '.join(sorted(names))}."
        )
    return list(dict.fromkeys(labels))


def _draw(found: pl.DataFrame, measure: str, size: int, rng: Generator) -> pl.DataFrame:
    strata = _strata(found["p"].to_numpy(), found["said"].to_numpy())
    counts = np.bincount(strata, minlength=len(SAID) + len(UNSAID))
    if not counts[: len(SAID)].sum() or not counts[len(SAID) :].sum():
        said = "no" if not counts[: len(SAID)].sum() else "every"
        raise AnalysisError(
            f"{measure} is said of {said} post here: its errors cannot be counted.",
            do="affect label sample --label with another one",
        )
    taken = allot(counts, size)
    chosen = np.concatenate(
        [rng.permutation(np.flatnonzero(strata == k))[:n] for k, n in enumerate(taken)]
    )
    stratum = strata[chosen]
    drawn: pl.DataFrame = found[chosen.tolist()].select(
        "post_id",
        "community",
        label="measure",
        stratum=pl.Series(stratum),
        stratum_posts=pl.Series(counts[stratum]),
        weight=pl.Series(counts[stratum] / taken[stratum]),
    )
    return drawn


def _strata(p: NDArray[np.float32], said: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return each post's stratum: 0, 1 where the label is said, 2 to 5 where it is not."""
    stratum = np.empty(len(p), dtype=np.int64)
    for ends, first, where in ((SAID, 0, said), (UNSAID, len(SAID), ~said)):
        at = np.flatnonzero(where)
        rank = np.empty(len(at))
        rank[np.argsort(-p[at], kind="stable")] = np.arange(len(at))
        stratum[at] = first + np.searchsorted(ends, (rank + 1) / max(len(at), 1) - 1e-12)
    return stratum


def allot(counts: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Share `size` posts out over strata with `counts` posts: half to the said, half to the others.

    What a stratum cannot give is asked of the others.

    Raises:
        UsageError: fewer than two posts a stratum.
    """
    if size < 2 * len(counts):
        raise UsageError(f"{size} posts a label are too few.", do="--size 200, or fewer labels")
    wish = np.r_[np.full(len(SAID), 1 / len(SAID)), np.full(len(UNSAID), 1 / len(UNSAID))] / 2
    taken: NDArray[np.int64] = np.minimum(counts, (wish * size).astype(np.int64))
    while taken.sum() < min(size, counts.sum()):
        room = counts - taken
        emptiest = int(np.where(room > 0, taken / wish, np.inf).argmin())
        taken[emptiest] += 1
    return taken
