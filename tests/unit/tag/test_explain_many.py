"""`affect explain` on a database: whose words are shown, word lists that agree with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli import tag
from affectcli.errors import AnalysisError, ConfigError, ExitCode, UsageError
from affectcli.ingest import file
from affectcli.settings import Report, Settings, Tag
from affectcli.store import Context, Database
from affectcli.tag import (
    _explain_lexicon,
    _explain_many,
    _explain_post,
    _explain_terms,
    lexicon,
)
from affectcli.tag._explain_asked import Asked
from affectcli.tag._explain_gradients import Attribution
from affectcli.tag._explain_lexicon import Corpus
from affectcli.tag._explain_many import Question
from affectcli.tag._explain_read import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MINI = Asked("mini", "cpu")
SUBJECTS = ("the bus", "my cat", "this town", "our boss", "that film", "his car")
FRIGHT = ("I am scared of", "so afraid of", "what a terrifying thing is", "I fear", "scared by")
CALM = ("thanks for", "I love", "we saw", "I drove past", "she talked about")


def _posts() -> list[str]:
    return [
        f"{words} {subject} {when}"
        for words in (*FRIGHT, *CALM)
        for subject in SUBJECTS
        for when in ("today", "again", "on monday", "with you", "at noon", "in june", "at home")
    ]


def _context(folder: Path, **report: str) -> Context:
    settings = Settings(
        db=folder / "a.duckdb",
        key_file=folder / "author.key",
        tag=Tag(device="cpu", heads=("goemotions28", "affect")),
        report=Report(**report),  # type: ignore[arg-type]  # texts only
    )
    return Context(Database(settings.db), settings, "run-1", 1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take few steps of the path: what is tested here is not the quadrature."""
    monkeypatch.setattr(_explain_many, "STEPS", 2)
    monkeypatch.setattr(_explain_post, "STEPS", 8)


