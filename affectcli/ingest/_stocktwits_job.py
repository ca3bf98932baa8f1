"""Messages to posts: symbols as Stocktwits lists them, and the sentiment that authors declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from affectcli.ingest._intake import Prepared
from affectcli.ingest._posts import Posts
from affectcli.ingest._rows import ROW
from affectcli.ingest._stocktwits import SENTIMENTS

if TYPE_CHECKING:
    from affectcli.ingest._authors import Key
    from affectcli.ingest._columns import Columns
    from affectcli.ingest._notes import Notes
    from affectcli.ingest._posts import Rule
    from affectcli.store import Connection


class Stocktwits(Posts):
    """The job of bringing messages in, each with what its author declared."""

    columns: Columns

    def __init__(
        self, columns: Columns, rule: Rule, *, key: Key, run_id: str, notes: Notes | None = None
    ) -> None:
        super().__init__(columns, rule, where=None, key=key, run_id=run_id)
        self.notes = notes

    def prepare(self, frame: pl.DataFrame) -> Prepared:
        """Return the messages as posts, with `declared`, and by which rule others were refused."""
        listed = pl.col("listed").str.to_uppercase().str.replace_all(r"[\[\]'\"$\s]", "")
        extra = frame.select(
            ROW, listed=self.columns.text("symbols"), said=self.columns.text("sentiment")
        ).select(
            ROW,
            listed.str.split(",").list.drop_nulls().alias("listed"),
            declared=pl.col("said")
            .str.strip_chars()
            .str.to_lowercase()
            .replace_strict(SENTIMENTS, default=None, return_dtype=pl.String),
        )
        extra = extra.with_columns(
            pl.col("listed").list.eval(pl.element().filter(pl.element() != ""))
        )
        frame = self._placed(frame, extra)
        prepared = super().prepare(frame)
        joined = prepared.frame.join(extra, on=ROW, how="left", maintain_order="left")
        named = pl.concat_list("symbols", pl.col("listed").fill_null([])).list.unique().list.sort()
        return Prepared(joined.with_columns(symbols=named).drop("listed"), prepared.judged)

    def store(self, con: Connection, frame: pl.DataFrame, runs: set[str]) -> pl.DataFrame:
        """Merge messages, and what was declared with them; return (_row, outcome).

        A message about several symbols is stored once, in the community where it came first.
        """
        con.register(incoming=frame.select("post_id"))
        home = con.frame("ingest/select_home").select("post_id", home="community")
        frame = frame.join(home, on="post_id", how="left", maintain_order="left").with_columns(
            community=pl.coalesce("home", pl.col("community").first().over("post_id"))
        )
        outcomes = super().store(con, frame.drop("home", "declared"), runs)
        said = frame.select("post_id", sentiment="declared").drop_nulls()
        said = said.unique("post_id", keep="last", maintain_order=True)
        if len(said):
            con.register(said=said)
            con.execute("ingest/merge_declared", run_id=self.run_id)
        if self.notes is not None:
            self.notes.write(con, self.run_id)
        return outcomes

    def _placed(self, frame: pl.DataFrame, extra: pl.DataFrame) -> pl.DataFrame:
        """Fill in the community of the first symbol where nothing else says where a row is from."""
        column = self.columns.found.get("community", [])
        if self.rule.community is not None or not column:
            return frame
        first = pl.concat_str(pl.lit("stocktwits/"), extra["listed"].list.first())
        if column == self.columns.found["symbols"][:1]:
            return frame.with_columns(first.alias(column[0]))
        said = pl.col(column[0]).str.strip_chars().replace("", None)
        return frame.with_columns(pl.coalesce(said, first).alias(column[0]))
