"""The table of terms: which words carry the change, used more often or felt differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

from affectcli.analyze import _drivers_shift as words
from affectcli.analyze import _drivers_sums as sums
from affectcli.analyze._drivers_tables import REST, Table
from affectcli.analyze._drivers_terms import terms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._drivers_posts import Places, Posts
    from affectcli.analyze._drivers_sums import Floats
    from affectcli.analyze._drivers_terms import Terms


def vocabulary(posts: Posts, *, k: int, top: int, seed: int) -> Table | str:
    """Return the `top` terms of at least `k` authors and the rest of the label's mass, or why not.

    The label mass of a text is shared out as `_drivers_shift` says, so rows add up to the change.
    """
    readers = pl.DataFrame({"text": posts.text, "author": posts.author}).unique()
    known = terms(posts.texts, readers.cast({"text": pl.UInt32}), k=k)
    if not known.names:
        return f"terms: none has {k} authors"
    said = np.zeros(len(posts.texts))
    said[posts.text] = posts.mass
    by = words.student(known.uses, said, seed=seed)
    shared = words.shift(known.uses, said, by)
    counts = [_counts(posts.text[there], len(said)) for there in (~posts.late, posts.late)]
    sizes = np.array([[count.sum()] for count in counts])
    mass = np.stack([shared.mass.T @ count for count in counts]) / sizes
    size = np.abs(mass[1] - mass[0])
    chosen = np.argsort(-size, kind="stable")[:top]
    times = np.stack([known.uses.T @ count for count in counts])[:, chosen]
    carrying = np.stack([known.uses.T @ (count * said) for count in counts])[:, chosen]
    uses = times / sizes
    amount, feeling = sums.amount_and_feeling(uses, sums.ratio(mass[:, chosen], uses))
    own = np.column_stack(
        [_by_author(posts, shared, chosen), *_uses(posts, known, by, chosen=chosen, said=said)]
    )
    rows = sums.by_term(own.sum(axis=0))
    share = np.array([[count @ said] for count in counts]) / sizes
    return Table(
        dimension="terms",
        names=[*(known.names[i] for i in chosen), REST],
        columns=own,
        split=sums.by_term,
        authors=np.r_[known.authors[chosen], posts.authors],
        uses=np.c_[uses, np.ones(2)],
        felt=np.c_[sums.ratio(carrying, times), share],
        amount=np.r_[amount, 0.0],
        feeling=np.r_[feeling, rows[-1]],
        error=np.zeros(len(rows)),
        tested=len(known.names) + 1,
        note=f"the terms explain {100 * max(by.explained, 0):.0f} % of what the tagger says of "
        "texts not seen before",
    )


def _counts(texts: Places, size: int) -> Floats:
    return np.bincount(texts, minlength=size).astype(np.float64)


def _by_author(posts: Posts, shared: words.Shift, chosen: Places) -> Floats:
    """Return the mass of the chosen terms, of the rest, and posts: in the window, then before."""
    others = np.ones(shared.mass.shape[1])
    others[chosen] = 0.0
    rest = shared.mass @ others + shared.rest
    mass = np.column_stack([shared.mass[:, chosen].toarray(), rest, np.ones(len(rest))])
    return np.concatenate([_wrote(posts, there) @ mass for there in (posts.late, ~posts.late)], 1)


def _uses(
    posts: Posts, known: Terms, by: words.Student, *, chosen: Places, said: Floats
) -> list[Floats]:
    """Return the authors' uses of the chosen terms, in the window, then before, and their pull.

    An author's pull is how much a term's weight would change if they counted twice: one step of
    Newton's method, other weights held (an infinitesimal jackknife). Without it a weight that is
    noise, times a use that surely rose, would pass for a sure contribution.
    """
    uses = known.uses[:, chosen].toarray()
    unforeseen = said - by.base - known.uses @ by.weights
    pull = _wrote(posts, np.ones_like(posts.late)) @ (uses * unforeseen[:, None])
    pull /= uses.sum(axis=0) + by.penalty
    return [
        _wrote(posts, posts.late) @ uses,
        _wrote(posts, ~posts.late) @ uses,
        pull - pull.mean(0),
    ]


def _wrote(posts: Posts, there: NDArray[np.bool_]) -> sparse.csr_array:
    """Return how often each author wrote each text, shape (authors, texts)."""
    where = (posts.author[there], posts.text[there])
    shape = (posts.authors, len(posts.texts))
    return sparse.csr_array((np.ones(int(there.sum())), where), shape=shape)
