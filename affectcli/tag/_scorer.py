"""Encoder, adapter and heads as one function: texts to one number per label.

Texts are tokenised in a thread while the model runs. Each device has its own copy of the model;
who takes which batch is the `Crew`'s affair.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from affectcli.errors import ModelError, UsageError
from affectcli.log import logger
from affectcli.tag import _care, _encoder, _forward, _lora, _windows
from affectcli.tag._crew import Crew, cancel
from affectcli.tag._heads import Heads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray
    from torch import Tensor

    from affectcli.tag._heads import Head
    from affectcli.tag._windows import Window

CHUNK = 4096
"""Texts cut into windows at a time: bounds memory, and is enough to find windows of like length."""
AHEAD = 1
"""Chunks begun before they are asked for, so that no thread waits at a chunk's end."""
LARGE = 16
"""How many times as many texts and tokens a GPU takes at once."""
BUDGET = 2048
"""Tokens of a batch on a processor, where the layers' numbers then stay in its cache."""


class Scorer:
    """The model as shipped: updates merged into the encoder, in the device's best precision.

    `device` may name several, `cuda:0,cuda:1`; `cuda` is all of them.
    """

    def __init__(
        self,
        adapter: Mapping[str, Tensor],
        heads: Sequence[Head],
        *,
        device: str = "auto",
        dtype: torch.dtype | None = None,
    ) -> None:
        self.device = choose(device)
        places = _places(self.device)
        why = "as asked"
        if dtype is None:
            dtype, why = _forward.fastest(places[0])
        self.precision = "bf16" if dtype == torch.bfloat16 else "float32"
        logger.debug("%s in %s: %s", self.device, self.precision, why)
        self.why = why
        self._large = LARGE if places[0].startswith("cuda") else 1
        self._tokenizer = _encoder.tokenizer()
        encoder = _encoder.load().eval().requires_grad_(requires_grad=False)
        _lora.merge(encoder, adapter)
        replicas = [Replica(encoder, heads, device=p, dtype=dtype) for p in places]
        self._crew = Crew(replicas, cores=self.device == "cpu")
        self.size = replicas[0].size

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return float32 scores, (len(texts), labels of all heads), in the order of `texts`."""
        size = CHUNK * self._large
        chunks = (texts[start : start + size] for start in range(0, len(texts), size))
        empty = np.empty((0, self.size), dtype=np.float32)
        return np.concatenate([empty, *self.stream(chunks)])

    def stream(self, chunks: Iterable[Sequence[str]]) -> Iterator[NDArray[np.float32]]:
        """Yield the scores of each chunk; the next one is begun before the last is done."""
        begun: deque[Future[_Begun]] = deque()
        with ThreadPoolExecutor(1, thread_name_prefix="tokenise") as tokenise:
            try:
                for texts in chunks:
                    begun.append(tokenise.submit(self._begin, texts))
                    if len(begun) > AHEAD:
                        yield self._end(begun.popleft().result())
                while begun:
                    yield self._end(begun.popleft().result())
            finally:
                for waiting in begun:  # nobody asks for these any more
                    cancel(waiting.result().scores)

    def _begin(self, texts: Sequence[str]) -> _Begun:
        cleaned = [_care.clean(text) for text in texts]
        encodings = self._tokenizer.encode_batch_fast(cleaned, add_special_tokens=False)
        marks = (_encoder.CLS, _encoder.SEP)
        windows = (w for i, e in enumerate(encodings) for w in _windows.cut(i, e.ids, marks=marks))
        batches = list(_windows.batches(windows, BUDGET * self._large))
        return _Begun(len(texts), batches, self._crew.begin(Replica.run, batches))

    def _end(self, begun: _Begun) -> NDArray[np.float32]:
        try:
            said = [part for batch in begun.scores for part in batch.result()]
        finally:
            cancel(begun.scores)
        if not begun.texts:
            return np.empty((0, self.size), dtype=np.float32)
        # Copied when all is computed: a copy after each batch would make a GPU wait.
        numbers = torch.cat([part.cpu() for part in said]).numpy()
        ordered = [window for batch in begun.batches for window in batch]
        return _windows.pool(ordered, numbers, begun.texts)


class _Begun(NamedTuple):
    """A chunk of so many texts: its windows batch by batch, and their scores to come."""

    texts: int
    batches: list[list[Window]]
    scores: list[Future[list[Tensor]]]


class Replica:
    """The model on one device."""

    def __init__(
        self,
        encoder: _encoder.Encoder,
        heads: Sequence[Head],
        *,
        device: str,
        dtype: torch.dtype,
    ) -> None:
        self._forward = _forward.Forward(encoder, device=device, dtype=dtype)
        self._heads = Heads(heads, device)
        self.size = self._heads.size
        self.most: int | None = None
        """Tokens that fit into the device's memory; None until it was once full."""

    def run(self, batch: list[Window]) -> list[Tensor]:
        """Return the scores of a batch, in as many parts as the memory demands.

        Raises:
            ModelError: not even one window fits.
        """
        tokens = sum(len(window.ids) for window in batch)
        if self.most is None or tokens <= self.most or len(batch) == 1:
            try:
                return [self._once(batch)]
            except RuntimeError as error:
                if not full(error):
                    raise
                if len(batch) == 1:
                    raise ModelError(
                        f"The memory of {self._forward.device} is full: not one window fits.",
                        do="affect tag --device cpu, or end what else fills it",
                    ) from error
                self.most = tokens // 2
                logger.info("%s is full: batches of %d tokens", self._forward.device, self.most)
        # Out of the handler, so that what the failed attempt held is free again.
        half = len(batch) // 2
        return [*self.run(batch[:half]), *self.run(batch[half:])]

    def _once(self, batch: list[Window]) -> Tensor:
        packed = _forward.pack([window.ids for window in batch]).to(self._forward.device)
        return self._heads(self._forward.features(packed))


def full(error: RuntimeError) -> bool:
    """Say whether an error means that a device's or the machine's memory is full."""
    said = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in said
        or "allocate memory" in said
    )


def choose(device: str) -> str:
    """Return the torch device that `auto`, `cpu`, `cuda` or `mps` means on this machine.

    Raises:
        UsageError: unknown, or not there.
    """
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    usable = [name for name, available in there.items() if available]
    if device == "auto":
        return usable[0]
    for name in device.split(","):
        kind, _, number = name.partition(":")
        cards = torch.cuda.device_count() if kind == "cuda" else 1
        if kind not in usable or (number and not (number.isdecimal() and int(number) < cards)):
            raise UsageError(
                f"Device {name!r} is not available here.",
                known=f"Available: auto, {', '.join(usable)}.",
                do="affect tag --device auto",
            )
    return device


def _places(device: str) -> list[str]:
    """Return the devices that a copy of the model goes to."""
    if device == "cuda" and torch.cuda.device_count() > 1:
        return [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    return device.split(",")
