"""affect init: a new database and a settings file."""

from affectcli.cli._app import Common, app, command


@command(app, "init", example="affect init --db crypto.duckdb")
def init(common: Common) -> None:
    """Make an empty database; one that is there stays as it is."""
    from affectcli import store

    settings = common.settings()
    db = store.Database(settings.db, wait=settings.wait)
    made = not db.exists
    with db.write() as con:
        con.scalar("run/select_schema_version")
    row = {"db": str(settings.db), "made": made, "next": "affect ingest file --help"}
    common.emit([row], command="init", parameters={})
