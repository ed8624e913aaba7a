# SPDX-License-Identifier: Apache-2.0
"""How a rule is specified: courses that break it, and courses near by that keep it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cartulary.course import Course, Origin
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Event,
    Indication,
    Infusion,
    LastContact,
    Lymphodepletion,
    Product,
)
from cartulary.course.events.cells import ProductStatus, Site
from cartulary.course.events.disease import Response


def drawn(*events: Event, course_id: str = "P-001", **about: Any) -> Course:
    """A course of these events alone."""
    return Course(course_id, about.pop("origin", Origin.SIMULATED), events, **about)


@dataclass(frozen=True)
class Spec:
    """The courses that break a rule, and those near by that keep it."""

    broken: tuple[Course, ...]
    kept: tuple[Course, ...]


INFUSED = Infusion(40, number=1, product_id="lot-1", dose_cells_per_kg=2e6, weight_kg=20.0)
COLLECTED = Apheresis(7, number=1)
DEPLETED = Lymphodepletion(33, stop_day=36)
RELEASED = Product(
    7,
    product_id="lot-1",
    made_for="P-001",
    apheresis_number=1,
    site=Site.CENTRAL,
    status=ProductStatus.RELEASED,
    started_day=9,
    decided_day=32,
)
REMISSION = Assessment(68, response=Response.CR, marrow_blasts_percent=1.0)


def ordinary(*events: Event, **about: Any) -> Course:
    """A course in which all went well, with these events besides."""
    usual = (Indication(0), COLLECTED, RELEASED, DEPLETED, INFUSED, REMISSION, LastContact(1000))
    return drawn(*usual, *events, **about)
