"""What `affect explain` is asked about: labels, a post, the posts behind a signal."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli.errors import AnalysisError, ConfigError, UsageError
from affectcli.tag import _explain_model
from affectcli.tag._explain_lexicon import Corpus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.parts import Label, Scheme
    from affectcli.settings import Settings
    from affectcli.store import Connection, Context

PLAIN = ("goemotions28", "markers", "affect")
"""Schemes whose labels are measures by their own name (sql/schema/define_current_label)."""
CARE = ("markers", "suicidality5", "cams6", "sad9", "dsm5")
STATUS = "status"


class Asked(NamedTuple):
    """The tagger to explain, and where its gradients are computed."""

    tagger: str
    device: str


class Measure(NamedTuple):
    """One label of a tagger under the name that signals give it."""

    name: str
    scheme: Scheme
    position: int
    """Of the label in its scheme, from 0."""

    @property
    def label(self) -> Label:
        """What the tagger knows about the label."""
        return self.scheme.labels[self.position]

    @property
    def care(self) -> str:
        """Return what must stand beside a marker of mental health."""
        return " Not a diagnosis." if self.scheme.name in CARE else ""


def measures(spec: str) -> dict[str, Measure]:
    """Return the labels of a tagger that have gradients, by the name of their measure.

    Raises:
        UsageError: it is no transformer.
        ModelError: its files are missing or damaged.
    """
    schemes = [s for s in _explain_model.describe(spec).schemes if s.name != STATUS]
    found = [
        Measure(label.name if scheme.name in PLAIN else f"{scheme.name}.{label.name}", scheme, at)
        for scheme in schemes
        for at, label in enumerate(scheme.labels)
    ]
    return {measure.name: measure for measure in found}


def chosen(spec: str, names: Sequence[str]) -> list[Measure]:
    """Return the labels of those names.

    Raises:
        UsageError: the tagger has none of one name; the message tells the nearest.
    """
    known = measures(spec)
    for name in names:
        if name == STATUS or name.startswith(f"{STATUS}."):
            raise UsageError("A text's status comes from rules, not from a model: docs/status.md.")
        if name not in known:
            raise UsageError(f"{spec} has no label {name!r}.", known=_nearest(name, list(known)))
    return [known[name] for name in dict.fromkeys(names)]


def permitted(settings: Settings) -> str:
    """Return the reason for which single posts may be looked at.

    Raises:
        ConfigError: none is written.
    """
    reason = settings.report.individual_reason.strip()
    if not reason:
        raise ConfigError(
            "Explaining one post shows what one person wrote; the settings must hold the reason.",
            known="affect explain --signal COMMUNITY:LABEL explains many posts and needs none.",
            do='individual_reason = "WHY" under [report] in affect.toml',
        )
    return reason


def text(con: Connection, post_id: str) -> str:
    """Return the text of one post.

    Raises:
        UsageError: there is no such post, the message tells the nearest; or it was deleted.
        AnalysisError: it has no text.
    """
    found = con.frame("tag/select_explain_post", post_id=post_id)
    if found.is_empty():
        near = con.frame("tag/select_explain_nearest", post_id=post_id)["post_id"].to_list()
        known = f"Nearest: {', '.join(near)}." if near else "There are no posts: affect ingest."
        raise UsageError(f"There is no post {post_id!r}.", known=known)
    post = found.row(0, named=True)
    if post["status"] == "deleted":
        raise UsageError(f"{post_id} was deleted by its author or a moderator.")
    if not post["text"].strip():
        raise AnalysisError(f"{post_id} has no text.")
    return str(post["text"])


def place(con: Connection, signal: str) -> tuple[str, str]:
    """Return community and measure of `reddit/X:fear`.

    Raises:
        UsageError: it is no signal of a community here; the message tells the nearest.
    """
    community, _, measure = signal.rpartition(":")
    known: list[str] = con.frame("tag/select_explain_communities")["community"].to_list()
    if community in known:
        return community, measure
    what = f"There is no community {community!r}" if community else f"{signal!r} is no signal"
    do = "affect explain --signal COMMUNITY:LABEL"
    raise UsageError(f"{what}.", known=_nearest(community or signal, known), do=do)


def corpus(
    ctx: Context,
    community: str,
    measure: Measure,
    *,
    tagger: str,
    window: tuple[datetime | None, datetime | None],
) -> Corpus:
    """Return the distinct texts of a community that the tagger has read, and what it says of each.

    Raises:
        AnalysisError: there is none.
        UsageError: the label is a scale and decides nothing.
    """
    if measure.scheme.kind == "scale":
        raise UsageError(
            f"{measure.name} is a number that every post has: no posts carry it.",
            do="affect explain --signal with a label, or affect explain POST --label",
        )
    since, until = window
    with ctx.db.read() as con:
        posts = con.frame("tag/select_explain_posts", community=community, since=since, until=until)
        if posts.is_empty():
            raise AnalysisError(f"{community} has no post with text between --since and --until.")
        con.register(
            asked_post=posts.select("post_id"),
            asked_measure=pl.DataFrame({"measure": [measure.name]}),
        )
        said = con.frame("aggregate/select_decisions", tagger=tagger, community=community)
        if said.is_empty():
            raise AnalysisError(
                f"No post of {community} is tagged by {tagger} with {measure.name}.",
                do=f"affect tag --tagger {tagger}",
            )
        read = said.join(posts, on="post_id").sort("post_id")
        first = read.unique("text_hash", keep="first").sort("text_hash").with_row_index("text")
        con.register(asked_post=first.select("post_id"))
        texts = con.frame("aggregate/select_texts")
    words = first.join(texts, on="post_id", how="left", maintain_order="left")["text_right"]
    authors = read.join(first.select("text_hash", "text"), on="text_hash").select("text", "author")
    return Corpus(
        first["text_hash"].to_numpy(),
        words.to_list(),
        first["p"].to_numpy().astype(np.float64),
        first["said"].to_numpy(),
        authors.unique(maintain_order=True).with_columns(pl.col("text").cast(pl.Int64)),
    )


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    return f"Nearest: {', '.join(close or known[:5])}." if known else "There are no posts yet."
