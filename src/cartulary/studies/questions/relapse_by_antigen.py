# SPDX-License-Identifier: Apache-2.0
"""By which antigens the leukaemia came back, in each arm."""

from __future__ import annotations

import numpy as np

from cartulary.studies.policies_compared.outcome import DAYS_PER_MONTH
from cartulary.studies.questions.by_group import ByGroup
from cartulary.studies.questions.children_seen import Seen, see
from cartulary.studies.questions.found import Found, FoundRow, FoundTable
from cartulary.studies.questions.own_studies import Asked
from cartulary.twin.afterwards_histories import CLONES

MONTHS = 24.0


def study(asked: Asked) -> Found:
    """The share of infused children with a relapse of each kind within two years."""
    gathered, question = ByGroup(), asked.question
    for draw, parameters in enumerate(asked.parameter_sets):
        for arm in question.arms:
            seen = see(
                arm,
                parameters,
                (),
                draw=draw,
                children=asked.children,
                years=question.years,
                seed=asked.seed,
            )
            everyone = {arm.arm_id: np.ones(len(seen), dtype=np.bool_)}
            for place, clone in enumerate(CLONES):
                gathered.add(clone.value, _relapsed_with(seen, place), everyone)
        asked.progress(question.study, (draw + 1) / len(asked.parameter_sets))
    arms = [arm.arm_id for arm in question.arms]
    rows = tuple(
        FoundRow(
            clone.value,
            tuple(gathered.quantity(clone.value, arm, "share", asked.programme) for arm in arms),
        )
        for clone in CLONES
    )
    return Found(tables=(FoundTable("relapse_by_antigen", ("clone", *arms), rows),))


def _relapsed_with(seen: Seen, clone: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """1 for a relapse whose largest clone is this one, 0 otherwise; NaN if never infused."""
    told = seen.block.followed.histories
    soon = told.relapse_day - told.infusion_day <= MONTHS * DAYS_PER_MONTH
    found = (soon & (told.relapse_clone == clone)).astype(np.float64)
    return np.where(seen.infused, found, np.nan)
