"""Rows of text to rows of `post`: checked, cleaned, hashed, and merged into what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

import polars as pl

from affectcli import times
from affectcli.ingest import _language, _text
from affectcli.ingest._authors import hashed, seal
from affectcli.ingest._columns import matching
from affectcli.ingest._fold import DUPLICATE, fold
from affectcli.ingest._forget_marks import kept_out
from affectcli.ingest._intake import FILTERED, Prepared, judge
from affectcli.ingest._names import clean
from affectcli.ingest._repeats import refused
from affectcli.ingest._rows import ROW
from affectcli.ingest._symbols import symbols

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.ingest._authors import Key
    from affectcli.store import Connection

FIELDS = {
    "id": ("id", "post_id", "tweet_id", "message_id", "comment_id", "name"),
    "body": ("body", "text", "selftext", "content", "message", "tweet", "post"),
    "title": ("title",),
    "created": (
        *("created", "created_at", "created_utc", "timestamp", "datetime", "date", "time"),
        *("posted", "posted_at", "published", "published_at"),
    ),
    "author": ("author", "user", "username", "user_name", "user_hash", "user_id", "author_id"),
    "parent_id": ("parent", "parent_id", "in_reply_to", "in_reply_to_id"),
    "thread_id": ("thread", "thread_id", "link_id", "conversation_id"),
    "score": ("score", "ups", "likes", "favourites", "favorites", "like_count"),
    "replies": ("replies", "num_comments", "reply_count"),
    "lang": ("lang", "language"),
    "kind": ("kind",),
    "community": ("community",),
    "subreddit": ("subreddit",),
}
KINDS = {
    "submission": "submission",
    "post": "submission",
    "link": "submission",
    "thread": "submission",
    "t3": "submission",
    "comment": "comment",
    "reply": "comment",
    "t1": "comment",
    "message": "message",
    "tweet": "message",
}
CONTENT = ("text_hash", "community", "created", "author", "kind")
OTHER = ("parent_id", "thread_id", "lang", "score", "replies", "symbols", "status")
SAID = ("text_hash", "symbols")
WRITES = {
    "ingest/insert_post": pl.col("_stored").is_null(),
    "ingest/update_post": pl.col("_stored") & ~pl.col("_same"),
    "ingest/update_post_facts": pl.col("_stored") & pl.col("_same"),
}
"""How posts are written: new ones, those that say something else, those with another score."""
LIVE, EDITED, DELETED = "live", "edited", "deleted"


class Fields(Protocol):
    """Where the fields of a post are in the rows of an input."""

    def __contains__(self, field: str) -> bool:
        """Say whether the input has the field."""
        ...

    def wanted(self, where: pl.Expr | None) -> list[str]:
        """Return the columns to read, also for the condition `where`."""
        ...

    def text(self, field: str) -> pl.Expr:
        """Return the text of a field, null where there is none; `edited` is one of Reddit's."""
        ...


@dataclass(frozen=True)
class Rule:
    """What a user asked of the posts of one input."""

    source: str
    community: str | None
    kind: str
    where: str | None
    since: datetime | None
    until: datetime | None
    no_repeats: bool
    tickers: Sequence[str]


