"""Transformer taggers as differentiable functions: token ids to log-odds of one scheme's labels.

`mini` is scored by a packed bf16 pass that has no gradients (`_forward`), so its weights stand here
in the plain modules of `_encoder`; an `hf:` model is the library's own module. Both in float32. The
log-odds, not the probability, are explained: a probability near 0 or 1 hardly moves, whatever a
word says.
"""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Protocol, cast

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from torch import Tensor, nn

from affectcli.errors import ModelError, UsageError
from affectcli.tag import _encoder, _explain_read, _forward, _lora, _windows
from affectcli.tag._scorer import choose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.parts import Description, Scheme
    from affectcli.tag._explain_read import Reader
    from affectcli.tag._heads import Head

KNOWN = ("mini", "hf")
"""Taggers whose scores have gradients with respect to words."""
BUDGET = 4096
"""Tokens of a batch of windows of one length."""


class _Scored(Protocol):
    """A module `forward(ids) -> log-odds`, and how its numbers become the tagger's scores."""

    def scores(self, odds: Tensor) -> Tensor: ...


class MiniHead(nn.Module):
    """`mini` with the head of one scheme: ids (windows, tokens) of one length in, log-odds out."""

    def __init__(self, encoder: _encoder.Encoder, head: Head) -> None:
        super().__init__()
        self.encoder, self.activation = encoder, head.activation
        self.outer, self.bias = nn.Parameter(head.rows), nn.Parameter(head.bias.float())
        inner, start = head.inner or (None, None)
        self.inner = None if inner is None else nn.Parameter(inner)
        self.start = None if start is None else nn.Parameter(start)
        self._activate = head.activate

    def forward(self, ids: Tensor) -> Tensor:
        """Return (windows, labels): log-odds, or the number itself where a label is a scale."""
        encoder = self.encoder
        x = encoder.norm(encoder.words(ids) + encoder.places.weight[: ids.shape[1]])
        means = [x.mean(1)]
        for layer in encoder.layers:
            x = layer(x, None)
            means.append(x.mean(1))
        read = means[-1]
        if self.inner is not None:
            features = torch.cat([means[done] for done in _forward.READ], 1)
            read = F.gelu(F.linear(features, self.inner, self.start))
        logits = F.linear(read, self.outer, self.bias)
        if self.activation == "softmax":
            return _against_others(logits)
        return torch.logit(self._activate(logits), 1e-6) if self.activation == "ordinal" else logits

    def scores(self, odds: Tensor) -> Tensor:
        """Return what the tagger gives for a window, from `forward`'s numbers."""
        mixes = self.activation in {"softmax", "ordinal"}
        return odds.sigmoid() if mixes else self._activate(odds)


class Classifier(nn.Module):
    """A model of the transformers library: ids of one length in, log-odds of its labels out."""

    def __init__(self, model: nn.Module, columns: Sequence[int], kind: str) -> None:
        super().__init__()
        self.model, self.columns, self.kind = model, list(columns), kind

    def forward(self, ids: Tensor) -> Tensor:
        """Return log-odds, float32 (windows, labels)."""
        said: Any = self.model(input_ids=ids, attention_mask=torch.ones_like(ids))
        logits = said.logits.float()[:, self.columns]
        return logits if self.kind == "many" else _against_others(logits)

    @staticmethod
    def scores(odds: Tensor) -> Tensor:
        """Return probabilities."""
        return odds.sigmoid()


def _against_others(logits: Tensor) -> Tensor:
    """Return each class's log-odds against all others, from the logits of a softmax."""
    itself = torch.eye(logits.shape[1], dtype=torch.bool, device=logits.device)
    others = logits[:, None, :].masked_fill(itself, -torch.inf).logsumexp(-1)
    return logits - others


class Probe:
    """One scheme of a tagger, open to gradients.

    `words` is the embedding layer, `padding` the token that stands for "no word", `reader` cuts
    texts into windows. With `half`, gradients are taken in bf16 where the processor has it: twice
    as fast, for means over many texts.
    """

    half = False

    def __init__(self, scheme: Scheme, module: nn.Module, words: nn.Module, reader: Reader) -> None:
        self.scheme, self.module, self.words, self.reader = scheme, module, words, reader
        self.module.eval().requires_grad_(requires_grad=False)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.module.parameters()).device

    @torch.no_grad()
    def odds(self, windows: Sequence[Sequence[int]]) -> Tensor:
        """Return the log-odds of windows of token ids, float32 (windows, labels), on the CPU."""
        made = torch.empty(len(windows), len(self.scheme.labels))
        for group in alike(windows):
            ids = torch.tensor([list(windows[at]) for at in group], device=self.device)
            made[group] = self.module(ids).cpu()
        return made

    @torch.no_grad()
    def scores(self, odds: Tensor) -> Tensor:
        """Return the tagger's scores of windows, from their log-odds."""
        return cast("_Scored", self.module).scores(odds)

    @torch.no_grad()
    def randomised(self, seed: int) -> Probe:
        """Return a copy with the numbers of every tensor shuffled: their sizes, nothing learned."""
        twin = copy.deepcopy(self)
        draw = torch.Generator().manual_seed(seed)
        for weight in twin.module.parameters():
            order = torch.randperm(weight.numel(), generator=draw).to(weight.device)
            weight.copy_(weight.reshape(-1)[order].view_as(weight))
        return twin


