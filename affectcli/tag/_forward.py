"""The encoder for tagging: the same numbers as `_encoder.Encoder`, as fast as a device gives them.

Tokens of all texts of a batch stand in one row without padding: matrix products see only tokens,
and attention runs over the texts of each length together, without a mask. A text's numbers
therefore do not depend on the texts beside it. Products run in `dtype`; sums, residuals and
LayerNorm stay in float32.
"""

from __future__ import annotations

import itertools
import math
import time
from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so

from affectcli.tag import _encoder
from affectcli.tag._encoder import HEADS, INNER, WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from torch import Tensor, nn

    from affectcli.tag._encoder import Encoder, Layer

EPS = 1e-12
READ = (0, 2, 4, 6)
"""Heads may read the mean states after these many layers; linear ones read the last alone."""
FEATURES = WIDTH * len(READ)
PROBE_ROWS, PROBE_TIMES, PROBE_SECONDS = 256, 30, 1.0


class Group(NamedTuple):
    """Texts of `length` tokens each, in rows `start` to `stop` of a batch."""

    start: int
    stop: int
    length: int


class Packed(NamedTuple):
    """A batch without padding: ids and places, int64 (tokens,), and where each length stands."""

    ids: Tensor
    places: Tensor
    groups: list[Group]

    def to(self, device: str) -> Packed:
        """Return the batch on `device`; copies to a GPU do not wait for what it computes."""
        if not device.startswith("cuda"):
            return Packed(self.ids.to(device), self.places.to(device), self.groups)
        ids, places = (
            x.pin_memory().to(device, non_blocking=True) for x in (self.ids, self.places)
        )
        return Packed(ids, places, self.groups)


def pack(tokens: Sequence[Sequence[int]]) -> Packed:
    """Return the batch of `tokens`, in their order; texts of one length must be neighbours."""
    groups, places, start = [], [], 0
    for length, texts in itertools.groupby(map(len, tokens)):
        count = len(list(texts))
        groups.append(Group(start, start + count * length, length))
        places.append(torch.arange(length).repeat(count))
        start += count * length
    return Packed(torch.tensor([t for row in tokens for t in row]), torch.cat(places), groups)


class Forward:
    """A frozen encoder on one device."""

    def __init__(
        self, encoder: Encoder, *, device: str, dtype: torch.dtype, plain: bool = False
    ) -> None:
        """Copy the weights of `encoder`; `plain` leaves oneDNN's packed products unused."""
        self.device, self.dtype = device, dtype
        make = _plain if plain or not packs(device, dtype) else _packed
        self._words, self._places = (
            e.weight.detach().to(device) for e in (encoder.words, encoder.places)
        )
        self._norm = self._normaliser(encoder.norm)
        self._blocks = [self._block(layer, make) for layer in encoder.layers]  # type: ignore[arg-type]  # a ModuleList is untyped

    def _normaliser(self, norm: nn.LayerNorm) -> Callable[[Tensor], Tensor]:
        weight, bias = (x.detach().float().to(self.device) for x in (norm.weight, norm.bias))
        return lambda x: F.layer_norm(x, (WIDTH,), weight, bias, EPS)

    def _block(self, layer: Layer, make: _Make) -> Callable[[Packed, Tensor], Tensor]:
        def product(*maps: nn.Linear, gelu: bool = False) -> Callable[[Tensor], Tensor]:
            weight = torch.cat([m.weight.detach() for m in maps])
            bias = torch.cat([m.bias.detach() for m in maps])
            return make(*(x.to(self.device, self.dtype) for x in (weight, bias)), gelu=gelu)

        qkv, out = product(layer.q, layer.k, layer.v), product(layer.o)
        up, down = product(layer.up, gelu=True), product(layer.down)
        attended, normed = self._normaliser(layer.attended), self._normaliser(layer.out)

        def block(batch: Packed, x: Tensor) -> Tensor:
            x = attended(x + out(_attend(qkv(x.to(self.dtype)), batch.groups)))
            return normed(x + down(up(x.to(self.dtype))))

        return block

    @torch.inference_mode()
    def layers(self, batch: Packed) -> Iterator[Tensor]:
        """Yield the hidden states before the first layer and after each, float32 (tokens, WIDTH).

        Tokens are in the order of `batch.ids`.
        """
        words = F.embedding(batch.ids, self._words)
        x = self._norm(words + F.embedding(batch.places, self._places))
        yield x
        for block in self._blocks:
            x = block(batch, x)
            yield x

    @torch.inference_mode()
    def features(self, batch: Packed) -> Tensor:
        """Return what heads read of each text, float32 (texts, FEATURES).

        These are the means over its tokens after each of the layers READ, the last at the end.
        """
        layers = enumerate(self.layers(batch))
        return torch.cat([means(x, batch.groups) for done, x in layers if done in READ], 1)


