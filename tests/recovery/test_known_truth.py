# SPDX-License-Identifier: Apache-2.0
"""Cohorts of known truth go through the definitions and the estimators, and the truth is found."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from cartulary.evidence import Estimate, FollowUp, cumulative_incidence, kaplan_meier
from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort
from tests.recovery.virtual_cohorts import Truth, virtual_cohort

YEAR = 365
TRUTH = Truth()
# Replicates by the size of a cohort. A coverage of 95% is then known to about 0.7 to 1 point.
REPLICATES = {20: 1000, 80: 800, 400: 500}
LEVEL = 0.95
# One test in some thousands fails by chance at this many standard errors; the seeds are fixed.
ERRORS = 3.5

ENDPOINTS = {
    "efs.hypothetical.infusion": ("event-free", TRUTH.event_free(YEAR)),
    "os.infusion": ("alive", TRUTH.alive(YEAR)),
}
CLASSES = TRUTH.incidence(YEAR)


@dataclass(frozen=True)
class Recovered:
    """What the replicates of one size say about one figure."""

    truth: float
    values: tuple[float, ...]
    covered: int
    undefined: int

    @property
    def coverage(self) -> float:
        """The share of intervals that hold the truth."""
        return self.covered / (len(self.values) + self.undefined)

    @property
    def bias(self) -> float:
        """How far the mean of the figures lies from the truth, in its standard errors."""
        values = np.array(self.values)
        return float((values.mean() - self.truth) / (values.std(ddof=1) / np.sqrt(values.size)))


def replicates(endpoint_id: str, size: int) -> Iterator[FollowUp]:
    """The follow-up of each replicate; all are drawn, and read by the definition, at once."""
    number = REPLICATES[size]
    draw = np.random.default_rng([size, number])
    made = follow_up_of_cohort(virtual_cohort(TRUTH, size * number, draw), endpoint_id)
    rows = made.follow_up
    assert rows.child_ids is not None
    assert made.account.missing_children == 0
    replicate = np.array([int(str(name)[2:]) for name in rows.child_ids.tolist()]) // size
    edges = np.searchsorted(replicate, np.arange(number + 1))
    keep = np.zeros(rows.n, dtype=bool)
    for start, stop in itertools.pairwise(edges):
        keep[:] = False
        keep[start:stop] = True
        yield rows.subset(keep)


def recovered(truth: float, found: list[Estimate]) -> Recovered:
    return Recovered(
        truth,
        tuple(one.value for one in found if one.value is not None),
        sum(
            one.value is not None and (one.low or 0.0) <= truth <= (1.0 if one.high is None else
                                                                     one.high)
            for one in found
        ),
        sum(one.value is None for one in found),
    )  # fmt: skip


@cache
def survival(endpoint_id: str, size: int) -> Recovered:
    found = [kaplan_meier(rows).survival_at(YEAR) for rows in replicates(endpoint_id, size)]
    return recovered(ENDPOINTS[endpoint_id][1], found)


@cache
def incidences(size: int) -> dict[str, Recovered]:
    found: dict[str, list[Estimate]] = {name: [] for name in CLASSES}
    for rows in replicates("cir.by_class.infusion", size):
        curve = cumulative_incidence(rows)
        for name in CLASSES:
            found[name].append(curve.incidence_at(YEAR, name))
    return {name: recovered(CLASSES[name], estimates) for name, estimates in found.items()}


FIGURES: dict[str, Callable[[int], Recovered]] = {
    **{
        words: (lambda size, endpoint_id=endpoint_id: survival(endpoint_id, size))
        for endpoint_id, (words, _) in ENDPOINTS.items()
    },
    **{f"relapse, {name}": (lambda size, name=name: incidences(size)[name]) for name in CLASSES},
}


@pytest.mark.slow
@pytest.mark.parametrize("size", REPLICATES)
@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_finds_the_truth_and_its_interval_covers_it(figure: str, size: int) -> None:
    found = FIGURES[figure](size)
    number = REPLICATES[size]
    error = np.sqrt(LEVEL * (1.0 - LEVEL) / number)
    print(
        f"{figure:24} n = {size:3}: truth {found.truth:.3f}, mean {np.mean(found.values):.3f} "
        f"({found.bias:+.1f} standard errors), coverage {found.coverage:.3f} "
        f"of {number}, undefined {found.undefined}"
    )
    assert found.undefined <= number * 0.01
    assert abs(found.bias) < ERRORS
    # Small cohorts get intervals that never promise too much, and so may cover more than 95%.
    assert found.coverage > LEVEL - ERRORS * error
    if size == max(REPLICATES):
        assert found.coverage < LEVEL + ERRORS * error


def test_the_truth_is_a_share_of_all_children() -> None:
    shares = (TRUTH.event_free(YEAR), *CLASSES.values(), TRUTH.no_remission)
    in_remission_died = 1.0 - sum(shares)
    assert 0.0 < in_remission_died < TRUTH.death_in_remission * YEAR
    assert TRUTH.event_free(YEAR) < TRUTH.alive(YEAR) < 1.0


def test_the_drawn_children_have_the_rates_they_were_drawn_with() -> None:
    # One large cohort, everyone followed for years: plain counting must agree.
    children = 200_000
    world = Truth(transplant=1e-9, shortest_follow_up=2000, longest_follow_up=2001)
    draw = np.random.default_rng(4)
    rows = follow_up_of_cohort(
        virtual_cohort(world, children, draw), "efs.hypothetical.infusion"
    ).follow_up
    free = float(np.mean(rows.exit > YEAR))
    expected = world.event_free(YEAR)
    assert abs(free - expected) < ERRORS * np.sqrt(expected * (1.0 - expected) / children)
