# SPDX-License-Identifier: Apache-2.0
"""The forecast of a child, now or as of a day, or why there is none; each look is logged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from cartulary.course.course import Course
from cartulary.registry import clock, reading_log
from cartulary.registry.permissions import Permission
from cartulary.reports.wording import MINUS, interval, number, percent
from cartulary.web.access import SeatedRequest, page
from cartulary.web.beside.work_files import DONE, LOST
from cartulary.web.children.views import as_of_day, child_frame, course_view
from cartulary.web.entry.place import child_or_404
from cartulary.web.entry.spoken import date_words, language
from cartulary.web.forecast.drawing import ahead_svg, change_svg
from cartulary.web.forecast.weighing import Asked, asked
from cartulary.web.lookahead import forecast_library
from cartulary.web.lookahead.forecast_library import Lacking

if TYPE_CHECKING:
    from cartulary.studies.child_forecast.result import Forecast, Line

_MONTHS: Final = (6, 12, 24)
_STRANGE: Final = 0.05
# Less than this rounds to once.
_SAID_WIDENED: Final = 1.05


@page(Permission.SEE_FORECAST)
def forecast(request: SeatedRequest, key: UUID) -> HttpResponse:
    """What the record so far says of the coming two years, in the model."""
    if not request.seat.may(Permission.SEE_CHILDREN):
        raise PermissionDenied
    who = child_or_404(request, key)
    as_of = as_of_day(request)
    reading_log.read(request.seat.account, request.seat.centre, who, "forecast", as_of)
    view = course_view(request, who, as_of)
    lang = language()
    until = _until_day(request, view["course"], as_of)
    found = asked(view["course"], _study_day(view["course"], until or as_of))
    context: dict[str, Any] = {
        **child_frame(request, who, view, as_of),
        "here": "forecast",
        "until": until,
        "until_words": date_words(until) if until else "",
        "from_now": f"?as_of={as_of}" if as_of else "?",
        "has_calendar": view["course"].day0 is not None,
        "may_build": request.seat.may(Permission.BUILD_FORECASTS),
        "may_look_ahead": request.seat.may(Permission.SEE_LOOK_AHEAD),
        **(told(found, lang) if found.lacking is None else waiting(found.lacking)),
    }
    return render(request, "forecast/forecast.html", context)


def told(found: Asked, lang: str) -> dict[str, Any]:
    """What the page says of a forecast, or of why this child has none."""
    if found.refusal is not None:
        parts = (found.refusal.fact, found.refusal.why, found.refusal.remedy)
        return {"refused": [part.text(lang) for part in parts]}
    made = found.forecast
    assert made is not None
    sentence = finding(made, lang)
    return {
        "forecast": made,
        "made_from": made.library.partition(" · ")[0],
        "finding": sentence,
        "picture": ahead_svg(made, lang, " ".join(words for words, _ in sentence)),
        "outcomes": _outcomes(made, lang),
        "plans": _plans(made, lang),
        "not_offered": [words.text(lang) for words in made.not_offered],
        "used": [
            {
                "what": one.what.text(lang),
                "day": None if one.day is None else number(one.day, lang),
                "shown": one.shown.text(lang),
                "strange": one.tail < _STRANGE,
            }
            for one in made.used
        ],
        "not_used": [words.text(lang) for words in made.not_used],
        "notes": [words.text(lang) for words in made.notes],
        "effective": number(made.effective_children, lang),
        "effective_draws": number(made.effective_draws, lang),
        "at_risk": number(made.at_risk, lang),
        "widened": number(made.widened, lang, 1) if made.widened >= _SAID_WIDENED else "",
        "months": _MONTHS,
    }


def waiting(lacking: Lacking) -> dict[str, Any]:
    """What the page says where there is no library. A demo has one built when it is first asked."""
    now = forecast_library.building()
    if settings.CARTULARY_DEMO and (now is None or now.state in (DONE, LOST)):
        forecast_library.begin_building()
        now = forecast_library.building()
    return {"lacking": lacking.value, "work": now, "command": forecast_library.command()}


def finding(made: Forecast, lang: str) -> list[tuple[str, bool]]:
    """The serif sentence: words, and whether they are said with weight."""
    from cartulary.studies.child_forecast.outcomes import Outcome

    remission, relapse = made.of(Outcome.REMISSION), made.relapse
    at = made.months[-1]
    to = gettext("to")
    return [
        (gettext("Of simulated children like this one,"), False),
        (
            gettext("%(share)s are still in remission after %(months)s months")
            % {"share": percent(remission.value[-1], lang), "months": at},
            True,
        ),
        (
            f"({_span(remission, -1, lang, to)}), "
            + gettext("and %(share)s have relapsed (%(ends)s), with nothing further given.")
            % {"share": percent(relapse.value[-1], lang), "ends": _span(relapse, -1, lang, to)},
            False,
        ),
    ]


def _outcomes(made: Forecast, lang: str) -> list[dict[str, Any]]:
    """Each outcome at the named months: probability and interval."""
    rows = []
    for one in made.outcomes:
        cells = [_cell(one.line, made.months.index(month), lang) for month in _MONTHS]
        if one.line.value[-1] < 0.0005 and one.line.high[-1] < 0.005:
            continue
        rows.append({"words": one.outcome.nl if lang == "nl" else one.outcome.en, "cells": cells})
    alive = [_cell(made.alive, made.months.index(month), lang) for month in _MONTHS]
    return [*rows, {"words": gettext("alive"), "cells": alive, "starts": True}]


def _cell(line: Line, at: int, lang: str) -> dict[str, str]:
    return {
        "value": percent(line.value[at], lang),
        "ends": interval(line.low[at], line.high[at], lang, medium="screen"),
    }


def _plans(made: Forecast, lang: str) -> list[dict[str, Any]]:
    """What each plan changes at the last month, the same simulated children under both."""
    return [
        {
            "words": plan.plan.words.text(lang),
            "given": percent(plan.given, lang),
            "changes": [
                {"value": _signed(line.value[-1], lang), "ends": _signed_span(line, lang)}
                for line in (
                    plan.remission_difference,
                    plan.relapse_difference,
                    plan.alive_difference,
                )
            ],
            "svg": change_svg(plan, plan.plan.words.text(lang)),
        }
        for plan in made.plans
    ]


def _span(line: Line, at: int, lang: str, to: str) -> str:
    low, high = percent(line.low[at], lang, sign=False), percent(line.high[at], lang)
    return f"{low} {to} {high}"


def _signed(share: float, lang: str) -> str:
    words = percent(share, lang, sign=False)
    if words in ("0", f"{MINUS}0"):
        return "0"
    return words if words.startswith(MINUS) else f"+{words}"


def _signed_span(line: Line, lang: str) -> str:
    return f"{_signed(line.low[-1], lang)} {gettext('to')} {_signed(line.high[-1], lang)}"


def _until_day(request: SeatedRequest, course: Course, as_of: date | None) -> date | None:
    """The earlier day up to which the address asks to read the record; None for all of it."""
    try:
        day = date.fromisoformat(request.GET.get("until", ""))
    except ValueError:
        return None
    return day if course.day0 is not None and day < (as_of or clock.today()) else None


def _study_day(course: Course, as_of: date | None) -> int:
    """The study day on which is asked; of a course without a calendar, its last."""
    if course.day0 is not None:
        return ((as_of or clock.today()) - course.day0).days
    return max((event.day for event in course if event.day is not None), default=0)
