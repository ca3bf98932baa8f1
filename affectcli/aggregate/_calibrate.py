"""From posts labelled by hand to a tagger's sensitivity and specificity in their community."""

from __future__ import annotations

import platform
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import polars as pl

from affectcli import __version__
from affectcli.errors import AffectError, AnalysisError, ExitCode, InputError, UsageError
from affectcli.log import logger
from affectcli.store import Context, Database, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from affectcli.settings import Settings

ANSWERS = {"1": True, "yes": True, "y": True, "true": True}
ANSWERS |= {"0": False, "no": False, "n": False, "false": False}
LEAST = 5
"""Answers of each kind, below which neither rate means anything."""


class Counts(NamedTuple):
    """Counts as of a simple random sample that would tell as much; their shares are the rates."""

    tp: float
    fn: float
    fp: float
    tn: float


def execute(settings: Settings, file: Path, *, community: str, dry_run: bool = False) -> Outcome:
    """Count, store and record; errors as in `run`."""
    db = Database(settings.db, wait=settings.wait, dry_run=dry_run)
    now = datetime.now(UTC).replace(tzinfo=None)
    ctx = Context(db, settings, run_id=f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}")
    with db.read():
        pass  # says that there is no database, before anything is written
    versions = {"affect": __version__, "python": platform.python_version()}
    with db.write() as con:
        con.execute(
            "run/insert_run",
            run_id=ctx.run_id,
            command="model calibrate",
            parameters=orjson.dumps({"file": str(file), "community": community}).decode(),
            state=None,
            versions=orjson.dumps(versions).decode(),
            seed=settings.seed,
            started=now,
        )
    try:
        outcome = run(ctx, file, community=community)
    except BaseException as error:
        code = error.code if isinstance(error, AffectError) else ExitCode.BUG
        _finish(ctx, "failed", code, Outcome(message=str(error)))
        raise
    _finish(ctx, "done", ExitCode.OK, outcome)
    return outcome


def _finish(ctx: Context, status: str, code: ExitCode, outcome: Outcome) -> None:
    with ctx.db.write() as con:
        con.execute(
            "run/finish_run",
            run_id=ctx.run_id,
            finished=datetime.now(UTC).replace(tzinfo=None),
            status=status,
            exit_code=int(code),
            rows_in=outcome.rows_in,
            rows_out=outcome.rows_out,
            message=outcome.message,
        )


def run(ctx: Context, file: Path, *, community: str) -> Outcome:
    """Store the counts of each label in a file of `affect label sample` with its answers.

    Needed are post_id, label and answer; without stratum and stratum_posts the posts are taken as a
    plain random sample of theirs.

    Raises:
        InputError: the file cannot be read, or an answer is none of 1, 0, yes, no.
        UsageError: the community has no posts.
        AnalysisError: fewer than 5 answers of a kind.
    """
    answers = _read(file)
    tagger = ctx.settings.tag.tagger
    with ctx.db.read() as con:
        places = con.frame("aggregate/select_communities")["community"].to_list()
        if community not in places:
            known = f"There: {', '.join(places[:5])}."
            raise UsageError(f"There is no community {community!r}.", known=known)
        con.register(
            asked_measure=answers.select(measure="label").unique(),
            asked_post=answers.select("post_id").unique(),
        )
        said = con.frame("aggregate/select_decisions", tagger=tagger, community=None)
    judged = answers.join(
        said, left_on=["post_id", "label"], right_on=["post_id", "measure"], how="inner"
    )
    if len(judged) < len(answers):
        logger.warning("%d answers are about posts without a score", len(answers) - len(judged))
    if elsewhere := set(judged["community"]) - {community}:
        logger.warning("%s gets the errors counted in %s", community, ", ".join(sorted(elsewhere)))
    facts = {"community": community, "tagger": tagger}
    rows = [
        {**facts, **_counted(str(name[0]), part)}
        for name, part in judged.group_by("label", maintain_order=True)
    ]
    if not rows:
        raise AnalysisError("Not one answer is about a post that is tagged.", do="affect tag")
    counted = pl.DataFrame(rows).drop("measure", "sensitivity", "specificity")
    with ctx.db.write() as con:
        con.register(counted=counted)
        con.execute("aggregate/delete_calibration")
        con.execute("aggregate/insert_calibration", run_id=ctx.run_id)
        con.touch("calibration")
    message = f"{len(rows)} labels calibrated in {community}; next: affect aggregate"
    return Outcome(rows=rows, rows_in=len(answers), rows_out=len(rows), message=message)