@pytest.fixture(scope="module")
def ctx(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Return a tagged community: 420 posts by 40 authors, half of them afraid."""
    folder = tmp_path_factory.mktemp("explain")
    made = _context(folder, individual_reason="a test")
    rows = [f"{at},2024-01-01,{text},a{at % 40},en" for at, text in enumerate(_posts())]
    rows += ["x,2024-01-02,onlyann is scared to death of gloomwort,a1,en"]
    rows += ["link,2024-01-02,https://example.org,a2,en", "gone,2024-01-02,[deleted],a3,en"]
    (folder / "posts.csv").write_text("\n".join(["id,created,body,author,lang", *rows]))
    file.run(made, path=str(folder / "posts.csv"), community="c/x")
    tag.run(made)
    return made


def test_the_words_of_one_post(ctx: Context, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="affect")
    outcome = _explain_post.run(ctx, "file:x", labels=["fear", "valence"], by=MINI)
    fear = [row for row in outcome.rows if row["label"] == "fear"]
    assert " ".join(row["word"] for row in fear) == "onlyann is scared to death of gloomwort"
    assert max(fear, key=lambda row: row["attribution"])["word"] == "scared"
    assert fear[0]["completeness_error"] < 0.2 * fear[0]["explained"]
    with ctx.db.read() as con:
        stored = con.raw.execute("select fear from emotion where post_id = 'file:x'").fetchone()
    assert stored is not None
    assert fear[0]["score"] == pytest.approx(stored[0], abs=0.02)
    assert "is shown because: a test" in caplog.text
    by_default = _explain_post.run(ctx, "file:x", labels=(), by=MINI)
    assert {row["label"] for row in by_default.rows} == {"fear"}


def test_a_weak_label_is_marked(ctx: Context, caplog: pytest.LogCaptureFixture) -> None:
    outcome = _explain_post.run(ctx, "file:x", labels=["suicidality"], by=MINI)
    assert all(row["weak"] for row in outcome.rows)
    assert "weak" in caplog.text


def test_one_post_needs_a_written_reason(ctx: Context) -> None:
    silent = _context(ctx.settings.db.parent)
    with pytest.raises(ConfigError, match="individual_reason") as caught:
        _explain_post.run(silent, "file:x", labels=(), by=MINI)
    assert caught.value.code == ExitCode.CONFIG
    with pytest.raises(AnalysisError, match="No word is used by 10 authors"):
        _explain_many.run(silent, Question("c/x:fear", limit=2), by=MINI)  # this needs none


@pytest.mark.parametrize(
    ("post", "labels", "by", "says"),
    [
        ("file:xx", [], MINI, r"no post 'file:xx'. Nearest: file:x"),
        ("file:x", ["feer"], MINI, r"no label 'feer'. Nearest: fear"),
        ("file:x", ["status.present"], MINI, "comes from rules"),
        ("file:gone", [], MINI, "deleted"),
        ("file:x", [], Asked("lexicon:vader", "cpu"), "no transformer"),
        ("file:x", [], Asked("mini", "gpu"), "Device 'gpu'"),
    ],
)
def test_bad_questions_about_a_post(
    ctx: Context, post: str, labels: list[str], by: Asked, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        _explain_post.run(ctx, post, labels=labels, by=by)


def test_a_text_without_words(ctx: Context) -> None:
    with pytest.raises(AnalysisError, match="sees no words"):
        _explain_post.run(ctx, "file:link", labels=(), by=MINI)


def test_terms_of_a_signal_by_enough_authors(ctx: Context) -> None:
    outcome = _explain_many.run(ctx, Question("c/x:fear", limit=48), by=MINI)
    terms = [row["term"] for row in outcome.rows]
    assert {"scared", "afraid"} & set(terms[:3])
    assert "gloomwort" not in terms
    assert "onlyann" not in terms
    assert all(row["authors"] >= 10 for row in outcome.rows)
    assert outcome.rows[0]["margin_low"] > 0
    assert 0.3 < outcome.rows[0]["covered"] <= 1


@pytest.mark.parametrize(
    ("question", "by", "error", "says"),
    [
        (Question("c/y:fear"), MINI, UsageError, "Nearest: c/x"),
        (Question("fear"), MINI, UsageError, "no signal"),
        (Question("c/x:feer"), MINI, UsageError, "Nearest: fear"),
        (Question("c/x:valence"), MINI, UsageError, "every post has"),
        (Question("c/x:markers"), MINI, UsageError, "no label"),
        (Question("c/x:stress"), MINI, AnalysisError, "tagged by mini with stress"),
        (Question("c/x:pride"), MINI, AnalysisError, "of none of the"),
        (Question("c/x:fear"), Asked("lexicon:a", "cpu"), UsageError, "no transformer"),
    ],
)
def test_bad_questions_about_a_signal(
    ctx: Context, question: Question, by: Asked, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        _explain_many.run(ctx, question, by=by)


def test_a_window_without_posts(ctx: Context) -> None:
    with ctx.db.read() as con:
        last = con.raw.execute("select max(created) + interval 1 day from post").fetchone()
    assert last is not None
    with pytest.raises(AnalysisError, match="no post with text between"):
        _explain_many.run(ctx, Question("c/x:fear", (last[0], None)), by=MINI)


def test_the_word_list_of_a_signal(ctx: Context, tmp_path: Path) -> None:
    target = tmp_path / "fear.tsv"
    outcome = _explain_many.to_lexicon(ctx, Question("c/x:fear", limit=12), target, by=MINI)
    assert outcome.rows[0]["auc"] > 0.85
    assert outcome.rows[0]["grade"] > 0 > outcome.rows[-1]["grade"]
    assert all(row["authors"] >= 10 for row in outcome.rows)
    assert "gloomwort" not in target.read_text()
    assert "scared" in target.read_text().splitlines()[0].split("\t")
    scores = lexicon.load(str(target)).score(["so scared", "we saw it"])
    names = [label.name for label in lexicon.describe(str(target)).labels]
    one, other = _explain_lexicon.total(scores, names)
    assert one > other


def test_a_word_list_cannot_be_written(ctx: Context, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Cannot write"):
        _explain_many.to_lexicon(
            ctx, Question("c/x:fear", limit=2), tmp_path / "no" / "f.tsv", by=MINI
        )


def _attribution(words: Sequence[float]) -> Attribution:
    return Attribution(np.array(words, dtype=np.float64), 0, 0)


def test_term_means_and_the_floor_by_hand() -> None:
    readings = [Reading(("Sad", "so", "sad"), [], []), Reading(("sad",), [], [])]
    own = [_attribution([1, 2, 3]), _attribution([6])]
    found = _explain_terms.occurrences(readings, own, own)
    assert found.rows() == [(0, "sad", 4, 4), (0, "so", 2, 2), (1, "sad", 6, 6)]
    authors = pl.DataFrame({"text": [0, 1, 1], "author": ["a", "a", "b"]})
    shown = _explain_terms.table(found, authors, k=2)
    assert shown["term"].to_list() == ["sad"]
    assert shown.row(0, named=True)["attribution"] == 5
    assert shown.row(0, named=True)["authors"] == 2
    assert _explain_terms.covered(found, shown) == pytest.approx(10 / 12)


def _corpus(texts: list[str], p: Sequence[float], authors: Sequence[str]) -> Corpus:
    rng = np.random.default_rng(3)
    return Corpus(
        rng.integers(0, 2**63, len(texts), dtype=np.uint64),
        texts,
        np.array(p, dtype=np.float64),
        np.array(p) > 0.5,
        pl.DataFrame({"text": range(len(texts)), "author": list(authors)}),
    )


def _planted(size: int = 3000) -> Corpus:
    """Return texts whose label follows from `alpha` (for), `beta` (against) and noise words."""
    rng = np.random.default_rng(8)
    filler = np.array([f"w{chr(97 + at)}" for at in range(20)])
    texts, p = [], []
    for _ in range(size):
        words = list(rng.choice(filler, 6))
        odds = -2.0
        for word, weight, share in (("alpha", 6, 0.2), ("beta", -4, 0.2), ("gamma", 3, 0.2)):
            if rng.random() < share:
                words.append(word)
                odds += weight
        texts.append(" ".join(words))
        p.append(1 / (1 + np.exp(-odds)))
    texts[0] += " onlyhere"
    return _corpus(texts, p, [f"a{at % 50}" for at in range(size)])


def test_a_planted_lexicon_is_found() -> None:
    corpus = _planted()
    design = _explain_lexicon.design(corpus, k=10)
    assert "onlyhere" not in design.terms
    nothing = np.full(len(design.terms), np.nan)
    made = _explain_lexicon.distil(corpus, design, nothing)
    graded = dict(zip(design.terms, made.grades.tolist(), strict=True))
    assert made.made_by == "ridge"
    assert graded["alpha"] == _explain_lexicon.GRADES
    weights = dict(zip(design.terms, made.weights.tolist(), strict=True))
    assert 0 < weights["gamma"] < weights["alpha"]
    assert graded["gamma"] > 0
    assert graded["beta"] < 0
    assert all(abs(graded[f"w{chr(97 + at)}"]) <= 2 for at in range(20))
    judged = corpus.part == 2
    score = design.hits[judged] @ made.grades
    assert _explain_lexicon.auc(score, corpus.said[judged]) > 0.95


def test_attribution_is_taken_where_it_agrees_better() -> None:
    corpus = _planted()
    design = _explain_lexicon.design(corpus, k=10)
    truth: dict[str, Any] = {"alpha": 6.0, "beta": -4.0, "gamma": 3.0}
    known = np.array([truth.get(term, 0.0) for term in design.terms])
    shuffled = corpus._replace(p=np.full(len(corpus.texts), 0.3))
    made = _explain_lexicon.distil(shuffled, design, known)
    assert made.made_by == "attribution"
    assert made.chosen_by["attribution"] > made.chosen_by["ridge"]


def test_parts_share_no_text_and_need_enough() -> None:
    corpus = _planted()
    counts = np.bincount(corpus.part) / len(corpus.texts)
    assert counts == pytest.approx([0.64, 0.16, 0.2], abs=0.03)
    corpus.check()
    few = corpus._replace(said=np.arange(len(corpus.texts)) < 30)
    with pytest.raises(AnalysisError, match="A lexicon needs 20 posts"):
        few.check()
    with pytest.raises(AnalysisError, match="No word is used by 60 authors"):
        _explain_lexicon.design(corpus, k=60)


def test_a_table_that_the_lexicon_tagger_reads(tmp_path: Path) -> None:
    corpus = _planted(600)
    design = _explain_lexicon.design(corpus, k=10)
    made = _explain_lexicon.distil(corpus, design, np.full(len(design.terms), np.nan))
    path = tmp_path / "planted.tsv"
    path.write_text(_explain_lexicon.table(made, "sad9.financial problem"), encoding="utf-8")
    names = [label.name for label in lexicon.describe(str(path)).labels]
    assert set(names) <= set(_explain_lexicon.columns("sad9.financial problem"))
    scores = lexicon.load(str(path)).score(corpus.texts)
    ours = design.hits @ made.grades
    np.testing.assert_allclose(_explain_lexicon.total(scores, names), ours, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_auc_is_the_share_of_pairs_in_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    score = rng.integers(0, 5, 40).astype(np.float64)
    said = rng.random(40) < 0.4
    pairs = score[said][:, None] - score[~said][None, :]
    expect = (np.sign(pairs) / 2 + 0.5).mean()
    assert _explain_lexicon.auc(score, said) == pytest.approx(expect)
    low, high = _explain_lexicon.auc_interval(expect, int(said.sum()), int((~said).sum()))
    assert 0 <= low < expect < high <= 1


def test_the_command_line(ctx: Context, affect: Callable[..., Any]) -> None:
    db = ctx.settings.db
    both = affect("explain", "file:x", "--signal", "c/x:fear", "--db", db)
    assert both.exit_code == 2
    neither = affect("explain", "--db", db)
    assert neither.exit_code == 2
    closed = affect("explain", "file:x", "--db", db)
    assert closed.exit_code == 3
    assert "individual_reason" in closed.stderr
    asked = ("explain", "--signal", "c/x:fear", "--limit", 30, "--db", db, "--json")
    shown = affect(*asked, "--since", "2024-01-01", "--until", "2024-02-01")
    assert shown.exit_code == 0, shown.stderr
    assert '"covered"' in shown.stdout
