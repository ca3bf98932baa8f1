"""Opens an input: decompressed, brought to UTF-8, line by line, never a whole file in memory."""

from __future__ import annotations

import codecs
import difflib
import gzip
import io
import re
import shutil
import sys
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias

from affectcli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LONGEST = 1 << 20
"""Bytes of one row above which it is refused: no post is 1 MiB, and a lost quote makes one."""
HEAD = 1 << 16
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TEXTS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt")
BROKEN = (EOFError, zlib.error, gzip.BadGzipFile, zstd.ZstdError)
PLAIN = re.compile(rb'[^"\n]*([^"\n])')
QUOTES = re.compile(rb'(?:"")+("?)')


class DamagedError(InputError):
    """The input ends or breaks in the middle; the rows before that are whole."""


Record: TypeAlias = "Sequence[str | None] | str"
"""The cells of a row, or the rule that refuses it."""


class Readable(Protocol):
    """What a decompressor and a file have in common."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes, none at the end."""
        ...


class Encoding:
    """Decodes lines, and tells a file with a few damaged rows from one that is not UTF-8.

    Text in another encoding has hardly ever a valid sequence of several bytes, so a file is taken
    for something else once more of its lines are invalid than are valid and beyond ASCII.
    """

    def __init__(self, source: Source) -> None:
        self.source, self.name = source, source.name
        self.good, self.bad = 0, 0

    def text(self, line: bytes, start: int) -> str | None:
        """Return the text of a line whose first byte stands at `start`, None if it is invalid.

        Raises:
            InputError: the file is not UTF-8.
        """
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            self.bad += 1
            if self.bad <= self.good:
                return None
            byte = line[error.start]
            raise InputError(
                f"{self.name} is not UTF-8: byte {start + error.start:,} is 0x{byte:02x}.",
                known="Nothing of this batch was stored.",
                do=self._advice(),
            ) from error
        if not line.isascii():
            self.good += 1
        return text

    def _advice(self) -> str:
        recode = "iconv -f WINDOWS-1252 -t UTF-8"
        if not self.source.size:
            return f"... | {recode} | the same command"
        reader = {gzip.GzipFile: "zcat", zstd.ZstdFile: "zstdcat"}.get(type(self.source.packed))
        read = f"{reader} {self.name} | {recode}" if reader else f"{recode} {self.name}"
        suffix = next((s for s in PurePath(self.name).suffixes if s in TEXTS), ".csv")
        return f"{read} > utf8{suffix}, then utf8{suffix}"


class Source:
    """An open input: `body` yields its decompressed UTF-8 bytes, `position` says how far we are."""

    def __init__(self, name: str, raw: IO[bytes], size: int) -> None:
        self.name, self.raw, self.size = name, raw, size
        self.packed = _decompress(raw)
        self.body = _decode(self.packed, name)

    @property
    def position(self) -> int:
        """Return how many bytes of the file are read, before decompression; 0 for stdin."""
        return self.raw.tell() if self.size else 0

    def head(self) -> bytes:
        """Return the first bytes without consuming them."""
        try:
            return self.body.peek(HEAD)[:HEAD]
        except (*BROKEN, UnicodeDecodeError) as error:
            raise InputError(f"{self.name} is damaged from its first byte on: {error}.") from error


@contextmanager
def seekable(source: Source) -> Iterator[IO[bytes]]:
    """Yield the bytes of a source as a file that can seek: itself, or a copy that is removed."""
    if source.size:
        place = source.raw.tell()
        source.raw.seek(0)
        if source.raw.read(4) == source.head()[:4]:
            yield source.raw
            return
        source.raw.seek(place)
    with tempfile.TemporaryFile() as copy:
        try:
            shutil.copyfileobj(source.body, copy)
        except BROKEN as error:
            raise InputError(f"{source.name} is truncated or damaged: {error}.") from error
        yield copy


@contextmanager
def opened(path: str) -> Iterator[Source]:
    """Open a file, or stdin where `path` is `-`.

    Raises:
        InputError: it is missing, empty, a folder or not readable.
    """
    if path == "-":
        yield _nonempty(Source("stdin", io.BufferedReader(_Unseekable(sys.stdin.buffer)), 0))
        return
    file = Path(path)
    try:
        with file.open("rb") as raw:
            yield _nonempty(Source(file.name, raw, file.stat().st_size))
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.", known=_neighbours(file)) from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder.", known=_contents(file)) from error
    except PermissionError as error:
        raise InputError(f"{path} may not be read.", do=f"chmod u+r {path}") from error


