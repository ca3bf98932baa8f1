"""Text as it is stored, as taggers see it, and as repeats are recognised."""

from __future__ import annotations

from hashlib import blake2b

import polars as pl

DELETED = (
    "[deleted]",
    "[removed]",
    "[deleted by user]",
    "[removed by moderator]",
    "[ removed by reddit ]",
    "[removed by reddit]",
    "[ removed by moderator ]",
)
"""What stands in place of a text that its author or a moderator took back."""


def is_deleted(column: str) -> pl.Expr:
    """Say whether a text was taken back."""
    return pl.col(column).str.strip_chars().str.to_lowercase().is_in(DELETED)


def joined() -> pl.Expr:
    """Return what the taggers see: title and body, those that are there, NFC, stripped."""
    title, body = pl.col("title").str.strip_chars(), pl.col("body").str.strip_chars()
    both = pl.concat_str(title, pl.lit("\n\n"), body)
    return both.str.strip_chars().str.normalize("NFC")


def bare(text: pl.Expr) -> pl.Expr:
    """Return a text without URLs, @users, white space and case: equal texts repeat each other."""
    text = text.str.to_lowercase().str.replace_all(r"https?://\S+|www\.\S+", "")
    return text.str.replace_all(r"@\w+|\s+", "")


def hashes(texts: pl.Series) -> pl.Series:
    """Return 64-bit BLAKE2b of each text, null where it is empty."""
    found = [
        int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") if text else None
        for text in texts
    ]
    return pl.Series(texts.name, found, dtype=pl.UInt64)
