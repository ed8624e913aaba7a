# SPDX-License-Identifier: Apache-2.0
"""All arms at some draws of the parameters: the same children, followed under each policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.policies_compared.arm import Arm
from cartulary.studies.policies_compared.children_read import (
    CURVES,
    Floats,
    YesNo,
    declined,
    endpoints_of,
    read_histories,
)
from cartulary.studies.policies_compared.joined_blocks import joined_blocks, joined_histories
from cartulary.studies.policies_compared.narrated import READ_BY_TELLING, NarratedTogether
from cartulary.studies.policies_compared.outcome import Outcome
from cartulary.studies.policies_compared.shared_course import SharedCourses
from cartulary.studies.policies_compared.summary import Summary, summary_of
from cartulary.twin.afterwards_histories import Histories
from cartulary.twin.engines import Engine
from cartulary.twin.population_children import Wholes


@dataclass(frozen=True, slots=True)
class DrawResult:
    """What one draw of the parameters gives: an estimate, its noise, curves and spread of values.

    `noise[outcome, arm, arm]` is the covariance between the arms' estimates that comes of having
    simulated so few children; children are the same in every arm, so it is paired.
    """

    values: Floats  # [arm, outcome]
    counted: Floats  # [arm, outcome], children
    indicated: Floats  # [arm], children
    noise: Floats  # [outcome, arm, arm]
    curves: Floats  # [curve, arm, month]
    curve_noise: Floats  # [curve, arm, month], variance
    spreads: Floats  # [arm, outcome, quantile], of children's own values; NaN for a share
    failures: int


def several_draws(
    arms: Sequence[Arm],
    parameter_sets: Sequence[ParameterSet],
    numbers: Sequence[Wholes],
    *,
    horizon_days: float,
    seed: int,
    asked: Sequence[Outcome],
    months: NDArray[np.float64],
    solve: Engine,
) -> list[DrawResult]:
    """Follows each draw's children in every arm, and sums up what became of them.

    Draws and arms are followed one by one and told together: what they are told and read with
    costs as much for one as for several. The figures are those of each draw and arm alone.
    """
    courses = [
        SharedCourses(own, mine, seed, horizon_days, solve)
        for own, mine in zip(parameter_sets, numbers, strict=True)
    ]
    telling = NarratedTogether(endpoints_of(asked))
    order: list[int] = []  # the draws, as their children stand in the cohort
    histories: list[Histories] = []
    not_indicated: list[YesNo] = []
    failures = [0] * len(courses)
    for place, arm in enumerate(arms):
        for together in _told_alike(courses, arm):
            blocks = [courses[draw].follow(arm) for draw in together]
            for draw, block in zip(together, blocks, strict=True):
                failures[draw] += len(block.failures)
            whole = joined_blocks(blocks)
            telling.tell(whole, courses[together[0]].parameters(arm))
            histories.append(whole.followed.histories)
            not_indicated.append(declined(whole))
            order += together
        for course in courses:
            course.keep_for(arms[place + 1 :])
    read = read_histories(
        joined_histories(histories), np.concatenate(not_indicated), telling.cohort(), asked
    )
    summaries: list[list[Summary]] = [[] for _ in courses]
    first = 0
    for draw in order:
        beyond = first + len(numbers[draw])
        summaries[draw].append(summary_of(read.of(slice(first, beyond)), asked, months))
        first = beyond
    return [_result(own, failed) for own, failed in zip(summaries, failures, strict=True)]


def _told_alike(courses: Sequence[SharedCourses], arm: Arm) -> list[list[int]]:
    """Draws whose parameters of the telling are the same, and so can be told together."""
    alike: dict[Any, list[int]] = {}
    for draw, one in enumerate(courses):
        own = one.parameters(arm)
        alike.setdefault(tuple(own.value(name) for name in READ_BY_TELLING), []).append(draw)
    return list(alike.values())


def _result(summaries: Sequence[Summary], failures: int) -> DrawResult:
    influence = np.array([one.influence for one in summaries])  # [arm, outcome, child]
    noise: Floats = np.einsum("aoc,boc->oab", influence, influence)
    names = tuple(CURVES)
    return DrawResult(
        values=np.array([one.values for one in summaries]),
        counted=np.array([one.counted for one in summaries]),
        indicated=np.array([one.indicated for one in summaries]),
        noise=noise,
        curves=np.array([[one.curves[name] for one in summaries] for name in names]),
        curve_noise=np.array([[one.curve_noise[name] for one in summaries] for name in names]),
        spreads=np.array([one.spreads for one in summaries]),
        failures=failures,
    )
