"""Any text-classification model, from a folder or the hub: `hf:ID@REVISION`.

Contract, presets and options are in docs/hf.md. A model that does not say what it is, has an
untrained head, needs its own code, or has no safetensors is refused before the first post.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.errors import UsageError
from affectcli.tag import _hf_contract

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.parts import Description
    from affectcli.tag._hf import Classifier
    from affectcli.tag._hf_contract import Contract


def describe(target: str = "", *, heads: Sequence[str] | None = None) -> Description:
    """Return what the model `target` is, from its config, tokenizer and card; no torch.

    Raises:
        ModelError: it cannot be had, or breaks the contract.
        UsageError: the target cannot be read, or the model has none of `heads`.
    """
    return _check(target, heads).about


def load(
    target: str = "", *, device: str = "auto", heads: Sequence[str] | None = None
) -> Classifier:
    """Return the tagger, after a trial run of its weights.

    Raises:
        ModelError: it cannot be had, or breaks the contract.
        UsageError: no such device here, the target cannot be read, or none of `heads`.
    """
    contract = _check(target, heads)
    from affectcli.tag import _hf  # torch and transformers cost seconds

    return _hf.load(contract, device=device)


def _check(target: str, heads: Sequence[str] | None) -> Contract:
    contract = _hf_contract.check(target)
    name, offered = contract.about.name, contract.about.schemes[0].name
    if heads is not None and offered not in heads:
        raise UsageError(
            f"{name} has the one scheme {offered}, not {', '.join(heads) or 'none'}.",
            do=f"affect tag --tagger {name}, with heads unset",
        )
    return contract
