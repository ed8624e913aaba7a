# SPDX-License-Identifier: Apache-2.0
"""Ranks of known parameters as text for a terminal."""

from __future__ import annotations

from cartulary.studies.calibration.ranks import RANKED_AMONG, Ranks


def ranks_text(ranks: Ranks) -> str:
    """The ranks, parameter by parameter, and whether they are uniform."""
    count = len(ranks.names)
    verdict = (
        "Nothing speaks against uniform ranks."
        if ranks.uniform
        else "The ranks are NOT uniform: the posterior is too sure, too wide, or shifted."
    )
    lines = [
        f"{len(ranks.ranks)} known points looked for; ranks among {RANKED_AMONG} draws.",
        f"Uniform by chance with p (chi-square in ten bins, farthest of the band); of {count} "
        "parameters some p lie near 0.05 by chance.",
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
    lines += [
        "",
        f"All together: {ranks.coverage(0.5).mean():.0%} of truths in the 50% intervals, "
        f"{ranks.coverage(0.9).mean():.0%} in those of 90%.",
        verdict,
    ]
    return "\n".join(lines)
