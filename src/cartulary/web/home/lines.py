# SPDX-License-Identifier: Apache-2.0
"""The lines of the worklists as the page draws them: words, marks, age and owner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.codebook.schedule import ItemKind
from cartulary.course.problem import Severity
from cartulary.registry.models import Account, Due, Finding
from cartulary.registry.queries import DataQuery, QueryState
from cartulary.registry.worklist_due import step_of
from cartulary.registry.worklist_findings import words_of
from cartulary.registry.worklists import Standing, standing_of
from cartulary.web.entry.spoken import date_words, language, number_words
from cartulary.web.home.places import child_url, new_event_url
from cartulary.web.home.windows import Axis, WindowBar

#: An open window with so many days left or fewer is marked.
SOON_OVER_DAYS: Final = 14

_GLYPHS: Final = {
    Severity.ERROR.value: ("✕", "wrong"),
    Severity.WARNING.value: ("!", "beware"),
    Severity.NOTE.value: ("·", "quiet"),
}


@dataclass(frozen=True, slots=True)
class DueLine:
    """One item that is due."""

    pk: int
    child_url: str
    course_id: str
    what: str
    asks: str
    bar: WindowBar
    said: str
    glyph: str
    tone: str
    states: str
    no_window: bool
    opens: date
    target: date
    closes: date
    owner: str
    fill_url: str
    answer_url: str
    can_fill: bool
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One finding or query that waits for somebody."""

    glyph: str
    tone: str
    course_id: str
    text: str
    note: str
    age: str
    whose: str
    blocks: bool
    url: str


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """The names of accounts by user name, the full name where there is one; others are left out."""
    wanted = {name for name in usernames if name}
    accounts = Account.objects.filter(username__in=wanted)
    return {one.username: one.get_full_name() or one.username for one in accounts}


def due_line(
    due: Due, axis: Axis, names: Mapping[str, str], *, may_write: bool, chosen: bool = False
) -> DueLine:
    """One item as its line of the worklist."""
    lang = language()
    standing, days = standing_of(due, axis.today)
    found = step_of(due.item)
    what, asks, kind = due.item, "", ItemKind.CONTACT
    if found is not None:
        _schedule, step, infusion = found
        what, asks, kind = step.words.text(lang), step.asks.text(lang), step.kind
        if infusion > 1:
            what = _("%(what)s, infusion %(n)s") % {"what": what, "n": infusion}
    no_window = due.opens == due.closes
    glyph, tone = _mark(standing, days)
    child = str(due.child_id)
    return DueLine(
        pk=due.pk,
        child_url=child_url(child),
        course_id=due.child.course_id,
        what=what,
        asks=asks,
        bar=axis.bar(due.opens, due.target, due.closes, standing),
        said=said(standing, days),
        glyph=glyph,
        tone=tone,
        states=_states(due, no_window=no_window),
        no_window=no_window,
        opens=due.opens,
        target=due.target,
        closes=due.closes,
        owner=names.get(due.owner, due.owner),
        fill_url=new_event_url(child, _form_kind(kind)),
        answer_url=reverse("home:due", args=[due.pk]),
        can_fill=may_write and standing is not Standing.SOON and kind is not ItemKind.FORM,
        chosen=chosen,
    )


def said(standing: Standing, days: int) -> str:
    """How an item stands, in words."""
    numbered = {"n": number_words(days)}
    if standing is Standing.LATE:
        return ngettext("%(n)s day late", "%(n)s days late", days) % numbered
    if standing is Standing.ASK:
        if days == 0:
            return _("target today")
        return ngettext("target %(n)s day past", "target %(n)s days past", days) % numbered
    if standing is Standing.OPEN:
        if days == 0:
            return _("closes today")
        return ngettext("%(n)s day left", "%(n)s days left", days) % numbered
    return ngettext("opens in %(n)s day", "opens in %(n)s days", days) % numbered


def _mark(standing: Standing, days: int) -> tuple[str, str]:
    if standing is Standing.LATE:
        return "▲", "wrong"
    if standing is Standing.ASK:
        return "?", "beware"
    if standing is Standing.OPEN and days <= SOON_OVER_DAYS:
        return "●", "beware"
    return "", "plain" if standing is Standing.OPEN else "quiet"


def _states(due: Due, *, no_window: bool) -> str:
    """The window in a sentence, for who does not see the drawing."""
    dates = {name: date_words(getattr(due, name)) for name in ("opens", "target", "closes")}
    if no_window:
        return _("Target %(target)s; the source states no window.") % dates
    return _("Window %(opens)s to %(closes)s, target %(target)s.") % dates


def _form_kind(kind: ItemKind) -> str:
    return "consent" if kind is ItemKind.CONSENT else "assessment"


def finding_line(finding: Finding, today: date) -> WaitingLine:
    """One finding as its line."""
    words = words_of(finding.rule, finding.problem, language())
    severity = Severity(finding.severity)
    glyph, tone = _GLYPHS[severity.value]
    name = severity.nl if language() == "nl" else severity.en
    value = str(finding.problem.get("value", ""))
    parts = [name[:1].upper() + name[1:], finding.rule, value]
    return WaitingLine(
        glyph=glyph,
        tone=tone,
        course_id=finding.child.course_id,
        text=words.title,
        note=" · ".join(part for part in parts if part),
        age=age(finding.found_at, today),
        whose=_("blocks the report") if severity is Severity.ERROR else "",
        blocks=severity is Severity.ERROR,
        url=reverse("home:finding", args=[finding.pk]),
    )


def query_line(query: DataQuery, me: str, today: date, names: Mapping[str, str]) -> WaitingLine:
    """One query as its line: whose turn it is."""
    answered = query.state is QueryState.ANSWERED
    who = names.get(query.last.author, query.last.author)
    if answered:
        note = _("Answer · %(who)s answers") % {"who": who}
        mine = query.asked_by == me
        whose = _("you close it") if mine else _("with %(who)s") % {
            "who": names.get(query.asked_by, query.asked_by)
        }  # fmt: skip
    else:
        note = _("Query · %(who)s asks") % {"who": who}
        whose = _("to you") if query.to == me else ""
        if query.to and query.to != me:
            whose = _("with %(who)s") % {"who": names.get(query.to, role_words(query.to))}
    if query.changed:
        note += " · " + _("the field has changed since")
    return WaitingLine(
        glyph="✓" if answered else "?",
        tone="good" if answered else "beware",
        course_id=query.child.course_id,
        text=query.last.text if answered else query.text,
        note=note,
        age=age(query.last.at, today),
        whose=whose,
        blocks=False,
        url=reverse("queries:query", args=[query.number]),
    )


def role_words(code: str) -> str:
    """A role in words; anything else as it is."""
    from cartulary.registry.roles import Role

    try:
        role = Role(code)
    except ValueError:
        return code
    return role.nl if language() == "nl" else role.en


def local(moment: datetime) -> datetime:
    """A moment as the clock here shows it."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))


def age(moment: datetime, today: date) -> str:
    """How old something is in days, or that it is of today."""
    days = (today - local(moment).date()).days
    if days <= 0:
        return _("today")
    return _("%(n)s d") % {"n": number_words(days)}


def when(moment: datetime, today: date) -> str:
    """The time of today, "yesterday", or the date."""
    here = local(moment)
    days = (today - here.date()).days
    if days <= 0:
        return f"{here:%H:%M}"
    return _("yesterday") if days == 1 else date_words(here.date())
