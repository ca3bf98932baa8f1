"""Files that appear whole or not at all: written beside their place and moved into it."""

from __future__ import annotations

import os
import secrets
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file; on any failure what stood there is untouched.

    A link stays a link, an existing file keeps its mode, and a device or pipe is written to as it
    is.

    Raises:
        OSError: the place cannot be written to.
    """
    target = path.resolve()
    if path.is_relative_to("/dev") or (target.exists() and not target.is_file()):
        path.write_bytes(content)
        return
    draft = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file to a place where it appears whole, flushed to disk, or not at all.

    Raises:
        OSError: the place cannot be written to.
    """
    draft = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}")
    try:
        shutil.copyfile(source, draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        shutil.copymode(source, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
