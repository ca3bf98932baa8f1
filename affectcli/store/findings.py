"""Claims: every result of an analysis is a row of `finding` that a report can point at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from affectcli.store.context import Context

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "finding_id": pl.String,
    "run_id": pl.String,
    "analysis": pl.String,
    "x": pl.String,
    "y": pl.String,
    "verdict": pl.String,
    "p_value": pl.Float64,
    "q_value": pl.Float64,
    "as_of": pl.Datetime("us"),
    "result": pl.String,
}


@dataclass(frozen=True)
class Finding:
    """One claim: what it is about, what it says in words, and the numbers behind it."""

    analysis: str
    x: str
    verdict: str
    as_of: datetime
    result: dict[str, Any]
    y: str | None = None
    p_value: float | None = None
    q_value: float | None = None
    question: dict[str, Any] = field(default_factory=dict)
    """The options that make this another question than a finding on the same signals."""

    @property
    def finding_id(self) -> str:
        """Return the claim's name: the same question has the same id at every run."""
        key = orjson.dumps(
            [self.analysis, self.x, self.y, self.question],
            default=str,
            option=orjson.OPT_SORT_KEYS,
        )
        return f"{self.analysis}-{hashlib.blake2b(key, digest_size=4).hexdigest()}"


def store(ctx: Context, findings: Sequence[Finding]) -> int:
    """Store claims and return how many are new or say something new."""
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_SORT_KEYS
    rows = [
        {
            "finding_id": f.finding_id,
            "run_id": ctx.run_id,
            "analysis": f.analysis,
            "x": f.x,
            "y": f.y,
            "verdict": f.verdict,
            "p_value": f.p_value,
            "q_value": f.q_value,
            "as_of": f.as_of,
            "result": orjson.dumps(f.result, default=str, option=option).decode(),
        }
        for f in findings
    ]
    with ctx.db.write() as con:
        con.register(fresh=pl.DataFrame(rows, schema=SCHEMA))
        changed = con.execute("analyze/merge_finding")
        if changed:
            con.touch("finding")
    return changed
