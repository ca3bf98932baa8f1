"""affect snapshot: a read-only copy for notebooks and BI tools."""

from dataclasses import replace
from pathlib import Path

from affectcli.cli._app import Common, app, command


@command(app, "snapshot", writes=True, example="affect snapshot -o shared/affect.snapshot.duckdb")
def snapshot(common: Common) -> None:
    """Publish a copy for tools that keep the file open; -o FILE [NAME.snapshot.duckdb].

    Notebooks and dashboards open the copy, and never keep a writer waiting. A new copy takes its
    place whole; who has the former one open keeps that.

    python -c "import duckdb; duckdb.connect('affect.snapshot.duckdb', read_only=True)"
    """
    from affectcli.errors import UsageError

    if common.output == Path("-"):
        raise UsageError("A snapshot is a file.", do="affect snapshot -o FILE.duckdb")
    output = common.output and str(common.output)
    replace(common, output=None).step("snapshot", {"output": output})
