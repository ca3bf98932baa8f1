"""What an `hf:` model promises, read from its small files before any weight is loaded."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from affectcli.errors import ModelError, UsageError
from affectcli.log import logger
from affectcli.parts import Description, Label, Scheme
from affectcli.tag import _card, _care, _hf_source
from affectcli.tag._hf_presets import (
    ALIASES,
    ENGLISH,
    PLEASANT,
    PRESETS,
    SCHEMES,
    UNPLEASANT,
    Preset,
)

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.tag._hf_source import Source, Spec

LONGEST = 512
"""Tokens of a window at most: attention costs their square, and most classifiers read 512."""
VERSION = 1
"""Part of the revision: raise it whenever the same model would score or decide otherwise."""
_KINDS = {"multi_label_classification": "many", "single_label_classification": "one"}
_NAMELESS = re.compile(r"(?:label[_ -]?)?\d+", re.IGNORECASE)
_ISO_639_1 = re.compile(r"[a-z]{2}")
_VALUE = r"[ \t]*(\[.*?\]|\S[^\n]*|(?:\n[ \t]*- ?[^\n]+)+)"
"""One value, [a, b], or lines "- a": the three forms that cards use."""


@dataclass(frozen=True)
class Contract:
    """A model that passed the check of its small files."""

    source: Source
    about: Description
    columns: tuple[int, ...]
    """For each label of the scheme, the number of the model's output."""


def check(target: str) -> Contract:
    """Return what the model behind `hf:TARGET` promises.

    Raises:
        UsageError: the target cannot be read.
        ModelError: the model cannot be had, or its files do not say what it is.
    """
    spec = _hf_source.parse(target)
    source = _hf_source.locate(spec)
    config = _hf_source.read(source.folder, _hf_source.CONFIG)
    _hf_source.vocabulary(source.folder)
    _native(source, spec, config)
    preset = PRESETS.get(source.hub)
    names = _names(spec, config)
    if preset and preset.labels != {name.lower() for name in names}:
        preset = None
    kind = _kind(spec, config, preset)
    if kind == "one" and len(names) == 1:
        raise ModelError(
            f"hf:{spec.place} has one label: a choice of one is always taken.",
            do=f"affect tag --tagger {_typed(spec)},many",
        )
    scheme, ordered, columns = _place(spec, names)
    labels = tuple(
        Label(name, threshold=0.5 if kind == "many" else 1.0, valence=_valence(name))
        for name in ordered
    )
    reading = [
        VERSION,
        _care.VERSION,
        LONGEST,
        kind,
        columns,
        *((x.name, x.threshold) for x in labels),
    ]
    digest = hashlib.sha256(json.dumps(reading).encode()).hexdigest()[:8]
    card = _front_matter(source.folder)
    about = Description(
        name=f"hf:{spec.place}",
        schemes=(Scheme(scheme, f"{source.revision}.{digest}", kind, labels),),
        languages=_languages(spec, preset, card),
        licence=_licence(preset, card),
    )
    return Contract(source, about, columns)


def _typed(spec: Spec) -> str:
    return f"hf:{spec.place}" + (f"@{spec.revision}" if spec.revision else "")


def _native(source: Source, spec: Spec, config: dict[str, Any]) -> None:
    settings = source.folder / "tokenizer_config.json"
    tokenizer = _hf_source.read(source.folder, settings.name) if settings.is_file() else {}
    if "auto_map" in config or "auto_map" in tokenizer:
        raise ModelError(
            f"hf:{spec.place} brings its own code (auto_map), which is never run here.",
            known="Architectures that transformers itself has work.",
            do=_hf_source.EXAMPLE,
        )
    architectures = [str(name) for name in config.get("architectures") or []]
    classifies = any(name.endswith("ForSequenceClassification") for name in architectures)
    if architectures and not classifies:
        raise ModelError(
            f"hf:{spec.place} is {architectures[0]}, no text classification: its head would be new "
            "and say nothing.",
            known="Architectures named ...ForSequenceClassification work.",
            do=_hf_source.EXAMPLE,
        )


