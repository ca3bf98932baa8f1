"""Calendars: zones, days, repeats and what cannot be expanded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import InputError
from affectcli.ingest import events

if TYPE_CHECKING:
    from tests.unit.ingest.conftest import Desk, Refused, Table

ZONE = """BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:STANDARD
DTSTART:19671029T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19870405T020000
RRULE:FREQ=YEARLY;BYDAY=1SU;BYMONTH=4
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*events: str) -> str:
    inside = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{ZONE}{inside}END:VCALENDAR\n"
    return whole.replace("\n", "\r\n")


def stored(desk: Desk) -> Table:
    return sorted(desk.table("event"), key=lambda row: (row["ts"], row["name"]))


def times(desk: Desk) -> list[str]:
    return [f"{row['ts']:%Y-%m-%d %H:%M}" for row in stored(desk)]


def test_days_zones_and_words(desk: Desk, refused: Refused) -> None:
    text = calendar(
        "UID:1\nSUMMARY:All day\nDTSTART;VALUE=DATE:20240105\nDTEND;VALUE=DATE:20240107",
        "UID:2\nSUMMARY:Zoned\nDTSTART;TZID=America/New_York:20240703T140000\nDURATION:PT90M\n"
        "CATEGORIES:macro,rates\nCATEGORIES:fed",
        "UID:3\nSUMMARY:Universal\nDTSTART:20240802T120000Z",
        "UID:4\nSUMMARY:Floating\nDTSTART:20240902T120000",
        "UID:5\nSUMMARY:Never\nSTATUS:CANCELLED\nDTSTART:20240902T120000",
        "UID:6\nDTSTART:20240902T120000",
        "UID:7\nSUMMARY:Broken\nDTSTART:soon",
    )
    outcome = events.run(desk.ctx(), path=desk.file(text, "a.ics"), scope="US")
    assert refused(outcome) == {"cancelled": (1, 5), "no_name": (1, 6), "bad_event": (1, 7)}
    first, second, _, _ = stored(desk)
    assert times(desk) == [
        "2024-01-05 00:00",
        "2024-07-03 18:00",
        "2024-08-02 12:00",
        "2024-09-02 12:00",
    ]
    assert first["ends"] - first["ts"] == timedelta(days=2)
    assert second["ends"] - second["ts"] == timedelta(minutes=90)
    assert (second["category"], second["scope"]) == ("macro, rates, fed", "US")
    again = events.run(desk.ctx(), path=desk.file(text, "a.ics"), scope="US")
    assert "Nothing new" in again.message


def test_repeats_follow_the_clock_on_the_wall(desk: Desk) -> None:
    text = calendar(
        "UID:1\nSUMMARY:Meeting\nDTSTART;TZID=America/New_York:20240304T090000\n"
        "RRULE:FREQ=WEEKLY;COUNT=4\nEXDATE;TZID=America/New_York:20240318T090000",
        "UID:1\nSUMMARY:Meeting moved\nDTSTART;TZID=America/New_York:20240326T100000\n"
        "RECURRENCE-ID;TZID=America/New_York:20240325T090000",
        "UID:2\nSUMMARY:Holiday\nDTSTART;VALUE=DATE:20240101\n"
        "RRULE:FREQ=YEARLY;UNTIL=20250101\nEXDATE;VALUE=DATE:20250101\n"
        "RDATE;VALUE=DATE:20240601",
    )
    events.run(desk.ctx(), path=desk.file(text, "a.ics"))
    assert times(desk) == [
        "2024-01-01 00:00",
        "2024-03-04 14:00",
        "2024-03-11 13:00",
        "2024-03-26 14:00",
        "2024-06-01 00:00",
    ]


def test_endless_and_impossible_repeats_end(desk: Desk, refused: Refused) -> None:
    rules = (
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
    )
    text = calendar(
        *(
            f"UID:{n}\nSUMMARY:e{n}\nDTSTART:20240105T100000Z\nRRULE:{r}"
            for n, r in enumerate(rules)
        ),
        "UID:8\nSUMMARY:ever\nDTSTART:20100105T100000Z\nRRULE:FREQ=DAILY",
        "UID:9\nSUMMARY:yearly\nDTSTART:20200105T100000Z\nRRULE:FREQ=YEARLY",
    )
    outcome = events.run(desk.ctx(), path=desk.file(text, "a.ics"))
    found = refused(outcome)
    assert found["too_frequent"] == (4, 1)
    assert found["too_many_repeats"][0] == 1
    last = max(row["ts"] for row in stored(desk) if row["name"] == "yearly")
    now = datetime.now(UTC).replace(tzinfo=None)
    assert timedelta(days=300) < last - now < timedelta(days=740)


@pytest.mark.parametrize("text", ["BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "BEGIN:VCALENDAR\nx"])
def test_half_a_calendar_is_refused(desk: Desk, text: str) -> None:
    with pytest.raises(InputError, match="END:VCALENDAR"):
        events.run(desk.ctx(), path=desk.file(text, "a.ics"))
