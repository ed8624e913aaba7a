# SPDX-License-Identifier: Apache-2.0
"""What is open on a child: contacts whose window has opened, and what the rules find."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cartulary.registry.models import Child, Due, Finding
from cartulary.registry.worklist_due import step_of
from cartulary.registry.worklist_findings import words_of
from cartulary.web.entry.spoken import date_words, language, number_words

# A contact that opens later than this is no business of today.
SOON_DAYS = 60
SHOWN = 6
_GLYPHS = {"error": ("✕", "wrong"), "warning": ("!", "beware"), "note": ("", "quiet")}


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One line of the margin."""

    glyph: str
    tone: str
    words: str
    note: str
    url: str


def open_items(child: Child, today: date) -> list[OpenItem]:
    """Contacts first, the most pressing first; then findings, alike ones together."""
    return [*_contacts(child, today), *_findings(child)]


def _contacts(child: Child, today: date) -> list[OpenItem]:
    rows = Due.objects.filter(
        child=child, done_on__isnull=True, opens__lte=today + timedelta(days=SOON_DAYS)
    ).order_by("closes")
    made = []
    for row in rows[:SHOWN]:
        found = step_of(row.item)
        words = found[1].words.text(language()) if found else row.item
        late = row.closes < today
        note = (_("window closed %(day)s") if late else _("window closes %(day)s")) % {
            "day": date_words(row.closes)
        }
        glyph, tone = ("▲", "wrong") if late else ("", "quiet")
        made.append(OpenItem(glyph, tone, words, note, reverse("home:due", args=[row.pk])))
    return made


def _findings(child: Child) -> list[OpenItem]:
    rows = list(Finding.objects.filter(child=child, resolution__isnull=True).order_by("pk"))
    times = Counter(row.rule for row in rows)
    first = {row.rule: row for row in reversed(rows)}
    made = []
    for rule, row in list(first.items())[:SHOWN]:
        glyph, tone = _GLYPHS.get(row.severity, ("", "quiet"))
        words = words_of(rule, row.problem, language())
        note = _("%(n)s times") % {"n": number_words(times[rule])} if times[rule] > 1 else ""
        url = reverse("home:finding", args=[row.pk])
        made.append(OpenItem(glyph, tone, words.title, note, url))
    weight = {"wrong": 0, "beware": 1, "quiet": 2}
    return sorted(made, key=lambda item: weight[item.tone])
