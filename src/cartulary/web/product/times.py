# SPDX-License-Identifier: Apache-2.0
"""How long each part of the way took, beside the programme's own median where it has enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.core.cache import cache
from django.db.models import Min

from cartulary.course.course import DayZero
from cartulary.evidence import MedianRange, median_range
from cartulary.registry.models import Centre, Current
from cartulary.registry.product_life import Unit
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import Act
from cartulary.web.product.spoken import say

#: A median of fewer children says too little to stand beside one child's time.
ENOUGH_CHILDREN: Final = 5
_KEPT_SECONDS: Final = 600
_FULL_DATE: Final = 10


@dataclass(frozen=True, slots=True)
class Length:
    """One part of the way in days."""

    label: str
    days: int
    strong: bool = False


def lengths_of(story: ProductStory, unit: Unit, today: date) -> tuple[Length, ...]:
    """The parts of the way whose two ends are known to the day."""
    done = {
        step.act: step.date for step in story.life.steps_of(unit) if not step.asks and step.date
    }
    collected = _collection(story) or done.get(Act.COLLECT, "")
    released = done.get(Act.RELEASE) or done.get(Act.APPROVE) or _released(story)
    received = done.get(Act.RECEIVE, "")
    given = done.get(Act.INFUSE, "")
    if not given and story.infusions and not story.life.is_divided:
        given = str(story.infusions[0].payload.get("date") or "")
    child = story.child
    indication = ""
    if child.day0 is not None and child.day0_is == DayZero.INDICATION.value:
        indication = child.day0.isoformat()
    ends = [
        (say("Indication to collection"), indication, collected, False),
        (say("Collection to release"), collected, released, False),
        (say("Release to receipt"), released, received, False),
    ]
    if given:
        ends.append((say("Vein to vein"), collected, given, True))
    elif not unit.is_final:
        ends.append((say("Vein to today"), collected, today.isoformat(), True))
    return tuple(
        Length(label, days, strong)
        for label, start, end, strong in ends
        if (days := _days(start, end)) is not None
    )


def _released(story: ProductStory) -> str:
    status = story.life.record.status
    is_released = status is not None and status.may_be_infused
    return story.product.text("decided_day") if is_released else ""


def _collection(story: ProductStory) -> str:
    number = story.product.number("apheresis_number")
    for one in story.aphereses:
        if one.number("number") == number or len(story.aphereses) == 1:
            return str(one.payload.get("date") or "")
    return ""


def _days(start: str, end: str) -> int | None:
    if len(start) != _FULL_DATE or len(end) != _FULL_DATE:
        return None
    days = (date.fromisoformat(end) - date.fromisoformat(start)).days
    return days if days >= 0 else None


def programme_vein_to_vein(centre: Centre) -> MedianRange | None:
    """First collection to first infusion over the centre's children; None where too few are known.

    Worked out from the projection at most every ten minutes.
    """
    key = f"vein-to-vein-{centre.pk}"
    lengths: list[int] | None = cache.get(key)
    if lengths is None:
        lengths = _lengths_of(centre)
        cache.set(key, lengths, _KEPT_SECONDS)
    if len(lengths) < ENOUGH_CHILDREN:
        return None
    return median_range(
        lengths, quantity="vein to vein, days", unit="child", origin=str(centre.origin)
    )


def _lengths_of(centre: Centre) -> list[int]:
    rows = Current.objects.filter(centre=centre, withdrawn=False, child__withdrawn=False)
    first: dict[str, dict[object, str]] = {}
    for kind in ("apheresis", "infusion"):
        of_kind = rows.filter(kind=kind).exclude(date="")
        first[kind] = dict(of_kind.values_list("child_id").annotate(Min("date")))
    return [
        days
        for child, given in first["infusion"].items()
        if (days := _days(first["apheresis"].get(child, ""), given)) is not None
    ]
