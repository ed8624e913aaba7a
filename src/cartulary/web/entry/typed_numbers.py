# SPDX-License-Identifier: Apache-2.0
"""Numbers as people type them, in the unit beside the field or with their own, and slips."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from cartulary.course.fact import Fact, FactKind
from cartulary.course.tables.numbers import LONGEST_NUMBER, Written, number_of, number_text
from cartulary.course.tables.refusal import Refusal
from cartulary.course.tables.units_written import scale_between
from cartulary.web.entry.absent_keys import absence_typed, absence_with_reason, absence_words
from cartulary.web.entry.spoken import decimal_sign, number_words, superscript, unit_words
from cartulary.web.entry.typed import Meant, NotUnderstood, Reading, Said, Understood

# Numbers that nobody types out: the field stands beside a power of ten, "2,4 × 10⁶ cells/kg".
POWER_BESIDE_FIELD = {"dose_cells_per_kg": 6, "dose_cells": 6}

# Between limits wider than this a moved decimal sign explains nothing.
WIDE = 1000

_UNIT_WITH_POWER = re.compile(r"10\s*(?:\^|e|[⁰¹²³⁴⁵⁶⁷⁸⁹])", re.IGNORECASE)
_POWER = re.compile(r"\d\s*(?:[eE][+-]?\d|[x×*·]\s*10)")


def unit_beside(fact: Fact) -> str:
    """The unit as it stands beside the field, with its power of ten."""
    power = POWER_BESIDE_FIELD.get(fact.name)
    if power is None:
        return unit_words(fact.unit)
    return f"× 10{superscript(power)} {unit_words(fact.unit)}"


def typed_number(fact: Fact, value: float) -> str:
    """A number as its field shows it: in the unit beside the field, with the decimal sign."""
    power = POWER_BESIDE_FIELD.get(fact.name)
    if power is not None and fact.kind is FactKind.NUMBER:
        value = float(Decimal(repr(float(value))).scaleb(-power))
    return number_text(value, decimal_sign())


def read_number(text: str, fact: Fact) -> Reading | None:
    """What a typed number means for this fact; None when nothing was typed.

    The value is a float, an int or an Absence. A comma or a point is the decimal sign; 1.234 is
    taken the one way that the field's limits allow, or refused with both. A unit after the
    number is converted where there is an exact way, with a word under the field.
    """
    text = text.strip()
    if not text:
        return None
    absence = absence_typed(text)
    if absence is not None:
        return Understood(absence, Said(absence_words(absence), equals=False))
    reasoned = absence_with_reason(text)
    if reasoned is not None:
        return Understood(
            reasoned[0], Said(absence_words(reasoned[0]), equals=False), why=reasoned[1]
        )
    if text[:1] in "<≤>≥":
        return NotUnderstood(
            _("“%(sign)s” marks a bound, not a value.") % {"sign": text[:1]},
            _("Taken as a value it would enter means and curves; a limit has a field of its own."),
        )
    found = number_and_unit(text)
    if isinstance(found, Refusal):
        if found.rule != "number.ambiguous" or len(text) > LONGEST_NUMBER:
            return _not_a_number()
        return _either(text, fact)
    return _of_written(text, found, fact)


def number_and_unit(text: str) -> Written | Refusal:
    """A number with what stands after it; in "0,5 10^9/L" the power of ten is part of the unit."""
    found = number_of(text)
    if isinstance(found, Written):
        return found
    number, _space, unit = text.strip().partition(" ")
    if _UNIT_WITH_POWER.match(unit.strip()):
        bare = number_of(number)
        if isinstance(bare, Written) and not bare.rest:
            return Written(bare.value, unit.strip())
    return found


def _of_written(text: str, found: Written, fact: Fact) -> Reading:
    value, converted = found.value, False
    power = POWER_BESIDE_FIELD.get(fact.name)
    if found.rest:
        scale = scale_between(found.rest, fact.unit) if fact.unit else None
        if scale is None:
            return _strange_unit(found.rest, fact)
        value, converted = scale.applied(value), True
    elif power is not None:
        # With a power of ten of its own, or millions typed out, the number is already whole.
        if _POWER.search(text):
            converted = True
        else:
            value = float(Decimal(repr(value)).scaleb(power))
    if fact.kind is FactKind.INTEGER:
        if not value.is_integer():
            return NotUnderstood(
                _("%(value)s is not a whole number.") % {"value": number_words(value)},
                _("This counts something."),
            )
        value = int(value)
    return judged(value, fact, said=_said(value, fact, converted or power is not None))


def judged(value: float, fact: Fact, said: Said | None = None) -> Reading:
    """The number against the limits of its fact: impossible, unlikely, or right."""
    shown = f"{number_words(value)}{_unit(fact)}"
    low, high = fact.low, fact.high
    if (low is not None and value < low) or (high is not None and value > high):
        return NotUnderstood(
            _("%(value)s is outside %(limits)s.")
            % {"value": shown, "limits": _limits_words(low, high)},
            "",
            _slips(value, fact, (-1, 1, -2, 2, -3, 3)) or _typed_out(value, fact),
        )
    low, high = fact.usual_low, fact.usual_high
    if (low is not None and value < low) or (high is not None and value > high):
        doubt = _("%(value)s is outside the usual %(limits)s. Right? Then say why.") % {
            "value": shown,
            "limits": _limits_words(low, high),
        }
        return Understood(value, said, doubt, _slips(value, fact, (-1, 1)))
    return Understood(value, said)


def _limits_words(low: float | None, high: float | None) -> str:
    if low is None:
        assert high is not None
        return _("limit of at most %(high)s") % {"high": number_words(high)}
    if high is None:
        return _("limit of at least %(low)s") % {"low": number_words(low)}
    return _("%(low)s to %(high)s") % {"low": number_words(low), "high": number_words(high)}


def _unit(fact: Fact) -> str:
    return f" {unit_words(fact.unit)}" if fact.unit else ""


def _said(value: float, fact: Fact, told: bool) -> Said | None:
    """A line under the field where the number was converted or is long; else it stands there."""
    if not told and abs(value) < 10_000:
        return None
    return Said(f"{number_words(value)}{_unit(fact)}")


def _slips(value: float, fact: Fact, powers: tuple[int, ...]) -> tuple[Meant, ...]:
    """The number with its decimal sign moved, where that makes it an ordinary one; at most two."""
    low = fact.low if fact.usual_low is None else fact.usual_low
    high = fact.high if fact.usual_high is None else fact.usual_high
    if value == 0 or low is None or high is None or (low == 0 and high > WIDE):
        return ()
    found = []
    for power in powers:
        moved = float(Decimal(repr(value)).scaleb(power))
        if low <= moved <= high and moved != 0:
            if fact.kind is FactKind.INTEGER and not moved.is_integer():
                continue
            number = int(moved) if fact.kind is FactKind.INTEGER else moved
            found.append(Meant(typed_number(fact, number), number_words(number)))
    return tuple(found[:2])


def _typed_out(value: float, fact: Fact) -> tuple[Meant, ...]:
    """All the zeros typed into a field that stands beside a power of ten."""
    power = POWER_BESIDE_FIELD.get(fact.name)
    if power is None:
        return ()
    typed = float(Decimal(repr(value)).scaleb(-power))
    return (
        ()
        if fact.problem_with(typed)
        else (Meant(typed_number(fact, typed), _beside(typed, power)),)
    )


def _beside(value: float, power: int) -> str:
    exact = float(Decimal(repr(value)).scaleb(-power))
    return f"{number_words(exact)} × 10{superscript(power)}"


def _either(text: str, fact: Fact) -> Reading:
    """One mark before three digits: the reading that the limits allow, or both, refused."""
    readings = []
    for mark in ",.":
        found = number_of(text, decimal_mark=mark)
        assert isinstance(found, Written)
        readings.append(_of_written(text, found, fact))
    possible = [one for one in readings if isinstance(one, Understood)]
    likely = [one for one in possible if not one.doubt]
    if len(likely) == 1 or len(possible) == 1:
        one = (likely or possible)[0]
        said = one.said or Said(f"{number_words(one.value)}{_unit(fact)}")
        return Understood(one.value, said, one.doubt, one.meant)
    if not possible:
        return readings[0]
    return NotUnderstood(
        _("%(text)s may have thousands or decimals.") % {"text": text},
        _("A mark before exactly three digits can be either."),
        tuple(
            Meant(typed_number(fact, one.value), number_words(one.value))
            for one in sorted(possible, key=lambda read: -read.value)
        ),
    )


def _strange_unit(rest: str, fact: Fact) -> NotUnderstood:
    if not fact.unit:
        return NotUnderstood(
            _("After the number stands “%(rest)s”.") % {"rest": rest[:20]},
            _("This field holds a bare number."),
        )
    return NotUnderstood(
        _("“%(rest)s” after the number is not understood.") % {"rest": rest[:20]},
        _("This is kept in %(unit)s, and no exact way there is known.")
        % {"unit": unit_words(fact.unit)},
    )


def _not_a_number() -> NotUnderstood:
    return NotUnderstood(
        _("This is not a number."),
        _("Write digits with one comma or point, such as %(example)s; - when it was not done.")
        % {"example": f"1{decimal_sign()}5"},
    )
