# SPDX-License-Identifier: Apache-2.0
"""Schedules of follow-up: worked examples, windows day by day, and what a file may not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartulary.codebook.catalogue import catalogue, page
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.schedule import DueStatus, ItemKind, Schedule, ScheduleExample
from cartulary.codebook.schedule_due import due_items, example_items
from cartulary.codebook.schedule_reader import schedule, schedule_from_text, schedules
from cartulary.course import Course
from cartulary.course.errors import CodebookError
from cartulary.course.events import Death, LastContact
from tests.strategies.courses import courses, plausible_courses

EXAMPLES = [
    pytest.param(one, example, id=f"{one.schedule_id}-{number}")
    for one in schedules().values()
    for number, example in enumerate(one.examples, start=1)
]

SMALL = """
id = "ours"
edition = "1"
unit = "child"
clock = "infusion"
new_infusion = "restarts"
seen_by = ["assessment", "last_contact"]
name = { en = "Ours", nl = "Van ons" }
short = { en = "ours", nl = "van ons" }
summary = { en = "Two contacts.", nl = "Twee contacten." }
source = { citation = "House rule", url = "none", support = "ours" }

[[contact]]
name = "week_4"
day = 28
within_days = 7
words = { en = "Week 4", nl = "Week 4" }
asks = { en = "contact", nl = "contact" }

[[contact]]
name = "year_{year}"
years = [1, 2]
words = { en = "Year {year}", nl = "Jaar {year}" }
asks = { en = "contact", nl = "contact" }

[[example]]
says = { en = "In time.", nl = "Op tijd." }
today = 30
course = "day 0 is infusion\\n0 | infusion |\\n21 | assessment |"
expect = [{ item = "week_4", status = "done", done = 21 }]

