"""affect doctor: is everything in order?"""

from affectcli.cli._app import Common, app, command


@command(app, "doctor", example="affect doctor")
def doctor(common: Common) -> None:
    """Check the installation, the model and the data."""
    from affectcli.doctor import examine
    from affectcli.errors import ConfigError

    rows = examine(common.settings())
    common.emit(rows, command="doctor", parameters={})
    if wrong := [row["check"] for row in rows if not row["ok"]]:
        raise ConfigError(f"Not in order: {', '.join(wrong)}.")
