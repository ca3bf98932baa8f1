"""How fast `affect tag` is, beside the pipeline of transformers on the same weights and posts.

    python benchmarks/tagging.py [--posts 600] [--rounds 3] [--device cpu]
    python benchmarks/tagging.py --database 1000000

The mix has 41 tokens a post on average. With AFFECT_DATA it is drawn from GoEmotions (50 %),
StockNet (32 %) and Dreaddit (18 %); else it is sample_data, strung together to lengths that are
distributed alike. Rounds are interleaved, and each line has posts a second by the wall clock
(median of the rounds) and by processor seconds, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import logging
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import torch

from affectcli import resources
from affectcli.tag import _card, _care, _encoder, _forward, _lora, _mini, _windows, mini

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

SAMPLE = Path(__file__).parent.parent / "sample_data" / "posts.csv.gz"
CORPORA = (
    (0.50, "goemotions/test.tsv.gz", "\t", 0),
    (0.32, "stocknet/tweets.csv.gz", ",", "text"),
    (0.18, "dreaddit/dreaddit-train.csv.gz", ",", "text"),
)
MOST_ROWS = 8000
LAYER = 2 * (4 * _encoder.WIDTH**2 + 2 * _encoder.WIDTH * _encoder.INNER)
"""Floating-point operations of one token in the products of one layer; attention is 2 % more."""
LOAD = "from affectcli.tag import mini; mini.load(device={!r})"


class Speed(NamedTuple):
    """Posts a second: by the wall clock, and by processor time of all threads."""

    wall: float
    processor: float


def posts(count: int) -> list[str]:
    """Return the mix, the same at each call."""
    rng = np.random.default_rng(41)
    folder = os.environ.get("AFFECT_DATA")
    return _real(Path(folder), count, rng) if folder else _strung(count, rng)


def _real(folder: Path, count: int, rng: Generator) -> list[str]:
    texts: list[str] = []
    for share, name, mark, column in CORPORA:
        with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=mark, quoting=csv.QUOTE_MINIMAL)
            at = column if isinstance(column, int) else next(rows).index(column)
            some = [row[at] for row, _ in zip(rows, range(MOST_ROWS), strict=False)]
        texts += [some[n] for n in rng.integers(len(some), size=round(share * count))]
    rng.shuffle(texts)
    return texts


def _strung(count: int, rng: Generator) -> list[str]:
    words = " ".join(pl.read_csv(SAMPLE)["body"].drop_nulls().to_list()).split()
    # Lognormal, median 20 words and mean 29: what GoEmotions, tweets and long posts make together.
    sizes = np.clip(np.exp(rng.normal(np.log(20), 0.85, count)), 1, 400).astype(int)
    starts = rng.integers(len(words) - 400, size=count)
    return [" ".join(words[s : s + n]) for s, n in zip(starts, sizes, strict=True)]


def tokens(texts: Sequence[str]) -> int:
    """Return how many tokens the encoder reads, marks and overlaps included."""
    return sum(lengths(texts))


def lengths(texts: Sequence[str]) -> list[int]:
    """Return how many tokens the encoder reads of each text."""
    encoded = _encoder.tokenizer().encode_batch_fast(
        [_care.clean(text) for text in texts], add_special_tokens=False
    )
    marks = (_encoder.CLS, _encoder.SEP)
    return [sum(len(w.ids) for w in _windows.cut(0, e.ids, marks=marks)) for e in encoded]


def reference(device: str) -> Any:  # noqa: ANN401  # a pipeline of transformers
    """Return a pipeline of the same encoder, adapter and sigmoid heads, saved and read again."""
    import transformers

    logging.getLogger("transformers").setLevel(logging.CRITICAL)

    class Pooled(transformers.BertForSequenceClassification):  # type: ignore[no-untyped-call]  # the base is untyped
        """Mean over tokens instead of the first token's pooler."""

        def forward(self, input_ids=None, attention_mask=None, **_more):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN003, ANN202  # as transformers has it
            x = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            keep = attention_mask[..., None].to(x.dtype)
            logits = self.classifier((x * keep).sum(1) / keep.sum(1))
            return transformers.modeling_outputs.SequenceClassifierOutput(logits=logits)

    weight, bias = _sigmoid_heads()
    with tempfile.TemporaryDirectory() as folder:
        model = Pooled.from_pretrained(resources.encoder(), num_labels=len(bias))
        _merge(model.bert)
        model.classifier.weight.data, model.classifier.bias.data = weight, bias
        model.save_pretrained(folder)
        model = Pooled.from_pretrained(folder)
    place = resources.encoder()
    tokenizer = transformers.AutoTokenizer.from_pretrained(place, model_max_length=512)
    return transformers.pipeline(
        *("text-classification", model),
        tokenizer=tokenizer,
        device=device,
        top_k=None,
        function_to_apply="sigmoid",
        truncation=True,
        max_length=512,
    )


