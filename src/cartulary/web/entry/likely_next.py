# SPDX-License-Identifier: Apache-2.0
"""Which kinds of event are likely to be written down next, by where the child is."""

from __future__ import annotations

from cartulary.course.course import Course
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Bridging,
    Consent,
    Death,
    Diagnosis,
    Indication,
    Infusion,
    LastContact,
    Lymphodepletion,
    Product,
)
from cartulary.course.events.disease import Decision, Timepoint

# Around an infusion the signs of each day are written down so long.
BEDSIDE_DAYS = 30
# From here on the look at day 28 is expected.
FIRST_LOOK_DAY = 24
MOST = 4


def likely_next(course: Course, today_day: int | None) -> tuple[str, ...]:
    """Up to four kinds of event, the likeliest first.

    `today_day` is today as a study day of this child, None where day 0 has no date. The order is
    that of a course: what comes first and is not there yet. It is an offer, never a limit.

    >>> from cartulary.course import Origin
    >>> likely_next(Course("P-1", Origin.RECORDED, (Indication(0),)), 3)
    ('consent', 'apheresis', 'diagnosis', 'prior_therapy')
    """
    if course.all(Death):
        return ("last_contact",) if not course.all(LastContact) else ()
    if course.all(Infusion):
        return _after_infusion(course, today_day)[:MOST]
    return _before_infusion(course)[:MOST]


def _before_infusion(course: Course) -> tuple[str, ...]:
    found: list[str] = []
    indications = course.all(Indication)
    if not indications:
        found.append("indication")
    if any(one.decision is Decision.DECLINED for one in indications):
        return ("last_contact", "new_therapy", "consent", "death")
    if not course.all(Consent):
        found.append("consent")
    if not course.all(Apheresis):
        found += ["apheresis", *_history(course)]
    elif not course.all(Product):
        found += ["product", "custody", "bridging", *_history(course)]
    elif not course.all(Lymphodepletion):
        found += ["custody"]
        found += [] if course.all(Bridging) else ["bridging"]
        found += ["lymphodepletion", "assessment"]
    else:
        found += ["infusion", "custody", "assessment"]
    return tuple(found)


def _history(course: Course) -> list[str]:
    return (["diagnosis"] if not course.all(Diagnosis) else []) + ["prior_therapy"]


def _after_infusion(course: Course, today_day: int | None) -> tuple[str, ...]:
    days = course.infusion_days
    since = None if today_day is None or not days else today_day - days[-1]
    looked = any(one.timepoint is Timepoint.DAY_28 for one in course.all(Assessment))
    if since is None or since <= BEDSIDE_DAYS:
        found = ["finding", "measurement", "toxicity", "treatment"]
        if since is not None and since >= FIRST_LOOK_DAY and not looked:
            found.insert(0, "assessment")
        return tuple(found)
    found = [] if looked else ["assessment"]
    found += ["last_contact", "measurement", "assessment", "infection", "treatment"]
    return tuple(dict.fromkeys(found))
