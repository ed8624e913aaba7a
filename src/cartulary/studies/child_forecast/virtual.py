# SPDX-License-Identifier: Apache-2.0
"""Virtual children for the library: what is truly there on each day, and what became of them.

The library holds the cells themselves in the units of a result slip, without the laboratory's
error: the error stands in the likelihood, where a recorded value meets them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.parameter_set import REFERENCE_WEIGHT_KG, ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.events.disease import Genetics
from cartulary.studies.child_forecast.outcomes import OUTCOMES, Outcome
from cartulary.studies.child_forecast.plans import NOTHING, Plan
from cartulary.twin.afterwards_histories import GROUPS, Group, Histories
from cartulary.twin.block import Block
from cartulary.twin.engines import Engine, Solution, engine
from cartulary.twin.equations import CELL_PARAMETERS
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population
from cartulary.twin.population_children import GENETICS
from cartulary.twin.simulate import Run, simulate_block

Floats = NDArray[np.float64]
YesNo = NDArray[np.bool_]

#: Whoever is infused later than this after the decision is left out of the library.
LATEST_INFUSION_DAY: Final = 150.0
#: Forecasts are made up to this long after the infusion, over two years more.
LAST_FORECAST_DAY: Final = 365
FOLLOWED_DAYS: Final = 1096.0
HORIZON_DAYS: Final = LATEST_INFUSION_DAY + FOLLOWED_DAYS

_LATER: Final = (75, 90, 105, 120, 135, 150, 180, 210, 240, 270, 300, 330, 365)
#: Days since the infusion on which the library holds the cells; all are days of the twin's grid.
COPIES_DAYS: Final = (*range(1, 17), 18, 21, 24, 28, 32, 36, 42, 50, 60, *_LATER)
B_CELLS_DAYS: Final = (7, 14, 21, 28, 35, 42, 50, 60, *_LATER)
SHARE_DAYS: Final = (14, 21, 28, 35, 42, 50, 60, *_LATER)
#: ln of what is less than any cell: a library holds finite numbers.
LEAST_LN: Final = -60.0
_FIRST_LOOK_DAYS: Final = 28.0


@dataclass(frozen=True, slots=True)
class Virtual:
    """Infused virtual children of one parameter set; one place a child in every array.

    `known` holds what is one number a child, `ln_copies`, `ln_b_cells` and `ln_share` have a row
    for each day of COPIES_DAYS, B_CELLS_DAYS and SHARE_DAYS: CAR-T copies/µg of DNA, B cells/µL of
    blood, leukaemia as a share of the marrow. `came_first` (places in OUTCOMES), `came_day` and
    `death_day` have a row for each plan; days since the infusion, infinite for never.
    """

    known: dict[str, Floats]
    ln_copies: Floats
    ln_b_cells: Floats
    ln_share: Floats
    came_first: NDArray[np.int8]
    came_day: Floats
    death_day: Floats


class Remembered:
    """An engine that solves the same cells from the same start once.

    The first infusion is the same under every plan; only what a plan adds is solved anew.
    """

    def __init__(self, solve: Engine) -> None:
        self._solve = solve
        self._held: dict[bytes, Solution] = {}

    def __call__(self, start: Floats, cells: Floats, grid: Floats) -> Solution:
        key = start.tobytes() + cells.tobytes() + grid.tobytes()
        if key not in self._held:
            self._held[key] = self._solve(start, cells, grid)
        return self._held[key]


def virtual_children(
    population: Population,
    policy: Policy,
    parameters: ParameterSet,
    plans: Sequence[Plan],
    *,
    seed: int,
    numbers: NDArray[np.int64],
    solve: Engine | None = None,
) -> Virtual:
    """Children of one parameter set, infused, under every plan, with the same chance in each.

    Arguments: the population; the policy up to the infusion; the parameters; the plans, nothing
    further first; the seed; the children's numbers; the engine, "lanes" by default.
    Returns: those infused within LATEST_INFUSION_DAY whose cells could be followed in every plan.
    """
    assert plans[0] == NOTHING
    remembered = Remembered(solve or engine("lanes"))
    blocks = [
        simulate_block(
            Run(population, plan.policy(policy), parameters, seed, HORIZON_DAYS),
            numbers,
            remembered,
        )
        for plan in plans
    ]
    kept = usable(blocks)
    told = [became(block) for block in blocks]
    base = blocks[0]
    return Virtual(
        known={name: values[kept] for name, values in known_of(base, parameters).items()},
        came_first=np.array([one[0][kept] for one in told], dtype=np.int8),
        came_day=np.array([one[1][kept] for one in told]),
        death_day=np.array([one[2][kept] for one in told]),
        **{name: rows[:, kept] for name, rows in cells_of(base, parameters).items()},
    )


def usable(blocks: Sequence[Block]) -> YesNo:
    """Who was infused in time and could be followed to the end in every block."""
    infused = blocks[0].followed.histories.infusion_day
    kept: YesNo = infused <= LATEST_INFUSION_DAY
    for block in blocks:
        failed = [failure.number for failure in block.failures]
        kept &= ~np.isin(block.children.numbers, failed)
    return kept


def known_of(block: Block, parameters: ParameterSet) -> dict[str, Floats]:
    """What is one number a child, `[n]` each; days since the infusion."""
    kids, way, told = block.children, block.pathway, block.followed.histories
    in_health = _cells(block, "b_cell_influx") * _cells(block, "b_cell_days")
    back = parameters.value("b_cells_back_share") * in_health
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "age_years": kids.age_years + told.infusion_day / DAYS_PER_YEAR,
            "weight_kg": way.weight_kg,
            "ln_dose_per_kg": np.log(way.dose_cells_per_kg),
            "ln_share_before": np.minimum(
                way.ln_burden_before_lymphodepletion - np.log(kids.marrow_cells), 0.0
            ),
            "ln_b_cells_back": np.log(back * _b_cells_per_ul(block, parameters)),
            "crs_grade": told.crs_grade.astype(np.float64),
            "kmt2a": (kids.genetics == GENETICS.index(Genetics.KMT2A)).astype(np.float64),
            "prior_transplant": kids.prior_transplant.astype(np.float64),
            "prior_blinatumomab": kids.prior_blinatumomab.astype(np.float64),
            "remission_day": _or_never(told.remission_day - told.infusion_day),
        }


def cells_of(block: Block, parameters: ParameterSet) -> dict[str, Floats]:
    """The cells on the library's days, `[day, n]` each, in ln of the units of a result slip."""
    n = len(block)
    first = block.followed.segments[0] if block.followed.segments else None
    found = {
        name: np.full((len(days), n), LEAST_LN)
        for name, days in (
            ("ln_copies", COPIES_DAYS),
            ("ln_b_cells", B_CELLS_DAYS),
            ("ln_share", SHARE_DAYS),
        )
    }
    if first is None:
        return found
    here = first.places
    cells = np.logaddexp(first.solution.of("ln_effector"), first.solution.of("ln_memory"))
    size = block.pathway.weight_kg[here] / REFERENCE_WEIGHT_KG
    copy = np.log(parameters.value("car_t_cells_per_copy") * size)
    per_ul = np.log(_b_cells_per_ul(block, parameters)[here])
    share = np.log(np.maximum(first.marrow_share, np.exp(LEAST_LN)))
    grid = first.solution.days
    found["ln_copies"][:, here] = (cells[:, _columns(grid, COPIES_DAYS)] - copy[:, None]).T
    b_cells = first.solution.of("ln_b_cells")[:, _columns(grid, B_CELLS_DAYS)]
    found["ln_b_cells"][:, here] = (b_cells + per_ul[:, None]).T
    found["ln_share"][:, here] = share[:, _columns(grid, SHARE_DAYS)].T
    return {name: np.maximum(rows, LEAST_LN) for name, rows in found.items()}


