# SPDX-License-Identifier: Apache-2.0
"""A product on its way to the hospital, and the wrong bag that was stopped at the door."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cartulary.registry.models import Centre
    from cartulary.registry.product_life_states import Act

PRODUCT = "product-1"
PSEUDONYM = "M-029"
CHAIN = "NL-COI-0418"
WRONG_BAG = "NL-COI-0412"
RESULTS = {
    "viability_percent": 84,
    "transduction_percent": 17.4,
    "vector_copies_per_cell": 0.9,
    "dose_cells": 81_000_000,
}

# Invented, as the page says of them; a programme enters its own.
LIMITS = {
    "form": "frozen",
    "cells_low_celsius": 2.0,
    "cells_high_celsius": 8.0,
    "product_high_celsius": -150.0,
    "stated_in": "invented for this example / verzonnen voor dit voorbeeld",
}
READINGS = {
    "send": (4.1,),
    "hand_in": (4.1, 4.4, 4.9, 5.0, 4.8, 4.2, 3.9, 3.7, 3.8, 4.0, 4.3, 4.5, 4.4, 4.2),
    "ship": (-179.0,),
}
BETWEEN_READINGS_MINUTES = 75


def _series(readings: tuple[float, ...]) -> dict[str, Any] | None:
    """A logger's curve as an entry keeps it; None for a single reading."""
    if len(readings) < 2:
        return None
    minutes = [float(place * BETWEEN_READINGS_MINUTES) for place in range(len(readings))]
    return {
        "count": len(readings),
        "timed": True,
        "minutes": minutes,
        "celsius": list(readings),
    }


def steps_of_product(centre: Centre) -> list[tuple[datetime, Callable[[datetime], object]]]:
    """The steps of one child's product, each with its moment; the last reads the wrong bag."""
    from cartulary.registry.product_life_states import Act

    def step(act: Act, wrong: str = "", **details: Any) -> Callable[[datetime], object]:
        return lambda now: _take(centre, act, now, wrong, details)

    identifiers = {"chain_of_identity": CHAIN, "batch": "B-2291"}
    return [
        (_at(8, 20, 9, 30), step(Act.IDENTIFY, identifiers=identifiers)),
        (_at(8, 20, 9, 31), step(Act.SPECIFY, limits=LIMITS)),
        (_at(8, 20, 10, 40), step(Act.COLLECT)),
        (_at(8, 20, 16, 5), step(Act.SEND)),
        (_at(8, 21, 9, 12), step(Act.HAND_IN)),
        (_at(8, 22, 8, 0), step(Act.START)),
        (_at(9, 18, 11, 20), lambda now: _with_results(centre, now)),
        (_at(9, 18, 11, 40), step(Act.RELEASE)),
        (_at(9, 29, 7, 50), step(Act.SHIP)),
        (_at(10, 1, 7, 6), step(Act.RECEIVE, WRONG_BAG)),
    ]


def _at(month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(2020, month, day, hour, minute, tzinfo=UTC)


def _take(centre: Centre, act: Act, now: datetime, wrong: str, details: dict[str, Any]) -> None:
    """One step with what the label says, or with the identifier of another bag."""
    from cartulary.registry.identifiers import Which
    from cartulary.registry.models import Child
    from cartulary.registry.permissions import may
    from cartulary.registry.policies import Attempt, Stays
    from cartulary.registry.product_life import WHOLE, label_read, rows_from, to_read
    from cartulary.registry.product_life_reading import story_of
    from cartulary.registry.product_life_writing import Mismatch, Signer, Wish, take
    from cartulary.registry.roles import Role
    from cartulary.registry.writing import Hand

    child = Child.objects.get(centre=centre, course_id=PSEUDONYM)
    story = story_of(child, PRODUCT)
    assert story is not None
    unit = story.life.unit(WHOLE)
    row = next(row for row, fit in rows_from(story.life, unit) if row.act is act and fit)
    label = label_read(unit, row)
    expected = to_read(story.life, unit, row) if row.checks else ()
    read = {which: story.life.expected(label, which) for which in expected}
    if wrong:
        read[Which.CHAIN_OF_IDENTITY] = wrong
    laboratory = Hand(None, "h.mulder", centre, "command")
    roles = frozenset({Role.LABORATORY})
    signer = Signer(laboratory, lambda one: may(roles, one), "cell laboratory")
    today = now.date().isoformat()
    readings = READINGS.get(act.value, ())
    attempt = Attempt(
        act,
        WHOLE,
        lowest_celsius=min(readings, default=None),
        highest_celsius=max(readings, default=None),
        series=_series(readings),
        temperature_said=Stays.WITHIN,
    )
    wish = Wish(act, WHOLE, read, today, f"{now:%H:%M}", "", attempt, details)
    with suppress(Mismatch):
        take(signer, child, PRODUCT, wish, now=now, today=today)


def _with_results(centre: Centre, now: datetime) -> None:
    """The release tests, written into the product as the laboratory would."""
    import json

    from cartulary.registry.models import Child, Current
    from cartulary.registry.writing import Change, Hand, append

    child = Child.objects.get(centre=centre, course_id=PSEUDONYM)
    row = Current.objects.get(child=child, event=PRODUCT)
    payload = json.loads(row.payload)
    payload["facts"] |= RESULTS
    laboratory = Hand(None, "h.mulder", centre, "command")
    change = Change(
        child.key, PRODUCT, "product", "amend", payload, row.version, "Release tests reported"
    )
    append(laboratory, [change], now=now)
