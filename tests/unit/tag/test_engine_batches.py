"""The engine's batches: overlapping, restartable, in shards, whatever the tagger."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli import interrupt, parts, tag
from affectcli.errors import Interrupted, LockedError, ModelError
from affectcli.ingest import file
from affectcli.parts import Description, Label, Scheme
from affectcli.settings import Settings, Tag
from affectcli.store import Context, Database
from affectcli.tag import _work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl
    from numpy.typing import NDArray

TEXTS, BATCH = 20, 3


def _scheme(name: str, *labels: str, revision: str = "1") -> Scheme:
    return Scheme(name, revision, "many", tuple(Label(label, 0.5) for label in labels))


@dataclass
class Letters:
    """A part of one file: scores are the shares of letters; `hook` runs before each batch."""

    schemes: tuple[Scheme, ...] = (_scheme("vowels", "a", "e"),)
    hook: Callable[[int], None] = lambda _batch: None
    device: str = "cpu"
    precision: str = "float32"
    batches: list[list[str]] = field(default_factory=list)

    def describe(self, _target: str = "", *, heads: Sequence[str] | None = None) -> Description:
        schemes = tuple(s for s in self.schemes if heads is None or s.name in heads)
        return Description("letters", schemes)

    def load(self, _target: str = "", *, device: str, heads: Sequence[str] | None) -> Letters:
        del device
        self.labels = self.describe(heads=heads).labels
        return self

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.hook(len(self.batches))
        self.batches.append(list(texts))
        counts = [[text.count(label.name) for label in self.labels] for text in texts]
        return np.array(counts, dtype=np.float32) / np.float32(100)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    part = Letters()
    monkeypatch.setattr(parts, "load", lambda _layer, _name: part)
    return part


@pytest.fixture
def ctx(tmp_path: Path) -> Context:
    settings = Settings(
        db=tmp_path / "a.duckdb", key_file=tmp_path / "author.key", tag=Tag(batch=BATCH)
    )
    ctx = Context(Database(settings.db, wait=0.5), settings, "run-1")
    rows = [f"{n},2024-01-01,{'a' * n} text {n},ann,en" for n in range(TEXTS)]
    (tmp_path / "posts.csv").write_text("\n".join(["id,created,body,author,lang", *rows]))
    file.run(ctx, path=str(tmp_path / "posts.csv"), community="c/x")
    return ctx


def _stored(ctx: Context) -> list[tuple[str, str, int]]:
    with ctx.db.read() as con:
        return con.raw.execute(
            "select scheme, revision, count(*) from score group by all order by all"
        ).fetchall()


def test_scores_are_those_of_their_texts(ctx: Context, letters: Letters) -> None:
    assert tag.run(ctx).rows_out == TEXTS
    assert [len(batch) for batch in letters.batches] == [3] * 6 + [2]
    with ctx.db.read() as con:
        rows = con.raw.execute(
            "select body, p from post join score using (text_hash) order by body"
        ).fetchall()
    assert len(rows) == TEXTS
    for body, p in rows:
        assert p == pytest.approx([body.count("a") / 100, body.count("e") / 100])


def test_shards_share_the_texts_out(ctx: Context, letters: Letters) -> None:
    done = [tag.run(ctx, shard=f"{number}/3").rows_out for number in (1, 2, 3)]
    assert sum(done) == TEXTS
    assert min(done) > 0
    assert len({text for batch in letters.batches for text in batch}) == TEXTS
    assert tag.run(ctx).rows_out == 0


def test_a_failure_keeps_finished_batches_and_the_next_run_goes_on(
    ctx: Context, letters: Letters
) -> None:
    def fail(batch: int) -> None:
        if batch == 3:
            raise ModelError("no more")

    letters.hook = fail
    with pytest.raises(ModelError, match="no more"):
        tag.run(ctx)
    assert _stored(ctx) == [("vowels", "1", 3 * BATCH)]
    letters.hook = lambda _batch: None
    assert tag.run(ctx).rows_out == TEXTS - 3 * BATCH
    assert _stored(ctx) == [("vowels", "1", TEXTS)]


def test_the_first_ctrl_c_finishes_the_batch(ctx: Context, letters: Letters) -> None:
    interrupt.install()
    letters.hook = lambda batch: os.kill(os.getpid(), signal.SIGINT) if batch == 1 else None
    with pytest.raises(Interrupted, match="affect tag"):
        tag.run(ctx)
    interrupt.install()
    assert _stored(ctx) == [("vowels", "1", 2 * BATCH)]
    assert tag.run(ctx).rows_out == TEXTS - 2 * BATCH


def test_reading_and_writing_overlap_with_the_model(
    ctx: Context, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written = threading.Semaphore(0), threading.Event()

    class Watched(_work.Work):
        def texts(self, page: pl.DataFrame) -> pl.DataFrame:
            frame = super().texts(page)
            read.release()
            return frame

        def store(self, hashes: pl.Series, scores: NDArray[np.float32]) -> int:
            done = super().store(hashes, scores)
            written.set()
            return done

    def wait(batch: int) -> None:
        if batch == 0:
            assert all(read.acquire(timeout=20) for _ in range(2)), "the next batch was not read"
        if batch == 1:
            assert written.wait(20), "the first batch was not written beside the second"

    monkeypatch.setattr(_work, "Work", Watched)
    letters.hook = wait
    assert tag.run(ctx).rows_out == TEXTS


def test_a_database_that_others_hold_surfaces(ctx: Context, letters: Letters) -> None:
    def hold(batch: int) -> None:
        if batch == 2:
            raise LockedError("held by process 1")

    letters.hook = hold
    with pytest.raises(LockedError, match="held"):
        tag.run(ctx)
    assert _stored(ctx) == [("vowels", "1", 2 * BATCH)]


def test_an_error_of_the_writer_surfaces(
    ctx: Context, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    del letters
    store = _work.Work.store
    calls: list[int] = []

    def refuse(self: _work.Work, hashes: pl.Series, scores: NDArray[np.float32]) -> int:
        calls.append(len(hashes))
        if len(calls) == 2:
            raise LockedError("held by process 1")
        return store(self, hashes, scores)

    monkeypatch.setattr(_work.Work, "store", refuse)
    with pytest.raises(LockedError, match="held"):
        tag.run(ctx)
    monkeypatch.setattr(_work.Work, "store", store)
    tag.run(ctx)
    assert _stored(ctx) == [("vowels", "1", TEXTS)]


def test_a_new_head_adds_only_its_own_rows(ctx: Context, letters: Letters) -> None:
    tag.run(ctx)
    letters.schemes = (*letters.schemes, _scheme("others", "t", "x", "i"))
    assert tag.run(ctx).rows_out == TEXTS
    assert _stored(ctx) == [("others", "1", TEXTS), ("vowels", "1", TEXTS)]
    assert tag.run(ctx).rows_out == 0


def test_heads_that_a_run_leaves_out_stay_as_they_are(ctx: Context, letters: Letters) -> None:
    letters.schemes = (*letters.schemes, _scheme("others", "t"))
    tag.run(ctx)
    tag.run(ctx, heads=["others"])
    with ctx.db.read() as con:
        current = con.raw.execute("select distinct scheme from label where current").fetchall()
    assert sorted(current) == [("others",), ("vowels",)]
    assert tag.run(ctx).rows_out == 0
    with ctx.db.read() as con:
        current = con.raw.execute("select count(*) from label where current").fetchall()
    assert current == [(3,)]


def test_a_text_that_cannot_be_scored_is_stored_and_not_tried_again(
    ctx: Context, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = np.full((BATCH, 2), np.nan, dtype=np.float32)
    monkeypatch.setattr(letters, "score", lambda texts: nothing[: len(texts)])
    assert tag.run(ctx).rows_out == TEXTS
    assert tag.run(ctx).rows_out == 0
    with ctx.db.read() as con:
        known = con.raw.execute("select count(*) from score where not isnan(p[1])").fetchall()
    assert known == [(0,)]


def test_a_post_that_changes_meanwhile_is_left_for_the_next_run(
    ctx: Context, letters: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    del letters
    waiting = _work.Work.waiting

    def then_change(self: _work.Work, limit: int | None = None) -> pl.DataFrame:
        frame = waiting(self, limit)
        with ctx.db.write() as con:
            con.raw.execute("update post set status = 'deleted' where post_id = 'file:7'")
            con.raw.execute("update post set text_hash = 1, body = 'new' where post_id = 'file:8'")
        return frame

    monkeypatch.setattr(_work.Work, "waiting", then_change)
    outcome = tag.run(ctx)
    assert outcome.rows_out == TEXTS - 2
    assert "2 changed meanwhile" in outcome.message
    monkeypatch.setattr(_work.Work, "waiting", waiting)
    assert tag.run(ctx).rows_out == 1


def test_a_rehearsal_ends_and_stores_nothing(ctx: Context, letters: Letters) -> None:
    del letters
    rehearsal = Context(Database(ctx.db.path, dry_run=True), ctx.settings, "run-2")
    assert tag.run(rehearsal).rows_out == TEXTS
    assert _stored(ctx) == []
