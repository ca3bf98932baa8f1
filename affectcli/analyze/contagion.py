"""Do emotions pass from post to reply, stay with their author, or come back changed?

Four families of tests on the reply trees of a community. Contagion: a reply carries a label where
the post that it answers does, against labels shuffled within thread and hours. Inertia: an author's
next post carries it where the last one did, against his posts in another order. Evoked: what
replies carry against what posts carry, by thread. Terms: words of posts without a label that others
answer with it (hidden anger). The maximum over each family (Westfall & Young 1993), and a rate over
families (Benjamini & Bogomolov 2014).
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import numpy as np

from affectcli.analyze import _contagion_claim as said
from affectcli.analyze import _contagion_effect as effect
from affectcli.analyze import _contagion_evoked as answers
from affectcli.analyze import _shifts
from affectcli.analyze._contagion_rows import read, replies
from affectcli.errors import AnalysisError, UsageError
from affectcli.store import Outcome
from affectcli.store.findings import store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from affectcli.analyze._contagion_claim import Part
    from affectcli.analyze._contagion_evoked import Answered
    from affectcli.analyze._contagion_rows import Replies, Talk
    from affectcli.store import Context

READS = ("post", "score", "label")
ANGER = "anger"
CLOCK = 24
WHY_NOT = {
    "contagion": "no contagion could be tested (too few replies to replies within one thread and "
    "block of hours: a larger --block has more)",
    "inertia": "no inertia could be tested (too few authors with three posts in several threads)",
}


def run(
    ctx: Context,
    *,
    community: str,
    emotions: str = "*",
    hidden: str = ANGER,
    block: int = 6,
    nulls: int = 999,
    as_of: str = "",
) -> Outcome:
    """Test every label that matches `emotions` in the reply trees of `community`.

    `hidden` is the label whose words are looked for, `block` the hours of the clock (1 to 24)
    within which replies of a thread change labels. `as_of` (an ISO date) leaves out later posts.

    Raises:
        UsageError: no such community or label, or `block` is no part of a day.
        AnalysisError: nobody answers anybody, nothing is tagged, or no label has enough authors.
    """
    if not 1 <= block <= CLOCK:
        raise UsageError(f"--block {block}: hours of the clock, from 1 to 24.", do="--block 6")
    until, tagger, k = origin(as_of), ctx.settings.tag.tagger, ctx.settings.report.k
    with ctx.db.read() as con:
        talk, ids, weak = read(con, community, emotions, tagger=tagger, until=until)
        pairs = _pairs(talk, community)
        answered = answers.answered(talk, pairs)
        calm = _calm(answered, talk, hidden)
        con.register(asked_post=ids[calm.post].select("post_id").with_row_index("row"))
        words = con.frame("analyze/select_contagion_terms", k=k)
    parts = _tests(talk, pairs, answered, block=block, k=k, nulls=nulls, seed=ctx.seed)
    if words["term"].n_unique() > 1:  # one word alone has nothing to stand out from
        rng = np.random.default_rng([ctx.seed, 1])
        found = answers.terms(calm, talk.emotions.index(hidden), words, nulls=nulls, rng=rng)
        parts.append(said.terms(found, hidden))
    parts = [part for part in parts if part.rows]
    if not parts:
        raise AnalysisError(
            f"No label in the {len(pairs.source)} replies of {community} is carried by {k} authors "
            "where it could be compared."
        )
    setting = {"community": community, "block": block, "nulls": nulls}
    rows = _weighed(parts, {**setting, "marker": talk.markers})
    last = ids["created"].max()
    question = {**setting, "emotions": emotions, "hidden": hidden, "as_of": as_of}
    claims = [said.claim(row, question, last) for row in rows if said.is_claim(row)]  # type: ignore[arg-type]  # a timestamp
    changed = store(ctx, claims)
    shown = [{"finding_id": c.finding_id, "run_id": ctx.run_id, **c.result} for c in claims]
    shown.sort(key=lambda row: (row["q_value"], row["p_value"]))
    return Outcome(
        rows=shown,
        rows_in=len(ids),
        rows_out=changed,
        message=_message(parts, rows, pairs, weak),
    )


def _pairs(talk: Talk, community: str) -> Replies:
    if not talk.answers.any():
        raise AnalysisError(
            f"{community} has no replies: none of its {len(talk.answers)} posts answers another.",
            known="Contagion needs reply trees (the field `parent`), as Reddit and forums have.",
            do="affect ingest reddit --sub NAME --comments",
        )
    pairs = replies(talk)
    if not len(pairs.source):
        raise AnalysisError(
            f"{community} has {int(talk.answers.sum())} replies, but none can be compared with "
            f"the post that it answers: {_dropped(pairs)}."
        )
    return pairs


def _calm(answered: Answered, talk: Talk, hidden: str) -> Answered:
    """Return the answered posts without the label `hidden`: none where it was not asked for."""
    if hidden in talk.emotions:
        return answers.hidden(answered, talk.emotions.index(hidden))
    if hidden != ANGER:
        close = difflib.get_close_matches(hidden, talk.emotions, n=3, cutoff=0.4)
        known = ", ".join(close or talk.emotions[:3])
        raise UsageError(f"{hidden!r} is not among the labels.", known=f"Nearest: {known}.")
    return answers.of(answered, np.zeros(0, dtype=np.int64))


def _tests(
    talk: Talk,
    pairs: Replies,
    answered: Answered,
    *,
    block: int,
    k: int,
    nulls: int,
    seed: int,
) -> list[Part]:
    """Return the families of contagion, inertia and evoked emotion."""
    rng = np.random.default_rng(seed)
    parts = []
    designs = {
        "contagion": effect.contagion(talk, pairs, block),
        "inertia": effect.inertia(talk, block),
    }
    plain = {"contagion": (pairs.source, pairs.target), "inertia": effect.successions(talk)}
    for kind, design in designs.items():
        able = _able(talk, design.source, k)
        if len(design.source) and able:
            found = effect.measure(design, nulls=nulls, rng=rng)
            naive = effect.naive(talk.labels, *plain[kind])
            known = np.isfinite([found.observed, found.difference, found.half_width, naive])
            able = [i for i in able if known[:, i].all()]
            parts.append(said.passed_on(kind, found, talk.emotions, able, naive))
    back = answers.evoked(answered, k=k, nulls=nulls, rng=rng)
    able = [i for i in _able(talk, answered.post, k) if np.isfinite(back.observed[i])]
    parts.append(said.evoked(back, talk.emotions, able, len(answered.post)))
    return parts


def _able(talk: Talk, source: NDArray[np.int64], k: int) -> list[int]:
    """Return the labels that posts `source` of at least `k` authors carry."""
    author = talk.author[source]
    return [
        i for i, carried in enumerate(talk.labels[source].T) if len(np.unique(author[carried])) >= k
    ]


def _weighed(parts: list[Part], setting: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of all families with p and q."""
    observed = np.concatenate([part.observed for part in parts])
    drawn = np.concatenate([part.drawn for part in parts])
    family = np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts])
    p, q = _shifts.p_values(observed, drawn), _shifts.q_values(observed, drawn, family)
    sizes = np.bincount(family)[family]
    every = [row for part in parts for row in part.rows]
    return [
        {
            **setting,
            **row,
            "p_value": float(p[i]),
            "q_value": float(q[i]),
            "family_size": int(sizes[i]),
        }
        for i, row in enumerate(every)
    ]


def _dropped(pairs: Replies) -> str:
    return ", ".join(f"{reason}: {count}" for reason, count in pairs.dropped.items() if count)


def _message(
    parts: list[Part], rows: list[dict[str, Any]], pairs: Replies, weak: dict[str, str]
) -> str:
    counts = []
    for part in parts:
        mine = [row for row in rows if row["kind"] == part.kind]
        held = sum(row["q_value"] <= said.LEVEL for row in mine)
        counts.append(f"{part.kind} {held} of {len(mine)}")
    message = f"found at q <= {said.LEVEL:g}: {', '.join(counts)}; {len(pairs.source)} replies"
    missing = {"contagion", "inertia"} - {part.kind for part in parts}
    for kind in sorted(missing):
        message += f"; {WHY_NOT[kind]}"
    if left := _dropped(pairs):
        message += f"; replies left out: {left}"
    if weak:
        message += f"; withheld, for their labels are weak: {len(weak)} ({', '.join(sorted(weak))})"
    return message