def _names(spec: Spec, config: dict[str, Any]) -> tuple[str, ...]:
    """Return the labels in the order of the model's outputs."""
    listed = config.get("id2label") or {}
    try:
        numbered = {int(number): str(name).strip() for number, name in listed.items()}
    except (AttributeError, ValueError) as error:
        raise ModelError(f"hf:{spec.place}: id2label is no list of numbered names.") from error
    names = tuple(numbered[number] for number in sorted(numbered))
    if sorted(numbered) != list(range(len(names))):
        raise ModelError(f"hf:{spec.place}: the numbers in id2label have gaps: {sorted(numbered)}.")
    if spec.labels:
        if names and len(spec.labels) != len(names):
            raise UsageError(
                f"hf:{spec.place} has {len(names)} labels, {len(spec.labels)} were named.",
                do=f"affect tag --tagger {_typed(spec)},labels=FIRST+SECOND+...",
            )
        names = spec.labels
    bad = [name for name in names if _NAMELESS.fullmatch(name)]
    if bad or not names:
        raise ModelError(
            f"hf:{spec.place} does not name its labels ({', '.join(bad[:3]) or 'no id2label'}).",
            known="Its card may; name them in the order of the model's outputs.",
            do=f"affect tag --tagger {_typed(spec)},labels=anger+joy+sadness",
        )
    return names


def _kind(spec: Spec, config: dict[str, Any], preset: Preset | None) -> Literal["many", "one"]:
    problem = config.get("problem_type")
    says = _KINDS.get(str(problem))
    if spec.kind:
        if says and says != spec.kind:
            _overrule(spec.place, says, spec.kind)
        return spec.kind
    if problem is None and preset:
        return preset.kind
    if says is None:
        what = f"is for {problem}" if problem else "does not say whether one label or many hold"
        raise ModelError(
            f"hf:{spec.place} {what} (problem_type in config.json).",
            known="Many: labels exclude nothing (sigmoid). One: they exclude each other (softmax).",
            do=f"affect tag --tagger {_typed(spec)},many (or ,one)",
        )
    return cast("Literal['many', 'one']", says)


@cache  # said once, however often the model is described
def _overrule(place: str, says: str, told: str) -> None:
    logger.warning("hf:%s itself says %s label(s); it is read as %s, as typed.", place, says, told)


def _place(spec: Spec, names: tuple[str, ...]) -> tuple[str, tuple[str, ...], tuple[int, ...]]:
    """Return scheme, its labels in the house's order, and the output of each."""
    for scheme, labels in SCHEMES.items():
        aliases = ALIASES.get(scheme, {})
        mine = [aliases.get(name.lower(), name.lower()) for name in names]
        if sorted(mine) == sorted(labels):
            return scheme, labels, tuple(mine.index(label) for label in labels)
    # A signal is written community:scheme.label, with globs: neither part may hold its signs.
    short = re.sub(r"[^\w-]+", "-", spec.place.rpartition("/")[2]).strip("-")
    plain = tuple(re.sub(r"[^\w-]+", "_", name) for name in names)
    if len({name.lower() for name in plain}) < len(plain):
        raise ModelError(
            f"hf:{spec.place} names two labels alike: {', '.join(names)}.",
            do=f"affect tag --tagger {_typed(spec)},labels=FIRST+SECOND+...",
        )
    return f"hf.{short}", plain, tuple(range(len(plain)))


def _valence(name: str) -> float:
    label = name.lower()
    pleasant, unpleasant = PLEASANT | _card.PLEASANT, UNPLEASANT | _card.UNPLEASANT
    return float(label in pleasant) - float(label in unpleasant)


def _languages(spec: Spec, preset: Preset | None, card: dict[str, Any]) -> tuple[str, ...] | None:
    """Return what the user said, else the preset, else the card; None (any) where none does."""
    if spec.languages is not None:
        listed = list(spec.languages)
    elif preset:
        return preset.languages
    else:
        told = card.get("language") or []
        listed = [told] if isinstance(told, str) else [str(code) for code in told]
        if not all(_ISO_639_1.fullmatch(code) for code in listed):
            return None  # "multilingual", "code", names of three letters: more than we can match
    if listed == list(ENGLISH[:1]):
        return ENGLISH
    return (*sorted(listed), "und") if listed else None


def _licence(preset: Preset | None, card: dict[str, Any]) -> str:
    told = card.get("license")
    return told if isinstance(told, str) else preset.licence if preset else "unknown"


def _front_matter(folder: Path) -> dict[str, Any]:
    """Return licence and languages as the model's card states them, {} without a readable card."""
    card = folder / _hf_source.CARD
    try:
        head = card.read_text(encoding="utf-8", errors="replace").split("\n---", 1)[0]
    except OSError:
        return {}
    if not head.startswith("---"):
        return {}
    found: dict[str, Any] = {}
    for key in ("license", "language"):
        match = re.search(rf"^{key}:{_VALUE}", head, re.MULTILINE)
        values = re.findall(r"[\w.+-]*\w", match[1]) if match else []
        if values:
            found[key] = values[0] if len(values) == 1 else values
    return found
