"""Times as people write them, to naive UTC: ISO 8601, epochs of any unit, RFC 2822, Twitter's."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta

import polars as pl

from affectcli.errors import UsageError

TIME = pl.Datetime("us")
ISO = (
    r"^\s*(?<date>\d{4}[-/]?\d{2}[-/]?\d{2}|\d{4}-\d{2})(?:[T ]+(?<hour>\d{2}):?(?<minute>\d{2})"
    r"(?::?(?<second>\d{2})(?:[.,](?<part>\d{1,9}))?)?)?"
    r"\s*(?:(?<zulu>[Zz]|UTC|GMT)|(?<sign>[+-])(?<off_hour>\d{2}):?(?<off_minute>\d{2})?)?\s*$"
)
EPOCH = r"^\s*-?\d+(?:\.\d+)?(?:[eE]\+?\d+)?\s*$"
WORDS = re.compile(r"^\s*[A-Za-z]{3}[,a-z]*\s")
SPAN = re.compile(r"^(\d+)([mhdw])$")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
EARLIEST = datetime(1990, 1, 1)  # noqa: DTZ001  # naive UTC, as stored
DAY = timedelta(days=1)


def now() -> datetime:
    """Return the time, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def parse(column: pl.Series) -> pl.Series:
    """Return a text column as naive UTC times in microseconds, null where it is no time.

    The unit of an epoch follows from its size: below 1e11 seconds, 1e14 milliseconds,
    1e17 microseconds, else nanoseconds. Eight digits are a date (20240131).
    """
    text = pl.Series("text", column.cast(pl.String))
    found = text.to_frame().select(time=pl.coalesce(_iso(), _epoch()))
    found = found.select(pl.when(pl.col("time").dt.year().is_between(1, 9999)).then("time"))
    times = found.to_series()
    rest = times.is_null() & text.is_not_null()
    if not rest.any():
        return times
    written = {value: _written(value) for value in text.filter(rest).unique()}
    spoken = pl.Series([written.get(value) for value in text], dtype=TIME)
    return pl.select(pl.coalesce(times, spoken)).to_series()


def time(text: str) -> datetime | None:
    """Return a time as naive UTC, of a date, an epoch, `7d` (ago), `yesterday`; None of others."""
    today = now().replace(hour=0, minute=0, second=0, microsecond=0)
    word = text.strip().lower()
    named = {"now": now(), "today": today, "yesterday": today - DAY, "tomorrow": today + DAY}
    if word in named:
        return named[word]
    if span := SPAN.match(word):
        try:
            return now() - timedelta(**{UNITS[span[2]]: int(span[1])})
        except OverflowError:  # before the year 1
            return None
    found: datetime | None = parse(pl.Series([text]))[0]
    return found


def bound(option: str, text: str | None) -> datetime | None:
    """Return the time that an option gives, naive UTC, None where it is not given: see `time`.

    Raises:
        UsageError: it is no time.
    """
    if text is None:
        return None
    found = time(text)
    if found is None:
        raise UsageError(f"{option} {text!r} is no time.", do=f"{option} 2024-01-31, or 7d")
    return found


def window(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Return both ends of the half-open window [since, until), naive UTC.

    Raises:
        UsageError: an end is no time, or no time lies between them.
    """
    first, end = bound("--since", since), bound("--until", until)
    if first is not None and end is not None and first >= end:
        raise UsageError(
            f"--since {since} is not before --until {until}.",
            known="--since is the first moment, --until the first that is left out.",
            do="--since with the earlier of the two",
        )
    return first, end


def within(column: str, since: datetime | None, until: datetime | None) -> pl.Expr:
    """Say whether a time lies in the half-open window."""
    inside = pl.lit(value=True)
    if since is not None:
        inside &= pl.col(column) >= since
    if until is not None:
        inside &= pl.col(column) < until
    return inside


def _iso() -> pl.Expr:
    parts = pl.col("text").str.extract_groups(ISO).struct
    days = parts.field("date").str.replace_all("/", "-")
    days = pl.when(days.str.len_chars() == 7).then(days + "-01").otherwise(days)  # a month
    days = days.str.replace(r"^(\d{4})(\d{2})(\d{2})$", "$1-$2-$3")
    clock = [parts.field(name).fill_null("00") for name in ("hour", "minute", "second")]
    part = parts.field("part").fill_null("0").str.pad_end(6, "0").str.slice(0, 6)
    whole = pl.concat_str(days, pl.lit("T"), pl.concat_str(clock, separator=":"), pl.lit("."), part)
    local = whole.str.to_datetime("%Y-%m-%dT%H:%M:%S%.6f", time_unit="us", strict=False)
    minutes = parts.field("off_hour").cast(pl.Int64) * 60
    minutes = minutes + parts.field("off_minute").fill_null("0").cast(pl.Int64)
    ahead = pl.when(parts.field("sign") == "-").then(-minutes).otherwise(minutes).fill_null(0)
    return local - pl.duration(minutes=ahead)


def _epoch() -> pl.Expr:
    plain = pl.col("text").str.contains(EPOCH)
    number = pl.when(plain).then(pl.col("text").str.strip_chars()).cast(pl.Float64, strict=False)
    exact = pl.col("text").str.strip_chars().cast(pl.Int64, strict=False)
    size = number.abs()
    micros = (
        pl.when(size < 1e11)
        .then(pl.coalesce(exact * 1_000_000, (number * 1e6).round().cast(pl.Int64, strict=False)))
        .when(size < 1e14)
        .then(pl.coalesce(exact * 1_000, (number * 1e3).round().cast(pl.Int64, strict=False)))
        .when(size < 1e17)
        .then(pl.coalesce(exact, number.round().cast(pl.Int64, strict=False)))
        .when(size < 9e18)
        .then(pl.coalesce(exact, number.cast(pl.Int64, strict=False)) // 1_000)
    )
    return micros.cast(TIME)


def _written(text: str) -> datetime | None:
    """Read `Thu, 21 Dec 2000 16:01:07 +0200` and `Wed Aug 27 13:08:45 +0000 2008`."""
    if not WORDS.match(text) or len(text) > 64:
        return None
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found
    except (ValueError, OverflowError):
        return None
