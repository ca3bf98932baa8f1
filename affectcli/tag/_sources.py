"""What each corpus is, who may use it, and what is wrong with it: for model cards."""

from __future__ import annotations

from typing import NamedTuple


class Source(NamedTuple):
    """A corpus as a model card names it."""

    name: str
    licence: str
    note: str


SOURCES = {
    "GoEmotions": Source(
        "GoEmotions (Demszky et al., ACL 2020)",
        "Apache-2.0",
        "official split; texts that occur in dev or test are left out of train",
    ),
    "emtract": Source(
        "EmTract hand-tagged StockTwits (Vamossy and Skog, 2021)",
        "MIT",
        "minority classes are noisy: some follow the market's direction, not an emotion",
    ),
    "dreaddit": Source(
        "Dreaddit (Turcan and McKeown, 2019)",
        "none stated by its authors; MIT where re-released",
        "segments of posts from ten communities; split by post",
    ),
    "DR": Source(
        "DR as in IMHI (Yang et al., 2024)",
        "MIT, non-clinical research only",
        "weak: the label is the community; its validation part is our test side",
    ),
    "SAD": Source(
        "SAD (Mauriello et al., 2021) as in IMHI",
        "MIT, non-clinical research only",
        "short crowd-written sentences; its validation part is our test side",
    ),
    "CAMS": Source(
        "CAMS (Garg et al., 2022)",
        "free for research",
        "one cause a post although many posts have several",
    ),
    "Reddit disorders": Source(
        "Reddit disorders (Murarka et al., 2021, re-hosted)",
        "MIT on the re-host",
        "weak: the label is the community",
    ),
    "C-SSRS": Source(
        "Reddit C-SSRS 500 (Gaur et al., 2019)",
        "CC BY",
        "users, not posts, were labelled; a user's posts are read as one text",
    ),
    "everyday": Source(
        "GoEmotions comments without an unhappy label",
        "Apache-2.0",
        "negatives of every marker, one by one and strung together",
    ),
}