def _tensors(entry: dict[str, Any]) -> dict[str, torch.Tensor]:
    return _mini._tensors(_card.WEIGHTS, {"file": _card.ADAPTER, **entry})  # noqa: SLF001 -- ours


def _linear_heads() -> dict[str, dict[str, torch.Tensor]]:
    """Return the heads that a transformers classifier can have: one matrix, then sigmoid."""
    heads = _card.read()["heads"]
    read = {n: _tensors(h) for n, h in heads.items() if h.get("activation") == "sigmoid"}
    return {name: tensors for name, tensors in read.items() if "inner.weight" not in tensors}


def _sigmoid_heads() -> tuple[torch.Tensor, torch.Tensor]:
    read = _linear_heads().values()
    weight, bias = (torch.cat([t[f"head.{x}"].float() for t in read]) for x in ("weight", "bias"))
    return weight, bias


def _merge(bert: Any) -> None:  # noqa: ANN401  # a BertModel
    encoder = _encoder.load()
    _lora.merge(encoder, _tensors(_card.read()["adapter"]))
    state = bert.state_dict()
    for number, layer in enumerate(encoder.layers):
        for mine in _encoder.LINEAR:
            name = f"encoder.layer.{number}.{_encoder._NAMES[mine]}.weight"  # noqa: SLF001 -- ours
            state[name] = getattr(layer, mine).weight.detach()
    bert.load_state_dict(state)


def race(runners: dict[str, Callable[[], object]], count: int, rounds: int) -> dict[str, Speed]:
    """Return each runner's speed over `count` posts; they take turns in every round."""
    wall: dict[str, list[float]] = {name: [] for name in runners}
    processor: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(rounds):
        for name, run in runners.items():
            started, busy = time.perf_counter(), time.process_time()
            run()
            wall[name].append(time.perf_counter() - started)
            processor[name].append(time.process_time() - busy)
    return {
        name: Speed(count / statistics.median(wall[name]), count / min(processor[name]))
        for name in runners
    }


def peak(device: str, dtype: torch.dtype) -> float:
    """Return the fastest product that the device does of the encoder's largest kind, FLOP/s."""
    rows = 1024 if device == "cpu" else 65536
    make = _forward._packed if _forward.packs(device, dtype) else _forward._plain  # noqa: SLF001 -- ours
    weight, x = (
        torch.randn(n, _encoder.WIDTH, device=device).to(dtype) for n in (_encoder.INNER, rows)
    )
    run, best = make(weight, weight[:, 0].contiguous(), gelu=False), 0.0
    with torch.inference_mode():
        for _ in range(50):
            started = time.perf_counter()
            run(x)
            if device.startswith("cuda"):
                torch.cuda.synchronize()
            spent = time.perf_counter() - started
            best = max(best, 2 * rows * _encoder.WIDTH * _encoder.INNER / spent)
    return best


def memory(who: int = resource.RUSAGE_SELF) -> float:
    """Return the most memory used so far, GiB."""
    return resource.getrusage(who).ru_maxrss / 2**20


