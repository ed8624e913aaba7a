# SPDX-License-Identifier: Apache-2.0
"""A computed grade is overridden with a reason, or an override is taken back with one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cartulary.course.errors import CourseError
from cartulary.course.events import Toxicity
from cartulary.course.events.observation import GradeBasis, ToxicityKind
from cartulary.registry import clock
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.faults import StorageError
from cartulary.registry.models import Current
from cartulary.registry.payload import payload_of
from cartulary.registry.permissions import Permission
from cartulary.registry.writing import append
from cartulary.web.access import page
from cartulary.web.entry import drafts, form_context
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.place import require, seat_of
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.typed_choices import LONGEST_TEXT, clean_text
from cartulary.web.toxicity.days import GradeCell, decided_in, grade_cells
from cartulary.web.toxicity.grid_page import back_to, no_such_day, shown
from cartulary.web.toxicity.place import (
    GRADED_BY,
    GridPlace,
    day_asked,
    event_of_decision,
    grid_place,
)

KIND = "toxicity"
HIGHEST = 5


@page(Permission.OVERRIDE_GRADE, methods=("GET", "POST"))
def decide(request: HttpRequest, key: UUID) -> HttpResponse:
    """Decide a grade for one day against the computed one; both are kept."""
    place = grid_place(request, key)
    if request.method == "GET" or place.infusion is None:
        return redirect("toxicity:grid", key=key)
    require(request, KIND)
    after = day_asked(request.POST.get("day", ""))
    kind = _kind(request.POST.get("toxicity", ""))
    if after is None or after < 0 or not place.may_hold(after):
        messages.error(request, no_such_day())
        return back_to(place)
    cell = _cell(place, after, kind)
    because = clean_text(request.POST.get("override_reason", ""))[:LONGEST_TEXT]
    back = request.POST.get("act") == "take_back"
    wrong = [] if because else [
        Wrong("f-override_reason", _("Why"), _("A decided grade needs its reason."))
    ]  # fmt: skip
    grade = _grade(request.POST.get("grade", ""))
    if not back:
        wrong += _wrong_grade(grade, cell)
    if wrong:
        return _again(request, place, wrong)
    assert grade is not None or back
    change = (
        _withdrawal(cell, place, because)
        if back
        else _decision(place, after, cell, grade or 0, because)
    )
    try:
        entry = append(seat_of(request).hand(), [change], now=clock.now())[0]
    except (Conflict, CourseError, Refused, StorageError) as refused:
        return _again(
            request,
            place,
            [Wrong("f-override_reason", pgettext("toxicity", "Not saved"), fault_words(refused))],
        )
    drafts.discard(seat_of(request).account, place.child, KIND, change.event)
    messages.success(request, form_context.saved_words(entry))
    return back_to(place, day=after)


def keep_expired(request: HttpRequest, key: UUID) -> None:
    """Keep a decision that was posted into a session that has just ended."""
    place = grid_place(request, key)
    require(request, KIND)
    after = day_asked(request.POST.get("day", ""))
    kind = _kind(request.POST.get("toxicity", ""))
    if place.infusion is None or after is None or after < 0 or not place.may_hold(after):
        raise Http404
    because = request.POST.get("override_reason", "").strip()
    if because:
        data = {"grade": [request.POST.get("grade", "")], "override_reason": [because]}
        seat, name = seat_of(request), _cell(place, after, kind).decision
        event = name.event if name else event_of_decision(place, kind, after)
        drafts.keep(seat.account, seat.centre, place.child, KIND, event, 0, data, clock.now())


decide.when_expired = keep_expired  # type: ignore[attr-defined]


def _kind(text: str) -> ToxicityKind:
    found = next((kind for kind in GRADED_BY if kind.value == text), None)
    if found is None:
        raise Http404
    return found


def _grade(text: str) -> int | None:
    return int(text) if text in tuple("012345") else None


def _cell(place: GridPlace, after: int, kind: ToxicityKind) -> GradeCell:
    cells = grade_cells(place, after, place.graded, decided_in(place))
    return next(one for one in cells if one.kind is kind)


def _wrong_grade(grade: int | None, cell: GradeCell) -> list[Wrong]:
    if grade is None:
        why = _("Choose a grade from 0 to %(highest)s.") % {"highest": HIGHEST}
        return [Wrong("f-grade", _("Decided grade"), why)]
    if grade == cell.computed:
        why = _("This is the computed grade; nothing is overridden.")
        return [Wrong("f-grade", _("Decided grade"), why)]
    return []


def _again(request: HttpRequest, place: GridPlace, wrong: list[Wrong]) -> HttpResponse:
    return shown(request, place, None, wrong=wrong)


def _decision(place: GridPlace, after: int, cell: GradeCell, grade: int, because: str) -> Change:
    """The event of a decision. Its source says what was computed then, for findings can change."""
    assert place.infusion is not None
    name = cell.decision.event if cell.decision else event_of_decision(place, cell.kind, after)
    row = Current.objects.filter(child=place.child, event=name).first()
    day = place.study_day(after)
    scale = GRADED_BY[cell.kind]
    computed = "unknown" if cell.computed is None else str(cell.computed)
    event = Toxicity(
        day,
        event_id=name,
        source=f"computed grade {computed} ({scale})",
        toxicity=cell.kind,
        grade=grade,
        scale=scale,
        infusion_number=place.infusion.number,
        end_day=day,
        basis=GradeBasis.OVERRIDDEN,
        override_reason=because,
    )
    payload = payload_of(event, place.child.day0)
    if row is None:
        return Change(place.child.key, name, KIND, "write", payload, 0)
    act = "write" if row.withdrawn else "amend"
    return Change(
        place.child.key, name, KIND, act, payload, row.version, "" if row.withdrawn else because
    )


def _withdrawal(cell: GradeCell, place: GridPlace, because: str) -> Change:
    """An override is taken back: the computed grade counts again."""
    if cell.decision is None:
        raise Http404
    row = Current.objects.get(child=place.child, event=cell.decision.event)
    return Change(
        place.child.key, cell.decision.event, KIND, "withdraw", None, row.version, because
    )
