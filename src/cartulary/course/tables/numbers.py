# SPDX-License-Identifier: Apache-2.0
"""Numbers as people type them: decimal comma or point, thousands, powers of ten."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import NamedTuple

from cartulary.course.tables.refusal import Refusal

LONGEST_NUMBER = 60

# A mark, then exactly three digits, after one to three digits that do not begin with zero.
_AMBIGUOUS_DIGITS = 3

_SPACES = " \u00a0\u2009\u202f"
_NUMBER = re.compile(
    rf"([+-]?)((?:\d[\d.,'{_SPACES}]*)?\d|[.,]\d+|\d+\.)"
    r"(?:[eE]([+-]?\d{1,3})(?![\d])"
    rf"|[{_SPACES}]*[x×*·][{_SPACES}]*10[{_SPACES}]*(?:\^[{_SPACES}]*([+-]?\d{{1,3}})"
    r"|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})))?"
)


class Written(NamedTuple):
    """A number with what was written after it, such as its unit."""

    value: float
    rest: str


def number_of(text: str, decimal_mark: str = "") -> Written | Refusal:
    """The number that a cell begins with, and the rest of the cell.

    A comma or a point is the decimal mark, except where both occur (the last one is) or one
    occurs twice (it divides thousands). One mark before exactly three digits, as in 1.234, may
    be either: it is refused, unless `decimal_mark` says which mark this programme uses.
    A leading zero (0.125) or a power of ten (1.234e8) makes it a decimal mark.

    >>> number_of("1,5").value, number_of("1.234,5").value, number_of("1,2 x 10^8").value
    (1.5, 1234.5, 120000000.0)
    >>> number_of("1.234").rule, number_of("1.234", decimal_mark=",").value
    ('number.ambiguous', 1234.0)
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER:
        return _not_a_number()
    lowered = text.casefold().lstrip("+-")
    if lowered in ("nan", "inf", "infinity", "∞"):
        return Refusal(
            "number.not_finite",
            "This is not a number that can be measured.",
            "An infinite or undefined value comes from a failed calculation.",
            "Write the measured value, or leave the cell empty.",
        )
    match = _NUMBER.match(text.replace("−", "-"))
    if match is None:
        return _not_a_number()
    sign, mantissa, *powers = match.groups()
    power = next((p for p in powers if p), "")
    plain = _plain(mantissa, bool(power), decimal_mark)
    if isinstance(plain, Refusal):
        return plain
    exponent = int(unicodedata.normalize("NFKC", power).replace("−", "-")) if power else 0
    value = float(f"{sign}{plain}e{exponent}" if exponent else sign + plain)
    if not math.isfinite(value):
        return _not_a_number()
    return Written(value, text[match.end() :].strip())


def _not_a_number() -> Refusal:
    return Refusal(
        "number.unreadable",
        "This is not a number.",
        "The column holds numbers.",
        "Write digits with one decimal mark, such as 1,5 or 1.5 or 1.2e8.",
    )


def _plain(mantissa: str, has_power: bool, decimal_mark: str) -> str | Refusal:
    """The mantissa as Python writes it, thousands taken out."""
    joined = _without_spaces(mantissa)
    if joined is None:
        return _not_a_number()
    marks = [c for c in joined if c in ".,"]
    if not marks:
        return joined
    if len(set(marks)) == 1 and len(marks) == 1:
        return _with_one_mark(joined, marks[0], has_power, decimal_mark)
    if len(set(marks)) == 1:
        return joined.replace(marks[0], "") if _in_threes(joined, marks[0]) else _not_a_number()
    thousands, decimal = marks[0], marks[-1]
    whole, _, part = joined.rpartition(decimal)
    if decimal in whole or not _in_threes(whole, thousands):
        return _not_a_number()
    return whole.replace(thousands, "") + "." + part


def _with_one_mark(joined: str, mark: str, has_power: bool, decimal_mark: str) -> str | Refusal:
    whole, part = joined.split(mark)
    grouped = len(part) == _AMBIGUOUS_DIGITS and 1 <= len(whole) <= 3
    may_be_thousands = grouped and whole[0] != "0" and not has_power
    if not may_be_thousands or decimal_mark == mark:
        return f"{whole or '0'}.{part or '0'}"
    if decimal_mark:
        return whole + part
    return Refusal(
        "number.ambiguous",
        f"This is {whole}{part} or {whole}.{part}: nobody can tell.",
        "A mark before exactly three digits may divide thousands or be the decimal mark.",
        f"Write {whole}{part} or {whole}{mark}{part}0, "
        "or give decimal_mark in the programme table.",
    )


def _without_spaces(mantissa: str) -> str | None:
    """Spaces and apostrophes are taken out where they divide thousands."""
    for space in _SPACES + "'":
        if space in mantissa:
            whole = re.split("[.,]", mantissa, maxsplit=1)[0]
            if mantissa.count(space) != whole.count(space) or not _in_threes(whole, space):
                return None
            mantissa = mantissa.replace(space, "")
    return mantissa


def _in_threes(text: str, mark: str) -> bool:
    first, *others = text.split(mark)
    return 1 <= len(first) <= 3 and all(len(o) == 3 and o.isdigit() for o in others)


def number_text(value: float, mark: str = ".") -> str:
    """A number so written that it reads back as itself: never 1.234, always 1.2340.

    >>> number_text(1.234), number_text(120000000.0), number_text(0.5, ",")
    ('1.2340', '120000000', '0,5')
    """
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    whole, _, part = text.lstrip("-").partition(".")
    if len(part) == _AMBIGUOUS_DIGITS and len(whole) <= 3 and whole[0] != "0":
        text += "0"
    return text.replace(".", mark)
