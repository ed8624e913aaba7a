# SPDX-License-Identifier: Apache-2.0
"""Ranks of known parameters as text for a terminal."""

from __future__ import annotations

from cartulary.studies.calibration.ranks import BEYOND, LEVELS, RANKED_AMONG, Ranks

_DOUBTED = 0.05


def ranks_text(ranks: Ranks, posterior: str = "The posterior") -> str:
    """The ranks, parameter by parameter, all together, and whether they are uniform.

    `posterior`: the words that the verdict is said of.
    """
    count = len(ranks.names)
    worth = f" The poorest chain is worth {ranks.effective:.0f} draws." if ranks.effective else ""
    lines = [
        f"{len(ranks.ranks)} known points looked for; ranks among {RANKED_AMONG} draws.{worth}",
        "Uniform by chance with p (chi-square in ten bins, farthest of the band).",
        "",
        f"{'parameter':32}{'chi-square p':>13}{'band p':>8}{'in 50%':>8}{'in 90%':>8}",
    ]
    lines += [
        f"{name:32}{chi:13.3f}{band:8.3f}{half:8.0%}{most:8.0%}"
        for name, chi, band, half, most in zip(
            ranks.names,
            ranks.chi_square_p,
            ranks.band_p,
            ranks.coverage(0.5),
            ranks.coverage(0.9),
            strict=True,
        )
    ]
    few = [int((p < _DOUBTED).sum()) for p in (ranks.chi_square_p, ranks.band_p)]
    lines += [
        "",
        f"Below {_DOUBTED:g}: {few[0]} chi-square p and {few[1]} band p of {count} parameters; by "
        f"chance {_DOUBTED * count:.0f} of each.",
        "All parameters together, with the standard error over truths:",
    ]
    for level in LEVELS:
        one = ranks.pooled(level)
        lines.append(
            f"  intervals of {level:.0%} hold {one.share:.1%} (standard error {one.error:.1%}"
            + (f"): {one.verdict.upper()}." if one.verdict else ").")
        )
    return "\n".join([*lines, _verdict(ranks, posterior)])


def _verdict(ranks: Ranks, posterior: str) -> str:
    """The last line: what the ranks say of the posterior."""
    if ranks.verdicts:
        return (
            f"{posterior} is {' and '.join(ranks.verdicts)}: coverage lies more than {BEYOND:g} "
            "standard errors from its level."
        )
    if not ranks.uniform:
        return (
            f"The ranks are NOT uniform: {posterior[0].lower()}{posterior[1:]} of some parameter "
            "is shifted or misshapen."
        )
    return "Nothing speaks against uniform ranks."
