# SPDX-License-Identifier: Apache-2.0
"""Texts in a date field that are no date: why, and what may have been meant."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from cartulary.course.tables.days import EARLIEST_YEAR, FURTHEST_DAY, LATEST_YEAR, When, when_of
from cartulary.course.tables.refusal import Refusal
from cartulary.web.entry import said_dates as words
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.spoken import date_words, study_day_text
from cartulary.web.entry.typed import Meant, NotUnderstood

_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_SHORT = re.compile(r"(.*\D)'?(\d{2})")


def not_a_date() -> NotUnderstood:
    """The text is no date at all; examples of what is."""
    return NotUnderstood(
        _("This is not a date."),
        _("Write 17-3-2020, 12 nov, 2020-03, 2020, d+7, day 43, or ? for unknown."),
    )


def bare_number(number: int, anchors: Anchors) -> NotUnderstood:
    """A number alone may be days after the infusion, or after the indication."""
    if number > FURTHEST_DAY:
        return not_a_date()
    meant = []
    last = anchors.last_infusion
    if last is not None:
        after = words.after_infusion_words(number, last, anchors).partition(";")[0]
        meant.append(Meant(f"d+{number}", f"d+{number}: {after}"))
    meant.append(Meant(study_day_text(number), words.study_day_words(number, anchors)))
    return NotUnderstood(
        _("%(number)s alone does not say what it counts from.") % {"number": number},
        _("Write d+%(number)s after an infusion, or day %(number)s after day 0.")
        % {"number": number},
        tuple(meant),
    )


def refused(refusal: Refusal, text: str, anchors: Anchors) -> NotUnderstood:
    """What the reader of tables refused, in the words of a form."""
    if refusal.rule == "date.ambiguous":
        return _ambiguous(text)
    if refusal.rule == "date.impossible":
        return NotUnderstood(
            _("The calendar has no such day: %(text)s.") % {"text": text},
            _("Check the day and the month against the source."),
        )
    if refusal.rule == "date.out_of_range":
        return NotUnderstood(
            _("The year lies outside %(first)s to %(last)s.")
            % {"first": EARLIEST_YEAR, "last": LATEST_YEAR},
            _("Check the year against the source."),
        )
    if refusal.rule == "date.short_year":
        return _short_year(text, anchors)
    return not_a_date()


def _ambiguous(text: str) -> NotUnderstood:
    meant = []
    if match := _SLASHES.fullmatch(text.strip()):
        one, two, year = match.groups()
        for day, month in ((one, two), (two, one)):
            when = when_of(f"{day}-{month}-{year}")
            if isinstance(when, When):
                meant.append(Meant(str(when.date), date_words(when.date)))
    return NotUnderstood(
        _("%(text)s may begin with the day or with the month.") % {"text": text},
        _("With a hyphen the day comes first."),
        tuple(meant),
    )


def _short_year(text: str, anchors: Anchors) -> NotUnderstood:
    meant: tuple[Meant, ...] = ()
    if match := _SHORT.fullmatch(text):
        when = when_of(f"{match[1]}20{match[2]}")
        if isinstance(when, When) and when.date.earliest <= anchors.today:
            meant = (Meant(str(when.date), date_words(when.date)),)
    return NotUnderstood(
        _("The year has two digits."),
        _("Two digits may be a year, a month or a day; write all four."),
        meant,
    )
