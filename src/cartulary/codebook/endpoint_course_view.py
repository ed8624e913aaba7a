# SPDX-License-Identifier: Apache-2.0
"""What a definition sees of one course: events up to the data cut, and the days it counts from."""

from __future__ import annotations

from functools import cached_property

from cartulary.codebook.endpoint import Definition, Sign
from cartulary.codebook.expression import holds
from cartulary.course.course import Course, DayZero
from cartulary.course.events import (
    EVENT_TYPE_OF_KIND,
    Apheresis,
    Assessment,
    Death,
    Event,
    Indication,
    Infusion,
    LastContact,
)
from cartulary.course.events.disease import Decision, Response


class CourseView:
    """One course as one definition sees it."""

    def __init__(self, course: Course, definition: Definition) -> None:
        self.course = course
        self.definition = definition

    def visible(self, kind: str) -> list[Event]:
        """Events of a kind up to the data cut, in order; the undated are last."""
        events = self.course.all(EVENT_TYPE_OF_KIND[kind])
        return [event for event in events if event.day is None or self.before_cut(event.day)]

    def before_cut(self, day: int) -> bool:
        """Whether a day is not after the data cut."""
        return self.course.data_cut_day is None or day <= self.course.data_cut_day

    def matching(self, sign: Sign) -> list[Event]:
        """Visible events that carry a sign."""
        return [
            event
            for event in self.visible(sign.kind)
            if sign.where is None or holds(sign.where, event.values()) is True
        ]

    def _first_day(self, kind: str) -> int | None:
        return next((e.day for e in self.visible(kind) if e.day is not None), None)

    @cached_property
    def end(self) -> int | None:
        """The last study day on which the child was seen."""
        seen = [*self.visible(LastContact.kind), *self.visible(Death.kind)]
        return max((event.day for event in seen if event.day is not None), default=None)

    @cached_property
    def infusion(self) -> int | None:
        """The day of the first infusion."""
        return self._first_day(Infusion.kind)

    @cached_property
    def apheresis(self) -> int | None:
        """The day of the first apheresis."""
        return self._first_day(Apheresis.kind)

    @cached_property
    def indication(self) -> int | None:
        """The day of the indication: day 0, or a dated indication where day 0 is something else."""
        if self.course.day0_is is DayZero.INDICATION:
            return 0
        return self._first_day(Indication.kind)

    @cached_property
    def remission(self) -> int | None:
        """The day of the remission the definition speaks of."""
        rule = self.definition.remission
        if self.infusion is None:
            return None
        stop = min(
            (
                event.day
                for kind in rule.before
                for event in self.visible(kind)
                if event.day is not None and event.day > self.infusion
            ),
            default=None,
        )
        for event in self.matching(rule.sign):
            if event.day is not None and event.day >= self.infusion + rule.from_day:
                return event.day if stop is None or event.day <= stop else None
        return None

    @cached_property
    def remission_is_undated(self) -> bool:
        """True when a remission was reached on a day nobody wrote down."""
        if self.infusion is None or self.remission is not None:
            return False
        return any(e.day is None for e in self.matching(self.definition.remission.sign))

    def was_declined(self) -> bool:
        """Whether CAR-T was declined by the day of the indication."""
        return any(
            isinstance(event, Indication)
            and event.decision is Decision.DECLINED
            and (event.day is None or self.indication is None or event.day <= self.indication)
            for event in self.visible(Indication.kind)
        )

    def is_remission(self, event: Event) -> bool:
        """Whether an assessment is a remission as the definition means it."""
        where = self.definition.remission.sign.where
        return where is None or holds(where, event.values()) is True


def is_no_response(event: Event) -> bool:
    """Whether an assessment says that there is no remission."""
    return isinstance(event, Assessment) and event.response is Response.NO_RESPONSE
