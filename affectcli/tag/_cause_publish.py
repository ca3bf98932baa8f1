"""From a trained cause head to cause.safetensors and what the model card says of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save

from affectcli.tag import _care, _cause, _cause_file, _cause_judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from affectcli.tag._encoder import Encoder
    from affectcli.tag._reccon import Pair

LIMITS = (
    "Learned from everyday English dialogues of language courses, three of four caused by joy.",
    "At most six turns are read: the target and five before it; causes outside are not found.",
    "One span per emotion of a post: the most probable of its candidates.",
    "A span says what a reader takes for the cause; it is no proof of one.",
)


def publish(
    head: Mapping[str, Tensor],
    encoder: Encoder,
    splits: Mapping[str, Sequence[Pair]],
    *,
    out: Path,
    facts: Mapping[str, Any],
    recipe: Mapping[str, Any],
) -> dict[str, Any]:
    """Choose the threshold on split "held out", judge on "valid", write the file; return the card.

    All figures are those of the float16 weights as they are written.
    """
    tensors = {name: x.detach().to(torch.float16).contiguous() for name, x in head.items()}
    finder = _cause.assemble(encoder, tensors, threshold=0.5, device="cpu")
    answers = {name: _cause_judge.Answers(finder, pairs) for name, pairs in splits.items()}
    threshold = answers["held out"].tune()
    header = {
        "format": _cause_file.FORMAT,
        "threshold": str(threshold),
        "adapter": str(facts["adapter"]),
        "care": str(_care.VERSION),
        "licence": _cause_file.LICENCE,
    }
    content = _ordered(save(tensors, metadata=header))
    part = out / f"{_cause_file.CAUSE}.part"
    part.write_bytes(content)
    part.replace(out / _cause_file.CAUSE)
    return {
        "name": "cause",
        "licence": _cause_file.LICENCE,
        "non_commercial": True,
        "limits": LIMITS,
        "weights": {
            _cause_file.CAUSE: {
                "sha256": hashlib.sha256(content).hexdigest(),
                "bytes": len(content),
            }
        },
        "adapter": facts["adapter"],
        "data": {
            "name": "RECCON, DailyDialog part (Poria et al., Cognitive Computation 2021)",
            "licence": _cause_file.LICENCE,
            "split": "train without a tenth of its dialogues, on which the threshold was chosen; "
            "valid is only scored",
            "sha256": facts["data"],
        },
        "recipe": dict(recipe),
        "threshold": threshold,
        "support": {
            "train": facts["train"],
            **{name: _cause_judge.support(pairs) for name, pairs in splits.items()},
        },
        "metrics": {name: _cause_judge.table(x, threshold) for name, x in answers.items()},
    }


def _ordered(content: bytes) -> bytes:
    """Return a safetensors file with its header in alphabetical order, the same in every process.

    Its own writer leaves the order of metadata to chance, and with it the file's hash.
    """
    size = int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8 : 8 + size]), sort_keys=True, separators=(",", ":"))
    padded = header.encode().ljust(-(-len(header) // 8) * 8)
    return len(padded).to_bytes(8, "little") + padded + content[8 + size :]
