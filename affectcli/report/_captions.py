"""What stands beneath the figures: how to read their lines, bands and marks."""

KEY = (
    "Thin line: day. Band: 95\u00a0% interval. Thick line and number at the right: mean of the "
    "last 7 days, never centred. Gaps: days with too few posts or authors."
)
LIKENESS = (
    "Events as numbered in the first figure. That two lines look alike is no evidence: the next "
    "figure tests it."
)
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
