"""What an `hf:` model's small files must say, read without torch."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from affectcli.errors import ModelError, UsageError
from affectcli.tag import _hf_source, hf
from affectcli.tag._hf_presets import GOEMOTIONS28, PRESETS

ROOT = Path(__file__).parents[3]


def _model(folder: Path, **settings: object) -> Path:
    """Write the small files of a model, and weights that nobody opens."""
    folder.mkdir(parents=True)
    config = {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "problem_type": "multi_label_classification",
        "id2label": {"0": "calm", "1": "tense"},
    } | settings
    kept = {key: value for key, value in config.items() if value is not None}
    (folder / "config.json").write_text(json.dumps(kept), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return _model(tmp_path / "moods")


def test_options_are_read_from_the_end() -> None:
    spec = _hf_source.parse("a/b@main,many,labels=calm+tense,languages=es+en")
    assert (spec.place, spec.revision, spec.kind) == ("a/b", "main", "many")
    assert spec.labels == ("calm", "tense")
    assert sorted(spec.languages or ()) == ["en", "es"]
    assert _hf_source.parse("a/b,languages=any").languages == ()
    assert _hf_source.parse("a/b").languages is None


def test_nothing_typed_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="hf needs a model"):
        hf.describe("")


def test_a_folder_may_hold_signs_that_specs_use(tmp_path: Path) -> None:
    about = hf.describe(f"{_model(tmp_path / 'me@home, now')},many")
    assert about.name == f"hf:{tmp_path / 'me@home, now'}"
    assert about.schemes[0].name == "hf.me-home-now"


def test_no_problem_type_is_refused_unless_told(tmp_path: Path) -> None:
    folder = _model(tmp_path / "moods", problem_type=None)
    with pytest.raises(ModelError, match=r"one label or many.*Try: affect tag --tagger hf:.*,many"):
        hf.describe(str(folder))
    many, one = (hf.describe(f"{folder},{kind}").schemes[0] for kind in ("many", "one"))
    assert (many.kind, one.kind) == ("many", "one")
    assert many.labels[0].threshold == 0.5
    assert one.labels[0].threshold == 1.0
    assert many.revision != one.revision


@pytest.mark.parametrize("problem", ["regression", "poetry"])
def test_another_problem_is_refused(tmp_path: Path, problem: str) -> None:
    with pytest.raises(ModelError, match=f"is for {problem}"):
        hf.describe(str(_model(tmp_path / "moods", problem_type=problem)))


@pytest.mark.parametrize(
    "names",
    [{"0": "LABEL_0", "1": "LABEL_1"}, {"0": "0", "1": "1"}, None, {"0": "x", "1": "label 1"}],
)
def test_nameless_labels_are_refused_unless_told(
    tmp_path: Path, names: dict[str, str] | None
) -> None:
    folder = _model(tmp_path / "moods", id2label=names)
    with pytest.raises(ModelError, match=r"does not name its labels.*labels=anger"):
        hf.describe(str(folder))
    scheme = hf.describe(f"{folder},labels=calm+tense").schemes[0]
    assert [x.name for x in scheme.labels] == ["calm", "tense"]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"0": "calm", "2": "tense"}, "gaps"),
        ({"0": "Calm", "1": "calm"}, "alike"),
        ({"a": "calm"}, "no list of numbered names"),
    ],
)
def test_labels_must_be_distinct_and_numbered(
    tmp_path: Path, names: dict[str, str], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        hf.describe(str(_model(tmp_path / "moods", id2label=names)))


def test_a_wrong_number_of_told_labels_is_a_usage_error(folder: Path) -> None:
    with pytest.raises(UsageError, match="2 labels, 3 were named"):
        hf.describe(f"{folder},labels=a+b+c")


def test_one_label_of_one_is_refused(tmp_path: Path) -> None:
    folder = _model(tmp_path / "moods", id2label={"0": "calm"})
    assert len(hf.describe(str(folder)).labels) == 1
    with pytest.raises(ModelError, match="always taken"):
        hf.describe(f"{folder},one")


@pytest.mark.parametrize(
    ("names", "scheme"),
    [
        (("Joy", "Sadness", "Anger", "Fear", "Affection"), "leia5"),
        (("neutral", "happy", "sad", "anger", "disgust", "surprise", "fear"), "emtract7"),
        (("neutral", "joy", "sadness", "anger", "disgust", "surprise", "fear"), "ekman7"),
        (("joy", "sadness", "anger", "fear"), "hf.moods"),
    ],
)
def test_labels_of_the_tree_name_the_scheme(
    tmp_path: Path, names: tuple[str, ...], scheme: str
) -> None:
    folder = _model(tmp_path / "moods", id2label={str(n): name for n, name in enumerate(names)})
    found = hf.describe(str(folder)).schemes[0]
    assert found.name == scheme
    assert found.labels[0].name == {"leia5": "happiness", "ekman7": "anger"}.get(scheme, names[0])


def test_the_order_of_goemotions_is_that_of_the_wide_view() -> None:
    view = (ROOT / "sql/schema/view_emotion.sql").read_text(encoding="utf-8")
    assert tuple(re.findall(r"s\.p\[[^\]]*\]*\] as (\w+)", view)) == GOEMOTIONS28


def test_own_code_is_refused(tmp_path: Path) -> None:
    code = {"AutoModelForSequenceClassification": "modeling_abacus.Abacus"}
    with pytest.raises(ModelError, match="brings its own code"):
        hf.describe(str(_model(tmp_path / "model", auto_map=code)))
    folder = _model(tmp_path / "tokenizer")
    (folder / "tokenizer_config.json").write_text('{"auto_map": {}}', encoding="utf-8")
    with pytest.raises(ModelError, match="brings its own code"):
        hf.describe(str(folder))


def test_a_pickle_only_model_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"pytorch_model\.bin.*can run code.*docs/hf\.md"):
        hf.describe(str(folder))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name.removesuffix(".json")):
        hf.describe(str(folder))


def test_an_adapter_is_refused(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="merge_and_unload"):
        hf.describe(str(folder))


def test_what_the_user_says_wins_and_is_said(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert hf.describe(f"{folder},one").schemes[0].kind == "one"
    assert hf.describe(f"{folder},one").schemes[0].kind == "one"
    assert caplog.text.count("itself says many label(s); it is read as one") == 1


def test_a_missing_shard_is_named(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": shards}), encoding="utf-8")
    with pytest.raises(ModelError, match=r"lacks model-00002-of-00002\.safetensors"):
        hf.describe(str(folder))


@pytest.mark.parametrize("content", ["{", "[]", "\x00"])
def test_a_damaged_config_is_named(folder: Path, content: str) -> None:
    (folder / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match=r"config\.json is missing or damaged"):
        hf.describe(str(folder))


def test_an_absent_folder_is_named() -> None:
    with pytest.raises(ModelError, match="There is no model folder"):
        hf.describe("./nowhere/at/all")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_any_change_changes_the_revision(folder: Path, name: str) -> None:
    before = hf.describe(str(folder)).schemes[0].revision
    assert before == hf.describe(str(folder)).schemes[0].revision
    pinned = f"{folder}@{before.partition('.')[0]}"
    assert hf.describe(pinned).schemes[0].revision == before
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(" ")
    assert hf.describe(str(folder)).schemes[0].revision != before
    with pytest.raises(ModelError, match="its files have changed"):
        hf.describe(pinned)


@pytest.mark.parametrize(
    ("card", "languages", "licence"),
    [
        ("---\nlicense: mit\nlanguage: en\n---\n", ("en", "und"), "mit"),
        ("---\nlanguage:\n- es\n- en\nlicense: cc-by-4.0\n---\n", ("en", "es", "und"), "cc-by-4.0"),
        ("---\nlanguage: [de, fr]\n---\n", ("de", "fr", "und"), "unknown"),
        ("---\nlanguage: multilingual\n---\n", None, "unknown"),
        ("# language: en\n", None, "unknown"),
    ],
)
def test_the_card_tells_languages_and_licence(
    folder: Path, card: str, languages: tuple[str, ...] | None, licence: str
) -> None:
    (folder / "README.md").write_text(card, encoding="utf-8")
    about = hf.describe(str(folder))
    assert (about.languages, about.licence) == (languages, licence)
    assert hf.describe(f"{folder},languages=any").languages is None
    assert hf.describe(f"{folder},languages=pt").languages == ("pt", "und")


def test_heads_that_it_has_not_are_refused(folder: Path) -> None:
    assert hf.describe(str(folder), heads=["hf.moods", "ekman7"]).schemes[0].name == "hf.moods"
    with pytest.raises(UsageError, match=r"one scheme hf\.moods"):
        hf.describe(str(folder), heads=["ekman7"])


def test_presets_speak_of_distinct_labels() -> None:
    assert len(PRESETS) == 6
    assert all(len(preset.labels) >= 3 for preset in PRESETS.values())
    assert {preset.licence for preset in PRESETS.values()} == {"mit", "unknown"}
