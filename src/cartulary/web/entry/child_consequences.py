# SPDX-License-Identifier: Apache-2.0
"""What follows when the child itself is changed: study days, ages, what the rules would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.course.absence import Absence
from cartulary.course.checks import check_course
from cartulary.course.course import Course
from cartulary.course.dates import Precision, calendar_date
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.problem import Problem
from cartulary.registry.change_checks import day0_problems
from cartulary.registry.child_payload import ChildFacts
from cartulary.registry.models import Child
from cartulary.registry.payload import written_event
from cartulary.web.entry.child_form import moved_age
from cartulary.web.entry.child_moved import moved_along, shift_of, standing_of
from cartulary.web.entry.spoken import date_words, language, number_words
from cartulary.web.entry.typed_ages import age_words

#: So many events are shown by name; the number of all is said above them.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Moved:
    """One event whose study day, or whose date, becomes another."""

    event: str
    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change of the child brings with it, in words; `obstacles` forbid it."""

    lines: tuple[str, ...]
    moved: tuple[Moved, ...]
    more: int
    fresh: tuple[Problem, ...]
    solved: int
    obstacles: tuple[tuple[str, str], ...]
    age: int | None
    age_words: str

    @property
    def any(self) -> bool:
        """True when something beside the changed fields becomes other."""
        return bool(self.lines or self.moved or self.fresh or self.solved)


def consequences(child: Child, before: ChildFacts, after: ChildFacts) -> Consequences:
    """What of the child's record becomes other when it says `after`."""
    standing, shift = standing_of(child), shift_of(before, after)
    said = [(one.event, one.kind, one.payload) for one in standing]
    then = [(one.event, one.kind, moved_along(one, shift) or one.payload) for one in standing]
    along = sum(moved_along(one, shift) is not None for one in standing)
    obstacles = _obstacles(after, said) if before.day0 != after.day0 else ()
    if obstacles:
        return Consequences((), (), 0, (), 0, obstacles, None, "")
    old, new = _events(said, before), _events(then, after)
    moved = list(_moved(said, old, new, before, after))
    lines = [
        *_days(said, before, after),
        *_along(along),
        *_ages(old, before, after),
        *_cut(new, after),
    ]
    fresh, solved = _rules(child, before, after, old.values(), new.values())
    age = moved_age(before, after)
    return Consequences(
        tuple(lines),
        tuple(moved[:SHOWN]),
        max(0, len(moved) - SHOWN),
        fresh,
        solved,
        (),
        age,
        "" if age is None else age_words(age),
    )


def _obstacles(
    after: ChildFacts, said: list[tuple[str, str, dict[str, Any]]]
) -> tuple[tuple[str, str], ...]:
    kinds = {event: kind for event, kind, _payload in said}
    found = [one.event_ids[0] for one in day0_problems(after, said)]
    return tuple((event, _kind_words(kinds[event])) for event in found)


def _events(said: list[tuple[str, str, dict[str, Any]]], facts: ChildFacts) -> dict[str, Event]:
    found = {}
    for event, kind, payload in said:
        try:
            found[event] = written_event(kind, event, payload, facts.day0)
        except CourseError:
            continue
    return found


def _days(
    said: list[tuple[str, str, dict[str, Any]]], before: ChildFacts, after: ChildFacts
) -> list[str]:
    if before.day0 == after.day0:
        return []
    dated = sum(isinstance(payload.get("date"), str) for _event, _kind, payload in said)
    by_day = sum("day" in payload for _event, _kind, payload in said)
    shift, lines = shift_of(before, after), []
    days = ngettext("%(k)s study day", "%(k)s study days", abs(shift)) % {
        "k": number_words(abs(shift))
    }
    named = {"n": number_words(dated), "days": days}
    if dated and shift > 0:
        lines.append(
            ngettext("%(n)s event will be %(days)s later.", "%(n)s events will be %(days)s later.",
                     dated) % named
        )  # fmt: skip
    elif dated and shift < 0:
        lines.append(
            ngettext("%(n)s event will be %(days)s earlier.",
                     "%(n)s events will be %(days)s earlier.", dated) % named
        )  # fmt: skip
    named = {"n": number_words(by_day)}
    if by_day and before.day0 is None:
        lines.append(
            ngettext("%(n)s event with a study day gets a date.",
                     "%(n)s events with a study day get a date.", by_day) % named
        )  # fmt: skip
    elif by_day and after.day0 is None:
        lines.append(
            ngettext("%(n)s event keeps its study day and loses its date.",
                     "%(n)s events keep their study day and lose their date.", by_day) % named
        )  # fmt: skip
    elif by_day:
        lines.append(
            ngettext("%(n)s event was written by its study day: it keeps that, and its date moves.",
                     "%(n)s events were written by their study day: they keep that, and their "
                     "dates move.", by_day) % named
        )  # fmt: skip
    return lines


