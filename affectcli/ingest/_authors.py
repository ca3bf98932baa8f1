"""Author names become keyed hashes; the key is a file beside no database and never in one."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

import polars as pl

from affectcli.errors import ConfigError
from affectcli.ingest._text import is_deleted

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.store import Connection, Context

SIZE = 32


@dataclass(frozen=True)
class Key:
    """The secret that author names are hashed with, and the file that it is from."""

    value: bytes
    file: Path
    lasting: bool = True
    """False for a key that a dry run makes up; it is written nowhere."""

    @property
    def check(self) -> str:
        """Return 16 hex digits by which the key is known again, and nothing of it revealed."""
        return blake2b(b"author key check", key=self.value, digest_size=8).hexdigest()


def author_key(ctx: Context) -> Key:
    """Return the key of the database; a first key is made, but not by a dry run.

    Raises:
        ConfigError: the file cannot be used, or the database was made with another key.
    """
    file, check = ctx.settings.key_file, None
    if ctx.db.exists:
        with ctx.db.read() as con:
            check = _check(con)
    there = os.access(file, os.F_OK)
    if check is not None and not there:
        raise _other(file, there=False)
    if ctx.db.dry_run and not there:
        return Key(secrets.token_bytes(SIZE), file, lasting=False)
    key = Key(read_key(file), file)
    if check not in (None, key.check):
        raise _other(file, there=True)
    return key


def seal(con: Connection, key: Key) -> None:
    """Note the check value of the key with the first authors that are stored.

    Raises:
        ConfigError: the database was made with another key meanwhile.
    """
    if not key.lasting:
        return
    check = _check(con)
    if check is None:
        con.execute("ingest/insert_key_check", value=key.check)
    elif check != key.check:
        raise _other(key.file, there=True)


def read_key(file: Path) -> bytes:
    """Return the key, made at first use: 32 random bytes that only their owner may read.

    Raises:
        ConfigError: the file cannot be made or read, is no key, or others may read it.
    """
    try:
        if file.is_dir():
            raise ConfigError(
                f"The author key {file} is a directory, not a file.",
                do=f"AFFECT_KEY_FILE={file / 'author.key'}",
            )
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


def _check(con: Connection) -> str | None:
    found = con.frame("ingest/select_key_check")["value"]
    return str(found[0]) if len(found) else None


def _other(file: Path, *, there: bool) -> ConfigError:
    now = f"the key in use is {file}" if there else f"there is no key file {file}"
    return ConfigError(
        f"This database was made with another author key; {now}.",
        known="With another key every author would become somebody else.",
        do=f"the right key from a backup as {file}, or AFFECT_KEY_FILE=WHERE_IT_IS",
    )


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
