# SPDX-License-Identifier: Apache-2.0
"""Dates as people type them: in full or in part, without a year, after an infusion, as a day."""

from __future__ import annotations

import re
from datetime import date, timedelta

from django.utils.translation import gettext as _

from cartulary.course.dates import Precision
from cartulary.course.tables.days import FURTHEST_DAY, When, when_of
from cartulary.web.entry import said_dates as words
from cartulary.web.entry.absent_keys import absence_typed
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.date_slips import bare_number, not_a_date, refused
from cartulary.web.entry.spoken import date_words, study_day_text
from cartulary.web.entry.typed import (
    UNKNOWN_MOMENT,
    Meant,
    Moment,
    NotUnderstood,
    Reading,
    Understood,
)
from cartulary.web.entry.yearless import with_year

_DASHES = str.maketrans("‐‑‒–—―−", "-------")
_CLOCK = re.compile(r"(?<=\S)(?:T|,?\s+(?:(?:om|at)\s+)?)(\d{1,2})[:.](\d{2})(?:\s*(?:u|uur|h))?$")
_AFTER_INFUSION = re.compile(
    r"d\s*([+-]?)\s*(\d{1,5})(?:\s*(?:i|inf|infusion|infusie)\s*(\d{1,2}))?"
)
_STUDY_DAY = re.compile(
    r"(?:dag|day|dg)\s*([+-]?)\s*(\d{1,5})\s*(?:\(?\s*(maand|month|jaar|year)\s*\)?)?"
)
_NEAR = {
    "vandaag": 0, "today": 0, "nu": 0, "now": 0,
    "gisteren": 1, "yesterday": 1, "eergisteren": 2,
}  # fmt: skip
_PRECISION = {
    "maand": Precision.MONTH,
    "month": Precision.MONTH,
    "jaar": Precision.YEAR,
    "year": Precision.YEAR,
}
LONGEST = 60


def read_date(text: str, anchors: Anchors) -> Reading | None:
    """What a typed date means for this child on this day; None when nothing was typed.

    Understood are d+7 (after the last infusion), d+7 i1 (after infusion 1), dag 43 or day 43
    (after day 0), 2026-11, nov 2026, 2026, 12 nov, 12-11, 17-3-2020 7:40, today, ?.
    The value is a `Moment`. What may be read in two ways is refused with both.
    """
    text = " ".join(text.translate(_DASHES).split())
    if not text:
        return None
    if len(text) > LONGEST:
        return not_a_date()
    if text == "?" or absence_typed(text) is not None:
        return _unknown(text)
    time = ""
    if clock := _CLOCK.search(text):
        hour, minute = int(clock[1]), int(clock[2])
        if ":" in clock[0] or re.search(r"[uh]", clock[0]):
            if hour > 23 or minute > 59:
                return NotUnderstood(
                    _("There is no such time: %(time)s.") % {"time": clock[0].strip()},
                    _("Write hours and minutes, such as 07:40."),
                )
            time, text = f"{hour:02d}:{minute:02d}", text[: clock.start()].rstrip(" ,")
    return _with_time(_read(text.casefold(), text, anchors), time)


def _unknown(text: str) -> Reading:
    if text in ("-", ">", "!"):
        return NotUnderstood(
            _("“%(key)s” says that something was not done, is still to come, or was refused.")
            % {"key": text},
            _("An event has happened, if only its date is not known. Write ? for an unknown date."),
        )
    return Understood(UNKNOWN_MOMENT, words.unknown())


def _read(low: str, text: str, anchors: Anchors) -> Reading:
    if low in _NEAR:
        return _checked(anchors.today - timedelta(days=_NEAR[low]), anchors)
    if match := _AFTER_INFUSION.fullmatch(low):
        return _after_infusion(match, anchors)
    if match := _STUDY_DAY.fullmatch(low):
        return _study_day(match, anchors)
    if low.isdigit() and len(low) not in (4, 8):
        return bare_number(int(low), anchors)
    when = when_of(text)
    if isinstance(when, When):
        return _calendar(when, anchors)
    found = with_year(text, anchors)
    if found is None:
        return refused(when, text, anchors)
    if isinstance(found, NotUnderstood):
        return found
    return _calendar(found, anchors, filled_in=True)


