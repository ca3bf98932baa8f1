"""Removes posts for good: text, author, tags, causes, declared sentiment, and what counted them.

What stays of a post is a stub with status `deleted`: its id, community, thread and time. The stub
is what keeps the next reading of the same dump from storing the post again (a deleted post stays
deleted, whatever arrives later). What was not stored yet is kept out by marks: see `_forget_marks`.
Buckets of aggregates that counted the post are removed in the same transaction, and `affect
aggregate` builds them anew.
"""

from __future__ import annotations

import platform
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
import polars as pl

from affectcli import __version__, times
from affectcli.errors import AffectError, ExitCode, UsageError
from affectcli.ingest._authors import author_key, hashed, seal
from affectcli.ingest._forget_marks import remember
from affectcli.store import Context, Database, Outcome
from affectcli.store.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.settings import Settings
    from affectcli.store import Connection

TOUCHED = ("post", "score", "cause", "prevalence")
STATEMENTS = ("prevalence", "post_text", "score", "cause", "declared")
"""In this order: scores go when no live post has their text any more."""


@dataclass(frozen=True)
class Wish:
    """What is to be forgotten."""

    posts: Sequence[str] = ()
    authors: Sequence[str] = ()
    """`SOURCE:NAME`, as the source writes the name."""
    deleted: bool = False
    """Stored Reddit posts that are gone at Reddit."""


def execute(settings: Settings, wish: Wish, *, dry_run: bool = False) -> Outcome:
    """Forget, and record the run without any name.

    Raises:
        UsageError: nothing is named, or an author without a source.
        DatabaseError: there is no database.
        RemoteError, BudgetError, ConfigError: Reddit cannot be asked; what was found is removed.
    """
    db = Database(settings.db, wait=settings.wait, dry_run=dry_run)
    now = times.now()
    ctx = Context(db, settings, run_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}")
    with db.read():
        pass  # says that there is no database, before anything is written
    with db.write() as con:
        counts = {"posts": len(wish.posts), "authors": len(wish.authors), "deleted": wish.deleted}
        con.execute(
            "run/insert_run",
            run_id=ctx.run_id,
            command="forget",
            parameters=orjson.dumps(counts).decode(),
            state=None,
            versions=orjson.dumps(
                {"affect": __version__, "python": platform.python_version()}
            ).decode(),
            seed=settings.seed,
            started=now,
        )
    try:
        outcome = run(ctx, wish)
    except BaseException as error:
        code = error.code if isinstance(error, AffectError) else ExitCode.BUG
        _finish(ctx, "failed", code, Outcome(message=type(error).__name__))
        raise
    _finish(ctx, "done", ExitCode.OK, outcome)
    return outcome


def run(ctx: Context, wish: Wish) -> Outcome:
    """Forget; see `execute`. Returns one row with the counts of what was removed."""
    if not (wish.posts or wish.authors or wish.deleted):
        raise UsageError(
            "Nothing says what to forget.",
            do="affect forget reddit:t3_abc, --author reddit:NAME, or --deleted",
        )
    hashes = _hashes(ctx, wish.authors)
    key = author_key(ctx) if hashes else None
    total: dict[str, int] = dict.fromkeys(("posts", "known", *STATEMENTS), 0)
    unknown = 0
    if wish.posts or hashes:
        with ctx.db.write() as con:
            if key:
                seal(con, key)  # with another key the hashes would mean nobody
            found = remove(con, list(wish.posts), hashes, run_id=ctx.run_id)
        unknown = found.pop("unknown")
        _add(total, found)
    try:
        if wish.deleted:
            from affectcli.ingest._forget_deleted import removed_at_reddit

            for found in removed_at_reddit(ctx):
                _add(total, found)
    finally:
        if total["known"] and not ctx.db.dry_run:
            rewrite(ctx.db)  # till then what is deleted can be read in free pages of the file
    row = {
        "posts": total["posts"],
        "scores": total["score"],
        "causes": total["cause"],
        "declared": total["declared"],
        "buckets": total["prevalence"],
        "unknown": unknown,
    }
    return Outcome(
        [row], rows_in=total["posts"] + unknown, rows_out=total["posts"], message=_said(ctx, row)
    )


def remove(
    con: Connection, posts: Sequence[str], authors: Sequence[str], *, run_id: str
) -> dict[str, int]:
    """Remove posts by id and by author's hash within the caller's transaction; count by kind.

    `unknown` counts ids that are not stored; posts of which nothing was left count nowhere. Both
    ids that are not stored and authors are kept out from now on.
    """
    con.register(
        asked_post=pl.DataFrame({"post_id": list(posts)}, schema={"post_id": pl.String}),
        asked_author=pl.DataFrame({"author": list(authors)}, schema={"author": pl.String}),
    )
    found = con.frame("ingest/select_forgotten")
    unknown = set(posts) - set(found["post_id"])
    remember(con, posts=sorted(unknown), authors=authors, run_id=run_id)
    said = found.filter("said")
    counted = said.filter(pl.col("status") != "deleted")
    counts = {"posts": len(said), "known": len(found), "unknown": len(unknown)}
    for name in STATEMENTS:
        con.register(gone=counted if name == "prevalence" else said)
        counts[name] = (
            con.execute(f"ingest/delete_{name}", **_run(name, run_id)) if len(said) else 0
        )
    if any(counts[name] for name in STATEMENTS):
        for table in TOUCHED:
            con.touch(table)
    return counts


def _run(name: str, run_id: str) -> dict[str, str]:
    return {"run_id": run_id} if name == "post_text" else {}


def _hashes(ctx: Context, authors: Sequence[str]) -> list[str]:
    """Return the hashes under which the authors are stored.

    Raises:
        UsageError: a name has no source.
    """
    found: list[str] = []
    for author in authors:
        source, colon, name = author.partition(":")
        if not (colon and source.strip() and name.strip()):
            raise UsageError("--author wants the source and the name.", do="--author reddit:NAME")
        if source == "reddit":
            name = name.strip().removeprefix("/").removeprefix("u/")
        key = author_key(ctx).value
        found += [h for h in hashed(pl.Series([name]), source=source, key=key) if h is not None]
    return found


def _add(total: dict[str, int], found: dict[str, int]) -> None:
    for name, count in found.items():
        if name in total:
            total[name] += count


def _said(ctx: Context, row: dict[str, int]) -> str:
    would = "Would forget" if ctx.db.dry_run else "Forgot"
    parts = ", ".join(f"{row[name]:,} {name}" for name in ("scores", "causes") if row[name])
    words = f"{would} {row['posts']:,} posts{' with ' + parts if parts else ''}."
    if row["unknown"]:
        words += f" {row['unknown']:,} ids are not stored; they stay out."
    if row["buckets"]:
        words += f" {row['buckets']:,} aggregated values counted them: affect aggregate"
    return words


def _finish(ctx: Context, status: str, code: ExitCode, outcome: Outcome) -> None:
    with ctx.db.write() as con:
        con.execute(
            "run/finish_run",
            run_id=ctx.run_id,
            finished=times.now(),
            status=status,
            exit_code=int(code),
            rows_in=outcome.rows_in,
            rows_out=outcome.rows_out,
            message=outcome.message,
        )
