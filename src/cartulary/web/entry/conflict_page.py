# SPDX-License-Identifier: Apache-2.0
"""Two people, one event: both versions side by side, and two ways on."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cartulary.course.events import Event
from cartulary.registry.change import Conflict
from cartulary.registry.models import Child, Entry
from cartulary.registry.payload import event_of
from cartulary.web.entry.form_reading import REASON
from cartulary.web.entry.history import names_of
from cartulary.web.entry.place import Place
from cartulary.web.entry.said_values import Difference, differences
from cartulary.web.entry.spoken import language

_OWN = ("csrfmiddlewaretoken", "base_version", "once", "act", "take", "seen", REASON)


def conflict_page(
    request: HttpRequest,
    place: Place,
    posted: Mapping[str, Sequence[str]],
    conflict: Conflict,
    mine: Event,
    at: str = "",
) -> HttpResponse:
    """The page that is shown when somebody saved while another was typing.

    `at` is where the choice is sent, with what was posted; the form of the event by itself.
    """
    theirs_row = conflict.theirs
    payload = json.loads(theirs_row.payload)
    theirs = event_of(place.kind, place.event, payload, place.child.day0)
    rows = differences([(mine, conflict.mine.payload), (theirs, payload)], place.anchors)
    names = {"key": place.child.key, "event": place.event}
    return both_versions(
        request,
        place.child,
        conflict,
        place.event_type.label(language()),
        rows,
        posted,
        at or reverse("entry:amend", kwargs=names),
    )


def both_versions(
    request: HttpRequest,
    child: Child,
    conflict: Conflict,
    kind_words: str,
    rows: Sequence[Difference],
    posted: Mapping[str, Sequence[str]],
    at: str,
) -> HttpResponse:
    """Both versions side by side: mine first, then theirs; either choice is sent to `at`."""
    theirs_row = conflict.theirs
    entry = Entry.objects.filter(centre=child.centre, number=theirs_row.entry).first()
    author = ""
    if entry is not None:
        author = names_of({entry.author}).get(entry.author, entry.author)
    differing = [row for row in rows if row.differs]
    # A button names the value where only one differs; else it names the version.
    one = differing[0].words if len(differing) == 1 else ("", "")
    return render(
        request,
        "entry/conflict.html",
        {
            "title": _("Two people, one event"),
            "child": child,
            "kind_words": kind_words,
            "rows": rows,
            "author": author,
            "time": f"{timezone.localtime(entry.recorded_at):%H:%M}" if entry else "",
            "their_reason": entry.reason if entry else "",
            "withdrawn": theirs_row.withdrawn,
            "mine_words": one[0],
            "theirs_words": one[1],
            "hidden": [
                (name, text) for name, texts in posted.items() if name not in _OWN for text in texts
            ],
            "reason": conflict.mine.reason,
            "version": theirs_row.version,
            "once": str(uuid.uuid4()),
            "at": at,
        },
        status=409,
    )
