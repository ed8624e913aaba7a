# SPDX-License-Identifier: Apache-2.0
"""Courses go into columns and come out the same, whatever they hold."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartulary.course import Course, CourseError, Origin
from cartulary.course.absence import Absence
from cartulary.course.cohort import Cohort
from cartulary.course.cohort_columns import EVENT_SCHEMAS
from cartulary.course.events import EVENT_TYPE_OF_KIND, Finding, Infusion
from tests.strategies.courses import cohorts, courses, events, plausible_courses


@given(st.lists(courses(), max_size=6, unique_by=lambda course: course.course_id))
def test_courses_come_out_of_a_cohort_as_they_went_in(drawn: list[Course]) -> None:
    cohort = Cohort.from_courses(drawn)
    assert list(cohort.courses()) == drawn
    assert [cohort.course(course.course_id) for course in drawn] == drawn


@pytest.mark.parametrize("kind", EVENT_TYPE_OF_KIND)
@settings(max_examples=40)
@given(data=st.data())
def test_every_kind_of_event_comes_out_as_it_went_in(kind: str, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(events(kind), min_size=1, max_size=4))
    course = Course("P-001", Origin.SIMULATED, tuple(drawn))
    assert Cohort.from_courses([course]).course("P-001") == course


@settings(max_examples=50)
@given(cohorts(plausible_courses(), max_size=3))
def test_plausible_courses_come_out_too(cohort: Cohort) -> None:
    assert Cohort.from_courses(cohort.courses()).children.equals(cohort.children)
    assert all(
        Cohort.from_courses(cohort.courses()).events[kind].equals(frame)
        for kind, frame in cohort.events.items()
    )


@settings(max_examples=50)
@given(cohorts())
def test_frames_of_a_cohort_make_the_same_cohort_again(cohort: Cohort) -> None:
    again = Cohort(cohort.children, cohort.events, cohort.name, cohort.data_cut, cohort.notes)
    assert again.equals(cohort)


@settings(max_examples=50)
@given(cohorts(max_size=4), st.randoms(use_true_random=False))
def test_rows_may_be_given_in_any_order(cohort: Cohort, shuffle: object) -> None:
    seed = shuffle.randint(0, 10_000)  # type: ignore[attr-defined]
    mixed = {
        kind: frame.sample(fraction=1, shuffle=True, seed=seed)
        for kind, frame in cohort.events.items()
    }
    again = Cohort(cohort.children, mixed, cohort.name, cohort.data_cut, cohort.notes)
    assert again.equals(cohort)


@settings(max_examples=20)
@given(cohorts())
def test_a_cohort_comes_back_from_its_files(cohort: Cohort) -> None:
    with tempfile.TemporaryDirectory() as folder:
        cohort.write_parquet(Path(folder) / "cohort")
        assert Cohort.read_parquet(Path(folder) / "cohort").equals(cohort)


@settings(max_examples=50)
@given(cohorts(), st.data())
def test_a_selection_holds_the_chosen_courses(cohort: Cohort, data: st.DataObject) -> None:
    mask = data.draw(st.lists(st.booleans(), min_size=len(cohort), max_size=len(cohort)))
    wanted = [course for course, kept in zip(cohort.courses(), mask, strict=True) if kept]
    by_mask = cohort.select(pl.Series(mask, dtype=pl.Boolean))
    by_id = cohort.select([course.course_id for course in wanted])
    assert list(by_mask.courses()) == wanted
    assert by_id.equals(by_mask)


@settings(max_examples=50)
@given(st.lists(courses(), max_size=6, unique_by=lambda course: course.course_id), st.data())
def test_parts_put_together_are_the_whole(drawn: list[Course], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(drawn)))
    parts = [Cohort.from_courses(drawn[:cut]), Cohort.from_courses(drawn[cut:])]
    assert Cohort.concat(parts).equals(Cohort.from_courses(drawn))


@settings(max_examples=50)
@given(cohorts())
def test_without_calendar_no_date_is_left_but_all_days_are(cohort: Cohort) -> None:
    bare = cohort.without_calendar()
    assert bare.children["day0"].null_count() == len(cohort)
    assert bare.data_cut is None
    assert list(bare.courses()) == [course.without_calendar() for course in cohort.courses()]


@settings(max_examples=50)
@given(cohorts())
def test_rows_are_sorted_by_child_and_day_and_id(cohort: Cohort) -> None:
    for frame in cohort.events.values():
        keys = [
            (child, day is None, day or 0, event_id)
            for child, day, event_id in frame.select("child", "day", "event_id").iter_rows()
        ]
        assert keys == sorted(keys)


def test_an_absence_has_a_column_only_when_it_says_more_than_not_recorded() -> None:
    silent = Course("a", Origin.RECORDED, (Infusion(1),))
    speaking = Course("b", Origin.RECORDED, (Infusion(1, weight_kg=Absence.NOT_DONE),))
    assert "weight_kg:absence" not in Cohort.from_courses([silent]).events["infusion"].columns
    both = Cohort.from_courses([silent, speaking])
    assert both.events["infusion"]["weight_kg:absence"].to_list() == [None, "not_done"]
    assert "weight_kg:absence" not in both.select(["a"]).events["infusion"].columns


def test_every_kind_has_a_frame_with_its_columns_though_no_event_occurs() -> None:
    cohort = Cohort.from_courses([])
    assert {kind: dict(frame.schema) for kind, frame in cohort.events.items()} == EVENT_SCHEMAS


def test_the_frames_that_were_given_stay_as_they_were() -> None:
    children = pl.DataFrame({"course_id": ["b", "a"], "origin": ["simulated"] * 2})
    infusions = pl.DataFrame({"child": [1, 0, 0], "day": [5, None, 3]})
    before = children.clone(), infusions.clone()
    Cohort(children, {"infusion": infusions})
    assert children.equals(before[0])
    assert infusions.equals(before[1])


def _two_children() -> pl.DataFrame:
    return pl.DataFrame({"course_id": ["a", "b"], "origin": ["simulated"] * 2})


@pytest.mark.parametrize(
    ("kind", "columns", "says"),
    [
        ("infusion", {"child": [2], "day": [1]}, "belongs to no child"),
        ("infusion", {"child": [-1], "day": [1]}, "does not fit its type"),
        ("infusion", {"child": [None], "day": [1]}, "belongs to no child"),
        ("infusion", {"day": [1]}, "no column 'child'"),
        ("infusion", {"child": [0], "day": [1], "wieght": [3.0]}, "'wieght' is not known"),
        ("infusion", {"child": [0], "day": [1.5]}, "holds Float64"),
        ("infusion", {"child": [0], "day": [2**40]}, "does not fit its type"),
        ("infusion", {"child": [0], "day": [1], "precision": ["unknown"]}, "without a precision"),
        ("infusion", {"child": [0], "day": [1], "precision": ["week"]}, "none of: day, month"),
        ("infusion", {"child": [0], "day": [1], "weight_kg": [0.5]}, "below the possible 1 kg"),
        ("infusion", {"child": [0], "day": [1], "weight_kg": [float("inf")]}, "infinite"),
        ("infusion", {"child": [0], "day": [1], "weight_kg": [float("nan")]}, "NaN"),
        ("infusion", {"child": [0], "day": [1], "number": [21]}, "above the possible 20"),
        ("infusion", {"child": [0], "day": [1], "product_id": [" "]}, "blank text"),
        (
            "infusion",
            {"child": [0], "day": [1], "number": [1], "number:absence": ["refused"]},
            "both a value and a reason",
        ),
        ("infusion", {"child": [0], "day": [1], "number:absence": ["lost"]}, "holds ['lost']"),
        ("infusion", {"child": [0, 0], "day": [1, 2], "event_id": ["x", "x"]}, "two events"),
        ("infusion", {"child": [0, 0], "day": [1, 2], "event_id": ["x", ""]}, "have no event_id"),
        ("measurement", {"child": [0], "day": [1]}, "required"),
        ("relapse", {"child": [0], "day": [1], "site": ["liver"]}, "'liver', which is none of"),
        ("product", {"child": [0], "day": [1], "product_id": ["p"], "antigens": [["cd3"]]}, "cd3"),
        (
            "product",
            {"child": [0], "day": [1], "product_id": ["p"], "antigens": [["cd19", "cd19"]]},
            "twice",
        ),
        ("operation", {"child": [0], "day": [1]}, "No kind of event is called 'operation'"),
    ],
)
def test_a_frame_that_cannot_stand_is_refused(
    kind: str, columns: dict[str, list[object]], says: str
) -> None:
    frame = pl.DataFrame(columns)
    with pytest.raises(CourseError) as refusal:
        Cohort(_two_children(), {kind: frame})
    assert says in str(refusal.value)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"course_id": ["a", "a"], "origin": ["recorded"] * 2}, "'a' stands in more than one row"),
        ({"course_id": ["a", " "], "origin": ["recorded"] * 2}, "have no course_id"),
        ({"course_id": ["a"], "origin": [None]}, "never left open"),
        ({"course_id": ["a"], "origin": ["real"]}, "'real'"),
        ({"course_id": ["a"]}, "no column 'origin'"),
        ({"course_id": ["a"], "origin": ["recorded"], "sex": ["girl"]}, "'girl'"),
        ({"course_id": ["a"], "origin": ["recorded"], "age_days_at_day0": [-1]}, "below 0"),
        ({"course_id": ["a"], "origin": ["recorded"], "name": ["Jan"]}, "'name' is not known"),
    ],
)
def test_children_that_cannot_stand_are_refused(
    columns: dict[str, list[object]], says: str
) -> None:
    frame = pl.DataFrame(columns)
    with pytest.raises(CourseError) as refusal:
        Cohort(frame)
    assert says in str(refusal.value)


def test_one_id_for_two_events_of_different_kinds_is_refused() -> None:
    frame = pl.DataFrame({"child": [0], "day": [1], "event_id": ["x"]})
    with pytest.raises(CourseError, match="two events have the id 'x'"):
        Cohort(_two_children(), {"infusion": frame, "relapse": frame})


def test_a_day_that_no_column_can_hold_is_refused_with_a_reason() -> None:
    with pytest.raises(CourseError, match="cannot be stored as Int32"):
        Cohort.from_courses([Course("a", Origin.RECORDED, (Infusion(2**40),))])


def test_two_courses_with_one_pseudonym_are_refused() -> None:
    course = Course("a", Origin.RECORDED, ())
    with pytest.raises(CourseError, match="'a' occurs more than once"):
        Cohort.from_courses([course, course])
    with pytest.raises(CourseError, match="'a' occurs more than once"):
        Cohort.concat([Cohort.from_courses([course]), Cohort.from_courses([course])])


@pytest.mark.parametrize("which", [["c"], [True], [True, None], "a"])
def test_a_selection_that_means_nothing_is_refused(which: object) -> None:
    with pytest.raises(CourseError):
        Cohort(_two_children()).select(which)  # type: ignore[arg-type]


def test_a_course_that_is_not_there_is_refused() -> None:
    with pytest.raises(CourseError, match="no course 'c'"):
        Cohort(_two_children()).course("c")


def test_a_folder_without_a_cohort_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="does not hold a cohort"):
        Cohort.read_parquet(tmp_path)
    Cohort(_two_children()).write_parquet(tmp_path)
    (tmp_path / "children.parquet").write_bytes(b"not parquet")
    with pytest.raises(CourseError, match="does not hold a cohort"):
        Cohort.read_parquet(tmp_path)


def test_putting_together_keeps_what_all_agree_on() -> None:
    cut = date(2025, 1, 1)
    first = Cohort.from_courses([Course("a", Origin.RECORDED, ())], data_cut=cut, notes=("n",))
    second = Cohort.from_courses(
        [Course("b", Origin.SIMULATED, ())], data_cut=cut, notes=("n", "m")
    )
    both = Cohort.concat([first, second], name="both")
    assert (both.name, both.data_cut, both.notes) == ("both", cut, ("n", "m"))
    assert both.origins == (Origin.RECORDED, Origin.SIMULATED)
    later = Cohort.from_courses([], data_cut=date(2026, 1, 1))
    assert Cohort.concat([first, later]).data_cut is None


def test_a_finding_with_everything_in_it_comes_back() -> None:
    finding = Finding(3, temperature_c=39.1, ice_score=7, hypotension=False, vasopressors=1)
    course = Course("a", Origin.RECORDED, (finding,))
    assert Cohort.from_courses([course]).course("a") == course
