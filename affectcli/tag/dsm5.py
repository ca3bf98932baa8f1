"""Nine DSM-5 depression symptoms by sentence, English: prototypes, or your own trained head.

A sentence is compared with sentences that we wrote for each criterion of a major depressive
episode; nothing was learned, so every label is weak. `dsm5:FOLDER` reads a head trained on ReDSM5
(`affect model train --task dsm5`). What a post says is not what its author has: not a diagnosis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from affectcli.tag import _dsm5_card

if TYPE_CHECKING:
    from collections.abc import Sequence

    from affectcli.parts import Description
    from affectcli.tag._dsm5 import Dsm5


def describe(target: str = "", *, heads: Sequence[str] | None = None) -> Description:
    """Return what the prototypes, or the trained head in folder `target`, are; cheap.

    Raises:
        ModelError: the card in `target` is missing or damaged.
        UsageError: `heads` names schemes, and dsm5 is not among them.
    """
    _dsm5_card.check(heads)
    return _dsm5_card.describe(target)


def load(target: str = "", *, device: str = "auto", heads: Sequence[str] | None = None) -> Dsm5:
    """Return the tagger with the prototypes, or with the trained head in folder `target`.

    Raises:
        ModelError: weights or encoder are missing, damaged, or do not fit each other.
        UsageError: no such device here, or `heads` leaves nothing.
    """
    about = describe(target, heads=heads)
    from affectcli.tag import _dsm5  # torch costs 1.5 s, which finding nothing to do must not pay

    return _dsm5.load(target, about, device=device)
