# SPDX-License-Identifier: Apache-2.0
"""The page of the grid: its rows, the row that is filled in, and what stands beside it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cartulary.registry import reading_log
from cartulary.registry.permissions import Permission
from cartulary.web.access import page
from cartulary.web.entry import drafts
from cartulary.web.entry.form_context import draft_words
from cartulary.web.entry.form_fields import fields_of
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.place import may_write, seat_of
from cartulary.web.entry.said_dates import d_plus
from cartulary.web.entry.typed_choices import LONGEST_TEXT
from cartulary.web.toxicity import row_form as rows
from cartulary.web.toxicity.columns import columns_of
from cartulary.web.toxicity.days import GradeCell, Row, rows_of, why_of
from cartulary.web.toxicity.heading import about, sentence
from cartulary.web.toxicity.margin import beside
from cartulary.web.toxicity.place import (
    GRADED_BY,
    SHOWN_AT_FIRST,
    GridPlace,
    day_asked,
    event_of_day,
    event_of_decision,
    grid_place,
)
from cartulary.web.toxicity.preview import graded_as_typed
from cartulary.web.toxicity.row_form import DayPlace, RowForm, day_place, read_row
from cartulary.web.toxicity.treatments import KIND as TREATMENT
from cartulary.web.toxicity.treatments import Given, given_after, treatment_form


@page(Permission.SEE_CHILDREN)
def grid(request: HttpRequest, key: UUID) -> HttpResponse:
    """The grid of the last infusion, or of the one asked for."""
    place = grid_place(request, key)
    seat = seat_of(request)
    reading_log.read(seat.account, seat.centre, place.child, "toxicity grid")
    if place.infusion is None:
        return render(request, "toxicity/not_infused.html", _frame(request, place))
    return shown(request, place, opened_row(request, place))


def opened_row(request: HttpRequest, place: GridPlace) -> RowForm | None:
    """The row to fill in: the day asked for, else today while nothing is written of it."""
    if not may_write(request, rows.KIND):
        return None
    after = day_asked(request.GET.get("edit", ""))
    if after is None:
        today = place.today
        if today is None or not place.may_hold(today) or place.findings_on(today):
            return None
        after = today
    if not place.may_hold(after):
        return None
    day = day_place(place, after)
    if day.amending and not seat_of(request).may(Permission.AMEND):
        return None
    draft = rows.draft_of(seat_of(request).account, day)
    typed: Mapping[str, list[str]] = {}
    copied = None
    if draft is not None:
        # A draft holds no blank fields: what it does not name was left blank or emptied.
        typed = {**{name: [""] for name in fields_of(rows.KIND)}, **draft.data}
        copied = day_asked("".join(draft.data.get(rows.COPIED, ())))
    return rows.row_form(
        day,
        read_row(day, typed),
        checked=False,
        once=str(uuid.uuid4()),
        version=day.version if draft is None else draft.base_version,
        draft=draft,
        copied_from=copied,
    )


def shown(
    request: HttpRequest,
    place: GridPlace,
    row: RowForm | None,
    *,
    given: Given | None = None,
    wrong: list[Wrong] | None = None,
    now: tuple[GradeCell, ...] = (),
) -> HttpResponse:
    """The page with this row open; `wrong` is what stood in the way of something else."""
    seat = seat_of(request)
    asked = day_asked(request.GET.get("day", "")) if request.method == "GET" else None
    editing = None if row is None else row.day.after
    held = tuple(day for day in (asked, editing) if day is not None)
    until = day_asked(request.GET.get("until", ""))
    found = rows_of(place, until, held)
    chosen = _chosen(found, asked, editing)
    drafted = rows.drafted_days(seat.account, place.child)
    if row is not None and not now:
        now = graded_as_typed(row.day, row.read)
    context = {
        **_frame(request, place),
        "lines": [_line(request, place, one, drafted, chosen, editing) for one in found],
        "row": row,
        "editing": editing,
        "chosen": chosen,
        "beside": beside(place, found, chosen),
        "columns": columns_of(place.score),
        "sentence": sentence(place, found),
        "further": _further(place, found),
        "may_decide": seat.may(Permission.OVERRIDE_GRADE) and may_write(request, "toxicity"),
        "may_write": may_write(request, rows.KIND),
        "may_amend": may_write(request, rows.KIND) and seat.may(Permission.AMEND),
        "now": now,
        "now_why": why_of(now),
        "copied_label": _label(row.copied_from) if row is not None else "",
        "decidable": range(6),
        "asked_kind": request.POST.get("toxicity", ""),
        "deciding": _deciding(request, place, chosen),
        "treatment_begun": drafts.draft_of(seat.account, place.child, TREATMENT, "") is not None,
        "scales": dict.fromkeys(place.scale(kind).edition for kind in GRADED_BY),
        "treatments": given_after(place),
        "given": given or treatment_form(request, place, editing),
        "may_treat": may_write(request, "treatment"),
        "grid_wrong": wrong or (row.wrong if row is not None else []),
        "once": str(uuid.uuid4()),
    }
    return render(request, "toxicity/grid.html", context)


def _deciding(request: HttpRequest, place: GridPlace, chosen: Row | None) -> dict[str, Any]:
    """The decision that was typed and not written: posted just now, or kept as a draft."""
    if request.method == "POST":
        names = ("toxicity", "grade", "override_reason")
        return {name: request.POST.get(name, "")[:LONGEST_TEXT] for name in names}
    account = seat_of(request).account
    for cell in chosen.grades if chosen is not None else ():
        after = chosen.after if chosen is not None else 0
        event = cell.decision.event if cell.decision else event_of_decision(place, cell.kind, after)
        draft = drafts.draft_of(account, place.child, "toxicity", event)
        if draft is not None:
            typed = {name: texts[0] for name, texts in draft.data.items() if texts}
            return {**typed, "toxicity": cell.kind.value, "said": draft_words(draft)}
    return {}


def _frame(request: HttpRequest, place: GridPlace) -> dict[str, Any]:
    seat = seat_of(request)
    product = next((event for event in place.course if event.kind == "product"), None)
    return {
        "place": place,
        "child": place.child,
        "about": about(place),
        "events": sum(1 for _event in place.course),
        "numbers": [one.number for one in place.infusions],
        "number": place.infusion.number if place.infusion is not None else None,
        "product_event": product.event_id if product is not None else "",
        "may_identity": seat.may(Permission.SEE_IDENTITY),
        "may_infuse": may_write(request, "infusion"),
        "origin_simulated": place.course.origin.value == "simulated",
    }


def _chosen(found: list[Row], asked: int | None, editing: int | None) -> Row | None:
    """The day that is explained: the one asked for, else the last one with findings."""
    by_day = {one.after: one for one in found}
    for after in (asked, editing):
        if after is not None and after in by_day and by_day[after].shown:
            return by_day[after]
    if asked is not None and asked in by_day:
        return by_day[asked]
    return next((one for one in reversed(found) if one.is_kept), None)


def _line(
    request: HttpRequest,
    place: GridPlace,
    row: Row,
    drafted: frozenset[str],
    chosen: Row | None,
    editing: int | None,
) -> dict[str, Any]:
    """A row with where it leads: to its explanation, and to writing it down."""
    assert place.infusion is not None
    only = {} if len(place.infusions) == 1 else {"infusion": place.infusion.number}
    may = place.may_hold(row.after) and may_write(request, rows.KIND)
    if row.is_kept:
        may = may and seat_of(request).may(Permission.AMEND)
    return {
        "row": row,
        "explain": f"?{urlencode({**only, 'day': row.after})}",
        "edit": f"?{urlencode({**only, 'edit': row.after})}" if may else "",
        "drafted": row.after != editing and event_of_day(place, row.after) in drafted,
        "is_chosen": chosen is not None and row.after == chosen.after,
        "is_edited": row.after == editing,
    }


def _label(after: int | None) -> str:
    """D+6; nothing where no day is meant."""
    return "" if after is None else d_plus(after) if after else "D+0"


def _further(place: GridPlace, found: list[Row]) -> int | None:
    """How far the grid can be drawn out, where it does not reach so far yet."""
    last = found[-1].after
    to = place.last_day if place.today is None else min(place.last_day, place.today)
    if last >= to:
        return None
    return min(to, 28) if last < min(to, 28) and last >= SHOWN_AT_FIRST else to


def grid_url(place: GridPlace, **query: object) -> str:
    """The address of the grid of this infusion."""
    address = reverse("toxicity:grid", kwargs={"key": place.child.key})
    assert place.infusion is not None
    only = {} if len(place.infusions) == 1 else {"infusion": place.infusion.number}
    words = urlencode({**only, **query})
    return f"{address}?{words}" if words else address


def back_to(place: GridPlace, **query: object) -> HttpResponse:
    """Back to the grid after something was written, or on to the row of the next day."""
    return redirect(grid_url(place, **query))


def asked_day(request: HttpRequest, place: GridPlace) -> DayPlace | None:
    """The day that a form was posted for; None for one that cannot hold findings."""
    after = day_asked(request.POST.get("day", ""))
    if place.infusion is None or after is None or not place.may_hold(after):
        return None
    return day_place(place, after)


def no_such_day() -> str:
    """Why a form for such a day is turned away."""
    return _("There are no findings to write for that day: it is still to come, or too far off.")
