"""`lexicon:FILE`: formats, scores, and one clear line for a file that is no lexicon."""

from __future__ import annotations

import gzip
import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest

from affectcli.errors import InputError, ModelError, UsageError
from affectcli.tag import lexicon
from affectcli.tag._lexicon_terms import term_hits

if TYPE_CHECKING:
    from pathlib import Path

TABLE = "Fear\tafraid\tpanic attack\tpanic\nSuicide self-harm \tdie*\tso_much_pain\t\tafraid\n"
LIWC = (
    "%\n1\tposemo (Positive Emotions)\n2\tsad\n%\n"
    "happi*\t1\nkind of\t1 2\ncry\t2\nlike\t(02 134)1\n"
)
CONSTRUCTS = (
    ",Panic,Panic_include,Panic_add,Hope,Hope_include,Hope_add\n"
    'Definition,"a, b",,,c,,\n0,panic attack,,,"better, one day",,\n1,,,,hope,,\n'
)


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_empath_table(tmp_path: Path) -> None:
    target = write(tmp_path, "My list.tsv.gz", gzip.compress(("\ufeff" + TABLE).encode()))
    about = lexicon.describe(target)
    assert (about.name, about.languages) == ("lexicon:my_list", None)
    (scheme,) = about.schemes
    assert (scheme.name, scheme.kind) == ("lexicon-my_list", "many")
    assert [label.name for label in scheme.labels] == ["fear", "suicide_self-harm"]
    assert {(label.tp, label.fn, label.fp, label.tn) for label in scheme.labels} == {(0, 0, 0, 0)}
    texts = [
        "A panic attack",
        "so much pain, dying to die",
        "nothing here",
        "",
        "afraid",
        "\U0001f622",
    ]
    expect = [[2 / 3, 0], [0, 2 / 6], [0, 0], [0, 0], [1, 1], [0, 0]]
    scores = lexicon.load(target).score(texts)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, np.array(expect), rtol=1e-6)
    assert lexicon.load(target).score([]).shape == (0, 2)


def test_one_hit_in_the_longest_post_reaches_the_threshold(tmp_path: Path) -> None:
    tagger = lexicon.load(write(tmp_path, "a.txt", "sad\n"))
    assert tagger.score(["sad" + " day" * 300_000])[0, 0] >= lexicon.THRESHOLD > 0
    assert np.float32(lexicon.THRESHOLD) > np.finfo(np.float32).tiny


def test_scores_stay_in_the_unit_interval_and_ignore_their_company(tmp_path: Path) -> None:
    tagger = lexicon.load(write(tmp_path, "a.tsv", "x\tha\tha ha\tha*\t\U0001f622\ny\tb\n"))
    texts = ["ha ha ha", "\U0001f622" * 5, "b ha", "c"]
    together = tagger.score(texts)
    assert together.max() == 1
    np.testing.assert_array_equal(together, np.vstack([tagger.score([text]) for text in texts]))


