# SPDX-License-Identifier: Apache-2.0
"""Quantities and differences as a person writes them, in Dutch and English."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cartulary.reports.question_page.words import say
from cartulary.reports.wording import MINUS, number, percent
from cartulary.studies.policies_compared.outcome import Outcome, Unit
from cartulary.studies.questions.found import Quantity

ABSENT = "–"
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: Shares below it are written with more digits.
_SMALL_SHARE = 0.01


def quantity(value: float | None, kind: str, lang: str) -> str:
    """A quantity alone.

    >>> quantity(0.405, "share", "nl"), quantity(8.3, "log10", "en"), quantity(None, "days", "en")
    ('41%', '2.0 × 10⁸', '–')
    """
    if value is None or not math.isfinite(value):
        return ABSENT
    if kind in ("share", "probability"):
        return share(value, lang)
    if kind == "points":
        return signed(100.0 * value, lang)
    if kind == "log10":
        return power_of_ten(value, lang)
    if kind in ("ratio", "area"):
        return number(value, lang, 2)
    if kind in ("months", "years"):
        return number(value, lang, 1)
    if kind == "calendar_year":
        return f"{round(value)}"
    return number(value, lang)


def share(value: float, lang: str) -> str:
    """A share as a percentage, with the digits that a small one needs.

    >>> share(0.0001, "nl"), share(0.31, "en")
    ('0,01%', '31%')
    """
    if 0 < value < _SMALL_SHARE:
        digits = max(0, -math.floor(math.log10(value * 100.0)))
        return percent(value, lang, min(digits, 6))
    return percent(value, lang)


def power_of_ten(exponent: float, lang: str) -> str:
    """Ten to a power, as a number between 1 and 10 and a power."""
    whole = math.floor(exponent)
    mantissa = round(10.0 ** (exponent - whole), 1)
    if mantissa >= 10.0:
        mantissa, whole = 1.0, whole + 1
    return f"{number(mantissa, lang, 1)} × 10{str(whole).translate(_SUPERSCRIPT)}"


def signed(value: float, lang: str, decimals: int = 0) -> str:
    """A number with its sign, and none for what rounds to nothing.

    >>> signed(12.4, "en"), signed(-0.2, "en"), signed(-3.6, "nl", 1)
    ('+12', '0', '−3,6')
    """
    text = number(value, lang, decimals)
    plain = number(abs(round(value, decimals)), lang, decimals)
    if not float(round(value, decimals)):
        return plain
    return text if text.startswith(MINUS) else f"+{text}"


@dataclass(frozen=True, slots=True)
class Scale:
    """How figures and differences of one outcome are written."""

    outcome: Outcome
    lang: str

    def value(self, value: float) -> str:
        """A figure of one arm."""
        kinds = {Unit.SHARE: "share", Unit.DAYS: "days", Unit.LOG10: "log10"}
        return quantity(value, kinds[self.outcome.unit], self.lang)

    def difference(self, value: float, decimals: int | None = None) -> str:
        """A difference in the table: points, days, or a ratio."""
        if not math.isfinite(value):
            return ABSENT
        if self.outcome.unit is Unit.SHARE:
            return signed(100.0 * value, self.lang, self.digits(value, decimals))
        if self.outcome.unit is Unit.DAYS:
            return signed(value, self.lang)
        return f"× {number(10.0**value, self.lang, 2)}"

    def digits(self, value: float, decimals: int | None = None) -> int:
        """One decimal where a difference is below three points, else none."""
        if decimals is not None:
            return decimals
        return 1 if abs(value) < 0.03 else 0

    def interval(self, low: float, high: float) -> str:
        """Two ends of a difference, with the same digits."""
        digits = None
        if self.outcome.unit is Unit.SHARE and math.isfinite(low) and math.isfinite(high):
            digits = self.digits(max(abs(low), abs(high)))
        upper = self.difference(high, digits)
        return say(
            "from_to", self.lang, low=self.difference(low, digits), high=upper.removeprefix("× ")
        )

    def in_words(self, value: float) -> str:
        """A difference as part of a sentence: how much more, or less."""
        if not math.isfinite(value):
            return ABSENT
        if self.outcome.unit is Unit.LOG10:
            return say("times", self.lang, times=number(10.0**value, self.lang, 2))
        if self.outcome.unit is Unit.DAYS:
            name = "days_more" if value > 0 else "days_less"
            return say(name, self.lang, days=number(abs(value), self.lang))
        points = number(abs(100.0 * value), self.lang, self.digits(value))
        if not float(points.replace(",", ".")):
            return say("points_none", self.lang)
        return say("points_more" if value > 0 else "points_less", self.lang, points=points)


class Said:
    """A quantity for the braces of a sentence: `{x}` is its value, `{x.range}` its interval."""

    def __init__(self, held: Quantity, lang: str) -> None:
        self._text = quantity(held.value, held.kind, lang)
        if held.low is None or held.high is None:
            self.range = say("within_noise", lang)
        else:
            low, high = (quantity(end, held.kind, lang) for end in (held.low, held.high))
            self.range = say("from_to", lang, low=low, high=high)

    def __str__(self) -> str:
        """The value alone."""
        return self._text

    def __format__(self, _spec: str) -> str:
        """The value alone, whatever the format asks."""
        return self._text


def rounded_children(children: float, lang: str) -> str:
    """A number of children to two digits that count.

    >>> rounded_children(1234.0, "en"), rounded_children(37.2, "nl")
    ('1\\u202f200', '38')
    """
    whole = math.ceil(children)
    if whole >= 100:
        step = 10 ** (len(str(whole)) - 2)
        whole = round(whole / step) * step
    return number(whole, lang)
