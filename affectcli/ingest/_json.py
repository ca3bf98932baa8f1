"""One JSON object a line; every value as text, missing keys as null."""

from __future__ import annotations

import json
from itertools import chain, islice
from typing import TYPE_CHECKING

import orjson

from affectcli.errors import InputError
from affectcli.ingest._bytes import DamagedError, Encoding, lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from affectcli.ingest._bytes import Record, Source

PEEK = 1000
"""Objects looked at ahead to learn which keys there are."""


class Json:
    """A file of JSON lines."""

    open = True

    def __init__(self, source: Source) -> None:
        self.encoding = Encoding(source)
        self.objects = self._objects(source)
        self.peeked: list[dict[str, object] | str] = []
        self.trouble: DamagedError | None = None
        try:
            self.peeked.extend(islice(self.objects, PEEK))
        except DamagedError as error:
            self.trouble = error
        keys = [list(each) for each in self.peeked if isinstance(each, dict)]
        self.columns = list(dict.fromkeys(chain.from_iterable(keys)))
        if self.peeked and not keys:
            raise InputError(
                f"{source.name}: none of its first {len(self.peeked):,} lines is a JSON object.",
                do="--input-format csv, if it is csv",
            )

    def records(self, wanted: Sequence[str]) -> Iterator[Record]:
        """Yield the wanted keys of each object as text, or the rule that refuses the line.

        Raises:
            DamagedError: the compressed input ends or breaks here.
            InputError: it is not UTF-8.
        """
        for each in chain(self.peeked, self._damage(), self.objects):
            if isinstance(each, str):
                yield each
            else:
                yield [_text(each.get(name)) for name in wanted]

    def _damage(self) -> Iterator[str]:
        if self.trouble:
            raise self.trouble
        yield from ()

    def _objects(self, source: Source) -> Iterator[dict[str, object] | str]:
        for line, start, long in lines(source):
            if long:
                yield "too_long"
            elif not line.isspace():
                yield self._object(line, start)

    def _object(self, line: bytes, start: int) -> dict[str, object] | str:
        if self.encoding.text(line, start) is None:
            return "bad_encoding"
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError:
            try:  # a lone surrogate is legal JSON, and orjson refuses it
                found = json.loads(line)
            except (ValueError, RecursionError):
                return "bad_json"
        return found if isinstance(found, dict) else "bad_json"


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None or value.isascii() else _paired(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    try:
        return _paired(json.dumps(value, ensure_ascii=False))
    except RecursionError:
        return None


def _paired(text: str) -> str:
    """Replace lone surrogates, which JSON allows and UTF-8 does not."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
