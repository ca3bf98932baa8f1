"""affect restore: a backup in the database's place."""

from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command

EXAMPLE = "affect restore backups/affect-20240131T031500Z.duckdb --dry-run"


@command(app, "restore", writes=True, example=EXAMPLE)
def restore(
    common: Common,
    file: Annotated[Path, typer.Argument(help="What affect backup made.")],
    force: Annotated[
        bool, typer.Option("--force", help="Even if data came in since it was made.")
    ] = False,
) -> None:
    """Put a backup in the database's place; what was there is kept beside it."""
    from affectcli.log import logger
    from affectcli.runner import only_run
    from affectcli.store import Database
    from affectcli.store.backup import restore, verified

    settings = common.settings()
    db = Database(settings.db, wait=settings.wait)
    asked = {"file": str(file), "force": force}
    if common.dry_run:
        common.emit([verified(file).row()], command="restore", parameters=asked)
        logger.info("%s is whole; it was read to its end.", file)
        return
    with only_run(db.path, what="affect restore", wait=0):
        copy, aside = restore(db, file, force=force)
    row = {**copy.row(), "was": None if aside is None else str(aside)}
    common.emit([row], command="restore", parameters=asked)
    logger.info("%s is %s now. As it was: %s", db.path, file, aside or "it was not there")
