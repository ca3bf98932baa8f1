"""What is remembered of a remote source between runs: written only after the rows it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

if TYPE_CHECKING:
    from datetime import datetime

    from affectcli.store import Connection, Context


class Notes:
    """The marks of one input: name to JSON value.

    A mark made by a run with `--since` says nothing about what came before that; it is unknown to
    a run that asks for more. With `lasting` False (a run that stops early) nothing is written.
    """

    def __init__(
        self,
        ctx: Context,
        *,
        source: str,
        input: str,  # noqa: A002  # the column's name
        since: datetime | None = None,
        lasting: bool = True,
    ) -> None:
        self.source, self.input, self.lasting = source, input, lasting
        self.since = since.isoformat() if since else ""
        self.known: dict[str, Any] = {}
        self.fresh: dict[str, Any] = {}
        if ctx.db.exists:
            with ctx.db.read() as con:
                stored = con.frame("ingest/select_mark", source=source, input=input)
            for name, text in stored.iter_rows():
                value = orjson.loads(text)
                if value["since"] <= self.since:
                    self.known[name] = value["is"]

    def get(self, name: str) -> Any:  # noqa: ANN401  # any JSON
        """Return what is remembered under a name, None if nothing is."""
        return self.known.get(name)

    def put(self, name: str, value: object) -> None:
        """Remember a value with the next rows that are stored."""
        self.known[name] = self.fresh[name] = value

    def write(self, con: Connection, run_id: str) -> None:
        """Write what is new, in the transaction that stores the rows before it."""
        if not (self.fresh and self.lasting):
            return
        values = [
            orjson.dumps({"is": v, "since": self.since}).decode() for v in self.fresh.values()
        ]
        con.register(marks=pl.DataFrame({"name": list(self.fresh), "value": values}))
        con.execute("ingest/merge_mark", source=self.source, input=self.input, run_id=run_id)
        self.fresh = {}
