# SPDX-License-Identifier: Apache-2.0
"""A calibration as text for a terminal: each parameter before and after, each target, and notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_WIDE = 32


def summary(result: Mapping[str, Any]) -> str:
    """The result of a calibration in lines.

    >>> print(summary({"parameters": [], "targets": [], "notes": ["Agreed."], "together": [],
    ...                "simulated": "Simulated."}).splitlines()[0])
    Simulated.
    """
    lines = [result["simulated"], "", *_parameters(result["parameters"])]
    if result["together"]:
        lines += ["", "Tied together by the figures:"]
        lines += [f"  {one} and {other}: {value:+.2f}" for one, other, value in result["together"]]
    lines += ["", *_targets(result["targets"]), "", *result["notes"]]
    return "\n".join(lines)


def _parameters(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    head = (
        f"{'parameter':{_WIDE}}{'prior':>16}{'posterior':>16}{'ratio':>7}{'follows':>9}"
        "  informed by"
    )
    return [
        "Mean and sd on each one's own scale. Ratio: posterior over prior sd. Follows: how far the",
        "mean goes along when its own prior is moved (1: the prior alone, 0: the figures alone).",
        "",
        head,
        *(
            f"{row['name']:{_WIDE}}"
            f"{_pair(row['prior_mean'], row['prior_sd']):>16}"
            f"{_pair(row['mean'], row['sd']):>16}"
            f"{row['ratio']:7.2f}{row['follows_prior']:9.2f}  "
            + (
                ", ".join(
                    f"{name} {share:.0%}"
                    for name, share in zip(row["informed_by"], row["shares"], strict=True)
                )
                if row["verdict"] != "not informed"
                else "not informed"
            )
            for row in rows
        ),
    ]


def _pair(mean: float, sd: float) -> str:
    return f"{mean:.2f} ± {sd:.2f}"


def _targets(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    head = (
        f"{'target':{_WIDE}}{'published':>10}{'posterior':>10}{'off, se':>9}"
        f"{'emulator se':>12}{'check':>8}  stand-in"
    )
    return [
        "Off: in standard errors of the figure. Emulator se: of the stand-in, on the scale. Check:",
        "simulator less stand-in at draws of the posterior, in standard errors.",
        "",
        head,
        *(
            f"{row['name']:{_WIDE}}{row['observed']:10.3g}{row['predicted']:10.3g}"
            f"{row['off_by_errors']:9.1f}{row['emulator_sd']:12.3f}"
            f"{row['check_difference_in_errors']:8.1f}  {row['emulator']}"
            for row in rows
        ),
    ]
