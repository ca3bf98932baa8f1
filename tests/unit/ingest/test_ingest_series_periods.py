"""When a value of a series could be known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from affectcli.ingest import series

if TYPE_CHECKING:
    from tests.unit.ingest.conftest import Desk

DAYS = [date(2024, 1, 1) + timedelta(n) for n in range(10)]
WEEKS = [date(2024, 1, 1) + timedelta(7 * n) for n in range(10)]
MONTHS = [date(2024, month, 1) for month in range(1, 10)]
ENDS = [date(2024, month, 1) - timedelta(1) for month in range(2, 10)]
YEARS = [date(year, 1, 1) for year in range(2010, 2020)]
MEETINGS = [date(2024, 1, 31), date(2024, 3, 20), date(2024, 5, 1), date(2024, 6, 12)]


@pytest.mark.parametrize(
    ("dates", "known"),
    [
        (DAYS, date(2024, 1, 2)),
        (WEEKS, date(2024, 1, 8)),
        (MONTHS, date(2024, 2, 1)),
        (ENDS, date(2024, 2, 1)),
        (YEARS, date(2011, 1, 1)),
        (MEETINGS, date(2024, 2, 1)),
        (DAYS[:1], date(2024, 1, 2)),
    ],
)
def test_a_value_is_known_when_its_period_is_over(
    desk: Desk, dates: list[date], known: date
) -> None:
    text = "date,calls\n" + "".join(f"{day},1\n" for day in dates)
    series.run(desk.ctx(), path=desk.file(text), name="a")
    first = min(desk.table("series"), key=lambda row: row["ts"])
    assert first["available_at"].date() == known
