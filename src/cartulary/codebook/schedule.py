# SPDX-License-Identifier: Apache-2.0
"""What a schedule of follow-up is: which contacts are asked for, when, and how each is settled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.source import Source
from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.course.course import DAYS_PER_YEAR


class ItemKind(Choice):
    """What is asked for."""

    CONTACT = "contact", "contact with the child", "contact met het kind"
    CONSENT = "consent", "consent asked again", "opnieuw toestemming vragen"
    FORM = "form", "form sent in", "formulier ingestuurd"


class NewInfusion(Choice):
    """What a later infusion does to the schedule."""

    RESTARTS = (
        "restarts",
        "starts the schedule anew",
        "begint het schema opnieuw",
    )
    NOT_STATED = (
        "not_stated",
        "not stated; the first infusion goes on counting: ask",
        "niet vermeld; de eerste infusie blijft tellen: navragen",
    )


class DueStatus(Choice):
    """How an item stands on a day."""

    UPCOMING = "upcoming", "not open yet", "nog niet open"
    OPEN = "open", "open", "loopt nu"
    LATE = "late", "late", "te laat"
    ASK = (
        "ask",
        "target passed, window not stated: ask",
        "streefdag voorbij, venster niet vermeld: navragen",
    )
    DONE = "done", "done", "gedaan"
    DONE_LATE = "done_late", "done after the window", "gedaan na het venster"
    MISSED = "missed", "missed; seen later", "gemist; later wel gezien"
    ENDED = "ended", "follow-up had ended", "vervolg was geëindigd"

    @property
    def is_pending(self) -> bool:
        """True while somebody still has to do something about it, now or later.

        >>> DueStatus.ASK.is_pending, DueStatus.MISSED.is_pending
        (True, False)
        """
        return self in (DueStatus.UPCOMING, DueStatus.OPEN, DueStatus.LATE, DueStatus.ASK)


#: Days to a month where a source counts in months; a year is 365.25 days.
DAYS_PER_MONTH: Final = DAYS_PER_YEAR / 12


def whole_days(years: float = 0.0, months: float = 0.0) -> int:
    """Years of 365.25 days, or months of a twelfth of that, as whole days, halves upward.

    >>> whole_days(months=6), whole_days(years=2), whole_days(years=16)
    (183, 731, 5844)
    """
    return math.floor(years * DAYS_PER_YEAR + months * DAYS_PER_MONTH + 0.5)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that the schedule asks for.

    `day` counts from the infusion, or from birth for the consent of a child that comes of age.
    `opens_day` and `closes_day` bound the window, and are None where the source states none.
    """

    name: str
    kind: ItemKind
    day: int
    words: Words
    asks: Words
    opens_day: int | None = None
    closes_day: int | None = None

    @property
    def has_window(self) -> bool:
        """Whether the source states until when it is on time."""
        return self.closes_day is not None


@dataclass(frozen=True, slots=True)
class Expected:
    """What an example expects of one item; None is not looked at."""

    item: str
    status: DueStatus
    days: int | None = None
    opens_day: int | None = None
    closes_day: int | None = None
    done_day: int | None = None
    infusion: int = 0


@dataclass(frozen=True, slots=True)
class ScheduleExample:
    """A drawn course, a study day that stands for today, and how the items stand."""

    says: Words
    course: str
    today_day: int
    expect: tuple[Expected, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Schedule:
    """One schedule file, whole.

    `seen_by` names the kinds of event that show the child was seen. `steps` stand in order of
    their day. `short` is what fits beside a worklist.
    """

    schedule_id: str
    edition: str
    unit: str
    clock: str
    new_infusion: NewInfusion
    seen_by: tuple[str, ...]
    steps: tuple[Step, ...]
    name: Words
    short: Words
    summary: Words
    source: Source
    examples: tuple[ScheduleExample, ...]
    confirm: Words | None = None
    file: str = ""

    def step(self, name: str) -> Step | None:
        """The step with this name, or None."""
        return next((step for step in self.steps if step.name == name), None)


@dataclass(frozen=True, slots=True)
class DueItem:
    """One thing due for one child, as it stood on one study day. All days are study days.

    `infusion` counts the infusions from 1; 0 where the child's age is the clock.
    `days` are: days late; days left of an open window; days until it opens (until the target
    where no window is stated); days past the target. `about`: the infusion is known to the month
    or the year only. `cut_short`: a new infusion followed, so the contact is the day before.
    `seen_day`: the nearest contact before the target, where only a person can say if it counts.
    """

    schedule_id: str
    edition: str
    name: str
    kind: ItemKind
    words: Words
    asks: Words
    infusion: int
    target_day: int
    opens_day: int | None
    closes_day: int | None
    status: DueStatus
    days: int = 0
    done_day: int | None = None
    seen_day: int | None = None
    about: bool = False
    cut_short: bool = False

    @property
    def key(self) -> str:
        """What names this item among those of a child, whatever the edition."""
        return f"{self.schedule_id}/{self.infusion}/{self.name}"

    @property
    def is_pending(self) -> bool:
        """True while somebody still has to do something about it, now or later."""
        return self.status.is_pending
