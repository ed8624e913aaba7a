# SPDX-License-Identifier: Apache-2.0
"""What a cell of a report's table can hold: words, counts, figures, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from cartulary.course.errors import EstimandError
from cartulary.reports.text import Count, Sentence

ABSENCES = (
    "not_done",
    "not_recorded",
    "not_yet_due",
    "refused",
    "not_given",  # a publication does not print it
    "not_reached",  # a median beyond the follow-up
    "not_estimated",  # too few, or not yet
    "not_applicable",
    "withheld",  # by disclosure control
)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, printed "9/22". `footnote` names a footnote of the table."""

    events: Count
    n: Count
    footnote: str = ""


@dataclass(frozen=True, slots=True)
class Percent:
    """A share 0 to 1, printed as a percentage without the sign (that stands in the header).

    `rests_on` are the counts it gives away; of two, events first and then n, those without the
    event are protected too.
    """

    value: float
    rests_on: tuple[Count, ...] = ()
    decimals: int = 0
    footnote: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits, printed "15–64" or "15 to 64". `percent=True` multiplies by 100."""

    low: float | None
    high: float | None
    rests_on: tuple[Count, ...] = ()
    percent: bool = True
    decimals: int = 0
    footnote: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number with its decimals; the unit stands in the header."""

    value: float
    decimals: int = 0
    rests_on: tuple[Count, ...] = ()
    footnote: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Text with a footnote, in italics, or over several columns."""

    text: str | Sentence
    footnote: str = ""
    italic: bool = False
    columns: int = 1


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there is no figure, in words; `columns` cells wide. Never an empty cell."""

    why: str
    columns: int = 1
    footnote: str = ""

    def __post_init__(self) -> None:
        if self.why not in ABSENCES:
            raise EstimandError(
                f"The absence is {self.why!r}. A reader cannot tell what it means. Give one of "
                f"{', '.join(ABSENCES)}."
            )


Cell = str | Sentence | Count | Share | Percent | Interval | Number | Words | Absent
