"""Findings to PDF, PNG or HTML: one page that answers first, then figures, coverage and methods."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from affectcli.errors import UsageError
from affectcli.store import Outcome

if TYPE_CHECKING:
    from affectcli.report._make import Kind
    from affectcli.store import Context

READS = (
    "post",
    "score",
    "label",
    "prevalence",
    "price",
    "event",
    "series",
    "finding",
    "forecast",
    "alert",
)


def run(  # noqa: PLR0913  # each is an option of the command
    ctx: Context,
    *,
    output: str,
    community: list[str] | str | None = None,
    asset: list[str] | None = None,
    each: str | None = None,
    kind: str = "pdf",
    figure: str | None = None,
    template: str = "community",
    emotions: int = 6,
    since: str | None = None,
    until: str | None = None,
    locale: str = "en",
    paper: str = "a4",
) -> Outcome:
    """Write a report: `output` ends in .pdf, .html, or in .png for one picture a page.

    `since` and `until` (times, of which the days count; half-open) limit what is drawn and counted;
    the sentences are the stored findings, whatever their period. The same database gives the same
    bytes. With `each` (a glob of communities) `output` is a folder and `kind` the suffix of each
    file in it; with `figure` a single figure is written, also as .svg.

    Raises:
        UsageError: another suffix, no such community, asset, template, locale, paper or day.
        AnalysisError: there are no posts.
        ConfigError: the file cannot be written.
    """
    from affectcli.report import _batch, _make, _material, _write

    known = _make.SINGLE if figure else _make.WHOLE
    target = Path(output)
    wanted = _make.Wanted(
        _kind(kind if each else target.suffix.lower().removeprefix("."), known, output),
        template, asset, emotions, _material.period(since, until), locale, paper,
    )  # fmt: skip
    wanted.check()
    named = [community] if isinstance(community, str) else community or []
    if each is not None:
        if named:
            raise UsageError("--each takes the place of --community.")
        found = _batch.names(ctx, each)
        rows = _batch.write(ctx, wanted, found, target)
        message = f"{target}: {len(found)} communities, {len(rows)} files"
        return Outcome(rows=rows, rows_in=len(found), rows_out=len(rows), message=message)
    if figure is not None:
        made = _make.figure(ctx, wanted, figure, named[0] if named else None)
    else:
        made = _make.report(ctx, wanted, named)
    rows = _write.put(ctx, target, made)
    message = f"{target.name}, {made.pages} page{'s' if made.pages != 1 else ''}"
    return Outcome(rows=rows, rows_in=made.rows, rows_out=len(rows), message=message)


def _kind(asked: str, known: tuple[Kind, ...], output: str) -> Kind:
    for kind in known:
        if kind == asked:
            return kind
    listed = ", ".join(f".{kind}" for kind in known)
    raise UsageError(
        f"A report cannot be written as {asked or output!r}.",
        known=f"Known: {listed}.",
        do=f"affect report -o report.{known[0]}",
    )
