# SPDX-License-Identifier: Apache-2.0
"""The article's groups of relapse, held to the codebook's scale and shown by the model."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cartulary.codebook.scale_reader import scale_named
from cartulary.course.events.disease import Cd19Status
from cartulary.twin.afterwards_histories import CD19, CLONES, GROUPS, Clone, Followed, Group
from cartulary.twin.groups import group_figures, group_of
from cartulary.twin.relapse import cd19_of
from tests.twin.followed_children import followed


def test_groups_are_those_of_the_codebook_scale() -> None:
    scale = scale_named("relapse_class_article_2020")
    for day, status in itertools.product((30, 60, 61, 200, 400), Cd19Status):
        graded = scale.grade(
            {
                "days_after_first_infusion": day,
                "days_after_last_infusion": day,
                "cd19_status": status,
            }
        )
        found = group_of(np.array([float(day)]), np.array([CD19.index(status)]))
        assert GROUPS[found[0]].value == graded.grade


def test_a_clone_without_both_antigens_is_a_lineage_switch_by_its_share() -> None:
    clone = np.array([CLONES.index(Clone.BOTH_LOST)] * 2 + [CLONES.index(Clone.CD22_NEGATIVE), -1])
    found = cd19_of(clone, np.array([0.9, 0.1, 1.0, 1.0]), np.full(4, 0.5))
    assert [CD19[place] if place >= 0 else None for place in found] == [
        Cd19Status.LINEAGE_SWITCH,
        Cd19Status.NEGATIVE,
        Cd19Status.POSITIVE,
        None,
    ]


@pytest.fixture(scope="module")
def cohort() -> Followed:
    return followed(1500)


def test_the_model_shows_the_three_groups_of_the_article(cohort: Followed) -> None:
    figures = {one.group: one for one in group_figures(cohort.histories)}
    early, negative, positive = (
        figures[group] for group in (Group.EARLY, Group.CD19_NEGATIVE, Group.CD19_POSITIVE)
    )
    assert min(negative.children, positive.children) >= 100
    assert early.children >= 5
    assert early.median_months <= 2.0
    # Early relapse comes from cells that did not multiply, far more often than any other.
    assert early.expansion_failed > 0.4 > 0.05 > negative.expansion_failed
    assert early.median_ln_peak < -2.0 < 0.0 < negative.median_ln_peak
    # CD19-negative with aplasia; CD19-positive after its loss.
    assert negative.aplasia_ongoing > 0.6 > 0.4 > positive.aplasia_ongoing
    assert 4.0 < negative.median_months < positive.median_months


def test_failed_expansion_shows_as_early_progression_without_remission(cohort: Followed) -> None:
    told, first = cohort.histories, cohort.segments[0]
    figures = {one.group: one for one in group_figures(told)}
    refractory, negative = figures[Group.NO_REMISSION], figures[Group.CD19_NEGATIVE]
    assert refractory.expansion_failed > 4 * negative.expansion_failed
    assert refractory.median_ln_peak < -0.4
    assert np.isnan(refractory.median_months)
    assert np.isnan(refractory.aplasia_ongoing)
    # With little leukaemia at the infusion, failed expansion is what leads there.
    low = np.zeros(len(told), dtype=bool)
    low[first.places] = first.marrow_share[:, 0] < 0.05
    without = low & (told.group == GROUPS.index(Group.NO_REMISSION))
    assert without.sum() >= 10
    assert told.expansion_failed[without].mean() > 0.4
    assert told.expansion_failed[low & ~without].mean() < 0.1


def test_groups_count_every_infused_child_once(cohort: Followed) -> None:
    told = cohort.histories
    counted = sum(one.children for one in group_figures(told))
    infused = ~np.isnan(told.infusion_day)
    assert counted + (infused & (told.group == GROUPS.index(Group.NONE))).sum() == infused.sum()


def test_figures_of_a_cohort_without_relapse_are_empty() -> None:
    nobody = followed(200).histories.take(np.zeros(0, dtype=np.int64))
    for figure in group_figures(nobody):
        assert figure.children == 0
        assert np.isnan(figure.median_months)
