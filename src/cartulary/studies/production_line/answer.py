# SPDX-License-Identifier: Apache-2.0
"""What the production question shows: the queue by places and children, and what waiting costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.production_line.line import Line, LineFigures, figures_of
from cartulary.studies.questions.children_seen import see
from cartulary.studies.questions.found import (
    Cell,
    Found,
    FoundFigure,
    FoundPanel,
    FoundPoint,
    FoundRow,
    FoundSeries,
    FoundTable,
    Quantity,
    Saying,
)
from cartulary.studies.questions.over_draws import chance_of_share, mean_and_noise, over_draws
from cartulary.studies.questions.own_studies import Asked
from cartulary.studies.questions.question import QuestionArm
from cartulary.twin.policy import Platform
from cartulary.twin.quantiles import Quantiles

PLACES: Final = (1, 2)
REQUESTS_A_YEAR: Final = (10, 20, 30, 40, 60)
#: A queue is a long-run figure; so many years leave a mean known to a few per cent of itself.
LINE_YEARS: Final = 100.0
#: The arm whose cells are made to queue, and for how long, to see what waiting costs.
QUEUED_ARM: Final = "in_house"
QUEUES_DAYS: Final = (0.0, 14.0, 28.0, 56.0)
COSTS: Final = ("infused", "os.indication.24")
#: So many draws show where a curve goes.
COST_DRAWS: Final = 12


def study(asked: Asked) -> Found:
    """Queues of a line in house by places and children a year, and survival by days queued."""
    found = {
        (count, yearly): _line(count, yearly, asked.seed)
        for count in PLACES
        for yearly in REQUESTS_A_YEAR
    }
    asked.progress("line", 1.0)
    figures = (_costs(asked),) if any(a.arm_id == QUEUED_ARM for a in asked.question.arms) else ()
    one, crowded = found[1, 20], found[1, 40]
    said = Saying(
        "line",
        {
            "wait": Quantity(one.wait_mean_days, "days"),
            "long": Quantity(one.long_wait, "share"),
            "crowded_wait": Quantity(crowded.wait_mean_days, "days"),
            "crowded_left": Quantity(crowded.left, "share"),
        },
    )
    return Found(after=(said,), tables=(_table(found),), figures=figures)


def _line(places: int, yearly: float, seed: int) -> LineFigures:
    line = Line(Platform.IN_HOUSE, places, float(yearly))
    return figures_of(line, parameters(), years=LINE_YEARS, seed=seed)


def _table(found: dict[tuple[int, int], LineFigures]) -> FoundTable:
    """Children a year down; for each number of places busy, mean wait, and long waits."""
    columns = ["a_year"]
    for count in PLACES:
        columns += [f"busy_{count}", f"wait_{count}", f"long_{count}", f"queue_{count}"]
    rows = []
    for yearly in REQUESTS_A_YEAR:
        cells: list[Cell] = []
        for count in PLACES:
            cells += _cells(found[count, yearly])
        rows.append(FoundRow(f"a_year_{yearly}", tuple(cells)))
    return FoundTable("line_table", tuple(columns), tuple(rows))


def _cells(one: LineFigures) -> list[Cell]:
    if not one.keeps_up:
        return [Quantity(one.busy, "share"), "overrun", "overrun", "overrun"]
    return [
        Quantity(one.busy, "share"),
        Quantity(one.wait_mean_days, "days"),
        Quantity(one.long_wait, "share"),
        Quantity(one.long_queue, "share"),
    ]


def _costs(asked: Asked) -> FoundFigure:
    """Infused and alive at two years when everybody's cells queue for so many days."""
    arm = asked.question.arm(QUEUED_ARM)
    step = max(1, len(asked.parameter_sets) // COST_DRAWS)
    draws = list(enumerate(asked.parameter_sets))[::step][:COST_DRAWS]
    seen = [_costs_at(asked, _queued(arm, days), draws) for days in QUEUES_DAYS]
    panels = []
    for place, outcome in enumerate(COSTS):
        points = []
        for days, each in zip(QUEUES_DAYS, seen, strict=True):
            over = over_draws([one[place][0] for one in each], [one[place][1] for one in each])
            chance = chance_of_share(over.value, asked.programme)
            points.append(
                FoundPoint(days, Quantity(over.value, "share", over.low, over.high, *chance))
            )
        panels.append(FoundPanel(outcome, (FoundSeries(QUEUED_ARM, tuple(points)),), 0.0, 1.0))
    return FoundFigure("cost_of_waiting", "queue_days", tuple(panels))


def _costs_at(
    asked: Asked, arm: QuestionArm, draws: Sequence[tuple[int, ParameterSet]]
) -> list[list[tuple[float, float]]]:
    """For each draw and outcome, the mean and its noise."""
    made = []
    for draw, values in draws:
        seen = see(
            arm,
            values,
            COSTS,
            draw=draw,
            children=asked.children,
            years=asked.question.years,
            seed=asked.seed,
        )
        everybody = np.ones(len(seen), dtype=np.bool_)
        made.append([mean_and_noise(seen.values[one], everybody)[:2] for one in COSTS])
        asked.progress("waiting", len(made) / len(draws))
    return made


def _queued(arm: QuestionArm, days: float) -> QuestionArm:
    """The arm with every child's cells in a queue of exactly so many days."""
    making = replace(arm.policy.making, queue_days=Quantiles((0.0, 1.0), (days, days)))
    return replace(arm, policy=replace(arm.policy, making=making))
