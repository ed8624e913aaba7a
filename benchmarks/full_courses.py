# SPDX-License-Identifier: Apache-2.0
"""Children with full courses, drawn from a seed: what a large programme's ledger would hold."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cartulary.cli.demo
from cartulary.codebook.drawn import course_from_drawing
from cartulary.course import Course, Origin
from cartulary.course.events import (
    Assessment,
    Consent,
    Custody,
    Death,
    Event,
    Infusion,
    LastContact,
    Measurement,
    NewTherapy,
    Product,
    Relapse,
    Transplant,
)
from cartulary.course.events.cells import CustodyStep
from cartulary.course.events.disease import Cd19Status, MrdResult, Response, Sex
from cartulary.course.events.ending import FollowUpStatus
from cartulary.course.events.treatment import (
    ConsentStatus,
    NewTherapyKind,
    Purpose,
    TransplantReason,
)

# Settings that fill a ledger as a programme of fifteen years would; no findings of any study.
LONGEST_YEARS = 15
SHARE_RELAPSED = 0.3
SHARE_GRAFTED = 0.15
SHARE_DIED_AFTER_RELAPSE = 0.6
_DAY_OF_PRODUCT = 6
_MADE_FROM = "in_remission.txt"
_YEAR = 365


def full_courses(first: int, last: int, today: date, seed: int = 20) -> Iterator[Course]:
    """The courses of children `first` to `last` (left out), the same whenever they are drawn.

    Each is the demo's child in remission with days, values, relapse, transplant and follow-up of
    its own, up to today: about a hundred events, fewer for a child who came lately.
    """
    drawing = Path(cartulary.cli.demo.__file__).with_name(_MADE_FROM)
    model = course_from_drawing(drawing.read_text(encoding="utf-8"))
    for number in range(first, last):
        yield _course(model, number, today, random.Random(seed * 1_000_003 + number))


def _course(model: Course, number: int, today: date, draw: random.Random) -> Course:
    known_days = draw.randrange(10, LONGEST_YEARS * _YEAR)
    later, scale = draw.randrange(0, 30), math.exp(draw.gauss(0, 0.4))
    product_id = f"P-{number:06d}"
    events = [
        _moved(event, later, scale, product_id)
        for event in model.events
        if not isinstance(event, LastContact) and _day(event, later) <= known_days
    ]
    infused = next((event.day for event in events if isinstance(event, Infusion)), None)
    if infused is not None:
        events += _handed_over(product_id, infused)
        events = _followed(events, infused or 0, known_days, draw)
    return Course(
        f"C-{number:06d}",
        Origin.SIMULATED,
        tuple(events),
        sex=draw.choice((Sex.FEMALE, Sex.MALE)),
        age_days_at_day0=draw.randrange(_YEAR, 18 * _YEAR),
        day0=today - timedelta(days=known_days),
    )


def _day(event: Event, later: int) -> int:
    """The day of an event, later from manufacture on."""
    day = event.day or 0
    return day + later if day > _DAY_OF_PRODUCT else day


def _moved(event: Event, later: int, scale: float, product_id: str) -> Event:
    """An event of the model, later from manufacture on, with values of this child."""
    other: dict[str, Any] = {}
    if (event.day or 0) > _DAY_OF_PRODUCT:
        other = {
            name: value + later
            for name, value in event.values().items()
            if name.endswith("_day") and isinstance(value, int)
        }
        other["day"] = _day(event, later)
    if isinstance(event, Measurement) and isinstance(event.value, float | int):
        other["value"] = float(f"{event.value * scale:.3g}")
    if isinstance(event, Product):
        decided = event.decided_day
        other["decided_day"] = decided + later if isinstance(decided, int) else decided
    if isinstance(event, Product | Infusion):
        other["product_id"] = product_id
    return replace(event, **other) if other else event


def _handed_over(product_id: str, infused: int) -> list[Event]:
    steps = (
        (CustodyStep.RECEIPT, infused - 5),
        (CustodyStep.STORAGE, infused - 4),
        (CustodyStep.BEDSIDE, infused),
    )
    return [
        Custody(
            day,
            product_id=product_id,
            step=step,
            identifiers_checked=2,
            identifiers_match=True,
            temperature_in_range=True,
        )
        for step, day in steps
    ]


def _followed(events: list[Event], infused: int, known: int, draw: random.Random) -> list[Event]:
    """The same events and what follows the infusion: yearly looks, relapse, transplant, the end."""
    relapse = infused + draw.randrange(60, 900) if draw.random() < SHARE_RELAPSED else None
    graft = infused + draw.randrange(90, 400) if draw.random() < SHARE_GRAFTED else None
    dies = relapse is not None and draw.random() < SHARE_DIED_AFTER_RELAPSE
    death = (relapse or 0) + draw.randrange(20, 500) if dies else None
    # Most children are behind with something; one in five is followed to the day.
    seen_until = min(known, death or known) - draw.choice((0, 20, 60, 200, 500))
    more: list[Event] = [
        Assessment(day, response=Response.CR, mrd_result=MrdResult.NEGATIVE)
        for day in (infused + 90, *range(infused + _YEAR, seen_until, _YEAR))
        if day <= seen_until and (relapse is None or day < relapse)
    ]
    if relapse is not None and relapse <= known:
        level = draw.choice((Cd19Status.POSITIVE, Cd19Status.NEGATIVE))
        more.append(Relapse(relapse, cd19_status=level))
        more.append(NewTherapy(relapse + 5, therapy=NewTherapyKind.CHEMOTHERAPY))
        events = [one for one in events if not _in_remission_after(one, relapse)]
    if graft is not None and graft <= known and (death is None or graft < death):
        after = relapse is not None and relapse < graft
        reason = TransplantReason.RELAPSE if after else TransplantReason.CONSOLIDATION
        more.append(Transplant(graft, reason=reason))
    if infused + 200 < known:
        research = draw.choice((ConsentStatus.GIVEN, ConsentStatus.GIVEN, ConsentStatus.REFUSED))
        more.append(Consent(infused + 200, purpose=Purpose.RESEARCH, status=research))
    ended = death if death is not None and death <= known else None
    if ended is not None:
        more.append(Death(ended))
    elif seen_until > infused:
        more.append(LastContact(seen_until, status=FollowUpStatus.FOLLOWED))
    kept = [*events, *more]
    limit = known if ended is None else ended
    return [one for one in kept if one.day is None or one.day <= limit]


def _in_remission_after(event: Event, relapse: int) -> bool:
    return isinstance(event, Assessment) and (event.day or 0) >= relapse
