"""A level shift in words: what changed, how sure that is, and whether the instrument did it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from affectcli.analyze._instrument_breaks import InstrumentBreak
    from affectcli.analyze._instrument_records import Sign

WORDS = {
    "tagger": "another tagger",
    "source": "a change of sources",
    "deletions": "a change in deletions",
    "language": "a change of languages",
    "bots": "a change in repeated or clocked posts",
    "common-mode": "a jump that unrelated labels share",
    "denominator": "a change of the denominator",
}


def shift(row: Mapping[str, Any], of: InstrumentBreak | None) -> str:
    """Say what a row of a signal shows; `of` is the instrument's break that it belongs to."""
    p, q, size = row["p_value"], row["q_value"], row["family_size"]
    family = f"{size} signal{'s' if size != 1 else ''} searched"
    if not row["found"]:
        weighed = (
            f"is one that series with its memory show without any (p = {p:.2g}, {family})"
            if p > 0.05
            else f"would count alone (p = {p:.2g}), but not as the best of {family} (q = {q:.2g})"
        )
        return f"No level shift of {row['signal']} found: the likeliest, on {row['ts']}, {weighed}."
    way = "rose" if row["after"] > row["before"] else "fell"
    said = (
        f"{row['signal']} {way} from {row['before']:.3g} to {row['after']:.3g} on {row['ts']} "
        f"({row['low']} to {row['high']}; {abs(row['size_sd']):.1f} standard deviations of its "
        f"days; q = {q:.2g}, {family})"
    )
    if of is None:
        return f"{said}."
    return (
        f"{said}, with {WORDS[of.cause]} on {of.day}: an instrument break, not to be read as "
        "what people feel or do."
    )


def instrument(of: InstrumentBreak) -> str:
    """Say what broke in an instrument, and by which signs."""
    said = "; ".join(_sign(sign) for sign in of.signs[:4])
    more = f"; {len(of.signs) - 4} more signs" if len(of.signs) > 4 else ""
    return (
        f"Instrument break in {of.community} on {of.day}, {WORDS[of.cause]}: {said}{more}. Shifts "
        "of its series around that day are not to be read as mood."
    )


def _sign(sign: Sign) -> str:
    sure = "on record" if sign.q_value is None else f"q = {sign.q_value:.2g}"
    return f"{sign.quantity} from {sign.before:.3g} to {sign.after:.3g} ({sure})"
