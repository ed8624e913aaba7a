# SPDX-License-Identifier: Apache-2.0
"""The forecast tried on fresh virtual children, whose future is known and was not shown.

They come from other draws of the posterior than the library's wherever there are others, with
another seed, told as a clinic would record them, and go through the same door as a recorded child.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from cartulary.codebook.words import Words
from cartulary.course.course import Course
from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.posterior import Posterior
from cartulary.studies.calibration.prior import parameter_set
from cartulary.studies.child_forecast.forecast import Forecast, forecast
from cartulary.studies.child_forecast.library import Library
from cartulary.studies.child_forecast.outcomes import DAYS_PER_MONTH, OUTCOMES, Outcome
from cartulary.studies.child_forecast.refusal import Refusal
from cartulary.studies.child_forecast.reliability import Reliability, reliability
from cartulary.studies.child_forecast.source import Source
from cartulary.studies.child_forecast.virtual import HORIZON_DAYS, LATEST_INFUSION_DAY, became
from cartulary.twin.narrate import narrate
from cartulary.twin.simulate import Run, simulate_block

#: Days after the infusion up to which the record is shown: day 28, and month 3.
LANDMARKS: Final = (28, 91)
HORIZONS_MONTHS: Final = (6, 12, 24)
DRAWS: Final = 50
CHILDREN_A_DRAW: Final = 40
SEED: Final = 20_206
#: Refusals of children who have nothing to forecast; all others are the forecast's own limits.
NOTHING_TO_FORECAST: Final = ("died", "relapsed", "not_in_remission", "treated_since")


@dataclass(frozen=True, slots=True)
class Judged:
    """What was forecast at one landmark, of which outcome, how far ahead, and how it held."""

    landmark_days: int
    outcome: Outcome
    months: int
    held: Reliability


@dataclass(frozen=True, slots=True)
class Landmark:
    """The children of one landmark: how many were forecast, and why the others were not."""

    days: int
    forecast: int
    nothing_to_forecast: int
    refused: Mapping[str, int]
    effective_children: tuple[float, float, float]  # quartiles
    widened: float  # median


@dataclass(frozen=True, slots=True)
class Checked:
    """The whole check."""

    library: str
    provisional: bool
    children: int
    draws: int
    seed: int
    landmarks: tuple[Landmark, ...]
    judged: tuple[Judged, ...]

    @property
    def inside(self) -> tuple[int, int]:
        """How many bins lie within their bands, and how many there are."""
        return (
            sum(one.held.inside for one in self.judged),
            sum(len(one.held.bins) for one in self.judged),
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        inside, bins = self.inside
        return {
            "about": "simulated; research, not for decisions",
            "library": self.library,
            "provisional": self.provisional,
            "fresh_children": self.children,
            "fresh_draws": self.draws,
            "seed": self.seed,
            "bins_inside_their_bands": inside,
            "bins": bins,
            "landmarks": [
                {
                    "days": one.days,
                    "forecast": one.forecast,
                    "nothing_to_forecast": one.nothing_to_forecast,
                    "refused": dict(one.refused),
                    "effective_children_quartiles": list(one.effective_children),
                    "widened_median": one.widened,
                }
                for one in self.landmarks
            ],
            "judged": [
                {
                    "landmark_days": one.landmark_days,
                    "outcome": one.outcome.value,
                    "months": one.months,
                    **one.held.to_dict(),
                }
                for one in self.judged
            ],
        }


#: What is judged, and what the figure calls it: of remission, that it lasts.
JUDGED: Final = (
    (Outcome.REMISSION, Words("still in remission", "nog in remissie")),
    (Outcome.CD19_NEGATIVE, Words("CD19-negative relapse", "CD19-negatief recidief")),
    (Outcome.CD19_POSITIVE, Words("CD19-positive relapse", "CD19-positief recidief")),
)


@dataclass(frozen=True, slots=True)
class _Fresh:
    """One fresh child: its course, its infusion, and what came first to it and when."""

    course: Course
    infusion_day: int
    came_first: Outcome
    came_day: float  # since the infusion


def check(
    library: Library,
    made_from: Source,
    *,
    draws: int = DRAWS,
    children: int = CHILDREN_A_DRAW,
    seed: int = SEED,
    progress: Callable[[int], None] = lambda done: None,
) -> Checked:
    """Forecasts for fresh virtual children, and what came to them.

    Arguments: the library; what it was made from; draws of the posterior and children of each; the
    seed, another than the library's; what to call with the number of draws done.
    Returns: reliability, Brier scores and refusals at each landmark.
    Refuses: the library's own seed: its children would be weighed by themselves; and a check in
    which no child could be forecast.
    """
    if seed == library.about.seed:
        raise CartularyError(
            f"The seed of the check is {seed}, that of the library. Children would be found in it "
            "by themselves, and every forecast would seem right. Give another seed."
        )
    said: dict[int, list[tuple[Forecast, _Fresh]]] = {day: [] for day in LANDMARKS}
    refused: dict[int, Counter[str]] = {day: Counter() for day in LANDMARKS}
    for done, draw in enumerate(fresh_draws(made_from.posterior, draws), start=1):
        for one in _fresh(made_from, draw, children, seed):
            for day in LANDMARKS:
                try:
                    made = forecast(one.course, one.infusion_day + day, library)
                    said[day].append((made, one))
                except Refusal as refusal:
                    refused[day][refusal.code] += 1
        progress(done)
    return Checked(
        library=library.about.name,
        provisional=library.about.provisional,
        children=draws * children,
        draws=draws,
        seed=seed,
        landmarks=tuple(_landmark(day, said[day], refused[day]) for day in LANDMARKS),
        judged=_all(said),
    )


def fresh_draws(posterior: Posterior, draws: int) -> list[int]:
    """Rows of the posterior, evenly spread, between those that a library takes.

    >>> from cartulary.studies.calibration.posterior import posterior
    >>> set(fresh_draws(posterior(), 5)) & set(posterior().rows(5))
    set()
    """
    held = len(posterior.draws)
    return [int(row * held / draws) for row in range(draws)]


def _fresh(made_from: Source, row: int, children: int, seed: int) -> Iterator[_Fresh]:
    """The infused children of one draw, under nothing further, as a clinic records them."""
    posterior = made_from.posterior
    parameters = parameter_set(posterior.base, posterior.draws[row])
    policy = made_from.plans[0].policy(made_from.policy)
    run = Run(made_from.population, policy, parameters, seed, HORIZON_DAYS)
    numbers = np.arange(row * children, (row + 1) * children, dtype=np.int64)
    block = simulate_block(run, numbers)
    first, day, _ = became(block)
    infused = block.followed.histories.infusion_day
    failed = {failure.number for failure in block.failures}
    for place, course in enumerate(narrate(block, parameters).courses()):
        if infused[place] <= LATEST_INFUSION_DAY and int(numbers[place]) not in failed:
            outcome = OUTCOMES[int(first[place])]
            yield _Fresh(course, int(infused[place]), outcome, float(day[place]))


def _landmark(day: int, said: list[tuple[Forecast, _Fresh]], refused: Counter[str]) -> Landmark:
    nothing = sum(refused[code] for code in NOTHING_TO_FORECAST)
    own = {code: n for code, n in sorted(refused.items()) if code not in NOTHING_TO_FORECAST}
    if not said:
        raise CartularyError(
            f"Of the fresh children none could be forecast on day {day}. Nothing can be judged. "
            "Ask for more children, or make a larger library."
        )
    sizes = np.quantile([made.effective_children for made, _ in said], (0.25, 0.5, 0.75))
    widened = float(np.median([made.widened for made, _ in said]))
    low, middle, high = (float(size) for size in sizes)
    return Landmark(day, len(said), nothing, own, (low, middle, high), widened)


def _all(said: Mapping[int, list[tuple[Forecast, _Fresh]]]) -> tuple[Judged, ...]:
    return tuple(
        Judged(day, outcome, months, _held(pairs, outcome, months))
        for day, pairs in said.items()
        for outcome, _ in JUDGED
        for months in HORIZONS_MONTHS
    )


def _held(pairs: list[tuple[Forecast, _Fresh]], outcome: Outcome, months: int) -> Reliability:
    """What was said of one outcome beside what came."""
    forecasts = np.array([made.of(outcome).value[months] for made, _ in pairs])
    came = np.array([_came(made, one, outcome, months) for made, one in pairs])
    return reliability(np.clip(forecasts, 0.0, 1.0), came)


def _came(made: Forecast, one: _Fresh, outcome: Outcome, months: int) -> bool:
    by = one.came_day <= made.days_after_infusion + DAYS_PER_MONTH * months
    if outcome is Outcome.REMISSION:
        return not by
    return by and one.came_first is outcome
