# SPDX-License-Identifier: Apache-2.0
"""What a plausibility rule is: one named thing, with its words, its thresholds and its look."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cartulary.course.checks.history import History, place
from cartulary.course.course import Course
from cartulary.course.events import Event
from cartulary.course.problem import Problem, Severity

UNCONFIRMED = ("M-M", "M-L", "ours")


@dataclass(frozen=True, slots=True)
class Words:
    """What a rule says in one language: the fault, why it is one, and what to do."""

    title: str
    why: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that a rule turns on, and where it comes from.

    `support` is "found" (seen in the source), "M-H", "M-M" or "M-L" (known with high, middling or
    low confidence), or "ours" (a choice of this project).
    """

    what: str
    value: float
    unit: str
    source: str
    support: str

    @property
    def is_confirmed(self) -> bool:
        """False for a number that someone must still look up, or that is our own choice."""
        return self.support not in UNCONFIRMED


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a rule is broken: the value as recorded, and the events concerned."""

    value: str
    events: tuple[Event, ...] = ()
    course_id: str = ""


def found(*events: Event, value: str = "", course_id: str = "") -> Found:
    """A finding about these events, which are named with their days before the value."""
    places = ", ".join(place(event) for event in events)
    text = ": ".join(part for part in (places, value) if part)
    return Found(text, events, course_id)


Look = Callable[[History], Iterator[Found]]
WideLook = Callable[[Sequence[History]], Iterator[Found]]
L = TypeVar("L", Look, WideLook)


@dataclass(frozen=True, slots=True)
class Rule:
    """One plausibility rule.

    `severity`: an error cannot be true or is dangerous, a warning is unlikely, a note is worth
    asking about. `look` reads one course; `wide_look` reads all courses of a programme together.
    `confirm` marks a clinical rule that a clinician must confirm before it is relied on.
    """

    id: str
    theme: str
    severity: Severity
    en: Words
    nl: Words
    thresholds: tuple[Threshold, ...] = ()
    confirm: bool = False
    look: Look | None = None
    wide_look: WideLook | None = None

    def text(self, lang: str) -> Words:
        """The words of this rule in Dutch ("nl") or English."""
        return self.nl if lang == "nl" else self.en

    @property
    def title_en(self) -> str:
        """The fault, in English."""
        return self.en.title

    @property
    def title_nl(self) -> str:
        """The fault, in Dutch."""
        return self.nl.title

    @property
    def why_en(self) -> str:
        """Why it is a fault, in English."""
        return self.en.why

    @property
    def why_nl(self) -> str:
        """Why it is a fault, in Dutch."""
        return self.nl.why

    @property
    def remedy_en(self) -> str:
        """What to do, in English."""
        return self.en.remedy

    @property
    def remedy_nl(self) -> str:
        """What to do, in Dutch."""
        return self.nl.remedy

    def problems(self, course: Course, lang: str = "en") -> Iterator[Problem]:
        """Every place in one course where this rule is broken."""
        return self.problems_in(History(course), lang)

    def problems_in(self, history: History, lang: str = "en") -> Iterator[Problem]:
        """The same, for a course that has been sorted by kind already."""
        if self.look is not None:
            for one in self.look(history):
                yield self._problem(one, history.course.course_id, lang)

    def problems_among(self, histories: Sequence[History], lang: str = "en") -> Iterator[Problem]:
        """Every place among the courses of a programme where this rule is broken."""
        if self.wide_look is not None:
            for one in self.wide_look(histories):
                yield self._problem(one, one.course_id, lang)

    def _problem(self, one: Found, course_id: str, lang: str) -> Problem:
        words = self.text(lang)
        return Problem(
            severity=self.severity,
            rule=self.id,
            fact=words.title,
            why=words.why,
            remedy=words.remedy,
            value=one.value,
            course_id=course_id,
            event_ids=tuple(event.event_id for event in one.events),
        )


def rule(
    severity: Severity,
    en: Words,
    nl: Words,
    *,
    thresholds: tuple[Threshold, ...] = (),
    confirm: bool = False,
) -> Callable[[Look], Rule]:
    """Make a rule of a function that looks at one course; the rule bears the function's name."""

    def made(look: Look) -> Rule:
        name, theme = _name_and_theme(look)
        return Rule(name, theme, severity, en, nl, thresholds, confirm, look=look)

    return made


def rule_among_courses(
    severity: Severity, en: Words, nl: Words, *, confirm: bool = False
) -> Callable[[WideLook], Rule]:
    """Make a rule of a function that looks at all courses of a programme together."""

    def made(look: WideLook) -> Rule:
        name, theme = _name_and_theme(look)
        return Rule(name, theme, severity, en, nl, confirm=confirm, wide_look=look)

    return made


def _name_and_theme(look: Look | WideLook) -> tuple[str, str]:
    name = getattr(look, "__name__", "")
    return name, look.__module__.rpartition(".")[2]
