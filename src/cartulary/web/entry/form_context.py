# SPDX-License-Identifier: Apache-2.0
"""What the template of a form is given, and the sentences around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cartulary.course.problem import Problem
from cartulary.registry.models import Draft, Entry
from cartulary.web.entry.form_reading import BECAUSE, REASON, FormRead
from cartulary.web.entry.form_view import Wrong, view_of
from cartulary.web.entry.history import versions_of
from cartulary.web.entry.options import absence_options
from cartulary.web.entry.place import Place
from cartulary.web.entry.said_values import said_facts
from cartulary.web.entry.spoken import date_words, language, number_words

_SOUND_NAME = re.compile(r"[0-9a-f-]{1,100}")


def as_part(response: HttpResponse) -> HttpResponse:
    """Mark a part of a page, so that a whole page (of signing in) is never put in its place."""
    response["X-Cartulary-Part"] = "1"
    return response


def sound_once(text: str) -> str:
    """The form's own name for what it sends, so that it is written once however often it comes."""
    return text if _SOUND_NAME.fullmatch(text) else ""


def draft_words(draft: Draft) -> str:
    """Draft 14:02; with its date when that is not today."""
    local = timezone.localtime(draft.saved_at)
    return _("Draft %(time)s") % {"time": f"{local:%H:%M}"}


def draft_found_words(draft: Draft) -> str:
    """That a draft was opened, and of when it is."""
    local = timezone.localtime(draft.saved_at)
    return _("This is your draft of %(date)s, %(time)s. It is not in the ledger yet.") % {
        "date": date_words(local.date()),
        "time": f"{local:%H:%M}",
    }


def saved_words(entry: Entry) -> str:
    """Saved 14:02 as entry 12 408."""
    local = timezone.localtime(entry.recorded_at)
    return _("Saved %(time)s as entry %(number)s.") % {
        "time": f"{local:%H:%M}",
        "number": number_words(entry.number),
    }


def missing(read: FormRead, *, amending: bool) -> tuple[Wrong, ...]:
    """What is still wanted beside the fields: what blank means, and why it is changed."""
    wrong: list[Wrong] = []
    if read.blank and read.rest_absence is None:
        labels = [one.field.label for one in read.blank]
        shown = ", ".join(labels[:4]) + (" …" if len(labels) > 4 else "")
        wrong.append(
            Wrong(
                "f-rest" if not amending else f"f-{read.blank[0].field.name}",
                _("Left blank"),
                _("%(fields)s. Fill in, or say what blank means.") % {"fields": shown},
            )
        )
    if amending and not read.reason:
        wrong.append(
            Wrong(
                f"f-{REASON}",
                _("Why it is changed"),
                _("Say it in a few words; it stays beside it."),
            )
        )
    return tuple(wrong)


def unexplained(problems: Sequence[Problem]) -> tuple[Wrong, ...]:
    """What is unlikely beside the rest of the course, and has no reason yet."""
    return tuple(
        Wrong(f"b-{one.rule}", one.fact.rstrip("."), _("Correct it, or say why it stands."))
        for one in problems
    )


def title_of(place: Place) -> str:
    """New event: infusion; or which event is changed."""
    name = place.event_type.label(language())
    if place.amending:
        return _("Change: %(kind)s") % {"kind": name.lower()}
    return _("New: %(kind)s") % {"kind": name.lower()}


def of_form(
    place: Place,
    read: FormRead,
    *,
    checked: bool,
    extra: tuple[Wrong, ...],
    problems: Sequence[Problem],
    draft: Draft | None,
) -> dict[str, Any]:
    """Everything that `entry/form.html` shows."""
    before: dict[str, str] = {}
    if place.original is not None:
        before = {
            one.name: one.words for one in said_facts(place.original, place.anchors, place.payload)
        }
    suggestions = {} if place.kind == "product" else {"product_id": place.product_ids}
    form = view_of(read, checked=checked, before=before, extra=extra, suggestions=suggestions)
    by_target = {one.target: one.message for one in form.wrong}
    first = form.wrong[0].target if form.wrong else ""
    names = {"key": place.child.key}
    if place.amending:
        names_of_event = {**names, "event": place.event}
        back = reverse("entry:event", kwargs=names_of_event)
        read_url = back + "read/"
        draft_url = reverse("entry:draft_event", kwargs=names_of_event)
    else:
        back = reverse("entry:choose", kwargs=names)
        here = reverse("entry:new", kwargs={**names, "kind": place.kind})
        read_url, draft_url = here + "read/", here + "draft/"
    return {
        "title": title_of(place),
        "child": place.child,
        "place": place,
        "kind": place.kind,
        "kind_words": place.event_type.label(language()),
        "form": form,
        "amending": place.amending,
        "source": read.source,
        "rest": read.rest,
        "rest_options": absence_options(),
        "rest_wrong": by_target.get("f-rest", ""),
        "rest_focus": first == "f-rest",
        "reason": read.reason,
        "reason_wrong": by_target.get(f"f-{REASON}", ""),
        "reason_focus": first == f"f-{REASON}",
        "doubts": [_doubt(one, read, first) for one in problems],
        "draft_said": draft_found_words(draft) if draft is not None else "",
        "back": back,
        "read_url": read_url,
        "draft_url": draft_url,
        "versions": versions_of(place) if place.amending else (),
    }


def _doubt(problem: Problem, read: FormRead, first: str) -> dict[str, Any]:
    because = read.because.get(problem.rule, "")
    return {
        "rule": problem.rule,
        "fact": problem.fact,
        "where": "",
        "why": problem.why,
        "remedy": problem.remedy,
        "because": because,
        "name": BECAUSE + problem.rule,
        "wrong": not because,
        "focus": first == f"b-{problem.rule}",
    }
