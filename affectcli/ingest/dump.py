"""Reddit dumps of Pushshift and Arctic Shift: whole months or single subreddits, packed or not.

Files may be .zst with windows up to 2 GiB and several frames, .gz, .bz2, .xz or plain JSON lines;
a folder stands for the dumps in it. Only lines in which a wanted subreddit's name stands are
parsed. Reading a file twice changes nothing; an interrupted reading goes on after its last stored
batch. Every line is counted: read = added + updated + duplicates + rejected + filtered.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from affectcli import times
from affectcli.errors import InputError, UsageError
from affectcli.ingest._authors import author_key
from affectcli.ingest._dump import Wish
from affectcli.ingest._dump_store import Reading, account, take_file
from affectcli.ingest._posts import Rule
from affectcli.ingest._reddit import SOURCE
from affectcli.log import logger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.ingest._dump_store import Done
    from affectcli.store import Context, Outcome

SUB = re.compile(r"/?(?:r/)?([A-Za-z0-9_.-]+)/?", re.IGNORECASE)
DUMPS = re.compile(r"\.(zst|zstd|gz|bz2|xz|jsonl|ndjson|json)$|^R[SC]_\d{4}-\d{2}$", re.IGNORECASE)


def run(
    ctx: Context,
    *,
    path: str | tuple[str, ...],
    sub: tuple[str, ...] = (),
    since: str | None = None,
    until: str | None = None,
    deleted_later: bool = False,
    ticker: tuple[str, ...] = (),
) -> Outcome:
    """Store the submissions and comments of dump files.

    Raises:
        UsageError: an option is wrong.
        InputError: a file is missing, no dump, truncated or damaged. What was whole is stored,
            and so is what the other files hold.
        ConfigError: the author key cannot be used.
    """
    first, end = times.window(since, until)
    wish = Wish(frozenset(_name(each) for each in sub), first, end, deleted_later)
    rule = Rule(
        source=SOURCE,
        community=None,
        kind="submission",
        where=None,
        since=first,
        until=end,
        no_repeats=False,
        tickers=tuple(sorted({*ctx.settings.ingest.tickers, *ticker})),
    )
    files = _files([path] if isinstance(path, str) else path)
    reading = Reading(wish, rule, author_key(ctx))
    done = [take_file(ctx, each, reading) for each in files]
    outcome = account(done, reading.job(ctx))
    _warn(done, sub)
    if trouble := [each.trouble for each in done if each.trouble]:
        if outcome.rows_in:
            logger.info("%s", outcome.message)
        raise _summed(trouble)
    return outcome


def _name(sub: str) -> str:
    """Return a subreddit's name in lower case.

    Raises:
        UsageError: it is none.
    """
    found = SUB.fullmatch(sub.strip())
    if not found:
        raise UsageError(f"--sub {sub!r} is no subreddit.", do="--sub CryptoCurrency")
    return found[1].lower()


def _files(paths: Sequence[str]) -> list[str]:
    """Return the files that paths stand for, each once: of a folder the dumps in it, by name.

    Raises:
        InputError: a path is not there, or a folder has no dump.
        UsageError: no path is given.
    """
    files: list[str] = []
    for path in paths:
        if path == "-" or Path(path).is_file():
            files.append(path)
        elif not Path(path).exists():
            raise InputError(f"There is no file {path}.")
        else:
            files += _dumps(Path(path)) if Path(path).is_dir() else [path]
    if not files:
        raise UsageError("No dump is named.", do="affect ingest dump RC_2021-01.zst --sub btc")
    return list(dict.fromkeys(files))


def _dumps(folder: Path) -> list[str]:
    found = [
        str(file)
        for file in sorted(folder.rglob("*"))
        if DUMPS.search(file.name) and not file.name.startswith(".") and file.is_file()
    ]
    if not found:
        raise InputError(
            f"There is no dump in {folder}.", known="Dumps are .zst, .gz, .bz2, .xz or .jsonl."
        )
    return found


def _warn(done: Sequence[Done], sub: Sequence[str]) -> None:
    read, kept = sum(each.total.read for each in done), sum(each.total.kept for each in done)
    if sub and read and not kept:
        names = ", ".join(f"r/{name}" for name in sub)
        logger.warning("None of %s lines is of %s in that time.", f"{read:,}", names)


def _summed(trouble: Sequence[InputError]) -> InputError:
    """Return one error for all files that could not be read to their end."""
    known = dict.fromkeys(each.known for each in trouble if each.known)
    return InputError(
        " ".join(each.what for each in trouble), known=" ".join(known), do=trouble[0].do
    )
