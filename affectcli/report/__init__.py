"""Findings to PDF or PNG: one page that answers first, then figures, coverage and methods."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from affectcli.errors import UsageError
from affectcli.store import Outcome

if TYPE_CHECKING:
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
KINDS: dict[str, Literal["pdf", "png"]] = {".pdf": "pdf", ".png": "png"}


def run(
    ctx: Context,
    *,
    output: str,
    community: str | None = None,
    asset: list[str] | None = None,
    emotions: int = 6,
    since: str | None = None,
    until: str | None = None,
) -> Outcome:
    """Write a report: `output` ends in .pdf, or in .png for one picture a page.

    `since` and `until` (ISO dates, half-open) limit what is drawn and counted; the sentences are
    the stored findings, whatever their period. The same database gives the same bytes.

    Raises:
        UsageError: another suffix, no such community or asset, no emotion asked for.
        AnalysisError: there are no posts.
        ConfigError: the file cannot be written.
    """
    target = Path(output)
    kind = KINDS.get(target.suffix.lower())
    if kind is None:
        raise UsageError(
            f"A report cannot be written as {target.suffix or output!r}.",
            known="Known: .pdf, .png.",
            do="affect report -o report.pdf",
        )
    if emotions < 1:
        raise UsageError("--emotions must be 1 or more.")
    from affectcli.report import _material, _page, _write

    span = _material.period(since, until)
    material = _material.gather(ctx, community=community, assets=asset, span=span)
    page, pictures = _page.content(material, emotions=emotions)
    made, count = _page.typeset(page, pictures, kind=kind, made=_page.as_of(material))
    contents = dict(zip(_write.paths(target, len(made)), made, strict=True))
    rows = [
        {
            "file": str(path),
            "pages": count if kind == "pdf" else 1,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for path, content in contents.items()
    ]
    if not ctx.db.dry_run:
        _write.write(target, contents, _write.manifest(ctx, material, rows))
    message = f"{target.name}, {count} page{'s' if count != 1 else ''}"
    rows_in = material.daily.height + len(material.claims) + material.forecasts.height
    return Outcome(rows=rows, rows_in=rows_in, rows_out=len(rows), message=message)
