# SPDX-License-Identifier: Apache-2.0
"""The rows of the grid: what was found on each day, the grades, and who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone

from cartulary.codebook.grading import DayGrade
from cartulary.course.absence import is_known
from cartulary.course.events import Treatment
from cartulary.course.events.observation import ToxicityKind
from cartulary.registry.courses import CurrentEvent, current_events
from cartulary.web.entry.history import names_of
from cartulary.web.entry.said_dates import d_plus
from cartulary.web.toxicity.decided import Decision, decided_on, decisions
from cartulary.web.toxicity.explained import Explained, explained
from cartulary.web.toxicity.place import GRADED_BY, SHOWN_AT_FIRST, TO_COME, GridPlace
from cartulary.web.toxicity.words_of_day import Cell, cells_of_day, elsewhere, values_of_day


@dataclass(frozen=True, slots=True)
class GradeCell:
    """The grade of one toxicity on one day: computed, and decided where somebody did."""

    kind: ToxicityKind
    explained: Explained
    decision: Decision | None

    @property
    def computed(self) -> int | None:
        """What follows from the findings."""
        return self.explained.grade

    @property
    def grade(self) -> int | None:
        """What counts."""
        return self.computed if self.decision is None else self.decision.grade


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the grid. `state` is "kept", "blank" or "to_come"."""

    after: int
    label: str
    date: date | None
    state: str
    is_today: bool
    cells: tuple[Cell, ...] = ()
    grades: tuple[GradeCell, ...] = ()
    why: str = ""
    also: str = ""
    author: str = ""
    written: str = ""
    events: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        """True when findings of this day stand in the ledger."""
        return self.state == "kept"

    @property
    def shown(self) -> bool:
        """True when there is a grade to show, from findings or decided."""
        return self.is_kept or any(one.decision for one in self.grades)


def grade_cells(
    place: GridPlace,
    after: int,
    graded: Mapping[ToxicityKind, Mapping[int, DayGrade]],
    decided: Mapping[ToxicityKind, tuple[Decision, ...]],
) -> tuple[GradeCell, ...]:
    """The grades of one day, CRS first; before the infusion there are none."""
    if after < 0:
        return ()
    cells = []
    for kind, by_day in graded.items():
        day = by_day.get(after)
        scale = place.scale(kind)
        graded_as = scale.grade({}) if day is None else day.graded
        said = explained(scale, graded_as, {} if day is None else day.facts)
        cells.append(GradeCell(kind, said, decided_on(decided[kind], place.study_day(after))))
    return tuple(cells)


def decided_in(place: GridPlace) -> dict[ToxicityKind, tuple[Decision, ...]]:
    """Every decided grade of the child, by toxicity."""
    return {kind: decisions(place.course, kind) for kind in GRADED_BY}


def rows_of(place: GridPlace, until: int | None, also: tuple[int, ...] = ()) -> list[Row]:
    """The rows from the first day with findings, or the infusion, to a few days after today.

    `until` is the last day that was asked for; `also` are days that must be among them.
    """
    graded, decided = place.graded, decided_in(place)
    written = {one.event: one for one in current_events(place.child) if not one.withdrawn}
    names = names_of({one.author for one in written.values()})
    return [
        _row(place, after, graded, decided, written, names) for after in _span(place, until, also)
    ]


def _span(place: GridPlace, until: int | None, also: tuple[int, ...]) -> range:
    first_day, last_day = place.first_day, place.last_day
    held = [day for day in range(first_day, last_day + 1) if place.findings_on(day)]
    wanted = [*held, *(day for day in also if first_day <= day <= last_day)]
    first = min([0, *wanted])
    last = max([SHOWN_AT_FIRST, *(day + 1 for day in wanted), until or 0])
    if place.today is not None and place.today + TO_COME < last:
        last = max([place.today + TO_COME, *wanted])
    return range(first, min(max(last, 0), last_day) + 1)


def _row(
    place: GridPlace,
    after: int,
    graded: Mapping[ToxicityKind, Mapping[int, DayGrade]],
    decided: Mapping[ToxicityKind, tuple[Decision, ...]],
    written: Mapping[str, CurrentEvent],
    names: Mapping[str, str],
) -> Row:
    found = place.findings_on(after)
    today = place.today
    to_come = today is not None and after > today
    frame: dict[str, Any] = {
        "after": after,
        "label": d_plus(after) if after else "D+0",
        "date": place.date_of(after),
        "is_today": after == today,
    }
    grades = grade_cells(place, after, graded, decided)
    if not found:
        state = "to_come" if to_come else "blank"
        shown = grades if any(one.decision for one in grades) else ()
        return Row(**frame, state=state, grades=shown, why=why_of(shown))
    values = values_of_day(found, place.scales)
    author, moment = _written(tuple(one.event_id for one in found), written, names)
    return Row(
        **frame,
        state="kept",
        cells=cells_of_day(values, treatments_on(place, after), place.score),
        grades=grades,
        why=why_of(grades),
        also=elsewhere(values),
        author=author,
        written=moment,
        events=tuple(one.event_id for one in found),
    )


def why_of(grades: tuple[GradeCell, ...]) -> str:
    """The reasons of both grades; those of a decision come first, in the words of who decided."""
    said = [
        one.decision.because.rstrip(".") if one.decision else one.explained.why for one in grades
    ]
    return "; ".join(dict.fromkeys(part for part in said if part))


def _written(
    events: tuple[str, ...], written: Mapping[str, CurrentEvent], names: Mapping[str, str]
) -> tuple[str, str]:
    """Who wrote the findings of a day last, and when."""
    entries = [written[event] for event in events if event in written]
    if not entries:
        return "", ""
    authors = dict.fromkeys(names.get(one.author, one.author) for one in entries)
    last = timezone.localtime(max(one.recorded_at for one in entries))
    return ", ".join(authors), f"{last:%Y-%m-%d %H:%M}"


def treatments_on(place: GridPlace, after: int) -> tuple[Treatment, ...]:
    """What was begun or still given on a day."""
    day = place.study_day(after)
    return tuple(
        one
        for one in place.course.all(Treatment)
        if one.day is not None
        and (one.day == day or (is_known(one.stop_day) and one.day <= day <= one.stop_day))
    )
