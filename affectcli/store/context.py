"""What every step is given, and what it hands back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from affectcli.settings import Settings
    from affectcli.store.database import Database


@dataclass(frozen=True)
class Context:
    """The database, the settings and the identity of the run that a step belongs to."""

    db: Database
    settings: Settings
    run_id: str
    seed: int = 0


@dataclass
class Outcome:
    """What a step did: the rows that a user sees, and how much went in and out of the tables."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    rows_in: int = 0
    rows_out: int = 0
    message: str = ""
