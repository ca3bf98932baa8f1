"""How the numbers were made, what they rest on, and where they end: the box on the last page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from affectcli import __version__, parts
from affectcli.report._text import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.report._material import Material

PROVENANCE = "Provenance"
DISCLAIMER = "Reader-perceived emotion from text. Not a diagnosis."
SCHEMES = {
    "goemotions28": (
        "GoEmotions (Demszky et al., ACL 2020; Apache-2.0): 28 labels chosen by readers of English "
        "Reddit comments of 2005 to 2019"
    ),
}
TAGGERS = {
    "mini": (
        " Encoder all-MiniLM-L6-v2 (Apache-2.0); adapter, head and thresholds are affect's own "
        "(Apache-2.0)."
    ),
}
PREVALENCE = (
    "The share of all eligible posts of a day or week (with text, not deleted, in a language the "
    "tagger reads) that carry the label, corrected for the tagger's known errors: (raw \u2212 fpr) "
    "/ (tpr \u2212 fpr), the adjusted count of Gart and Buck (1966). The 95\u00a0% interval joins "
    "sampling error, with the posts of one author as one cluster, and the uncertainty of tpr and "
    "fpr. A mean probability is that of the tagger over the same posts: uncorrected, with an "
    "interval of sampling error alone, to be compared only with itself."
)
LEVELS = (
    "The mean of the last days is compared with all days before, and this change with the same "
    "change at every earlier date of the series; the highest week with the highest weeks of "
    "surrogates that keep the series' memory. q is the Benjamini-Hochberg false-discovery rate "
    "over all signals compared. The table beneath has means of days with intervals of sampling "
    "alone: whether such a change is unusual is what q says."
)
SHIFTS = (
    "Shifts of level are tested against surrogates without any; one that comes with a change of "
    "languages, sources, repeated posts or tagger is a break of the instrument. Drivers compare "
    "the posts of two windows, authors resampled. Themes are groups of cause spans of k authors."
)
XCORR = (
    "Both series are made stationary and prewhitened; the largest |r| over all lags is compared "
    "with the largest |r| of surrogates that keep each series' memory; q is the Benjamini-Hochberg "
    "rate over all pairs of one command. A lead is an order in time, not a cause. Trading rules "
    "trade on the next bar, with costs, beside random timing and buy-and-hold."
)
FORECAST = (
    "A high-prevalence period is two or more days in a row above the threshold known at the "
    "origin. Every model is scored at rolling origins with data available then, beside the "
    "seasonal-naive forecast; MASE below 1 beats it in sample."
)
PRIVACY = (
    "Authors are keyed hashes. No number rests on fewer than k = {k} authors; no post is quoted."
)
DIAGNOSIS = (
    "Shares and probabilities describe how the posts of a community read, taken together. They do "
    "not say how any person feels or is, and are no ground for a decision about one."
)
LIMITS = (
    "Emotions are those that readers perceive; writers may feel otherwise. The people who post are "
    "no sample of any population. Sarcasm, quotations and bots are not recognised. A jump that all "
    "labels share may come from the instrument: from who posts, or how posts were collected."
)


def methods(materials: Sequence[Material], digest: str) -> list[tuple[str, str]]:
    """Return heading and text of each part of the methods box; `digest` is of the manifest."""
    material = materials[0]
    return [
        ("Not a diagnosis", DIAGNOSIS),
        ("Prevalence", PREVALENCE),
        ("Tagger", _tagger(material)),
        ("High and changed", LEVELS),
        ("Shifts, drivers, causes", SHIFTS),
        ("Leads", XCORR),
        ("Forecasts", FORECAST),
        ("Privacy", PRIVACY.format(k=material.k)),
        ("Limits", LIMITS),
        ("Cite as", _citation(materials, digest)),
        (PROVENANCE, _provenance(materials)),
    ]


def _tagger(material: Material) -> str:
    labels = material.labels
    if labels.is_empty():
        return "No tagger has been used yet."
    texts = []
    for tagger in labels["tagger"].unique(maintain_order=True):
        mine = labels.filter(pl.col("tagger") == tagger)
        # The scheme of the plain names first: the report is on them unless asked otherwise.
        schemes = mine.select("scheme", "revision").unique(maintain_order=True).rows()
        (scheme, revision), *others = sorted(schemes, key=lambda row: row[0] != "goemotions28")
        part = tagger.partition(":")[0]
        known = part in parts.names("tag")
        about = parts.summary("tag", part).rstrip(".") if known else "a tagger of its own"
        trained = SCHEMES.get(scheme, f"scheme {plain(scheme)}")
        name = f"{plain(tagger)}, revision {plain(revision)}"
        made_of = TAGGERS.get(tagger, "")
        texts.append(f"{name}: {about}.{made_of} Trained and validated on {trained}.")
        if others:
            listed = ", ".join(plain(other) for other, _ in others)
            texts.append(f"Also scored, never in one figure with these: {listed}.")
    return " ".join(texts)


def _citation(materials: Sequence[Material], digest: str) -> str:
    """Return how to name this report so that it can be found and made again."""
    named = " and ".join(
        f"{plain(m.community)}" + (f" ({first} to {m.summary['last']})" if first else "")
        for m in materials
        for first in [m.summary["first"]]
    )
    return (
        f"affect {__version__}: report on {named}. Inputs sha256:{digest} (as in the manifest "
        "beside this file; the same inputs and versions make the same bytes)."
    )


def _provenance(materials: Sequence[Material]) -> str:
    rows = {row["run_id"]: row for m in materials for row in m.runs.rows(named=True)}
    runs = [f"{plain(r['command'])} {r['run_id']} (seed {r['seed']})" for r in rows.values()]
    versions: dict[str, str] = {}
    for row in rows.values():
        versions |= json.loads(row["versions"])
    listed = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return (
        f"Made by affect {__version__}. Rows of the runs: {'; '.join(runs) or 'none recorded'}."
        f"{f' Versions: {listed}.' if listed else ''} The names in the margin of page 1 are rows: "
        "affect query \"select * from finding where finding_id = '…'\"."
    )
