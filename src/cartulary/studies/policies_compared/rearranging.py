# SPDX-License-Identifier: Apache-2.0
"""Some arms of a comparison, in another order and under other names: the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cartulary.codebook.words import Words
from cartulary.studies.policies_compared.compared import Compared
from cartulary.studies.policies_compared.drivers import Drivers


def rearranged(
    compared: Compared, places: Sequence[int], called: Sequence[tuple[str, Words]]
) -> Compared:
    """The arms at these places, in this order, each with an id and words.

    Differences stay paired, for every arm followed the same children. What drives a difference is
    known where one of its arms was the first of the whole comparison.
    """
    chosen = list(places)
    first = chosen[0]
    differences = compared.differences[:, chosen] - compared.differences[:, [first]]
    arms = tuple(
        replace(compared.arms[place], id=arm_id, words=words)
        for place, (arm_id, words) in zip(chosen, called, strict=True)
    )
    return replace(
        compared,
        arms=arms,
        central=compared.central[chosen],
        ends=compared.ends[chosen],
        differences=np.round(differences, 5),
        noise=compared.noise[:, chosen][:, :, chosen],
        counted_share=compared.counted_share[chosen],
        spreads=compared.spreads[chosen],
        curves=compared.curves[:, chosen],
        found_drivers=_drivers(compared, chosen, [arm_id for arm_id, _ in called]),
    )


def _drivers(
    compared: Compared, chosen: Sequence[int], called: Sequence[str]
) -> dict[tuple[str, str], Drivers]:
    """Of x less y and of y less x the drivers are the same."""
    first = chosen[0]
    found = {}
    for place, arm_id in zip(chosen[1:], called[1:], strict=True):
        known = place if first == 0 else first if place == 0 else None
        if known is None:
            continue
        for (arm, outcome), drivers in compared.found_drivers.items():
            if arm == compared.arms[known].id:
                found[(arm_id, outcome)] = drivers
    return found
