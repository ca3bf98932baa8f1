"""The tagger `dsm5`: prototypes, a head trained on files of ReDSM5's format, and the sample."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import InputError, ModelError, UsageError
from affectcli.tag import _dsm5_card, _dsm5_train, dsm5
from affectcli.tag._dsm5_embed import sentences

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.tag._dsm5 import Dsm5

SLEEP, EVERYDAY = "I have not slept properly in weeks.", "The bus leaves at noon."
SHOWN = {
    "SLEEP_ISSUES": ("I cannot sleep before {} in the morning.", "Awake since {}, no sleep again."),
    "FATIGUE": ("I am worn out after {} minutes.", "So tired, {} naps and no energy."),
    "SUICIDAL_THOUGHTS": ("I wanted to die {} times today.", "{} days of wanting to end my life."),
}
KEYWORDS = {
    "depressed_mood": "depress sad cry hopeless empty",
    "anhedonia": "interest enjoy pleasure fun",
    "appetite_change": "appetite eat weight food",
    "sleep_issues": "sleep insomnia awake",
    "psychomotor": "restless pacing slow fidget",
    "fatigue": "tired exhaust fatigue energy drained",
    "worthlessness": "worthless guilt failure burden useless",
    "cognitive_issues": "focus concentrat decision indecisive memory",
    "suicidal_thoughts": "suicid die kill",
}


@pytest.fixture(scope="module")
def tagger() -> Dsm5:
    return dsm5.load(device="cpu")


@pytest.fixture(scope="module")
def redsm5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 45 posts of three sentences each, annotated as in the public sample."""
    folder = tmp_path_factory.mktemp("redsm5")
    notes = [("post_id", "sentence_id", "sentence_text", "DSM5_symptom", "status", "explanation")]
    posts = [("post_id", "text")]
    for number in range(45):
        symptom, lines = list(SHOWN.items())[number % 3]
        post, line = f"s_{number}", lines[number % 2].format(number)
        posts.append((post, f"We moved house in {1950 + number}. {line} The weather is fine."))
        notes.append((post, f"{post}_1", line, symptom, "1", "because"))
        notes.append((post, f"{post}_2", "The weather is fine.", "ANHEDONIA", "0", "no"))
    notes.append(("s_0", "s_0_3", "It is special.", "SPECIAL_CASE", "1", "because"))
    for name, rows in (("annotations", notes), ("posts", posts)):
        with (folder / f"redsm5_{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


@pytest.fixture(scope="module")
def trained(redsm5: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("head")
    _dsm5_train.train(data=redsm5, out=out, seed=1, progress=lambda _: None)
    return out


@pytest.fixture
def head(trained: Path, tmp_path: Path) -> Path:
    return shutil.copytree(trained, tmp_path / "head")


def test_every_label_of_the_prototypes_is_weak() -> None:
    (scheme,) = dsm5.describe().schemes
    assert (scheme.name, scheme.kind, len(scheme.labels)) == ("dsm5", "many", 9)
    assert all(label.weak for label in scheme.labels)
    assert {x.tp + x.fn + x.fp + x.tn for x in scheme.labels} == {24}


def test_describing_it_loads_no_torch() -> None:
    code = (
        "import sys; from affectcli.tag import dsm5; dsm5.describe(); print('torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (SLEEP, "sleep_issues"),
        ("I just want to kill myself.", "suicidal_thoughts"),
        ("I can't focus on my work at all.", "cognitive_issues"),
        ("I barely eat, I have no appetite.", "appetite_change"),
        ("I feel like a burden to my family.", "worthlessness"),
    ],
)
def test_plain_symptoms_are_found(tagger: Dsm5, text: str, label: str) -> None:
    scores = tagger.score([text])[0]
    assert tagger.labels[scores.argmax()].name == label
    assert scores.max() >= 0.5


def test_everyday_talk_shows_none(tagger: Dsm5) -> None:
    assert (
        tagger.score([EVERYDAY, "Thanks, that is a great recipe!", "I slept great."]) < 0.5
    ).all()


def test_a_text_scores_as_its_loudest_sentence(tagger: Dsm5) -> None:
    alone, both = tagger.score([SLEEP, f"{EVERYDAY} {SLEEP}\n{EVERYDAY}"])
    assert both.max() == pytest.approx(alone.max(), abs=1e-5)


def test_any_string_has_a_score_that_depends_on_it_alone(tagger: Dsm5) -> None:
    texts = ["", " \n", "😂", "\x00", "\ud800 x", "你好世界", "a" * 1000, SLEEP * 20, EVERYDAY]
    together = tagger.score(texts)
    assert together.shape == (9, 9)
    assert ((together >= 0) & (together <= 1)).all()
    assert np.allclose(together, np.vstack([tagger.score([x]) for x in texts]), atol=1e-4)
    assert tagger.score([]).shape == (0, 9)


def test_sentences_end_where_readers_say() -> None:
    assert sentences('He said "no." I left!\nOk... fine 3.5 times') == [
        'He said "no.',
        "I left!",
        "Ok...",
        "fine 3.5 times",
    ]
    assert sentences("...") == ["..."]


def test_another_scheme_is_refused() -> None:
    with pytest.raises(UsageError, match="dsm5"):
        dsm5.describe(heads=["goemotions28"])
    assert dsm5.describe(heads=["dsm5"]).schemes == dsm5.describe().schemes


def test_a_trained_head_says_what_it_was_taught(trained: Path) -> None:
    tagger = dsm5.load(str(trained), device="cpu")
    texts = [lines[0].format(7) for lines in SHOWN.values()] + [EVERYDAY]
    said = tagger.score(texts) >= [label.threshold for label in tagger.labels]
    names = [{x.name for x, y in zip(tagger.labels, row, strict=True) if y} for row in said]
    assert names == [{name.lower()} for name in SHOWN] + [set()]


def test_its_card_counts_held_out_posts(trained: Path) -> None:
    card = json.loads((trained / "card.json").read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in card["labels"]}
    assert all(row["tp"] + row["fn"] + row["fp"] + row["tn"] == 45 for row in rows.values())
    assert rows["sleep_issues"]["tp"] + rows["sleep_issues"]["fn"] == 15
    assert rows["sleep_issues"]["f1"] > 0.9
    assert rows["anhedonia"]["threshold"] == 1.0
    assert all(row["weak"] for row in rows.values())
    assert (card["data"]["posts"], card["data"]["ignored_annotations"]) == (45, 1)
    assert "diagnosis" in card["intended_use"]


def test_the_same_seed_gives_the_same_head(redsm5: Path, trained: Path, tmp_path: Path) -> None:
    _dsm5_train.train(data=redsm5, out=tmp_path, seed=1, progress=lambda _: None)
    for name in ("card.json", "dsm5.safetensors"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_a_trained_head_has_its_own_revision(trained: Path) -> None:
    mine = dsm5.describe(str(trained)).schemes[0].revision
    assert mine == dsm5.describe(str(trained)).schemes[0].revision
    assert mine != dsm5.describe().schemes[0].revision


def test_damaged_heads_are_refused(head: Path) -> None:
    content = (head / "dsm5.safetensors").read_bytes()
    for damaged in (content[:-4], content[:-1] + b"\x01", b""):
        (head / "dsm5.safetensors").write_bytes(damaged)
        with pytest.raises(ModelError):
            dsm5.load(str(head), device="cpu")
    for card in ("{}", "[]", "", '{"format": 9, "kind": "dsm5", "labels": []}'):
        (head / "card.json").write_text(card, encoding="utf-8")
        with pytest.raises(ModelError):
            dsm5.describe(str(head))


def test_a_head_for_another_encoder_is_refused(head: Path) -> None:
    card = json.loads((head / "card.json").read_text(encoding="utf-8"))
    (head / "card.json").write_text(json.dumps({**card, "encoder": "other"}), encoding="utf-8")
    with pytest.raises(ModelError, match="encoder"):
        dsm5.load(str(head), device="cpu")


def test_files_that_are_not_redsm5_are_refused(redsm5: Path, tmp_path: Path) -> None:
    def refuse(message: str) -> None:
        with pytest.raises(InputError, match=message):
            _dsm5_train.train(data=tmp_path, out=tmp_path / "out", progress=lambda _: None)

    refuse("redsm5_annotations")
    shutil.copy(redsm5 / "redsm5_annotations.csv", tmp_path)
    refuse("redsm5_posts")
    (tmp_path / "redsm5_posts.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    refuse("cannot be read")
    assert not (tmp_path / "out").exists()


@pytest.mark.realdata
def test_the_counts_are_those_of_the_public_sample(real_data: Path, tagger: Dsm5) -> None:
    path = real_data / "redsm5_sample" / "redsm5_annotations_sample_paraphrased.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts = list(dict.fromkeys(row["sentence_text"] for row in rows))
    true = np.zeros((len(texts), 9), dtype=np.bool_)
    for row in (row for row in rows if row["status"] == "1"):
        symptom = _dsm5_card.SYMPTOMS.index(row["DSM5_symptom"].lower())
        true[texts.index(row["sentence_text"]), symptom] = True
    said = tagger.score(texts) >= 0.5
    words = [KEYWORDS[name].split() for name in _dsm5_card.SYMPTOMS]
    plain = np.array([[any(w in text.lower() for w in group) for group in words] for text in texts])
    table = {}
    for name, flags in (("prototypes", said), ("keywords", plain)):
        table[name] = [int((flags & true).sum()), int((~flags & true).sum())]
        table[name].append(int((flags & ~true).sum()))
    for i, label in enumerate(tagger.labels):
        hits = (said[:, i] & true[:, i]).sum(), (said[:, i] & ~true[:, i]).sum()
        assert (label.tp, label.fp) == hits
    # Hits, misses and false alarms, as docs/status.md prints them.
    assert table == {"prototypes": [11, 10, 9], "keywords": [13, 8, 4]}
