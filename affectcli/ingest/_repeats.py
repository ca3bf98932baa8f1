"""Finds posts whose id belongs to another community, or whose text another post of theirs has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.ingest._rows import ROW

if TYPE_CHECKING:
    from collections.abc import Iterable

REPEATED, ELSEWHERE = "repeated_text", "other_community"
Text = tuple[str, int]
"""A community and the hash of a normalised text."""


class Holders:
    """Which posts hold which text in which community, and what each row in turn makes of it.

    Rows are looked at one by one, so that the verdict on a row is the same in whichever batch it
    falls and on whichever reading: a post stays in the community where it was stored first, and
    never repeats itself.
    """

    def __init__(
        self, stored: Iterable[tuple[str, str, int | None, bool]], *, no_repeats: bool
    ) -> None:
        self.no_repeats = no_repeats
        self.holders: dict[Text, set[str]] = {}
        self.held: dict[str, Text | None] = {}
        self.home: dict[str, str] = {}
        self.gone: set[str] = set()
        for post, community, norm, gone in stored:
            self.home[post] = community
            self._hold(post, (community, norm) if norm is not None else None)
            if gone:
                self.gone.add(post)

    def refuse(self, post: str, community: str, norm: int | None, *, gone: bool) -> str | None:
        """Return the rule that refuses a row, None for one that is stored from now on."""
        if self.home.get(post, community) != community:
            return ELSEWHERE
        text = (community, norm) if norm is not None else None
        if self.no_repeats and self._repeats(post, text, gone=gone):
            return REPEATED
        self.home[post] = community
        return None

    def _repeats(self, post: str, text: Text | None, *, gone: bool) -> bool:
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


def refused(posts: pl.DataFrame, stored: pl.DataFrame, *, no_repeats: bool) -> pl.DataFrame:
    """Return (_row, outcome) of each post that may not be stored.

    `stored` has the post_id, community, norm_hash and gone of every post that `posts` may meet.
    """
    if not no_repeats:
        return _elsewhere(posts, stored)
    known = stored.select("post_id", "community", "norm_hash", "gone").iter_rows()
    holders = Holders(known, no_repeats=no_repeats)
    rows = posts.sort(ROW).select(ROW, "post_id", "community", "norm_hash", "status")
    found = [
        (row, holders.refuse(post, community, norm, gone=status == "deleted"))
        for row, post, community, norm, status in rows.iter_rows()
    ]
    schema = {ROW: pl.Int64, "outcome": pl.String}
    return pl.DataFrame(found, schema=schema, orient="row").drop_nulls("outcome")


def _elsewhere(posts: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose post is stored, or stood in an earlier row, for another community."""
    rows = posts.select(ROW, "post_id", "community").sort(ROW)
    home = stored.select("post_id", _home="community")
    rows = rows.join(home, on="post_id", how="left", maintain_order="left")
    if rows["post_id"].n_unique() < len(rows):
        first = pl.col("community").first().over("post_id")
        rows = rows.with_columns(_home=pl.coalesce("_home", first))
    away = pl.col("community") != pl.col("_home")
    return rows.filter(away).select(ROW, outcome=pl.lit(ELSEWHERE))
