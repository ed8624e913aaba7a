# SPDX-License-Identifier: Apache-2.0
"""The demo's children: the example programme with invented dates, and three invented courses."""

from __future__ import annotations

import runpy
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cartulary.course.errors import CartularyError

if TYPE_CHECKING:
    from cartulary.course.course import Course
    from cartulary.course.tables import Programme
    from cartulary.registry.writing import Hand

DATA_CUT = date(2020, 10, 1)
LOADED_AT = datetime.combine(date(2020, 9, 28), time(7, 40), tzinfo=UTC)
# Each drawn child: pseudonym, sex, age in days on day 0, day 0, and the file of its course.
DRAWN = (
    ("M-027", "female", 2650, date(2020, 2, 3), "in_remission.txt"),
    ("M-028", "male", 1950, date(2020, 8, 13), "with_fever.txt"),
    ("M-029", "female", 3390, date(2020, 8, 11), "waiting.txt"),
)
# Days between the last thing known of a child and the demo's own day, child by child.
QUIET_DAYS = (3, 17, 9, 31, 5, 44, 12, 26, 2, 38, 21, 7)


def filled(say: Callable[[str], object]) -> bool:
    """Write the demo's children where there are none yet; false when they are there.

    Every entry bears the date on which a ward would have made it, so that "as of" has a past.
    """
    from cartulary.cli.demo.people import CENTRE
    from cartulary.cli.demo.product import steps_of_product
    from cartulary.registry.loading import describe_centre, load_courses
    from cartulary.registry.models import Centre, Child
    from cartulary.registry.worklists import refresh
    from cartulary.registry.writing import Hand

    if Centre.objects.filter(code=CENTRE).exists():
        return False
    say("writing the example programme into a ledger ...")
    programme = example_programme()
    assert programme.cohort is not None
    centre = Centre.objects.create(code=CENTRE, name=programme.centre or "Example centre")
    describe_centre(centre, programme)
    hand = Hand(None, "j.dewit", centre, "command")
    courses = list(_dated(programme.cohort.courses()))
    acts: list[tuple[datetime, int, Callable[[datetime], object]]] = [
        (LOADED_AT, 0, lambda now: load_courses(hand, courses, now))
    ]
    for drawn in DRAWN:
        acts += _written_day_by_day(hand, *drawn)
    acts += [(when, 2, step) for when, step in steps_of_product(centre)]
    for when, _order, act in sorted(acts, key=lambda one: one[:2]):
        act(when)
    for child in Child.objects.filter(centre=centre).order_by("position"):
        refresh(child)
    return True


def example_programme() -> Programme:
    """The example of the repository, written out and read as any programme's tables are."""
    from cartulary.course.tables import read_programme

    folder = _example()
    with tempfile.TemporaryDirectory() as place:
        made = runpy.run_path(str(folder / "write_tables.py"))
        return read_programme(made["write"](Path(place) / "programme"))


def _example() -> Path:
    """Where the example is: in the installed package, or in the repository."""
    package = Path(__file__).parents[2]
    for folder in (
        package / "examples" / "maxima_2020",
        package.parents[1] / "examples/maxima_2020",
    ):
        if (folder / "write_tables.py").exists():
            return folder
    raise CartularyError(
        "The example programme is not installed. The demo reads it. Install Cartulary again, or "
        "run the demo from the repository."
    )


def _dated(courses: Iterator[Course]) -> Iterator[Course]:
    """The same courses with a calendar, so that worklists live; the dates are invented."""
    for number, course in enumerate(courses):
        last = max((event.day for event in course if event.day is not None), default=0)
        quiet = QUIET_DAYS[number % len(QUIET_DAYS)]
        yield replace(course, day0=DATA_CUT - timedelta(days=last + quiet))


def _written_day_by_day(
    hand: Hand, pseudonym: str, sex: str, age_days: int, day0: date, file: str
) -> list[tuple[datetime, int, Callable[[datetime], object]]]:
    """One invented child: registered on day 0, each event written when all of it was known."""
    from cartulary.codebook.drawn import course_from_drawing
    from cartulary.course.events import Event
    from cartulary.course.events.disease import Sex
    from cartulary.registry.models import Child
    from cartulary.registry.payload import payload_of
    from cartulary.registry.writing import Change, append, register

    text = (Path(__file__).parent / file).read_text(encoding="utf-8")
    course = course_from_drawing(text)

    def registered(now: datetime) -> object:
        return register(
            hand,
            course_id=pseudonym,
            sex=Sex(sex),
            age_days_at_day0=age_days,
            day0=day0,
            now=now,
        )

    def written(event: Event) -> Callable[[datetime], object]:
        def write(now: datetime) -> object:
            child = Child.objects.get(centre=hand.centre, course_id=pseudonym)
            payload = payload_of(event, day0)
            change = Change(child.key, event.event_id, event.kind, "write", payload, 0)
            return append(hand, [change], now=now)

        return write

    begun = datetime.combine(day0, time(8, 30), tzinfo=UTC)
    acts: list[tuple[datetime, int, Callable[[datetime], object]]] = [(begun, 0, registered)]
    for event in course:
        days = [event.day or 0, *(v for k, v in event.values().items() if k.endswith("_day"))]
        known = max(day for day in days if isinstance(day, int))
        on = min(day0 + timedelta(days=max(known, 0)), DATA_CUT - timedelta(days=1))
        acts.append((datetime.combine(on, time(9, 12), tzinfo=UTC), 1, written(event)))
    return acts
