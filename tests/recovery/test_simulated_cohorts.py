# SPDX-License-Identifier: Apache-2.0
"""Evidence applied to simulated cohorts finds what the twin did to the children.

The twin knows each child's history whole; what is told of it goes through the codebook's
definitions and the estimators. The truth is taken from other children of the same run than those
the cohorts are made of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.cohort import Cohort
from cartulary.course.events.disease import Response
from cartulary.evidence import Estimate, FollowUp, cumulative_incidence, kaplan_meier, proportion
from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort
from cartulary.twin.afterwards_histories import GROUPS, RESPONSES, Group, Histories
from cartulary.twin.block import BLOCK_CHILDREN, Block
from cartulary.twin.narrate import narrate
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import default_population
from cartulary.twin.simulate import Run, simulate_block

POLICY = Path(__file__).parents[2] / "examples" / "policies" / "transplant_none.toml"
YEAR = 365
HORIZON_DAYS = 1461.0
BLOCKS_OF_COHORTS = 4
BLOCKS_OF_TRUTH = 4
SIZES = (20, 80, 400)
LEVEL = 0.95
# One test in some thousands fails by chance at this many standard errors; the seed is fixed.
ERRORS = 3.5
REMISSION = (RESPONSES.index(Response.CR), RESPONSES.index(Response.CRI))


@cache
def run() -> Run:
    """Children nobody transplants or infuses again, so that nothing hides what the cells did."""
    return Run(
        default_population(), read_policy(POLICY), parameters(), seed=11, horizon_days=HORIZON_DAYS
    )


def block(number: int) -> Block:
    first = number * BLOCK_CHILDREN
    return simulate_block(run(), np.arange(first, first + BLOCK_CHILDREN, dtype=np.int64))


@cache
def told() -> Cohort:
    """The infused children of the first blocks, as a clinic would have them."""
    whole = Cohort.concat(
        narrate(block(number), run().parameters) for number in range(BLOCKS_OF_COHORTS)
    )
    infused = set(whole.events["infusion"]["child"].to_list())
    return whole.select([number in infused for number in range(len(whole))])


@cache
def histories() -> Histories:
    """The histories of the infused children of other blocks, known whole."""
    found = [
        block(BLOCKS_OF_COHORTS + number).followed.histories for number in range(BLOCKS_OF_TRUTH)
    ]
    names = Histories.__dataclass_fields__
    whole = Histories(**{name: np.concatenate([getattr(h, name) for h in found]) for name in names})
    return whole.take(np.isfinite(whole.infusion_day))


def truths() -> dict[str, np.ndarray]:
    """Of each child, whether it is so: the mean is what an estimate looks for."""
    h = histories()
    since = {name: getattr(h, name) - h.infusion_day for name in ("death_day", "relapse_day")}
    remission = np.isin(h.response[:, 0], REMISSION)
    ill = (since["relapse_day"] <= YEAR) | (since["death_day"] <= YEAR)
    negative = h.group == GROUPS.index(Group.CD19_NEGATIVE)
    return {
        "alive": ~(since["death_day"] <= YEAR),
        "event-free": remission & ~ill,
        "CD19-negative relapse": negative & (since["relapse_day"] <= YEAR),
        "CRS grade 3 or higher": h.crs_grade >= 3,
    }


@dataclass(frozen=True)
class Recovered:
    """What the cohorts of one size say of one figure."""

    values: tuple[float, ...]
    covered: int

    @property
    def coverage(self) -> float:
        return self.covered / len(self.values)


def cohorts(follow_up: FollowUp, size: int) -> Iterator[FollowUp]:
    """The children of a follow-up in cohorts of one size, in their order."""
    place = np.arange(follow_up.n)
    for first in range(0, follow_up.n - size + 1, size):
        yield follow_up.subset((place >= first) & (place < first + size))


def recovered(truth: float, found: list[Estimate]) -> Recovered:
    values, covered = [], 0
    for estimate in found:
        assert estimate.value is not None
        assert estimate.low is not None
        assert estimate.high is not None
        values.append(estimate.value)
        covered += estimate.low <= truth <= estimate.high
    return Recovered(tuple(values), covered)


@cache
def estimates(figure: str, size: int) -> tuple[Estimate, ...]:
    if figure == "CRS grade 3 or higher":
        crs = told().events["toxicity"]
        crs = crs.filter((crs["toxicity"] == "crs") & (crs["infusion_number"] == 1))
        severe = (crs["grade"] >= 3).to_numpy()
        return tuple(
            proportion(
                int(severe[first : first + size].sum()), size, unit="child", origin="simulated"
            )
            for first in range(0, len(severe) - size + 1, size)
        )
    endpoint = {
        "alive": "os.infusion",
        "event-free": "efs.hypothetical.infusion",
        "CD19-negative relapse": "cir.by_class.infusion",
    }[figure]
    rows = follow_up_of_cohort(told(), endpoint).follow_up
    if figure == "CD19-negative relapse":
        name = next(cause for cause in rows.cause_names if "cd19_negative" in cause)
        return tuple(
            cumulative_incidence(one).incidence_at(YEAR, name) for one in cohorts(rows, size)
        )
    return tuple(kaplan_meier(one).survival_at(YEAR) for one in cohorts(rows, size))


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("figure", ["alive", "event-free", "CD19-negative relapse",
                                    "CRS grade 3 or higher"])  # fmt: skip
def test_what_the_twin_did_is_found_and_the_interval_covers_it(figure: str, size: int) -> None:
    truth = truths()[figure]
    found = recovered(float(truth.mean()), list(estimates(figure, size)))
    number = len(found.values)
    off = np.mean(found.values) - truth.mean()
    # Both the truth and the figures are means over some twelve thousand children.
    error = np.hypot(truth.std() / np.sqrt(len(truth)), np.std(found.values) / np.sqrt(number))
    print(
        f"{figure:24} n = {size:3}: truth {truth.mean():.3f}, mean {np.mean(found.values):.3f} "
        f"({off / error:+.1f} standard errors), coverage {found.coverage:.3f} of {number}"
    )
    assert abs(off) < ERRORS * error
    assert found.coverage > LEVEL - ERRORS * np.sqrt(LEVEL * (1 - LEVEL) / number)


def test_the_children_of_the_truth_are_not_those_of_the_cohorts() -> None:
    mine = {int(name.removeprefix("V-")) for name in told().course_ids}
    assert not mine & set(histories().numbers.tolist())
    assert min(len(mine), len(histories())) > 10_000
