"""Twice, in pieces, or killed: the tables come out the same."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affectcli.ingest import file

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.ingest.conftest import Desk, Refused

ROW = st.tuples(
    st.sampled_from("abc"),
    st.sampled_from(["one text", "two TEXT", "Two text", "[deleted]", ""]),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["x", "y"]),
)
SLOW = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def as_csv(rows: list[tuple[str, ...]]) -> str:
    lines = [f"{i},2024-01-02,{text},{score},{where}" for i, text, score, where in rows]
    return "\n".join(["id,created,body,score,community", *lines]) + "\n"


@given(rows=st.lists(ROW, max_size=5), batch=st.integers(1, 3), no_repeats=st.booleans())
@SLOW
def test_batches_change_neither_posts_nor_counts(
    new_desk: Callable[[], Desk],
    refused: Refused,
    rows: list[tuple[str, ...]],
    batch: int,
    *,
    no_repeats: bool,
) -> None:
    whole, pieces = new_desk(), new_desk()
    text = as_csv(rows)
    first = whole.posts(text, no_repeats=no_repeats)
    second = pieces.posts(text, no_repeats=no_repeats, batch=batch)
    assert refused(first) == refused(second)
    assert first.rows == second.rows
    assert whole.tables()["post"] == pieces.tables()["post"]


def test_twice_changes_nothing_at_all(desk: Desk, many: str) -> None:
    desk.posts(many)
    before = desk.tables(but=())
    counters = desk.table("counter")
    outcome = desk.posts(many)
    assert "Nothing new" in outcome.message
    assert (outcome.rows_in, outcome.rows_out) == (0, 0)
    assert desk.tables(but=()) == before
    assert desk.table("counter") == counters


def test_the_same_posts_in_another_file_change_no_post(desk: Desk) -> None:
    text = as_csv(
        [("a", "one text", "1", "x"), ("b", "two text", "", "x"), ("c", "[deleted]", "", "x")]
    )
    desk.posts(text)
    before, counters = desk.table("post"), desk.table("counter")
    outcome = desk.posts(text.replace("\n", "\r\n"), name="other.csv")
    assert outcome.rows[0]["duplicates"] == 3
    assert desk.table("post") == before
    assert desk.table("counter") == counters


@pytest.mark.parametrize("no_repeats", [False, True])
@pytest.mark.parametrize("kills", [(1, 1), (3,)])
def test_a_stopped_reading_goes_on_to_the_same_tables(
    new_desk: Callable[[], Desk],
    stop_after: Callable[[int], None],
    many: str,
    kills: tuple[int, ...],
    *,
    no_repeats: bool,
) -> None:
    straight, stopped = new_desk(), new_desk()
    expected = straight.posts(many, batch=15, no_repeats=no_repeats)
    for batches in kills:
        stop_after(batches)
        with pytest.raises(KeyboardInterrupt):
            stopped.posts(many, batch=15, no_repeats=no_repeats)
    stop_after(1000)
    outcome = stopped.posts(many, batch=15, no_repeats=no_repeats)
    assert outcome.rows == expected.rows
    assert stopped.tables() == straight.tables()


def test_a_stopped_reading_goes_on_with_another_batch_size(
    new_desk: Callable[[], Desk], stop_after: Callable[[int], None], many: str
) -> None:
    straight, stopped = new_desk(), new_desk()
    expected = straight.posts(many, batch=15)
    stop_after(2)
    with pytest.raises(KeyboardInterrupt):
        stopped.posts(many, batch=15)
    stop_after(1000)
    assert stopped.posts(many, batch=11).rows == expected.rows
    assert stopped.tables()["post"] == straight.tables()["post"]


def test_a_failed_write_leaves_no_trace(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, many: str
) -> None:
    from affectcli.ingest._ledger import Ledger

    written = itertools.count(1)
    whole = Ledger.write

    def broken(self: Ledger, *args: Any, **more: Any) -> None:  # noqa: ANN401  # passed on
        whole(self, *args, **more)
        if next(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Ledger, "write", broken)
    with pytest.raises(Exception, match="No space left"):
        desk.posts(many, batch=15)
    assert [row["part"] for row in desk.table("ledger")] == [0]
    assert all(row["part"] == 0 for row in desk.table("reject"))
    desk.posts(many, batch=15)
    assert max(row["part"] for row in desk.table("ledger")) == 3


def test_other_options_read_the_file_again(desk: Desk, many: str) -> None:
    desk.posts(many)
    assert "Nothing new" not in desk.posts(many, kind="comment").message
    assert {row["kind"] for row in desk.table("post") if row["status"] != "deleted"} == {"comment"}


def test_a_dry_run_stores_nothing(desk: Desk, many: str) -> None:
    from affectcli.store import Context, Database

    context = desk.ctx()
    dry = Context(Database(desk.path, dry_run=True), context.settings, run_id="dry")
    outcome = file.run(dry, path=desk.file(many), community="x")
    assert outcome.rows[0]["added"] > 0
    assert desk.table("post") == desk.table("ledger") == []
