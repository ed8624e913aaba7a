# SPDX-License-Identifier: Apache-2.0
"""A report of a part of the programme says of which part, on its first page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from cartulary.course.events.treatment import Purpose
from cartulary.reports.content import Report
from cartulary.reports.wording import long_date
from cartulary.studies.period import Period

CONSENT = {
    Purpose.TREATMENT: ("behandeling", "treatment"),
    Purpose.REGISTRY: ("registratie", "a registry"),
    Purpose.RESEARCH: ("onderzoek", "research"),
    Purpose.BIOBANK: ("een biobank", "a biobank"),
}


def narrowed_to(
    report: Report,
    *,
    period: Period | None = None,
    purpose: Purpose | None = None,
    as_of: date | None = None,
) -> Report:
    """The report with, under its title, the children and the moment it is limited to.

    Arguments: the report of the children that are left; the period of their indications; the
        purpose for which each consented; the day as of which the ledger was read.
    Returns: the same report; unchanged when nothing limits it.
    """
    parts = scope_words(report.lang, period=period, purpose=purpose, as_of=as_of)
    if not parts:
        return report
    return replace(report, subtitle="; ".join((report.subtitle, *parts)))


def scope_words(
    lang: str,
    *,
    period: Period | None = None,
    purpose: Purpose | None = None,
    as_of: date | None = None,
) -> tuple[str, ...]:
    """What limits a report, a phrase each.

    >>> scope_words("en", as_of=date(2020, 3, 1))
    ('as the ledger stood on 1 March 2020',)
    """
    dutch = lang == "nl"
    parts = []
    if period is not None and not period.is_open:
        parts.append(_period_words(period, lang))
    if purpose is not None:
        nl, en = CONSENT[purpose]
        parts.append(f"met toestemming voor {nl}" if dutch else f"with consent for {en}")
    if as_of is not None:
        day = long_date(as_of, lang)
        stood = "zoals het grootboek was op" if dutch else "as the ledger stood on"
        parts.append(f"{stood} {day}")
    return tuple(parts)


def _period_words(period: Period, lang: str) -> str:
    first = long_date(period.first, lang) if period.first else ""
    last = long_date(period.last, lang) if period.last else ""
    if lang == "nl":
        if first and last:
            return f"indicaties van {first} tot en met {last}"
        return f"indicaties vanaf {first}" if first else f"indicaties tot en met {last}"
    if first and last:
        return f"indications from {first} to {last}"
    return f"indications from {first} on" if first else f"indications until {last}"
