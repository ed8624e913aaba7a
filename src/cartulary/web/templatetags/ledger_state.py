# SPDX-License-Identifier: Apache-2.0
"""The state of the ledger for the footer of every page: intact or not, how long, how far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from cartulary.registry import clock
from cartulary.registry.last_verification import LastVerification, last_verification
from cartulary.registry.models import Centre, ChainHead
from cartulary.registry.worklists import COUNTED
from cartulary.web.entry.spoken import date_words, number_words
from cartulary.web.home.lines import local

register = template.Library()


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """What the footer says. `state` is intact, damaged or unverified."""

    state: str
    entries: str
    last: str
    head: str
    verified: str


@register.simple_tag
def ledger_state(centre: Centre) -> LedgerLine:
    """The footer's words for one centre; reads one row and one small file."""
    head = ChainHead.objects.filter(centre=centre).first()
    seen = last_verification(centre)
    number = head.number if head is not None else 0
    return LedgerLine(
        state="unverified" if seen is None else "intact" if seen.intact else "damaged",
        entries=number_words(number),
        last=_moment(head.recorded_at, "%(time)s") if head is not None and head.recorded_at else "",
        head=short_hash(head.hash) if head is not None and number else "",
        verified=_verified(seen, number),
    )


@register.filter
def short_hash(text: str) -> str:
    """The first eight digits of a hash in two groups.

    >>> short_hash("7f3a9c2100")
    '7f3a·9c21'
    """
    return f"{text[:4]}·{text[4:8]}" if text else ""


@register.filter
def capped(n: int) -> str:
    """A count as it is shown; a plus where counting stopped.

    >>> capped(12), capped(499), capped(500)
    ('12', '499', '500+')
    """
    return f"{number_words(n)}+" if n >= COUNTED else number_words(n)


def _verified(seen: LastVerification | None, number: int) -> str:
    if seen is None:
        return ""
    words = _moment(seen.at, _("today %(time)s"))
    behind = number - seen.entries
    if behind > 0:
        return _("%(when)s, %(n)s entries since") % {"when": words, "n": number_words(behind)}
    return words


def _moment(moment: datetime, of_today: str) -> str:
    """A moment as the footer says it: the time of today, else the date."""
    here = local(moment)
    if here.date() == clock.today():
        return of_today % {"time": f"{here:%H:%M}"}
    return date_words(here.date())
