"""The command tree, and the one place where errors become exit codes.

A command is a function `f(common, ...)`: `@command` gives it the options that every command has
and turns what it raises into one line on stderr and the exit code of the contract.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer
from typer.core import TyperGroup

from affectcli import __version__
from affectcli.errors import AffectError, ConfigError, EmptyError, ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from affectcli.settings import Settings
    from affectcli.store import Outcome

FORMATS = ("table", "json", "jsonl", "csv", "parquet", "md")

ORDER = (
    *("init", "ingest", "tag", "aggregate", "analyze", "explain", "forecast", "report"),
    *("query", "snapshot", "export", "run", "schedule", "status", "backup", "restore", "retain"),
    *("doctor", "forget", "label", "model"),
)


class _InOrder(TyperGroup):
    """Lists commands in the order in which they are used."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer vendors the base's Context
        return sorted(super().list_commands(ctx), key=_place)


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


app = typer.Typer(
    cls=_InOrder,
    help="From raw posts to claims about community emotion that hold up.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    pretty_exceptions_show_locals=False,
    add_completion=True,
    rich_markup_mode=None,  # rich would double what --help costs
)
ingest = typer.Typer(help="Read posts, prices, events and series.", rich_markup_mode=None)
analyze = typer.Typer(help="Test claims: what leads what, what is high.", rich_markup_mode=None)
model = typer.Typer(help="Train, evaluate and describe taggers.", rich_markup_mode=None)
for name, group in (("ingest", ingest), ("analyze", analyze), ("model", model)):
    group.info.no_args_is_help = True
    app.add_typer(group, name=name)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"affect {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    _show: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From raw posts to claims about community emotion that hold up."""


@dataclass(frozen=True)
class Common:
    """The options that every command has."""

    format: str
    output: Path | None
    db: Path | None
    config: Path | None
    seed: int | None
    quiet: bool
    verbose: bool
    debug: bool
    fail_on_empty: bool
    dry_run: bool = False

    @property
    def for_the_eye(self) -> bool:
        """Whether rows go to a terminal as a table, and not into a file or a program."""
        return self.format in {"", "table"} and self.output is None

    def settings(self, **flags: object) -> Settings:
        """Return the settings in force."""
        from affectcli.settings import load

        return load(self.config, db=self.db, **flags)

    def step(
        self, name: str, params: Mapping[str, Any], *, shown: Sequence[str] | None = None
    ) -> Outcome:
        """Run one step of the house, recorded, and print its rows; `shown` as in `emit`."""
        from affectcli import runner

        outcome = runner.execute(
            name, params, self.settings(), seed=self.seed, dry_run=self.dry_run
        )
        self.emit(outcome.rows, command=name, parameters=params, shown=shown)
        from affectcli.log import logger

        logger.info("%s", outcome.message)
        if self.fail_on_empty and not outcome.rows_out:
            raise EmptyError(f"{name}: there was nothing to do.")
        return outcome

    def emit(
        self,
        rows: Any,  # noqa: ANN401  # dicts, or a frame
        *,
        command: str,
        parameters: Mapping[str, Any],
        shown: Sequence[str] | None = None,
    ) -> None:
        """Print rows to stdout, or write them to --output, in the format asked for.

        `shown` are the columns of a table for the eye; other formats have them all.
        """
        from affectcli.cli._output import emit

        emit(rows, self, envelope={"command": command, "parameters": parameters}, shown=shown)
        if self.fail_on_empty and not len(rows):
            raise EmptyError(f"{command}: there are no rows.")


