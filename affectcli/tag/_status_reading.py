"""A sentence cut into clauses, as the rules of `_status` read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from affectcli.tag._status_clauses import Clause, Mention, Sentence


class Reading:
    """A sentence with its clauses, ready to be asked about its mentions."""

    def __init__(self, sentence: Sentence, clauses: list[Clause]) -> None:
        self.words, self.written, self.quoted = sentence.words, sentence.written, sentence.quoted
        self.clauses = clauses

    def clause_of(self, mention: Mention) -> int:
        """Return the number of the clause that a mention starts in."""
        return max(i for i, c in enumerate(self.clauses) if c.start <= mention.start)

    def segment(self, number: int) -> list[str]:
        """Return the words between the turns around a clause."""
        first = last = number
        while first > 0 and not self.clauses[first].turn:
            first -= 1
        while last + 1 < len(self.clauses) and not self.clauses[last + 1].turn:
            last += 1
        return self.words[self.clauses[first].start : self.clauses[last].stop]
