"""One report for each of many communities, and a page that lists them."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import re
import signal
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import repeat
from typing import TYPE_CHECKING

from affectcli import interrupt
from affectcli.errors import AnalysisError, ConfigError, UsageError
from affectcli.log import progress
from affectcli.report import _frame, _make, _write
from affectcli.report._text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from affectcli.store import Context

SAFE, PLAIN = re.compile(r"[^\w.-]+"), re.compile(r"[a-z]+/[\w.-]{1,60}")
LONGEST = 80
FEW = 4
"""Reports that a process more is worth."""
INDEX = "index.html"


def names(ctx: Context, pattern: str) -> list[str]:
    """Return the communities that a glob matches, by name.

    Raises:
        AnalysisError: there are no posts.
        UsageError: no community matches.
    """
    with ctx.db.read() as con:
        known = con.frame("report/select_communities")["community"].sort().to_list()
        found: list[str] = con.frame("report/match_communities", pattern=pattern)[
            "community"
        ].to_list()
    if not known:
        raise AnalysisError("There are no posts to report on.", do="affect ingest file PATH")
    if not found:
        there = f"There: {', '.join(known[:5])}."
        raise UsageError(f"No community matches {pattern!r}.", known=there)
    return found


def file_names(communities: Iterable[str], suffix: str) -> list[str]:
    """Return a file name for each community, all different: a hash where letters are lost.

    `reddit/CryptoCurrency` is reddit_CryptoCurrency; names that differ in case alone are told
    apart, for some file systems do not.
    """
    names: list[str] = []
    for community in communities:
        name = SAFE.sub("-", community.replace("/", "_")).strip(".-_")[:LONGEST]
        taken = name.casefold() in {known.casefold() for known in names}
        if taken or not PLAIN.fullmatch(community):
            name += f"-{hashlib.sha256(community.encode()).hexdigest()[:8]}"
        names.append(name)
    return [f"{name}{suffix}" for name in names]


def write(
    ctx: Context, wanted: _make.Wanted, found: list[str], folder: Path
) -> list[dict[str, object]]:
    """Write a report for each community into `folder`, and an index; return a row for each file.

    One that cannot be made (nothing to show) is a row that says why, and the others are made.

    Raises:
        ConfigError: the folder cannot be written to.
    """
    try:
        if not ctx.db.dry_run:
            folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"Cannot make {folder}: {error.strerror}.", do="another -o") from error
    rows: list[dict[str, object]] = []
    listed: list[tuple[str, str, str]] = []
    with _reports(ctx, wanted, found) as reports, progress("Writing", len(found), "reports") as on:
        files = file_names(found, f".{wanted.kind}")
        for community, name, made in zip(found, files, reports, strict=True):
            target = folder / name
            if isinstance(made, str):
                rows.append({"community": community, "file": None, "message": made})
                listed.append((plain(community), "", made))
            else:
                rows += [{"community": community, **row} for row in _write.put(ctx, target, made)]
                listed.append((plain(community), name, made.answers[0]))
            on(1)
            interrupt.check("the same command")
    if not ctx.db.dry_run:
        _write.alone(folder / INDEX, _frame.index(listed))
    return rows


@contextmanager
def _reports(
    ctx: Context, wanted: _make.Wanted, found: list[str]
) -> Iterator[Iterable[_make.Made | str]]:
    """Give the reports in the order of `found`, made by as many processes as there are cores."""
    cores = min(os.cpu_count() or 1, len(found) // FEW)
    if cores < 2:
        yield (_one(ctx, wanted, community) for community in found)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, mp_context=spawn, initializer=_listen_not) as pool:
        try:
            yield pool.map(_one, repeat(ctx), repeat(wanted), found)
        finally:
            pool.shutdown(cancel_futures=True)


def _listen_not() -> None:
    """Leave Ctrl-C to the process that has the work list."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _one(ctx: Context, wanted: _make.Wanted, community: str) -> _make.Made | str:
    """Return a report, or why there is none."""
    try:
        return _make.report(ctx, wanted, [community])
    except AnalysisError as error:
        return str(error)
