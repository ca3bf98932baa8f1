"""Assets that a text names: cashtags ($AAPL, $BRK.B) and bare tickers that the user lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

CASHTAG = r"(?:^|[^\w$])\$[A-Za-z]{1,10}(?:\.[A-Za-z]{1,2}\b)?\b"


def symbols(text: pl.Expr, tickers: Sequence[str]) -> pl.Expr:
    """Return the symbols of a text: upper case, sorted, each once; `$100` and `$$$` are none."""
    found = text.str.extract_all(CASHTAG)
    listed = [re.escape(ticker.strip()) for ticker in tickers if ticker.strip()]
    if listed:
        longest = "|".join(sorted(listed, key=len, reverse=True))
        found = found.list.concat(text.str.extract_all(rf"\b(?:{longest})\b"))
    name = pl.element().str.extract(r"([A-Za-z].*)$").str.to_uppercase()
    return found.list.eval(name).list.unique().list.sort()
