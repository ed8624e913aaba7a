# SPDX-License-Identifier: Apache-2.0
"""The lists of data queries, and one query with everything that was said in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartulary.course.errors import CartularyError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock, queries
from cartulary.registry.change import Conflict
from cartulary.registry.event_values import label_of, shown
from cartulary.registry.permissions import Permission
from cartulary.registry.queries import DataQuery, QueryState
from cartulary.registry.reading_log import read
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language, number_words
from cartulary.web.home.lines import local, names_of, query_line, role_words
from cartulary.web.home.places import child_url, event_url

ON_A_PAGE: Final = 40


@dataclass(frozen=True, slots=True)
class Tab:
    """One list: its code, its words, and the states that it holds."""

    code: str
    words: Promise
    states: tuple[QueryState, ...]
    to_me: bool = False


TABS: Final = (
    Tab("mine", gettext_lazy("to me"), (QueryState.OPEN, QueryState.REOPENED), to_me=True),
    Tab("open", gettext_lazy("open"), (QueryState.OPEN, QueryState.REOPENED)),
    Tab("answered", gettext_lazy("answered"), (QueryState.ANSWERED,)),
    Tab("closed", gettext_lazy("closed"), (QueryState.CLOSED,)),
)

#: What may be done to a query, the permission it takes, and the state that it leads to.
MOVES: Final = {
    "answer": (Permission.ANSWER_QUERY, QueryState.ANSWERED, gettext_lazy("Answer")),
    "close": (Permission.CLOSE_QUERY, QueryState.CLOSED, gettext_lazy("Close")),
    "reopen": (Permission.CLOSE_QUERY, QueryState.REOPENED, gettext_lazy("Reopen")),
}


@page(Permission.SEE_CHILDREN)
def listed(request: SeatedRequest) -> HttpResponse:
    """The queries of the centre by state, the oldest question first."""
    seat, today = request.seat, clock.today()
    me = seat.account.get_username()
    sizes = {tab.code: _rows(seat, tab).count() for tab in TABS}
    asked = request.GET.get("state", "")
    tab = next((one for one in TABS if one.code == asked), None)
    if tab is None:
        tab = TABS[0] if sizes["mine"] else TABS[1]
    text = request.GET.get("from", "")
    offset = int(text) if text.isdigit() and len(text) < 8 else 0
    found = queries.page(_rows(seat, tab), offset=offset, limit=ON_A_PAGE + 1)
    shown_now = found[:ON_A_PAGE]
    names = names_of(n for one in shown_now for n in (one.last.author, one.asked_by, one.to))
    read(seat.account, seat.centre, None, "queries")
    context: dict[str, Any] = {
        "tabs": [(one.code, one.words, sizes[one.code], one.code == tab.code) for one in TABS],
        "tab": tab.code,
        "lines": [
            {
                "line": query_line(one, me, today, names),
                "about": about(one),
                "asked_on": one.asked_on,
                "number": one.number,
            }
            for one in shown_now
        ],
        "open": sizes["open"],
        "answered": sizes["answered"],
        "before": max(0, offset - ON_A_PAGE) if offset else None,
        "after": offset + ON_A_PAGE if len(found) > ON_A_PAGE else None,
    }
    return render(request, "queries/list.html", context)


@page(Permission.SEE_CHILDREN, methods=("GET", "POST"))
def query(request: SeatedRequest, number: int) -> HttpResponse:
    """One query: what it asks, what the field says now, every step, and the next."""
    seat = request.seat
    found = queries.query_numbered(seat.centre, number)
    if found is None or found.child.withdrawn:
        raise Http404
    wrong, text, status = "", "", 200
    if request.method == "POST":
        text = request.POST.get("text", "")[:2000].strip()
        wrong = _moved(request, found, text)
        if not wrong:
            return redirect("queries:query", number=number)
        status = 422
    read(seat.account, seat.centre, found.child, "query")
    names = names_of((*(step.author for step in found.steps), found.to))
    lang = language()
    context: dict[str, Any] = {
        "query": found,
        "number": number_words(found.number),
        "about": about(found),
        "child_url": child_url(found.child.key),
        "event_url": event_url(found.child.key, found.event),
        "then": shown(found.kind, found.field, found.value, lang),
        "now": shown(found.kind, found.field, found.value_now, lang),
        "steps": [
            {
                "state": step.state.nl if lang == "nl" else step.state.en,
                "text": step.text,
                "who": names.get(step.author, step.author),
                "at": local(step.at),
                "entry": number_words(step.entry),
            }
            for step in found.steps
        ],
        "state": found.state.nl if lang == "nl" else found.state.en,
        "waits": found.state.waits_for_answer,
        "to": names.get(found.to, role_words(found.to)),
        "moves": _moves(seat, found),
        "wrong": wrong,
        "text": text,
    }
    return render(request, "queries/query.html", context, status=status)


def about(one: DataQuery) -> str:
    """What a query is about: the event and its field, in words."""
    lang = language()
    event_type = EVENT_TYPE_OF_KIND.get(one.kind)
    event = event_type.label(lang) if event_type is not None else one.kind
    return f"{event}: {label_of(one.kind, one.field, lang)}"


def _rows(seat: Seat, tab: Tab) -> Any:
    me = seat.account.get_username()
    to = (me, *(role.value for role in seat.roles)) if tab.to_me else ()
    return queries.rows(seat.centre, states=tab.states, to=to)


def _moves(seat: Seat, found: DataQuery) -> list[tuple[str, Promise]]:
    """What this person may do to the query now; the first is the usual one."""
    return [
        (code, words)
        for code, (permission, state, words) in MOVES.items()
        if found.may_become(state) and seat.may(permission)
    ]


def _moved(request: SeatedRequest, found: DataQuery, text: str) -> str:
    """Write one step; what is wrong with it, or ""."""
    code = request.POST.get("act", "")
    if code not in MOVES:
        raise Http404
    permission, state, _words = MOVES[code]
    if not request.seat.may(permission):
        raise PermissionDenied
    if not text:
        return _("Say it in words; a step without words tells nobody why.")
    if request.POST.get("version") != str(found.version):
        return _("Somebody else went on with this query. Read what was said, then go on.")
    try:
        entry = queries.move(request.seat.hand(), found, state, text, now=clock.now())
    except Conflict:
        return _("Somebody else went on with this query. Read what was said, then go on.")
    except CartularyError as error:
        return fault_words(error)
    messages.success(
        request,
        _("Saved %(time)s as entry %(number)s.")
        % {"time": f"{local(entry.recorded_at):%H:%M}", "number": number_words(entry.number)},
    )
    return ""
