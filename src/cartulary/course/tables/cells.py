# SPDX-License-Identifier: Apache-2.0
"""What one cell says: a value of its fact, a named absence, or a refusal with the remedy."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice
from cartulary.course.dates import PartialDate
from cartulary.course.fact import Fact, FactKind
from cartulary.course.tables import days
from cartulary.course.tables.days import When, when_of
from cartulary.course.tables.numbers import number_of, number_text
from cartulary.course.tables.refusal import Refusal, unguarded
from cartulary.course.tables.units_written import SAME, Scale, scale_between
from cartulary.course.tables.words import (
    ABSENCE_OF_WORD,
    EMPTY_LIST_WORDS,
    MARKS_OF_NOTHING,
    YES_NO_OF_WORD,
    folded,
    nearest,
    words_of,
)

# A cell as a file gives it: text from CSV; from a workbook also what Excel keeps apart.
Cell: TypeAlias = str | int | float | bool | date | PartialDate | Refusal

_EMPTY_LISTS = frozenset(folded(word) for word in EMPTY_LIST_WORDS.values())


@dataclass(frozen=True, slots=True)
class Notation:
    """How this programme writes what could be read in two ways; empty where it has not said."""

    decimal_mark: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class BelowLimit:
    """A result written as "<0.5": below a limit that is the number."""

    limit: float


def is_empty(cell: Cell) -> bool:
    """True for a cell in which nothing is written."""
    return isinstance(cell, str) and not cell.strip()


def text_in(cell: Cell) -> str | Refusal:
    """The text of a cell, whatever type the workbook gave it, without its guard."""
    if isinstance(cell, Refusal):
        return cell
    if isinstance(cell, str):
        bare = unguarded(cell)
        return cell.strip() if bare is None else bare
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float)):
        return str(int(cell)) if float(cell).is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, PartialDate):
        return str(cell)
    return cell.isoformat()


def absence_in(cell: Cell) -> Absence | None:
    """The absence that a cell names, or None; behind a guarding apostrophe stands a text."""
    if not isinstance(cell, str) or unguarded(cell) is not None:
        return None
    return ABSENCE_OF_WORD.get(folded(cell))


def value_of(fact: Fact, cell: Cell, notation: Notation, scale: Scale = SAME) -> Any:
    """The value of a fact as a cell gives it: the value, an Absence, or a Refusal.

    An empty cell is "not recorded". `scale` leads from the unit of the header to ours.
    """
    if isinstance(cell, Refusal):
        return cell
    if is_empty(cell):
        return NOT_RECORDED
    value = _READERS[fact.kind](fact, cell, notation, scale)
    if isinstance(value, Refusal):
        return value
    problem = fact.problem_with(value)
    if problem is None:
        return value
    return Refusal(
        "cell.impossible",
        problem,
        "The value cannot stand in this column.",
        "Check it, and its unit, against the source.",
    )


def when_in(cell: Cell, notation: Notation) -> When | Absence | Refusal:
    """The date that a cell gives, or the absence it names (an unknown date)."""
    if isinstance(cell, Refusal):
        return cell
    if isinstance(cell, bool):
        return when_of("yes" if cell else "no")
    if isinstance(cell, (int, float)):
        if days.EARLIEST_YEAR <= cell <= days.LATEST_YEAR and float(cell).is_integer():
            return days.checked(PartialDate(int(cell)))
        if isinstance(cell, int) and len(str(cell)) == len("20200317"):
            return when_of(str(cell))
        return days.of_serial(cell)
    if isinstance(cell, PartialDate):
        return days.checked(cell)
    if isinstance(cell, date):
        return days.checked(PartialDate(cell.year, cell.month, cell.day))
    absence = absence_in(cell)
    if absence is not None:
        return absence
    if cell.strip() in MARKS_OF_NOTHING:
        return NOT_RECORDED
    return when_of(cell, notation.date_order)


def day_in(cell: Cell, notation: Notation) -> int | Absence | Refusal:
    """The study day that a cell gives: a whole number of days since day 0."""
    if isinstance(cell, (date, PartialDate)):
        return _date_as_day()
    value = _number(_DAY, cell, notation, SAME)
    if isinstance(value, Refusal) and value.rule in _MAY_BE_A_DATE:
        text = text_in(cell)
        if isinstance(text, str) and isinstance(when_of(text), tuple):
            return _date_as_day()
    if isinstance(value, int) and abs(value) > days.FURTHEST_DAY:
        return Refusal(
            "day.out_of_range",
            f"The study day is {value}.",
            f"No study day lies more than {days.FURTHEST_DAY} days from day 0.",
            "Write the number of days since the indication; a date belongs in a date column.",
        )
    if isinstance(value, float):
        raise AssertionError("a whole number was asked for")
    return value


def _date_as_day() -> Refusal:
    return Refusal(
        "day.is_date",
        "This is a date.",
        "The column holds study days, counted from the indication.",
        "Write the date in the date column instead.",
    )


_MAY_BE_A_DATE = ("number.unreadable", "number.unit", "cell.not_whole")
_DAY = Fact("day", FactKind.INTEGER, "day", "dag")


def _absent(cell: Cell) -> Absence | None:
    absence = absence_in(cell)
    if absence is None and isinstance(cell, str) and cell.strip() in MARKS_OF_NOTHING:
        return NOT_RECORDED
    return absence


def _text(fact: Fact, cell: Cell, notation: Notation, scale: Scale) -> str | Absence | Refusal:
    absence = _absent(cell)
    return text_in(cell) if absence is None else absence


def _number(
    fact: Fact, cell: Cell, notation: Notation, scale: Scale
) -> float | int | Absence | Refusal:
    absence = _absent(cell)
    if absence is not None:
        return absence
    if isinstance(cell, (bool, date, PartialDate)):
        return Refusal(
            "number.other_type",
            "The workbook holds a date or a yes/no here.",
            "The column holds numbers; Excel turns what looks like a date into one.",
            "Format the cells as numbers and type the value again.",
        )
    if isinstance(cell, (int, float)):
        value, rest = float(cell), ""
    else:
        text = text_in(cell)
        if isinstance(text, Refusal):
            return text
        if text[:1] in ("<", "≤", ">", "≥"):
            return _with_a_sign(text[:1])
        found = number_of(text, notation.decimal_mark)
        if isinstance(found, Refusal):
            return found
        value, rest = found
    if rest:
        of_rest = scale_between(rest, fact.unit) if fact.unit else None
        if of_rest is None:
            return _strange_rest(fact, rest)
        scale = of_rest
    if scale is not SAME:
        value = scale.applied(value)
    if fact.kind is not FactKind.INTEGER:
        return value
    if not value.is_integer():
        return Refusal(
            "cell.not_whole",
            "This is not a whole number.",
            "The column counts something.",
            "Write a whole number.",
        )
    return int(value)


def _strange_rest(fact: Fact, rest: str) -> Refusal:
    return Refusal(
        "number.unit",
        f"After the number stands {rest!r}.",
        f"The column is kept in {fact.unit}, and no exact way there is known."
        if fact.unit
        else "The column holds bare numbers.",
        f"Write the number in {fact.unit}." if fact.unit else "Write the number alone.",
    )


def _with_a_sign(sign: str) -> Refusal:
    return Refusal(
        "number.sign",
        f"The number has {sign!r} before it.",
        "A bound is not a value: taken as one it would enter means and curves.",
        "Write the limit in the column for the limit of the method, and the result in its own.",
    )


def below_limit_in(cell: Cell, notation: Notation) -> BelowLimit | None:
    """The limit of a result written as "<0.5", where a table has a column for the limit."""
    if not isinstance(cell, str) or not cell.strip().startswith("<"):
        return None
    found = number_of(cell.strip()[1:], notation.decimal_mark)
    if isinstance(found, Refusal) or found.rest or found.value < 0:
        return None
    return BelowLimit(found.value)


def _yes_no(fact: Fact, cell: Cell, notation: Notation, scale: Scale) -> bool | Absence | Refusal:
    text = text_in(cell)
    if isinstance(text, Refusal):
        return text
    known = YES_NO_OF_WORD.get(folded(text))
    if known is not None:
        return known
    absence = absence_in(cell)
    if absence is not None:
        return absence
    return Refusal(
        "cell.not_yes_no",
        "This is neither yes nor no.",
        "The column holds yes or no (ja or nee).",
        "Write yes or no; leave it empty when nothing is recorded.",
    )


def _choice(fact: Fact, cell: Cell, notation: Notation, scale: Scale) -> Choice | Absence | Refusal:
    text = text_in(cell)
    if isinstance(text, Refusal):
        return text
    assert fact.choices is not None
    meant = words_of(fact.choices).get(folded(text), ())
    if len(meant) == 1:
        return meant[0]
    if meant:
        return Refusal(
            "cell.ambiguous_choice",
            f"This may mean {' or '.join(repr(m.en) for m in meant)}.",
            "The word belongs to more than one value of this column.",
            f"Write {' or '.join(repr(str(m)) for m in meant)}.",
        )
    absence = absence_in(cell)
    return _unknown_choice(fact.choices, text) if absence is None else absence


def _unknown_choice(choices: type[Choice], text: str) -> Refusal:
    words = [word for member in choices for word in (member.en, member.nl, *member.also)]
    near = nearest(text, words)
    return Refusal(
        "cell.unknown_choice",
        "This is none of the values of this column.",
        f"Known are: {', '.join(member.en for member in choices)}.",
        f"Did you mean {near!r}?" if near else "Write one of these.",
    )


_LIST_MARKS = re.compile(r"[;|\n](?![^(]*\))")
_LIST_MARKS_AND_COMMAS = re.compile(r"[;|\n,](?![^(]*\))")


def _choices(
    fact: Fact, cell: Cell, notation: Notation, scale: Scale
) -> tuple[Choice, ...] | Absence | Refusal:
    text = text_in(cell)
    if isinstance(text, Refusal):
        return text
    if folded(text) in _EMPTY_LISTS:
        return ()
    whole = _choice(fact, cell, notation, scale)
    if isinstance(whole, Absence):
        return whole
    if not isinstance(whole, Refusal):
        return (whole,)
    found: list[Choice] = []
    for part in _LIST_MARKS.split(text):
        one = _choice(fact, part, notation, scale)
        pieces = _LIST_MARKS_AND_COMMAS.split(part) if isinstance(one, Refusal) else [part]
        for piece in pieces:
            if not piece.strip():
                continue
            value = _choice(fact, piece, notation, scale)
            if isinstance(value, Refusal):
                return value
            if isinstance(value, Absence):
                return whole
            if value not in found:
                found.append(value)
    return tuple(found) if found else whole


def _day(fact: Fact, cell: Cell, notation: Notation, scale: Scale) -> int | Absence | Refusal:
    return day_in(cell, notation)


_READERS: dict[FactKind, Callable[[Fact, Cell, Notation, Scale], Any]] = {
    FactKind.TEXT: _text,
    FactKind.NUMBER: _number,
    FactKind.INTEGER: _number,
    FactKind.YES_NO: _yes_no,
    FactKind.CHOICE: _choice,
    FactKind.CHOICES: _choices,
    FactKind.DAY: _day,
}


_YES_NO_TEXTS = {"en": ("no", "yes"), "nl": ("nee", "ja")}


def cell_text(fact: Fact, value: Any, lang: str) -> str:
    """A value as a cell of a table holds it, in Dutch or English; `value_of` reads it back."""
    if isinstance(value, Absence):
        return "" if value is NOT_RECORDED else (value.nl if lang == "nl" else value.en)
    if isinstance(value, bool):
        return _YES_NO_TEXTS["nl" if lang == "nl" else "en"][value]
    if isinstance(value, Choice):
        return choice_text(fact, value, lang)
    if isinstance(value, tuple):
        if not value:
            return EMPTY_LIST_WORDS["nl" if lang == "nl" else "en"]
        return "; ".join(choice_text(fact, item, lang) for item in value)
    if isinstance(value, (int, float)):
        return number_text(value, "," if lang == "nl" else ".")
    return str(value)


def choice_text(fact: Fact, value: Choice, lang: str) -> str:
    """The word of a choice in the language asked, or its code where the word is not its own."""
    word = value.nl if lang == "nl" else value.en
    assert fact.choices is not None
    return word if words_of(fact.choices).get(folded(word)) == (value,) else str(value)


def clock_dropped(moment: date) -> date:
    """A calendar date without the time of day that Excel hangs on it."""
    return moment.date() if isinstance(moment, datetime) else moment


__all__ = [
    "BelowLimit",
    "Cell",
    "Notation",
    "absence_in",
    "below_limit_in",
    "cell_text",
    "choice_text",
    "clock_dropped",
    "day_in",
    "is_empty",
    "text_in",
    "value_of",
    "when_in",
]
