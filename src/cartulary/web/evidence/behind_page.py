# SPDX-License-Identifier: Apache-2.0
"""The children behind a number: chosen at the server, so that no address names one."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from cartulary.codebook.endpoint_reader import endpoints
from cartulary.registry import scope
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.evidence import reckoned_pages

WORDS: Final = {
    "flow.indication": gettext_lazy("Children with an indication"),
    "flow.infused": gettext_lazy("Children infused"),
    "flow.never_infused": gettext_lazy("Children who received no cells"),
    "relapse.any": gettext_lazy("Children with a relapse"),
    "relapse.none": gettext_lazy("Children without a relapse"),
}
APLASIA: Final = {
    "aplasia_ongoing": gettext_lazy("B-cell aplasia ongoing"),
    "aplasia_lost": gettext_lazy("B-cell aplasia lost"),
    "aplasia_unknown": gettext_lazy("B-cell aplasia not known"),
}


@page(Permission.SEE_CHILDREN_BEHIND)
def children(request: SeatedRequest, view: str, group: str) -> HttpResponse:
    """The children behind a number, by the view's key and the number's name."""
    seat = request.seat
    found = reckoned_pages.found(seat.centre, view)
    keys = reckoned_pages.behind(found, group) if found is not None else []
    if found is None or not keys:
        raise Http404
    listed = {
        str(child.key): child
        for child in scope.children(seat).filter(key__in=[UUID(key) for key in keys])
    }
    shown = [listed[key] for key in keys if key in listed]
    for child in shown:
        read(seat.account, seat.centre, child, "evidence", found.wanted.as_of)
    context = {
        "children": shown,
        "words": words_of(group, language(), found.page.get("names", {})),
        "query": found.wanted.query,
        "moved_on": not reckoned_pages.is_current(found, seat.centre),
    }
    return render(request, "evidence/children.html", context)


def words_of(group: str, lang: str, names: dict[str, str]) -> str:
    """What the children of a group have in common; `names` are of relapses and toxicities."""
    if group in WORDS:
        return str(WORDS[group])
    for endpoint_id, one in endpoints().items():
        if group == endpoint_id or group.startswith(f"{endpoint_id}."):
            name = one.definition.name.text(lang)
            return f"{name}: {_of_curve(group.removeprefix(endpoint_id), names)}"
    kind, _, rest = group.partition(".")
    if kind == "relapse":
        what, _, aplasia = rest.partition(".")
        said = names.get(what, what)
        said = said[:1].upper() + said[1:]
        return f"{said}, {APLASIA[aplasia]}" if aplasia in APLASIA else said
    return f"{names.get(kind, kind)}: {_of_toxicity(rest)}"


def _of_curve(rest: str, names: dict[str, str]) -> str:
    if month := re.fullmatch(r"\.at_risk_(\d+)", rest):
        return gettext("at risk at %(months)s months") % {"months": month[1]}
    if day := re.fullmatch(r"\.by_(\d+)", rest):
        months = round(int(day[1]) * 12 / 365.25)
        return gettext("with an event by %(months)s months") % {"months": months}
    if rest == ".n":
        return gettext("all who are counted")
    if rest.startswith(".step_"):
        return gettext("with an event at this step")
    if rest.startswith(".end_"):
        return gettext("followed until this mark without the event")
    return names.get(rest.removeprefix("."), "") or gettext("with an event")


def _of_toxicity(rest: str) -> str:
    if rest.endswith(".missing"):
        return gettext("not assessed")
    if rest.endswith(".n"):
        return gettext("all who were assessed")
    if grade := re.fullmatch(r"grade\.(\d)", rest):
        return gettext("grade %(grade)s") % {"grade": grade[1]}
    if grade := re.match(r"grade_(\d)", rest):
        return gettext("grade %(grade)s or higher") % {"grade": grade[1]}
    return gettext("with this toxicity")
