# SPDX-License-Identifier: Apache-2.0
"""Which kind of event is to be written: the likely ones first, then all of them in order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartulary.course.course import Course
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock, reading_log
from cartulary.registry.child_payload import CHILD
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Current, Draft, Entry, Finding
from cartulary.registry.permissions import Permission
from cartulary.registry.worklist_findings import words_of
from cartulary.web.access import page
from cartulary.web.entry import drafts
from cartulary.web.entry.form_context import draft_words
from cartulary.web.entry.likely_next import likely_next
from cartulary.web.entry.place import child_or_404, may_write, seat_of
from cartulary.web.entry.sections import GROUPS
from cartulary.web.entry.spoken import language

#: Drafts that the page of a product goes on with.
PRODUCT_DRAFTS = {"handling": gettext_lazy("hand-off"), "results": gettext_lazy("release tests")}
_WRITING = (Permission.WRITE_EVENTS, Permission.WRITE_TOXICITY, Permission.WRITE_PRODUCT)


@page(*_WRITING, methods=("GET", "POST"))
def choose(request: HttpRequest, key: UUID) -> HttpResponse:
    """Choose the kind of event; go on with a draft, or forget one."""
    child = child_or_404(request, key)
    account = seat_of(request).account
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        drafts.discard(account, child, kind, request.POST.get("event", ""))
        messages.info(request, _("The draft is gone."))
        return redirect("entry:choose", key=child.key)
    reading_log.read(account, child.centre, child, "choose event")
    course = course_of(child)
    today_day = None if child.day0 is None else (clock.today() - child.day0).days
    likely = [kind for kind in likely_next(course, today_day) if may_write(request, kind)]
    return render(
        request,
        "entry/choose.html",
        {
            "title": _("What is to be written down?"),
            "child": child,
            "likely": [_kind(request, child, course, kind) for kind in likely],
            "groups": [
                (_(title), [_kind(request, child, course, kind) for kind in kinds])
                for title, kinds in GROUPS
            ],
            "drafts": [_draft(child, one) for one in drafts.drafts_of_child(account, child)],
            "findings": findings_of_entry(child, request.GET.get("entry", "")),
        },
    )


def _kind(request: HttpRequest, child: Child, course: Course, kind: str) -> dict[str, Any]:
    event_type = EVENT_TYPE_OF_KIND[kind]
    return {
        "kind": kind,
        "words": event_type.label(language()),
        "count": len(course.all(event_type)),
        "url": reverse("entry:new", kwargs={"key": child.key, "kind": kind}),
        "may": may_write(request, kind),
    }


def _draft(child: Child, draft: Draft) -> dict[str, Any]:
    event_type = EVENT_TYPE_OF_KIND.get(draft.kind)
    names: dict[str, Any] = {"key": child.key}
    words = PRODUCT_DRAFTS.get(draft.kind, _("The child itself"))
    written = Current.objects.filter(child=child, event=draft.event)
    if draft.kind == CHILD:
        url = reverse("entry:amend_child", kwargs=names)
    elif draft.kind in PRODUCT_DRAFTS:
        url = reverse("product:product", kwargs={**names, "event": draft.event})
    elif draft.event and not written.exists():
        # A day that the grid has begun and not saved yet.
        url = reverse("toxicity:grid", kwargs=names)
    elif draft.event:
        url = reverse("entry:amend", kwargs={**names, "event": draft.event})
    else:
        url = reverse("entry:new", kwargs={**names, "kind": draft.kind})
    return {
        "words": event_type.label(language()) if event_type else words,
        "changes": bool(draft.event),
        "said": draft_words(draft),
        "kind": draft.kind,
        "event": draft.event,
        "url": url,
    }


def findings_of_entry(child: Child, number: str) -> list[dict[str, Any]]:
    """What the rules find about the event that an entry wrote, and nobody has explained yet."""
    if not number.isdecimal() or len(number) > 12:
        return []
    entry = Entry.objects.filter(centre_id=child.centre_id, number=int(number)).first()
    if entry is None or entry.child != child.key:
        return []
    return findings_of_event(child, entry.event)


def findings_of_event(child: Child, event: str) -> list[dict[str, Any]]:
    """What the rules find about one event, and nobody has explained yet."""
    found = []
    for finding in Finding.objects.filter(child=child, resolution__isnull=True).order_by("pk"):
        if event not in finding.events:
            continue
        words = words_of(finding.rule, finding.problem, language())
        found.append(
            {
                "rule": finding.rule,
                "severity": finding.severity,
                "fact": words.title,
                "why": words.why,
                "remedy": words.remedy,
            }
        )
    return found
