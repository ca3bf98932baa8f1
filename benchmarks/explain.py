"""Word lists distilled from a tagger: do they agree with it on unseen posts, and how fast?

    python benchmarks/explain.py DB COMMUNITY [--labels fear,joy] [--attribute fear] [--limit 100]

DB is tagged; every label with enough posts is distilled from a part of the community's texts and
judged on another (by text_hash), as the file that `lexicon:FILE` reads. Beside its AUC stand that
of the weights before they became grades, and of the word that names the label, which a user would
search for. `--attribute` labels also get attributions of `--limit` texts: the margin over
randomised weights, and whether attribution x idf or the ridge regression is the better list.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from affectcli.errors import AnalysisError
from affectcli.settings import Settings
from affectcli.store import Context, Database
from affectcli.tag import _explain_asked, _explain_lexicon, _explain_many, _lexicon_match, lexicon
from affectcli.tag._explain_asked import Asked, Measure
from affectcli.tag._explain_many import Question

if TYPE_CHECKING:
    from affectcli.tag._explain_lexicon import Corpus, Design, Lexicon

BY = Asked("mini", "cpu")
SPEED_POSTS = 50_000


def named(corpus: Corpus, measure: Measure) -> float:
    """Return the AUC of hits of the label's own name, with a wildcard, per word."""
    judged = np.flatnonzero(corpus.part == 2)
    matcher = _lexicon_match.Matcher([f"{measure.label.name[:6]}*"])
    found = matcher.find([corpus.texts[at] for at in judged])
    score = np.bincount(found.text, minlength=len(judged)) / np.maximum(found.words, 1)
    return _explain_lexicon.auc(score, corpus.said[judged])


def speed(corpus: Corpus, file: Path) -> float:
    """Return posts a processor second that `lexicon:FILE` reads, the best of three."""
    tagger = lexicon.load(str(file))
    texts = (corpus.texts * (SPEED_POSTS // len(corpus.texts) + 1))[:SPEED_POSTS]
    spent = []
    for _ in range(3):
        start = time.process_time()
        for at in range(0, len(texts), 16384):
            tagger.score(texts[at : at + 16384])
        spent.append(time.process_time() - start)
    return len(texts) / min(spent)


def line(corpus: Corpus, measure: Measure, made: Lexicon, folder: Path) -> float:
    """Print one label's line and return its AUC."""
    file = folder / "list.tsv"
    file.write_text(_explain_lexicon.table(made, measure.name), encoding="utf-8")
    agreed = _explain_many.judge(corpus, file)
    judged = corpus.part == 2
    before = _explain_lexicon.auc(made.design.hits[judged] @ made.weights, corpus.said[judged])
    print(
        f"{measure.name:16}{agreed['judged_said']:7,}{int((made.grades != 0).sum()):7,}"
        f"{agreed['auc']:8.3f} [{agreed['auc_low']:.3f}, {agreed['auc_high']:.3f}]"
        f"{before:9.3f}{named(corpus, measure):9.3f}{speed(corpus, file):12,.0f}"
        f"  {made.made_by}",
        flush=True,
    )
    return float(agreed["auc"])


def design_of(corpus: Corpus, cache: dict[bytes, Design]) -> Design:
    """Return the terms of a corpus: the same ones for every label of the same texts."""
    key = corpus.text_hash.tobytes()
    if key not in cache:
        cache[key] = _explain_lexicon.design(corpus, k=10)
    return cache[key]


def main() -> None:
    """Parse the command line and print one line a label."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("db", type=Path)
    parser.add_argument("community")
    parser.add_argument("--labels", default="")
    parser.add_argument("--attribute", default="")
    parser.add_argument("--limit", type=int, default=100)
    options = parser.parse_args()
    settings = Settings(db=options.db)
    ctx = Context(Database(settings.db), settings, "", 0)
    known = _explain_asked.measures(BY.tagger)
    labels = options.labels.split(",") if options.labels else list(known)
    print("label              said  terms     AUC       95 %       weights  its name     posts/s")
    areas: list[float] = []
    cache: dict[bytes, Design] = {}
    with tempfile.TemporaryDirectory() as temporary:
        for measure in (known[label] for label in labels):
            if measure.scheme.kind == "scale" or measure.label.weak:
                continue
            try:
                corpus = _explain_asked.corpus(
                    ctx, options.community, measure, tagger=BY.tagger, window=(None, None)
                )
                corpus.check()
            except AnalysisError:
                continue
            design = design_of(corpus, cache)
            nothing = np.full(len(design.terms), np.nan)
            made = _explain_lexicon.distil(corpus, design, nothing)
            areas.append(line(corpus, measure, made, Path(temporary)))
        print(f"{len(areas)} labels: least {min(areas):.3f}, median {np.median(areas):.3f}")
        for label in filter(None, options.attribute.split(",")):
            question = Question(f"{options.community}:{label}", limit=options.limit)
            file = Path(temporary) / "both.tsv"
            started = time.process_time()
            said = _explain_many.to_lexicon(ctx, question, file, by=BY).message
            print(f"\n{label}, {time.process_time() - started:.0f} s of processor: {said}")


if __name__ == "__main__":
    main()
