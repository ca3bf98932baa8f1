"""How the numbers were made, what they rest on, and where they end: the box on the last page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl

from affectcli import __version__, parts
from affectcli.report._text import plain

if TYPE_CHECKING:
    from affectcli.report._material import Material

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
    "over all signals compared."
)
XCORR = (
    "Both series are made stationary and prewhitened; the largest |r| over all lags is compared "
    "with the largest |r| of surrogates that keep each series' memory; q is the Benjamini-Hochberg "
    "rate over all pairs of one command. A lead is an order in time, not a cause."
)
FORECAST = (
    "A high-prevalence period is two or more days in a row above the threshold known at the "
    "origin. Every model is scored at rolling origins with data available then, beside the "
    "seasonal-naive forecast; MASE below 1 beats it in sample."
)
PRIVACY = (
    "Authors are keyed hashes. No number rests on fewer than k = {k} authors; no post is quoted."
)
LIMITS = (
    "Emotions are those that readers perceive; writers may feel otherwise. The people who post are "
    "no sample of any population. Sarcasm, quotations and bots are not recognised. A jump that all "
    "labels share may come from the instrument: from who posts, or how posts were collected."
)


def methods(material: Material) -> list[tuple[str, str]]:
    """Return heading and text of each part of the methods box."""
    return [
        ("Prevalence", PREVALENCE),
        ("Tagger", _tagger(material)),
        ("High and changed", LEVELS),
        ("Leads", XCORR),
        ("Forecasts", FORECAST),
        ("Privacy", PRIVACY.format(k=material.k)),
        ("Limits", f"{DISCLAIMER} {LIMITS}"),
        ("Provenance", _provenance(material)),
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


def _provenance(material: Material) -> str:
    runs = [
        f"{plain(row['command'])} {row['run_id']} (seed {row['seed']})"
        for row in material.runs.rows(named=True)
    ]
    return (
        f"Made by affect {__version__}. Rows of the runs: "
        f"{'; '.join(runs) if runs else 'none recorded'}.{_versions(material)} The names in the "
        "margin of page 1 are rows: affect query \"select * from finding where finding_id = '…'\"."
    )


def _versions(material: Material) -> str:
    versions: dict[str, str] = {}
    for row in material.runs.rows(named=True):
        versions |= json.loads(row["versions"])
    listed = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))
    return f" Versions: {listed}." if listed else ""
