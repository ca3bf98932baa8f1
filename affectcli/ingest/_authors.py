"""Author names become keyed hashes; the key is a file beside no database and never in one."""

from __future__ import annotations

import os
import secrets
import stat
from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import ConfigError
from affectcli.ingest._text import is_deleted

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 32


def author_key(file: Path) -> bytes:
    """Return the key, made at first use: 32 random bytes that only their owner may read.

    Raises:
        ConfigError: the file cannot be made or read, is no key, or others may read it.
    """
    try:
        if not file.exists():
            _make(file)
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise ConfigError(
                f"Others may read the author key {file}.", do=f"chmod 600 {file}, or another key"
            )
        key = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"The author key {file} cannot be used: {error.strerror}.",
            do="key_file in affect.toml with a place that can be written to",
        ) from error
    if len(key) != SIZE:
        raise ConfigError(
            f"{file} is no author key: it has {len(key)} bytes, not {SIZE}.",
            known="With another key every author becomes somebody else.",
            do=f"the key from a backup, or mv {file} {file}.old",
        )
    return key


def hashed(names: pl.Series, *, source: str, key: bytes) -> pl.Series:
    """Return 16 hex digits for each `source:name`, null where nobody is named."""
    named = names.to_frame("name").select(
        pl.when(~is_deleted("name"))
        .then(pl.col("name").str.strip_chars())
        .replace("", None)
        .alias("author")
    )
    known = {
        name: blake2b(f"{source}:{name}".encode(), key=key, digest_size=8).hexdigest()
        for name in named["author"].unique()
        if name is not None
    }
    return pl.Series("author", [known.get(name) for name in named["author"]], dtype=pl.String)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as made:
            made.write(secrets.token_bytes(SIZE))
            made.flush()
            os.fsync(made.fileno())
        os.link(draft, file)  # whoever comes second uses the key of whoever came first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
