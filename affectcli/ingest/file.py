"""Posts from csv, jsonl or parquet, also .gz; `-` is stdin.

Columns are recognised by their usual names or named with `--map FIELD=COLUMN`. Reading a file
twice changes nothing; an interrupted reading goes on where it stopped. Every row is counted:
read = added + updated + duplicates + rejected + filtered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli import times
from affectcli.errors import UsageError
from affectcli.ingest._authors import Key, author_key
from affectcli.ingest._columns import Columns, condition
from affectcli.ingest._intake import Input, take_in
from affectcli.ingest._names import IDS, named
from affectcli.ingest._posts import FIELDS, Posts, Rule
from affectcli.ingest._rows import reading

if TYPE_CHECKING:
    from affectcli.store import Context, Outcome

KINDS = ("submission", "comment", "message")
ALSO = {"parent": "parent_id", "thread": "thread_id"}
"""Shorter names that `--map` takes for fields."""
PLACES = ("community", "subreddit")
"""Fields that say where a post was published."""


def run(  # noqa: PLR0913  # one parameter for each option of the command
    ctx: Context,
    *,
    path: str,
    community: str | None = None,
    source: str | None = None,
    map: dict[str, str] | None = None,  # noqa: A002  # the option's name
    where: str | None = None,
    no_repeats: bool = False,
    kind: str = "message",
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
    format: str | None = None,  # noqa: A002  # the option's name
    ticker: tuple[str, ...] = (),
) -> Outcome:
    """Store the posts of a file.

    Raises:
        UsageError: an option is wrong, or no community is named.
        InputError: the file is missing, empty, damaged, not UTF-8, or lacks a column.
        ConfigError: the author key cannot be used.
    """
    if kind not in KINDS:
        raise UsageError(f"--kind {kind!r} is none of {', '.join(KINDS)}.")
    since_time, until_time = times.window(since, until)
    community = named("--community", community, do="forum/example")
    rule = Rule(
        source=named("--source", source, do="mydata", colon=IDS) or "file",
        community=community,
        kind=kind,
        where=where,
        since=since_time,
        until=until_time,
        no_repeats=no_repeats,
        tickers=tuple(sorted({*ctx.settings.ingest.tickers, *ticker})),
    )
    where_holds = condition(where)
    given = {ALSO.get(field, field): column for field, column in (map or {}).items()}
    with reading(path, form=format) as rows:
        columns = Columns(rows, FIELDS, given)
        columns.require(("created",), ("title", "body"))
        if community is None and not any(place in columns for place in PLACES):
            raise UsageError(
                f"Nothing says where the posts of {rows.source.name} were published.",
                known=f"Columns: {', '.join(rows.columns)}.",
                do="--community forum/example, or --map community=COLUMN",
            )
        key = author_key(ctx) if "author" in columns else Key(b"", ctx.settings.key_file)
        job = Posts(columns, rule, where=where_holds, key=key, run_id=ctx.run_id)
        options = {"map": columns.found, "rule": rule, "limit": limit, "format": format}
        whole = options | {"key": key.value}
        outcome = take_in(ctx, rows, job, Input(rule.source, path, whole, limit))
    if "id" not in columns:
        outcome.message += " The file has no id column: equal rows count as one post."
    return outcome
