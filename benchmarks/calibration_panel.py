"""How often `affect analyze panel` finds a measure that tells nothing, or misses one that does.

    python benchmarks/calibration_panel.py [--panels 200]

Slow measures (AR 0.8, one part common to all assets), returns with common shocks, a loading of each
asset on the measure's own swings and restless weeks; a fifth of the rows is missing. Beside ours:
least squares with the same fixed effects and errors taken as independent, and clustered by asset.
"""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from linearmodels.panel import PanelOLS
from scipy.signal import lfilter

from affectcli.analyze._panel_fit import Panel, fit

if TYPE_CHECKING:
    from numpy.random import Generator

SIZES = ((8, 250), (20, 250), (40, 120), (80, 60))
PLANTED = 0.1


def slow(shape: tuple[int, int], rng: Generator) -> np.ndarray:
    """Return AR(0.8) down the first axis with unit variance."""
    noise = rng.standard_normal((shape[0] + 50, shape[1]))
    return np.asarray(lfilter([0.6], [1, -0.8], noise, axis=0))[50:]


def draw(assets: int, days: int, rng: Generator, effect: float = 0.0) -> Panel:
    """Return a panel whose returns answer the first of two measures by `effect`."""
    common = slow((days, 1), rng)
    a, b = (slow((days, assets), rng) + 0.5 * common for _ in range(2))
    restless = np.exp(0.5 * slow((days, 1), rng))
    shocks = restless * (rng.standard_normal((days, assets)) + rng.standard_normal((days, 1)))
    # A measure that all answer, each to its own degree, is what clustering by day is for.
    shocks += 0.3 * rng.standard_normal((1, assets)) * rng.standard_normal((days, 1))
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


def main() -> None:
    """Parse the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--panels", type=int, default=200)
    panels = parser.parse_args().panels
    error = 100 * math.sqrt(0.05 * 0.95 / panels)
    print(f"Found at p <= 0.05, % of {panels} panels (+-{error:.1f} at 5 %)")
    print(f"{'':20}{'affect':>9}{'plain':>9}{'by asset':>9}{'planted':>9}")
    for assets, days in SIZES:
        rng = np.random.default_rng(5)
        found = []
        for seed in range(panels):
            null, real = draw(assets, days, rng), draw(assets, days, rng, PLANTED)
            ours = [fit(made, seed=seed)[0].p_value for made in (null, real)]
            found.append([ours[0], *usual(null), ours[1]])
        share = 100 * np.mean(np.array(found) <= 0.05, axis=0)
        print(f"{assets:3} assets {days:4} days " + "".join(f"{s:9.1f}" for s in share), flush=True)


if __name__ == "__main__":
    main()
