"""affect retain: remove what is older than you want to keep."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect retain --older-than 365d --what text --what logs"


@command(app, "retain", writes=True, example=EXAMPLE)
def retain(
    common: Common,
    older_than: Annotated[str, typer.Option(help="365d, 52w or 2y.")],
    what: Annotated[list[str], typer.Option(help="text, posts, logs, backups; can be repeated.")],
    folder: Annotated[
        Path | None, typer.Option(help="Where the logs or backups are [as set].")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Remove it. Without this, only say what would go.")
    ] = False,
) -> None:
    """Remove texts, posts, logs or backups older than a span; first see what would go.

    text: the words of posts; their tags and the series stay. posts: all of them that there is.
    """
    common = replace(common, dry_run=common.dry_run or not yes)
    folder_text = None if folder is None else str(folder)
    common.step("retain", {"older_than": older_than, "what": what, "folder": folder_text})
