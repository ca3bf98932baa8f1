"""The database side of tagging: which texts wait, their words, and where scores go.

The file is open only while one of these methods runs: well under a second for a batch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli.errors import UsageError
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from affectcli.parts import Description
    from affectcli.store import Context

ALL = 2**62
SHOWN = 5
"""Languages named in the line about posts that are passed over."""


class Shard(NamedTuple):
    """Part `number` (from 1) of `of` parts of the texts, by hash: no text is in two of them."""

    number: int = 1
    of: int = 1


def shard(text: str | None) -> Shard:
    """Return what `--shard 2/8` means.

    Raises:
        UsageError: it is not i/n with 1 <= i <= n.
    """
    if text is None:
        return Shard()
    number, _, of = text.partition("/")
    if number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return Shard(int(number), int(of))
    raise UsageError(
        f"{text!r} is no shard.", known="Shards count from 1.", do="affect tag --shard 1/4"
    )


class Work:
    """What one tagger still has to score in one database."""

    def __init__(
        self,
        ctx: Context,
        about: Description,
        *,
        languages: Sequence[str] | None,
        part: Shard = Shard(),  # noqa: B008  # a NamedTuple cannot change
    ) -> None:
        """Take `languages` as those that the tagger may read; None is any."""
        self._ctx, self._about, self._part = ctx, about, part
        self._languages = None if languages is None else sorted(languages)
        self._wanted = pl.DataFrame(
            {
                "scheme": [scheme.name for scheme in about.schemes],
                "revision": [scheme.revision for scheme in about.schemes],
            }
        )

    def waiting(self, limit: int | None = None) -> pl.DataFrame:
        """Return place and text_hash of the texts to score, 16 bytes each, in order of place."""
        number, of = self._part
        with self._ctx.db.read() as con:
            con.register(wanted=self._wanted)
            return con.frame(
                "tag/select_work",
                tagger=self._about.name,
                schemes=self._wanted.height,
                languages=self._languages,
                shard=number - 1,
                shards=of,
                count=limit or ALL,
            )

    def texts(self, page: pl.DataFrame) -> pl.DataFrame:
        """Return text_hash and text of a part of what `waiting` returned."""
        first, last = page["place"].min(), page["place"].max()
        with self._ctx.db.read() as con:
            con.register(page=page)
            return con.frame("tag/select_text", first=first, last=last)

    def store(self, hashes: pl.Series, scores: NDArray[np.float32]) -> int:
        """Store a batch's scores, shape (len(hashes), labels); return how many texts it was."""
        frames, column = [], 0
        for scheme in self._about.schemes:
            part = np.ascontiguousarray(scores[:, column : column + len(scheme.labels)])
            column += len(scheme.labels)
            facts = {"scheme": pl.lit(scheme.name), "revision": pl.lit(scheme.revision)}
            numbers = pl.Series(part).cast(pl.List(pl.Float32))
            frames.append(pl.DataFrame({"text_hash": hashes, "p": numbers}).with_columns(**facts))
        with self._ctx.db.write(tidy=False) as con:
            con.register(batch=pl.concat(frames))
            con.execute("tag/insert_score", tagger=self._about.name, run_id=self._ctx.run_id)
            con.touch("score")
        return len(hashes)

    def register(self) -> None:
        """Make the wanted revisions the ones that are read from now on, unless they are."""
        tagger = {"tagger": self._about.name}
        with self._ctx.db.read() as con:
            current = con.frame("tag/select_current", **tagger)
        known = {(s, r): languages for s, r, languages in current.rows()}
        if all(known.get(row, ()) == self._languages for row in self._wanted.rows()):
            return
        with self._ctx.db.write() as con:
            con.register(labels=self._labels(), wanted=self._wanted)
            con.execute("tag/insert_label", **tagger, languages=self._languages)
            con.execute("tag/update_current", **tagger, languages=self._languages)
            con.touch("label")

    def _labels(self) -> pl.DataFrame:
        return pl.DataFrame(
            [
                {
                    "scheme": scheme.name,
                    "revision": scheme.revision,
                    "kind": scheme.kind,
                    "position": position,
                    "label": label.name,
                    "valence": label.valence,
                    "threshold": label.threshold,
                    "tp": label.tp,
                    "fn": label.fn,
                    "fp": label.fp,
                    "tn": label.tn,
                    "weak": label.weak,
                }
                for scheme in self._about.schemes
                for position, label in enumerate(scheme.labels, start=1)
            ],
            schema_overrides={"threshold": pl.Float64},
            infer_schema_length=None,
        )

    def say_passed_over(self) -> None:
        """Say how many posts the tagger cannot read, and in which languages they are."""
        if self._languages is None:
            return
        with self._ctx.db.read() as con:
            found = con.frame("tag/count_passed_over", languages=self._languages)
        if found.is_empty():
            return
        named = ", ".join(f"{lang} {posts:,}" for lang, posts in found.head(SHOWN).rows())
        more = f" and {found.height - SHOWN} more languages" if found.height > SHOWN else ""
        logger.info(
            "%s posts passed over, in languages that %s does not read: %s%s (--any-language)",
            *(f"{found['posts'].sum():,}", self._about.name, named, more),
        )