[[example]]
says = { en = "Still open.", nl = "Loopt nog." }
today = 35
course = "day 0 is infusion\\n0 | infusion |"
expect = [{ item = "week_4", status = "open", days = 0 }]
"""


@pytest.mark.parametrize(("one", "example"), EXAMPLES)
def test_every_worked_example_comes_out_as_drawn(one: Schedule, example: ScheduleExample) -> None:
    found = example_items(example, one)
    for name in example.absent:
        assert name not in found
    for expected in example.expect:
        key = f"{expected.item}/{expected.infusion}" if expected.infusion else expected.item
        item = found[key]
        assert item.status is expected.status
        for asked, got in (
            (expected.days, item.days),
            (expected.opens_day, item.opens_day),
            (expected.closes_day, item.closes_day),
            (expected.done_day, item.done_day),
        ):
            assert asked is None or got == asked


def test_the_windows_are_those_of_the_manual_and_no_other_is_invented() -> None:
    steps = {step.name: step for step in schedule("cibmtr_15_year").steps}
    stated = {name: (s.opens_day, s.closes_day) for name, s in steps.items() if s.has_window}
    assert stated == {"day_100": (85, 115), "month_6": (153, 213), "year_1": (366, 425)}
    assert list(steps)[-1] == "year_15"
    assert len(steps) == 2 + 15
    assert not any(step.has_window for step in schedule("ebmt_annual").steps)


@pytest.mark.parametrize(
    ("seen", "status"),
    [(84, "late"), (85, "done"), (100, "done"), (115, "done"), (116, "done_late")],
)
def test_the_hundred_day_window_holds_to_the_day(seen: int, status: str) -> None:
    drawn = f"day 0 is infusion\n0 | infusion |\n{seen} | assessment |"
    items = due_items(course_from_drawing(drawn), schedule("cibmtr_15_year"), 140)
    assert items[0].status == status


def test_what_is_due_moves_with_the_day_and_nothing_else() -> None:
    course = course_from_drawing("day 0 is infusion\n0 | infusion |")
    first = [due_items(course, schedule("cibmtr_15_year"), day)[0] for day in range(80, 120)]
    assert [item.status.value for item in first].count("open") == 115 - 85 + 1
    assert [item.days for item in first[:6]] == [5, 4, 3, 2, 1, 30]
    assert first[-1].days == 119 - 115


def test_an_item_keeps_its_name_whatever_the_edition() -> None:
    course = course_from_drawing("day 0 is infusion\n0 | infusion |\n40 | infusion |")
    keys = [item.key for item in due_items(course, schedule("cibmtr_15_year"), 50)]
    assert keys[:2] == ["cibmtr_15_year/1/day_100", "cibmtr_15_year/2/day_100"]
    assert len(keys) == len(set(keys))


def test_an_infusion_known_to_the_month_says_that_its_windows_are_rough() -> None:
    course = course_from_drawing("day 0 is infusion\n0 (month) | infusion |")
    assert all(item.about for item in due_items(course, schedule("cibmtr_15_year"), 10))


def _check(course: Course, today_day: int) -> None:
    """What must hold of every course, sensible or not."""
    ended = [
        e.day
        for e in course
        if e.day is not None and isinstance(e, (Death, LastContact)) and e.kind == "death"
    ]
    for one in schedules().values():
        items = due_items(course, one, today_day)
        assert len({item.key for item in items}) == len(items)
        later = due_items(course, one, today_day + 4000)
        assert [i.key for i in later] == [i.key for i in items]
        # The day decides how a pending item stands, never whether it is pending.
        assert [i.is_pending for i in later] == [i.is_pending for i in items]
        for item in items:
            assert item.days >= 0
            if item.closes_day is not None and item.opens_day is not None:
                assert item.opens_day <= item.target_day <= item.closes_day
            if item.status in (DueStatus.DONE, DueStatus.DONE_LATE):
                assert item.done_day is not None
            if item.status is DueStatus.DONE and item.closes_day is not None:
                assert item.opens_day is not None
                assert item.done_day is not None
                assert item.opens_day <= item.done_day <= item.closes_day
            if ended and item.kind is not ItemKind.FORM:
                assert not item.is_pending


@given(plausible_courses(), st.integers(0, 6000))
def test_an_item_of_a_likely_course_is_due_once_and_stands_in_one_way(
    course: Course, today_day: int
) -> None:
    _check(course, today_day)


@given(courses(), st.integers(-100, 6000))
def test_so_it_is_in_a_course_without_sense(course: Course, today_day: int) -> None:
    _check(course, today_day)


def test_a_small_file_is_enough_for_a_schedule() -> None:
    made = schedule_from_text(SMALL, "ours.toml")
    assert [(step.name, step.day) for step in made.steps] == [
        ("week_4", 28),
        ("year_1", 365),
        ("year_2", 731),
    ]
    assert made.steps[2].words.nl == "Jaar 2"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("day = 28", "dag = 28", "A contact has one target"),
        ("within_days = 7", "window = [30, 40]", "its target lies in it"),
        ("years = [1, 2]", "years = [2, 1]", "in rising order"),
        ("years = [1, 2]", "years = [1, 2]\nwithin_days = 30", "Each window is stated"),
        ('"year_{year}"', '"year"', "a name of its own"),
        ('"last_contact"]', '"death"]', "no kind of event that shows a child was seen"),
        ('item = "week_4", status = "done"', 'item = "week_5", status = "done"', "It is no item"),
        ('status = "done"', 'status = "finished"', "Only words that the programs know"),
        ('support = "ours"', 'support = "from_memory_low"', "what is to be confirmed"),
        ("new_infusion", "new_infusoin", "new_infusoin: unknown"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(CodebookError, match=r"ours\.toml") as refused:
        schedule_from_text(SMALL.replace(old, new, 1), "ours.toml")
    assert says in str(refused.value)


def test_an_unknown_schedule_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CodebookError, match="cibmtr_15_year, cibmtr_forms"):
        schedule("cibmtr")


@pytest.mark.parametrize("lang", ["en", "nl"])
@pytest.mark.parametrize("schedule_id", sorted(schedules()))
def test_every_schedule_has_a_page_in_the_catalogue(schedule_id: str, lang: str) -> None:
    assert schedule_id in [e.id for e in catalogue(lang) if e.kind == "schedule"]
    text = page(schedule_id, lang)
    one = schedules()[schedule_id]
    for step in one.steps:
        assert f"| {step.words.text(lang)} |" in text
    assert one.confirm is not None
    assert one.confirm.text(lang) in text
    unstated = {"en": "window not stated, ask", "nl": "venster niet vermeld, navragen"}[lang]
    assert (unstated in text) == any(not step.has_window for step in one.steps)
