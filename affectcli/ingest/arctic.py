"""Posts and comments of subreddits from Arctic Shift's archive, back to 2005; no credentials.

Wants a time window. What the ledger says is covered, by this archive or by Reddit's own listings,
is not read again; an interrupted reading goes on where it stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from affectcli.errors import RemoteError, UsageError
from affectcli.ingest import _crawl_ask as ask
from affectcli.ingest._arctic_api import Archive
from affectcli.ingest._arctic_walk import Trip, fill
from affectcli.ingest._crawl_line import progress_line
from affectcli.ingest._crawl_spans import Span, moment
from affectcli.ingest._crawl_store import COMMENT, SUBMISSION, Community, Window, job
from affectcli.ingest._crawl_words import account
from affectcli.ingest._http import Client, Patience
from affectcli.store import Outcome

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.store import Context

KINDS = {SUBMISSION: "posts", COMMENT: "comments"}


@dataclass(frozen=True)
class Asked:
    """What to read."""

    subs: tuple[str, ...]
    window: Window
    comments: bool = False
    tickers: tuple[str, ...] = ()
    resume: str = "the same command again"


def run(
    ctx: Context,
    *,
    sub: tuple[str, ...] = (),
    since: str | None = None,
    until: str | None = None,
    comments: bool = False,
    ticker: tuple[str, ...] = (),
) -> Outcome:
    """Store what the archive has of subreddits between two times.

    Raises:
        UsageError: an option is wrong.
        RemoteError: the archive refused, or cannot be reached.
        BudgetError: it asks to wait longer than a run may; the same command goes on.
        Interrupted: the user asked to stop; the same command goes on.
    """
    said = {"sub": sub, "since": since, "until": until, "comments": comments, "ticker": ticker}
    window = ask.window(since, until)
    asked = Asked(
        subs=tuple(ask.names(sub)),
        window=window,
        comments=comments,
        tickers=ticker,
        resume=ask.command("arctic", said),
    )
    if window.since is None:
        raise UsageError(
            "Nothing says from when on to read.",
            known="The archive goes back to 2005, and gives 100 things a request.",
            do=ask.command("arctic", {**said, "since": "2024-01-01"}),
        )
    with Client(Patience(ctx.settings.ingest.patience)) as client:
        return crawl(ctx, asked, client)


def crawl(ctx: Context, asked: Asked, client: Client) -> Outcome:
    """Read with a client of one's own; else as `run`."""
    client.patience.resume = asked.resume
    now = moment(client.patience.clock())
    window = _window(asked.window, now)
    posts = job(ctx, asked.window, asked.tickers)
    homes: list[Community] = []
    refused: dict[str, str] = {}
    with progress_line() as line:
        client.patience.watch = line.wait
        started = int(client.patience.clock())
        trip = Trip(Archive(client), line, window, now, started, asked.resume)
        for name in asked.subs:
            home = Community(ctx, posts, name, escaped=True)
            homes.append(home)
            try:
                for kind, what in KINDS.items():
                    if kind == SUBMISSION or asked.comments:
                        fill(trip, home.shelf(kind), name, what)
            except RemoteError as error:
                if not client.answered:
                    raise
                refused[name] = error.what
    rows, total = account(homes, noun=SUBMISSION)
    message = f"{total.sentence('posts')} {client.requests:,} requests."
    if refused:
        raise ask.refused(refused, asked.subs, message)
    rows[0]["requests"] = client.requests
    return Outcome(rows, total.read, total.added + total.updated, message)


def _window(asked: Window, now: datetime) -> Span:
    if asked.since is None or asked.since >= now:
        raise UsageError("--since lies ahead.", do="--since 7d")
    return Span(asked.since, min(asked.until or now, now))
