# SPDX-License-Identifier: Apache-2.0
"""Dates, numbers and units as the pages say them, in the language that is active."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.dates import MONTHS, WEEKDAYS
from django.utils.translation import get_language

from cartulary.course.dates import PartialDate

NARROW = "\u202f"
MINUS = "\u2212"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
# From here on a number is easier read as a power of ten.
_LONG = Decimal(1_000_000)


def language() -> str:
    """The language that is active: "nl" or "en"."""
    return "nl" if (get_language() or "en").startswith("nl") else "en"


def decimal_sign() -> str:
    """The decimal sign of the active language."""
    return "," if language() == "nl" else "."


def date_words(when: PartialDate | date) -> str:
    """A date in words, as far as it is known: 17 March 2020, March 2020, 2020."""
    if isinstance(when, date):
        when = PartialDate.of(when)
    parts = [str(when.year)]
    if when.month is not None:
        parts.insert(0, str(MONTHS[when.month]))
    if when.day is not None:
        parts.insert(0, str(when.day))
    return " ".join(parts)


def weekday_word(when: date) -> str:
    """The day of the week in words."""
    return str(WEEKDAYS[when.weekday()])


def study_day_text(day: int) -> str:
    """A study day as it may be typed: dag 43, day 43."""
    return f"{'dag' if language() == 'nl' else 'day'} {day}"


def day_and_month(when: date) -> str:
    """A date without its year, where the year is clear: 17 March."""
    return f"{when.day} {MONTHS[when.month]}"


def number_words(value: float) -> str:
    """A number with all its digits, thousands parted by a narrow space, or as a power of ten."""
    exact = Decimal(repr(value)).normalize()
    sign = MINUS if exact < 0 else ""
    exact = abs(exact)
    if exact >= _LONG and len(exact.as_tuple().digits) <= 4:
        power = exact.adjusted()
        return f"{sign}{_plain(exact.scaleb(-power))} × 10{superscript(power)}"
    return sign + _plain(exact)


def superscript(power: int) -> str:
    """A power of ten as it stands raised.

    >>> superscript(-4)
    '⁻⁴'
    """
    return str(power).translate(_SUPERSCRIPT)


def _plain(exact: Decimal) -> str:
    whole, _, fraction = f"{exact:f}".partition(".")
    groups: list[str] = []
    while len(whole) > 3:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    text = NARROW.join([whole, *groups])
    return f"{text}{decimal_sign()}{fraction}" if fraction else text


_DUTCH_UNITS = {
    "cells": "cellen",
    "cells/kg": "cellen/kg",
    "cells/µL": "cellen/µL",
    "copies/µg": "kopieën/µg",
}


def unit_words(unit: str) -> str:
    """A unit as it stands beside a field, with the sign of multiplication where it needs one."""
    words = _DUTCH_UNITS.get(unit, unit) if language() == "nl" else unit
    return f"× {words}" if words.startswith("10") else words
