"""One body for every part: a new one is tested before its author writes a test."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from affectcli import parts, runner
from affectcli.errors import UsageError
from tests.unit.forecast.histories import HORIZON, causal, history, points

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.parts import Description, History, Tagger

STEPS = [f"{layer} {name}" for layer in ("ingest", "analyze") for name in parts.names(layer)]
TEXTS = [
    "I am so happy for you, congratulations!",
    "I'm terrified that everything will be gone tomorrow.",
    "",
    "🚀🚀🚀",
    "\x00\ud800 lone",
    "今日は",
    "word " * 900,
]


@pytest.mark.parametrize("layer", ["ingest", "tag", "analyze", "forecast", "report", "cli"])
def test_every_part_has_a_help_line(layer: str) -> None:
    assert parts.names(layer)
    for name in parts.names(layer):
        line = parts.summary(layer, name)
        assert 10 < len(line) <= 100, f"{layer}/{name}: {line!r}"


@pytest.mark.parametrize("command", [*STEPS, *runner.STAGES])
def test_every_step_takes_a_context_and_named_parameters(command: str) -> None:
    step = runner.locate(command).run
    first, *others = inspect.signature(step).parameters.values()
    assert first.name == "ctx"
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in others)
    required = {p.name: "x" for p in others if p.default is inspect.Parameter.empty}
    assert runner.bind(runner.locate(command), command, required).keys() == {p.name for p in others}


def _lexicon(folder: Path) -> str:
    (folder / "moods.tsv").write_text("joy\thappy\tcongratulations\nfear\tterrif*\n")
    return str(folder / "moods.tsv")


def _classifier(folder: Path) -> str:
    """Save a model of the transformers library: two labels, a few thousand weights."""
    import torch
    import transformers
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "i", "am", "so", "happy", "word"]
    numbers = {word: number for number, word in enumerate(vocabulary)}
    words = Tokenizer(models.WordLevel(numbers, unk_token=vocabulary[1]))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    make: Callable[..., Any] = transformers.PreTrainedTokenizerFast
    marks = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]"}
    make(tokenizer_object=words, **marks).save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.5,
        id2label={0: "joy", 1: "fear"},
        label2id={"joy": 0, "fear": 1},
        problem_type="multi_label_classification",
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


TARGETS: dict[str, Callable[[Path], str]] = {"hf": _classifier, "lexicon": _lexicon}
"""Makes what stands behind the colon of `hf:FOLDER` in a folder, for taggers that need it."""
RANGES = {"many": (0, 1), "one": (0, 1), "scale": (-1, 1)}


@pytest.fixture(scope="module", params=parts.names("tag"))
def tagger(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Description, Tagger]:
    """Return a tagger and what it says about itself; skip only one that needs an unknown target."""
    name = request.param
    part = parts.load("tag", name)
    make = TARGETS.get(name)
    target = make(tmp_path_factory.mktemp(name)) if make else ""
    try:
        about = part.describe(target)
    except UsageError:
        if make:
            raise
        pytest.skip(f"{name} needs a target: add an example to TARGETS")
    return about, part.load(target, device="cpu")


def test_every_tagger_says_what_it_is(tagger: tuple[Description, Tagger]) -> None:
    about, _ = tagger
    assert about.name
    assert about.schemes
    assert len({scheme.name for scheme in about.schemes}) == len(about.schemes)
    for scheme in about.schemes:
        assert scheme.revision
        assert len({label.name for label in scheme.labels}) == len(scheme.labels) > 0
        for label in scheme.labels:
            assert (label.threshold is None) == (scheme.kind == "scale")
            assert min(label.tp, label.fn, label.fp, label.tn) >= 0
            assert -1 <= label.valence <= 1


def test_every_tagger_scores_every_string(tagger: tuple[Description, Tagger]) -> None:
    about, model = tagger
    assert model.device
    assert model.precision in {"bf16", "float32"}
    scores: NDArray[np.float32] = model.score(TEXTS)
    assert scores.shape == (len(TEXTS), len(about.labels))
    assert scores.dtype == np.float32
    assert model.score([]).shape == (0, len(about.labels))
    start = 0
    for scheme in about.schemes:
        part = scores[:, start : start + len(scheme.labels)]
        start += len(scheme.labels)
        known = part[~np.isnan(part).all(axis=1)]  # nan, where a text cannot be scored at all
        low, high = RANGES[scheme.kind]
        assert ((known >= low) & (known <= high)).all()
        if scheme.kind == "one":
            assert np.allclose(known.sum(axis=1), 1, atol=1e-3)


def test_a_score_belongs_to_its_text_alone(tagger: tuple[Description, Tagger]) -> None:
    _, model = tagger
    together = model.score(TEXTS)
    alone = np.concatenate([model.score([text]) for text in TEXTS])
    # bf16 keeps 8 bits: where a batch is padded, a probability may move by about 0.02 with it.
    tolerance = 0.03 if model.precision == "bf16" else 1e-4
    assert np.allclose(together, alone, atol=tolerance, rtol=0, equal_nan=True)


@pytest.mark.parametrize("name", parts.names("tag"))
def test_asking_what_a_tagger_is_loads_no_torch(name: str, tmp_path: Path) -> None:
    make = TARGETS.get(name)
    target = make(tmp_path) if make else ""
    code = (
        f"import sys; from affectcli import parts; parts.load('tag', {name!r}).describe({target!r})"
        "; print('torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def _history(rows: int, step: int) -> History:
    rng = np.random.default_rng(rows)
    z = np.sin(np.arange(rows) * 2 * np.pi / 7) + rng.normal(size=rows)
    z[rows // 2], z[60:80] = np.nan, np.nan
    return replace(
        history(z, step=step, noise=rng.uniform(0.1, 3, rows), columns=rng.normal(size=(rows, 2))),
        ahead=rng.integers(0, 2, (rows + HORIZON, 1)).astype(float),
    )


@pytest.mark.parametrize("name", parts.names("forecast"))
@pytest.mark.parametrize("step", [1, 7])
def test_every_forecaster_keeps_its_promise(name: str, step: int) -> None:
    model, past = parts.load("forecast", name), _history(130, step)
    causal(model, past, 100)
    assert points(model, past).tobytes() == points(model, past).tobytes()
    points(model, _history(8, step))  # no error where there is little to go by: nan, or a guess