def _along(count: int) -> list[str]:
    if not count:
        return []
    return [
        ngettext("%(n)s of them holds a second day, which moves along: it gets a new version too.",
                 "%(n)s of them hold a second day, which moves along: they get a new version too.",
                 count) % {"n": number_words(count)}
    ]  # fmt: skip


def _ages(old: dict[str, Event], before: ChildFacts, after: ChildFacts) -> list[str]:
    was, becomes = before.age_days_at_day0, after.age_days_at_day0
    given = next((e for e in old.values() if e.kind == "infusion" and e.day is not None), None)
    if isinstance(was, Absence) or isinstance(becomes, Absence):
        return []
    if given is None or given.day is None:
        return []
    then = becomes + given.day + shift_of(before, after)
    now = was + given.day
    named = {"then": age_words(then), "now": age_words(now)} if then >= 0 else {}
    if not named or named["then"] == named["now"]:
        return []
    return [_("At infusion the child will be %(then)s old, not %(now)s.") % named]


def _cut(new: dict[str, Event], after: ChildFacts) -> list[str]:
    cut = after.cut_day()
    if cut is None:
        return []
    later = sum(event.day is not None and event.day > cut for event in new.values())
    if not later:
        return []
    return [
        ngettext("%(n)s event lies after the data cut.", "%(n)s events lie after the data cut.",
                 later) % {"n": number_words(later)}
    ]  # fmt: skip


def _moved(
    said: list[tuple[str, str, dict[str, Any]]],
    old: dict[str, Event],
    new: dict[str, Event],
    before: ChildFacts,
    after: ChildFacts,
) -> Iterable[Moved]:
    if before.day0 == after.day0:
        return
    for event, kind, _payload in said:
        was, becomes = old.get(event), new.get(event)
        if was is None or becomes is None or was.day is None or becomes.day is None:
            continue
        yield Moved(
            event,
            _kind_words(kind),
            _when(was.day, was.precision, before),
            _when(becomes.day, becomes.precision, after),
        )


def _when(day: int, precision: Precision, facts: ChildFacts) -> str:
    """The study day, with its date where there is one."""
    on = _("day %(day)s") % {"day": number_words(day)}
    when = None if facts.day0 is None else calendar_date(day, precision, facts.day0)
    return on if when is None else f"{on}, {date_words(when)}"


def _rules(
    child: Child,
    before: ChildFacts,
    after: ChildFacts,
    old: Iterable[Event],
    new: Iterable[Event],
) -> tuple[tuple[Problem, ...], int]:
    """What the rules would find that they do not find now, and how much they no longer would."""
    now = check_course(_course(before, old), language())
    then = check_course(_course(after, new), language())
    stands = Counter((one.rule, one.event_ids) for one in now)
    fresh = []
    for one in then:
        if stands[one.rule, one.event_ids]:
            stands[one.rule, one.event_ids] -= 1
        else:
            fresh.append(one)
    return tuple(fresh), sum(stands.values())


def _course(facts: ChildFacts, events: Iterable[Event]) -> Course:
    return replace(
        Course(facts.course_id, facts.origin, ()),
        events=tuple(events),
        sex=facts.sex,
        age_days_at_day0=facts.age_days_at_day0,
        day0=facts.day0,
        day0_is=facts.day0_is,
        data_cut_day=facts.cut_day(),
    )


def _kind_words(kind: str) -> str:
    return EVENT_TYPE_OF_KIND[kind].label(language())
