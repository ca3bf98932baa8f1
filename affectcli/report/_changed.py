"""What changed and what drove it; and apart from that, what broke in the instrument."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from affectcli.report import _breaks, _words
from affectcli.report._answer import Answer, Sentence, missing, own, told
from affectcli.report._high import levels

if TYPE_CHECKING:
    from affectcli.report._claims import Claim
    from affectcli.report._material import Material

MOST = 2
"""Sentences of one kind at most; how many more there are is said."""
BREAKS = 2
NEAR = timedelta(days=30)
"""How long before a highest week a break of the instrument casts doubt on it."""
ENDS = ("start", "end")
NOUNS = {
    "shift": ("level shift", "found"),
    "driver": ("change", "explained"),
    "theme": ("theme", "of causes rising or falling"),
    "peak": ("signal", "had a highest week that its own wandering does not explain"),
    "level": ("signal", "changed more than at other times"),
    "quiet": ("signal", "changed no more than at other times"),
}


def what_changed(material: Material) -> Answer:
    """Return shifts of level, what carried a change, highest weeks and the change of late."""
    answer = Answer("What changed, and what drove it")
    shifts = [
        claim
        for claim in material.about("changepoints")
        if claim.result.get("kind") == "level" and claim.result.get("found")
    ]
    drove = [c for c in material.about("drivers") if c.y is None and not _unsure(c)]
    themes = [c for c in material.about("causes") if _words.q_of(c) <= _words.LEVEL]
    answer.sentences = own(material, [*shifts[:MOST], *drove[:MOST], *themes[:MOST]])
    claims = levels(material)
    peaks = sorted(
        (claim for claim in claims if _words.peak_q_of(claim) <= _words.LEVEL),
        key=lambda c: (_words.peak_q_of(c), c.x),
    )
    answer.sentences += [
        told(material, claim, _words.peak(claim) + _caution(material, claim))
        for claim in peaks[:MOST]
    ]
    found = [claim for claim in claims if _words.q_of(claim) <= _words.LEVEL]
    answer.sentences += _of_late(material, claims, found, alone=not answer.sentences)
    rest = {"shift": shifts, "driver": drove, "theme": themes, "peak": peaks, "level": found}
    left = {kind: len(of) - MOST for kind, of in rest.items()}
    left["quiet"] = 0 if found else len(claims) - 1
    said = (_words.more(count, *NOUNS[kind]) for kind, count in left.items())
    answer.more = " ".join(text for text in said if text)
    return answer


def _caution(material: Material, claim: Claim) -> str:
    """Return a warning where the instrument broke in a highest week, or shortly before it."""
    first, last = (date.fromisoformat(str(claim.result[f"peak_{end}"])[:10]) for end in ENDS)
    near = _breaks.days(material, (first - NEAR, last))
    return " The instrument broke near then: see what broke." if near else ""


def _unsure(claim: Claim) -> bool:
    """Return whether an explained change may be none."""
    return bool((claim.result.get("total") or {}).get("why"))


def _of_late(
    material: Material, claims: list[Claim], found: list[Claim], *, alone: bool
) -> list[Sentence]:
    """Return the changes of the last days, or that there was none, and the nearest to one."""
    if not claims:
        return [missing("No comparison with history is stored", "analyze levels")]
    shown = [told(material, claim, _words.change(claim)) for claim in (found or claims[:1])[:MOST]]
    if found:
        return shown
    days = claims[0].result.get("recent", 7)
    nothing = "Nothing changed" if alone else f"In the last {days} days nothing changed"
    return [Sentence(f"{nothing} beyond what other times showed too. The nearest:"), *shown]


def what_broke(material: Material) -> Answer:
    """Return the instrument's breaks, the newest first, and the labels that moved with them."""
    answer = Answer("What broke in the instrument")
    searched = material.about("changepoints")
    broken = _breaks.breaks(material)[::-1]
    moved = [
        claim
        for claim in searched
        if claim.result.get("kind") == "instrument"
        and _breaks.MARK not in claim.x
        and not claim.x.endswith(":posts")
    ]
    answer.sentences = own(material, [*broken[:BREAKS], *moved[:1]])
    if not searched:
        answer.sentences = [missing("Breaks were not looked for", "analyze changepoints")]
    elif not answer.sentences:
        text = "No break was found: no series shifted with its languages, sources, bots or tagger."
        answer.sentences = [Sentence(text, "finding")]
    texts = (
        _words.more(len(broken) - BREAKS, "break", "found"),
        _words.more(len(moved) - 1, "shift", "with one of them"),
        "No shift around these days is to be read as mood." if broken else "",
    )
    answer.more = " ".join(text for text in texts if text)
    return answer
