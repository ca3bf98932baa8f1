"""The fonts of a report: found without importing their packages, the same on every machine."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path

from affectcli.errors import ConfigError

FAMILIES = ("Noto Sans", "Noto Sans CJK JP", "Noto Emoji", "DejaVu Sans")
"""In the order in which a character is looked for: Latin, CJK, emoji, then Hebrew and Arabic."""
PACKAGES = {
    "fontpkg_noto_sans": "files",
    "noto_cjk_sans_otc": "",
    "matplotlib": "mpl-data/fonts/ttf",
}


@cache
def folders() -> tuple[Path, ...]:
    """Return the folders that hold the fonts, in the order of `FAMILIES`.

    Raises:
        ConfigError: a font package is not installed.
    """
    found = [Path(__file__).parent / "fonts"]
    for package, inside in PACKAGES.items():
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise ConfigError(
                f"The font package {package} is not installed.", do="pip install affectcli"
            )
        found.append(Path(spec.origin).parent / inside)
    return tuple(found)


@cache
def register() -> None:
    """Make the fonts known to matplotlib.

    Noto Sans is one variable file: matplotlib would list its regular face only and complain about
    every bold label, so the file is listed as bold too; Typst draws the real bold.
    """
    from dataclasses import replace

    from matplotlib import font_manager

    manager = font_manager.fontManager
    for folder in folders()[:-1]:  # matplotlib knows its own
        for file in sorted(folder.glob("*.tt[fc]")):
            known = len(manager.ttflist)
            manager.addfont(file)
            added = manager.ttflist[known:]
            manager.ttflist.extend(replace(entry, weight=700) for entry in added)
