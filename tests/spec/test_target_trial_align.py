# SPDX-License-Identifier: Apache-2.0
"""Both groups are asked for the same, counted from the same day, and nobody vanishes unseen."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.course import Course, Origin
from cartulary.course.errors import EstimandError
from cartulary.studies.target_trial import Aligned, align
from tests.spec.target_trial_children import child, cohort, many, protocol

FILL_TREATED = many("T", 15, infused=True)
FILL_CONTROL = many("C", 15, infused=False)


def aligned(*odd: Course, control: tuple[Course, ...] = (), **options: object) -> Aligned:
    """Two groups of fifteen that take part, with odd children added."""
    return align(
        protocol(),
        cohort(*FILL_TREATED, *odd),
        cohort(*FILL_CONTROL, *control),
        **options,  # type: ignore[arg-type]
    )


def followed(found: Aligned, name: str) -> tuple[float, int] | None:
    """Exit and status of one child, in either group; None where it takes no part."""
    for group in found.groups:
        ids = group.follow_up.child_ids
        assert ids is not None
        for place in np.flatnonzero(ids == name):
            return float(group.follow_up.exit[place]), int(group.follow_up.status[place])
    return None


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        (child("odd", infusion=40, relapse=300), (240.0, 1)),
        (child("odd", infusion=40, death=500), (440.0, 1)),
        (child("odd", infusion=40, last=700), (640.0, 0)),
        (child("odd", zero=10, infusion=40, last=700), (630.0, 0)),
        (child("odd", infusion=60, last=700), (640.0, 0)),
        (child("odd", infusion=40, relapse=300, cut=200, last=150), (90.0, 0)),
    ],
)
def test_days_count_from_the_landmark_after_time_zero(
    odd: Course, expected: tuple[float, int]
) -> None:
    assert followed(aligned(odd), "odd") == expected


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (child("odd", zero=None, infusion=40), "no_time_zero"),
        (child("odd", mrd=0.001, infusion=40), "not_eligible"),
        (child("odd", mrd=None, infusion=40), "not_known"),
        (child("odd", infusion=40, relapse_undated=True), "not_dated"),
        (child("odd", infusion=40, last=None), "no_contact"),
        (child("odd", infusion=40, relapse=60), "event_before_start"),
        (child("odd", infusion=40, last=60), "left_before_start"),
        (child("odd"), "never_treated"),
        (child("odd", infusion=61), "treated_later"),
    ],
)
def test_who_takes_no_part_is_counted_with_the_reason(odd: Course, why: str) -> None:
    found = aligned(odd)
    assert followed(found, "odd") is None
    assert found.treated.left(why) == 1
    assert found.treated.children == 16
    assert found.treated.follow_up.n == 15
    assert sum(step.left for step in found.treated.steps) == 1


def test_controls_survive_the_same_wait() -> None:
    early = (child("early", relapse=59), child("late", relapse=61))
    found = aligned(control=early)
    assert followed(found, "early") is None
    assert followed(found, "late") == (1.0, 1)
    assert found.control.left("event_before_start") == 1


def test_the_immortal_analysis_asks_no_wait_of_the_controls_and_looks_ahead() -> None:
    found = aligned(
        child("later", infusion=200), control=(child("early", relapse=59),), immortal=True
    )
    assert found.start_day == 0
    assert followed(found, "early") == (59.0, 1)
    assert followed(found, "later") == (900.0, 0)


def test_only_what_is_known_at_time_zero_is_adjusted_for() -> None:
    odd = child("odd", zero=10, mrd=1.0, age=5.0, infusion=40)
    found = aligned(odd)
    place = int(np.flatnonzero(found.treated.follow_up.child_ids == "odd")[0])
    age, mrd = found.treated.covariates[place]
    assert mrd == 0.0
    assert age == pytest.approx((round(5 * 365.25) + 10) / 365.25, abs=1e-12)


def test_follow_up_may_be_cut_at_one_day_for_both() -> None:
    asked = protocol(("day = 365", "day = 365\nlast_day = 400"))
    found = align(asked, cohort(*FILL_TREATED), cohort(*FILL_CONTROL))
    for group in found.groups:
        assert group.follow_up.last_day == 400.0


def test_a_relapse_before_time_zero_counts_for_nobody() -> None:
    odd = child("odd", zero=10, infusion=40, relapse=5)
    assert followed(aligned(odd), "odd") == (830.0, 0)


def test_treatment_of_the_other_group_is_counted_and_followed_through() -> None:
    asked = protocol(
        ('[control]\nprogramme = "control"', '[control]\nstarts = "transplant"\nprogramme = "c"')
    )
    control = [child(f"C{k}", transplant=40 + k, last=900) for k in range(12)]
    treated = [*FILL_TREATED, child("odd", infusion=40, transplant=200)]
    found = align(asked, cohort(*treated), cohort(*control))
    assert found.treated.crossed == 1
    assert found.control.follow_up.n == 12
    assert found.control.waits.tolist() == [40.0 + k for k in range(12)]


def test_origins_are_never_mixed_in_one_group() -> None:
    with pytest.raises(EstimandError, match="never mixed in one group"):
        aligned(child("odd", infusion=40, origin=Origin.RECORDED))


def test_a_group_that_eligibility_empties_is_refused_with_its_steps() -> None:
    few = cohort(*FILL_TREATED[:9])
    with pytest.raises(EstimandError, match="9 children of the treated group 9 are left"):
        align(protocol(), few, cohort(*FILL_CONTROL))
