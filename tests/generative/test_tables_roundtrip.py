# SPDX-License-Identifier: Apache-2.0
"""Whatever courses are written as tables, the same courses are read back."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cartulary.course import Course, Origin, PartialDate, Precision
from cartulary.course.cohort import Cohort
from cartulary.course.errors import TableError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Infection, Measurement
from cartulary.course.tables import read_programme, write_programme
from cartulary.course.tables.days import When, when_of
from cartulary.course.tables.numbers import number_of, number_text
from cartulary.course.tables.refusal import guarded, unguarded
from cartulary.course.units import UNIT_OF_ANALYTE
from tests.strategies.courses import cohorts, courses, events, plausible_courses

LANGUAGES = st.sampled_from(("en", "nl"))

# What XML has no place for; the writer refuses it, and says so in a test below.
NOT_IN_A_WORKBOOK = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def in_kept_units(course: Course) -> Course:
    """Reading turns every unit into the one we keep, so that only those come back unchanged."""
    return replace(
        course,
        events=tuple(
            replace(event, unit=UNIT_OF_ANALYTE[event.analyte])
            if isinstance(event, Measurement)
            else event
            for event in course.events
        ),
    )


def there_and_back(cohort: Cohort, lang: str, name: str) -> None:
    """Written, read without an error, and the same."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        write_programme(cohort, place, lang)
        programme = read_programme(place)
        assert not programme.has_errors, "\n".join(map(str, programme.problems))
        assert programme.cohort is not None
        assert list(programme.cohort.courses()) == list(cohort.courses())
        assert programme.cohort.equals(cohort)
        assert programme.language == lang


@settings(max_examples=100)
@given(cohorts(courses().map(in_kept_units), min_size=1), LANGUAGES)
def test_any_courses_through_csv(cohort: Cohort, lang: str) -> None:
    there_and_back(cohort, lang, "programme")


@settings(max_examples=40)
@given(cohorts(courses().map(in_kept_units), min_size=1), LANGUAGES)
def test_any_courses_through_a_workbook(cohort: Cohort, lang: str) -> None:
    texts = [str(value) for course in cohort.courses() for value in _texts_of(course)]
    assume(not any(NOT_IN_A_WORKBOOK.search(text) for text in texts))
    there_and_back(cohort, lang, "programme.xlsx")


def _texts_of(course: Course) -> list[object]:
    return [course.course_id, *(v for event in course.events for v in event.values().values())]


@settings(max_examples=40)
@given(cohorts(plausible_courses().map(in_kept_units), min_size=1, max_size=3), LANGUAGES)
def test_plausible_courses_through_both(cohort: Cohort, lang: str) -> None:
    there_and_back(cohort, lang, "programme")
    there_and_back(cohort, lang, "programme.xlsx")


@pytest.mark.parametrize("kind", EVENT_TYPE_OF_KIND)
@settings(max_examples=15)
@given(data=st.data())
def test_every_kind_of_event(kind: str, data: st.DataObject) -> None:
    drawn = tuple(data.draw(st.lists(events(kind), min_size=1, max_size=3)))
    day0 = data.draw(st.sampled_from((None, date(2020, 3, 10))))
    course = in_kept_units(Course("P-001", Origin.RECORDED, drawn, day0=day0))
    there_and_back(Cohort.from_courses([course]), data.draw(LANGUAGES), "programme")


def test_what_a_workbook_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    for text in ("a\x00b", "_x0041_", "x" * 40_000):
        course = Course("P-001", Origin.RECORDED, (Infection(3, agent=text),))
        with pytest.raises(TableError, match="folder of CSV files"):
            write_programme(Cohort.from_courses([course]), tmp_path / "p.xlsx")
    assert not list(tmp_path.iterdir())


def test_a_text_never_becomes_a_formula_and_comes_back(tmp_path: Path) -> None:
    text = '=HYPERLINK("http://example.org","x")'
    course = Course("@P-001", Origin.RECORDED, (Infection(3, agent=text),))
    cohort = Cohort.from_courses([course])
    write_programme(cohort, tmp_path / "p")
    written = (tmp_path / "p" / "infection.csv").read_text(encoding="utf-8-sig")
    assert "\"'=HYPERLINK" in written
    assert "\n'@P-001" in written
    there_and_back(cohort, "nl", "p.xlsx")


@pytest.mark.parametrize("text", [".", "-", "–", "--", ",", ";", "?", "niet gedaan", "'.", "# x"])
def test_a_text_that_looks_like_nothing_or_like_a_delimiter_comes_back(text: str) -> None:
    alone = Course(text, Origin.RECORDED, ())
    filled = Course("P-001", Origin.RECORDED, (Infection(3, agent=text),))
    for cohort in (Cohort.from_courses([alone]), Cohort.from_courses([filled])):
        for lang in ("nl", "en"):
            there_and_back(cohort, lang, "programme")


@given(st.text())
def test_the_guard_comes_off_as_it_went_on(text: str) -> None:
    cell = guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "#"))
    bare = unguarded(cell)
    assert (cell.strip() if bare is None else bare) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from((".", ",")))
def test_a_number_reads_back_as_itself(value: float, mark: str) -> None:
    found = number_of(number_text(value, mark))
    assert isinstance(found, tuple)
    assert (found.value, found.rest) == (value, "")


@given(st.dates(date(1980, 1, 1), date(2060, 12, 31)), st.sampled_from(tuple(Precision)[:3]))
def test_a_date_reads_back_as_itself(day: date, precision: Precision) -> None:
    when = PartialDate(
        day.year,
        None if precision is Precision.YEAR else day.month,
        day.day if precision is Precision.DAY else None,
    )
    found = when_of(str(when))
    assert isinstance(found, When)
    assert (found.date, found.precision) == (when, precision)
