"""What a tagger other than `mini` says of itself, and which of a lexicon's terms do the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from affectcli import parts
from affectcli.store import Database

if TYPE_CHECKING:
    import polars as pl

    from affectcli.parts import Description

SAMPLE = 20_000


def describe(spec: str) -> list[dict[str, Any]]:
    """Return one row a label of the tagger PART[:TARGET].

    Raises:
        UsageError: there is no such tagger.
        ModelError: it cannot be used; the message says why.
        InputError: the file of a lexicon cannot be read.
    """
    part, _, target = spec.partition(":")
    about: Description = parts.load("tag", part).describe(target)
    return [
        {
            "tagger": about.name,
            "licence": about.licence,
            "languages": "any" if about.languages is None else " ".join(about.languages),
            "scheme": scheme.name,
            "revision": scheme.revision,
            "kind": scheme.kind,
            "label": label.name,
            "threshold": label.threshold,
            "validated_on": label.tp + label.fn + label.fp + label.tn,
            "weak": label.weak,
        }
        for scheme in about.schemes
        for label in scheme.labels
    ]


def hits(spec: str, db: Path) -> pl.DataFrame | None:
    """Return which terms of `lexicon:FILE` hit a sample of the database's texts, most first.

    None where the tagger is no word list, or there is no database to look into. Columns as in
    `_lexicon_terms.term_hits`.
    """
    part, _, target = spec.partition(":")
    if part != "lexicon" or target == "vader" or not db.exists():
        return None
    from affectcli.tag import _lexicon_terms

    with Database(db).read() as con:
        texts = con.frame("tag/select_sample", count=SAMPLE)["text"].to_list()
    return _lexicon_terms.term_hits(Path(target).expanduser(), texts)
