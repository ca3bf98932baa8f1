"""Decompresses a dump in large pieces, in a thread of its own, and says where it is damaged.

zstd with windows up to 2 GiB and any number of frames, gzip, bzip2, xz and plain text; which one
is told by the first bytes. Whatever a damaged file gives before the damage is handed on.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sys
import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from affectcli.errors import InputError
from affectcli.ingest._bytes import DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK = 1 << 20
"""Bytes read at once. With `PIECE` it is what decompresses fastest."""
PIECE = 1 << 20
"""Bytes of text made at once, at most, and handed on at once, at least."""
KEPT = 1 << 24
"""Bytes below which memory is used again instead of being given back to the system."""
AHEAD = 8
"""Pieces that are decompressed before they are asked for."""
BROKEN = (EOFError, zlib.error, lzma.LZMAError, OSError, zstd.ZstdError)
"""What decompressors raise; that of bzip2 is an OSError."""
MAGIC = {
    "zst": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # a frame, or one to skip
    "gz": re.compile(rb"\x1f\x8b"),
    "bz2": re.compile(rb"BZh[1-9]"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "text": re.compile(rb"(?:\xef\xbb\xbf)?\s*\{"),
}
NAMED = {".zst": "zst", ".zstd": "zst", ".gz": "gz", ".bz2": "bz2", ".xz": "xz"}


class Decompressor(Protocol):
    """What the decompressors of zstd, bzip2 and xz have in common."""

    @property
    def eof(self) -> bool:
        """Whether the frame ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether more input must come before more output does."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came after the frame."""
        ...

    def decompress(self, data: bytes | memoryview, max_length: int = -1) -> bytes:
        """Return at most `max_length` bytes."""
        ...


class _Gzip:
    """zlib's decompressor with the manners of the others."""

    def __init__(self) -> None:
        self.inner = zlib.decompressobj(wbits=31)
        self.full = False

    @property
    def eof(self) -> bool:
        return self.inner.eof

    @property
    def needs_input(self) -> bool:
        return not self.full

    @property
    def unused_data(self) -> bytes:
        return self.inner.unused_data.lstrip(b"\0")  # tapes and tar pad with zeros

    def decompress(self, data: bytes | memoryview, max_length: int = -1) -> bytes:
        tail = self.inner.unconsumed_tail
        piece = self.inner.decompress(tail + bytes(data) if tail else data, max_length)
        self.full = len(piece) == max_length
        return piece


class _Text:
    """Text that is not compressed; it ends where the file does."""

    eof = needs_input = True
    unused_data = b""

    def decompress(self, data: bytes | memoryview, max_length: int = -1) -> bytes:
        del max_length
        return bytes(data)


def _zstd() -> Decompressor:
    return zstd.ZstdDecompressor(options={int(zstd.DecompressionParameter.window_log_max): 31})


MAKERS: dict[str, Callable[[], Decompressor]] = {
    "zst": _zstd,
    "gz": _Gzip,
    "bz2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
    "text": _Text,
}