def _options(*, writes: bool) -> dict[str, tuple[Any, Any]]:
    def option(kind: Any, *names: str, help: str, **more: Any) -> Any:  # noqa: A002, ANN401  # typer's own names
        return Annotated[kind, typer.Option(*names, help=help, **more)]

    panel = {"rich_help_panel": "Common options"}
    options: dict[str, tuple[Any, Any]] = {
        "format": (
            option(str, "--format", "-f", help="table, json, jsonl, csv, parquet or md.", **panel),
            "",
        ),
        "json": (option(bool, "--json", help="Short for --format json.", **panel), False),
        "output": (
            option(Path | None, "--output", "-o", help="Write here, atomically.", **panel),
            None,
        ),
        "db": (
            option(Path | None, "--db", help="The database file [affect.duckdb].", **panel),
            None,
        ),
        "config": (option(Path | None, "--config", help="A settings file.", **panel), None),
        "seed": (
            option(
                int | None,
                "--seed",
                help="Seed of everything random.",
                min=0,
                max=2**63 - 1,
                **panel,
            ),
            None,
        ),
        "quiet": (option(bool, "--quiet", "-q", help="Only errors on stderr.", **panel), False),
        "verbose": (option(bool, "--verbose", "-v", help="More on stderr.", **panel), False),
        "debug": (option(bool, "--debug", help="Show tracebacks.", **panel), False),
        "fail_on_empty": (
            option(bool, "--fail-on-empty", help="Exit 8 if nothing was to do.", **panel),
            False,
        ),
    }
    if writes:
        options["dry_run"] = (
            option(bool, "--dry-run", help="Do everything, store nothing.", **panel),
            False,
        )
    return options


def command(
    group: typer.Typer,
    name: str,
    *,
    help: str | None = None,  # noqa: A002  # typer's own name
    example: str = "",
    writes: bool = False,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make `f(common, ...)` a command of `group`, with the common options added to its own."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        options = _options(writes=writes)

        @functools.wraps(function)
        def wrapper(**given: Any) -> None:  # noqa: ANN401  # what typer parsed
            common = {key: given.pop(key) for key in options}
            guarded(function, _common(common), given)

        own = inspect.signature(function).parameters
        hints = get_type_hints(function, include_extras=True)
        keyword = inspect.Parameter.KEYWORD_ONLY
        mine = [
            p.replace(annotation=hints[n], kind=keyword) for n, p in own.items() if n != "common"
        ]
        shared = [
            inspect.Parameter(n, keyword, default=default, annotation=kind)
            for n, (kind, default) in options.items()
        ]
        wrapper.__signature__ = inspect.Signature([*mine, *shared])  # type: ignore[attr-defined]  # how typer reads options
        wrapper.__annotations__ = {p.name: p.annotation for p in [*mine, *shared]}
        epilog = f"Example: {example}" if example else None
        group.command(name, help=help or function.__doc__, epilog=epilog)(wrapper)
        return function

    return decorate


def _common(given: dict[str, Any]) -> Common:
    if given.pop("json"):
        given["format"] = "json"
    if given["format"] and given["format"] not in FORMATS:
        raise typer.BadParameter(f"{given['format']!r} is not one of {', '.join(FORMATS)}.")
    return Common(**given)


def guarded(function: Callable[..., None], common: Common, given: dict[str, Any]) -> None:
    """Call a command; whatever it raises becomes one line on stderr and an exit code."""
    from affectcli import interrupt, log

    log.setup(quiet=common.quiet, verbose=common.verbose)
    interrupt.install()
    try:
        function(common, **given)
    except AffectError as error:
        _fail(str(error), error.code, common)
    except KeyboardInterrupt:
        _fail("Stopped now. Finished batches are stored; the same command goes on.", 130, common)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has left, as `head` does
        raise typer.Exit(0) from None
    except OSError as error:
        _fail(str(ConfigError(f"The operating system refused: {error}.")), ConfigError.code, common)
    except typer.Exit:
        raise
    except Exception as error:  # noqa: BLE001  # the last guard: a bug is one line, not a traceback
        what = f"This is a bug in affect {__version__}: {type(error).__name__}: {error}."
        _fail(f"{what} Run again with --debug and report what it shows.", ExitCode.BUG, common)


def _fail(message: str, code: int, common: Common) -> None:
    if common.debug:
        traceback.print_exc()
    line = " ".join(message.split())
    plain = bool(os.environ.get("NO_COLOR"))
    typer.secho("Error: ", fg=None if plain else "red", bold=not plain, err=True, nl=False)
    typer.echo(_printable(line), err=True)
    raise typer.Exit(int(code))


def _printable(text: str) -> str:
    """Drop control characters, so that no input can steer the terminal."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)
