"""The fonts of a report: found without importing their packages, the same on every machine."""

from __future__ import annotations

import importlib.util
import unicodedata
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
OTHERS = ("cm", "STIX", "Last", "DejaVuSansMono", "DejaVuSerif", "DejaVuSansDisplay")
"""Fonts in these folders that are of no use here."""


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


@cache
def _drawable() -> frozenset[int]:
    """Return the code points that one of the fonts has."""
    from matplotlib.ft2font import FT2Font

    files = (file for folder in folders() for file in folder.glob("*.tt[fc]"))
    fonts = [FT2Font(file) for file in files if not file.name.startswith(OTHERS)]
    return frozenset(code for font in fonts for code in font.get_charmap())


def missing(text: str) -> list[str]:
    """Return the scripts of letters and signs in `text` that no font has: Thai, Ethiopic ..."""
    shown = {c for c in text if unicodedata.category(c)[0] in "LNPS"}
    lacking = (unicodedata.name(c, "unnamed") for c in shown if ord(c) not in _drawable())
    return sorted({name.split()[0].capitalize() for name in lacking})
