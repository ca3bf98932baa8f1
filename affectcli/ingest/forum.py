"""Posts of forums: Discourse, RSS and Atom, Stack Exchange dumps, Hacker News.

`--kind` says how a forum speaks. Each post knows its parent and its thread. Reading again asks
only for what is new; every row is counted: read = added + updated + duplicates + rejected +
filtered.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from affectcli import times
from affectcli.errors import UsageError
from affectcli.ingest._authors import author_key
from affectcli.ingest._columns import Columns
from affectcli.ingest._forum import Asked, Forum, Part
from affectcli.ingest._http import Client, Patience
from affectcli.ingest._intake import Input, take_in
from affectcli.ingest._names import named
from affectcli.ingest._posts import FIELDS, Rule
from affectcli.log import logger
from affectcli.store import Outcome

if TYPE_CHECKING:
    from affectcli.store import Context

KINDS = {
    "discourse": "_forum_discourse",
    "rss": "_forum_feed",
    "atom": "_forum_feed",
    "stackexchange": "_forum_stackexchange",
    "hackernews": "_forum_hackernews",
}


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    path: str,
    kind: str,
    community: str | None = None,
    query: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    ticker: tuple[str, ...] = (),
) -> Outcome:
    """Store the posts of a forum.

    Raises:
        UsageError: an option is wrong, or no community is named.
        InputError: what is there is not of that kind, damaged or missing.
        RemoteError: the forum refuses.
        BudgetError: the forum asks for more patience than a run has; progress is stored.
        ConfigError: the author key cannot be used.
    """
    if kind not in KINDS:
        raise UsageError(f"--kind {kind!r} is none of {', '.join(KINDS)}.")
    if query is not None and kind != "hackernews":
        raise UsageError("--query is for --kind hackernews.", known="Other kinds are read whole.")
    since_time, until_time = times.window(since, until)
    name = named("--community", community, do="forum/example")
    with Client(Patience(budget=ctx.settings.ingest.patience)) as client:
        asked = Asked(ctx, path.strip(), client, name, query, since_time, until_time, limit)
        return _read(asked, kind, ticker)


def _read(asked: Asked, kind: str, ticker: tuple[str, ...]) -> Outcome:
    module = importlib.import_module(f"affectcli.ingest.{KINDS[kind]}")
    whole = Outcome()
    for part in module.parts(asked):
        outcome = _take(asked, part, module.SOURCE, ticker)
        whole.rows += outcome.rows
        whole.rows_in += outcome.rows_in
        whole.rows_out += outcome.rows_out
        whole.message = f"{whole.message} {outcome.message}".strip()
        if part.warning:
            logger.warning("%s", part.warning)
    return whole


def _take(asked: Asked, part: Part, source: str, ticker: tuple[str, ...]) -> Outcome:
    """Store one part, and at its end what is remembered of it."""
    ctx = asked.ctx
    rule = Rule(
        source=source,
        community=part.community,
        kind="message",
        where=None,
        since=asked.since,
        until=asked.until,
        no_repeats=False,
        tickers=tuple(sorted({*ctx.settings.ingest.tickers, *ticker})),
    )
    key = author_key(ctx)
    columns = Columns(part.rows, FIELDS, None)
    job = Forum(columns, rule, key=key, run_id=ctx.run_id, notes=part.notes)
    options = {"rule": rule, "limit": asked.limit, "key": key.value}
    outcome = take_in(ctx, part.rows, job, Input(source, part.path, options, asked.limit))
    if part.notes is not None and part.notes.fresh:
        with ctx.db.write() as con:
            part.notes.write(con, ctx.run_id)
    if part.notes is not None and not outcome.rows_in:
        outcome.message = f"{part.rows.source.name} has nothing new."
    return outcome
