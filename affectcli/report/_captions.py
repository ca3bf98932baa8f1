"""What stands beneath the figures: how to read their lines, bands and marks."""

KEYS = {
    "day": (
        "Thin line: day. Band: 95\u00a0% interval. Thick line and number at the right: mean of the "
        "last 7 days, never centred. Gaps: days with too few posts or authors."
    ),
    "week": (
        "Weeks from Monday, because days have few posts. Band: 95\u00a0% interval; it may leave "
        "the panel. Number at the right: last week. Gaps: weeks with too few posts or authors."
    ),
    "sparse": (
        "Points: days. Line and number at the right: mean of the last 7 days, never centred. No "
        "band, because days have few posts: weeks have one after affect aggregate --freq week."
    ),
}
"""By what is drawn."""
UNCERTAIN = {
    "day": (
        "Thin line: day. Thick line and number at the right: mean of the last 7 days, never "
        "centred. Gaps: days with too few posts or authors. No interval is known."
    ),
    "week": (
        "Weeks from Monday, because days have few posts. Number at the right: last week. Gaps: "
        "weeks with too few posts or authors. No interval is known."
    ),
    "sparse": (
        "Points: days. Line and number at the right: mean of the last 7 days, never centred. No "
        "interval is known."
    ),
}
"""The same where no interval is stored, as of uncorrected shares."""
PEAK = "Shaded: highest week, where the series' own wandering does not explain it."
MEAN = "(mean): mean probability."
NUMBERED = "Events as numbered in the first figure."
LIKENESS = "That two lines look alike is no evidence: the next figure tests it."
MONDAY = "A week's step begins on its Monday, so it may seem to come before {what} of that week."
BAND = (
    "Grey band: the largest correlation over all lags that unrelated series with the same memory "
    "reach in 95\u00a0% of cases. Dashed: the raw correlation, which ignores that memory and is "
    "shown for comparison only. q: false-discovery rate over the whole family tested."
)
FAN = (
    "Black: mean of the last 7 days. Fan: 50, 80 and 90\u00a0% of the simulated futures around "
    "their median. Hatched: announced high-prevalence periods with their probability."
)
THIN = (
    "Ticks on the axis: days without a value, below the floor of posts and authors. Days with "
    "fewer than {k} authors show no count."
)
