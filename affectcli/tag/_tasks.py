"""What `mini` learns: one task a scheme, each with its texts, targets and sides.

Every marker has everyday Reddit comments among its negatives, single and strung together to the
length of a post: without them a model learns the subreddit, or that long posts are sad.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from affectcli.tag import _corpora, _goemotions, _split

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.tag._corpora import Corpus

Loss = Literal["many", "one", "ordinal", "scale"]
SINGLE: dict[str, tuple[str, Loss, tuple[str, ...]]] = {
    "emtract7": ("emtract", "one", _corpora.EMTRACT),
    "sad9": ("stressors", "one", _corpora.STRESSORS),
    "cams6": ("causes", "one", _corpora.CAUSES),
}
"""Scheme -> corpus, loss and labels of the tasks that are one corpus each."""
JOINT = ("goemotions28", "ekman7", "emtract7", "affect")
"""Schemes that the trunk learns: emotion and nothing else, from texts that anyone may use. The
others are fitted on the finished trunk, each in its own file."""
MARKERS = ("stress", "depression", "anxiety", "suicidality")
IDEATION = _corpora.LEVELS.index("ideation")
EKMAN = ("anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise")
RATING = {
    "admiration": 2.5,
    "amusement": 1.5,
    "anger": -2.7,
    "annoyance": -1.3,
    "approval": 2.1,
    "caring": 2.2,
    "confusion": -1.2,
    "curiosity": 1.3,
    "desire": 1.7,
    "disappointment": -2.3,
    "disapproval": -1.6,
    "disgust": -2.9,
    "embarrassment": -1.9,
    "excitement": 2.2,
    "fear": -2.2,
    "gratitude": 2.3,
    "grief": -2.2,
    "joy": 2.8,
    "love": 3.2,
    "nervousness": -1.2,
    "optimism": 2.5,
    "pride": 1.4,
    "realization": 0.0,
    "relief": 2.1,
    "remorse": -1.1,
    "sadness": -1.9,
    "surprise": 1.1,
    "neutral": 0.0,
}
"""How pleasant each label's name is, -4 to 4, by the ten raters of VADER (Hutto and Gilbert, 2014);
curiosity is rated as "curious", disapproval as negated approval (factor -0.74)."""
FINANCE = {0: 0.0, 1: 2.7, 2: -2.1, 3: -2.7, 4: -2.9, 5: 1.1, 6: -2.2}
STRONGEST = 4.0
UNHAPPY = ("sadness", "grief", "nervousness", "fear", "remorse", "disappointment", "embarrassment")
EVERYDAY, STRUNG, LONGEST = 4000, 1500, 9
"""Everyday comments used one by one; texts strung together from such; comments in one at most."""


@dataclass(frozen=True)
class Task:
    """Texts and targets of one scheme.

    `targets` is float32, (texts, labels), nan where unknown, for "many" and "scale"; (texts, 1)
    with the class number for "one" and "ordinal". `sides` says train, dev or test of each text;
    `sources` names its corpus.
    """

    name: str
    loss: Loss
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    targets: NDArray[np.float32]
    sides: NDArray[np.str_]
    sources: NDArray[np.str_]

    def rows(self, side: str) -> NDArray[np.int64]:
        """Return the numbers of the texts on a side."""
        return np.flatnonzero(self.sides == side)


@dataclass
class _Draft:
    texts: list[str]
    targets: list[NDArray[np.float32]]
    sides: list[str]
    sources: list[str]

    def add(
        self, source: str, texts: Sequence[str], targets: NDArray[np.float32], sides: Sequence[str]
    ) -> None:
        self.texts += texts
        self.targets.append(targets)
        self.sides += sides
        self.sources += [source] * len(texts)

    def task(self, name: str, loss: Loss, labels: tuple[str, ...]) -> Task:
        targets = np.concatenate(self.targets).astype(np.float32)
        return Task(
            *(name, loss, labels, tuple(self.texts)),
            *(targets, np.array(self.sides), np.array(self.sources)),
        )


def _draft() -> _Draft:
    return _Draft([], [], [], [])


def read(folder: Path, progress: Callable[[str], None] | None = None) -> list[Task]:
    """Return the tasks whose corpora are in `folder`, the emotions first.

    GoEmotions must be there; what lacks its corpus is left out, and `progress` is told. No
    training text is held out in any task.

    Raises:
        InputError: GoEmotions is not there, or a corpus has another format.
    """
    home = _goemotions.locate(folder)
    corpora = {
        name: reader(folder)
        for name, reader in _corpora.READERS.items()
        if _corpora.there(folder, name)
    }
    missing = sorted(_corpora.READERS.keys() - corpora.keys())
    if missing and progress is not None:
        progress(f"not in {folder}, so not learnt: {', '.join(missing)} (docs/training.md)")
    everyday = _everyday(home)
    tasks = _emotions(home)
    for name, (corpus, loss, labels) in SINGLE.items():
        if corpus in corpora:
            tasks.append(_single(name, loss, labels, corpora[corpus]))
    if corpora.keys() & {"dreaddit", "depression", "disorders", "suicidality"}:
        tasks.append(_markers(corpora, everyday))
    if "suicidality" in corpora:
        tasks.append(_levels(corpora["suicidality"], everyday))
    tasks.append(_affect(home, corpora.get("emtract")))
    return _clean(tasks)


def _emotions(home: Path) -> list[Task]:
    names, groups = _goemotions.labels(home), _goemotions.ekman(home)
    fine = _draft()
    for side in _goemotions.SPLITS:
        split = _goemotions.read(home, side)
        fine.add(
            "GoEmotions",
            split.texts,
            split.targets.astype(np.float32),
            [side] * len(split.texts),
        )
    tasks = [fine.task("goemotions28", "many", names)]
    if groups is not None:
        belongs = np.array([[groups[name] == kind for kind in EKMAN] for name in names])
        coarse = [((targets > 0) @ belongs).astype(np.float32) for targets in fine.targets]
        tasks.append(
            _Draft(fine.texts, coarse, fine.sides, fine.sources).task("ekman7", "many", EKMAN)
        )
    return tasks


def _single(name: str, loss: Loss, labels: tuple[str, ...], corpus: Corpus) -> Task:
    draft = _draft()
    draft.add(corpus.name, corpus.texts, _column(corpus.label), _sides(corpus))
    return draft.task(name, loss, labels)


def _markers(corpora: dict[str, Corpus], everyday: _Draft) -> Task:
    """Each corpus knows one marker or two; the rest stays unknown, everyday text has none."""
    draft = _draft()

    def add(corpus: Corpus, **known: NDArray[np.float64]) -> None:
        targets = np.full((len(corpus.texts), len(MARKERS)), np.nan, np.float32)
        for marker, values in known.items():
            targets[:, MARKERS.index(marker)] = values
        draft.add(corpus.name, corpus.texts, targets, _sides(corpus))

    if "dreaddit" in corpora:
        corpus = corpora["dreaddit"]
        anxious = (np.array(corpus.kind) == "anxiety") & (corpus.label == 1)
        add(corpus, stress=corpus.label, anxiety=np.where(anxious, 1.0, np.nan))
    if "depression" in corpora:
        add(corpora["depression"], depression=corpora["depression"].label)
    if "disorders" in corpora:
        kind = np.array(corpora["disorders"].kind)
        # Bipolar posts are often about depression, those about trauma about anxiety: unknown.
        depressed = np.where(kind == "bipolar", np.nan, kind == "depression")
        uneasy = np.where(np.isin(kind, ["ptsd", "depression"]), np.nan, kind == "anxiety")
        add(corpora["disorders"], depression=depressed, anxiety=uneasy)
    if "suicidality" in corpora:
        levels = corpora["suicidality"].label
        add(corpora["suicidality"], suicidality=(levels >= IDEATION).astype(float))
    nothing = np.zeros((len(everyday.texts), len(MARKERS)), np.float32)
    draft.add("everyday", everyday.texts, nothing, everyday.sides)
    return draft.task("markers", "many", MARKERS)


def _levels(corpus: Corpus, everyday: _Draft) -> Task:
    draft = _draft()
    draft.add(corpus.name, corpus.texts, _column(corpus.label), _sides(corpus))
    some = slice(0, None, 8)
    lowest = np.zeros((len(everyday.texts[some]), 1), np.float32)
    draft.add("everyday", everyday.texts[some], lowest, everyday.sides[some])
    return draft.task("suicidality5", "ordinal", _corpora.LEVELS)


def _affect(home: Path, finance: Corpus | None) -> Task:
    """Valence and intensity as the mean and the largest rating of a text's labels: a proxy."""
    rating = np.array([RATING[name] for name in _goemotions.labels(home)]) / STRONGEST
    draft = _draft()
    for side in _goemotions.SPLITS:
        split = _goemotions.read(home, side)
        valence = split.targets @ rating / split.targets.sum(1)
        intensity = (split.targets * np.abs(rating)).max(1)
        draft.add(
            *("GoEmotions", split.texts),
            *(np.stack([valence, intensity], 1).astype(np.float32), [side] * len(split.texts)),
        )
    if finance is not None:
        value = np.array([FINANCE[int(label)] for label in finance.label]) / STRONGEST
        both = np.stack([value, np.abs(value)], 1).astype(np.float32)
        draft.add(finance.name, finance.texts, both, _sides(finance))
    return draft.task("affect", "scale", ("valence", "intensity"))