class Packed:
    """An open dump: `pieces` yields its text, `position` says how much of the file that took."""

    def __init__(self, name: str, raw: IO[bytes], size: int) -> None:
        self.name, self.raw, self.size = name, raw, size
        self.position = self.place = 0
        self.start = raw.read(PIECE)
        if not self.start:
            raise InputError(f"{name} is empty.")
        kind = _kind(name, self.start)
        self.make, self.step = MAKERS[kind], PIECE if kind == "text" else CHUNK

    def pieces(self) -> Iterator[bytes]:
        """Yield the text in pieces, decompressed ahead of the reader.

        Raises:
            DamagedError: the file ends or breaks in the middle; what is whole was yielded.
        """
        _keep_memory()
        source = _joined(self._pieces())
        with ThreadPoolExecutor(1, "decompress") as pool:
            coming = deque(pool.submit(next, source, None) for _ in range(AHEAD))
            while (found := coming.popleft().result()) is not None:
                coming.append(pool.submit(next, source, None))
                piece, self.position = found
                yield piece

    def _pieces(self) -> Iterator[tuple[bytes, int]]:
        good = at = 0
        try:
            for piece, at in self._unpacked(sys.maxsize):
                good += len(piece)
                yield piece, at
        except BROKEN as error:
            trouble = error
        else:
            return
        if self.size and not isinstance(trouble, (EOFError, OSError)):
            rest, at = self._before_damage(good)
            good += len(rest)
            if rest:
                yield rest, at
        raise self.damaged(str(trouble), good, at) from trouble

    def _unpacked(self, good: int) -> Iterator[tuple[bytes, int]]:
        """Yield text, and how much of the file it took; beyond `good` bytes of it byte by byte."""
        done = read = 0
        state, fresh = self.make(), True
        chunk = self.start
        while chunk:
            read += len(chunk)
            rest = memoryview(chunk)
            while rest or not (fresh or state.needs_input):
                size = len(rest) if done < good else 1
                piece = state.decompress(rest[:size], PIECE if done < good else 1)
                rest, fresh = rest[size:], False
                if state.eof:
                    rest = memoryview(state.unused_data + bytes(rest))
                    state, fresh = self.make(), True
                self.place = read - len(rest)
                if piece:
                    done += len(piece)
                    yield piece, self.place
            chunk = self.raw.read(self.step)
        if not fresh:
            raise EOFError("it ends in the middle")

    def _before_damage(self, good: int) -> tuple[bytes, int]:
        """Return what can be had after `good` bytes of text, and where the file breaks.

        A decompressor that meets a damage throws away what it had made in the same call, so the
        way there is gone a second time, and the last stretch of it byte by byte. Not for bzip2,
        which hands on what is damaged before it notices, nor where all input was used up.
        """
        self.raw.seek(len(self.start))
        rest, done = bytearray(), 0
        try:
            for piece, _ in self._unpacked(good):
                done += len(piece)
                if done > good:
                    rest += piece
        except BROKEN:
            pass
        return bytes(rest), self.place

    def damaged(self, what: str, good: int, at: int | None = None) -> DamagedError:
        """Return what to raise after `good` bytes of text; `at` is the byte of the file."""
        at = self.position if at is None else at
        of = f" of {self.size:,}" if self.size else ""
        return DamagedError(
            f"{self.name} is truncated or damaged at byte {at:,}{of}, after {good:,} bytes of "
            f"text: {what}.",
            known="Every whole line before that is stored." if good else "",
            do="fetch the file again, then the same command",
        )


def _keep_memory() -> None:
    """Have the C library keep the memory of one piece for the next.

    Of glibc, mallopt(3): freeing a large block raises M_MMAP_THRESHOLD and M_TRIM_THRESHOLD. The
    page faults of memory that is new with each piece cost half as much as the decompression.
    """
    bytes(KEPT)


def _joined(pieces: Iterator[tuple[bytes, int]]) -> Iterator[tuple[bytes, int]]:
    """Yield pieces joined to at least `PIECE`: two threads that meet often wait for each other."""
    parts: list[bytes] = []
    size = at = 0
    try:
        for piece, at in pieces:
            parts.append(piece)
            size += len(piece)
            if size >= PIECE:
                yield b"".join(parts), at
                parts, size = [], 0
    except DamagedError as error:
        if parts:
            yield b"".join(parts), at
        raise error from error.__cause__
    if parts:
        yield b"".join(parts), at


@contextmanager
def opened(path: str) -> Iterator[Packed]:
    """Open a dump, or stdin where `path` is `-`.

    Raises:
        InputError: it is missing, empty or not readable.
    """
    if path == "-":
        yield Packed("stdin", sys.stdin.buffer, 0)
        return
    file = Path(path)
    try:
        with file.open("rb") as raw:
            yield Packed(file.name, raw, file.stat().st_size)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.") from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read.", do=f"chmod u+r {path}") from error


def _kind(name: str, start: bytes) -> str:
    for kind, magic in MAGIC.items():
        if magic.match(start):
            return kind
    return NAMED.get(Path(name).suffix.lower(), "text")
