"""ReDSM5 files (psychologist-labelled sentences of Reddit posts) as training sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from affectcli.errors import InputError
from affectcli.tag._dsm5_card import SYMPTOMS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

_ANNOTATIONS = ("post_id", "sentence_text", "DSM5_symptom", "status")
_POSTS = ("post_id", "text")
_SAME = 0.5
"""Jaccard index of words above which a post's sentence is taken for an annotated one."""
_WORD = re.compile(r"\w+")


class Corpus(NamedTuple):
    """Sentences, the symptoms each shows (sentences, 9), and the post each stands in."""

    sentences: list[str]
    shown: NDArray[np.bool_]
    post: NDArray[np.int64]
    ignored: int
    """Annotations of a symptom that is none of the nine."""


def read(data: Path, *, split: Callable[[str], list[str]]) -> Corpus:
    """Return annotated sentences, and the other sentences of their posts as negatives.

    An annotation of status 1 shows its symptom; status 0 says that the criterion is not met.

    Raises:
        InputError: a file or a column is missing, or no annotation is left.
    """
    notes = _table(data, "redsm5_annotations*.csv", _ANNOTATIONS)
    posts = _table(data, "redsm5_posts*.csv", _POSTS)
    known = notes.filter(pl.col("DSM5_symptom").str.to_lowercase().is_in(SYMPTOMS))
    shown: dict[tuple[str, str], set[str]] = {}
    for post, line, symptom, status in known.select(_ANNOTATIONS).iter_rows():
        labels = shown.setdefault((post, line.strip()), set())
        if status == "1":
            labels.add(symptom.lower())
    if not any(shown.values()):
        raise InputError(f"{data} holds no sentence that shows a symptom (status 1).")
    passed_over = notes.filter(~pl.col("DSM5_symptom").str.to_lowercase().is_in(SYMPTOMS))
    for post, text in posts.select(_POSTS).iter_rows():
        # Sentences whose annotation we do not know are no negatives.
        said = notes.filter(pl.col("post_id") == post)["sentence_text"].to_list()
        for line in split(text):
            if not any(_alike(line, other) for other in said):
                shown.setdefault((post, line), set())
    number = {post: i for i, post in enumerate(sorted({post for post, _ in shown}))}
    return Corpus(
        [line for _, line in shown],
        np.array([[name in labels for name in SYMPTOMS] for labels in shown.values()]),
        np.array([number[post] for post, _ in shown], dtype=np.int64),
        passed_over.height,
    )


def _table(data: Path, pattern: str, columns: tuple[str, ...]) -> pl.DataFrame:
    paths = sorted(data.glob(pattern))
    if not paths:
        raise InputError(
            f"{data} holds no {pattern}.",
            known="ReDSM5 comes as redsm5_annotations*.csv and redsm5_posts*.csv.",
        )
    try:
        parts = [pl.read_csv(path, infer_schema=False).select(columns) for path in paths]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(
            f"{paths[0]} cannot be read ({type(error).__name__}).",
            known=f"Columns needed: {', '.join(columns)}.",
        ) from error
    return pl.concat(parts).drop_nulls()


def _alike(one: str, other: str) -> bool:
    a, b = (set(_WORD.findall(text.lower())) for text in (one, other))
    return len(a & b) > _SAME * len(a | b)
