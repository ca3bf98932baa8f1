"""Where an `hf:` model is: what the user typed, its files, its revision. No torch here."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from affectcli.errors import ModelError, UsageError

CONFIG, WEIGHTS, INDEX = "config.json", "model.safetensors", "model.safetensors.index.json"
CARD, ADAPTER = "README.md", "adapter_config.json"
VOCABULARIES = (
    ("tokenizer.json",),
    ("vocab.txt",),
    ("vocab.json", "merges.txt"),
    *((name,) for name in ("sentencepiece.bpe.model", "spiece.model", "spm.model")),
    ("tokenizer.model",),
)
"""Files of which one row at least must be there: without, a tokenizer would be made up."""
SMALL = (
    *(CONFIG, INDEX, CARD, "tokenizer_config.json", "special_tokens_map.json"),
    *("added_tokens.json", "bpe.codes"),
    *(name for row in VOCABULARIES for name in row),
)
EXAMPLE = "affect tag --tagger hf:FOLDER"
_HUB_ID = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_OPTION = re.compile(r"(?P<kind>many|one)|(?P<name>labels|languages)=(?P<value>.+)")


@dataclass(frozen=True)
class Spec:
    """What stands after `hf:`, taken apart: `PLACE[@REVISION][,many|,one][,labels=][,languages=]`.

    `languages` is None where the user said nothing, empty where the user said `any`.
    """

    place: str
    revision: str = ""
    kind: Literal["many", "one"] | None = None
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Source:
    """A model's small files in `folder`; `revision` is a commit, or 40 digits over a folder."""

    folder: Path
    revision: str
    hub: str = ""
    """`OWNER/NAME`, empty for a folder of the user's."""


def parse(target: str) -> Spec:
    """Return what the user typed after `hf:`.

    Raises:
        UsageError: nothing was typed.
    """
    place, told = target, {}
    while match := _OPTION.fullmatch(place.rpartition(",")[2]):
        place = place.rpartition(",")[0]
        if match["kind"]:
            told["kind"] = match["kind"]
        else:
            told[match["name"]] = match["value"]
    revision = ""
    if not Path(place).expanduser().is_dir():
        head, at, tail = place.rpartition("@")
        place, revision = (head, tail) if at else (place, "")
    if not place:
        raise UsageError(
            "hf needs a model: a folder, or the id of one on the hub.",
            do="affect tag --tagger hf:SamLowe/roberta-base-go_emotions",
        )
    languages = told.get("languages")
    return Spec(
        place=place.rstrip("/") or place,
        revision=revision,
        kind=cast("Literal['many', 'one'] | None", told.get("kind")),
        labels=tuple(told["labels"].split("+")) if "labels" in told else (),
        languages=None if languages is None else tuple(set(languages.split("+")) - {"any"}),
    )


def locate(spec: Spec) -> Source:
    """Return where the model's small files lie, fetched from the hub if need be.

    Raises:
        ModelError: no such folder or model, the hub cannot be reached, or a file is missing.
    """
    folder = Path(spec.place).expanduser()
    if folder.is_dir():
        digest = fingerprint(folder)
        pinned = len(spec.revision) >= 7 and digest.startswith(spec.revision)
        if spec.revision and not pinned:
            raise ModelError(
                f"{folder} has revision {digest}, not {spec.revision}: its files have changed.",
                do=f"affect tag --tagger hf:{spec.place}@{digest}",
            )
        return Source(folder, digest)
    if not _HUB_ID.fullmatch(spec.place):
        raise ModelError(
            f"There is no model folder {spec.place}.",
            known="A folder from save_pretrained works, or OWNER/NAME of a model on the hub.",
            do="affect tag --tagger hf:SamLowe/roberta-base-go_emotions",
        )
    from affectcli.tag import _hf_hub  # the hub's client costs 0.5 s, which a folder need not pay

    sha, snapshot = _hf_hub.fetch(spec.place, spec.revision)
    return Source(snapshot, sha, hub=spec.place)


def is_commit(revision: str) -> bool:
    """Return whether `revision` can never mean anything else later."""
    return bool(_COMMIT.fullmatch(revision))


def fingerprint(folder: Path) -> str:
    """Return 40 digits of a sha256 over names and contents of weights, config and tokenizer.

    Raises:
        ModelError: one of these is missing.
    """
    read(folder, CONFIG)
    vocabulary(folder)
    weights(folder)
    names = {path.name for path in folder.glob("*.safetensors")}
    names |= {name for name in SMALL if name != CARD and (folder / name).is_file()}
    total = hashlib.sha256()
    for name in sorted(names):
        path = folder / name
        stat = path.stat()
        total.update(f"{name} {_sha256(path, stat.st_size, stat.st_mtime_ns)}\n".encode())
    return total.hexdigest()[:40]


@lru_cache(maxsize=64)
def _sha256(path: Path, _size: int, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path, name: str) -> dict[str, Any]:
    """Return a JSON file of the model.

    Raises:
        ModelError: missing or damaged.
    """
    try:
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        content, reason = None, type(error).__name__
    else:
        reason = "no JSON object"
    if not isinstance(content, dict):
        raise ModelError(
            f"{folder / name} is missing or damaged ({reason}).",
            known="A model folder is what save_pretrained of model and tokenizer writes.",
            do=EXAMPLE,
        )
    return content


def vocabulary(folder: Path) -> None:
    """Refuse a model without a tokenizer of its own.

    Raises:
        ModelError: there is none.
    """
    if not any(all((folder / name).is_file() for name in row) for row in VOCABULARIES):
        raise ModelError(
            f"{folder} has no tokenizer.",
            known=f"Known: {', '.join(' with '.join(row) for row in VOCABULARIES)}.",
            do="tokenizer.save_pretrained(FOLDER) in Python, then " + EXAMPLE,
        )


def weights(folder: Path) -> list[Path]:
    """Return the safetensors files of a model.

    Raises:
        ModelError: one is missing, or there are only weights in another format.
    """
    if (folder / ADAPTER).is_file():
        raise adapter(str(folder))
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if (folder / INDEX).is_file():
        shards = read(folder, INDEX).get("weight_map", {}).values()
        paths = [folder / Path(str(shard)).name for shard in sorted(set(shards))]
        missing = [path.name for path in paths if not path.is_file()]
        if not paths or missing:
            raise ModelError(f"{folder} lacks {', '.join(missing) or 'weights'}.", do=EXAMPLE)
        return paths
    raise refuse(str(folder), {path.name for path in folder.iterdir()})


def adapter(place: str) -> ModelError:
    """Return why a model that is an adapter to another is not read."""
    return ModelError(
        f"{place} is an adapter (PEFT), whose scores follow from another model too.",
        known="An adapter merged into its model works.",
        do="model.merge_and_unload().save_pretrained(FOLDER) in Python, then " + EXAMPLE,
    )


def refuse(place: str, names: set[str]) -> ModelError:
    """Return why a model with files `names` and no safetensors is not read."""
    endings = (".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx")
    other = sorted(name for name in names if name.endswith(endings))
    has = f" has its weights in {other[0]}, and" if other else ""
    return ModelError(
        f"{place}{has} has no {WEIGHTS}.",
        known="Only safetensors are read: opening the older formats can run code.",
        do="the conversion in docs/hf.md once, then " + EXAMPLE,
    )
