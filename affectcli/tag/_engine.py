"""The tagging engine: work list -> batches -> scores, resumable at any moment.

The work list is every distinct text without a score of a wanted scheme, so that an interrupted run
goes on where it stopped and an unchanged database has nothing to do. While the model runs, one
thread reads the next batches and writes the finished ones; it alone has the database, which DuckDB
would not open twice in one process for reading and writing.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from affectcli import interrupt, parts
from affectcli.errors import ModelError, UsageError
from affectcli.log import logger, progress
from affectcli.store import Outcome
from affectcli.tag import _cause_step, _work

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from types import ModuleType

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from affectcli.log import Advance
    from affectcli.parts import Description, Tagger
    from affectcli.settings import Tag
    from affectcli.store import Context
    from affectcli.tag._work import Work

AHEAD = 2
"""Batches that are read before they are needed, and that may wait to be written."""
LARGE = 16
"""How many times `tag.batch` a GPU takes at once, so that texts of one length fill it."""


def run(
    ctx: Context,
    *,
    tagger: str | None = None,
    device: str | None = None,
    limit: int | None = None,
    heads: Sequence[str] | None = None,
    shard: str | None = None,
    any_language: bool = False,
) -> Outcome:
    """Score every eligible text that lacks a score of a wanted scheme; at most `limit` of them.

    `tagger` is PART[:TARGET]. `shard`, i/n, takes only that part of the texts. `any_language` lets
    the tagger score posts in languages that it does not read.

    Raises:
        ModelError: the tagger's weights are missing or damaged, or do not fit into memory.
        UsageError: there is no such tagger, head or shard.
        Interrupted: the user asked to stop; finished batches are stored.
    """
    asked = _ask(ctx.settings.tag, tagger, heads=heads, device=device)
    languages = ctx.settings.tag.languages or asked.about.languages
    work = _work.Work(
        ctx, asked.about, languages=None if any_language else languages, part=_work.shard(shard)
    )
    waiting = work.waiting(limit)
    work.register()
    work.say_passed_over()
    scored = _texts(ctx.settings.tag, asked, work, waiting)
    found = _causes(ctx, asked, limit)
    return Outcome(
        rows=[*scored.rows, *found.rows],
        rows_in=scored.rows_in,
        rows_out=scored.rows_out + found.rows_out,
        message="; ".join(filter(None, (scored.message, found.message))),
    )


class _Asked(NamedTuple):
    """The tagger that a user asked for."""

    module: ModuleType
    target: str
    heads: Sequence[str] | None
    device: str
    about: Description


def _ask(
    settings: Tag, tagger: str | None, *, heads: Sequence[str] | None, device: str | None
) -> _Asked:
    spec = tagger or settings.tagger
    part, _, target = spec.partition(":")
    module = parts.load("tag", part)
    if heads is None and settings.heads and spec == settings.tagger:
        heads = settings.heads
    # Stored under what the user types, which is how settings and aggregates name it too.
    about: Description = replace(module.describe(target, heads=heads), name=spec)
    if not about.schemes:
        raise UsageError(f"No head of {spec} is wanted.", do="affect tag, with heads unset")
    return _Asked(module, target, heads, device or settings.device, about)


def _texts(settings: Tag, asked: _Asked, work: Work, waiting: pl.DataFrame) -> Outcome:
    """Score what waits, with the tagger loaded only where something does."""
    if waiting.is_empty():
        return Outcome(message="every text is tagged already")
    started, about = time.monotonic(), asked.about
    model: Tagger = asked.module.load(asked.target, device=asked.device, heads=asked.heads)
    why = getattr(model, "why", "")
    logger.info(
        "%s (%s) on %s in %s%s",
        *(about.name, ", ".join(scheme.name for scheme in about.schemes)),
        *(model.device, model.precision, f": {why}" if why else ""),
    )
    with progress("Tagging", waiting.height, "texts") as advance:
        done = _score(work, waiting, model, settings=settings, advance=advance)
    seconds = time.monotonic() - started
    message = f"{done:,} distinct texts in {seconds:.0f} s ({done / seconds:,.0f} a second)"
    if done < waiting.height:
        message += f"; {waiting.height - done:,} changed meanwhile: affect tag again"
    rows = [
        {
            "tagger": about.name,
            "scheme": scheme.name,
            "revision": scheme.revision,
            "texts": done,
            "seconds": round(seconds, 1),
            "per_second": round(done / seconds),
        }
        for scheme in about.schemes
    ]
    return Outcome(rows=rows, rows_in=done, rows_out=done, message=message)


def _causes(ctx: Context, asked: _Asked, limit: int | None) -> Outcome:
    """Find causes where the tagger can, for posts whose emotions it has scored."""
    emotion = next((s for s in asked.about.schemes if s.name == _cause_step.SCHEME), None)
    can = getattr(asked.module, "causes", None)
    weights = can(asked.target, heads=asked.heads) if can else None
    if emotion is None or weights is None:
        return Outcome()
    return _cause_step.find_causes(
        ctx,
        tagger=asked.about.name,
        revision=emotion.revision,
        weights=weights,
        device=asked.device,
        limit=limit,
    )


def _score(
    work: Work, waiting: pl.DataFrame, model: Tagger, *, settings: Tag, advance: Advance
) -> int:
    """Score what waits, and return how many texts are stored."""
    size = settings.batch * (LARGE if model.device.startswith("cuda") else 1)
    done = 0
    # On the way out the thread writes what was scored before; reads that nobody needs are dropped.
    with ThreadPoolExecutor(1, thread_name_prefix="database") as thread:
        pages = _ahead(thread, work.texts, waiting.iter_slices(size))
        stored: deque[Future[int]] = deque()
        scored = _scored(model, pages)
        try:
            for page, scores in scored:
                stored.append(thread.submit(work.store, page["text_hash"], _whole(scores, page)))
                while len(stored) > AHEAD:
                    done += _count(stored.popleft(), advance)
                interrupt.check("affect tag")
        finally:
            scored.close()
            pages.close()
            while stored:
                done += _count(stored.popleft(), advance)
    return done


def _count(stored: Future[int], advance: Advance) -> int:
    texts = stored.result()
    advance(texts)
    return texts


def _ahead(
    thread: ThreadPoolExecutor,
    read: Callable[[pl.DataFrame], pl.DataFrame],
    pages: Iterable[pl.DataFrame],
) -> Generator[pl.DataFrame, None, None]:
    """Yield what `read` returns for each page, read in `thread` before it is asked for."""
    coming: deque[Future[pl.DataFrame]] = deque()
    try:
        for page in pages:
            coming.append(thread.submit(read, page))
            if len(coming) > AHEAD:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()
    finally:
        for future in coming:
            future.cancel()


def _scored(
    model: Tagger, pages: Iterator[pl.DataFrame]
) -> Generator[tuple[pl.DataFrame, NDArray[np.float32]], None, None]:
    """Yield each page with its scores; a tagger with `stream` prepares the next meanwhile."""
    taken: deque[pl.DataFrame] = deque()

    def texts() -> Iterator[list[str]]:
        for page in pages:
            taken.append(page)
            yield page["text"].to_list()

    stream = getattr(model, "stream", None)
    scores = stream(texts()) if stream else map(model.score, texts())
    for part in scores:
        yield taken.popleft(), part


def _whole(scores: NDArray[np.float32], page: pl.DataFrame) -> NDArray[np.float32]:
    if len(scores) != page.height:
        raise ModelError(f"The tagger gave {len(scores)} scores for {page.height} texts.")
    return scores
