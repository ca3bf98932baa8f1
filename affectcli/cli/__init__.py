"""The command line: every file of this folder is one command."""

import importlib

from affectcli import parts
from affectcli.cli._app import app


def main() -> None:
    """Load every command and run the one that was typed."""
    for name in parts.names("cli"):
        importlib.import_module(f"affectcli.cli.{name}")
    app(prog_name="affect")
