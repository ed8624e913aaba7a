# SPDX-License-Identifier: Apache-2.0
"""What a cohort's follow-up counts as one event, and what its median length means."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course.cohort import Cohort
from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort
from cartulary.studies.single_estimate import endpoint_estimates

# B cells come back once by assessment and once by count; one child dies, one is transplanted.
FOUR = (
    "100 | assessment | b_cell_aplasia: no\n600 | last_contact |",
    "90 | measurement | analyte: b_cells_of_lymphocytes, value: 5, unit: %\n600 | last_contact |",
    "300 | death |",
    "38 | assessment | response: CR\n100 | transplant |\n600 | last_contact |",
)


def cohort() -> Cohort:
    head = "day | event | facts\n0 | indication |\n10 | infusion |\n"
    return Cohort.from_courses(
        [
            replace(course_from_drawing(head + tail), course_id=f"c{k}")
            for k, tail in enumerate(FOUR)
        ]
    )


def test_two_signs_of_one_event_are_one_event() -> None:
    """Loss of aplasia in two of four: neither sign alone is the loss."""
    found = follow_up_of_cohort(cohort(), "bca.loss.infusion").follow_up
    assert found.cause_names[0] == "event"
    assert found.events_of("event") == 2
    assert found.events_of("death") == 1
    assert found.events_of("transplant") == 1
    lines = {
        line.what: line.estimate for line in endpoint_estimates(cohort(), found.endpoint).lines
    }
    assert lines["event by day 365"].value == 0.5
    apart = follow_up_of_cohort(cohort(), "bca.loss.infusion", components=True).follow_up
    assert apart.cause_names[:2] == ("b_cells_measured", "aplasia_over")
    assert [apart.events_of(cause) for cause in apart.cause_names[:2]] == [1, 1]


@pytest.mark.parametrize(
    ("endpoint_id", "first"),
    [("cir.by_class.infusion", "early"), ("cir.transplant_competes.infusion", "relapse")],
)
def test_classes_and_competing_causes_stay_apart(endpoint_id: str, first: str) -> None:
    names = follow_up_of_cohort(cohort(), endpoint_id).follow_up.cause_names
    assert names[0] == first
    assert "death_without_relapse" in names


def test_median_follow_up_says_what_else_ends_it() -> None:
    """Under the hypothetical strategy a transplant ends follow-up too; under survival not."""
    found = {
        endpoint_id: next(
            line.estimate.notes
            for line in endpoint_estimates(cohort(), endpoint_id).lines
            if line.what == "median follow-up"
        )
        for endpoint_id in ("efs.hypothetical.infusion", "os.infusion")
    }
    assert any("censors" in note for note in found["efs.hypothetical.infusion"])
    assert not any("censors" in note for note in found["os.infusion"])
