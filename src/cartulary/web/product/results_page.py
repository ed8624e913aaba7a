# SPDX-License-Identifier: Apache-2.0
"""The results of the release tests, written into the product as an amendment."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from cartulary.course.tables.numbers import number_of
from cartulary.course.tables.refusal import Refusal
from cartulary.registry import clock
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.permissions import Permission
from cartulary.registry.product_life_limits import RELEASE_TESTS
from cartulary.registry.product_life_reading import ProductStory, story_of
from cartulary.registry.writing import append
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.product.kept import RESULTS, forget, keep_results
from cartulary.web.product.product_page import child_or_404
from cartulary.web.product.spoken import say


@page(Permission.WRITE_PRODUCT, methods=("POST",))
def results(request: SeatedRequest, key: UUID, event: str) -> HttpResponse:
    """Write the results that were typed; a field left empty says nothing new."""
    seat = request.seat
    if not seat.may(Permission.AMEND):
        raise PermissionDenied
    child = child_or_404(seat, key)
    story = story_of(child, event)
    if story is None:
        raise Http404
    if story.is_followed_beyond_release:
        messages.error(
            request,
            say("The product is decided on. Amend the result from its event, with a reason."),
        )
        return redirect("product:product", key, event)
    typed, wrong = _typed(request.POST.dict())
    if wrong:
        messages.error(request, say("This is not one number. Write it as 4.1 or 4,1."))
    elif typed:
        _write(request, story, typed)
    return redirect("product:product", key, event)


results.when_expired = keep_results  # type: ignore[attr-defined]


def _typed(data: dict[str, str]) -> tuple[dict[str, float], bool]:
    typed: dict[str, float] = {}
    wrong = False
    for test in RELEASE_TESTS:
        text = data.get(test, "").strip()
        if not text:
            continue
        found = number_of(text)
        if isinstance(found, Refusal) or found.rest:
            wrong = True
            continue
        typed[test] = found.value * (1e6 if test == "dose_cells" else 1.0)
    return typed, wrong


def _write(request: SeatedRequest, story: ProductStory, typed: dict[str, float]) -> None:
    product = story.product
    payload = {**product.payload, "facts": {**product.facts, **typed}}
    change = Change(
        story.child.key,
        product.event,
        product.kind,
        "amend",
        payload,
        product.version,
        reason=say("Results of the release tests"),
    )
    try:
        entries = append(request.seat.hand(), [change], now=clock.now())
    except Refused as refused:
        messages.error(request, fault_words(refused))
    except Conflict:
        messages.error(request, say("Somebody else changed the product in between. Look again."))
    else:
        forget(request.seat, story.child, RESULTS, story.event)
        messages.success(
            request, say("Results: written as entry %(entry)d.") % {"entry": entries[0].number}
        )
