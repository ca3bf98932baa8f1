"""Posts and comments of subreddits through Reddit's API (PRAW); wants credentials.

A crawl is committed page by page and goes on where it stopped. The ledger knows which times of
which subreddit are covered: a later crawl reads what is new, looks again at posts younger than
`--lag` for edits, votes and deletions, and says which hours Reddit no longer shows.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from affectcli.errors import RemoteError, UsageError
from affectcli.ingest import _crawl_ask as ask
from affectcli.ingest._crawl_line import progress_line
from affectcli.ingest._crawl_spans import Span, gaps, moment
from affectcli.ingest._crawl_store import (
    COMMENT,
    END,
    SUBMISSION,
    Community,
    Window,
    covered,
    job,
)
from affectcli.ingest._crawl_words import Missing, account
from affectcli.ingest._http import Patience
from affectcli.ingest._reddit_api import Reddit, RefusedError
from affectcli.ingest._reddit_look import look_again
from affectcli.ingest._reddit_trees import read_trees
from affectcli.ingest._reddit_walk import Listing, Trip, Walk
from affectcli.ingest._reddit_wire import Wire
from affectcli.log import logger
from affectcli.store import Outcome

if TYPE_CHECKING:
    from affectcli.store import Context

LISTINGS = ("new", "hot", "top", "rising")
FULL = 500  # posts: a shorter listing that ends shows all there is
LAG = "48h"
OPEN = Window()


@dataclass(frozen=True)
class Asked:
    """What to crawl."""

    subs: tuple[str, ...]
    listing: str = "new"
    query: str | None = None
    comments: bool = False
    window: Window = OPEN
    limit: int | None = None
    lag: timedelta = timedelta(hours=48)
    tickers: tuple[str, ...] = ()
    resume: str = "the same command again"


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    sub: tuple[str, ...] = (),
    listing: str = "new",
    query: str | None = None,
    comments: bool = False,
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    lag: str = LAG,
    ticker: tuple[str, ...] = (),
) -> Outcome:
    """Store what is new in subreddits.

    `limit` is the most submissions that are read of each.

    Raises:
        UsageError: an option is wrong.
        ConfigError: credentials are missing or not accepted.
        RemoteError: subreddits were refused; the others are stored.
        BudgetError: Reddit asks to wait longer than a run may; the same command goes on.
        Interrupted: the user asked to stop; the same command goes on.
    """
    if listing not in LISTINGS:
        raise UsageError(f"--listing {listing!r} is none of {', '.join(LISTINGS)}.")
    if query is not None and listing != "new":
        raise UsageError("A search has no listing: it is read from the newest match on.")
    said = {
        "sub": sub,
        "listing": listing if listing != "new" else None,
        "query": query,
        "comments": comments,
        "since": since,
        "until": until,
        "limit": limit,
        "lag": lag if lag != LAG else None,
        "ticker": ticker,
    }
    asked = Asked(
        subs=tuple(ask.names(sub)),
        listing=listing,
        query=query,
        comments=comments,
        window=ask.window(since, until),
        limit=limit,
        lag=ask.lag(lag),
        tickers=ticker,
        resume=ask.command("reddit", said),
    )
    return crawl(ctx, asked, Patience(ctx.settings.ingest.patience))


def crawl(ctx: Context, asked: Asked, patience: Patience, *, wire: Wire | None = None) -> Outcome:
    """Crawl with a patience and a wire of one's own; else as `run`."""
    patience.resume = asked.resume
    with closing(wire or Wire(patience.clock)) as open_wire, progress_line() as line:
        patience.watch = line.wait
        api, now = Reddit(patience, open_wire), patience.clock()
        trip = Trip(api, line, asked.window, asked.lag, moment(now), int(now), asked.resume)
        homes, refused, missing = _subs(ctx, trip, asked)
    for each in missing:
        logger.warning("%s", each)
    rows, total = account(homes, noun=SUBMISSION)
    message = f"{total.sentence('posts')} {open_wire.requests:,} requests."
    if refused:
        raise ask.refused(refused, asked.subs, message)
    rows[0]["requests"] = open_wire.requests
    return Outcome(rows, total.read, total.added + total.updated, message)


def _subs(
    ctx: Context, trip: Trip, asked: Asked
) -> tuple[list[Community], dict[str, str], list[Missing]]:
    """Crawl one subreddit after the other; one that is refused does not stop the others."""
    posts = job(ctx, asked.window, asked.tickers)
    homes, refused, missing = [], {}, []
    for name in asked.subs:
        homes.append(Community(ctx, posts, name))
        try:
            missing += _community(trip, homes[-1], asked)
        except RemoteError as error:
            if not trip.api.wire.answered:
                raise
            refused[name] = error.why if isinstance(error, RefusedError) else error.what
    return homes, refused, missing


def _community(trip: Trip, home: Community, asked: Asked) -> list[Missing]:
    """Bring one subreddit up to date; return which of its times Reddit no longer shows."""
    listing = _listing(home.name, asked)
    dated = listing.kind == "new"
    walk = Walk(trip, home.shelf(SUBMISSION if dated else listing.path), listing)
    walk.go()
    if asked.comments:
        read_trees(trip, home, None if dated else walk.shelf.seen)
    if dated and trip.lag:
        look_again(trip, home, SUBMISSION)
        if asked.comments:
            look_again(trip, home, COMMENT)
    return _missing(walk, home, asked) if dated else []


def _listing(name: str, asked: Asked) -> Listing:
    if asked.query is not None:
        params = {"q": asked.query, "restrict_sr": "on", "sort": "new", "include_over_18": "on"}
        return Listing("search", f"r/{name}/search", params, asked.limit)
    params = {"t": "all"} if asked.listing == "top" else {}
    return Listing(asked.listing, f"r/{name}/{asked.listing}", params, asked.limit)


def _missing(walk: Walk, home: Community, asked: Asked) -> list[Missing]:
    """Return the times that lie below a listing's end and above what is covered, or asked for."""
    entries = walk.shelf.entries()
    spans = covered(entries)
    if not spans:
        return []
    ends = {e.span.low for e in entries if e.span and e.mark.cursor == END}
    low = spans[0].low
    if walk.ended and walk.shelf.counts.read >= FULL and asked.window.since is not None:
        low = min(low, asked.window.since)
    found = [gap for gap in gaps(spans, Span(low, spans[-1].high)) if gap.high in ends]
    return [
        Missing(home.name, gap, asked.comments)
        for gap in found
        if not home.frame("ingest/count_crawl_gap", low=gap.low, high=gap.high)["posts"][0]
    ]
