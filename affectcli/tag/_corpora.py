"""Labelled text on disk, one function a corpus: what `affect model train` reads besides GoEmotions.

Each reader takes the folder that holds the corpora's folders and returns a `Corpus`. Licences and
sources stand in `_sources.py`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from affectcli.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

EMTRACT = ("neutral", "happy", "sad", "anger", "disgust", "surprise", "fear")
STRESSORS = (
    *("work", "school", "financial problem", "family issues", "social relationships"),
    *("health issues", "emotional turmoil", "everyday decision making", "other causes"),
)
CAUSES = ("none", "bias_or_abuse", "jobs_and_careers", "medication", "relationship", "alienation")
CAMS_FILES = (
    ("added_CAMS_data", "cause"),
    ("IntentSDCNL_Training", "ANNOTATIONS"),
    ("IntentSDCNL_Testing", "ANNOTATIONS"),
)
LEVELS = ("supportive", "indicator", "ideation", "behavior", "attempt")


@dataclass(frozen=True)
class Corpus:
    """Texts with one label each.

    `label` is a class number, or a value for a scale. `group` names what must not be torn apart by
    a split (segments of one post); `split` is the corpus's own split, "" where it has none.
    """

    name: str
    texts: Sequence[str]
    label: NDArray[np.float64]
    group: Sequence[str]
    split: Sequence[str]
    kind: Sequence[str]
    """What else is known of each text: subreddit or class name, "" where nothing is."""


def _frame(folder: Path, path: str) -> pl.DataFrame:
    file = folder / path
    if not file.is_file():
        raise InputError(
            f"{file} is not there.",
            known="docs/training.md lists the corpora, their files and where they come from.",
            do="affect model train --task emotion --data FOLDER (needs GoEmotions only)",
        )
    try:
        return pl.read_csv(file, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{file} cannot be read: {error}.") from error


def _column(frame: pl.DataFrame, name: str, file: str) -> list[str]:
    try:
        return [value or "" for value in frame[name]]
    except pl.exceptions.ColumnNotFoundError as error:
        raise InputError(
            f"{file} has no column {name}; it has {', '.join(frame.columns)}."
        ) from error


def _corpus(
    name: str,
    texts: Sequence[str],
    label: Sequence[float],
    *,
    group: Sequence[str] | None = None,
    split: Sequence[str] | None = None,
    kind: Sequence[str] | None = None,
) -> Corpus:
    empty = [""] * len(texts)
    return Corpus(
        name,
        texts,
        np.array(label, dtype=np.float64),
        group or texts,
        split or empty,
        kind or empty,
    )


def emtract(folder: Path) -> Corpus:
    """StockTwits messages as written, 7 classes (Vamossy and Skog, 2021)."""
    file = "emtract_stocktwits/train.csv.gz"
    frame = _frame(folder, file)
    return _corpus("emtract", _column(frame, "body", file), [float(x) for x in frame["label"]])


def dreaddit(folder: Path) -> Corpus:
    """Segments of Reddit posts, stress 1 or 0 (Turcan and McKeown, 2019)."""
    file = "dreaddit/dreaddit-train.csv.gz"
    frame = _frame(folder, file)
    return _corpus(
        "dreaddit",
        _column(frame, "text", file),
        [float(x) for x in frame["label"]],
        group=_column(frame, "post_id", file),
        kind=_column(frame, "subreddit", file),
    )


def depression(folder: Path) -> Corpus:
    """Posts of depression communities (1) and others (0): DR as in IMHI (Yang et al., 2024)."""
    file = "imhi_dr_sad/DR.csv.gz"
    frame = _frame(folder, file)
    said = [float(x.startswith("yes")) for x in _column(frame, "label", file)]
    return _corpus("DR", _column(frame, "text", file), said, split=_column(frame, "split", file))


def stressors(folder: Path) -> Corpus:
    """Sentences about a stressor, 9 classes: SAD (Mauriello et al., 2021) as in IMHI."""
    file = "imhi_dr_sad/SAD.csv.gz"
    frame = _frame(folder, file)
    label = [float(STRESSORS.index(x)) for x in _column(frame, "label", file)]
    return _corpus("SAD", _column(frame, "text", file), label, split=_column(frame, "split", file))


def causes(folder: Path) -> Corpus:
    """Mental-health posts, each with the kind of cause that it names: CAMS (Garg et al., 2022)."""
    texts: list[str] = []
    label: list[float] = []
    for stem, column in CAMS_FILES:
        file = f"cams/{stem}.csv.gz"
        frame = _frame(folder, file)
        for text, value in zip(
            _column(frame, "selftext", file), _column(frame, column, file), strict=True
        ):
            if text.strip() and re.fullmatch(r"[0-5](\.0)?", value):
                texts.append(text)
                label.append(float(value))
    return _corpus("CAMS", texts, label)


def disorders(folder: Path) -> Corpus:
    """Posts of six kinds of community, 248 each (Murarka et al., 2021, re-hosted)."""
    file = "reddit_mental_illness/validation.csv.gz"
    frame = _frame(folder, file)
    bodies = zip(_column(frame, "title", file), _column(frame, "post", file), strict=True)
    texts = [f"{title}\n\n{body}" for title, body in bodies]
    kind = _column(frame, "class_name", file)
    return _corpus("Reddit disorders", texts, [float(k != "none") for k in kind], kind=kind)


def suicidality(folder: Path) -> Corpus:
    """All posts of a user as one text, 5 ordered levels: C-SSRS 500 (Gaur et al., 2019)."""
    file = "cssrs500/users_train.csv.gz"
    frame = _frame(folder, file)
    # A Python list printed by a program that lost the escapes: its literal cannot be parsed back.
    posts = [
        "\n\n".join(re.split(r"""['"], ['"]""", text.strip()[2:-2]))
        for text in _column(frame, "Post", file)
    ]
    level = [float(LEVELS.index(x.lower())) for x in _column(frame, "Label", file)]
    return _corpus("C-SSRS", posts, level)


READERS = {
    "emtract": emtract,
    "dreaddit": dreaddit,
    "depression": depression,
    "stressors": stressors,
    "causes": causes,
    "disorders": disorders,
    "suicidality": suicidality,
}
FILES = {
    "emtract": ("emtract_stocktwits/train.csv.gz",),
    "dreaddit": ("dreaddit/dreaddit-train.csv.gz",),
    "depression": ("imhi_dr_sad/DR.csv.gz",),
    "stressors": ("imhi_dr_sad/SAD.csv.gz",),
    "causes": tuple(f"cams/{stem}.csv.gz" for stem, _ in CAMS_FILES),
    "disorders": ("reddit_mental_illness/validation.csv.gz",),
    "suicidality": ("cssrs500/users_train.csv.gz",),
}


def there(folder: Path, name: str) -> bool:
    """Return whether all files of a corpus are in `folder`."""
    return all((folder / file).is_file() for file in FILES[name])


def fingerprint(folder: Path) -> dict[str, str]:
    """Return file -> sha256 of the files of the corpora that are there."""
    files = [file for name in READERS if there(folder, name) for file in FILES[name]]
    return {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files}
