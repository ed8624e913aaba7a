# SPDX-License-Identifier: Apache-2.0
"""What a definition sees of a cohort: events up to the data cut, and the days it counts from.

Every array has one place a child; the plain counterpart is `endpoint_course_view`.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from cartulary.codebook.endpoint import Definition
from cartulary.codebook.endpoint_columns import NEVER, CohortColumns, Days, Mask
from cartulary.course.cohort import Cohort


class CohortView(CohortColumns):
    """A cohort as one definition sees it; a day is `NEVER` where it did not come."""

    def __init__(self, cohort: Cohort, definition: Definition) -> None:
        super().__init__(cohort)
        self.definition = definition

    def ever(self, kind: str) -> Mask:
        """Whether each child has any event of a kind, dated or not."""
        events = self.kind(kind)
        return events.has_any(events.visible)

    def _first_day(self, kind: str) -> Days:
        events = self.kind(kind)
        return events.first_days(events.visible)

    def was_declined(self) -> Mask:
        """Whether CAR-T was declined by the day of the indication."""
        events = self.kind("indication")
        if not events.frame.height:
            return np.zeros(self.children, dtype=bool)
        said = (events.frame["decision"] == "declined").fill_null(value=False).to_numpy()
        in_time = (events.day == NEVER) | (events.day <= self.indication[events.child])
        return events.has_any(said & events.visible & in_time)

    @cached_property
    def indication(self) -> Days:
        """The day of the indication."""
        is_day_0 = (self.cohort.children["day0_is"] == "indication").to_numpy()
        if bool(is_day_0.all()):
            return np.zeros(self.children, dtype=np.int32)
        return np.where(is_day_0, np.int32(0), self._first_day("indication"))

    @cached_property
    def apheresis(self) -> Days:
        """The day of the first apheresis."""
        return self._first_day("apheresis")

    @cached_property
    def infusion(self) -> Days:
        """The day of the first infusion."""
        return self._first_day("infusion")

    @cached_property
    def end(self) -> Days:
        """The last study day on which each child was seen; `-NEVER` when nobody wrote one."""
        contact, death = (self.kind(kind) for kind in ("last_contact", "death"))
        return np.maximum(contact.last_days(contact.visible), death.last_days(death.visible))

    @cached_property
    def remission_rows(self) -> Mask:
        """The visible assessments that are a remission as the definition means it."""
        sign = self.definition.remission.sign
        return self.kind(sign.kind).where(sign.where)

    @cached_property
    def remission(self) -> Days:
        """The day of the remission that the definition speaks of."""
        rule = self.definition.remission
        events = self.kind(rule.sign.kind)
        late_enough = events.day >= (self.infusion + np.int32(rule.from_day))[events.child]
        first = events.first_days(self.remission_rows & late_enough)
        for kind in rule.before:
            other = self.kind(kind)
            stop = other.first_days(other.visible & (other.day > self.infusion[other.child]))
            first = np.where(first <= stop, first, NEVER)
        return first

    @cached_property
    def remission_is_undated(self) -> Mask:
        """True where a remission was reached on a day nobody wrote down."""
        events = self.kind(self.definition.remission.sign.kind)
        undated = events.has_any(self.remission_rows & (events.day == NEVER))
        in_doubt: Mask = undated & (self.infusion != NEVER) & (self.remission == NEVER)
        return in_doubt

    @cached_property
    def without_remission(self) -> Mask:
        """The visible assessments that say there is no remission."""
        events = self.kind("assessment")
        said = (events.frame["response"] == "NR").fill_null(value=False).to_numpy()
        return np.asarray(said & events.visible, dtype=bool)
