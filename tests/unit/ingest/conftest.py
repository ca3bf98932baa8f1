"""A database of its own for every test, and its tables as plain rows."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from affectcli import interrupt
from affectcli.ingest import file
from affectcli.settings import Ingest, Settings
from affectcli.store import Context, Database, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Table = list[dict[str, Any]]
Rules = dict[str, tuple[int, int]]
Refused = Callable[[Outcome], Rules]
HEADER = "id,created,author,body"


@dataclass
class Desk:
    """A database, a key and a folder for inputs; every run has its own run_id."""

    folder: Path
    path: Path
    batch: int = 20_000
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def ctx(self, *, batch: int | None = None, tickers: tuple[str, ...] = ()) -> Context:
        settings = Settings(
            db=self.path,
            key_file=self.folder / "keys" / "author.key",
            ingest=Ingest(batch=batch or self.batch, tickers=tickers),
        )
        return Context(Database(self.path), settings, run_id=f"run{next(self.numbers)}")

    def file(self, text: str | bytes, name: str = "posts.csv") -> str:
        path = self.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    def posts(self, text: str | bytes, *, name: str = "posts.csv", **options: Any) -> Outcome:  # noqa: ANN401  # whatever the part takes
        batch = options.pop("batch", None)
        options.setdefault("community", "forum/x")
        return file.run(self.ctx(batch=batch), path=self.file(text, name), **options)

    def table(self, name: str, *, but: tuple[str, ...] = ()) -> Table:
        with Database(self.path).read() as con:
            relation = con.raw.table(name)
            rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
        rows = [{key: value for key, value in row.items() if key not in but} for row in rows]
        return sorted(rows, key=repr)

    def tables(self, *, but: tuple[str, ...] = ("run_id", "ingested")) -> dict[str, Table]:
        names = ("post", "price", "event", "series", "ledger", "reject")
        return {name: self.table(name, but=but) for name in names}

    def body(self) -> dict[str, str]:
        return {row["post_id"]: row["body"] for row in self.table("post")}


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("blank") / "blank.duckdb"
    with Database(path).write():
        pass
    return path


@pytest.fixture
def new_desk(blank: Path, tmp_path: Path) -> Callable[[], Desk]:
    numbers = itertools.count()

    def make() -> Desk:
        path = tmp_path / f"{next(numbers)}.duckdb"
        shutil.copy(blank, path)
        return Desk(tmp_path, path)

    return make


@pytest.fixture
def desk(new_desk: Callable[[], Desk]) -> Desk:
    return new_desk()


@pytest.fixture
def stop_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return a function that has Ctrl-C come after so many batches, and never again."""

    def arm(batches: int) -> None:
        left = itertools.count(batches - 1, -1)

        def check(_resume: str) -> None:
            if next(left) == 0:
                raise KeyboardInterrupt

        monkeypatch.setattr(interrupt, "check", check)

    return arm


def rules(outcome: Outcome) -> Rules:
    """Return rule to (rows, first row), after checking that the counts add up."""
    for row in outcome.rows:
        parts = ("added", "updated", "duplicates", "rejected", "filtered")
        assert row["read"] == sum(row[part] for part in parts)
        assert row["rejected"] == sum(each["rows"] for each in row["reject"])
    return {
        each["rule"]: (each["rows"], each["first_row"])
        for row in outcome.rows
        for each in row["reject"]
    }


@pytest.fixture
def refused() -> Refused:
    return rules


@pytest.fixture
def many() -> str:
    """A file of 50 posts, with repeats, deletions, conflicts and refusals."""
    lines = [HEADER]
    for n in range(50):
        day, body = n % 28 + 1, f"some words about number {n % 17}"
        body = "[deleted]" if n % 11 == 3 else "" if n % 13 == 5 else body
        lines.append(f"p{n % 40},2024-01-{day:02}T10:00:00Z,author{n % 5},{body}")
        if n % 19 == 7:
            lines.append("too,few")
    return "\n".join(lines) + "\n"
