# SPDX-License-Identifier: Apache-2.0
"""One child's fields beside their source: agree, differ, or changed since they were verified."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock, scope
from cartulary.registry.event_values import label_of, shown
from cartulary.registry.models import Child
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.verification import (
    CRITICAL_FIELDS,
    FieldState,
    Seen,
    VerifiedField,
    fields_of_child,
    verify_fields,
)
from cartulary.registry.verification_sample import Sample, sample_of
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language
from cartulary.web.event_address import LONGEST_ADDRESS, address_of, event_at
from cartulary.web.home.lines import names_of
from cartulary.web.home.places import child_url, event_url

#: So many events are shown at once; a whole course has a hundred, each with its own form.
ON_A_PAGE: Final = 20


@dataclass(slots=True)
class FieldRow:
    """One field as the page shows it, with what was just typed beside it."""

    name: str
    label: str
    value: str
    state: FieldState
    state_words: str
    critical: bool
    who: str = ""
    on: Any = None
    says: str = ""
    was: str = ""
    choice: str = ""
    typed: str = ""


@dataclass(slots=True)
class EventBlock:
    """One event with its fields, as one form."""

    event: str
    label: str
    url: str
    rows: list[FieldRow] = field(default_factory=list)
    source: str = ""
    wrong: str = ""

    @property
    def address(self) -> str:
        """Where a link to this event leads on the page."""
        return address_of(self.event)


@page(Permission.SEE_AUDIT, Permission.VERIFY_SOURCE, methods=("GET", "POST"))
def child(request: SeatedRequest, key: UUID) -> HttpResponse:
    """The fields of a child by event; those that hold nothing only where they are critical."""
    seat = request.seat
    try:
        found = scope.child_of(seat, key)
    except Child.DoesNotExist as error:
        raise Http404 from error
    sample = _sample(request, found)
    fields = [one for one in fields_of_child(found) if one.value is not None or _is_critical(one)]
    if sample is not None and request.GET.get("fields") != "all":
        fields = [one for one in fields if _is_critical(one)]
    blocks = _blocks(found, fields)
    chosen, status = _asked_for(request, blocks), 200
    if request.method == "POST":
        if not seat.may(Permission.VERIFY_SOURCE):
            raise PermissionDenied
        block = next((one for one in blocks if one.event == request.POST.get("event")), None)
        if block is None:
            raise Http404
        _fill(request, block)
        if _written(request, found, block, sample):
            return redirect(_here(found, sample, at=block.address))
        chosen, status = blocks.index(block), 422
    read(seat.account, seat.centre, found, "verification")
    counted = Counter(one.state for one in fields)
    first = chosen - chosen % ON_A_PAGE
    last = first + ON_A_PAGE
    context: dict[str, Any] = {
        "child": found,
        "child_url": child_url(found.key),
        "blocks": blocks[first:last],
        "before": _page_url(request, first - ON_A_PAGE) if first else "",
        "after": _page_url(request, last) if last < len(blocks) else "",
        "sample": sample,
        "counted": {state.value: counted[state] for state in FieldState},
        "total": len(fields),
        "may_verify": seat.may(Permission.VERIFY_SOURCE),
        "here": _here(found, sample),
    }
    return render(request, "verification/child.html", context, status=status)


def _asked_for(request: SeatedRequest, blocks: list[EventBlock]) -> int:
    """The place of the event that the address names, or of the first on the page it asks for."""
    event = event_at(request.GET.get("at", "")[:LONGEST_ADDRESS])
    text = request.GET.get("from", "")
    start = int(text) if text.isdecimal() and len(text) < 6 else 0
    named = (place for place, block in enumerate(blocks) if block.event == event)
    return next(named, min(start, max(0, len(blocks) - 1)))


def _page_url(request: SeatedRequest, first: int) -> str:
    """The same page from another event on."""
    to = request.GET.copy()
    to.pop("at", None)
    to["from"] = str(first)
    return f"?{to.urlencode()}"


def _is_critical(one: VerifiedField) -> bool:
    return one.field in CRITICAL_FIELDS.get(one.kind, ())


def _sample(request: SeatedRequest, found: Child) -> Sample | None:
    """The sample that the child is verified for, when it is one of its children."""
    asked = request.GET.get("sample") or request.POST.get("sample") or ""
    if not asked:
        return None
    try:
        wanted = str(UUID(asked))
    except ValueError as error:
        raise Http404 from error
    sample = sample_of(request.seat.centre, wanted)
    if sample is None or found.key not in [one.key for one in sample.children]:
        raise Http404
    return sample


def _here(found: Child, sample: Sample | None, at: str = "") -> str:
    """This page, for the sample it is seen for; at one event."""
    address = reverse("verification:child", args=[found.key])
    asked = {"sample": sample.sample_id if sample is not None else "", "at": at}
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{address}?{query}".removesuffix("?") + (f"#at-{at}" if at else "")


def _blocks(found: Child, fields: list[VerifiedField]) -> list[EventBlock]:
    lang = language()
    names = names_of(one.verdict.by for one in fields if one.verdict is not None)
    blocks: dict[str, EventBlock] = {}
    for one in fields:
        block = blocks.get(one.event)
        if block is None:
            label = EVENT_TYPE_OF_KIND[one.kind].label(lang)
            block = EventBlock(one.event, label, event_url(found.key, one.event))
            blocks[one.event] = block
        state, verdict = one.state, one.verdict
        row = FieldRow(
            one.field,
            label_of(one.kind, one.field, lang),
            shown(one.kind, one.field, one.value, lang),
            state,
            state.nl if lang == "nl" else state.en,
            _is_critical(one),
        )
        if verdict is not None:
            row.who, row.on, row.says = names.get(verdict.by, verdict.by), verdict.on, verdict.says
            if state is FieldState.LIFTED:
                row.was = shown(one.kind, one.field, verdict.value, lang)
        block.rows.append(row)
    return list(blocks.values())


def _fill(request: SeatedRequest, block: EventBlock) -> None:
    """What was typed, so that nothing is lost when something is wrong."""
    block.source = request.POST.get("source", "")[:300].strip()
    for row in block.rows:
        row.choice = request.POST.get(f"is-{row.name}", "")
        row.typed = request.POST.get(f"says-{row.name}", "")[:300].strip()


def _written(
    request: SeatedRequest, found: Child, block: EventBlock, sample: Sample | None
) -> bool:
    """Write the verdicts of one event; notes what is wrong on the block."""
    seen = {
        row.name: Seen(row.choice == "agrees", row.typed)
        for row in block.rows
        if row.choice in ("agrees", "differs")
    }
    if not seen:
        block.wrong = _("Say of at least one field whether it agrees.")
    elif not block.source:
        block.wrong = _("Name the source that was looked at, such as “lab report of 3 April”.")
    elif any(not one.agrees and not one.says for one in seen.values()):
        block.wrong = _("Write what the source says where it differs.")
    if block.wrong:
        return False
    try:
        verify_fields(
            request.seat.hand(),
            found,
            block.event,
            seen,
            block.source,
            sample=sample.sample_id if sample is not None else "",
            now=clock.now(),
        )
    except CartularyError as error:
        block.wrong = fault_words(error)
        return False
    return True