def _calendar(when: When, anchors: Anchors, *, filled_in: bool = False) -> Reading:
    if anchors.day0 is None:
        return NotUnderstood(
            _("This child's day 0 has no date, so a calendar date cannot be placed."),
            _("Write the study day, such as day 43, or give day 0 its date first."),
        )
    if when.date.earliest > anchors.today:
        return _future(when, anchors)
    said = words.said_date(when.date, anchors, filled_in=filled_in)
    return Understood(Moment.on(when.date), said)


def _future(when: When, anchors: Anchors) -> NotUnderstood:
    meant: tuple[Meant, ...] = ()
    if when.precision is Precision.DAY:
        for year in (anchors.today.year, anchors.today.year - 1):
            try:
                earlier = when.date.earliest.replace(year=year)
            except ValueError:
                continue
            if earlier <= anchors.today:
                meant = (Meant(earlier.isoformat(), date_words(earlier)),)
                break
    return NotUnderstood(
        _("%(date)s lies in the future.") % {"date": date_words(when.date)},
        _("An event is written down once it has happened."),
        meant,
    )


def _checked(day: date, anchors: Anchors, said_after: str = "") -> Reading:
    """A date reckoned from something else, read back with what it was reckoned from."""
    found = when_of(day.isoformat())
    if not isinstance(found, When):
        return refused(found, day.isoformat(), anchors)
    read = _calendar(found, anchors)
    if isinstance(read, NotUnderstood) or not said_after:
        return read
    return Understood(read.value, words.said_reckoned(day, said_after))


def _after_infusion(match: re.Match[str], anchors: Anchors) -> Reading:
    sign, count, number = match[1], int(match[2]), match[3]
    signed = -count if sign == "-" else count
    infusion = anchors.infusion(int(number)) if number else anchors.last_infusion
    if infusion is None:
        if number and anchors.infusions:
            return NotUnderstood(
                _("There is no infusion %(number)s with a known day.") % {"number": number},
                _("Infusions with a known day: %(known)s.")
                % {"known": ", ".join(str(one.number) for one in anchors.infusions)},
            )
        return NotUnderstood(
            _("%(typed)s counts from an infusion, and none with a known day is recorded.")
            % {"typed": words.d_plus(signed)},
            _("Write a date, or %(day)s for a day after day 0.") % {"day": study_day_text(signed)},
            (Meant(study_day_text(signed), words.study_day_words(signed, anchors)),),
        )
    day = infusion.day + signed
    if abs(day) > FURTHEST_DAY:
        return not_a_date()
    when = anchors.date_of(day)
    after = words.after_infusion_words(day - infusion.day, infusion, anchors)
    if when is None:
        return Understood(
            Moment(day=day, precision=Precision.DAY), words.said_study_day(day, after)
        )
    return _checked(when, anchors, after)


def _study_day(match: re.Match[str], anchors: Anchors) -> Reading:
    day = int(match[2]) * (-1 if match[1] == "-" else 1)
    precision = _PRECISION.get(match[3] or "", Precision.DAY)
    if abs(day) > FURTHEST_DAY:
        return not_a_date()
    if anchors.day0 is None or precision is not Precision.DAY:
        return Understood(
            Moment(day=day, precision=precision), words.said_study_day(day, "", precision)
        )
    when = anchors.date_of(day)
    assert when is not None
    return _checked(when, anchors, words.after_day0_words(day, anchors))


def _with_time(read: Reading, time: str) -> Reading:
    if not time or isinstance(read, NotUnderstood):
        return read
    moment: Moment = read.value
    if moment.precision is not Precision.DAY:
        return NotUnderstood(
            _("A time, %(time)s, stands with a date that is not known to the day.")
            % {"time": time},
            _("Write the whole date, or leave the time out."),
        )
    timed = Moment(moment.date, moment.day, moment.precision, time)
    assert read.said is not None
    return Understood(timed, words.with_time(read.said, time))
