"""Ids of two communities never overwrite each other, and names can be found again later."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import InputError, UsageError
from affectcli.ingest import events, file, prices, series

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.ingest.conftest import Desk, Refused

POSTS = "id,created,body\n1,2024-01-02,one text\n2,2024-01-02,two\n3,2024-01-02,three\n"
MIXED = "id,created,body,community\n" + "".join(
    f"{id_},2024-01-02,{body},{place}\n"
    for id_, body, place in (
        ("1", "one text", "x"),
        ("2", "one text", "x"),
        ("2", "one text", "y"),
        ("2", "another", "x"),
        ("1", "[deleted]", "y"),
        ("1", "one text", "x"),
        ("1", "one text", "y"),
        ("3", "[deleted]", "y"),
        ("3", "three", "x"),
    )
)


@pytest.mark.parametrize("no_repeats", [False, True])
def test_a_file_with_the_ids_of_another_community_changes_nothing_stored(
    desk: Desk, refused: Refused, caplog: pytest.LogCaptureFixture, *, no_repeats: bool
) -> None:
    desk.posts(POSTS, community="reddit/A")
    before, counters = desk.table("post"), desk.table("counter")
    other = POSTS.replace("text", "quite other text") + "4,2024-01-02,four\n"
    outcome = desk.posts(other, name="forum.csv", community="forum/B", no_repeats=no_repeats)
    assert refused(outcome) == {"other_community": (3, 1)}
    assert outcome.rows[0]["added"] == 1
    assert [row for row in desk.table("post") if row["community"] == "reddit/A"] == before
    assert "3 ids are already stored for another community; give this file its own" in caplog.text
    assert "--source NAME" in caplog.text
    assert desk.table("counter") != counters
    named = desk.posts(other, name="forum.csv", community="forum/B", source="forum")
    assert named.rows[0]["added"] == 4
    assert desk.body()["forum:1"] == "one quite other text"
    assert desk.body()["file:1"] == "one text"


@pytest.mark.parametrize("no_repeats", [False, True])
def test_an_id_stays_where_it_was_first_in_any_batches(
    new_desk: Callable[[], Desk], refused: Refused, *, no_repeats: bool
) -> None:
    whole = new_desk()
    expected = whole.posts(MIXED, community=None, no_repeats=no_repeats)
    more = {"repeated_text": (1, 2)} if no_repeats else {"id_conflict": (1, 4)}
    assert refused(expected) == {"other_community": (4, 4 if no_repeats else 3), **more}
    for batch in (1, 2, 3):
        desk = new_desk()
        outcome = desk.posts(MIXED, community=None, no_repeats=no_repeats, batch=batch)
        assert outcome.rows == expected.rows
        assert desk.tables()["post"] == whole.tables()["post"]


def test_an_id_stays_where_it_was_first_after_a_stop(
    new_desk: Callable[[], Desk], stop_after: Callable[[int], None]
) -> None:
    straight, stopped = new_desk(), new_desk()
    expected = straight.posts(MIXED, community=None)
    for batches in (1, 2):
        stop_after(batches)
        with pytest.raises(KeyboardInterrupt):
            stopped.posts(MIXED, community=None, batch=2)
    stop_after(1000)
    assert stopped.posts(MIXED, community=None, batch=3).rows == expected.rows
    assert stopped.tables()["post"] == straight.tables()["post"]


@pytest.mark.parametrize("source", ["a:b", "", " "])
def test_sources_that_are_none(desk: Desk, source: str) -> None:
    with pytest.raises(UsageError, match="--source"):
        desk.posts(POSTS, source=source)
    with pytest.raises(UsageError, match="--source"):
        events.run(desk.ctx(), path=desk.file("date\n2024-01-01\n"), source=source)


def test_communities_are_not_empty_and_have_no_control_characters(
    desk: Desk, refused: Refused
) -> None:
    for empty in ("", "  ", "\x1b\t"):
        with pytest.raises(UsageError, match="--community"):
            desk.posts(POSTS, community=empty)
    text = "id,created,body,community\n1,2024-01-02,a,a:b\x1b[*]\n2,2024-01-02,b,\x07\n"
    assert refused(desk.posts(text, community=None)) == {"no_community": (1, 2)}
    assert [row["community"] for row in desk.table("post")] == ["a:b[*]"]
    file.run(desk.ctx(), path=desk.file(POSTS), community=" for\x00um/\x9bB ", source="b")
    assert {row["community"] for row in desk.table("post")} == {"a:b[*]", "forum/B"}


@pytest.mark.parametrize("asset", ["", " ", "A:B", "\x00"])
def test_assets_that_no_signal_could_name(desk: Desk, asset: str) -> None:
    with pytest.raises(UsageError, match="--asset"):
        prices.run(desk.ctx(), path=desk.file("date,close\n2024-01-01,1\n"), asset=asset)


def test_rows_of_assets_that_no_signal_could_name(desk: Desk, refused: Refused) -> None:
    text = "ticker,date,close\nA:B,2024-01-01,1\n,2024-01-01,1\n^GSPC,2024-01-01,2\n"
    outcome = prices.run(desk.ctx(), path=desk.file(text))
    assert refused(outcome) == {"bad_name": (1, 1), "no_asset": (1, 2)}


def test_measures_that_no_signal_could_name(desk: Desk) -> None:
    path = desk.file("date,calls:total,chats\n2024-01-01,5,6\n")
    with pytest.raises(UsageError, match="--map calls_total=calls:total,chats=chats"):
        series.run(desk.ctx(), path=path, name="a")
    for name in ("", "a:b"):
        with pytest.raises(UsageError, match="--name"):
            series.run(desk.ctx(), path=path, name=name)
    series.run(desk.ctx(), path=path, name="a", map={"calls": "calls:total"})
    assert [row["measure"] for row in desk.table("series")] == ["calls"]


def test_a_bad_cell_costs_its_row_and_not_its_column(desk: Desk, refused: Refused) -> None:
    text = "date,calls,note\n2024-01-01,5,x\n2024-01-02,many,y\n2024-01-03,7,z\n"
    outcome = series.run(desk.ctx(), path=desk.file(text), name="a")
    assert refused(outcome) == {"bad_number": (1, 2)}
    assert [row["value"] for row in desk.table("series")] == [5.0, 7.0]
    days = (f"2024-02-{n:02},{cell}\n" for n, cell in enumerate(["9"] * 16 + ["?"] * 4, 1))
    outcome = series.run(desk.ctx(), path=desk.file("date,c\n" + "".join(days)), name="b")
    assert refused(outcome) == {"bad_number": (4, 17)}
    days = (f"2024-02-{n:02},{cell}\n" for n, cell in enumerate(["9"] * 15 + ["?"] * 5, 1))
    with pytest.raises(InputError, match="no column of numbers"):
        series.run(desk.ctx(), path=desk.file("date,c\n" + "".join(days)), name="c")


def test_a_window_without_time_is_refused(desk: Desk) -> None:
    for since, until in itertools.product(["2024-02-02"], ["2024-02-02", "2023-01-01"]):
        with pytest.raises(UsageError, match="is not before --until"):
            desk.posts(POSTS, since=since, until=until)
        path = desk.file("date,close\n2024-01-01,1\n")
        with pytest.raises(UsageError, match="is not before --until"):
            prices.run(desk.ctx(), path=path, asset="A", since=since, until=until)


def test_a_query_is_no_condition(desk: Desk) -> None:
    for where in ("id in (select 1)", "exists(select 1)"):
        with pytest.raises(UsageError, match="a query within the condition") as caught:
            desk.posts(POSTS, where=where)
        assert "POLARS" not in str(caught.value)
    assert desk.posts(POSTS, where="body = 'select'").rows[0]["filtered"] == 3