def alike(windows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return numbers of windows in groups of one length, at most BUDGET tokens each."""
    order = sorted(range(len(windows)), key=lambda at: len(windows[at]))
    groups = []
    for length, same in itertools.groupby(order, key=lambda at: len(windows[at])):
        numbers, most = list(same), max(BUDGET // max(length, 1), 1)
        groups += [numbers[start : start + most] for start in range(0, len(numbers), most)]
    return groups


def transformer(spec: str) -> tuple[str, str]:
    """Return part and target of a tagger whose scores have gradients.

    Raises:
        UsageError: it is another kind of tagger.
    """
    part, _, target = spec.partition(":")
    if part not in KNOWN:
        raise UsageError(
            f"{spec} is no transformer: there are no gradients to attribute its scores with.",
            known="mini, mini:FOLDER and hf:ID can be explained; a lexicon's terms explain it.",
            do="affect explain --tagger mini",
        )
    return part, target


def describe(spec: str) -> Description:
    """Return what the tagger `spec` is, without loading it.

    Raises:
        UsageError: it is no transformer, or there is none of that name.
        ModelError: its files are missing or damaged.
    """
    part, target = transformer(spec)
    from affectcli.tag import hf, mini

    return mini.describe(target) if part == "mini" else hf.describe(target)


def load(spec: str, scheme: str, *, device: str = "auto") -> Probe:
    """Return the scheme of the tagger `spec`, in float32.

    Raises:
        UsageError: it is no transformer, or no such device.
        ModelError: its files are missing or damaged, or its tokenizer hides where words stand.
    """
    part, target = transformer(spec)
    place = choose(device).partition(",")[0]
    return _mini(target, scheme, place) if part == "mini" else _hf(target, place)


def _mini(target: str, name: str, device: str) -> Probe:
    from affectcli.tag import _mini, mini

    folder = mini.folder(target)
    scheme = mini.about(folder, heads=[name]).schemes[0]
    adapter, (head,) = _mini.trained(folder, [scheme])
    encoder = _encoder.load()
    _lora.merge(encoder, adapter)
    tokenizer = _encoder.tokenizer()

    def tokens(text: str) -> _explain_read.Tokens:
        found = tokenizer.encode(text, add_special_tokens=False)
        return _explain_read.Tokens(found.ids, found.offsets)

    def cut(positions: range) -> list[list[int]]:
        return [window.ids[1:-1] for window in _windows.cut(0, positions, marks=(-1, -1))]

    marks = ((_encoder.CLS,), (_encoder.SEP,))
    reader = _explain_read.Reader(tokens, cut, marks, _encoder.PAD)
    module = MiniHead(encoder, head).to(device)
    return Probe(scheme, module, module.encoder.words, reader)


def _hf(target: str, device: str) -> Probe:
    from affectcli.tag import _hf_contract, _hf_load, _hf_windows

    contract = _hf_contract.check(target)
    scheme, name = contract.about.schemes[0], contract.about.name
    model, tokenizer = _hf_load.load(contract)
    if not tokenizer.is_fast:
        raise ModelError(f"{name}: its tokenizer does not say where in a text its tokens stand.")
    layout = _hf_windows.layout(model, tokenizer, name=name)

    def tokens(text: str) -> _explain_read.Tokens:
        asked = {"add_special_tokens": False, "return_offsets_mapping": True, "verbose": False}
        found = tokenizer(text, **asked)
        return _explain_read.Tokens(found["input_ids"], found["offset_mapping"])

    def cut(positions: range) -> list[list[int]]:
        first, last = len(layout.opening), len(layout.closing)
        windows = (w.ids for w in layout.cut(0, positions))
        return [ids[first : len(ids) - last] for ids in windows]

    marks = (layout.opening, layout.closing)
    reader = _explain_read.Reader(tokens, cut, marks, layout.padding)
    module = Classifier(model, contract.columns, scheme.kind).to(device)
    return Probe(scheme, module, cast("Any", model).get_input_embeddings(), reader)
