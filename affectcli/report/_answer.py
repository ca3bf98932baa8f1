"""What an answer on the first page is made of: sentences, each with the row behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from affectcli.report import _words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from affectcli.report._claims import Claim
    from affectcli.report._material import Material
    from affectcli.report._tables import Table


@dataclass(frozen=True)
class Sentence:
    """What is said, the name set in bold before it, and the row behind it ('' where no row is)."""

    text: str
    source: str = ""
    strong: str = ""


@dataclass
class Answer:
    """A question, its sentences, numbers that belong to them, and what else there is."""

    question: str
    sentences: list[Sentence] = field(default_factory=list)
    more: str = ""
    table: Table | None = None


def told(material: Material, claim: Claim, text: str) -> Sentence:
    """Return a sentence about the signal of a claim, which is named in bold before it."""
    return Sentence(text, claim.finding_id, _words.name_of(material, claim.x))


def own(material: Material, claims: Iterable[Claim]) -> list[Sentence]:
    """Return the stored verdicts of claims."""
    return [Sentence(_words.own(material, claim), claim.finding_id) for claim in claims]


def missing(what: str, command: str) -> Sentence:
    """Return what stands where nothing was asked yet, and what to type."""
    return Sentence(_words.missing(what, command))
