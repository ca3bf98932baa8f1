"""Gives Typst a folder with a template and what it reads, and our fonts only."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from affectcli.report import _fonts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPLATES = Path(__file__).parent / "templates"


@contextmanager
def compiler(template: str, files: Mapping[str, bytes]) -> Iterator[Any]:
    """Give a compiler of templates/`template` in a folder of its own, with `files` beside it."""
    import typst

    with tempfile.TemporaryDirectory(prefix="affect-report-") as name:
        folder = Path(name)
        shutil.copy(TEMPLATES / template, folder / "report.typ")
        for file, written in files.items():
            (folder / file).write_bytes(written)
        fonts = typst.Fonts(include_system_fonts=False, font_paths=list(_fonts.folders()))
        yield typst.Compiler(folder / "report.typ", root=folder, font_paths=fonts)
