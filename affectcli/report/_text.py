"""Names and numbers in words, safe to set: no control characters, no overlong names."""

from __future__ import annotations

import unicodedata

FORBIDDEN = frozenset("\ufffe\uffff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """Return a name without characters that SVG forbids or that would move what stands around."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    return " ".join("".join(c for c in kept if c not in FORBIDDEN).split())


def short(text: str, cells: int) -> str:
    """Return a name of at most `cells` columns (CJK and emoji take two), cut in its middle."""
    text = plain(text)
    if columns(text) <= cells:
        return text
    left, right = text, text
    while columns(left) > (cells - 1) // 2:
        left = left[:-1]
    while columns(right) > cells - 1 - columns(left):
        right = right[1:]
    return f"{left}…{right}"


def columns(text: str) -> int:
    """Return how many columns of a terminal `text` takes, a good guess at its width in print."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def percent(value: float, _position: int | None = None) -> str:
    """Return a share in words: 0.123 is 12 %, 0.012 is 1.2 %."""
    digits = 0 if abs(value) >= 0.0995 or value == 0 else 1
    return f"{100 * value:.{digits}f}\u00a0%".replace("-", "\u2212")
