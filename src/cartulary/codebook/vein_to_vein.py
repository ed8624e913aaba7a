# SPDX-License-Identifier: Apache-2.0
"""From decision to infusion, in days: which collection and product led to which infusion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from cartulary.course.absence import Absence, is_known
from cartulary.course.choice import Choice
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import Apheresis, Event, Indication, Infusion, Product
from cartulary.course.events.disease import Decision

E = TypeVar("E", bound=Event)


class Link(Choice):
    """How an earlier step was found."""

    NAMED = "named", "named by the later step", "genoemd door de latere stap"
    LAST_BEFORE = "last_before", "the last one before it", "de laatste ervoor"
    NONE = "none", "not found", "niet gevonden"


@dataclass(frozen=True, slots=True)
class VeinToVein:
    """The steps that led to one infusion, and the days between them.

    A length is None when one of its two days is not known; it is negative when the record
    contradicts itself, which the plausibility rules report. `to_the_day` is false when a day that
    was used is partial, so that its lengths may be off by weeks or months.
    """

    infusion_id: str
    product_id: str | None
    product_link: Link
    apheresis_id: str | None
    apheresis_link: Link
    indication_to_apheresis_days: int | None
    apheresis_to_release_days: int | None
    release_to_infusion_days: int | None
    apheresis_to_infusion_days: int | None
    to_the_day: bool


def vein_to_vein(course: Course) -> tuple[VeinToVein, ...]:
    """The times from indication to infusion, one entry for each infusion of a course.

    The product is the one that the infusion names, else the last that was released on or before
    it. The apheresis is the one whose number the product names, else the last on or before the
    start of manufacture, or on or before the infusion when that start is unknown. The indication
    is the last on or before the apheresis that did not decline the child.

    >>> from cartulary.course import Origin
    >>> course = Course("P-001", Origin.SIMULATED, (Indication(0), Apheresis(7), Infusion(40)))
    >>> times = vein_to_vein(course)[0]
    >>> times.indication_to_apheresis_days, times.apheresis_to_infusion_days
    (7, 33)
    """
    return tuple(_of(course, infusion) for infusion in course.all(Infusion))


def _of(course: Course, infusion: Infusion) -> VeinToVein:
    product, product_link = _product_of(course, infusion)
    apheresis, apheresis_link = _apheresis_of(course, infusion, product)
    collected = None if apheresis is None else apheresis.day
    indication = _last(
        [e for e in course.all(Indication) if e.decision is not Decision.DECLINED], collected
    )
    released, release_precision = _release(product)
    precisions = {
        event.precision
        for event in (infusion, apheresis, indication)
        if event is not None and event.day is not None
    }
    if released is not None:
        precisions.add(release_precision)
    return VeinToVein(
        infusion_id=infusion.event_id,
        product_id=None if product is None else str(product.product_id),
        product_link=product_link,
        apheresis_id=None if apheresis is None else apheresis.event_id,
        apheresis_link=apheresis_link,
        indication_to_apheresis_days=_days(
            None if indication is None else indication.day, collected
        ),
        apheresis_to_release_days=_days(collected, released),
        release_to_infusion_days=_days(released, infusion.day),
        apheresis_to_infusion_days=_days(collected, infusion.day),
        to_the_day=precisions <= {Precision.DAY},
    )


def _product_of(course: Course, infusion: Infusion) -> tuple[Product | None, Link]:
    products = course.all(Product)
    if is_known(infusion.product_id):
        named = next((p for p in products if p.product_id == infusion.product_id), None)
        return named, Link.NONE if named is None else Link.NAMED
    known = [
        (released, position)
        for position, product in enumerate(products)
        if (released := _release(product)[0]) is not None
        and infusion.day is not None
        and released <= infusion.day
    ]
    if not known:
        return None, Link.NONE
    return products[max(known)[1]], Link.LAST_BEFORE


def _apheresis_of(
    course: Course, infusion: Infusion, product: Product | None
) -> tuple[Apheresis | None, Link]:
    collections = course.all(Apheresis)
    until: int | Absence | None = infusion.day
    if product is not None:
        if is_known(product.apheresis_number):
            number = product.apheresis_number
            named = next((a for a in collections if a.number == number), None)
            if named is not None:
                return named, Link.NAMED
        if is_known(product.started_day):
            until = product.started_day
    last = _last(collections, until if isinstance(until, int) else None)
    return last, Link.NONE if last is None else Link.LAST_BEFORE


def _release(product: Product | None) -> tuple[int | None, Precision]:
    """The day of release of a product that was released, or may have been."""
    if product is None or not is_known(product.decided_day):
        return None, Precision.UNKNOWN
    if is_known(product.status) and not product.status.may_be_infused:
        return None, Precision.UNKNOWN
    precision = product.decided_precision
    return product.decided_day, precision if is_known(precision) else Precision.DAY


def _last(events: Sequence[E], until: int | None) -> E | None:
    """The last of these events on or before a day; None when that day is not known."""
    if until is None:
        return None
    early = [event for event in events if event.day is not None and event.day <= until]
    return early[-1] if early else None


def _days(begin: int | None, end: int | None) -> int | None:
    return None if begin is None or end is None else end - begin
