# SPDX-License-Identifier: Apache-2.0
"""The list of children, and a child's timeline and table, now or as of an earlier day."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from cartulary.codebook.course_facts import numbered_infusions
from cartulary.course.course import Course
from cartulary.course.errors import CourseError
from cartulary.registry import clock, reading_log
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child
from cartulary.registry.permissions import Permission
from cartulary.web.access import page
from cartulary.web.children.chosen import chosen_value
from cartulary.web.children.curves import curves_of
from cartulary.web.children.lanes import lanes_of
from cartulary.web.children.listing import listed
from cartulary.web.children.open_items import open_items
from cartulary.web.children.panels import Clock, one_panel
from cartulary.web.children.picture import timeline
from cartulary.web.children.rows import rows_of
from cartulary.web.children.sentence import about, finding
from cartulary.web.entry.place import child_or_404, may_write, seat_of
from cartulary.web.entry.spoken import date_words
from cartulary.web.event_address import LONGEST_ADDRESS, address_of, event_at

PANELS = ("all", "before", "month", "year", "later")


@page(Permission.SEE_CHILDREN, methods=("GET", "POST"))
def children_list(request: HttpRequest) -> HttpResponse:
    """Every child of the centre, a page at a time; the filter goes by POST."""
    seat = seat_of(request)
    return render(
        request,
        "children/list.html",
        {
            **listed(seat, request.POST.get("q", ""), request.GET.get("page", "1")),
            "may_register": seat.may(Permission.WRITE_EVENTS),
        },
    )


@page(Permission.SEE_CHILDREN)
def child(request: HttpRequest, key: UUID) -> HttpResponse:
    """The timeline. With an event chosen, the margin says what is behind it."""
    who = child_or_404(request, key)
    as_of = as_of_day(request)
    event = event_at(request.GET.get("event", "")[:LONGEST_ADDRESS])
    if request.headers.get("HX-Request") == "true" and event:
        _note(request, who, "value", as_of)
        return render(request, "children/value.html", chosen_value(request, who, event, as_of))
    _note(request, who, "timeline", as_of)
    view = course_view(request, who, as_of)
    kept = request.GET.copy()
    kept.pop("event", None)

    def address(name: str) -> str:
        to = kept.copy()
        to["event"] = address_of(name)
        return f"?{to.urlencode()}"

    picture = timeline(
        view["lanes"],
        view["curves"],
        view["clock"],
        view["today"],
        address,
        chosen=event,
        sentence=" ".join(view["sentence"]),
        anchor_words=view["anchor_words"],
    )
    context = {**child_frame(request, who, view, as_of), "picture": picture, "here": "timeline"}
    if event:
        context |= chosen_value(request, who, event, as_of)
    return render(request, "children/child.html", context)


@page(Permission.SEE_CHILDREN)
def table(request: HttpRequest, key: UUID) -> HttpResponse:
    """The same as a table: every mark of the picture, and the day it stands on."""
    who = child_or_404(request, key)
    as_of = as_of_day(request)
    _note(request, who, "table", as_of)
    view = course_view(request, who, as_of)
    context = {
        **child_frame(request, who, view, as_of),
        "rows": rows_of(view["course"], view["lanes"], view["curves"], view["clock"]),
        "here": "table",
    }
    return render(request, "children/table.html", context)


def as_of_day(request: HttpRequest) -> date | None:
    """The earlier day that the address asks for; None for now."""
    text = request.GET.get("as_of", "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return None if day >= clock.today() else day


def _note(request: HttpRequest, who: Child, what: str, as_of: date | None) -> None:
    seat = seat_of(request)
    reading_log.read(seat.account, seat.centre, who, what, as_of)


def course_view(request: HttpRequest, who: Child, as_of: date | None) -> dict[str, Any]:
    """The course and what is drawn of it, on the clock of one infusion."""
    try:
        course = course_of(who, as_of)
    except CourseError as error:
        raise Http404 from error
    numbers = [one.number for one in numbered_infusions(course)]
    wanted = request.GET.get("infusion", "")
    number = int(wanted) if wanted.isdecimal() and int(wanted) in numbers else None
    if number is None and numbers:
        number = numbers[0]
    anchor = next((one.day for one in numbered_infusions(course) if one.number == number), 0)
    today = _today(course, as_of)
    until = today if today is not None else 10**6
    lanes = lanes_of(course, number, until)
    name = request.GET.get("panel", "all")
    return {
        "course": course,
        "clock": Clock(one_panel(name), anchor),
        "lanes": lanes,
        "curves": curves_of(course, until),
        "today": today,
        "sentence": finding(course, lanes),
        "anchor_words": _("days after infusion") if numbers else _("days after the indication"),
        "numbers": numbers,
        "number": number,
        "panel": name if name in PANELS else "all",
    }


def _today(course: Course, as_of: date | None) -> int | None:
    """The study day of today; of a course without a calendar, none."""
    if course.day0 is None:
        return None
    return ((as_of or clock.today()) - course.day0).days


def child_frame(
    request: HttpRequest, who: Child, view: dict[str, Any], as_of: date | None
) -> dict[str, Any]:
    """What both pages hold: title, sentence, tabs, choices, and what is open on the child."""
    seat = seat_of(request)
    course = view["course"]
    product = next((event for event in course if event.kind == "product"), None)
    return {
        "child": who,
        "about": about(course),
        "sentence": view["sentence"],
        "events": sum(1 for _event in course),
        "numbers": view["numbers"],
        "number": view["number"],
        "panels": _panels(request, view["panel"]),
        "as_of": as_of,
        "as_of_words": date_words(as_of) if as_of else "",
        "may_write": may_write(request, "infusion") and as_of is None,
        "may_identity": seat.may(Permission.SEE_IDENTITY),
        "open_items": open_items(who, clock.today()),
        "product_url": reverse("product:product", args=[who.key, product.event_id])
        if product is not None
        else "",
        "origin_simulated": course.origin.value == "simulated",
        "today_iso": clock.today().isoformat(),
    }


def _panels(request: HttpRequest, chosen: str) -> list[dict[str, Any]]:
    words = {
        "all": _("whole course"),
        "before": _("60 days before"),
        "month": _("first month"),
        "year": _("first year"),
        "later": _("to 15 years"),
    }
    made = []
    for name in PANELS:
        to = request.GET.copy()
        to["panel"] = name
        made.append({"word": words[name], "url": f"?{to.urlencode()}", "here": name == chosen})
    return made
