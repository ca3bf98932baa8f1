"""Finds the lines of a dump that can be of a wanted subreddit, without parsing the others.

A line is a candidate where a subreddit's name stands in it as a JSON string of its own, in any
case and with any spacing. That costs a look at each byte instead of a parse of each line; a text
that quotes a name makes a candidate too, so whoever parses the candidates decides.
"""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING

import numpy as np
import orjson

from affectcli.ingest._bytes import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from affectcli.ingest._dump_bytes import Packed

LONGEST = 1 << 24
"""Bytes of one line above which it is refused; lines with a gallery's metadata have 100 KiB."""
NEWLINE = 10
FOLD = 0x20
"""The bit that makes an ASCII letter lower case; quotes, colons, digits and spaces have it."""
NAMED = re.compile(rb'"subreddit"[ )*-]*:[ )*-]*"([^"]*)"')
"""Key and value in folded bytes; `)`, `*` and `-` are what folding makes of white space."""


def _memmem() -> Callable[[int, int, bytes, int], int | None] | None:
    """Return the C library's search: three times as fast as `find`, and other threads go on."""
    try:
        found = ctypes.CDLL(None).memmem
    except (AttributeError, OSError, TypeError):  # Windows has none
        return None
    found.restype = ctypes.c_void_p
    found.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t)
    return found


MEMMEM = _memmem()


def blocks(packed: Packed) -> Iterator[bytes | None]:
    """Yield the text in blocks of whole lines, and None for a line that is too long to keep.

    The last block may be one line without a newline; half a line is never yielded.

    Raises:
        DamagedError: the file ends or breaks in the middle.
    """
    tail: list[bytes] = []
    size, text, long = 0, 0, False
    trouble: DamagedError | None = None
    try:
        for piece in packed.pieces():
            text += len(piece)
            end = piece.rfind(b"\n") + 1
            if not end:
                long = long or size + len(piece) > LONGEST
                tail = [] if long else [*tail, piece]
                size = 0 if long else size + len(piece)
                continue
            start = piece.find(b"\n") + 1 if long else 0
            if long:
                yield None
            if end > start:
                yield b"".join([*tail, memoryview(piece)[start:end]])
            tail, size, long = [piece[end:]], len(piece) - end, False
    except DamagedError as error:
        trouble = error
    last = b"".join(tail)
    if long and not trouble:
        yield None
    half = last.lstrip().startswith(b"{") and not _whole(last)
    if last.strip() and not half:
        yield last
    if trouble or half:
        raise trouble or packed.damaged("it ends in the middle of a line", text)


def _whole(line: bytes) -> bool:
    """Say whether a line is a JSON text; one that was cut off never is."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


class Scanner:
    """Looks for subreddits in blocks of lines."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        """Look for `names` in any case; without names every line is a candidate."""
        self.names = {_folded(name.encode()) for name in names}
        self.needle = b'"%s"' % next(iter(self.names)) if len(self.names) == 1 else None
        self.folded = bytearray()
        self.view = _bytes(self.folded)
        self.address = 0
        self.ends = np.empty(0, dtype=np.bool_)

    def load(self, block: bytes) -> int:
        """Take a block, and return how many lines it has."""
        self.block, self.size = block, len(block)
        if self.size > len(self.ends):
            self.folded = bytearray(self.size)
            self.view = _bytes(self.folded)
            self.address = self.view.ctypes.data
            self.ends = np.empty(self.size, dtype=np.bool_)
        np.equal(_bytes(block), NEWLINE, out=self.ends[: self.size])
        return self._lines(0, self.size) + (not block.endswith(b"\n"))

    def after(self, lines: int) -> bytes:
        """Return what follows the first `lines` lines of the block."""
        if not lines:
            return self.block
        return self.block[int(np.flatnonzero(self.ends[: self.size])[lines - 1]) + 1 :]

    def candidates(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number in the block, from 1 on, and the text of each candidate."""
        if not self.names:
            yield from enumerate(self._split(), 1)
            return
        np.bitwise_or(_bytes(self.block), FOLD, out=self.view[: self.size])
        number, counted = 1, 0
        for found in self._single() if self.needle else self._several():
            if found < counted:
                continue  # in the line before, a second time
            start = self.block.rfind(b"\n", counted, found) + 1 or counted
            end = self.block.find(b"\n", found) + 1 or self.size
            number += self._lines(counted, start)
            yield number, self.block[start:end]
            number, counted = number + 1, end

    def _split(self) -> list[bytes]:
        lines = self.block.split(b"\n")
        return lines if lines[-1] else lines[:-1]

    def _single(self) -> Iterator[int]:
        needle = self.needle or b""
        found = self._find(needle, 0)
        while found >= 0:
            yield found
            found = self._find(needle, found + 1)

    def _find(self, needle: bytes, start: int) -> int:
        if MEMMEM is None:
            return self.folded.find(needle, start, self.size)
        found = MEMMEM(self.address + start, self.size - start, needle, len(needle))
        return found - self.address if found else -1

    def _several(self) -> Iterator[int]:
        for match in NAMED.finditer(self.folded, 0, self.size):
            if match[1] in self.names:
                yield match.start()

    def _lines(self, start: int, stop: int) -> int:
        return int(np.count_nonzero(self.ends[start:stop]))


def _bytes(block: bytes | bytearray) -> NDArray[np.uint8]:
    return np.frombuffer(block, dtype=np.uint8)


def _folded(text: bytes) -> bytes:
    return bytes(byte | FOLD for byte in text)
