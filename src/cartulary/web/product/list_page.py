# SPDX-License-Identifier: Apache-2.0
"""Every product of the centre: where it is, who has it, what is next, what was blocked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cartulary.registry import clock
from cartulary.registry.models import Child, Current
from cartulary.registry.permissions import Permission
from cartulary.registry.policies import in_the_way
from cartulary.registry.product_life import Unit, next_row
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory, stories_of_many
from cartulary.registry.product_life_states import FINAL, State
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.product.spoken import say, word

ON_A_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One bag, or one product that is not divided."""

    product_id: str
    bag: str
    backup: bool
    child: str
    child_key: str
    link: str
    state: str
    tone: str
    since: str
    holder: str
    next: str
    in_the_way: str
    waits_for_second: bool
    blocked: int
    ordered: str
    is_final: bool


@page(Permission.SEE_CHILDREN)
def products(request: SeatedRequest) -> HttpResponse:
    """The products, the most recently ordered first: those under way, then those that ended."""
    seat = request.seat
    text = request.GET.get("from", "")
    offset = int(text) if text.isdecimal() and len(text) < 8 else 0
    found = (
        Current.objects.filter(centre=seat.centre, kind="product", withdrawn=False)
        .exclude(child__in=Child.objects.filter(centre=seat.centre, withdrawn=True))
        .order_by("-date", "-entry")
        .values_list("child_id", "event")
    )
    wanted = list(found[offset : offset + ON_A_PAGE + 1])
    shown = wanted[:ON_A_PAGE]
    children = list(Child.objects.filter(key__in={child for child, _ in shown}))
    stories = {(s.child.key, s.event): s for s in stories_of_many(children)}
    today = clock.today().isoformat()
    me = seat.account.get_username()
    rows = [
        _row(stories[key], unit, place, me, today)
        for key in shown
        if key in stories
        for place, unit in enumerate(stories[key].life.units, start=1)
    ]
    read(seat.account, seat.centre, None, "products")
    under_way = [row for row in rows if not row.is_final]
    context: dict[str, Any] = {
        "under_way": under_way,
        "ended": [row for row in rows if row.is_final],
        "blocked": sum(row.blocked > 0 for row in under_way),
        "waiting": sum(row.waits_for_second for row in under_way),
        "total": found.count(),
        "offset": offset,
        "first": offset + 1,
        "last": offset + len(shown),
        "before": max(0, offset - ON_A_PAGE) if offset else None,
        "after": offset + ON_A_PAGE if len(wanted) > ON_A_PAGE else None,
        "may_write": seat.may(Permission.WRITE_PRODUCT),
    }
    return render(request, "product/list.html", context)


_HALTED: Final = frozenset({State.QUARANTINED, State.OUT_OF_SPECIFICATION})
_LOST: Final = frozenset({State.FAILED, State.DISCARDED, State.CANCELLED, State.RETURNED})


def _row(story: ProductStory, unit: Unit, place: int, me: str, today: str) -> ProductRow:
    state = story.state(unit.bag)
    address = reverse("product:product", args=[story.child.key, story.event])
    has = holder(state, story.life.record.site, unit.held)
    following = next_row(story.life, unit) if _is_taken_up(story, state) else None
    obstacle = ""
    if following is not None:
        ways = in_the_way(
            story.life,
            unit,
            following,
            allowed=lambda _: True,
            username=me,
            today=today,
        )
        obstacle = ways[0].fact.text(language()) if ways else ""
    asked = unit.asked
    return ProductRow(
        product_id=story.life.record.product_id,
        bag=unit.bag,
        backup=unit.backup,
        child=story.child.course_id,
        child_key=str(story.child.key),
        link=f"{address}?bag={place}" if unit.bag else address,
        state=word(state),
        tone="beware" if state in _HALTED else "wrong" if state in _LOST else "",
        since=f"{unit.since.date} {unit.since.time}".strip() if unit.since else "",
        holder=word(has),
        next=_next(story, unit, state, following),
        in_the_way=obstacle,
        waits_for_second=asked is not None and asked.author != me,
        blocked=sum(one.bag == unit.bag for one in story.blocked),
        ordered=str(story.product.payload.get("date") or ""),
        is_final=state in FINAL,
    )


def _is_taken_up(story: ProductStory, state: State) -> bool:
    return story.is_followed or state is State.ORDERED


def _next(story: ProductStory, unit: Unit, state: State, following: Any) -> str:
    if state in FINAL:
        return ""
    if unit.asked is not None:
        return say("second signature: %(act)s") % {"act": word(unit.asked.act).lower()}
    if not _is_taken_up(story, state):
        return say("take over from the record")
    if state is State.QUARANTINED:
        return say("decide on the quarantine")
    if state is State.OUT_OF_SPECIFICATION:
        return say("decide on release with approval")
    return word(following.act) if following is not None else ""