def _read(file: Path) -> pl.DataFrame:
    try:
        found = pl.read_csv(file, infer_schema=False)
    except FileNotFoundError as error:
        raise InputError(f"There is no file {file}.", do="affect label sample -o FILE") from error
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"{file} is no csv: {str(error).partition(chr(10))[0]}.") from error
    if lacking := {"post_id", "label", "answer"} - set(found.columns):
        raise InputError(
            f"{file} has no column {min(lacking)!r}.",
            known="Needed: post_id, label, answer.",
            do="affect label sample -o FILE",
        )
    for name in ("stratum", "stratum_posts"):
        if name not in found.columns:
            found = found.with_columns(pl.lit("0").alias(name))
    found = found.with_columns(pl.col("answer").str.strip_chars().str.to_lowercase())
    answered = found.filter(pl.col("answer").is_not_null() & (pl.col("answer") != ""))
    strange = answered.filter(~pl.col("answer").is_in(list(ANSWERS)))["answer"]
    if len(strange):
        raise InputError(
            f"{file} has the answer {strange[0]!r}.", known="Known: 1, 0, yes, no, or empty."
        )
    return answered.select(
        "post_id",
        "label",
        pl.col("answer").replace_strict(ANSWERS, return_dtype=pl.Boolean),
        "stratum",
        pl.col("stratum_posts").cast(pl.Float64, strict=False).fill_null(0.0),
    ).unique(["post_id", "label"], keep="last", maintain_order=True)


def _counted(measure: str, part: pl.DataFrame) -> dict[str, Any]:
    yes, said = part["answer"].to_numpy(), part["said"].to_numpy()
    if min(yes.sum(), (~yes).sum()) < LEAST:
        raise AnalysisError(
            f"Of {len(yes)} answers about {measure}, {yes.sum()} say yes: {LEAST} of each kind are "
            "needed.",
            do="affect label sample with a larger --size",
        )
    stratum = part["stratum"].rank("dense").to_numpy().astype(np.int64) - 1
    posts = np.bincount(stratum, weights=part["stratum_posts"].to_numpy())
    answered = np.bincount(stratum)
    size = np.where(posts > 0, posts / answered, answered)  # of the stratum, in posts
    counts = effective_counts(yes, said, stratum, size)
    return {
        "measure": measure,
        "scheme": part["scheme"][0],
        "revision": part["revision"][0],
        "label": part["label_right"][0],
        **counts._asdict(),
        "posts": len(yes),
        "sensitivity": counts.tp / (counts.tp + counts.fn),
        "specificity": counts.tn / (counts.tn + counts.fp),
    }


def effective_counts(
    yes: NDArray[np.bool_],
    said: NDArray[np.bool_],
    stratum: NDArray[np.int64],
    size: NDArray[np.float64],
) -> Counts:
    """Return counts whose shares are the weighted rates, and whose sums are worth their variance.

    `yes` and `said` (n,): the label by hand and by the tagger; `stratum` (n,) 0, 1, ...; `size`
    (strata,) how many posts each stratum has.
    """
    tpr, positives = _rate(yes, said, stratum, size)
    fpr, negatives = _rate(~yes, said, stratum, size)
    return Counts(
        tp=tpr * positives,
        fn=(1 - tpr) * positives,
        fp=fpr * negatives,
        tn=(1 - fpr) * negatives,
    )


def _rate(
    kind: NDArray[np.bool_],
    said: NDArray[np.bool_],
    stratum: NDArray[np.int64],
    size: NDArray[np.float64],
) -> tuple[float, float]:
    """Return the share said of a kind, and the simple sample size with the same variance.

    A ratio of two stratified totals, linearised (Cochran 1977, section 6.11). A stratum in which
    none of the few answers is of the kind still may hold some: half an answer is added to both.
    """
    answered = np.bincount(stratum, minlength=len(size))
    of_kind = np.bincount(stratum, weights=kind, minlength=len(size))
    both = np.bincount(stratum, weights=kind & said, minlength=len(size))
    weight = size / answered
    total = float(weight @ of_kind)
    rate = float(weight @ both) / total
    margin = 0.5 / (kind.sum() + 1)
    held = min(max(rate, margin), 1 - margin)
    share = (of_kind + 0.5) / (answered + 1)
    often = np.bincount(stratum, weights=said, minlength=len(size)) / answered
    hits = np.where(of_kind > 0, both / np.maximum(of_kind, 1), often)
    mean = share * (hits * (1 - held) - (1 - hits) * held)
    square = share * (hits * (1 - held) ** 2 + (1 - hits) * held**2)
    variance = float((size**2 / answered) @ (square - mean**2)) / total**2
    return rate, held * (1 - held) / variance
