# SPDX-License-Identifier: Apache-2.0
"""Histories: nothing out of order, nothing after the end, each child by itself."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.events.disease import Response
from cartulary.course.events.ending import Cause
from cartulary.course.events.treatment import NewTherapyReason, TransplantReason
from cartulary.twin.afterwards_histories import (
    CAUSES,
    GROUPS,
    NEW_THERAPY_REASONS,
    RESPONSE_DAYS,
    RESPONSES,
    TRANSPLANT_REASONS,
    Followed,
    Group,
    Histories,
    SegmentKind,
)
from cartulary.twin.engines import engine
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import CELL_STATES
from tests.twin.followed_children import HORIZON_DAYS, follow_numbers, followed, walked

MANY = 1500


@pytest.fixture(scope="module")
def cohort() -> Followed:
    return followed(MANY)


@pytest.fixture(scope="module")
def told(cohort: Followed) -> Histories:
    return cohort.histories


def _happened(day: np.ndarray) -> np.ndarray:
    return ~np.isnan(day)


def test_nothing_happens_after_the_end_or_before_the_infusion(told: Histories) -> None:
    after = (
        "second_infusion_day transplant_day new_therapy_day remission_day aplasia_lost_day "
        "molecular_relapse_day relapse_day"
    ).split()
    for name in after:
        day = getattr(told, name)
        assert (day[_happened(day)] <= told.end_day[_happened(day)]).all(), name
        assert (day[_happened(day)] > told.infusion_day[_happened(day)]).all(), name
        assert (day[_happened(day)] == np.round(day[_happened(day)])).all(), name
    caught = _happened(told.infection_day)
    assert (told.infection_day <= told.end_day[:, None])[caught].all()
    assert (told.end_day <= HORIZON_DAYS).all()
    died = _happened(told.death_day)
    assert (told.death_day[died] == told.end_day[died]).all()


def test_every_code_goes_with_its_day(told: Histories) -> None:
    for day, code in (
        (told.relapse_day, told.relapse_clone),
        (told.relapse_day, told.relapse_cd19),
        (told.death_day, told.cause),
        (told.transplant_day, told.transplant_reason),
        (told.new_therapy_day, told.new_therapy),
        (told.new_therapy_day, told.new_therapy_reason),
    ):
        assert (_happened(day) == (code >= 0)).all()
    assert (_happened(told.infection_day) == (told.infection_organism >= 0)).all()


def test_children_never_infused_have_nothing_but_an_end(told: Histories) -> None:
    never = ~_happened(told.infusion_day)
    assert never.sum() > 50
    for one in fields(Histories):
        if one.name in ("numbers", "end_day", "death_day", "cause", "group"):
            continue
        column = getattr(told, one.name)[never]
        if column.dtype == np.bool_:
            assert not column.any(), one.name
        elif column.dtype == np.int64:
            assert (column == -1).all(), one.name
        else:
            assert np.isnan(column).all(), one.name


def test_a_child_is_the_same_whoever_is_beside_it(told: Histories) -> None:
    some = np.arange(400, 520)
    alone = follow_numbers(some).histories
    for one in fields(Histories):
        np.testing.assert_array_equal(getattr(told, one.name)[some], getattr(alone, one.name))


def test_second_infusions_and_transplants_come_from_the_rules(cohort: Followed) -> None:
    kinds = [segment.kind for segment in cohort.segments]
    assert kinds == [SegmentKind.INFUSION, SegmentKind.SECOND_INFUSION, SegmentKind.TRANSPLANT]
    told = cohort.histories
    again = _happened(told.second_infusion_day)
    # The policy infuses again for aplasia lost within 183 days, 35 days after the visit.
    assert (told.aplasia_lost_day[again] - told.infusion_day[again] <= 183).all()
    assert (told.second_infusion_day[again] - told.aplasia_lost_day[again] >= 35).all()
    for segment in cohort.segments[1:]:
        assert (np.diff(segment.places) > 0).all()


def test_a_policy_without_transplant_transplants_for_relapse_alone() -> None:
    told = followed(600, "transplant_none").histories
    for_relapse = TRANSPLANT_REASONS.index(TransplantReason.RELAPSE)
    assert set(told.transplant_reason.tolist()) <= {-1, for_relapse}
    grafted = _happened(told.transplant_day)
    assert (told.transplant_day[grafted] > told.relapse_day[grafted]).all()


def test_transplant_for_all_lowers_relapse_and_costs_lives() -> None:
    none, everyone = (
        followed(600, "transplant_none").histories,
        followed(600, "transplant_all").histories,
    )
    by_transplant = everyone.cause == CAUSES.index(Cause.TRANSPLANT)
    consolidated = everyone.transplant_reason == TRANSPLANT_REASONS.index(
        TransplantReason.CONSOLIDATION
    )
    # The same children, with and without: arms share every draw.
    spared = _happened(everyone.relapse_day[consolidated]).sum()
    assert 0 < spared < 0.6 * _happened(none.relapse_day[consolidated]).sum()
    others = ~consolidated
    np.testing.assert_array_equal(none.relapse_day[others], everyone.relapse_day[others])
    assert 0.02 < by_transplant.sum() / consolidated.sum() < 0.16
    assert (none.cause != CAUSES.index(Cause.TRANSPLANT)).all()


def test_without_a_remission_there_is_no_relapse(told: Histories) -> None:
    relapsed = _happened(told.relapse_day)
    assert (told.remission_day < told.relapse_day)[relapsed].all()
    late = told.remission_day - told.infusion_day > RESPONSE_DAYS[0]
    # A remission that a later look found is one.
    assert late.any()
    refractory = told.group == GROUPS.index(Group.NO_REMISSION)
    assert refractory.sum() > 50
    assert not _happened(told.remission_day[refractory]).any()
    assert not (relapsed & refractory).any()
    for_it = told.new_therapy_reason == NEW_THERAPY_REASONS.index(NewTherapyReason.NO_RESPONSE)
    of_it = told.cause == CAUSES.index(Cause.LEUKAEMIA)
    assert (for_it | of_it)[refractory].mean() > 0.9
    assert not for_it[relapsed].any()


def test_what_is_there_reaches_five_percent_on_the_day_of_relapse(cohort: Followed) -> None:
    told, first = cohort.histories, cohort.segments[0]
    level = parameters().value("relapse_marrow_share")
    later = _happened(told.second_infusion_day) | _happened(told.transplant_day)
    checked = 0
    for row, place in enumerate(first.places):
        if not _happened(told.relapse_day)[place] or later[place]:
            continue
        since = told.relapse_day[place] - first.start_day[row]
        ln_share = np.log(np.maximum(first.marrow_share[row], 1e-300))
        days = first.solution.days
        assert np.exp(np.interp(since, days, ln_share)) >= level * 0.999
        if since > 28:
            assert np.exp(np.interp(since - 1.0, days, ln_share)) < level * 1.001
        checked += 1
    assert checked > 100


def test_responders_without_relapse_hold_little_leukaemia(told: Histories) -> None:
    remission = np.isin(
        told.response[:, 0], [RESPONSES.index(Response.CR), RESPONSES.index(Response.CRI)]
    )
    assert (told.residual_share[remission, 0] < 0.05).all()
    assert np.median(told.residual_share[remission, 0]) < 1e-4


def test_lower_expansion_after_deep_remission(cohort: Followed) -> None:
    first = cohort.segments[0]
    share = first.marrow_share[:, 0]
    peak = cohort.histories.ln_peak_cells[first.places]
    assert np.median(peak[share < 1e-3]) < np.median(peak[share >= 0.05]) - 0.5


def test_a_child_whose_integration_fails_is_kept_and_harms_no_other() -> None:
    numbers = np.arange(300, 340)
    well = follow_numbers(numbers)
    lanes = engine("lanes")

    def failing(start: np.ndarray, cells: np.ndarray, grid: np.ndarray) -> Solution:
        solved = lanes(start, cells, grid)
        values, failed = solved.values.copy(), list(solved.failed)
        values[0, 50:] = np.nan
        failed[0] = "Stopped on day 50: too many steps."
        return Solution(solved.days, values, tuple(failed), solved.steps)

    hurt = follow_numbers(numbers, solve=failing)
    assert hurt.segments[0].solution.failed[0]
    first = hurt.segments[0].places[0]
    assert hurt.histories.end_day[first] <= hurt.histories.infusion_day[first] + 50
    others = np.arange(len(numbers)) != hurt.segments[0].places[0]
    others[hurt.segments[1].places[:1]] = False
    for name in ("relapse_day", "death_day", "crs_grade", "aplasia_lost_day"):
        np.testing.assert_array_equal(
            getattr(well.histories, name)[others], getattr(hurt.histories, name)[others]
        )


def test_nobody_infused_is_a_cohort_too() -> None:
    _, pathway = walked(np.arange(300))
    never = np.flatnonzero(~pathway.infused)
    told = follow_numbers(never[:20])
    assert told.segments == ()
    assert len(told.histories) == 20


def test_a_horizon_before_the_infusion_leaves_a_child_waiting() -> None:
    told = follow_numbers(np.arange(200), horizon_days=30.0).histories
    assert (told.end_day <= 30).all()
    assert (
        not _happened(told.infusion_day).any()
        or (told.infusion_day[_happened(told.infusion_day)] < 30).all()
    )


def test_states_that_begin_a_segment_are_finite(cohort: Followed) -> None:
    for segment in cohort.segments:
        assert np.isfinite(segment.cells).all()
        assert np.isfinite(segment.solution.of(CELL_STATES[0])).all()
