# SPDX-License-Identifier: Apache-2.0
"""What a typed text came to: understood, with a line that reads it back, or not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from cartulary.course.dates import PartialDate, Precision


@dataclass(frozen=True, slots=True)
class Said:
    """The line under a field: what counts in bold, then the rest. `equals` puts "= " before."""

    head: str
    tail: str = ""
    equals: bool = True

    @property
    def plain(self) -> str:
        """The line without its styles."""
        return ("= " if self.equals else "") + self.head + self.tail


@dataclass(frozen=True, slots=True)
class Meant:
    """What may have been meant: the text to type instead, and the words that say it."""

    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Understood:
    """A text that was understood. `doubt` says why its value is unlikely, and asks a reason."""

    value: Any
    said: Said | None = None
    doubt: str = ""
    meant: tuple[Meant, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A text that cannot be taken: the fact, why, and what may have been meant."""

    fact: str
    why: str = ""
    meant: tuple[Meant, ...] = ()


Reading: TypeAlias = Understood | NotUnderstood


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: a date, or a study day where the child's day 0 has no date.

    Neither is given when the date is unknown. `time` is "07:40" or empty.
    """

    date: PartialDate | None = None
    day: int | None = None
    precision: Precision = Precision.UNKNOWN
    time: str = ""

    @classmethod
    def on(cls, date: PartialDate, time: str = "") -> Moment:
        """A calendar date, known in full or in part."""
        return cls(date=date, precision=date.precision, time=time)

    @property
    def is_known(self) -> bool:
        """True when there is a date or a study day."""
        return self.date is not None or self.day is not None


UNKNOWN_MOMENT = Moment()