def became(block: Block) -> tuple[NDArray[np.int8], Floats, Floats]:
    """What came first to each child (place in OUTCOMES), on which day, and the day of death.

    Days since the infusion, infinite for never. A child that is never in remission has that from
    the first planned look on, unless it died before.
    """
    told = block.followed.histories
    since = told.infusion_day
    relapse, death = _or_never(told.relapse_day - since), _or_never(told.death_day - since)
    never = told.group == GROUPS.index(Group.NO_REMISSION)
    refractory = np.where(never, _FIRST_LOOK_DAYS, np.inf)
    day = np.minimum(np.minimum(relapse, refractory), death)
    which = np.select(
        [np.isinf(day), death < np.minimum(relapse, refractory), never],
        [
            OUTCOMES.index(Outcome.REMISSION),
            OUTCOMES.index(Outcome.DEATH),
            OUTCOMES.index(Outcome.NO_REMISSION),
        ],
        _relapse_outcome(told),
    )
    return which.astype(np.int8), day, death


def _relapse_outcome(told: Histories) -> NDArray[np.int64]:
    """The outcome that each child's group of relapse is."""
    of_group = {
        Group.EARLY: Outcome.EARLY,
        Group.CD19_NEGATIVE: Outcome.CD19_NEGATIVE,
        Group.CD19_POSITIVE: Outcome.CD19_POSITIVE,
        Group.UNKNOWN: Outcome.OTHER_RELAPSE,
    }
    places = [OUTCOMES.index(of_group.get(group, Outcome.REMISSION)) for group in GROUPS]
    found: NDArray[np.int64] = np.array(places, dtype=np.int64)[told.group]
    return found


def _columns(grid: Floats, days: Sequence[int]) -> NDArray[np.int64]:
    """Where these days stand in the twin's grid; each must be one of its days."""
    places = np.searchsorted(grid, days)
    assert np.array_equal(grid[places], days), "a day of the library is no day of the grid"
    found: NDArray[np.int64] = places.astype(np.int64)
    return found


def _b_cells_per_ul(block: Block, parameters: ParameterSet) -> Floats:
    """B cells/µL of blood for one B cell in the body, as the laboratory of the twin reckons."""
    blood_ul = parameters.value("blood_ml_per_kg") * 1e3 * block.pathway.weight_kg
    per_ul: Floats = parameters.value("blood_share_of_lymphocytes") / blood_ul
    return per_ul


def _cells(block: Block, name: str) -> Floats:
    row: Floats = block.pathway.cells[CELL_PARAMETERS.index(name)]
    return row


def _or_never(days: Floats) -> Floats:
    never: Floats = np.where(np.isnan(days), np.inf, days)
    return never
