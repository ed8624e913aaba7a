# SPDX-License-Identifier: Apache-2.0
"""Children with disease of the central nervous system, and children transplanted before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from cartulary.studies.policies_compared.children_read import YesNo
from cartulary.studies.questions.by_group import ByGroup
from cartulary.studies.questions.children_seen import Seen, see
from cartulary.studies.questions.found import Cell, Found, FoundRow, FoundTable, Quantity
from cartulary.studies.questions.own_studies import Asked
from cartulary.twin.population import EARLY_RELAPSE_MONTHS

OUTCOMES: Final = ("remission.28", "efs.infusion.12", "os.infusion.12", "crs.1")
GROUPS: Final = (
    "no_cns",
    "cns",
    "never_transplanted",
    "relapse_long_after_transplant",
    "relapse_soon_after_transplant",
)


def study(asked: Asked) -> Found:
    """Outcomes of each group under the first arm's policy in the whole population."""
    gathered, question = ByGroup(), asked.question
    arm = question.arms[0]
    for draw, parameters in enumerate(asked.parameter_sets):
        seen = see(
            arm,
            parameters,
            OUTCOMES,
            draw=draw,
            children=asked.children,
            years=question.years,
            seed=asked.seed,
        )
        for outcome in OUTCOMES:
            gathered.add(outcome, seen.values[outcome], _groups(seen))
        asked.progress(question.study, (draw + 1) / len(asked.parameter_sets))
    rows = []
    for group in GROUPS:
        size: Cell = Quantity(gathered.share_of_all("crs.1", group), "share")
        cells = (
            gathered.quantity(outcome, group, "share", asked.programme) for outcome in OUTCOMES
        )
        rows.append(FoundRow(group, (size, *cells)))
    table = FoundTable("by_history", ("group", "share_of_infused", *OUTCOMES), tuple(rows))
    return Found(tables=(table,))


def _groups(seen: Seen) -> Mapping[str, YesNo]:
    kids = seen.block.children
    soon = kids.prior_transplant & (kids.months_since_transplant < EARLY_RELAPSE_MONTHS)
    long = kids.prior_transplant & ~soon
    return {
        "no_cns": ~kids.cns,
        "cns": kids.cns,
        "never_transplanted": ~kids.prior_transplant,
        "relapse_long_after_transplant": np.asarray(long, dtype=np.bool_),
        "relapse_soon_after_transplant": np.asarray(soon, dtype=np.bool_),
    }