class Posts:
    """The job of bringing posts in."""

    table, noun, time = "post", "posts", "created"

    def __init__(
        self, columns: Fields, rule: Rule, *, where: pl.Expr | None, key: Key, run_id: str
    ) -> None:
        self.columns, self.rule, self.where = columns, rule, where
        self.key, self.run_id = key, run_id
        self.wanted = columns.wanted(where)

    def prepare(self, frame: pl.DataFrame) -> Prepared:
        """Return the rows as posts, and by which rule others were refused."""
        frame = matching(frame, self.where, self.rule.where)
        frame = frame.select(ROW, *(self.columns.text(field) for field in (*FIELDS, "edited")))
        frame = (
            frame.with_columns(
                times.parse(frame["created"]).alias("created"),
                pl.col("title", "body").fill_null(""),
            )
            .with_columns(
                *self._said(),
                gone=_text.is_deleted("body") | _text.is_deleted("title"),
                text=_text.joined(),
            )
            .drop("subreddit")
        )
        checked = judge(frame, self._rules())
        return Prepared(self._finished(checked.frame), checked.judged)

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Merge posts into what is stored; return (_row, outcome)."""
        if frame["author"].null_count() < len(frame):
            seal(con, self.key)
        con.register(incoming=frame.select(ROW, "post_id", "community", "norm_hash", "author"))
        outcomes = [kept_out(con)]
        frame = frame.join(outcomes[0], on=ROW, how="anti", maintain_order="left")
        stored = con.frame("ingest/select_post").with_columns(
            _mine=pl.col("run_id").is_in(list(runs)), gone=pl.col("status") == DELETED
        )
        met = con.frame("ingest/select_holder") if self.rule.no_repeats else stored
        stored = stored.drop("run_id", "gone")
        outcomes.append(refused(frame, met, no_repeats=self.rule.no_repeats))
        frame = frame.join(outcomes[1], on=ROW, how="anti", maintain_order="left")
        alive = _while_alive(frame, stored)
        late = frame.join(alive, on=ROW, how="anti")
        outcomes.append(late.select(ROW, outcome=pl.lit(DUPLICATE)))
        folded = fold(alive, stored, key=["post_id"], content=CONTENT, other=OTHER)
        outcomes.append(folded.outcomes)
        batch = folded.final.with_columns(
            status=pl.when((pl.col("status") == LIVE) & pl.col("_edited"))
            .then(pl.lit(EDITED))
            .otherwise("status")
        )
        known = stored.select(
            "post_id",
            *(pl.col(name).alias(f"_{name}") for name in SAID),
            _stored=pl.lit(value=True),
        )
        batch = batch.join(known, on="post_id", how="left", maintain_order="left").with_columns(
            _same=pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"_{name}")) for name in SAID)
        )
        for statement, which in WRITES.items():
            part = batch.filter(which)
            if len(part):
                con.register(batch=part.select(pl.exclude("^_.*$")))
                con.execute(statement, ingested=times.now(), run_id=self.run_id)
        return pl.concat(outcomes)

    def _said(self) -> list[pl.Expr]:
        """Return what a column says where there is one, and what an option says elsewhere.

        A subreddit is Reddit's name of a place: what the user calls it comes before.
        """
        option = pl.lit(self.rule.community, pl.String)
        reddit = pl.concat_str(
            pl.lit("reddit/"), clean(pl.col("subreddit").str.replace(r"^/?r/", ""))
        )
        kind = pl.col("kind").str.strip_chars().str.to_lowercase().replace("", None)
        known = kind.replace_strict(KINDS, default="?", return_dtype=pl.String)
        return [
            pl.coalesce(clean(pl.col("community")), option, reddit).alias("community"),
            pl.when(kind.is_null()).then(pl.lit(self.rule.kind)).otherwise(known).alias("kind"),
            *(_whole(name) for name in ("score", "replies")),
            *(pl.col(name).str.strip_chars().replace("", None) for name in ("id", "author")),
            *(self._reference(name) for name in ("parent_id", "thread_id")),
        ]

    def _reference(self, name: str) -> pl.Expr:
        other = pl.col(name).str.strip_chars().replace("", None)
        return pl.concat_str(pl.lit(f"{self.rule.source}:"), other).alias(name)

    def _rules(self) -> dict[str, pl.Expr]:
        created = pl.col("created")
        return {
            "no_id": pl.col("id").is_null() & pl.lit("id" in self.columns),
            "bad_date": created.is_null(),
            "ancient_date": created < times.EARLIEST,
            "future_date": created > times.now() + times.DAY,
            FILTERED: ~times.within("created", self.rule.since, self.rule.until),
            "bad_kind": pl.col("kind") == "?",
            "no_community": pl.col("community").is_null(),
            "empty_text": (pl.col("text") == "") & ~pl.col("gone"),
        }

    def _finished(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Add what is worked out from the text: language, symbols, hashes; for good rows only."""
        gone, source = pl.col("gone"), self.rule.source
        lang = _language.given(pl.col("lang"))
        if "lang" not in self.columns:
            lang = pl.lit(_language.guess(frame["text"]))
        return frame.with_columns(
            lang=lang,
            source=pl.lit(source),
            post_id=pl.concat_str(pl.lit(f"{source}:"), _id(frame)),
            author=hashed(frame["author"], source=source, key=self.key.value),
            symbols=symbols(pl.col("text"), self.rule.tickers),
            status=pl.when(gone)
            .then(pl.lit(DELETED))
            .when(pl.col("edited").is_not_null())
            .then(pl.lit(EDITED))
            .otherwise(pl.lit(LIVE)),
            text_hash=pl.when(~gone).then(_text.hashes(frame["text"])),
            norm_hash=pl.when(~gone).then(
                _text.hashes(frame.select(_text.bare(pl.col("text"))).to_series())
            ),
            **{
                name: pl.when(_text.is_deleted(name)).then(pl.lit("")).otherwise(name)
                for name in ("title", "body")
            },
        ).drop("gone", "text", "id", "edited")