def _everyday(home: Path) -> _Draft:
    """Return everyday comments without an unhappy label, and texts strung together from such."""
    unhappy = np.isin(_goemotions.labels(home), UNHAPPY)
    draft = _draft()
    for number, side in enumerate(_goemotions.SPLITS):
        split = _goemotions.read(home, side)
        rng = np.random.default_rng([7, number])
        rows = rng.permutation(np.flatnonzero(~(split.targets & unhappy).any(1)))
        share = 1.0 if side == "train" else 0.25
        single, strung = int(EVERYDAY * share), int(STRUNG * share)
        texts = [split.texts[row] for row in rows[:single]]
        rest = iter(rows[single:])
        for _ in range(strung):
            several = [
                split.texts[row]
                for _, row in zip(range(rng.integers(2, LONGEST)), rest, strict=False)
            ]
            texts.append(" ".join(several) or split.texts[rows[0]])
        draft.add("everyday", texts, np.zeros((len(texts), 1), np.float32), [side] * len(texts))
    return draft


def _column(label: NDArray[np.float64]) -> NDArray[np.float32]:
    return label[:, None].astype(np.float32)


def _sides(corpus: Corpus) -> list[str]:
    return list(_split.draw(corpus.group, corpus.split))


def _clean(tasks: list[Task]) -> list[Task]:
    """Take out of every training side what any development or test side holds."""
    held = _split.held_out(
        {
            text
            for task in tasks
            for text, side in zip(task.texts, task.sides, strict=True)
            if side != "train"
        }
    )
    known: dict[str, bool] = {}
    cleaned = []
    for task in tasks:
        new = [text for text in task.texts if text not in known]
        known |= dict(zip(new, _split.leaks(new, held), strict=True))
        leak = np.array([known[text] for text in task.texts])
        keep = np.flatnonzero((task.sides != "train") | ~leak)
        cleaned.append(
            Task(
                *(task.name, task.loss, task.labels, tuple(task.texts[row] for row in keep)),
                *(task.targets[keep], task.sides[keep], task.sources[keep]),
            )
        )
    return cleaned
