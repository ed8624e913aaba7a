# SPDX-License-Identifier: Apache-2.0
"""A measurement as typed: its unit follows the analyte, and "<50" is a limit, not a value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from cartulary.course.absence import NOT_RECORDED
from cartulary.course.events.observation import Analyte
from cartulary.course.tables.cells import Notation, below_limit_in
from cartulary.course.tables.numbers import Written
from cartulary.course.units import UNIT_OF_ANALYTE, folded, in_canonical_unit
from cartulary.web.entry.field_state import FieldState
from cartulary.web.entry.spoken import number_words, unit_words
from cartulary.web.entry.typed import NotUnderstood, Said, Understood
from cartulary.web.entry.typed_choices import choice_words, clean_text
from cartulary.web.entry.typed_numbers import number_and_unit, read_number

_NUMBERS = ("value", "limit")


def read_measured(
    states: dict[str, FieldState], posted: Mapping[str, Sequence[str]]
) -> dict[str, FieldState]:
    """The fields of a measurement read together: numbers into the unit that the analyte is kept in.

    A unit typed after the number counts as the unit. "<50" sets the limit and says below.
    """
    if all(states[name].unchanged for name in ("analyte", "unit", *_NUMBERS)):
        return states
    made = dict(states)
    _take_bound(made)
    analyte = _known(made["analyte"])
    unit = _unit(made)
    if not isinstance(analyte, Analyte):
        return made
    kept = UNIT_OF_ANALYTE[analyte]
    if unit is None:
        if made["unit"].is_blank and any(isinstance(_known(made[n]), float) for n in _NUMBERS):
            made["unit"] = replace(
                made["unit"],
                error=_("A number without its unit says nothing. It is kept in %(unit)s.")
                % {"unit": unit_words(kept)},
            )
        return made
    if in_canonical_unit(analyte, 1.0, unit) is None:
        made["unit"] = replace(
            made["unit"],
            reading=NotUnderstood(
                _("%(analyte)s is kept in %(unit)s.")
                % {"analyte": choice_words(analyte), "unit": unit_words(kept)},
                _("No exact way from %(given)s is known; write the value in that unit.")
                % {"given": unit_words(unit)[:20]},
            ),
        )
        return made
    if folded(unit) == kept:
        made["unit"] = replace(made["unit"], reading=Understood(kept))
        return made
    for name in _NUMBERS:
        value = _known(made[name])
        if isinstance(value, float):
            converted = in_canonical_unit(analyte, value, unit)
            assert converted is not None
            said = Said(f"{number_words(converted)} {unit_words(kept)}")
            made[name] = replace(made[name], reading=Understood(converted, said))
    made["unit"] = replace(
        made["unit"],
        reading=Understood(
            kept,
            Said(_("kept in %(unit)s") % {"unit": unit_words(kept)}, equals=False),
        ),
    )
    return made


def _known(state: FieldState) -> object:
    return state.reading.value if isinstance(state.reading, Understood) else None


def _take_bound(made: dict[str, FieldState]) -> None:
    """ "<50" in the value: the limit is 50, and the value lies below it."""
    for name in _NUMBERS:
        text, unit = _parted(made[name].text)
        if unit and made[name].wrong is not None and not text.startswith("<"):
            made[name] = replace(made[name], reading=read_number(text, made[name].field.fact))
    bound = below_limit_in(_parted(made["value"].text)[0], Notation())
    if bound is None:
        return
    limit, below = made["limit"], made["below_limit"]
    if (not limit.is_blank and _known(limit) != bound.limit) or _known(below) is False:
        made["value"] = replace(
            made["value"],
            reading=NotUnderstood(
                _("The value is below %(limit)s, and another field says otherwise.")
                % {"limit": number_words(bound.limit)},
                _("Correct one, or leave the other fields blank."),
            ),
        )
        return
    said = Said(
        _("below the limit of %(limit)s") % {"limit": number_words(bound.limit)}, equals=False
    )
    made["value"] = replace(made["value"], reading=Understood(NOT_RECORDED, said))
    made["limit"] = replace(limit, reading=Understood(bound.limit))
    made["below_limit"] = replace(below, reading=Understood(True))


def _parted(text: str) -> tuple[str, str]:
    """A number and the unit typed after it; a bound keeps its sign."""
    text = clean_text(text)
    sign = "<" if text.startswith("<") else ""
    bare = text.removeprefix("<").strip()
    found = number_and_unit(bare)
    if not isinstance(found, Written) or not found.rest:
        return text, ""
    return sign + bare[: -len(found.rest)].strip(), found.rest


def _unit(made: dict[str, FieldState]) -> str | None:
    """The unit chosen or typed after a number; None when there is none, or two that differ."""
    chosen = _known(made["unit"])
    typed = {folded(unit) for name in _NUMBERS if (unit := _parted(made[name].text)[1])}
    if isinstance(chosen, str):
        typed.add(folded(chosen))
    if len(typed) > 1:
        made["unit"] = replace(
            made["unit"],
            reading=NotUnderstood(
                _("Two units are given: %(units)s.") % {"units": ", ".join(sorted(typed))},
                _("Leave one."),
            ),
        )
        return None
    return typed.pop() if typed else None
