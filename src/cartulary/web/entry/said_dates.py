# SPDX-License-Identifier: Apache-2.0
"""The line under a date field: the date in full, the weekday, and what it was reckoned from."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.course.dates import PartialDate, Precision
from cartulary.web.entry.anchors import Anchors, InfusionDay
from cartulary.web.entry.spoken import MINUS, date_words, day_and_month, language, weekday_word
from cartulary.web.entry.typed import Said


def unknown() -> Said:
    """An unknown date."""
    return Said(_("date unknown"), _("; kept as unknown"), equals=False)


def said_date(when: PartialDate, anchors: Anchors, *, filled_in: bool = False) -> Said:
    """A date read back: the weekday where the day is known, else what is kept."""
    if when.precision is Precision.MONTH:
        return Said(date_words(when), _(", day unknown; kept as a month"), equals=filled_in)
    if when.precision is Precision.YEAR:
        return Said(
            date_words(when), _(", month and day unknown; kept as a year"), equals=filled_in
        )
    day = when.earliest
    parts = [weekday_word(day), _clock(day, anchors)]
    if filled_in:
        parts.append(_("year filled in"))
    return Said(date_words(day), ", " + "; ".join(part for part in parts if part))


def _clock(day: date, anchors: Anchors) -> str:
    """Where a date lies on the child's own clock: D+7, or the day after day 0."""
    if anchors.day0 is None:
        return ""
    infusion = anchors.last_infusion
    study_day = (day - anchors.day0).days
    if infusion is not None:
        return d_plus(study_day - infusion.day)
    return study_day_words(study_day, anchors) if abs(study_day) < 3660 else ""


def d_plus(days: int) -> str:
    """D+7, D0, D−6: days counted from an infusion."""
    if days == 0:
        return "D0"
    return f"D+{days}" if days > 0 else f"D{MINUS}{-days}"


def said_reckoned(day: date, after: str) -> Said:
    """A date that was reckoned from something else."""
    return Said(date_words(day), f", {weekday_word(day)}; {after}")


def said_study_day(day: int, after: str = "", precision: Precision = Precision.DAY) -> Said:
    """A study day of a child whose day 0 has no date."""
    about = "" if precision is Precision.DAY else ", " + _precision_words(precision)
    head = _("day %(day)s") % {"day": str(day).replace("-", MINUS)}
    return Said(head, about + (f"; {after}" if after else ""))


def _precision_words(precision: Precision) -> str:
    return precision.nl if language() == "nl" else precision.en


def after_infusion_words(days: int, infusion: InfusionDay, anchors: Anchors) -> str:
    """Seven days after infusion 1 of 17 March; before, where the count is negative."""
    given = anchors.date_of(infusion.day)
    which = {
        "count": abs(days),
        "number": infusion.number,
        "date": day_and_month(given)
        if given is not None
        else _("day %(day)s") % {"day": infusion.day},
    }
    if days == 0:
        text = _("the day of infusion %(number)s") % which
    elif days > 0:
        text = (
            ngettext(
                "%(count)s day after infusion %(number)s of %(date)s",
                "%(count)s days after infusion %(number)s of %(date)s",
                days,
            )
            % which
        )
    else:
        text = (
            ngettext(
                "%(count)s day before infusion %(number)s of %(date)s",
                "%(count)s days before infusion %(number)s of %(date)s",
                -days,
            )
            % which
        )
    if len(anchors.infusions) > 1 and infusion == anchors.last_infusion:
        sign = "-" if days < 0 else "+"
        text += _("; after another infusion: %(typed)s") % {"typed": f"d{sign}{abs(days)} i1"}
    return text


def study_day_words(day: int, anchors: Anchors) -> str:
    """Day 43, with what day 0 is where that is not the indication."""
    text = _("day %(day)s") % {"day": str(day).replace("-", MINUS)}
    return f"{text} {after_what(anchors)}"


def after_what(anchors: Anchors) -> str:
    """After the indication, or after what stands for it."""
    if anchors.day0_is == "indication":
        return _("after the indication")
    name = anchors.day0_is.nl if language() == "nl" else anchors.day0_is.en
    return _("after day 0 (%(what)s)") % {"what": name}


def after_day0_words(day: int, anchors: Anchors) -> str:
    """Forty-three days after the indication of 3 February 2020."""
    if day == 0:
        return _("day 0")
    count = abs(day)
    days = ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if day < 0:
        return _("%(days)s before day 0") % {"days": days}
    return f"{days} {after_what(anchors)}"


def with_time(said: Said, time: str) -> Said:
    """The line with the time of day in it."""
    return Said(f"{said.head}, {time}", said.tail, said.equals)
