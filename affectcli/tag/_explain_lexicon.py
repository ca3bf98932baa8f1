"""A tagger's label as a word list: signed, graded terms that agree with the model.

Two weightings of words are made and the one that agrees better with the model on texts set apart
is taken: attribution x idf (token scores of Layer Integrated Gradients, as in arXiv 2312.08299),
and a ridge regression of the model's log-odds on hits per word. `lexicon:FILE` reads no weights, so
a weight becomes a grade of 1 to 8 and a term stands in as many columns: NAME_1 holds all terms that
speak for the label, NAME_8 the strongest, not_NAME_1 to _8 those that speak against it. The sum of
the columns minus the sum of the `not_` columns is the graded score.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse.linalg import lsqr
from scipy.stats import rankdata

from affectcli.errors import AnalysisError
from affectcli.tag import _lexicon_match

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

GRADES = 8
JUDGED, CHOSEN = 5, 5
"""One text in five is kept for the judgement, and one in five of the rest for the choices."""
LEAST = 20
"""Texts with the label, and without it, that each part must hold."""
PENALTIES = (0.1, 0.3, 1.0)
"""Ridge penalties tried, as lsqr's damping: columns are hits per word."""
TOPS = (0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
"""Quantiles of the weights' size tried as the one that gets the highest grade."""
_SIGN = r"[?!]|\p{Extended_Pictographic}"
_TERM = rf"{_lexicon_match.WORD}+(?:'{_lexicon_match.WORD}+)*|{_SIGN}"


class Corpus(NamedTuple):
    """Distinct texts and what the model said of each."""

    text_hash: NDArray[np.uint64]
    texts: list[str]
    p: NDArray[np.float64]
    """The model's probability of the label."""
    said: NDArray[np.bool_]
    """Whether it counts as said."""
    authors: pl.DataFrame
    """Columns text (number) and author."""

    @property
    def part(self) -> NDArray[np.int64]:
        """0 where a text is learned from, 1 where it decides between lexicons, 2 where it judges.

        By the text's hash: no text is in two parts, and the same ones are at every run.
        """
        judged = self.text_hash % JUDGED == 0
        chosen = self.text_hash // JUDGED % CHOSEN == 0
        return np.where(judged, 2, np.where(chosen, 1, 0))

    def check(self) -> None:
        """Refuse a corpus that cannot judge a lexicon.

        Raises:
            AnalysisError: a part has too few texts with the label, or without it.
        """
        for part, purpose in enumerate(("to learn from", "to choose by", "to judge by")):
            said = int(self.said[self.part == part].sum())
            least = min(said, int((self.part == part).sum()) - said)
            if least < LEAST:
                raise AnalysisError(
                    f"A lexicon needs {LEAST} posts with the label and {LEAST} without it "
                    f"{purpose}; here are {said} with it, and {least} of the rarer kind.",
                    do="a wider --since and --until, another label, or more posts",
                )


class Design(NamedTuple):
    """Terms by enough authors, and how often each text has them."""

    terms: list[str]
    hits: sparse.csr_matrix
    """Occurrences per word of the text, (texts, terms): what `lexicon:FILE` counts."""
    posts: NDArray[np.int64]
    authors: NDArray[np.int64]
    idf: NDArray[np.float64]


class Lexicon(NamedTuple):
    """A graded list, and how it was made."""

    design: Design
    weights: NDArray[np.float64]
    """In log-odds per share of the text's words (ridge), or attribution x idf."""
    grades: NDArray[np.int64]
    """-GRADES to GRADES; 0 leaves a term out."""
    made_by: str
    """`ridge` or `attribution`."""
    chosen_by: dict[str, float]
    """AUC of the best of each kind on the texts that decided."""


def design(corpus: Corpus, *, k: int) -> Design:
    """Return the terms of the corpus that at least `k` authors of texts to learn from use.

    Raises:
        AnalysisError: there is none.
    """
    terms = _candidates(corpus, k)
    found = _lexicon_match.Matcher(terms).find(corpus.texts)
    frame = pl.DataFrame({"text": found.text, "term": found.term})
    learned = frame.filter(pl.Series(corpus.part == 0)[frame["text"]]).unique()
    support = (
        learned.join(corpus.authors, on="text")
        .group_by("term")
        .agg(authors=pl.col("author").n_unique(), posts=pl.col("text").n_unique())
        .filter(pl.col("authors") >= k)
        .sort("term")
        .with_row_index("column")
    )
    if support.is_empty():
        raise AnalysisError(f"No word is used by {k} authors here, so no term may be shown.")
    counted = frame.join(support.select("term", "column"), on="term").group_by("text", "column")
    cells = counted.len().sort("text", "column")
    per_word = cells["len"].to_numpy() / found.words[cells["text"].to_numpy()]
    shape = len(corpus.texts), support.height
    places = cells["text"].to_numpy(), cells["column"].to_numpy()
    posts = support["posts"].to_numpy().astype(np.int64)
    return Design(
        [terms[at] for at in support["term"]],
        sparse.csr_matrix((per_word, places), shape=shape),
        posts,
        support["authors"].to_numpy().astype(np.int64),
        np.log((corpus.part == 0).sum() / posts),
    )


def _candidates(corpus: Corpus, k: int) -> list[str]:
    """Return words, pairs of neighbours and signs that stand in `k` texts or more, sorted."""
    folded = pl.Series("term", [_lexicon_match.fold(text) for text in corpus.texts])
    words = pl.DataFrame({"term": folded.str.extract_all(_TERM)}).with_row_index("text")
    words = words.explode("term").drop_nulls()
    wordy = pl.col("term").str.contains(r"\p{L}") & ~pl.col("term").str.contains("_")
    words = words.filter(wordy | pl.col("term").str.contains(f"^(?:{_SIGN})$"))
    after = pl.col("term").shift(-1).over("text")
    pairs = words.select("text", term=pl.col("term") + " " + after).drop_nulls()
    found = pl.concat([words, pairs.filter(~pl.col("term").str.contains(_SIGN))]).unique()
    kept = found.group_by("term").len().filter(pl.col("len") >= k)
    terms: list[str] = kept["term"].sort().to_list()
    return terms


def distil(corpus: Corpus, made: Design, attribution: NDArray[np.float64]) -> Lexicon:
    """Return the lexicon that agrees best with the model on the texts set apart for choosing.

    `attribution` is what each term adds to the log-odds of a text that has it, (terms,); nan where
    no attributed text has it.
    """
    learn, choose = corpus.part == 0, corpus.part == 1
    odds = np.log(np.clip(corpus.p, 1e-6, 1 - 1e-6) / np.clip(1 - corpus.p, 1e-6, 1 - 1e-6))
    centred = odds[learn] - odds[learn].mean()
    wanted = [("attribution", np.nan_to_num(attribution) * made.idf)]
    wanted += [
        ("ridge", lsqr(made.hits[learn], centred, damp=penalty, iter_lim=100)[0])
        for penalty in PENALTIES
    ]
    best: dict[str, tuple[float, NDArray[np.float64], NDArray[np.int64]]] = {}
    for name, weights in wanted:
        for top in TOPS:
            graded = grades(weights, top)
            agreed = auc(made.hits[choose] @ graded, corpus.said[choose])
            if name not in best or agreed > best[name][0]:
                best[name] = agreed, weights, graded
    name = max(best, key=lambda each: best[each][0])
    _, weights, graded = best[name]
    return Lexicon(made, weights, graded, name, {each: best[each][0] for each in best})


def grades(weights: NDArray[np.float64], top: float) -> NDArray[np.int64]:
    """Return whole grades from -GRADES to GRADES; the quantile `top` of sizes gets the highest."""
    sizes = np.abs(weights[weights != 0])
    if not len(sizes):
        return np.zeros(len(weights), np.int64)
    highest = np.quantile(sizes, top)
    whole: NDArray[np.float64] = np.clip(np.round(weights / highest * GRADES), -GRADES, GRADES)
    return whole.astype(np.int64)


def auc(score: NDArray[np.float64], said: NDArray[np.bool_]) -> float:
    """Return the area under the ROC curve: that a text with the label scores above one without."""
    ranks, yes = rankdata(score), int(said.sum())
    return float((ranks[said].sum() - yes * (yes + 1) / 2) / (yes * (len(said) - yes)))


def auc_interval(area: float, yes: int, no: int) -> tuple[float, float]:
    """Return the 95 % interval of an AUC (Hanley and McNeil, Radiology 1982)."""
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (yes - 1) * (one - area**2) + (no - 1) * (two - area**2)
    error = 1.96 * float(np.sqrt(spread / (yes * no)))
    return max(area - error, 0.0), min(area + error, 1.0)


def columns(measure: str) -> list[str]:
    """Return the names of the columns, those for the label first."""
    name = re.sub(r"[^\w-]+", "_", measure.casefold())
    return [f"{sign}{name}_{grade}" for sign in ("", "not_") for grade in range(1, GRADES + 1)]


def table(lexicon: Lexicon, measure: str) -> str:
    """Return the lexicon as `lexicon:FILE` reads it; strongest terms first."""
    lines = []
    for at, name in enumerate(columns(measure)):
        sign, grade = (1 if at < GRADES else -1), at % GRADES + 1
        order = np.argsort(-sign * lexicon.weights, kind="stable")
        terms = [lexicon.design.terms[i] for i in order if sign * lexicon.grades[i] >= grade]
        if terms:
            lines.append("\t".join([name, *terms]))
    return "\n".join(lines) + "\n"


def total(scores: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float64]:
    """Return the graded score of texts from the columns that `lexicon:FILE` gives them."""
    signs = [-1.0 if name.startswith("not_") else 1.0 for name in names]
    summed: NDArray[np.float64] = scores.astype(np.float64) @ np.array(signs)
    return summed
