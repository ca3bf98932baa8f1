"""Times as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affectcli.errors import UsageError
from affectcli.times import bound, now, parse

NOON = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29T12:00:00Z",
        "2024-02-29 12:00",
        "2024-02-29T12:00:00.000000000",
        "2024-02-29T14:00:00+02:00",
        "2024-02-29T06:30-0530",
        "2024/02/29 12:00:00 UTC",
        "20240229T120000Z",
        "1709208000",
        "1709208000.0",
        "1709208000000",
        "1709208000000000",
        "1709208000000000000",
        "1.709208e9",
        "Thu, 29 Feb 2024 13:00:00 +0100",
        "Thu Feb 29 12:00:00 +0000 2024",
    ],
)
def test_known_ways(text: str) -> None:
    assert parse(pl.Series([text]))[0] == NOON.replace(tzinfo=None)


@pytest.mark.parametrize(
    "text", ["", " ", "soon", "2023-02-29", "2024-13-01", "2024-01-01T25:00", "nan", "inf", "1e99"]
)
def test_no_times(text: str) -> None:
    assert parse(pl.Series([text, None])).to_list() == [None, None]


def test_days_and_months() -> None:
    found = parse(pl.Series(["2024-02-29", "20240229", "2024-02"]))
    assert [f"{time:%Y-%m-%d %H}" for time in found] == [
        "2024-02-29 00",
        "2024-02-29 00",
        "2024-02-01 00",
    ]


@given(st.text(max_size=40))
def test_any_text_is_a_time_or_none(text: str) -> None:
    assert len(parse(pl.Series([text.encode(errors="replace").decode()]))) == 1


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001  # naive UTC
def test_isoformat_round_trips(time: datetime) -> None:
    assert parse(pl.Series([time.isoformat()]))[0] == time


def test_bounds() -> None:
    assert bound("--since", None) is None
    week = bound("--since", "7d")
    assert week is not None
    assert abs(now() - week - timedelta(days=7)) < timedelta(minutes=1)
    yesterday = bound("--since", "yesterday")
    assert yesterday is not None
    assert yesterday.hour == 0
    for text in ("lately", "", "99999999d"):
        with pytest.raises(UsageError, match="7d"):
            bound("--since", text)
