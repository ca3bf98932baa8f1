"""affect report: one page that answers first, then figures."""

from pathlib import Path
from typing import Annotated, Any

import typer

from affectcli import parts
from affectcli.cli._app import Common, app, command

EXAMPLE = "affect report --community reddit/CryptoCurrency --asset BTC-USD -o report.pdf"
FIGURE = "affect report figure lags --community reddit/CryptoCurrency -o lags.svg"
FIGURES = ", ".join(parts.names("report"))

Community = Annotated[
    list[str] | None, typer.Option(help="The community [the largest]; repeatable to compare.")
]
Asset = Annotated[list[str] | None, typer.Option(help="An asset to show beside it; repeatable.")]
Since = Annotated[
    str | None, typer.Option(help="Draw from this day on: 2024-01-31, 7d, yesterday.")
]
Until = Annotated[str | None, typer.Option(help="Draw up to before this day.")]
Locale = Annotated[str, typer.Option(help="Numbers and dates as in de, en-GB, fr ...")]


class _Report(typer.Typer):
    """A command that has one beneath it: `affect report ...` and `affect report figure NAME`."""

    def command(self, name: str | None = None, **about: Any) -> Any:  # noqa: ANN401  # as typer's
        """Add a command; the one called `report` runs where no other is named."""
        if name == "report":
            return self.callback(invoke_without_command=True, **about)
        return super().command(name, **about)


group = _Report(rich_markup_mode=None)
app.add_typer(group, name="report")


@command(group, "report", example=EXAMPLE, writes=True)
def report(  # each is an option
    common: Common,
    ctx: typer.Context,
    community: Community = None,
    asset: Asset = None,
    since: Since = None,
    until: Until = None,
    template: Annotated[
        str, typer.Option(help="community, asset, health or comparison.")
    ] = "community",
    each: Annotated[
        str | None, typer.Option(help="A glob: one report each, into the folder -o.")
    ] = None,
    kind: Annotated[str, typer.Option("--as", help="With --each: pdf, html or png.")] = "pdf",
    locale: Locale = "en",
    paper: Annotated[str, typer.Option(help="a4 or letter.")] = "a4",
) -> None:
    """Write the report: -o FILE.pdf, FILE.html, or .png for pictures."""
    if ctx.invoked_subcommand is not None:
        return
    output = common.output or Path("reports" if each else "report.pdf")
    params = {"community": community or [], "asset": asset or [], "since": since, "until": until}
    params |= {"template": template, "each": each, "kind": kind, "locale": locale, "paper": paper}
    _run(common, {**params, "output": str(output)})


@command(group, "figure", help=f"Write one figure: {FIGURES}.", example=FIGURE, writes=True)
def figure(  # each is an option
    common: Common,
    name: Annotated[str, typer.Argument(help="One of the figures above.")],
    community: Annotated[str | None, typer.Option(help="The community [the largest].")] = None,
    asset: Asset = None,
    since: Since = None,
    until: Until = None,
    locale: Locale = "en",
) -> None:
    """Write one figure; one of several pictures is numbered: f.svg, f-2.svg."""
    output = common.output or Path(f"{name}.svg")
    params = {"community": community, "asset": asset or [], "since": since, "until": until}
    _run(common, {**params, "locale": locale, "figure": name, "output": str(output)})


def _run(common: Common, params: dict[str, Any]) -> None:
    from dataclasses import replace

    replace(common, output=None).step("report", params)
