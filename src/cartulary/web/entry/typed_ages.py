# SPDX-License-Identifier: Apache-2.0
"""The age of a child as people type it: a month of birth, or years and months."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.dates import Precision
from cartulary.course.tables.children_table import AGE_DAYS
from cartulary.course.tables.days import When, when_of
from cartulary.course.tables.numbers import Written, number_of
from cartulary.web.entry.absent_keys import absence_typed, absence_words
from cartulary.web.entry.spoken import date_words, number_words
from cartulary.web.entry.typed import Meant, NotUnderstood, Reading, Said, Understood

DAYS_PER_MONTH = DAYS_PER_YEAR / 12
_YEARS = r"(?:j|jr|jaar|y|yr|yrs|years?)"
_MONTHS = r"(?:m|mnd|maand|maanden|mo|months?)"
_IN_DAYS = re.compile(r"(\d{1,5})\s*(?:d|dagen|dag|days?)")
_IN_WEEKS = re.compile(r"(\d{1,3})\s*(?:w|wk|weken|week|weeks?)")
_IN_MONTHS = re.compile(rf"(\d{{1,3}})\s*{_MONTHS}")
_YEARS_AND_MONTHS = re.compile(
    rf"(\d{{1,2}})\s*(?:{_YEARS}|;)[\s,]*(?:en|and)?\s*(\d{{1,2}})\s*(?:{_MONTHS})?"
)
_IN_YEARS = re.compile(rf"([\d.,]+)\s*{_YEARS}?")
_OLDEST_YEARS = 30


def read_age(text: str, day0: date | None) -> Reading | None:
    """The age on day 0 in days; None when nothing was typed.

    Understood are 2013-02 and feb 2013 (a month of birth, taken as its middle), 7 jaar 3 maanden,
    7;3, 7,5, 8 mnd, 20 dagen, and the keys of absence. A full date of birth is not taken: it would
    name the child, and belongs with the identity.
    """
    text = " ".join(text.split())
    if not text:
        return None
    absence = absence_typed(text)
    if absence is not None:
        return Understood(absence, Said(absence_words(absence), equals=False))
    low = text.casefold()
    days = _days_typed(low)
    if days is not None:
        return _checked(days)
    when = when_of(text)
    if isinstance(when, When):
        return _of_birth(when, day0)
    return NotUnderstood(
        _("This is not an age."),
        _("Write the month of birth, such as 2013-02, or the age, such as 7 years 3 months; 8 mo."),
    )


def _days_typed(low: str) -> int | None:
    if match := _IN_DAYS.fullmatch(low):
        return int(match[1])
    if match := _IN_WEEKS.fullmatch(low):
        return int(match[1]) * 7
    if match := _IN_MONTHS.fullmatch(low):
        return round(int(match[1]) * DAYS_PER_MONTH)
    if (match := _YEARS_AND_MONTHS.fullmatch(low)) and int(match[2]) < 12:
        return round(int(match[1]) * DAYS_PER_YEAR + int(match[2]) * DAYS_PER_MONTH)
    if match := _IN_YEARS.fullmatch(low):
        years = number_of(match[1])
        if isinstance(years, Written) and not years.rest and years.value <= _OLDEST_YEARS:
            return round(years.value * DAYS_PER_YEAR)
    return None


def _of_birth(when: When, day0: date | None) -> Reading:
    if when.precision is Precision.DAY:
        month = f"{when.date.year}-{when.date.month:02d}"
        return NotUnderstood(
            _("A full date of birth names the child."),
            _("Here the month is enough; the date belongs with the identity."),
            (Meant(month, month),),
        )
    if day0 is None:
        return NotUnderstood(
            _("Day 0 has no date, so no age can be reckoned from a month of birth."),
            _("Write the age on day 0, such as 7 years 3 months."),
        )
    days = day0.toordinal() - when.ordinal
    if days < 0 and when.date.earliest <= day0:
        days = 0
    if days < 0:
        return NotUnderstood(
            _("%(birth)s lies after day 0, %(day0)s.")
            % {"birth": date_words(when.date), "day0": date_words(day0)},
            _("Check both dates."),
        )
    return _checked(days, _("born %(birth)s") % {"birth": date_words(when.date)})


def _checked(days: int, from_what: str = "") -> Reading:
    problem = AGE_DAYS.problem_with(days)
    if problem is not None:
        return NotUnderstood(_("The age would be %(age)s.") % {"age": age_words(days)})
    tail = _(" on day 0; kept as %(days)s days") % {"days": number_words(days)}
    if from_what:
        tail += f"; {from_what}"
    return Understood(days, Said(age_words(days), tail))


def age_words(days: int) -> str:
    """An age in words: days, then months, then years and months.

    A child of 2 648 days is 7 years and 3 months old.
    """
    if days < 60:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    # A day of grace: an age typed in months was rounded to whole days.
    months = int((days + 1) / DAYS_PER_MONTH)
    years, rest = divmod(months, 12)
    of_months = ngettext("%(count)s month", "%(count)s months", rest) % {"count": rest}
    if years == 0:
        return of_months
    of_years = ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    if rest == 0:
        return of_years
    return _("%(years)s and %(months)s") % {"years": of_years, "months": of_months}
