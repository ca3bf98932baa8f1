"""Damaged inputs of every source: no traceback, no hang, and counts that add up.

AFFECT_FUZZ sets how many inputs of each source are tried (300 before a release).
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from affectcli.errors import AffectError, ExitCode
from affectcli.ingest import events, forum, prices, series, stocktwits

if TYPE_CHECKING:
    from collections.abc import Callable

    from affectcli.store import Context, Outcome
    from tests.unit.ingest.conftest import Desk, Refused

COUNT = int(os.environ.get("AFFECT_FUZZ", "6"))
ALLOWED = {ExitCode.USAGE, ExitCode.INPUT}
NASTY = (
    b"\0",
    b"\xff",
    b"<",
    b'"',
    b"]]>",
    b"\n",
    b"{",
    b"}",
    b"&",
    b"999999999999999999999",
    b"\xed\xa0\x80",
)
ROWS = range(1, 9)
POSTS = (
    "<posts>\n"
    + "".join(
        f'<row Id="{n}" PostTypeId="{1 + n % 2}" ParentId="1" CreationDate="2011-07-1{n}T19:02" '
        f'Score="{n}" Body="&lt;p&gt;text {n}&lt;/p&gt;" OwnerUserId="3" Title="t" />\n'
        for n in ROWS
    )
    + "</posts>\n"
)
COMMENTS = (
    "<comments>\n"
    + "".join(
        f'<row Id="{n}" PostId="{n}" Score="0" Text="t{n}" CreationDate="2011-07-1{n}" />\n'
        for n in ROWS
    )
    + "</comments>\n"
)
FEED = (
    "<rss version='2.0'><channel><link>https://b.example/</link>"
    + "".join(
        f"<item><title>t{n} &amp; x</title><guid>g{n}</guid><description>&lt;p&gt;d{n}&lt;/p&gt;"
        f"</description><pubDate>Thu, 2{n} Dec 2023 16:01:07 +0200</pubDate></item>\n"
        for n in ROWS
    )
    + "</channel></rss>"
)
NEWS = "".join(
    json.dumps(
        {
            "id": n,
            "by": "pg",
            "time": 1160418111 + n,
            "text": f"<p>x{n}",
            "type": "comment",
            "parent": n - 1,
            "kids": [n + 1],
        }
    )
    + "\n"
    for n in ROWS
)
MESSAGES = [
    {
        "id": n,
        "body": f"$AAPL {n}",
        "created_at": "2023-10-05T23:56:32Z",
        "user": {"username": "a"},
        "symbols": [{"symbol": "AAPL"}],
        "entities": {"sentiment": {"basic": "Bullish"}},
    }
    for n in ROWS
]
TWITS = "symbol,message,datetime,user,message_id,sentiment\n" + "".join(
    f"NVDA,I love it {n},2023-01-0{n} 10:00,zed,{n},bearish\n" for n in ROWS
)
KLINES = "".join(
    f"{1704067200000 + n * 86400000},10,12,9,11,5.5,1704153599999,1,3,0.5,0.5,0\n" for n in ROWS
)
BARS = "Date,Open,High,Low,Close,Volume\n" + "".join(f"2024-01-0{n},1,3,1,2,{n}\n" for n in ROWS)
CALENDAR = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
    + "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:e{n}\r\nDTSTART:2024010{n}T100000Z\r\n"
        f"DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT={n}\r\nCATEGORIES:a,b\r\nEND:VEVENT\r\n"
        for n in ROWS
    )
    + "END:VCALENDAR\r\n"
)
EVENTS = "date,name,end\n" + "".join(f"2024-01-0{n},e{n},2024-02-01\n" for n in ROWS)
NUMBERS = "date,calls,visits\n" + "".join(f"2024-01-0{n},{n},{n * 2}\n" for n in ROWS)


def zipped(text: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("A-1d-2024.csv", text)
    return body.getvalue()


def from_forum(kind: str) -> Callable[[Context, str], Outcome]:
    return lambda ctx, path: forum.run(ctx, path=path, kind=kind, community="forum/x.example")


SOURCES: dict[str, tuple[bytes, str, Callable[[Context, str], Outcome]]] = {
    "posts": (POSTS.encode(), "Posts.xml", from_forum("stackexchange")),
    "comments": (gzip.compress(COMMENTS.encode()), "C.xml.gz", from_forum("stackexchange")),
    "feed": (FEED.encode(), "f.xml", from_forum("rss")),
    "news": (NEWS.encode(), "n.jsonl", from_forum("hackernews")),
    "stocktwits": (
        json.dumps({"messages": MESSAGES}).encode(),
        "m.json",
        lambda ctx, path: stocktwits.run(ctx, path=path),
    ),
    "stocktwits lines": (
        "\n".join(map(json.dumps, MESSAGES)).encode(),
        "m.jsonl",
        lambda ctx, path: stocktwits.run(ctx, path=path),
    ),
    "stocktwits csv": (TWITS.encode(), "m.csv", lambda ctx, path: stocktwits.run(ctx, path=path)),
    "klines": (
        KLINES.encode(),
        "A-1d-2024.csv",
        lambda ctx, path: prices.run(ctx, path=path, asset="A", bar="1d"),
    ),
    "zip": (
        zipped(KLINES),
        "A-1d-2024.zip",
        lambda ctx, path: prices.run(ctx, path=path, asset="A"),
    ),
    "bars": (BARS.encode(), "b.csv", lambda ctx, path: prices.run(ctx, path=path, asset="A")),
    "calendar": (CALENDAR.encode(), "c.ics", lambda ctx, path: events.run(ctx, path=path)),
    "events": (EVENTS.encode(), "e.csv", lambda ctx, path: events.run(ctx, path=path)),
    "series": (NUMBERS.encode(), "s.csv", lambda ctx, path: series.run(ctx, path=path, name="h")),
}


def damaged(body: bytes, dice: random.Random) -> bytes:
    """Return the bytes with one to six changes: flipped, cut, doubled, something put in."""
    for _ in range(dice.randint(1, 6)):
        place = dice.randrange(len(body) + 1)
        end = min(len(body), place + dice.randint(1, 40))
        body = dice.choice(
            (
                body[:place] + bytes([dice.randrange(256)]) + body[place + 1 :],
                body[:place] + dice.choice(NASTY) * dice.randint(1, 3) + body[place:],
                body[:place] + body[end:],
                body[:place] + body[place:end] * 2 + body[end:],
                body[:place] if dice.random() < 0.3 else body,
            )
        )
    return body


@pytest.mark.parametrize("name", SOURCES)
def test_damaged_inputs(desk: Desk, refused: Refused, name: str) -> None:
    body, file, read = SOURCES[name]
    dice = random.Random(name)
    wrong: list[tuple[int, AffectError]] = []
    for number in range(COUNT):
        path = desk.file(damaged(body, dice), file)
        started = time.process_time()
        try:
            refused(read(desk.ctx(), path))
        except AffectError as error:
            wrong += [(number, error)] if error.code not in ALLOWED else []
        assert time.process_time() - started < 20, number
    assert not wrong
    for row in desk.table("ledger"):
        parts = ("added", "updated", "duplicates", "rejected")
        assert row["rows_read"] >= sum(row[part] for part in parts)
