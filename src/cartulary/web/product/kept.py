# SPDX-License-Identifier: Apache-2.0
"""What was typed of a step, or of results, into a session that ended: kept for its person.

Identifiers are not kept: they are read from the bag again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest

from cartulary.registry import clock
from cartulary.registry.models import Child, Draft
from cartulary.registry.product_life_limits import RELEASE_TESTS
from cartulary.registry.product_life_reading import HANDLING, story_of
from cartulary.web.access import Seat
from cartulary.web.entry import drafts
from cartulary.web.entry.place import child_or_404, seat_of

RESULTS: Final = "results"
_NOT_KEPT: Final = ("csrfmiddlewaretoken", "go", "read", "anew", "takes_back")
_READ: Final = "read_"


def keep_step(request: HttpRequest, key: UUID, event: str) -> None:
    """Keep the form of a step that was posted into a session that has just ended."""
    typed = {
        name: text
        for name, text in request.POST.dict().items()
        if text.strip() and name not in _NOT_KEPT and not name.startswith(_READ)
    }
    # Date and time stand in the form by themselves; a draft of nothing else is none.
    if set(typed) - {"act", "bag", "date", "time"}:
        _keep(request, key, HANDLING, event, typed)


def keep_results(request: HttpRequest, key: UUID, event: str) -> None:
    """Keep the results that were posted into a session that has just ended."""
    typed = {test: text for test in RELEASE_TESTS if (text := request.POST.get(test, "").strip())}
    if typed:
        _keep(request, key, RESULTS, event, typed)


def _keep(request: HttpRequest, key: UUID, kind: str, event: str, typed: Mapping[str, str]) -> None:
    child = child_or_404(request, key)
    if story_of(child, event) is None:
        raise Http404
    data = {name: [text] for name, text in typed.items()}
    seat = seat_of(request)
    drafts.keep(seat.account, seat.centre, child, kind, event, 0, data, clock.now())


def kept(seat: Seat, child: Child, kind: str, event: str) -> tuple[Draft | None, dict[str, str]]:
    """This person's draft and its texts; nothing where there is none."""
    draft = drafts.draft_of(seat.account, child, kind, event)
    if draft is None:
        return None, {}
    return draft, {name: texts[0] for name, texts in draft.data.items() if texts}


def forget(seat: Seat, child: Child, kind: str, event: str) -> None:
    """Forget the draft, once it was written or is not wanted."""
    drafts.discard(seat.account, child, kind, event)
