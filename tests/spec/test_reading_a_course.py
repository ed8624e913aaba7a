# SPDX-License-Identifier: Apache-2.0
"""Drawn courses and what endpoints make of them: the rules that hold for every definition."""

from __future__ import annotations

import pytest

from cartulary.codebook.drawn import course_from_drawing, drawing_of
from cartulary.codebook.endpoint import Outcome
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.absence import NOT_DONE
from cartulary.course.errors import CodebookError
from cartulary.course.events import Assessment


def asked(full_id: str, drawing: str) -> Outcome:
    return outcome(course_from_drawing(drawing), endpoint(full_id))


def test_one_course_is_three_different_answers_about_a_transplant() -> None:
    drawing = """
        day 0 is infusion
        day | event        | facts
          0 | infusion     |
         28 | assessment   | response: CR
         90 | transplant   | reason: consolidation
        200 | relapse      |
    """
    answers = {
        full_id: (found.exit, found.status)
        for full_id in (
            "efs.hypothetical.infusion",
            "efs.treatment_policy.infusion",
            "efs.success_without_transplant.infusion",
            "rfs.hypothetical.remission",
            "os.infusion",
        )
        if (found := asked(full_id, drawing))
    }
    assert answers == {
        "efs.hypothetical.infusion": (90, "censored"),
        "efs.treatment_policy.infusion": (200, "relapse"),
        "efs.success_without_transplant.infusion": (90, "transplant"),
        "rfs.hypothetical.remission": (62, "censored"),
        "os.infusion": (None, "missing"),
    }


def test_death_and_relapse_on_one_day_are_a_relapse() -> None:
    found = asked(
        "efs.treatment_policy.infusion",
        """
        day 0 is infusion
          0 | infusion |
        100 | death    |
        100 | relapse  |
        """,
    )
    assert (found.exit, found.status) == (100, "relapse")


def test_a_death_in_the_month_of_the_infusion_is_not_lost_before_it() -> None:
    drawing = """
          0         | indication   |
         35         | infusion     |
         30 (month) | death        |
    """
    found = asked("os.infusion", drawing)
    assert (found.exit, found.status) == (0, "death")


def test_a_death_a_whole_month_before_the_infusion_does_not_count_after_it() -> None:
    found = asked(
        "os.infusion",
        """
        day 0 is indication
         18 (month) | death        |
         35         | infusion     |
         80         | last_contact |
        """,
    )
    assert (found.exit, found.status) == (45, "censored")


@pytest.mark.parametrize(
    ("drawing", "why"),
    [
        ("0 | infusion |\n? | relapse |\n90 | last_contact |", "undated:relapse"),
        ("0 | infusion |\n? | transplant |\n90 | last_contact |", "undated:transplant"),
        ("? | infusion |\n90 | last_contact |", "undated:infusion"),
        ("0 | infusion |\n? | assessment | response: CR\n90 | last_contact |", "undated:remission"),
        ("0 | infusion |", "no_last_contact"),
    ],
)
def test_what_cannot_be_judged_is_missing_with_a_reason(drawing: str, why: str) -> None:
    found = asked("efs.hypothetical.infusion", f"day 0 is infusion\n{drawing}")
    assert (found.in_population, found.status, found.why_not) == (True, "missing", why)


def test_an_undated_transplant_does_not_matter_to_who_ignores_it() -> None:
    drawing = "day 0 is infusion\n0 | infusion |\n? | transplant |\n90 | last_contact |"
    assert asked("efs.treatment_policy.infusion", drawing).status == "censored"


def test_nothing_after_the_data_cut_is_read() -> None:
    drawing = """
        day 0 is infusion
        data cut on day 99
          0 | infusion     |
         95 | last_contact |
        100 | relapse      |
    """
    found = asked("efs.treatment_policy.infusion", drawing)
    assert (found.exit, found.status) == (95, "censored")


def test_a_child_declined_on_day_0_is_not_one_of_the_indicated() -> None:
    found = asked("os.indication", "0 | indication | decision: declined\n300 | last_contact |")
    assert (found.in_population, found.why_not) == (False, "declined")


def test_calling_off_after_apheresis_is_an_event() -> None:
    drawing = """
          0 | indication   | decision: accepted
          5 | apheresis    |
         40 | indication   | decision: declined, decline_reason: progression
        300 | last_contact |
    """
    assert asked("efs.treatment_policy.apheresis", drawing).status == "called_off"
    assert asked("efs.treatment_policy.indication", drawing).event_day == 40
    assert asked("os.apheresis", drawing).status == "censored"


def test_from_the_indication_a_record_kept_from_the_infusion_is_entered_late() -> None:
    drawing = """
        day 0 is infusion
        -35 | indication   |
          0 | infusion     |
        300 | last_contact |
    """
    found = asked("os.indication", drawing)
    assert (found.entry, found.exit, found.start_day) == (35, 335, -35)


def test_a_drawing_names_every_fault_at_once() -> None:
    with pytest.raises(CodebookError) as refused:
        course_from_drawing(
            """
            0 | infusoin |
            5 | relapse  | cd19: negative
            x | death    |
            nothing in particular
            """
        )
    assert len(refused.value.problems) == 4


def test_a_drawing_holds_absences_and_is_read_back() -> None:
    drawing = "28 (year) | assessment | response: not_done, b_cell_aplasia: yes, mrd_percent: 0.01"
    course = course_from_drawing(
        f"child P-1\norigin is recorded\nage on day 0 is 2000 days\n{drawing}"
    )
    seen = course.first(Assessment)
    assert seen is not None
    assert seen.response is NOT_DONE
    assert course_from_drawing(drawing_of(course)) == course
