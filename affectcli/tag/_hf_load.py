"""Weights and tokenizer of an `hf:` model, and the proof that all of its weights were trained."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING, Any

import torch
import transformers
from safetensors import SafetensorError

from affectcli.errors import ModelError
from affectcli.log import logger
from affectcli.tag import _hf_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from affectcli.tag._hf_contract import Contract

_REFUSALS = (
    *(OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError, ImportError),
    SafetensorError,
)
"""What transformers raises for a folder that it cannot read."""


def load(contract: Contract) -> tuple[torch.nn.Module, Any]:
    """Return the model in float32, ready to score, and its tokenizer.

    Raises:
        ModelError: a file is missing or damaged, a tensor is missing or has another shape, or the
            tokenizer belongs to another model.
    """
    name, folder = contract.about.name, contract.source.folder
    if contract.source.hub:
        from affectcli.tag import _hf_hub

        folder = _hf_hub.weights(contract.source.hub, contract.source.revision)
    _hf_source.weights(folder)
    with _quiet():
        model, report = _model(folder, name)
        tokenizer = _tokenizer(folder, name)
    _trained(report, name)
    outputs = int(model.config.num_labels)
    if outputs != len(contract.columns):
        raise ModelError(f"{name} has {outputs} outputs and {len(contract.columns)} labels.")
    words, largest = model.get_input_embeddings(), max(tokenizer.get_vocab().values(), default=-1)
    if not 0 <= largest < words.weight.shape[0]:
        raise ModelError(
            f"{name}: the tokenizer has {largest + 1} tokens, the model {words.weight.shape[0]}: "
            "they belong to different models.",
            do=_hf_source.EXAMPLE,
        )
    if tokenizer.pad_token_id is None:
        raise ModelError(
            f"{name}: its tokenizer has no padding token.",
            do="tokenizer.pad_token = ..., save_pretrained(FOLDER), " + _hf_source.EXAMPLE,
        )
    return model.eval().requires_grad_(requires_grad=False), tokenizer


def _model(folder: Path, name: str) -> tuple[Any, dict[str, Any]]:
    try:
        model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # reported, and then refused with the names of all
        )
    except _REFUSALS as error:
        raise _unreadable(name, "weights", error) from error
    return model, report


def _tokenizer(folder: Path, name: str) -> Any:  # noqa: ANN401 -- one of dozens of classes
    try:
        return transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except _REFUSALS as error:
        raise _unreadable(name, "tokenizer", error) from error


def _unreadable(name: str, what: str, error: Exception) -> ModelError:
    reason = str(error).strip().partition("\n")[0][:200]
    return ModelError(
        f"{name}: its {what} cannot be read ({type(error).__name__}: {reason}).",
        known="A folder that save_pretrained of model and tokenizer wrote works.",
        do=_hf_source.EXAMPLE,
    )


def _trained(report: dict[str, Any], name: str) -> None:
    """Refuse a model of which a tensor would be drawn at random."""
    new = {str(key) for key in report["missing_keys"]}
    new |= {str(key) for key, *_ in report["mismatched_keys"]}
    if new:
        listed = ", ".join(sorted(new, key=lambda key: ("classif" not in key, key))[:3])
        raise ModelError(
            f"{name} is not trained to the end: {len(new)} of its tensors are not in the weights, "
            f"or have another shape, and would be random ({listed}).",
            known="A base encoder must be fine-tuned for classification first.",
            do=_hf_source.EXAMPLE,
        )
    unused = sorted(str(key) for key in report["unexpected_keys"])
    if unused:
        logger.debug("%s: %d tensors are not used: %s", name, len(unused), ", ".join(unused[:5]))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's bars and reports to itself: what matters is said in our words."""
    log: Any = transformers.utils.logging
    level, bars = log.get_verbosity(), log.is_progress_bar_enabled()
    log.set_verbosity_error()
    log.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.set_verbosity(level)
        if bars:
            log.enable_progress_bar()
