"""Finds posts whose text another post of the same community has already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.ingest._rows import ROW

if TYPE_CHECKING:
    from collections.abc import Iterable

REPEATED = "repeated_text"
Text = tuple[str, int]
"""A community and the hash of a normalised text."""


class Holders:
    """Which posts hold which text, and what each row in turn makes of it.

    Rows are looked at one by one, so that the verdict on a row is the same in whichever batch it
    falls and on whichever reading: a post never repeats itself.
    """

    def __init__(self, stored: Iterable[tuple[str, str, int | None, bool]]) -> None:
        self.holders: dict[Text, set[str]] = {}
        self.held: dict[str, Text | None] = {}
        self.gone: set[str] = set()
        for post, community, norm, gone in stored:
            self._hold(post, (community, norm) if norm is not None else None)
            if gone:
                self.gone.add(post)

    def repeats(self, post: str, text: Text | None, *, gone: bool) -> bool:
        """Say whether another post holds the text; if not, `post` holds it from now on."""
        if post in self.gone:
            return False
        if gone:
            self.gone.add(post)
            return False
        if text is not None and self.holders.get(text, set()) - {post}:
            return True
        self._hold(post, text)
        return False

    def _hold(self, post: str, text: Text | None) -> None:
        before = self.held.get(post)
        if before is not None:
            self.holders[before].discard(post)
        self.held[post] = text
        if text is not None:
            self.holders.setdefault(text, set()).add(post)


def repeated(posts: pl.DataFrame, stored: pl.DataFrame) -> pl.Series:
    """Return the `_row` of each post that repeats the text of another, stored or before it."""
    holders = Holders(stored.select("post_id", "community", "norm_hash", "gone").iter_rows())
    rows = posts.sort(ROW).select(ROW, "post_id", "community", "norm_hash", "status")
    found = [
        row
        for row, post, community, norm, status in rows.iter_rows()
        if holders.repeats(
            post, (community, norm) if norm is not None else None, gone=status == "deleted"
        )
    ]
    return pl.Series(ROW, found, dtype=pl.Int64)
