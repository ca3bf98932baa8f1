"""The files of an export: folders named by their values, a manifest, all or nothing."""

from __future__ import annotations

import hashlib
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import orjson
import polars as pl

from affectcli import __version__
from affectcli.errors import UsageError
from affectcli.store import inert
from affectcli.store.database import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KIND = "affect export"
MANIFEST = "manifest.json"
UNSAFE = frozenset(" \"#%&'*+/:;<=>?@[\\]^`{|}~")
"""What becomes %XX in a folder's name, as Hive has it, besides what is invisible; letters stay."""
LONGEST = 240
"""Bytes of a folder's name; most file systems end at 255."""


@dataclass(frozen=True)
class Layout:
    """The columns (a place, a time) whose values are folders, the period, and the format."""

    place: tuple[str, str] | None
    by: str
    format: str


@contextmanager
def folder(target: Path, *, private: bool) -> Iterator[Path]:
    """Yield an empty folder that takes the place of `target` if nothing goes wrong.

    Raises:
        UsageError: something stands there that is no export.
        OSError: the place cannot be written to.
    """
    _refuse(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700 if private else 0o777)
    try:
        yield draft
        _replace(target, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refuse(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir() or (any(target.iterdir()) and not _is_export(target)):
        raise UsageError(
            f"{target} is there and is no export.",
            known="An export replaces an earlier one, or an empty folder.",
            do="affect export -o NEW_FOLDER",
        )


def _is_export(target: Path) -> bool:
    try:
        return bool(orjson.loads((target / MANIFEST).read_bytes())["kind"] == KIND)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _replace(target: Path, draft: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    aside = draft.with_name(f"{draft.name}.old")
    target.rename(aside)
    try:
        draft.rename(target)
    except BaseException:
        aside.rename(target)
        raise
    shutil.rmtree(aside)


def write(frame: pl.DataFrame, home: Path, layout: Layout) -> list[dict[str, Any]]:
    """Write a table under `home`, one file a folder, and return path, rows, bytes, sha256 of each.

    Raises:
        UsageError: a value is too long for a folder's name.
    """
    written = []
    for path, part in _parts(frame, home, layout):
        path.mkdir(parents=True)
        file = path / f"part-0.{layout.format}"
        if layout.format == "csv":
            inert.csv(part).write_csv(file)
        else:
            part.write_parquet(file)
        content = file.read_bytes()
        written.append(
            {
                "path": file.relative_to(home.parent).as_posix(),
                "rows": len(part),
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    return written


def _parts(frame: pl.DataFrame, home: Path, layout: Layout) -> Iterator[tuple[Path, pl.DataFrame]]:
    if layout.place is None or frame.is_empty():
        yield home, frame
        return
    place, time = layout.place
    style = "%Y" if layout.by == "year" else "%Y-%m"
    dated = frame.with_columns(pl.col(time).dt.strftime(style).alias(layout.by))
    keys = [place, layout.by]
    for values, part in dated.partition_by(
        keys, as_dict=True, include_key=False, maintain_order=True
    ).items():
        named = zip(keys, values, strict=True)
        yield home.joinpath(*(_folder(key, str(value)) for key, value in named)), part


def _folder(key: str, value: str) -> str:
    name = f"{key}={''.join(map(_safe, value))}"
    if len(name.encode()) > LONGEST:
        raise UsageError(
            f"The {key} {value[:40]}... is too long a name for a folder.",
            do='affect query "from daily" -o daily.parquet',
        )
    return name


def _safe(character: str) -> str:
    if character.isprintable() and character not in UNSAFE:
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode())


def manifest(draft: Path, notes: Mapping[str, Any]) -> None:
    """Write what was exported, with which versions and parameters, and each file's hash."""
    whole = {
        "kind": KIND,
        "schema_version": 1,
        "generated_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "affect": __version__,
            "database": SCHEMA_VERSION,
            "duckdb": duckdb.__version__,
            "polars": pl.__version__,
        },
        "notes": [
            f"Cells of fewer than {notes['k']} authors have no numbers; `why` says so.",
            "Mental-health markers are estimates about groups, not a diagnosis.",
        ],
        **notes,
    }
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    (draft / MANIFEST).write_bytes(orjson.dumps(whole, option=option))
