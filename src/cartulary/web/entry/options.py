# SPDX-License-Identifier: Apache-2.0
"""The options of a list: the values, then each reason for absence behind its own key."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from cartulary.course.events.observation import Analyte
from cartulary.course.units import FACTORS, UNIT_OF_ANALYTE
from cartulary.web.entry.absent_keys import KEY_OF_ABSENCE, absence_words
from cartulary.web.entry.form_fields import FormField, Widget
from cartulary.web.entry.spoken import unit_words
from cartulary.web.entry.typed_choices import EMPTY_LIST, NO, YES, choice_words


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list: what is posted, what is shown.

    `fits` are the analytes that a unit may stand with, `kept` those that are kept in it.
    """

    code: str
    words: str
    absent: bool = False
    fits: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def absence_options() -> tuple[Option, ...]:
    """The reasons for absence; each begins with its key, so that typing the key finds it."""
    return tuple(
        Option(key, f"{key}  {absence_words(absence)}", absent=True)
        for absence, key in KEY_OF_ABSENCE.items()
    )


def options_of(field: FormField) -> tuple[Option, ...]:
    """The values that a list of this field offers, absences not counted."""
    if field.widget is Widget.YES_NO:
        return (Option(YES, _("yes")), Option(NO, _("no")))
    if field.widget is Widget.UNIT:
        return unit_options()
    return tuple(Option(str(member), choice_words(member)) for member in field.choices)


def empty_list_option() -> Option:
    """That several choices were looked for and none was there."""
    return Option(EMPTY_LIST, _("none of these"))


def units_for(analyte: Analyte) -> tuple[str, ...]:
    """The units in which an analyte may be written: the one it is kept in first.

    >>> units_for(Analyte.NEUTROPHILS)
    ('cells/µL', '10⁹/L')
    """
    kept = UNIT_OF_ANALYTE[analyte]
    return (kept, *(given for given, wanted in FACTORS if wanted == kept))


def unit_options() -> tuple[Option, ...]:
    """Every unit that some analyte may be written in, with the analytes that it fits."""
    fits: dict[str, list[str]] = {}
    for analyte in Analyte:
        for unit in units_for(analyte):
            fits.setdefault(unit, []).append(str(analyte))
    kept = {unit: tuple(a for a, own in UNIT_OF_ANALYTE.items() if own == unit) for unit in fits}
    return tuple(
        Option(unit, unit_words(unit), fits=tuple(of), kept=tuple(str(a) for a in kept[unit]))
        for unit, of in fits.items()
    )
