# SPDX-License-Identifier: Apache-2.0
"""A drawn course as a table that a clinician reads: days, events and facts in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from cartulary.codebook.condition_words import value_words, words_of_event
from cartulary.codebook.words import vocabulary
from cartulary.course.absence import NOT_RECORDED
from cartulary.course.course import Course, DayZero
from cartulary.course.dates import Precision
from cartulary.course.events import Event

_WORDS: Final = vocabulary(
    {
        "day": ("Day", "Dag"),
        "event": ("What happens", "Wat er gebeurt"),
        "facts": ("Recorded with it", "Daarbij vastgelegd"),
        "unknown": ("not known", "onbekend"),
        "is": ("Day 0 is the", "Dag 0 is de"),
        "cut": ("Data cut on day", "Peildatum op dag"),
    }
)


def course_lines(course: Course, lang: str) -> Iterator[str]:
    """A course as lines of Markdown: what day 0 is, then a row for each event.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> drawn = course_from_drawing("28 | assessment | response: CR, b_cell_aplasia: yes")
    >>> list(course_lines(drawn, "nl"))[-1]
    '| 28 | Beoordeling | respons: complete remissie (CR); B-celaplasie: ja |'
    """
    said = []
    if course.day0_is is not DayZero.INDICATION:
        stands_in = course.day0_is.nl if lang == "nl" else course.day0_is.en
        said.append(f"{_WORDS['is'].text(lang)} {stands_in}.")
    if course.data_cut_day is not None:
        said.append(f"{_WORDS['cut'].text(lang)} {course.data_cut_day}.")
    if said:
        yield from (" ".join(said), "")
    heads = (_WORDS[key].text(lang) for key in ("day", "event", "facts"))
    yield f"| {' | '.join(heads)} |"
    yield "| ---: | --- | --- |"
    for event in course:
        yield f"| {_day(event, lang)} | {event.label(lang)} | {'; '.join(_facts(event, lang))} |"


def _day(event: Event, lang: str) -> str:
    if event.day is None:
        return _WORDS["unknown"].text(lang)
    if event.precision is Precision.DAY:
        return str(event.day)
    return f"{event.day} ({event.precision.nl if lang == 'nl' else event.precision.en})"


def _facts(event: Event, lang: str) -> Iterator[str]:
    """Each fact that was recorded, by its label."""
    for name, fact in words_of_event(event.kind).items():
        value = getattr(event, name)
        if value is NOT_RECORDED:
            continue
        yield f"{fact.label.text(lang)}: {value_words(fact, value, lang)}"
