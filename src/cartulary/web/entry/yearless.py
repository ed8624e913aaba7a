# SPDX-License-Identifier: Apache-2.0
"""Dates typed without their year: filled in where only one year can be meant."""

from __future__ import annotations

import re
from datetime import timedelta

from django.utils.translation import gettext as _

from cartulary.course.tables.days import When, when_of
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.spoken import date_words
from cartulary.web.entry.typed import Meant, NotUnderstood

_NUMBERS = re.compile(r"(\d{1,2})([-./ ])(\d{1,2})\.?")
_DAY_WORD = re.compile(r"(\d{1,2}(?:st|nd|rd|th|e)?[-\s.]*)([^\W\d]{3,})\.?")
_WORD_DAY = re.compile(r"([^\W\d]{3,})\.?\s*(\d{1,2})(?:st|nd|rd|th)?")
_WORD = re.compile(r"([^\W\d]{3,})\.?")

# Half a year: a day of this calendar lies nearer to today than the same day of any other year.
RECENT_DAYS = 183
MOST_YEARS_BACK = 25


def with_year(text: str, anchors: Anchors) -> When | NotUnderstood | None:
    """A date without its year, filled in; refused where several years fit; None if it is none.

    The last such day is taken when it lies in the past half year. Otherwise the only one since
    day 0 is taken; where there are more, nobody can tell.
    """
    spelled = _spelled(text)
    if spelled is None:
        return None
    if not spelled:
        return _day_or_month_first(text)
    past = [
        found
        for year in range(anchors.today.year, anchors.today.year - MOST_YEARS_BACK, -1)
        if isinstance(found := when_of(spelled.format(year=year)), When)
        and found.date.earliest <= anchors.today
    ]
    if not past:
        return None
    last = past[0]
    if anchors.today - last.date.latest <= timedelta(days=RECENT_DAYS):
        return last
    if anchors.day0 is None:
        return last
    since = [when for when in past if when.date.latest >= anchors.day0]
    if len(since) == 1:
        return since[0]
    possible = (since or past)[:3]
    return NotUnderstood(
        _("%(date)s of which year?") % {"date": text},
        _("Only a day of the past half year, or the only one since day 0, needs no year."),
        tuple(Meant(str(when.date), date_words(when.date)) for when in possible),
    )


def _spelled(text: str) -> str | None:
    """The text with a place for the year; empty where day and month may be swapped."""
    if match := _NUMBERS.fullmatch(text):
        one, mark, two = match.groups()
        if mark == "/" and int(one) <= 12 and int(two) <= 12 and one != two:
            return ""
        mark = "-" if mark == " " else mark
        return f"{one}{mark}{two}{mark}{{year}}"
    if match := _DAY_WORD.fullmatch(text):
        return f"{match[1].rstrip(' -.')} {match[2]} {{year}}"
    if match := _WORD_DAY.fullmatch(text):
        return f"{match[1]} {match[2]}, {{year}}"
    if match := _WORD.fullmatch(text):
        return f"{match[1]} {{year}}"
    return None


def _day_or_month_first(text: str) -> NotUnderstood:
    one, two = text.split("/")
    return NotUnderstood(
        _("%(text)s may begin with the day or with the month.") % {"text": text},
        _("With a hyphen the day comes first."),
        (
            Meant(f"{one}-{two}", f"{one}-{two}"),
            Meant(f"{two}-{one}", f"{two}-{one}"),
        ),
    )