def load_seconds(device: str) -> float:
    """Return how long a new process takes to load the tagger, imports included."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", LOAD.format(device)], check=True)
    return time.perf_counter() - started


def agreement(a: NDArray[np.float32], b: NDArray[np.float32], limits: NDArray[np.float32]) -> float:
    """Return the share of decisions, texts times labels, that two scorings have in common."""
    return float(((a >= limits) == (b >= limits)).mean())


def print_speed(count: int, rounds: int, device: str) -> None:
    """Print the table of the mix."""
    texts, seconds = posts(count), load_seconds(device)
    tagger, one = mini.load(device=device), mini.load(device=device, heads=["goemotions28"])
    read = tokens(texts)
    print(f"{count} posts, {read / count:.1f} tokens a post, {tagger.device}, {tagger.precision}")
    print(f"({tagger.why}), {torch.get_num_threads()} threads, load {os.getloadavg()[0]:.1f}")
    scores = tagger.score(texts)
    ours = memory()
    dtype = torch.bfloat16 if tagger.precision == "bf16" else torch.float32
    fastest = peak(tagger.device, dtype)
    cleaned, pipe = [_care.clean(text) for text in texts], reference(tagger.device)
    speed = race(
        {
            "affect, all heads": lambda: tagger.score(texts),
            "affect, one head": lambda: one.score(texts),
            "pipeline(1)": lambda: pipe(cleaned, batch_size=1),
            "pipeline(32)": lambda: pipe(cleaned, batch_size=32),
        },
        *(count, rounds),
    )
    best = speed["affect, all heads"]
    print(f"{'':20}{'posts/s':>9}{'all heads are':>15}{'posts/CPU-s':>13}{'all heads are':>15}")
    for name, one_speed in speed.items():
        print(
            f"{name:20}{one_speed.wall:9.0f}{best.wall / one_speed.wall:13.2f} x"
            f"{one_speed.processor:13.1f}{best.processor / one_speed.processor:13.2f} x"
        )
    work = read / count * LAYER * _encoder.LAYERS
    print(f"measured product peak {fastest / 1e9:.0f} GFLOP/s; share of it: ", end="")
    print(f"{best.wall * work / fastest:.0%} by the wall clock")
    print(f"load, imports included {seconds:.1f} s; peak memory of ours {ours:.2f} GiB")
    _print_agreement(tagger, scores, texts, pipe(cleaned, batch_size=32))


def _print_agreement(
    tagger: _mini.Mini, scores: NDArray[np.float32], texts: list[str], theirs: list[Any]
) -> None:
    linear = _linear_heads()
    many = [scheme for scheme in tagger.schemes if scheme.name in linear]
    names = {f"LABEL_{n}": n for n in range(sum(len(s.labels) for s in many))}
    columns = [n for n, (s, _) in enumerate(_labelled(tagger)) if s in {x.name for x in many}]
    limits = np.array([x.threshold for s in many for x in s.labels], dtype=np.float32)
    full = _float32(tagger.device).score(texts)[:, columns]
    mine = scores[:, columns]
    other = np.zeros_like(mine)
    for row, said in enumerate(theirs):
        for entry in said:
            other[row, names[entry["label"]]] = entry["score"]
    short = [n for n, length in enumerate(lengths(texts)) if length <= _windows.WINDOW]
    print(
        f"label agreement with float32 {agreement(mine, full, limits):.5f}, largest difference "
        f"{np.abs(mine - full).max():.4f}; with the pipeline, posts of one window, "
        f"{agreement(mine[short], other[short], limits):.5f}"
    )


def _labelled(tagger: _mini.Mini) -> list[tuple[str, str]]:
    return [(scheme.name, label.name) for scheme in tagger.schemes for label in scheme.labels]


def _float32(device: str) -> _mini.Mini:
    """Return the tagger in float32 whatever the probe says."""
    fastest = _forward.fastest
    try:
        _forward.fastest = lambda device: (torch.float32, f"as asked, on {device}")
        return mini.load(device=device)
    finally:
        _forward.fastest = fastest


def print_database(count: int, device: str) -> None:
    """Tag `count` short posts, 80 % of them distinct, from a database in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        settings, file = Path(folder) / "a.duckdb", Path(folder) / "posts.parquet"
        _short(count).write_parquet(file)
        common = ["--db", str(settings), "--quiet"]
        environment = {**os.environ, "AFFECT_KEY_FILE": str(Path(folder) / "author.key")}
        affect = [sys.executable, "-m", "affectcli"]
        ingest = ["ingest", "file", str(file), "--community", "bench/short"]
        subprocess.run([*affect, *ingest, *common], check=True, env=environment)
        for title in ("tagged", "nothing to do"):
            tag = [*affect, "tag", "--device", device, *common]
            with subprocess.Popen([*tag], env=environment, stdout=subprocess.DEVNULL) as process:
                started = time.perf_counter()
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            spent = time.perf_counter() - started
            print(
                f"{title}: {count:,} posts, exit {process.returncode}, {spent:.1f} s, "
                f"{count / spent:,.0f} posts/s, peak memory {used.ru_maxrss / 2**20:.2f} GiB",
                flush=True,
            )


def _short(count: int) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    words = np.array(" ".join(pl.read_csv(SAMPLE)["body"].drop_nulls().to_list()).split())
    distinct = round(0.8 * count)
    starts, sizes = rng.integers(len(words) - 9, size=distinct), rng.integers(2, 9, size=distinct)
    made = [
        f"{' '.join(words[s : s + n])} {i}"
        for i, (s, n) in enumerate(zip(starts, sizes, strict=True))
    ]
    bodies = made + [made[n] for n in rng.integers(distinct, size=count - distinct)]
    return pl.DataFrame(
        {
            "id": pl.Series(range(count)).cast(pl.String),
            "created": pl.Series(range(count)) * 60 + 1_600_000_000,
            "body": bodies,
            "author": pl.Series(rng.integers(count // 10 + 1, size=count)).cast(pl.String),
            "lang": "en",
        }
    )


def main() -> None:
    """Parse the command line and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--posts", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, help="of a processor; all of them")
    parser.add_argument("--database", type=int, metavar="N")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    if options.database:
        print_database(options.database, options.device)
    else:
        print_speed(options.posts, options.rounds, options.device)


if __name__ == "__main__":
    main()