def lines(source: Source) -> Iterator[tuple[bytes, int, bool]]:
    """Yield (line, offset of its first byte, whether it is longer than `LONGEST`).

    A line that is too long is shortened to what decides where a csv record ends, so that its
    length costs no memory.

    Raises:
        DamagedError: the compressed input ends or breaks here.
    """
    offset = 0
    while line := _piece(source, offset):
        start, offset = offset, offset + len(line)
        if len(line) < LONGEST or line.endswith(b"\n"):
            yield line, start, False
            continue
        short = [outline(line)]
        while not line.endswith(b"\n") and (line := _piece(source, offset)):
            offset += len(line)
            short.append(outline(line))
        yield b"".join(short), start, True


def outline(line: bytes) -> bytes:
    """Shorten a line without changing where csv fields in it begin and end.

    A run of other bytes acts like its last byte, and a pair of quotes like no or two quotes.
    """
    return QUOTES.sub(rb'""\1', PLAIN.sub(rb"\1", line))


def _piece(source: Source, offset: int) -> bytes:
    try:
        return source.body.readline(LONGEST)
    except BROKEN as error:
        raise DamagedError(
            f"{source.name} is truncated or damaged after {offset:,} bytes of text: {error}.",
            known="The rows before that are stored." if offset else "",
            do="fetch the file again, then the same command",
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{source.name} is not the {error.encoding} it says it is.") from error


def _nonempty(source: Source) -> Source:
    if not source.head().strip():
        raise InputError(f"{source.name} is empty.")
    return source


def _decompress(raw: IO[bytes]) -> Readable:
    start = raw.peek(4)[:4] if isinstance(raw, io.BufferedReader) else b""
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=raw)
    if start == b"\x28\xb5\x2f\xfd":
        longest = {int(zstd.DecompressionParameter.window_log_max): 31}
        return zstd.ZstdFile(raw, options=longest)
    return raw


def _decode(body: Readable, name: str) -> io.BufferedReader[Any]:
    """Drop a byte order mark; UTF-16 and UTF-32 become UTF-8."""
    buffered: io.BufferedReader[Any] = io.BufferedReader(_Unseekable(body), HEAD)
    try:
        start = buffered.peek(4)
    except BROKEN as error:
        raise InputError(f"{name} is damaged from its first byte on: {error}.") from error
    for mark, encoding in BOMS:
        if start.startswith(mark):
            return io.BufferedReader(_Recoded(buffered, encoding), HEAD)
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(len(codecs.BOM_UTF8))
    return buffered


class _Unseekable(io.RawIOBase):
    """Bytes of another stream, for a buffer that never touches its position."""

    def __init__(self, inner: Readable) -> None:
        self.inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # io hands us a writable buffer
        read = getattr(self.inner, "read1", self.inner.read)
        got: bytes = read(len(view))
        view[: len(got)] = got
        return len(got)


class _Recoded(io.RawIOBase):
    """The text of a stream in another encoding, as UTF-8."""

    def __init__(self, inner: io.BufferedReader[Any], encoding: str) -> None:
        self.text = io.TextIOWrapper(inner, encoding, newline="")
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # io hands us a writable buffer
        if not self.left:
            self.left = self.text.read(len(view) // 4 or 1).encode("utf-8", "replace")
        got, self.left = self.left[: len(view)], self.left[len(view) :]
        view[: len(got)] = got
        return len(got)


def _neighbours(file: Path) -> str:
    if not file.parent.is_dir():
        return f"There is no folder {file.parent} either."
    there = sorted(p.name for p in file.parent.iterdir() if p.is_file())
    close = difflib.get_close_matches(file.name, there, n=3, cutoff=0.4)
    return f"In that folder: {', '.join(close)}." if close else ""


def _contents(folder: Path) -> str:
    there = sorted(p.name for p in folder.iterdir() if p.is_file())[:5]
    return f"It holds {', '.join(there)}." if there else ""
