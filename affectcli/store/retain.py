"""Removes posts, or only their words, that were written before a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.store.database import Database


def remove_text(db: Database, before: datetime) -> dict[str, int]:
    """Take the words out of posts written before a moment, and out of causes that quote them."""
    with db.write() as con:
        counts = {
            "texts": con.execute("retain/update_text", before=before),
            "quoted spans": con.execute("retain/update_spans"),
        }
        if any(counts.values()):
            con.touch("post")
            con.touch("cause")
    return counts


def remove_posts(db: Database, before: datetime) -> dict[str, int]:
    """Remove posts from before the week of a moment: tags, causes, buckets of the series too."""
    with db.write() as con:
        week = con.scalar("retain/select_first_week", before=before)
        counts = {
            "posts": con.execute("retain/delete_posts", before=week),
            "scores": con.execute("retain/delete_scores"),
            "causes": con.execute("retain/delete_causes"),
            "declared": con.execute("retain/delete_declared"),
            "values of series": con.execute("retain/delete_prevalence", before=week),
        }
        if any(counts.values()):
            for table in ("post", "score", "cause", "prevalence"):
                con.touch(table)
    return counts