def test_liwc_dictionary(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    target = write(tmp_path, "LIWC.dic", LIWC.replace("\n", "\r\n"))
    with caplog.at_level(logging.WARNING, logger="affect"):
        tagger = lexicon.load(target)
    assert "1 terms whose category depends" in caplog.text
    assert [label.name for label in lexicon.describe(target).labels] == ["posemo", "sad"]
    scores = tagger.score(["happiness", "kind of cry", "like"])
    np.testing.assert_allclose(scores, np.array([[1, 0], [1 / 3, 2 / 3], [0, 0]]), rtol=1e-6)


def test_constructs_and_plain_list(tmp_path: Path) -> None:
    target = write(tmp_path, "risk.csv", CONSTRUCTS)
    assert [label.name for label in lexicon.describe(target).labels] == ["panic", "hope"]
    scores = lexicon.load(target).score(["a panic attack", "better, one day c"])
    assert (scores > 0).tolist() == [[True, False], [False, True]]
    plain = lexicon.load(write(tmp_path, "worry.txt", "worried\n\nsick with\n抑鬱\n"))
    assert (plain.score(["sick with it", "抑鬱症", "sick"]) > 0).ravel().tolist() == [
        True,
        True,
        False,
    ]


def test_revision_follows_content_and_name(tmp_path: Path) -> None:
    def revision(name: str, content: bytes) -> str:
        return lexicon.describe(write(tmp_path, name, content)).schemes[0].revision

    same = revision("a.txt", b"sad\n")
    assert revision("a.txt.gz", gzip.compress(b"sad\n")) == same
    assert same not in {revision("b.txt", b"sad\n"), revision("a.txt", b"sad\nglum\n")}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.tsv", b"", "no terms"),
        ("a.tsv", b"\n \t \n", "no terms"),
        ("a.tsv", b"fear\tafraid\nsad\n", "line 2: category 'sad' has no terms"),
        ("a.tsv", b"fear\tafraid\n\nFear \tscared\n", "line 3: category 'Fear' stands in line 1"),
        ("a.tsv", b"\tafraid\n", "line 1: the category has no name"),
        ("a.tsv", b"fear\tafraid\nmiedo\tp\xe1nico\n", "line 2 holds the byte 0xe1"),
        ("a.tsv", b"fear\t\xe2\x80\x8b\n", "no term that could hit"),
        ("a.txt", b"happy\t4.5\nsad\t-2\n", "gives numbers to terms (line 1)"),
        ("a.txt", b"sad\n" + b"word " * 20, "line 2 holds more than one term"),
        ("a.csv", b"word,score\nsad,1\n", "X_include"),
        ("a.dic", b"%\n1\tsad\ncry\t1\n", "never ends"),
        ("a.dic", b"%\n%\ncry\t1\n", "no categories"),
        ("a.dic", b"%\n1\tsad\n1\tjoy\n%\n", "line 3"),
        ("a.dic", b"%\n1\tsad\n%\ncry\t1\nsob\t7\n", "line 5: category '7' is not in the header"),
        ("a.dic", b"%\n1\tsad\n%\ncry\n", "line 4: no category"),
        ("a.bin", b"fear\tafraid\n\0\1\2", "line 2 holds a null byte"),
        ("a.gz", gzip.compress(b"sad\n" * 99)[:-9], "damaged or cut off"),
        ("vader.txt", b"sad\n", "rename"),
    ],
)
def test_bad_files_are_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    target = write(tmp_path, name, content)
    with pytest.raises(InputError) as refused:
        lexicon.describe(target)
    assert words in str(refused.value)
    assert target in str(refused.value)
    assert "\n" not in str(refused.value)


def test_missing_file_folder_and_no_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no lexicon"):
        lexicon.load(str(tmp_path / "nowhere.tsv"))
    with pytest.raises(InputError, match="a folder"):
        lexicon.load(str(tmp_path))
    with pytest.raises(UsageError, match="needs a file"):
        lexicon.describe()


def test_function_words_are_named_except_where_they_are_meant(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    target = write(tmp_path, "a.tsv", "harm\tI\tme\tdie\tcut\tblood\npronoun\ti\tme\tthyself\n")
    with caplog.at_level(logging.WARNING, logger="affect"):
        lexicon.load(target)
    assert caplog.messages == [
        f"{target}: function words say little and hit much: `I` (harm), `me` (harm)"
    ]


def test_term_hits(tmp_path: Path) -> None:
    target = tmp_path / "a.tsv"
    write(tmp_path, "a.tsv", "harm\tI\tdie*\tcut\nsad\tdie*\n")
    frame = term_hits(target, ["I cut", "I, dying? I die", ""])
    assert frame.rows() == [
        ("harm", "I", 3, 3 / 5),
        ("harm", "cut", 1, 1 / 5),
        ("harm", "die*", 1, 1 / 5),
        ("sad", "die*", 1, 1.0),
    ]
    assert term_hits(target, []).rows() == []


def test_vader_without_its_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affectcli.tag._lexicon_vader.PACKAGE", "no-such-package")
    with pytest.raises(ModelError, match="pip install"):
        lexicon.describe("vader")


def test_vader() -> None:
    pytest.importorskip("vaderSentiment")
    (scheme,) = lexicon.describe("vader").schemes
    assert (scheme.name, scheme.kind, len(scheme.revision)) == ("vader", "scale", 12)
    texts = [
        "I love this :)",
        "horrible",
        "",
        "\ud800",
        "happy but sad " * 300,
        "\U0001f602" * 200,
    ]
    scores = lexicon.load("vader").score(texts).ravel()
    assert (np.sign(scores[:4]) == [1, -1, 0, 0]).all()
    assert np.abs(scores).max() <= 1


def test_published_lists(real_data: Path) -> None:
    empath = lexicon.describe(str(real_data / "lexicons/empath/categories.tsv.gz"))
    assert len(empath.labels) == 194
    risk = sorted((real_data / "lexicons/suicide_risk").glob("*validated_24*.csv.gz"))
    assert len(lexicon.describe(str(risk[0])).labels) == 50
    covid = real_data / "lexicons/covid_mental_health"
    english = lexicon.load(str(covid / "en_categories_mental_health.tsv.gz"))
    assert (english.score(["a panic attack", "I"]) > 0).tolist()[0][0]
    with pytest.raises(InputError, match="Windows-1252"):
        lexicon.describe(str(covid / "es_categories_mental_health.tsv.gz"))
