# SPDX-License-Identifier: Apache-2.0
"""Toxicity by infusion and by child: what is counted, and what is missing and never a zero."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course import Course
from cartulary.studies.child_summary import ChildSummary, summaries, summary
from cartulary.studies.toxicity import (
    KINDS,
    ToxicityFigure,
    grade_counts,
    toxicity_figures,
)
from tests.strategies.courses import plausible_courses

TREATED = "day 0 is infusion\n0 | infusion |\n"
TWICE = f"{TREATED}90 | infusion |\n"


def children(*drawings: str) -> tuple[ChildSummary, ...]:
    return tuple(
        summary(course_from_drawing(text, course_id=f"P-{number}"))
        for number, text in enumerate(drawings)
    )


def figure(kind: str, at_least: int, *drawings: str) -> ToxicityFigure:
    for found in toxicity_figures(children(*drawings), "recorded"):
        if (found.kind, found.at_least) == (kind, at_least):
            return found
    raise AssertionError(f"no figure of {kind} from grade {at_least}")


def counted(found: ToxicityFigure) -> tuple[tuple[int | None, int, int], ...]:
    """Events, judged and missing, by infusion and by child."""
    return tuple(
        (one.events, one.n, one.missing)
        for one in (found.by_infusion, found.by_child)
        if one is not None
    )


def test_one_child_of_two_infusions_is_one_child() -> None:
    found = figure(
        "crs", 1,
        f"{TWICE}3 | toxicity | toxicity: crs, grade: 1\n92 | toxicity | toxicity: crs, grade: 3",
        f"{TREATED}4 | toxicity | toxicity: crs, grade: 0",
    )  # fmt: skip
    assert counted(found) == ((2, 3, 0), (1, 2, 0))


def test_what_nobody_graded_is_missing_and_not_a_zero() -> None:
    found = figure(
        "crs", 1,
        f"{TREATED}3 | toxicity | toxicity: crs, grade: 2",
        f"{TREATED}3 | toxicity | toxicity: crs",
        TREATED,
    )  # fmt: skip
    assert counted(found) == ((1, 1, 2), (1, 1, 2))


def test_a_second_infusion_that_nobody_graded_is_missing() -> None:
    found = figure("crs", 1, f"{TWICE}3 | toxicity | toxicity: crs, grade: 2")
    assert counted(found) == ((1, 1, 1), (1, 1, 0))


def test_a_toxicity_that_nobody_recorded_has_no_figure() -> None:
    assert toxicity_figures(children(TREATED), "recorded") == ()
    assert toxicity_figures((), "recorded") == ()


def test_two_grades_after_one_infusion_are_the_higher_one() -> None:
    found = grade_counts(
        children(
            f"{TREATED}2 | toxicity | toxicity: crs, grade: 1\n"
            "5 | toxicity | toxicity: crs, grade: 3"
        ),
        "crs",
        "recorded",
    )
    assert found.grades == (0, 0, 0, 1, 0, 0)


def test_a_toxicity_before_the_infusion_is_not_of_the_infusion() -> None:
    before = "0 | indication |\n9 | toxicity | toxicity: crs, grade: 4\n40 | infusion |"
    found = figure("crs", 1, before, f"{TREATED}3 | toxicity | toxicity: crs, grade: 0")
    assert counted(found) == ((0, 1, 1), (0, 1, 1))
    assert summary(course_from_drawing(before)).highest_grade("crs") is None


def test_a_grade_that_names_an_infusion_which_is_not_there_counts_for_the_child() -> None:
    found = figure(
        "crs", 1, f"{TREATED}3 | toxicity | toxicity: crs, grade: 2, infusion_number: 3"
    )  # fmt: skip
    assert found.by_infusion is None
    assert found.by_child is not None
    assert (found.by_child.events, found.by_child.n) == (1, 1)


def test_a_record_that_begins_with_the_second_infusion_keeps_its_number() -> None:
    drawing = (
        "day 0 is infusion\n0 | infusion | number: 2\n"
        "3 | toxicity | toxicity: crs, grade: 2, end_day: 5"
    )
    found = grade_counts(children(drawing), "crs", "recorded")
    assert found.grades[2] == 1
    assert found.onset_days is not None
    assert found.onset_days.median == 3


def test_a_toxicity_of_one_day_lasted_one_day() -> None:
    found = grade_counts(
        children(
            f"{TREATED}3 | toxicity | toxicity: crs, grade: 2, end_day: 3",
            f"{TREATED}3 | toxicity | toxicity: crs, grade: 2",
        ),
        "crs",
        "recorded",
    )
    assert found.duration_days is not None
    assert (found.duration_days.median, found.duration_days.missing) == (1, 1)


@given(st.lists(plausible_courses(), max_size=5))
def test_judged_and_missing_are_all_infusions_and_all_children(held: list[Course]) -> None:
    found = summaries(held)
    infused = [child for child in found if child.was_infused]
    infusions = sum(child.infusions for child in infused)
    for one in toxicity_figures(found, "recorded"):
        assert one.by_child is not None
        assert one.by_child.n + one.by_child.missing == len(infused)
        if one.by_infusion is not None:
            assert one.by_infusion.n + one.by_infusion.missing == infusions
    for kind in KINDS:
        grades = grade_counts(found, kind, "recorded")
        assert sum(grades.grades) + grades.not_judged == infusions
