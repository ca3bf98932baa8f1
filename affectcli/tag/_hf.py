"""The loaded tagger `hf`: a classifier of the transformers library, checked, ready to score."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from affectcli.errors import ModelError
from affectcli.tag import _care, _encoder, _hf_load, _hf_windows, _windows
from affectcli.tag._scorer import CHUNK, choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from affectcli.tag._hf_contract import Contract
    from affectcli.tag._windows import Window

SMALL, LARGE = 2048, 32768
"""Tokens of a batch: small batches stay in a CPU's cache, a GPU wants large ones."""
BEARABLE = 0.01
TRIAL = (
    "I am so happy today!! Thank you so much <3",
    "This is terrifying, I can't sleep.",
    "no",
    "The bus leaves at noon.",
    "I hate this stupid broken thing, lol",
    (
        "My brother lost his job last year. He says he is fine, but I hear him at night. "
        "I don't know what to tell our mother any more, and nobody at home has been the same since."
    ),
    "Who else sold at the bottom? I feel sick, I should have listened, and now it is up again.",
    "¿Por qué siempre me pasa esto a mí?",
    "Das war ein wunderbarer Abend mit euch allen.",
)
"""Texts on which the fast number format must agree with the exact one."""


class Classifier:
    """The tagger `hf`; see `affectcli.parts.Tagger`.

    It runs in bf16 where the device has it and the model bears it: on `TRIAL`, no probability
    moves by more than `BEARABLE`. Then a score moves by as much with the texts that it happens to
    share a batch with; in float32 by less than 1e-5.
    """

    def __init__(self, contract: Contract, *, device: str = "auto") -> None:
        self.device, self.precision = choose(device), "float32"
        self.about = contract.about
        self._columns = list(contract.columns)
        self._many = contract.about.schemes[0].kind == "many"
        self._pads = True
        self._budget = SMALL if self.device == "cpu" else LARGE
        model, self._tokenizer = _hf_load.load(contract)
        self._layout = _hf_windows.layout(model, self._tokenizer, name=self.about.name)
        try:
            self._model = model.to(self.device)
            self._try()
            self._quicken()
        except torch.OutOfMemoryError as error:
            raise self._too_large() from error

    def score(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 probabilities, shape (len(texts), labels), in the order of `texts`.

        A long text is read to its end, in windows (`_windows.pool`). nan where the model itself
        gives no number.
        """
        scores = np.empty((len(texts), len(self._columns)), dtype=np.float32)
        for start in range(0, len(texts), CHUNK):
            part = texts[start : start + CHUNK]
            scores[start : start + len(part)] = self._chunk(part)
        return scores

    def _chunk(self, texts: Sequence[str]) -> NDArray[np.float32]:
        cleaned = [_care.clean(text) for text in texts]
        encoded = self._tokenizer(cleaned, add_special_tokens=False, verbose=False)["input_ids"]
        windows = [w for i, ids in enumerate(encoded) for w in self._layout.cut(i, ids)]
        ordered: list[Window] = []
        parts = []
        for batch in self._batches(windows):
            ordered += batch
            parts.append(self._probabilities([window.ids for window in batch]))
        return _windows.pool(ordered, np.concatenate(parts), len(texts))

    def _batches(self, windows: list[Window]) -> Iterator[list[Window]]:
        for batch in _windows.batches(windows, self._budget):
            if self._pads:
                yield batch
            else:
                for _, alike in itertools.groupby(batch, key=lambda window: len(window.ids)):
                    yield list(alike)

    def _probabilities(self, tokens: list[list[int]]) -> NDArray[np.float32]:
        try:
            logits = self._logits(tokens)[:, self._columns]
        except (torch.OutOfMemoryError, RuntimeError) as error:
            if "allocate memory" not in str(error) and not isinstance(
                error, torch.OutOfMemoryError
            ):
                raise
            if len(tokens) == 1:
                raise self._too_large() from error
        else:
            probabilities = logits.sigmoid() if self._many else logits.softmax(-1)
            result: NDArray[np.float32] = probabilities.cpu().numpy()
            return result
        # Out of the handler, so that what the failed attempt held is free again.
        self._budget = max(self._budget // 2, 1)
        half = len(tokens) // 2
        return np.concatenate(
            [self._probabilities(part) for part in (tokens[:half], tokens[half:])]
        )

    @torch.inference_mode()
    def _logits(self, tokens: list[list[int]]) -> torch.Tensor:
        ids, mask = (x.to(self.device) for x in self._layout.pad(tokens))
        output: Any = self._model(input_ids=ids, attention_mask=mask)
        logits: torch.Tensor = output.logits
        return logits.float()

    def _too_large(self) -> ModelError:
        return ModelError(
            f"{self.about.name} does not fit into the memory of {self.device}.",
            do="affect tag --device cpu",
        )

    def _try(self) -> None:
        """Score the longest window beside a short one, before any post waits for them.

        Sets `_pads` to whether a score survives padding: some architectures read the last
        position whatever the mask says, and get batches of one length only.

        Raises:
            ModelError: the model fails, or its outputs are not one number per label.
        """
        longest, short = (self._layout.window(room) for room in (self._layout.room, 3))
        try:
            together, alone = self._logits([longest, short]), self._logits([short])
        except torch.OutOfMemoryError:
            raise
        except (RuntimeError, IndexError, ValueError, TypeError) as error:
            raise ModelError(
                f"{self.about.name} cannot score a text of {len(longest)} tokens "
                f"({str(error).strip().partition(chr(10))[0][:200]})."
            ) from error
        if together.shape != (2, len(self._columns)) or not bool(together.isfinite().all()):
            raise ModelError(
                f"{self.about.name} gives {tuple(together.shape[1:])} outputs, or no numbers, for "
                f"{len(self._columns)} labels."
            )
        self._pads = bool((together[1] - alone[0]).abs().max() < 1e-3)

    def _quicken(self) -> None:
        """Go on in the device's fastest number format if the model's scores bear it."""
        dtype = _encoder.precision(self.device)
        if dtype == torch.float32:
            return
        exact, slow = self.score(TRIAL), self._model
        self._model = copy.deepcopy(slow).to(dtype)
        if np.abs(self.score(TRIAL) - exact).max() <= BEARABLE:
            self.precision = "bf16"
        else:
            self._model = slow


def load(contract: Contract, *, device: str = "auto") -> Classifier:
    """Return the tagger that keeps `contract`.

    Raises:
        ModelError: the weights do not.
        UsageError: no such device here.
    """
    return Classifier(contract, device=device)
