"""`affect explain POST`: what each word of one post adds to a label.

A single post is one person's, so it is shown only where the settings hold the reason for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli.errors import AnalysisError
from affectcli.log import logger
from affectcli.store import Outcome
from affectcli.tag import _explain_asked, _explain_model, _explain_pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from affectcli.store import Context
    from affectcli.tag._explain_asked import Asked, Measure
    from affectcli.tag._explain_model import Probe
    from affectcli.tag._explain_pair import Explained
    from affectcli.tag._explain_read import Reading

STEPS = 32
UNSAID = ("neutral", "none")
"""Labels that nobody asks the words of."""


def run(ctx: Context, post_id: str, *, labels: Sequence[str], by: Asked) -> Outcome:
    """Return what each word of one post adds to each of `labels`, one row a word, in their order.

    Without labels, to the one of the tagger's first scheme whose score is the highest over its
    threshold, `neutral` aside.

    Raises:
        ConfigError: the settings hold no reason for looking at single posts.
        UsageError: no such post or label, or the tagger is no transformer.
        AnalysisError: the tagger sees no word in it.
    """
    reason = _explain_asked.permitted(ctx.settings)
    known = _explain_asked.measures(by.tagger)
    wanted = _explain_asked.chosen(by.tagger, labels)
    with ctx.db.read() as con:
        text = _explain_asked.text(con, post_id)
    first = (wanted or list(known.values()))[0].scheme.name
    probe = _explain_model.load(by.tagger, first, device=by.device)
    reading = probe.reader.read(text)
    if not reading.words:
        raise AnalysisError(f"{by.tagger} sees no words in {post_id}: nothing to attribute.")
    rows: list[dict[str, Any]] = []
    for measure in wanted or [_most_said(probe, reading, known.values())]:
        if measure.scheme.name != probe.scheme.name:
            probe = _explain_model.load(by.tagger, measure.scheme.name, device=by.device)
        found = _explain_pair.explain(probe, [reading], measure, steps=STEPS, seed=ctx.seed)
        score = _scores(probe, reading)[measure.position]
        rows += _rows(measure, found, score)
        odds, base = found.own[0].odds, found.own[0].baseline
        said = f"{measure.name} {score:.2f} (log-odds {odds:.2f}; {base:.2f} without words)"
        logger.info("%s. %s%s", said, found.sentence, measure.care)
        _explain_pair.warn(measure)
    logger.info("One post is shown because: %s", reason)
    message = f"{len(reading.words)} words of {post_id} by {by.tagger}"
    return Outcome(rows=rows, rows_in=1, rows_out=len(rows), message=message)


def _scores(probe: Probe, reading: Reading) -> list[float]:
    """Return what the tagger gives for each label of the probe's scheme."""
    scores: list[float] = probe.scores(probe.odds(reading.windows)).mean(0).tolist()
    return scores


def _most_said(probe: Probe, reading: Reading, known: Iterable[Measure]) -> Measure:
    scores = _scores(probe, reading)
    mine = [m for m in known if m.scheme.name == probe.scheme.name]
    kept = [m for m in mine if m.label.name not in UNSAID] or mine
    return max(kept, key=lambda m: scores[m.position] / max(m.label.threshold or 1, 1e-6))


def _rows(measure: Measure, found: Explained, score: float) -> list[dict[str, Any]]:
    (reading,), (own,), (other,) = found.readings, found.own, found.randomised
    facts = {
        "score": score,
        "log_odds": own.odds,
        "baseline": own.baseline,
        "weak": measure.label.weak,
        **found.facts,
    }
    return [
        {
            "label": measure.name,
            "position": at,
            "word": word,
            "attribution": float(own.words[at]),
            "randomised": float(other.words[at]),
            **facts,
        }
        for at, word in enumerate(reading.words)
    ]
