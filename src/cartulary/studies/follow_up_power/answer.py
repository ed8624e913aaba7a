# SPDX-License-Identifier: Apache-2.0
"""What the question of long follow-up shows: patient-years, what they exclude, what they find."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from cartulary.studies.follow_up_power.courses import days_alive_after_infusion
from cartulary.studies.follow_up_power.knowledge import Known, at_year, known_by
from cartulary.studies.follow_up_power.plan import (
    FILE_NAME,
    PER_THOUSAND,
    Loss,
    Plan,
    Rate,
    Size,
    read_plan,
)
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
from cartulary.studies.questions.own_studies import Asked
from cartulary.twin.population_children import Floats

#: So many draws show what the parameters leave open in survival, by which patient-years are lost.
MOST_DRAWS: Final = 16
#: The highest rate that a figure shows, per 1,000 patient-years: above it nothing is known yet.
HIGHEST_SHOWN: Final = 8.0


def study(asked: Asked) -> Found:
    """Tables by size, by loss and by the onset of the event, and two panels over calendar time."""
    plan = read_plan(Path(asked.question.file).parent / FILE_NAME)
    sets = asked.parameter_sets[:: max(1, len(asked.parameter_sets) // MOST_DRAWS)][:MOST_DRAWS]
    days = days_alive_after_infusion(
        plan.population,
        plan.policy,
        sets,
        children=asked.children,
        years=plan.follow_up_years,
        seed=asked.seed,
        progress=lambda done, of: asked.progress("follow_up_power", done / of),
    )
    loss, rate = plan.losses[0], plan.rates[0]
    known = [known_by(days, plan, size, loss, rate) for size in plan.sizes]
    return Found(
        first=(_sentence(plan, known[0], known[-1], rate),),
        after=(_alive(days, plan),),
        tables=(_by_size(plan, known), _by_scenario(days, plan)),
        figures=(_figure(plan, known),),
    )


def _sentence(plan: Plan, smallest: Known, largest: Known, rate: Rate) -> Saying:
    """What the first and the last size know in the last year shown."""
    year = plan.shown_years[-1]
    return Saying(
        "knows",
        {
            "year": Quantity(year, "calendar_year"),
            "small": plan.sizes[0].size_id,
            "small_years": _over(at_year(smallest, smallest.patient_years, year), "count"),
            "small_limit": _over(at_year(smallest, smallest.highest_rate, year), "ratio"),
            "small_power": _over(at_year(smallest, smallest.power, year), "share"),
            "large": plan.sizes[-1].size_id,
            "large_limit": _over(at_year(largest, largest.highest_rate, year), "ratio"),
            "large_power": _over(at_year(largest, largest.power, year), "share"),
            "background": Quantity(rate.background_a_year * PER_THOUSAND, "ratio"),
            "raised": Quantity(rate.background_a_year * rate.ratio * PER_THOUSAND, "ratio"),
        },
    )


def _alive(days: list[Floats], plan: Plan) -> Saying:
    """How many of the infused the model keeps alive over the whole follow-up."""
    end = plan.follow_up_years * 365.25
    shares = np.array([np.mean(one > end) for one in days])
    return Saying(
        "alive",
        {"years": Quantity(plan.follow_up_years, "count"), "alive": _over(shares, "share")},
    )


def _over(values: Floats, kind: str) -> Quantity:
    """The mean over draws, with the range of 95% of them."""
    low, high = np.quantile(values, (0.025, 0.975))
    return Quantity(float(np.mean(values)), kind, float(low), float(high))


def _alone(values: Floats, kind: str) -> Quantity:
    """The mean over draws, where its range is that of the patient-years beside it."""
    return Quantity(float(np.mean(values)), kind)


def _enough_from(known: Known) -> Cell:
    """The year from which power is enough, or that this does not come within the years."""
    years = known.enough_from
    if np.isnan(years).mean() > 0.5:
        return "not_by_then"
    reached = np.where(np.isnan(years), known.years[-1], years)
    low, median, high = (float(np.ceil(one)) for one in np.quantile(reached, (0.025, 0.5, 0.975)))
    return Quantity(median, "calendar_year", low, high)


def _by_size(plan: Plan, known: list[Known]) -> FoundTable:
    rows = []
    columns = ["size"]
    for year in plan.shown_years:
        columns += [f"years_{year}", f"limit_{year}"]
    columns += ["sees_rarest", "enough_from"]
    for size, each in zip(plan.sizes, known, strict=True):
        cells: list[Cell] = []
        for year in plan.shown_years:
            cells += [
                _over(at_year(each, each.patient_years, year), "count"),
                _alone(at_year(each, each.highest_rate, year), "ratio"),
            ]
        cells.append(_alone(at_year(each, each.seen, plan.shown_years[-1]), "share"))
        rows.append(FoundRow(size.size_id, (*cells, _enough_from(each))))
    return FoundTable("by_size", tuple(columns), tuple(rows))


def _by_scenario(days: list[Floats], plan: Plan) -> FoundTable:
    """Loss to follow-up, and events of other rates or onset: from when on each size finds them."""
    scenarios = [(loss.loss_id, loss, plan.rates[0]) for loss in plan.losses]
    scenarios += [(rate.event_id, plan.losses[0], rate) for rate in plan.rates[1:]]
    rows = [
        FoundRow(code, tuple(_scenario_cells(days, plan, loss, rate)))
        for code, loss, rate in scenarios
    ]
    columns = ("scenario", *(f"from_{size.size_id}" for size in plan.sizes), "largest_years")
    return FoundTable("by_scenario", columns, tuple(rows))


def _scenario_cells(days: list[Floats], plan: Plan, loss: Loss, rate: Rate) -> list[Cell]:
    known = [known_by(days, plan, size, loss, rate) for size in plan.sizes]
    cells = [_enough_from(each) for each in known]
    last = known[-1]
    cells.append(_alone(at_year(last, last.patient_years, plan.shown_years[-1]), "count"))
    return cells


def _figure(plan: Plan, known: list[Known]) -> FoundFigure:
    years = range(plan.first_year + 1, plan.last_year + 1, 2)
    limits = [
        _series(size, each, each.highest_rate, "ratio", years, HIGHEST_SHOWN)
        for size, each in zip(plan.sizes, known, strict=True)
    ]
    powers = [
        _series(size, each, each.power, "share", years, 1.0)
        for size, each in zip(plan.sizes, known, strict=True)
    ]
    return FoundFigure(
        "over_time",
        "calendar_year",
        (
            FoundPanel("highest_rate", tuple(limits), 0.0, HIGHEST_SHOWN, lines=True),
            FoundPanel("power", tuple(powers), 0.0, 1.0, lines=True),
        ),
    )


def _series(
    size: Size, known: Known, values: Floats, kind: str, years: range, most: float
) -> FoundSeries:
    points = []
    for year in years:
        found = _over(at_year(known, values, year), kind)
        if found.value <= most:
            points.append(FoundPoint(float(year), found))
    return FoundSeries(size.size_id, tuple(points))
