"""How often `affect analyze panel` finds a measure that tells nothing, or misses one that does.

    python benchmarks/calibration_panel.py [--panels 200]

Slow measures (AR 0.8), moods and news that reach all assets of a day, each to its own degree, and
restless weeks; a fifth of the rows is missing. `affect` takes Student's t or the bootstrap, as its
rule says (`few`: % bootstrapped); both stand beside it, and the usual tools beside these:
least squares with the same fixed effects and errors taken as independent, or clustered by asset.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS
from scipy.stats import t as student

from affectcli.analyze._panel_fit import Panel, fit, wild_cluster_p
from benchmarks._series import ar

if TYPE_CHECKING:
    from numpy.random import Generator

SIZES = ((8, 250), (20, 250), (40, 120), (80, 60))
PLANTED = 0.1
COLUMNS = ("affect", "few", "t", "bootstrap", "plain", "by asset", "planted")
slow = ar(0.8)


def draw(assets: int, days: int, rng: Generator, effect: float = 0.0) -> Panel:
    """Return a panel whose returns answer the first of two measures by `effect`."""
    # Each asset answers the day's mood and the day's news to its own degree, the same for both:
    # that is what clustering by day is for. What all answer alike, day effects take out.
    degree = rng.standard_normal((1, assets))
    common, news = slow(rng, days)[:, None], rng.standard_normal((days, 1))
    a, b = (
        np.stack([slow(rng, days) for _ in range(assets)], 1) + 0.5 * (1 + degree) * common
        for _ in range(2)
    )
    restless = np.exp(0.5 * slow(rng, days))[:, None]
    shocks = restless * (rng.standard_normal((days, assets)) + (1 + 0.5 * degree) * news)
    y = effect * a + shocks
    kept = rng.random(days * assets) < 0.8
    day, asset = (index.ravel()[kept] for index in np.indices((days, assets)))
    X = np.column_stack([a.ravel()[kept], b.ravel()[kept]])
    return Panel(asset, day, y.ravel()[kept], X, ["a", "b"])


def usual(panel: Panel) -> list[float]:
    """Return p of the first measure with independent errors, and clustered by asset alone."""
    index = pd.MultiIndex.from_arrays([panel.asset, pd.to_datetime(panel.day, unit="D")])
    frame = pd.DataFrame(panel.X, columns=list(panel.names), index=index)
    model = PanelOLS(pd.Series(panel.y, index=index), frame, entity_effects=True, time_effects=True)
    plain, by_asset = model.fit(), model.fit(cov_type="clustered", cluster_entity=True)
    return [float(plain.pvalues["a"]), float(by_asset.pvalues["a"])]


def ours(panel: Panel, seed: int) -> list[float]:
    """Return our p of the first measure, 0 where it is the bootstrap's, and both branches' p."""
    term = fit(panel, seed=seed)[0]
    t = 2 * float(student.sf(abs(term.t), min(panel.clusters) - 1))
    if term.bootstrapped:
        return [term.p_value, 0.0, t, term.p_value]
    return [term.p_value, 1.0, t, float(wild_cluster_p(panel, (0, 1), only=(0,), seed=seed)[0])]


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--panels", type=int, default=200)
    panels = parser.parse_args().panels
    error = 100 * math.sqrt(0.05 * 0.95 / panels)
    print(f"Found at p <= 0.05, % of {panels} panels (+-{error:.1f} at 5 %)")
    print(" " * 20 + "".join(f"{name:>10}" for name in COLUMNS))
    for assets, days in SIZES:
        rng = np.random.default_rng(5)
        found = []
        for seed in range(panels):
            null, real = draw(assets, days, rng), draw(assets, days, rng, PLANTED)
            found.append([*ours(null, seed), *usual(null), fit(real, seed=seed)[0].p_value])
        share = 100 * np.mean(np.array(found) <= 0.05, axis=0)
        print(
            f"{assets:3} assets {days:4} days " + "".join(f"{s:10.1f}" for s in share), flush=True
        )


if __name__ == "__main__":
    main()
