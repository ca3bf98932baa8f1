"""Do posts before the market opens tell its next return? Fixed effects over assets and days.

EmTract's design (Vamossy & Skog 2021): the return of a session on what was felt in the posts about
the asset while the exchange was closed before it, asset and day fixed effects, errors clustered
both ways, with past return, volatility and the number of posts as controls. Emotions stand side by
side in one regression, valence in another. Benjamini-Hochberg over all terms that are claims.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from affectcli.analyze import _panel_design as design
from affectcli.analyze._fdr import benjamini_hochberg
from affectcli.analyze._panel_calendar import NEVER_CLOSED
from affectcli.analyze._panel_claim import LEVEL, Setting, claim, row
from affectcli.analyze._panel_fit import Panel, Term, fit
from affectcli.analyze._panel_rows import AUTO, Material, Options, read
from affectcli.errors import AnalysisError
from affectcli.store import Outcome
from affectcli.store.findings import store
from affectcli.store.signals import origin

if TYPE_CHECKING:
    import polars as pl

    from affectcli.store import Context

READS = ("post", "score", "label", "price")


class _Model(NamedTuple):
    name: str
    frame: pl.DataFrame
    panel: Panel
    terms: list[Term]
    claims: set[str]


def run(  # noqa: PLR0913  # the options of the command
    ctx: Context,
    *,
    signals: str = "*",
    assets: str = "*",
    calendar: str = AUTO,
    hours: Literal["outside", "all"] = "outside",
    zone: str = "UTC",
    lags: int = 0,
    by_volatility: bool = False,
    each: bool = False,
    min_posts: int = 0,
    as_of: str = "",
) -> Outcome:
    """Regress next returns on measures that match `signals` ('*', 'fear', '*@mean').

    `min_posts` 0 is the floor of the settings, posts and authors; `as_of` (an ISO date) leaves out
    what was not known then; `each` fits every measure on its own.

    Raises:
        UsageError: no asset matches, no such calendar, zone or date, or several schemes match.
        AnalysisError: fewer than 5 assets with posts and prices together, or too few rows.
    """
    floor = ctx.settings.aggregate
    least = (
        (min_posts, min(min_posts, floor.min_authors))
        if min_posts
        else (floor.min_posts, floor.min_authors)
    )
    options = Options(
        signals, assets, calendar, hours, zone, lags, by_volatility, each, least, as_of
    )
    until = origin(as_of)
    with ctx.db.read() as con:
        material = read(con, options, tagger=ctx.settings.tag.tagger, until=until)
    models = _fit(material, options, ctx.seed)
    rows = _rows(models, material, options)
    claims = [(r, claim(r, s)) for r, s in rows if r["kind"] == "claim"]
    changed = store(ctx, [finding for _, finding in claims])
    ids = {id(r): finding.finding_id for r, finding in claims}
    shown = [{"finding_id": ids.get(id(r)), "run_id": ctx.run_id, **r} for r, _ in rows]
    shown.sort(key=lambda r: (r["kind"] == "control", _order(r["q_value"]), _order(r["p_value"])))
    return Outcome(
        rows=shown,
        rows_in=sum(len(model.frame) for model in models),
        rows_out=changed,
        message=_message(shown, material),
    )


def _fit(material: Material, options: Options, seed: int) -> list[_Model]:
    """Return the regressions: all emotions together and each scale alone, or each by itself."""
    found = []
    groups = _groups(material, each=options.each)
    if not groups:
        reason = next(iter(material.weak.values()), "none of them varies within assets")
        raise AnalysisError(f"No measure of {options.signals!r} can be used: {reason}.")
    for name, measures in groups:
        terms = design.Terms(measures, options.lags, options.by_volatility)
        frame = design.rows(material.bars, material.moods, terms)
        panel = design.panel(frame, [*terms.claims, *design.CONTROLS])
        claims = set(terms.claims) & set(panel.names)
        if claims:
            found.append(_Model(name, frame, panel, fit(panel, seed=seed), claims))
    if not found:
        raise AnalysisError(
            f"{options.signals!r} does not vary within assets where there are bars."
        )
    return found


def _groups(material: Material, *, each: bool) -> list[tuple[str, list[str]]]:
    varying = [
        name
        for name in material.measures
        if (material.moods[name].drop_nulls().std() or 0) > 0  # type: ignore[operator]  # numbers
    ]
    together = [name for name in varying if name not in material.scales]
    if each:
        return [(name, [name]) for name in varying]
    if len(together) > 1:  # what is neither of them is the base that they are compared with
        together = [name for name in together if name.rpartition(".")[2] != "neutral"]
    alone = [(name, [name]) for name in varying if name in material.scales]
    return [("together", together), *alone] if together else alone


def _rows(
    models: list[_Model], material: Material, options: Options
) -> list[tuple[dict[str, Any], Setting]]:
    every = [(m, term, term.name in m.claims) for m in models for term in m.terms]
    p = np.array([term.p_value if claimed else np.nan for _, term, claimed in every])
    q_values = benjamini_hochberg(p)
    found = []
    for (model, term, claimed), q in zip(every, q_values, strict=True):
        setting = _setting(model, material, options, int(np.isfinite(p).sum()))
        result = row(
            model.name,
            model.panel,
            term=term,
            q_value=float(q) if np.isfinite(q) else None,
            claimed=claimed,
            setting=setting,
        )
        found.append((result, setting))
    return found


def _setting(model: _Model, material: Material, options: Options, size: int) -> Setting:
    frame = model.frame
    return Setting(
        assets=options.assets,
        calendar=material.calendar,
        hours="all" if material.calendar == NEVER_CLOSED else options.hours,
        returns=", ".join(sorted(set(frame["returns"]))),
        start=frame["day"].min(),  # type: ignore[arg-type]  # a date
        end=frame["day"].max(),  # type: ignore[arg-type]  # a date
        as_of=frame["available_at"].max(),  # type: ignore[arg-type]  # a timestamp
        family_size=size,
        question=asdict(options),
    )


def _order(value: float | None) -> float:
    return np.inf if value is None or not np.isfinite(value) else value


def _message(rows: list[dict[str, Any]], material: Material) -> str:
    claims = [r for r in rows if r["kind"] == "claim"]
    held = sum(r["q_value"] is not None and r["q_value"] <= LEVEL for r in claims)
    message = (
        f"terms tested: {len(claims)}, at q <= {LEVEL:g}: {held}; {rows[0]['assets']} assets, "
        f"{rows[0]['days']} days, {rows[0]['n']} rows; errors: {rows[0]['errors']}"
    )
    if material.refused:
        message += f"; {len(material.refused)} assets not usable ({material.refused[0]})"
    if material.weak:
        names = ", ".join(sorted(material.weak))
        message += f"; withheld, for their labels are weak: {len(material.weak)} ({names})"
    return message
