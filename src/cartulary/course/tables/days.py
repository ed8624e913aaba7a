# SPDX-License-Identifier: Apache-2.0
"""Dates as people type them, in full or in part, in Dutch or English."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from cartulary.course.dates import PartialDate, Precision
from cartulary.course.tables.refusal import Refusal
from cartulary.course.tables.words import folded

# No child in a CAR-T programme was born before the first, or has been followed beyond the last.
EARLIEST_YEAR = 1980
LATEST_YEAR = 2060
# A study day further away than this is a date, a year or a slip of the hand.
FURTHEST_DAY = 20_000

# Day 1 of Excel is 1 January 1900, and it counts a 29 February 1900 that never was.
_SERIAL_ZERO = date(1899, 12, 30)

_MONTHS: dict[str, int] = {
    folded(word): number
    for number, words in enumerate(
        (
            "jan januari january",
            "feb febr februari february",
            "mrt maart mar march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "aug augustus august",
            "sep sept september",
            "okt oktober oct october",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for word in words.split()
}

_OPEN = r"(?:xx|XX|\?\?|00|--)"
_YEAR_FIRST = re.compile(rf"(\d{{4}})(?:([-/.])(\d{{1,2}}|{_OPEN})(?:\2(\d{{1,2}}|{_OPEN}))?)?")
_DAY_FIRST = re.compile(rf"(\d{{1,2}}|{_OPEN})([-/.\s])\s*(\d{{1,2}}|{_OPEN})\2\s*(\d{{4}})")
_MONTH_YEAR = re.compile(r"(\d{1,2})[-/.\s](\d{4})")
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.\s]\d{1,2}[-/.\s]\d{2}|\d{1,2}[-\s.]+[^\W\d]+[-\s.,]+'?\d{2}")
_DAY_WORD_YEAR = re.compile(r"(\d{1,2})(?:st|nd|rd|th|e)?[-\s.]+([^\W\d]+)\.?[-\s,]+(\d{4})")
_WORD_DAY_YEAR = re.compile(r"([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_WORD_YEAR = re.compile(r"([^\W\d]+)\.?[-\s,]+(\d{4})")
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*(?:Z|[+-]\d{2}:?\d{2}))?$")
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")

LONGEST_DATE = 60


class When(NamedTuple):
    """A date, the ordinal of the day that stands for it, and how exactly it is known."""

    date: PartialDate
    ordinal: int
    precision: Precision


def when_of(text: str, date_order: str = "") -> When | Refusal:
    """The date that a cell holds.

    Read are 2020-03-17, 17-3-2020, 17.03.2020, 17 mrt 2020, March 17, 2020, mrt 2020, 2020-03,
    3/2020, 2020, 20200317, Excel's serial number, and 2020-03-xx for a day that is not known.
    With hyphens or points the day comes first. With slashes it may be the month: 03/04/2020 is
    refused, unless `date_order` says "dmy" or "mdy" for this programme.

    >>> str(when_of("17 mrt 2020").date), str(when_of("2020-03").date)
    ('2020-03-17', '2020-03')
    >>> when_of("03/04/2020").rule, str(when_of("17/04/2020").date)
    ('date.ambiguous', '2020-04-17')
    """
    text = text.strip()
    if len(text) > LONGEST_DATE:
        return _unreadable()
    text = _CLOCK.sub("", text)
    try:
        found = _written(text, date_order)
    except ValueError:
        return Refusal(
            "date.impossible",
            "There is no such day.",
            "The calendar does not have it.",
            "Check the day and the month against the source.",
        )
    return found if isinstance(found, Refusal) else checked(found)


def checked(found: PartialDate) -> When | Refusal:
    """The date, when it lies in the years that a programme can have."""
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        return Refusal(
            "date.out_of_range",
            f"The year is {found.year}.",
            f"A programme's dates lie between {EARLIEST_YEAR} and {LATEST_YEAR}.",
            "Check the year against the source.",
        )
    return When(found, found.middle.toordinal(), found.precision)


def of_serial(serial: float) -> When | Refusal:
    """The date of a serial number as Excel counts days since 1900."""
    if not 0 < serial < 100_000:
        return _unreadable()
    return checked(PartialDate.of(_SERIAL_ZERO + timedelta(days=int(serial))))


def _unreadable() -> Refusal:
    return Refusal(
        "date.unreadable",
        "This is not a date.",
        "The column holds dates.",
        "Write 2020-03-17 or 17-3-2020; 2020-03 or 2020 when no more is known.",
    )


def _written(text: str, date_order: str) -> PartialDate | Refusal:
    if match := _YEAR_FIRST.fullmatch(text):
        return _parts(match[1], match[3], match[4])
    if match := _DAY_FIRST.fullmatch(text):
        return _two_numbers(match[1], match[3], match[4], match[2], date_order)
    if match := _EIGHT_DIGITS.fullmatch(text):
        return _parts(*match.groups())
    if match := _SERIAL.fullmatch(text):
        return PartialDate.of(_SERIAL_ZERO + timedelta(days=int(match[1])))
    if match := _MONTH_YEAR.fullmatch(text):
        return _parts(match[2], match[1], None)
    if match := _DAY_WORD_YEAR.fullmatch(text):
        return _with_word(match[3], match[2], match[1])
    if match := _WORD_DAY_YEAR.fullmatch(text):
        return _with_word(match[3], match[1], match[2])
    if match := _WORD_YEAR.fullmatch(text):
        return _with_word(match[2], match[1], None)
    if _SHORT_YEAR.fullmatch(text):
        return Refusal(
            "date.short_year",
            "The year has two digits.",
            "It may be meant as a year, a month or a day.",
            "Write the year with four digits.",
        )
    return _unreadable()


def _parts(year: str, month: str | None, day: str | None) -> PartialDate:
    """A date of its parts; a part that is crossed out is not known."""
    known_month = int(month) if month and month.isdigit() and int(month) else None
    known_day = int(day) if day and day.isdigit() and int(day) else None
    if known_month is None:
        if known_day is not None:
            raise ValueError("a day without a month")
        return PartialDate(int(year))
    return PartialDate(int(year), known_month, known_day)


def _with_word(year: str, word: str, day: str | None) -> PartialDate | Refusal:
    month = _MONTHS.get(folded(word))
    if month is None:
        return _unreadable()
    return PartialDate(int(year), month, int(day) if day else None)


def _two_numbers(
    first: str, second: str, year: str, mark: str, date_order: str
) -> PartialDate | Refusal:
    if not (first.isdigit() and second.isdigit()):
        return _parts(year, second, first)
    if date_order == "mdy":
        return _parts(year, first, second)
    if date_order == "dmy" or mark != "/":
        return _parts(year, second, first)
    one, two = int(first), int(second)
    if one <= 12 < two:
        return _parts(year, first, second)
    if one <= 12 and two <= 12 and one != two:
        return Refusal(
            "date.ambiguous",
            f"This is {one} {_NAMES[two]} or {two} {_NAMES[one]}: nobody can tell.",
            "Written with slashes, the day comes first in one country, the month in another.",
            f"Write {year}-{two:02d}-{one:02d} or {year}-{one:02d}-{two:02d}, "
            "or give date_order (dmy or mdy) in the programme table.",
        )
    return _parts(year, second, first)


_NAMES = (
    "",
    *"January February March April May June July".split(),
    *"August September October November December".split(),
)
