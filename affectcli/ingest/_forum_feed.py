"""RSS and Atom feeds, from an address or a file.

An address is asked only for what has changed (RFC 9110, section 13: If-None-Match and
If-Modified-Since with what the last answer said). A feed that is not well-formed gives what can
be read of it, and says so.
"""

from __future__ import annotations

import re
import time
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import feedparser

from affectcli.errors import InputError, UsageError
from affectcli.ingest._bytes import BROKEN, opened
from affectcli.ingest._forum import COLUMNS, Part, post, whole
from affectcli.ingest._forum_html import text
from affectcli.ingest._notes import Notes
from affectcli.ingest._pages import Pages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affectcli.ingest._bytes import Record
    from affectcli.ingest._forum import Asked

SOURCE = "rss"
NOT_MODIFIED = 304
DATES = ("published", "updated", "created")
HTML = re.compile(r"</?[a-zA-Z][^<>]{0,1000}>|&[#\w]{1,10};")
DOCTYPE = re.compile(rb"<!ENTITY", re.IGNORECASE)


def parts(asked: Asked) -> Iterator[Part]:
    """Yield the entries of the feed; none if it has not changed since it was last read.

    Raises:
        InputError: it is no feed.
        UsageError: nothing says where the entries were published.
        RemoteError, BudgetError: the address cannot be read.
    """
    if asked.remote:
        yield _fetched(asked)
        return
    with opened(asked.path) as source:
        try:
            body = whole(source)
        except BROKEN as error:
            raise InputError(f"{source.name} is truncated or damaged: {error}.") from error
        name = source.name
    feed = _parsed(body, {}, name)
    community = asked.community or _community(str(feed.feed.get("link", "")))
    if not community:
        raise UsageError(
            f"Nothing says where {name} was published.", do="--community forum/example"
        )
    yield Part(_rows(feed, community, name), community, asked.path, warning=_warning(feed, name))


def _fetched(asked: Asked) -> Part:
    community = asked.community or _community(asked.path)
    notes = Notes(
        asked.ctx, source=SOURCE, input=asked.path, since=asked.since, lasting=asked.lasting
    )
    before = notes.get("page") or {}
    response = asked.client.get(asked.path, headers=before, accept={NOT_MODIFIED})
    if response.status_code == NOT_MODIFIED:
        return Part(Pages(asked.path, COLUMNS, []), community, asked.path, notes)
    said = {"If-None-Match": "etag", "If-Modified-Since": "last-modified"}
    heads = {ask: response.headers[name] for ask, name in said.items() if name in response.headers}
    kind = response.headers.get("content-type")
    feed = _parsed(response.content, {"content-type": kind} if kind else {}, asked.path)
    notes.put("page", heads)
    rows = _rows(feed, community, asked.path)
    return Part(rows, community, asked.path, notes, _warning(feed, asked.path))


def _parsed(body: bytes, headers: dict[str, str], name: str) -> Any:  # noqa: ANN401  # feedparser is untyped
    if DOCTYPE.search(body):
        raise InputError(f"{name} declares XML entities, which no feed needs.")
    try:
        feed = feedparser.parse(
            body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # its readers raise whatever a broken feed makes them raise
        raise InputError(f"{name} cannot be read as a feed: {error}.") from error
    if not feed.entries and (feed.bozo or not feed.get("version")):
        why = f": {feed.bozo_exception}" if feed.get("bozo_exception") else ""
        raise InputError(
            f"{name} is no RSS or Atom feed{why}.",
            do="the address that the page's <link rel=alternate> names",
        )
    return feed


def _warning(feed: Any, name: str) -> str:  # noqa: ANN401  # feedparser is untyped
    trouble = feed.get("bozo_exception")
    harmless = feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType
    if not feed.bozo or isinstance(trouble, harmless):
        return ""
    read = len(feed.entries)
    return f"{name} is not well-formed ({trouble}); {read:,} entries could be read."


def _rows(feed: Any, community: str, name: str) -> Pages:  # noqa: ANN401  # feedparser is untyped
    return Pages(name, COLUMNS, [[_entry(each, community) for each in feed.entries]])


def _entry(entry: Any, community: str) -> Record:  # noqa: ANN401  # feedparser is untyped
    title, body = _plain(entry.get("title")), _plain(_longest(entry))
    answered = entry.get("thr_in-reply-to") or {}
    above = answered.get("ref") if isinstance(answered, dict) else None
    said = entry.get("id") or entry.get("link") or f"{title}\n{body}"
    number = _id(community, said)
    parent = _id(community, above) if above else None
    return post(
        id=number,
        created=_created(entry),
        author=entry.get("author") or None,
        title=title,
        body="" if body == title else body,
        kind="comment" if parent else "submission",
        parent_id=parent,
        thread_id=None if parent else number,
        replies=entry.get("slash_comments"),
    )


def _longest(entry: Any) -> object:  # noqa: ANN401  # feedparser is untyped
    """Return the full text where a feed has it, else the summary."""
    found = [part.get("value") or "" for part in entry.get("content") or []]
    return max([*found, entry.get("summary") or ""], key=len)


def _plain(value: object) -> str:
    """Return text; feeds escape HTML once too often to trust what they call plain."""
    if not isinstance(value, str):
        return ""
    return text(value) if HTML.search(value) else value.strip()


def _created(entry: Any) -> str | None:  # noqa: ANN401  # feedparser is untyped
    """Return the time of publication: as feedparser understood it, else as it is written."""
    for name in DATES:
        # An entry's own `get` takes one date for another, and warns of it.
        if (known := dict.get(entry, f"{name}_parsed")) is not None:
            return time.strftime("%Y-%m-%dT%H:%M:%SZ", known)
    written = (dict.get(entry, name) for name in DATES)
    return next((str(each) for each in written if each), None)


def _id(community: str, said: object) -> str:
    return blake2b(f"{community}\n{said}".encode(errors="replace"), digest_size=12).hexdigest()


def _community(address: str) -> str:
    try:
        host = urlsplit(address).hostname
    except ValueError:
        host = None
    return f"forum/{host.removeprefix('www.')}" if host else ""