@torch.inference_mode()
def means(hidden: Tensor, groups: Sequence[Group]) -> Tensor:
    """Return the mean over each text's tokens, float32 (texts, WIDTH)."""
    return torch.cat([hidden[g.start : g.stop].view(-1, g.length, WIDTH).mean(1) for g in groups])


def _attend(qkv: Tensor, groups: Sequence[Group]) -> Tensor:
    """Return attention's output, (tokens, WIDTH); `qkv` is (tokens, 3 WIDTH)."""
    y = qkv.new_empty(len(qkv), WIDTH)
    for group in groups:
        texts = qkv[group.start : group.stop].view(-1, group.length, 3, HEADS, WIDTH // HEADS)
        q, k, v = texts.permute(2, 0, 3, 1, 4)
        there = y[group.start : group.stop].view(-1, group.length, HEADS, WIDTH // HEADS)
        there.copy_(F.scaled_dot_product_attention(q, k, v).transpose(1, 2))
    return y


if TYPE_CHECKING:
    from typing import Protocol

    class _Make(Protocol):
        def __call__(
            self, weight: Tensor, bias: Tensor, *, gelu: bool
        ) -> Callable[[Tensor], Tensor]: ...


def _plain(weight: Tensor, bias: Tensor, *, gelu: bool) -> Callable[[Tensor], Tensor]:
    if gelu:
        return lambda x: F.gelu(F.linear(x, weight, bias))
    return lambda x: F.linear(x, weight, bias)


def _packed(weight: Tensor, bias: Tensor, *, gelu: bool) -> Callable[[Tensor], Tensor]:
    """Return the product with the weight laid out as oneDNN likes it, GELU fused (exact, erf)."""
    ready = torch.ops.mkldnn._reorder_linear_weight(weight)  # noqa: SLF001 -- no public name exists
    run = torch.ops.mkldnn._linear_pointwise  # noqa: SLF001 -- no public name exists
    name, algorithm = ("gelu", "none") if gelu else ("none", "")
    return lambda x: run(x, ready, bias, name, [], algorithm)


def packs(device: str, dtype: torch.dtype) -> bool:
    """Say whether this torch build has oneDNN's packed products for the device, and they work."""
    if device != "cpu":
        return False
    weight = torch.ones(16, 16, dtype=dtype)
    try:
        made = _packed(weight, weight[0], gelu=True)(weight)
    except (AttributeError, RuntimeError, TypeError):
        return False
    return bool(torch.allclose(made, _plain(weight, weight[0], gelu=True)(weight)))


def fastest(device: str) -> tuple[torch.dtype, str]:
    """Return the number format to compute in, and why, in words.

    On a processor that multiplies bfloat16 a probe decides: emulation, or a busy machine's clock,
    can make it the slower one.
    """
    dtype = _encoder.precision(device)
    if dtype != torch.bfloat16:
        return dtype, f"no bf16 on this {device}"
    if device != "cpu":
        return dtype, f"{device} multiplies bf16"
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        full, half = _least(_product(torch.float32), _product(torch.bfloat16))
    finally:
        torch.set_num_threads(threads)
    ratio = full / half
    return (dtype if ratio > 1 else torch.float32), f"bf16 is {ratio:.1f} times as fast here"


def _least(*products: Callable[[], Tensor]) -> list[float]:
    """Return the least processor time of each product, in seconds, of many taken in turns.

    Of one thread: neither waiting for a processor nor for another thread counts, so that other
    work on the machine does not decide.
    """
    least = [math.inf] * len(products)
    deadline = time.monotonic() + PROBE_SECONDS
    for _ in range(PROBE_TIMES):
        for number, product in enumerate(products):
            started = time.thread_time()
            product()
            least[number] = min(least[number], max(time.thread_time() - started, 1e-9))
        if time.monotonic() > deadline:
            break
    return least


def _product(dtype: torch.dtype) -> Callable[[], Tensor]:
    """Return one product of the encoder's largest kind, warmed up."""
    make = _packed if packs("cpu", dtype) else _plain
    run = make(torch.ones(INNER, WIDTH, dtype=dtype), torch.ones(INNER, dtype=dtype), gelu=True)
    x = torch.ones(PROBE_ROWS, WIDTH, dtype=dtype)

    @torch.inference_mode()
    def product() -> Tensor:
        return run(x)

    product()
    return product
