"""iCalendar files (RFC 5545) as rows: one for each time an event takes place.

Times in a zone become UTC, floating ones are taken for UTC, all-day events begin at midnight UTC.
A repeating event is expanded up to `AHEAD` from now, at most `MOST` times; rules that repeat
within a day are refused (`too_frequent`): no community reacts to a calendar by the hour.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from dateutil import rrule
from icalendar import Calendar

from affectcli import times
from affectcli.errors import InputError
from affectcli.ingest._bytes import BROKEN
from affectcli.ingest._pages import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record, Source

COLUMNS = ("ts", "ends", "name", "category", "scope")
WHOLE = 1 << 26
AHEAD = timedelta(days=731)
"""How far into the future a repeating event is expanded."""
MOST = 2_000
"""Times of one repeating event; more of them are left out and said."""
COARSE = frozenset({"YEARLY", "MONTHLY", "WEEKLY", "DAILY"})
ENDS = ("UNTIL", "COUNT")
SETS = ("BYSECOND", "BYMINUTE", "BYHOUR")
FIRST_YEAR = 1900
TROUBLES = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)


class Ics:
    """A calendar file."""

    open = False

    def __init__(self, source: Source) -> None:
        self.source, self.columns = source, list(COLUMNS)
        self.calendars = self._parsed()

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield each time of each event, or the rule that refuses the event."""
        places = [COLUMNS.index(name) for name in wanted]
        until = times.now() + AHEAD
        events = [event for each in self.calendars for event in each.walk("VEVENT")]
        moved = {_moved(event) for event in events} - {None}
        for event in events:
            try:
                rows = _times_of(event, until, moved)
            except TROUBLES:
                rows = ["bad_event"]
            for one in rows:
                yield one if isinstance(one, str) else [one[place] for place in places]

    def _parsed(self) -> list[Any]:
        try:
            body = self.source.body.read(WHOLE + 1)
        except BROKEN as error:
            raise InputError(f"{self.source.name} is truncated or damaged: {error}.") from error
        if len(body) > WHOLE:
            raise InputError(f"{self.source.name} is longer than {WHOLE >> 20} MiB.")
        if not body.rstrip().upper().endswith(b"END:VCALENDAR"):
            raise InputError(
                f"{self.source.name} ends before its END:VCALENDAR.", do="fetch the file again"
            )
        try:
            found: list[Any] = Calendar.from_ical(body.decode(errors="replace"), multiple=True)
        except Exception as error:  # the library's parser lets many kinds of error through
            raise InputError(f"{self.source.name} is no calendar: {error}.") from error
        return found


def _times_of(event: Any, until: datetime, moved: set[Any]) -> list[Record]:  # noqa: ANN401  # icalendar's types
    """Return the rows of an event."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return ["cancelled"]
    start = event.decoded("DTSTART")
    lasts = _lasts(event, start)
    name = str(event.get("SUMMARY", "")).strip() or None
    said = {"name": name, "category": _category(event)}
    starts: list[Any] = [start]
    if event.get("RRULE") is not None or event.get("RDATE") is not None:
        rule = event.get("RRULE")
        if rule is not None and not _coarse(rule, start):
            return ["too_frequent"]
        starts = _repeated(event, rule, start, until)
        key = str(event.get("UID", ""))
        starts = [each for each in starts if (key, _utc(each)) not in moved]
    rows: list[Record] = []
    for each in starts[:MOST]:
        ends = _utc(each) + lasts if lasts else None
        times = {"ts": _utc(each).isoformat(), "ends": ends.isoformat() if ends else None}
        rows.append(record(COLUMNS, times | said))
    return [*rows, "too_many_repeats"] if len(starts) > MOST else rows


def _coarse(rule: Any, start: Any) -> bool:  # noqa: ANN401  # icalendar's types
    """Say whether a rule can be expanded: dateutil never ends on some of the others."""
    every = int((rule.get("INTERVAL") or [1])[0])
    often = str((rule.get("FREQ") or [""])[0]).upper()
    fine = any(rule.get(name) for name in SETS)
    return often in COARSE and every >= 1 and not fine and start.year >= FIRST_YEAR


def _repeated(event: Any, rule: Any, start: Any, until: datetime) -> list[Any]:  # noqa: ANN401  # icalendar's types
    """Return the starts of a repeating event, in local time, up to `until` and `MOST` + 1."""
    plain = start if isinstance(start, datetime) else datetime.combine(start, time())
    zone, local = plain.tzinfo, plain.replace(tzinfo=None)
    found: list[datetime] = [local]
    if rule is not None:
        last = min([until, *(_end(each, zone) for each in rule.get("UNTIL") or [])])
        most = min(int((rule.get("COUNT") or [MOST + 1])[0]), MOST + 1)
        parts = {name: value for name, value in rule.items() if name.upper() not in ENDS}
        text = type(rule)(parts).to_ical().decode()
        repeats = rrule.rrulestr(f"{text};UNTIL={last:%Y%m%dT%H%M%S}", dtstart=local)
        found = list(islice(repeats, max(most, 0)))
    without = {_local(each, zone) for each in _listed(event, "EXDATE")}
    more = [_local(each, zone) for each in _listed(event, "RDATE")]
    chosen = sorted({*found, *more} - without)
    return [each.replace(tzinfo=zone) for each in chosen]


def _listed(event: Any, name: str) -> list[Any]:  # noqa: ANN401  # icalendar's types
    found = event.get(name)
    lists = found if isinstance(found, list) else [found] if found is not None else []
    times = [each.dt for one in lists for each in one.dts]
    return [each[0] if isinstance(each, tuple) else each for each in times]


def _local(moment: Any, zone: Any) -> datetime:  # noqa: ANN401  # dates, times, zones
    """Return a moment on the clock of `zone`, naive, as rules count."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is None:
        return moment
    return moment.astimezone(zone or UTC).replace(tzinfo=None)


def _end(moment: Any, zone: Any) -> datetime:  # noqa: ANN401  # dates, times, zones
    whole_day = not isinstance(moment, datetime)
    return datetime.combine(moment, time.max) if whole_day else _local(moment, zone)


def _lasts(event: Any, start: date) -> timedelta | None:  # noqa: ANN401  # icalendar's types
    if event.get("DURATION") is not None:
        duration: timedelta = event.decoded("DURATION")
        return duration
    if event.get("DTEND") is None:
        return None
    return _utc(event.decoded("DTEND")) - _utc(start)


def _moved(event: Any) -> tuple[str, datetime] | None:  # noqa: ANN401  # icalendar's types
    """Return which repetition an event stands for, None for an event of its own."""
    try:
        if event.get("RECURRENCE-ID") is None:
            return None
        return str(event.get("UID", "")), _utc(event.decoded("RECURRENCE-ID"))
    except TROUBLES:
        return None


def _category(event: Any) -> str | None:  # noqa: ANN401  # icalendar's types
    found = event.get("CATEGORIES")
    lists = found if isinstance(found, list) else [found] if found is not None else []
    names = [str(each).strip() for one in lists for each in getattr(one, "cats", [one])]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def _utc(moment: date) -> datetime:
    """Return naive UTC."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
