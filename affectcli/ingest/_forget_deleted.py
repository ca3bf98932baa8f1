"""Finds stored Reddit posts that are gone at Reddit, 100 ids a request, and removes them.

Where the last run came to is remembered, so that a database larger than the patience of one run
is checked by several. A batch of which Reddit knows nothing at all is left alone: that says more
about Reddit, or about a community that turned private, than about the posts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from affectcli import interrupt
from affectcli.ingest import _forget
from affectcli.ingest._http import Patience
from affectcli.ingest._notes import Notes
from affectcli.ingest._reddit_api import PAGE, Reddit
from affectcli.ingest._reddit_wire import Wire
from affectcli.ingest._text import DELETED
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.store import Context

SOURCE = "reddit"
RESUME = "affect forget --deleted"


def removed_at_reddit(ctx: Context) -> Iterator[dict[str, int]]:
    """Yield the counts of what was removed, a batch at a time, each in its own transaction.

    Raises:
        ConfigError: there are no credentials.
        RemoteError, BudgetError: Reddit refuses, or asks for too much patience.
        Interrupted: the user asked to stop.
    """
    reddit = Reddit(Patience(budget=ctx.settings.ingest.patience, resume=RESUME), Wire())
    notes = Notes(ctx, source=SOURCE, input="forget --deleted")
    after, asked, silent = str(notes.get("after") or ""), 0, 0
    while True:
        with ctx.db.read() as con:
            batch = con.frame("ingest/select_checkable", after=after, count=PAGE)[
                "post_id"
            ].to_list()
        if not batch:
            break
        things = reddit.info([post.partition(":")[2] for post in batch])
        gone = _gone(batch, things)
        silent += len(batch) if not things else 0
        asked, after = asked + len(batch), batch[-1]
        notes.put("after", after)
        with ctx.db.write() as con:
            counts = _forget.remove(con, gone, [], run_id=ctx.run_id)
            notes.write(con, ctx.run_id)
        yield counts
        interrupt.check(RESUME)
    notes.put("after", "")
    with ctx.db.write() as con:
        notes.write(con, ctx.run_id)
    logger.info("Reddit was asked about %s posts.", f"{asked:,}")
    if silent:
        logger.warning("About %s of them it said nothing; they were left as they are.", silent)


def _gone(batch: list[str], things: list[dict[str, Any]]) -> list[str]:
    """Return the posts that Reddit does not know any more, or of which the text is taken back."""
    if not things:
        return []
    there = {f"{SOURCE}:{thing.get('name')}": thing for thing in things}
    return [post for post in batch if post not in there or _taken_back(there[post])]


def _taken_back(thing: dict[str, Any]) -> bool:
    text = str(thing.get("selftext") or thing.get("body") or "").strip().lower()
    nobody = thing.get("author") in {None, "[deleted]"}
    return text in DELETED or (nobody and not text) or bool(thing.get("removed_by_category"))
