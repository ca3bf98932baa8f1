"""affect backup: a verified copy of the database."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from affectcli.cli._app import Common, app, command


@command(app, "backup", writes=True, example="affect backup --folder /backup/affect --keep 14")
def backup(
    common: Common,
    folder: Annotated[
        Path | None, typer.Option(help="Put it here, under a name with the time [backups].")
    ] = None,
    keep: Annotated[
        int, typer.Option(min=0, help="How many the folder keeps; 0 keeps them all.")
    ] = 7,
) -> None:
    """Copy the database, read the copy to its end, then give it its name; -o FILE names it."""
    params = {"folder": folder and str(folder), "keep": keep}
    params["file"] = common.output and str(common.output)
    replace(common, output=None).step("backup", params)
