# SPDX-License-Identifier: Apache-2.0
"""A course as a rule reads it: events by kind, and days as far as they are known."""

from __future__ import annotations

from typing import NamedTuple, TypeVar, cast

from cartulary.course.absence import Absence, is_known
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import Apheresis, Event, Infusion, Product

E = TypeVar("E", bound=Event)

# A partial date stands at the 15th or at 1 July: so many days it can lie before and after that.
_REACH = {
    Precision.DAY: (0, 0),
    Precision.MONTH: (14, 16),
    Precision.YEAR: (182, 183),
}


class Span(NamedTuple):
    """The first and the last study day that something can have happened on."""

    first: int
    last: int


def span(day: int | Absence | None, precision: Precision | Absence = Precision.DAY) -> Span | None:
    """The span of a day known with this precision; None when nothing is known.

    >>> span(40), span(40, Precision.MONTH), span(None, Precision.UNKNOWN)
    (Span(first=40, last=40), Span(first=26, last=56), None)
    """
    if not is_known(day) or precision is Precision.UNKNOWN:
        return None
    before, after = _REACH[precision if isinstance(precision, Precision) else Precision.DAY]
    return Span(day - before, day + after)


def span_of(event: Event) -> Span | None:
    """The span of the day of an event."""
    return span(event.day, event.precision)


def surely_before(one: Span | None, other: Span | None) -> bool:
    """True when the first certainly lies before the second, whatever the partial dates hide."""
    return one is not None and other is not None and one.last < other.first


def place(event: Event) -> str:
    """An event by its id and its study day, in a form that needs no translation.

    >>> place(Infusion(40, event_id="infusion-1"))
    'infusion-1 (D40)'
    """
    if event.day is None:
        return f"{event.event_id} (D?)"
    about = "" if event.precision is Precision.DAY else "~"
    return f"{event.event_id} (D{about}{event.day})"


class History:
    """The events of one course by kind, sorted out once for all rules."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._by_type: dict[type[Event], list[Event]] = {}
        for event in course.events:
            self._by_type.setdefault(type(event), []).append(event)
        # With one infusion undated, nothing can be said to lie before the first or after the last.
        given = [span_of(infusion) for infusion in self.all(Infusion)]
        known = bool(given) and None not in given
        self.first_infusion = given[0] if known else None
        self.last_infusion = given[-1] if known else None

    def all(self, event_type: type[E]) -> list[E]:
        """Every event of one kind, in order of day, the undated last."""
        return cast("list[E]", self._by_type.get(event_type, []))

    def dated(self, event_type: type[E]) -> list[E]:
        """Every event of one kind that has a day, be it a partial one."""
        return [event for event in self.all(event_type) if event.day is not None]

    def product_of(self, infusion: Infusion) -> Product | None:
        """The product that an infusion names, when it is described in the course."""
        if not is_known(infusion.product_id):
            return None
        return next((p for p in self.all(Product) if p.product_id == infusion.product_id), None)

    def infusion_before(self, event: Event) -> Infusion | None:
        """The last infusion that can have come on or before the day of an event."""
        when = span_of(event)
        if when is None:
            return None
        candidates = [
            infusion
            for infusion in self.dated(Infusion)
            if not surely_before(when, span_of(infusion))
        ]
        return candidates[-1] if candidates else None

    def numbers_run_on(self, event_type: type[Apheresis | Infusion]) -> bool:
        """True when the known numbers of these events are 1, 2, 3 in order of day.

        An event without a number leaves nothing to say; one without a date, nothing on order.
        """
        events: list[Apheresis | Infusion] = list(self.all(event_type))
        numbers = [event.number for event in events if is_known(event.number)]
        if len(numbers) < len(events):
            return True
        in_order = numbers if len(self.dated(event_type)) == len(events) else sorted(numbers)
        return in_order == list(range(1, len(events) + 1))

    def is_infused(self) -> bool:
        """True when an infusion is recorded, dated or not."""
        return bool(self.all(Infusion))
