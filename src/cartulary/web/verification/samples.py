# SPDX-License-Identifier: Apache-2.0
"""Random samples for verification: drawing one, and what it showed."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry import clock
from cartulary.registry.change import Refused
from cartulary.registry.event_values import label_of
from cartulary.registry.models import Child, Current
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.verification import CRITICAL_FIELDS
from cartulary.registry.verification_sample import USUAL_SIZE, draw, result, sample_of, samples
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language
from cartulary.web.home.lines import names_of
from cartulary.web.verification.rate import error_rate, percent, verdict


@page(Permission.SEE_AUDIT, Permission.VERIFY_SOURCE, methods=("GET", "POST"))
def start(request: SeatedRequest) -> HttpResponse:
    """The samples of the centre with their results, and the drawing of a new one."""
    seat = request.seat
    may_verify = seat.may(Permission.VERIFY_SOURCE)
    sizes = _sizes(seat)
    said = {
        "size": str(min(USUAL_SIZE, sizes["infused"]) or USUAL_SIZE),
        "seed": "",
        "of": "infused",
    }
    wrong = ""
    if request.method == "POST":
        said = {name: request.POST.get(name, "")[:80].strip() for name in ("size", "seed", "of")}
        if not may_verify:
            raise PermissionDenied
        infused = said["of"] != "all"
        try:
            size = int(said["size"]) if said["size"].isdigit() else 0
            seed = said["seed"] or secrets.token_hex(8)
            drawn = draw(seat.hand(), size, seed, infused=infused, now=clock.now())
        except Refused:
            most = sizes["infused" if infused else "all"]
            wrong = _("Ask for 1 to %(n)s children; there are no more to choose from.") % {
                "n": most
            }
        except CartularyError as error:
            wrong = fault_words(error)
        else:
            return redirect("verification:sample", sample=drawn)
    listed = samples(seat.centre)
    names = names_of(one.drawn_by for one in listed)
    read(seat.account, seat.centre, None, "samples")
    rows = []
    for one in listed:
        rate = error_rate(result(one))
        rows.append({"sample": one, "rate": rate, "who": names.get(one.drawn_by, one.drawn_by)})
    context: dict[str, Any] = {
        "rows": rows,
        "said": said,
        "wrong": wrong,
        "sizes": sizes,
        "usual": USUAL_SIZE,
        "may_verify": may_verify,
        "critical": _critical_words(),
    }
    return render(request, "verification/start.html", context, status=422 if wrong else 200)


@page(Permission.SEE_AUDIT, Permission.VERIFY_SOURCE)
def sample(request: SeatedRequest, sample: UUID) -> HttpResponse:
    """One sample: its children, how far each is, and the share in error with its interval."""
    seat = request.seat
    found = sample_of(seat.centre, str(sample))
    if found is None:
        raise Http404
    children = result(found)
    rate = error_rate(children)
    names = names_of([found.drawn_by])
    read(seat.account, seat.centre, None, "sample")
    context: dict[str, Any] = {
        "sample": found,
        "who": names.get(found.drawn_by, found.drawn_by),
        "children": children,
        "rate": rate,
        "verdict": verdict(rate),
        "share_of_children": percent(found.size / found.of) if found.of else "",
        "errors": [
            {
                "child": one.child,
                "field": field.field,
                "label": label_of(field.field.kind, field.field.field, language()),
                "event": EVENT_TYPE_OF_KIND[field.field.kind].label(language()),
                "verdict": field.verdict,
            }
            for one in children
            for field in one.fields
            if field.verdict is not None and not field.verdict.agrees
        ],
        "may_verify": seat.may(Permission.VERIFY_SOURCE),
        "critical": _critical_words(),
    }
    return render(request, "verification/sample.html", context)


def _sizes(seat: Seat) -> dict[str, int]:
    """How many children there are to choose from."""
    children = Child.objects.filter(centre=seat.centre, withdrawn=False)
    given = Current.objects.filter(centre=seat.centre, kind="infusion", withdrawn=False).exclude(
        child__in=Child.objects.filter(centre=seat.centre, withdrawn=True)
    )
    return {"all": children.count(), "infused": given.values("child").distinct().count()}


def _critical_words() -> list[tuple[str, str]]:
    """The critical fields in words: the event, and its fields."""
    lang = language()
    return [
        (
            EVENT_TYPE_OF_KIND[kind].label(lang),
            ", ".join(label_of(kind, name, lang) for name in names),
        )
        for kind, names in CRITICAL_FIELDS.items()
    ]
