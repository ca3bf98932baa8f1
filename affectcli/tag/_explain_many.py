"""`affect explain --signal`: the terms that a label is read from in many posts, and as a word list.

Only terms by `report.k` authors or more leave this file, and no post is quoted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError, ConfigError
from affectcli.files import write_whole
from affectcli.log import logger
from affectcli.store import Outcome, signals
from affectcli.tag import (
    _explain_asked,
    _explain_lexicon,
    _explain_model,
    _explain_pair,
    _explain_terms,
    lexicon,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.store import Context
    from affectcli.tag._explain_asked import Asked, Measure
    from affectcli.tag._explain_lexicon import Corpus, Lexicon
    from affectcli.tag._explain_pair import Explained
    from affectcli.tag._explain_read import Reading

STEPS = 24
READ = 6000
"""Tokens whose words are attributed, at most: about a minute on two cores, however long posts are.
Of more, texts are taken in random order."""
AGREES = 0.85
"""A list with a lower AUC against its model is no screening list."""


class Question(NamedTuple):
    """Which posts of which signal."""

    signal: str
    """`reddit/X:fear`."""
    window: tuple[datetime | None, datetime | None] = (None, None)
    """Half-open, naive UTC."""
    limit: int = 200
    """Distinct texts whose words are attributed."""


def run(ctx: Context, question: Question, *, by: Asked) -> Outcome:
    """Return the terms that move a signal's label in posts that carry it, one row a term.

    Raises:
        UsageError: no such community or label, or the tagger is no transformer.
        AnalysisError: no post carries the label, or no term is used by enough authors.
    """
    measure, corpus = _behind(ctx, question, by)
    if not corpus.said.any():
        raise AnalysisError(
            f"{by.tagger} says {measure.name} of none of the {len(corpus.texts):,} posts.",
            do="a wider --since and --until, or another label",
        )
    drawn = _draw(ctx, np.flatnonzero(corpus.said), question.limit)
    found, mine = _explained(ctx, corpus, drawn, measure, by=by)
    read = mine["text"].n_unique()
    k = ctx.settings.report.k
    terms = _explain_terms.table(mine, corpus.authors, k=k)
    if terms.is_empty():
        raise AnalysisError(
            f"No word is used by {k} authors in {read} posts with {measure.name}.",
            do="another --seed, or shorter posts: a wider --since and --until",
        )
    covered = _explain_terms.covered(mine, terms)
    facts = {"signal": question.signal, "weak": measure.label.weak, "covered": covered}
    facts |= found.facts
    message = (
        f"{terms.height} terms by {k} authors or more, in {read:,} of "
        f"{int(corpus.said.sum()):,} posts with {measure.name}; they carry {covered:.0%} of what "
        f"speaks for it. {found.sentence}{measure.care}"
    )
    rows = [{**row, **facts} for row in terms.iter_rows(named=True)]
    return Outcome(rows=rows, rows_in=read, rows_out=len(rows), message=message)


def to_lexicon(ctx: Context, question: Question, file: Path, *, by: Asked) -> Outcome:
    """Write a word list that agrees with a signal's label, and return its terms, one row each.

    Half of the attributed texts carry the label. The agreement is judged on a fifth of all texts,
    which nothing was learned from.

    Raises:
        UsageError: no such community or label, or the tagger is no transformer.
        AnalysisError: too few posts with or without the label, or no term by enough authors.
        ConfigError: the file cannot be written.
    """
    measure, corpus = _behind(ctx, question, by)
    corpus.check()
    design = _explain_lexicon.design(corpus, k=ctx.settings.report.k)
    sides = (np.flatnonzero((corpus.part == 0) & (corpus.said == said)) for said in (True, False))
    drawn = np.concatenate([_draw(ctx, side, -(-question.limit // 2)) for side in sides])
    found, mine = _explained(ctx, corpus, drawn, measure, by=by)
    means = dict(mine.group_by("term").agg(pl.col("attribution").mean()).iter_rows())
    attribution = np.array([means.get(term, np.nan) for term in design.terms])
    made = _explain_lexicon.distil(corpus, design, attribution)
    _write(file, made, measure)
    agreement = judge(corpus, file)
    if agreement["auc"] < AGREES:
        logger.warning("%s agrees too little with %s to screen by it", file, by.tagger)
    facts = {"signal": question.signal, "weak": measure.label.weak, **agreement, **found.facts}
    rows = [{**row, **facts} for row in _terms(made, attribution)]
    kinds = ", ".join(f"{kind} {area:.3f}" for kind, area in made.chosen_by.items())
    message = (
        f"{len(rows):,} terms in {file}, weighted by {made.made_by} (AUC where it was chosen: "
        f"{kinds}); AUC against {by.tagger} {agreement['auc']:.3f} [{agreement['auc_low']:.3f}, "
        f"{agreement['auc_high']:.3f}] on {agreement['judged']:,} unseen posts. "
        f"{found.sentence}{measure.care}"
    )
    return Outcome(rows=rows, rows_in=len(corpus.texts), rows_out=len(rows), message=message)


def judge(corpus: Corpus, file: Path) -> dict[str, Any]:
    """Return how a written list, read by `lexicon:FILE`, agrees with the model on unseen texts."""
    tagger = lexicon.load(str(file))
    names = [label.name for label in lexicon.describe(str(file)).labels]
    judged = np.flatnonzero(corpus.part == 2)
    score = _explain_lexicon.total(tagger.score([corpus.texts[at] for at in judged]), names)
    said = corpus.said[judged]
    area = _explain_lexicon.auc(score, said)
    low, high = _explain_lexicon.auc_interval(area, int(said.sum()), int((~said).sum()))
    facts = {"auc": area, "auc_low": low, "auc_high": high}
    return {**facts, "judged": len(judged), "judged_said": int(said.sum())}


def _behind(ctx: Context, question: Question, by: Asked) -> tuple[Measure, Corpus]:
    """Return the label that a signal is made of, and the texts behind it."""
    with ctx.db.read() as con:
        community, name = _explain_asked.place(con, question.signal)
        (measure,) = _explain_asked.chosen(by.tagger, [name])
        weak = signals.weak(con, [question.signal], tagger=by.tagger)
    corpus = _explain_asked.corpus(
        ctx, community, measure, tagger=by.tagger, window=question.window
    )
    if weak:
        logger.warning("%s: %s", question.signal, weak[question.signal])
    return measure, corpus


def _draw(ctx: Context, among: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    rng = np.random.default_rng(ctx.seed)
    return np.sort(rng.permutation(among)[:most])


def _explained(
    ctx: Context, corpus: Corpus, drawn: NDArray[np.int64], measure: Measure, *, by: Asked
) -> tuple[Explained, pl.DataFrame]:
    """Return the explanation of the drawn texts, and their terms by the corpus's text numbers."""
    probe = _explain_model.load(by.tagger, measure.scheme.name, device=by.device)
    probe.half = True
    order = np.random.default_rng(ctx.seed).permutation(drawn).tolist()
    read = ((at, probe.reader.read(corpus.texts[at])) for at in order)
    wordy = list(_affordable((at, reading) for at, reading in read if reading.words))
    wordy.sort(key=lambda text: text[0])
    if not wordy:
        raise AnalysisError(f"{by.tagger} sees no words in these {len(drawn)} posts.")
    readings = [reading for _, reading in wordy]
    found = _explain_pair.explain(probe, readings, measure, steps=STEPS, seed=ctx.seed)
    mine = _explain_terms.occurrences(readings, found.own, found.randomised)
    number = pl.Series("text", [at for at, _ in wordy], dtype=pl.Int64)
    return found, mine.with_columns(text=number[mine["text"]])


def _affordable(texts: Iterable[tuple[int, Reading]]) -> Iterator[tuple[int, Reading]]:
    """Yield texts, by number and reading, until `READ` tokens are reached; at least one."""
    left = READ
    for at, reading in texts:
        yield at, reading
        left -= sum(map(len, reading.windows))
        if left <= 0:
            return


def _write(file: Path, made: Lexicon, measure: Measure) -> None:
    if not made.grades.any():
        raise AnalysisError(f"No word tells posts with {measure.name} from others.")
    try:
        write_whole(file, _explain_lexicon.table(made, measure.name).encode())
    except OSError as error:
        raise ConfigError(f"Cannot write {file}: {error.strerror}.", do="another FILE") from error


def _terms(made: Lexicon, attribution: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return one row for each term of the list, the strongest for the label first."""
    design = made.design
    order = np.argsort(-made.weights, kind="stable")
    return [
        {
            "term": design.terms[at],
            "grade": int(made.grades[at]),
            "weight": float(made.weights[at]),
            "attribution": float(attribution[at]),
            "idf": float(design.idf[at]),
            "posts": int(design.posts[at]),
            "authors": int(design.authors[at]),
        }
        for at in order
        if made.grades[at]
    ]
