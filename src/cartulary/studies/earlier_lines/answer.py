# SPDX-License-Identifier: Apache-2.0
"""What the question of earlier lines shows: CASSIOPEIA's children, and fitter cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.earlier_lines.disease_free import Controls, controls, free_by_year
from cartulary.studies.earlier_lines.fitter_cells import fitter
from cartulary.studies.questions.by_group import ByGroup
from cartulary.studies.questions.children_seen import see
from cartulary.studies.questions.found import (
    Found,
    FoundFigure,
    FoundPanel,
    FoundPoint,
    FoundSeries,
    Quantity,
    Saying,
)
from cartulary.studies.questions.over_draws import chance_of_share, over_draws
from cartulary.studies.questions.own_studies import Asked

FIRST_LINE_ARM: Final = "first_line"
#: ClinicalTrials.gov NCT03876769: 122 children enrolled.
TRIAL_CHILDREN: Final = 122
YEARS: Final = (1, 2, 3, 4, 5)
FITTER: Final = (0.0, 1.0, 2.0)
MOST_DRAWS: Final = 16

_Draws = Sequence[tuple[int, ParameterSet]]


def study(asked: Asked) -> Found:
    """Disease-free survival of the first-line arm by year, beside controls, and by fitness."""
    step = max(1, len(asked.parameter_sets) // MOST_DRAWS)
    draws = list(enumerate(asked.parameter_sets))[::step][:MOST_DRAWS]
    before = controls()
    free = [_free(asked, draws, deviations) for deviations in FITTER]
    usual, infused = free[0]
    last = usual[-1].quantity
    said = Saying(
        "first_line",
        {
            "free": last,
            "by_chance": Quantity(last.value, "share", last.chance_low, last.chance_high),
            "infused": infused,
            "control": Quantity(before.value, "share", before.low, before.high),
            "fitter": free[1][0][-1].quantity,
        },
    )
    by_fitness = tuple(
        FoundPoint(deviations, points[-1].quantity)
        for deviations, (points, _) in zip(FITTER, free, strict=True)
    )
    return Found(after=(said,), figures=(_figure(usual, before, by_fitness),))


def _free(asked: Asked, draws: _Draws, deviations: float) -> tuple[list[FoundPoint], Quantity]:
    """Disease-free survival by year with cells so much fitter, and how many are infused."""
    arm = asked.question.arm(FIRST_LINE_ARM)
    by_draw, infused = [], ByGroup()
    for draw, values in draws:
        own = fitter(values, deviations)
        seen = see(
            arm,
            own,
            ("infused",),
            draw=draw,
            children=asked.children,
            years=float(YEARS[-1]),
            seed=asked.seed,
        )
        by_draw.append(free_by_year(seen.block, own, YEARS))
        infused.add("infused", seen.values["infused"], {"all": np.ones(len(seen), dtype=np.bool_)})
        asked.progress(f"{FIRST_LINE_ARM} {deviations:g}", len(by_draw) / len(draws))
    points = []
    for place, year in enumerate(YEARS):
        over = over_draws([one[place][0] for one in by_draw], [one[place][1] for one in by_draw])
        # By chance a trial of CASSIOPEIA's size would show so much where the model is right.
        chance = chance_of_share(over.value, TRIAL_CHILDREN)
        points.append(
            FoundPoint(float(year), Quantity(over.value, "share", over.low, over.high, *chance))
        )
    return points, infused.quantity("infused", "all", "share", asked.programme)


def _figure(
    usual: list[FoundPoint], before: Controls, by_fitness: tuple[FoundPoint, ...]
) -> FoundFigure:
    """By year beside the controls, and at the last year by fitness of the cells."""
    beside = FoundPoint(float(YEARS[-1]), Quantity(before.value, "share", before.low, before.high))
    start = FoundPoint(0.0, Quantity(1.0, "share", 1.0, 1.0))
    free = FoundPanel(
        "disease_free",
        (
            FoundSeries(FIRST_LINE_ARM, (start, *usual)),
            FoundSeries("controls", (beside,)),
        ),
        0.0,
        1.0,
        lines=True,
    )
    fitness = FoundPanel("free_by_fitness", (FoundSeries(FIRST_LINE_ARM, by_fitness),), 0.0, 1.0)
    return FoundFigure("cassiopeia", "years_or_deviations", (free, fitness))
