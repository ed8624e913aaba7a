# SPDX-License-Identifier: Apache-2.0
"""Figures of a comparison as they are printed: shares in per cent, differences in points."""

from __future__ import annotations

import math
from typing import Final

from cartulary.reports.wording import MINUS, number, percent
from cartulary.studies.policies_compared import Interval, Outcome, Unit

UNKNOWN: Final = {"nl": "niet te zeggen", "en": "cannot be told"}
TO: Final = {"nl": "tot", "en": "to"}
#: Decimals that are kept of a day, of a logarithm, of a percentage.
_DECIMALS: Final = {Unit.DAYS: 0, Unit.LOG10: 1, Unit.SHARE: 0}
_FACTOR: Final = {Unit.DAYS: 1.0, Unit.LOG10: 1.0, Unit.SHARE: 100.0}


def value_said(outcome: Outcome, value: float, lang: str, more: int = 0) -> str:
    """A value: `42%`, `48 d`, `8.6`; `more` decimals where rounding would contradict."""
    if math.isnan(value):
        return UNKNOWN[lang]
    if outcome.unit is Unit.SHARE:
        return percent(value, lang, more)
    days = " d" if outcome.unit is Unit.DAYS else ""
    return f"{number(value, lang, _DECIMALS[outcome.unit] + more)}{days}"


def difference_said(outcome: Outcome, difference: float, lang: str, more: int = 0) -> str:
    """A difference with its sign: points, days or decades; `0` where nothing is left of it."""
    if math.isnan(difference):
        return UNKNOWN[lang]
    return signed(difference * _FACTOR[outcome.unit], lang, _DECIMALS[outcome.unit] + more)


def interval_said(outcome: Outcome, ends: Interval, lang: str, more: int = 0) -> str:
    """The two ends of a difference: `−3 to +14`, or one figure where they are the same."""
    low, high = (difference_said(outcome, end, lang, more) for end in ends)
    return low if low == high else f"{low} {TO[lang]} {high}"


def range_said(outcome: Outcome, ends: Interval, lang: str, more: int = 0) -> str:
    """The two ends of a value: `22 to 39%`."""
    low, high = (value_said(outcome, end, lang, more) for end in ends)
    if low == high:
        return low
    bare = low.removesuffix("%") if outcome.unit is Unit.SHARE else low.removesuffix(" d")
    return f"{bare} {TO[lang]} {high}"


def signed(value: float, lang: str, decimals: int) -> str:
    """A number with its sign, none for what rounds to nothing.

    >>> signed(6.2, "en", 0), signed(-0.2, "en", 0), signed(-3.0, "nl", 1)
    ('+6', '0', '−3,0')
    """
    if abs(value) < 0.5 * 10.0**-decimals:
        return number(0.0, lang, decimals)
    return f"{'+' if value > 0 else MINUS}{number(abs(value), lang, decimals)}"


def decimals_needed(outcome: Outcome, one: float, other: float) -> int:
    """A decimal more, where the rounded values would not make the rounded difference."""
    factor, kept = _FACTOR[outcome.unit], _DECIMALS[outcome.unit]
    if math.isnan(one) or math.isnan(other):
        return 0
    parts = round(one * factor, kept) - round(other * factor, kept)
    return int(abs(parts - round((one - other) * factor, kept)) > 1e-9)


def unit_said(outcome: Outcome, lang: str) -> str:
    """What a difference of this outcome is counted in."""
    words = {
        Unit.SHARE: {"nl": "procentpunten", "en": "percentage points"},
        Unit.DAYS: {"nl": "dagen", "en": "days"},
        Unit.LOG10: {"nl": "decaden (log10)", "en": "decades (log10)"},
    }
    return words[outcome.unit][lang]


def factor_of(outcome: Outcome) -> float:
    """By what a difference is multiplied to be printed: points are hundredths."""
    return _FACTOR[outcome.unit]