def _whole(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.Float64, strict=False).round().cast(pl.Int64, strict=False)


def _id(frame: pl.DataFrame) -> pl.Series:
    """Return the id of each row; where the input has none, a hash of what the row says."""
    if frame["id"].null_count() < len(frame):
        return frame["id"]
    said = frame.select("community", "author", pl.col("created").cast(pl.String), "title", "body")
    return pl.Series(
        "id", [blake2b(repr(row).encode(), digest_size=12).hexdigest() for row in said.iter_rows()]
    )


def _while_alive(posts: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that come before their post is known to be deleted.

    A deleted post stays deleted, with the text that was stored of it. A deletion changes nothing
    but the status, and a live version never changes the status: both leave the rest null.
    """
    often = posts["post_id"].is_duplicated()
    before = stored.select("post_id", _before="status")
    once = posts.filter(~often).join(before, on="post_id", how="left", maintain_order="left")
    alive = once.filter(pl.col("_before").ne_missing(DELETED)).with_columns(
        _known=pl.col("_before").is_not_null()
    )
    alive = alive.drop("_before")
    if often.any():
        alive = pl.concat([alive, _in_order(posts.filter(often), stored)]).sort(ROW)
    dying = pl.col("_known") & (pl.col("status") == DELETED)
    kept = {"post_id", "source", "status", ROW}
    alive = alive.with_columns(
        *(
            pl.when(~dying).then(name).alias(name)
            for name in alive.columns
            if name not in kept and name != "_known"
        ),
        status=pl.when(dying | ~pl.col("_known")).then("status"),
    )
    return alive.drop("_known")


def _in_order(posts: pl.DataFrame, stored: pl.DataFrame) -> pl.DataFrame:
    """Return the rows before a deletion among several rows of a post, and which are `_known`."""
    known = stored.select("post_id", "status").with_columns(pl.lit(0, pl.Int64).alias(ROW))
    known = known.join(posts, on="post_id", how="semi")
    order = pl.concat([known, posts.select("post_id", "status", ROW)]).sort("post_id", ROW)
    gone = (pl.col("status") == DELETED).cast(pl.UInt8)
    order = order.with_columns(
        _late=gone.cum_max().shift(1, fill_value=0).over("post_id") > 0,
        _known=pl.int_range(pl.len()).over("post_id") > 0,
    )
    return posts.join(
        order.filter((pl.col(ROW) > 0) & ~pl.col("_late")).select(ROW, "_known"),
        on=ROW,
        how="inner",
        maintain_order="left",
    )
