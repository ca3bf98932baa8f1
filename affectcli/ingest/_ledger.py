"""What of an input is stored already: one row a batch, committed together with its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from affectcli.store import Connection, Context

FORMAT = 2
"""Raise it when the same file would come out as other rows, so that it is read again."""
COUNTS = ("rows_read", "added", "updated", "duplicates", "rejected")
CHUNK = 1 << 20
DONE = -1


@dataclass
class Counts:
    """How many rows were read and what became of them; `filtered` is what remains of `read`."""

    read: int = 0
    added: int = 0
    updated: int = 0
    duplicates: int = 0
    reject: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Rule to (rows, first row)."""

    @property
    def rejected(self) -> int:
        """Return how many rows were refused."""
        return sum(rows for rows, _ in self.reject.values())

    @property
    def kept(self) -> int:
        """Return how many rows passed the filters, refused ones too."""
        return self.added + self.updated + self.duplicates + self.rejected

    @property
    def filtered(self) -> int:
        """Return how many rows a filter left out."""
        return self.read - self.kept

    def count(self, outcomes: pl.DataFrame) -> None:
        """Count outcomes (_row, outcome); any that is no rule's name is its own column."""
        tally = Counter(outcomes["outcome"])
        self.added += tally.pop("added", 0)
        self.updated += tally.pop("updated", 0)
        self.duplicates += tally.pop("duplicate", 0)
        first = dict(outcomes.group_by("outcome").agg(pl.col("_row").min()).iter_rows())
        for rule, rows in tally.items():
            self.refuse(rule, rows, int(first[rule]))

    def refuse(self, rule: str, rows: int, first_row: int) -> None:
        """Count `rows` refused by `rule`, the first of which is `first_row`."""
        before, first = self.reject.get(rule, (0, first_row))
        self.reject[rule] = (before + rows, min(first, first_row))

    def sentence(self, noun: str) -> str:
        """Return the account: read = added + updated + there already + refused + filtered."""
        rules = sorted(self.reject.items(), key=lambda item: -item[1][0])
        why = ", ".join(f"{rule} {rows:,}" for rule, (rows, _) in rules)
        said = {
            "added": self.added,
            "updated": self.updated,
            "there already": self.duplicates,
            f"refused ({why})": self.rejected,
            "left out by the filter": self.filtered,
        }
        listed = ", ".join(f"{count:,} {word}" for word, count in said.items() if count)
        return f"Read {self.read:,} {noun}: {listed or 'nothing to store'}."

    def row(self, source: str, name: str) -> dict[str, object]:
        """Return the counts of the input `name` as a row of the command's output."""
        return {
            "source": source,
            "input": name,
            "read": self.read,
            "added": self.added,
            "updated": self.updated,
            "duplicates": self.duplicates,
            "rejected": self.rejected,
            "filtered": self.filtered,
            "reject": [
                {"rule": rule, "rows": rows, "first_row": first}
                for rule, (rows, first) in sorted(self.reject.items())
            ],
        }

    def add(self, more: Counts) -> None:
        """Add the counts of another batch."""
        self.read += more.read
        self.added += more.added
        self.updated += more.updated
        self.duplicates += more.duplicates
        for rule, (rows, first) in more.reject.items():
            self.refuse(rule, rows, first)


@dataclass
class Ledger:
    """The entries of one input: `source`, its name, and the fingerprint of content and options."""

    source: str
    input: str
    fingerprint: str
    done: bool = False
    part: int = 0
    """The number of the next batch."""
    past: Counts = field(default_factory=Counts)
    runs: set[str] = field(default_factory=set)

    def load(self, ctx: Context) -> None:
        """Read what earlier runs stored of this input."""
        self.runs = {ctx.run_id}
        if not ctx.db.exists:
            return
        key = {"source": self.source, "fingerprint": self.fingerprint}
        with ctx.db.read() as con:
            parts = con.frame("ingest/select_ledger", **key)
            rules = con.frame("ingest/select_reject", **key)
        self.runs |= set(parts["run_id"])
        self.done = DONE in parts["part"]
        self.part = int(parts["part"].max() or 0) + 1 if len(parts) else 0  # type: ignore[arg-type]  # an integer column
        read, added, updated, duplicates = (int(parts[name].sum()) for name in COUNTS[:4])
        reject = {str(rule): (int(rows), int(first)) for rule, rows, first in rules.iter_rows()}
        self.past = Counts(read, added, updated, duplicates, reject)

    def write(
        self, con: Connection, counts: Counts, run_id: str, *, times: pl.Series | None = None
    ) -> None:
        """Note a batch in the transaction that stores its rows, or the end of the input."""
        part = self.part if times is not None else DONE
        first: datetime | None = times.min() if times is not None else None  # type: ignore[assignment]  # a datetime column
        last: datetime | None = times.max() if times is not None else None  # type: ignore[assignment]  # a datetime column
        con.execute(
            "ingest/insert_ledger",
            source=self.source,
            input=self.input,
            fingerprint=self.fingerprint,
            part=part,
            first=first,
            last=last,
            rows_read=counts.read,
            added=counts.added,
            updated=counts.updated,
            duplicates=counts.duplicates,
            rejected=counts.rejected,
            run_id=run_id,
        )
        for rule, (rows, first_row) in sorted(counts.reject.items()):
            con.execute(
                "ingest/insert_reject",
                source=self.source,
                input=self.input,
                fingerprint=self.fingerprint,
                part=part,
                rule=rule,
                rows=rows,
                first_row=first_row,
                run_id=run_id,
            )


def fingerprint(ctx: Context, path: str, options: Mapping[str, object]) -> str:
    """Return a hash of a file's content and of all options; a pipe has one of its own each run."""
    if path == "-" or not Path(path).is_file():
        return f"run:{ctx.run_id}"
    packed = orjson.dumps([FORMAT, options], default=str, option=orjson.OPT_SORT_KEYS)
    digest = blake2b(packed, digest_size=16)
    with Path(path).open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
