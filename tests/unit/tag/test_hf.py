"""Models of the transformers library: what is scored, and what is refused before the first post.

All models are made here, a few thousand weights each, by the library that users make theirs with.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from affectcli.errors import ModelError, UsageError
from affectcli.tag import hf
from affectcli.tag._hf_presets import GOEMOTIONS28

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from affectcli.tag._hf import Classifier

TOLERANCE = {"bf16": 0.02, "float32": 1e-5}
SIZE: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}
WORDS = (
    *("i", "am", "so", "happy", "sad", "angry", "scared", "today"),
    *("the", "bus", "leaves", "at", "noon", "and", "then"),
)
BERT = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
ROBERTA = ("<s>", "<pad>", "</s>", "<unk>")
Problem = Literal["multi_label_classification", "single_label_classification"]
MANY: Problem = "multi_label_classification"
ONE: Problem = "single_label_classification"
TEXTS = ["i am so happy today", "no", "", "the bus leaves at noon", "i am sad " * 30]


def _tokenizer(
    marks: tuple[str, ...], *, opening: str, closing: str, padding: str
) -> transformers.PreTrainedTokenizerFast:
    numbers = {word: number for number, word in enumerate([*marks, *WORDS])}
    unknown = next(mark for mark in marks if "unk" in mark.lower())
    words = Tokenizer(models.WordLevel(numbers, unk_token=unknown))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single=f"{opening} $A {closing}",
        special_tokens=[(opening, numbers[opening]), (closing, numbers[closing])],
    )
    make: Callable[..., transformers.PreTrainedTokenizerFast] = transformers.PreTrainedTokenizerFast
    return make(tokenizer_object=words, unk_token=unknown, pad_token=padding, cls_token=opening)


def _bert(folder: Path, labels: tuple[str, ...], problem: Problem) -> Path:
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(BERT) + len(WORDS),
        max_position_embeddings=64,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        problem_type=problem,
        initializer_range=0.5,  # at 0.02 every text would score alike
        **SIZE,
    )
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    _tokenizer(BERT, opening="[CLS]", closing="[SEP]", padding="[PAD]").save_pretrained(folder)
    return folder


def _roberta(folder: Path, labels: tuple[str, ...], problem: Problem) -> Path:
    torch.manual_seed(8)
    config = transformers.RobertaConfig(
        vocab_size=len(ROBERTA) + len(WORDS),
        max_position_embeddings=42,
        pad_token_id=1,
        type_vocab_size=1,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        problem_type=problem,
        initializer_range=0.5,
        **SIZE,
    )
    transformers.RobertaForSequenceClassification(config).save_pretrained(folder)
    _tokenizer(ROBERTA, opening="<s>", closing="</s>", padding="<pad>").save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the models `many` (BERT) and `one` (RoBERTa), never to be changed."""
    folder = tmp_path_factory.mktemp("models")
    _bert(folder / "many", ("calm", "Very Tense", "joy"), MANY)
    _roberta(
        folder / "one", ("surprise", "Joy", "anger", "fear", "disgust", "sadness", "neutral"), ONE
    )
    return folder


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that copies one of the models, to be damaged."""
    return lambda name: shutil.copytree(made / name, tmp_path / name)


@pytest.fixture(scope="module")
def taggers(made: Path) -> dict[str, Classifier]:
    return {name: hf.load(str(made / name), device="cpu") for name in ("many", "one")}


def _edit(folder: Path, name: str = "config.json", **changes: object) -> None:
    content = json.loads((folder / name).read_text(encoding="utf-8"))
    content.update(changes)
    (folder / name).write_text(json.dumps(content), encoding="utf-8")


def _theirs(folder: Path, texts: list[str]) -> torch.Tensor:
    """Return the logits that transformers gives, one text at a time, in float32."""
    model = transformers.AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        rows = [model(**tokenizer(text, return_tensors="pt")).logits[0] for text in texts]
    return torch.stack(rows)


def test_many_labels_are_independent_probabilities(
    made: Path, taggers: dict[str, Classifier]
) -> None:
    scores = taggers["many"].score(TEXTS[:4])
    theirs = _theirs(made / "many", TEXTS[:4]).sigmoid().numpy()
    assert scores.dtype == np.float32
    assert np.abs(scores - theirs).max() <= TOLERANCE[taggers["many"].precision]
    scheme = hf.describe(str(made / "many")).schemes[0]
    assert (scheme.name, scheme.kind) == ("hf.many", "many")
    assert [x.name for x in scheme.labels] == ["calm", "Very_Tense", "joy"]
    assert [x.threshold for x in scheme.labels] == [0.5] * 3
    assert [x.valence for x in scheme.labels] == [0, 0, 1]


def test_one_label_sums_to_one_in_the_order_of_the_house(
    made: Path, taggers: dict[str, Classifier]
) -> None:
    scheme = hf.describe(str(made / "one")).schemes[0]
    names = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
    assert (scheme.name, scheme.kind) == ("ekman7", "one")
    assert tuple(x.name for x in scheme.labels) == names
    assert {x.threshold for x in scheme.labels} == {1.0}
    assert {x.tp + x.fn + x.fp + x.tn for x in scheme.labels} == {0}
    scores = taggers["one"].score(TEXTS[:4])
    assert scores.sum(1) == pytest.approx(1, abs=1e-5)
    theirs = _theirs(made / "one", TEXTS[:4]).softmax(-1).numpy()[:, [2, 4, 3, 1, 5, 0, 6]]
    assert np.abs(scores - theirs).max() <= TOLERANCE[taggers["one"].precision]


@pytest.mark.parametrize("name", ["many", "one"])
def test_a_score_does_not_depend_on_the_batch(taggers: dict[str, Classifier], name: str) -> None:
    tagger = taggers[name]
    texts = [" ".join(WORDS[n % 15 : n % 15 + n % 9]) + f" bus {n}" for n in range(60)] + TEXTS
    alone = np.vstack([tagger.score([text]) for text in texts])
    assert np.ptp(alone, axis=0).max() > 0.1
    for size in (8, 64, 65):
        parts = [tagger.score(texts[at : at + size]) for at in range(0, len(texts), size)]
        assert np.abs(np.vstack(parts) - alone).max() <= TOLERANCE[tagger.precision]


@pytest.mark.parametrize("name", ["many", "one"])
@pytest.mark.parametrize("text", ["", " \n", "😂👍🏽", "\x00", "\ud800 x", "你好", "bus " * 20_000])
def test_any_string_has_a_score(taggers: dict[str, Classifier], name: str, text: str) -> None:
    scores = taggers[name].score([text])
    assert np.isfinite(scores).all()
    assert taggers[name].score([]).shape == (0, scores.shape[1])


def test_a_long_text_is_read_to_its_end(taggers: dict[str, Classifier]) -> None:
    filler = "the bus leaves at noon " * 60
    start, end, never = taggers["many"].score(
        ["angry " * 40 + filler, filler + "angry " * 40, filler]
    )
    assert np.abs(start - never).max() > 0.01
    assert np.abs(end - never).max() > 0.01


def test_positions_of_roberta_start_behind_the_padding(taggers: dict[str, Classifier]) -> None:
    layout = taggers["one"]._layout
    assert len(layout.window(layout.room)) == 42 - 2
    assert (layout.opening, layout.closing, layout.padding) == ((0,), (2,), 1)
    layout = taggers["many"]._layout
    assert len(layout.window(layout.room)) == 64
    assert layout.filler not in {0, 2, 3}


def test_a_tokenizer_may_be_shorter_than_the_model(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    _edit(folder, "tokenizer_config.json", model_max_length=32)
    assert hf.load(str(folder), device="cpu")._layout.room == 32 - 2


def test_a_model_that_reads_the_last_position_gets_no_padding(tmp_path: Path) -> None:
    torch.manual_seed(9)
    config = transformers.XLNetConfig(
        vocab_size=len(BERT) + len(WORDS),
        d_model=32,
        n_layer=2,
        n_head=2,
        d_inner=64,
        initializer_range=0.5,
        id2label={0: "calm", 1: "tense"},
        problem_type=MANY,
    )
    transformers.XLNetForSequenceClassification(config).save_pretrained(tmp_path)
    _tokenizer(BERT, opening="[CLS]", closing="[SEP]", padding="[PAD]").save_pretrained(tmp_path)
    tagger = hf.load(str(tmp_path), device="cpu")
    assert not tagger._pads
    alone = np.vstack([tagger.score([text]) for text in TEXTS])
    assert np.abs(tagger.score(TEXTS) - alone).max() <= TOLERANCE[tagger.precision]


def test_full_memory_halves_the_batch(made: Path) -> None:
    tagger = hf.load(str(made / "many"), device="cpu")
    calm = tagger.score(TEXTS)
    seen = []

    def small(_module: object, _args: object, given: dict[str, Any]) -> None:
        seen.append(len(given["input_ids"]))
        if seen[-1] > 2:
            raise torch.OutOfMemoryError

    tagger._model.register_forward_pre_hook(small, with_kwargs=True)
    assert np.abs(tagger.score(TEXTS) - calm).max() <= TOLERANCE[tagger.precision]
    assert max(seen) > 2
    tagger._model.register_forward_pre_hook(_full)
    with pytest.raises(ModelError, match="does not fit into the memory"):
        tagger.score(["i am"])


def _full(_module: object, _args: object) -> None:
    raise torch.OutOfMemoryError


def test_goemotions_come_in_the_order_of_the_wide_view(tmp_path: Path) -> None:
    folder = _bert(tmp_path / "go", tuple(sorted(GOEMOTIONS28, reverse=True)), MANY)
    scheme = hf.describe(str(folder)).schemes[0]
    assert scheme.name == "goemotions28"
    assert tuple(x.name for x in scheme.labels) == GOEMOTIONS28


def test_a_new_head_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    weights = load_file(folder / "model.safetensors")
    kept = {name: x for name, x in weights.items() if not name.startswith("classifier")}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"2 of its tensors.*classifier\.bias, classifier\.weight"):
        hf.load(str(folder), device="cpu")


def test_a_head_of_another_size_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    _edit(folder, id2label={"0": "calm", "1": "tense"}, label2id={"calm": 0, "tense": 1})
    with pytest.raises(ModelError, match="would be random"):
        hf.load(str(folder), device="cpu")


def test_a_base_encoder_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    _edit(folder, architectures=["BertForMaskedLM"])
    with pytest.raises(ModelError, match="BertForMaskedLM, no text classification"):
        hf.describe(str(folder))


def test_a_pickle_under_a_safe_name_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    torch.save({"classifier.weight": torch.zeros(3, 32)}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="weights cannot be read"):
        hf.load(str(folder), device="cpu")


def test_anothers_tokenizer_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    content = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    content["model"]["vocab"]["stranger"] = 500
    (folder / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelError, match="tokenizer has 501 tokens, the model 19"):
        hf.load(str(folder), device="cpu")


def test_outputs_that_are_no_numbers_are_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    weights = load_file(folder / "model.safetensors")
    weights["classifier.bias"][1] = torch.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match="no numbers"):
        hf.load(str(folder), device="cpu")


def test_an_unknown_architecture_is_refused(copy: Callable[[str], Path]) -> None:
    folder = copy("many")
    _edit(folder, model_type="abacus")
    with pytest.raises(ModelError, match="weights cannot be read"):
        hf.load(str(folder), device="cpu")


def test_an_absent_device_is_a_usage_error(made: Path) -> None:
    with pytest.raises(UsageError, match="abacus"):
        hf.load(str(made / "many"), device="abacus")
