# SPDX-License-Identifier: Apache-2.0
"""The ledger read as lives of products: their steps, and the attempts that were blocked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from cartulary.course.events.cells import CustodyStep, ProductStatus, Site
from cartulary.registry.courses import AsOf, entries_of
from cartulary.registry.identifiers import Reading, Which
from cartulary.registry.models import Child, Current, Entry
from cartulary.registry.product_life import Life, Record, Step
from cartulary.registry.product_life_fold import live
from cartulary.registry.product_life_limits import RELEASE_TESTS
from cartulary.registry.product_life_states import Act, State

HANDLING: Final = "handling"
IDENTITY_CHECK: Final = "identity_check"
KINDS: Final = ("product", "apheresis", "custody", "infusion", HANDLING, IDENTITY_CHECK)


@dataclass(frozen=True, slots=True)
class Said:
    """An event as its last entry says it, with who wrote that entry and its hash."""

    event: str
    kind: str
    version: int
    entry: int
    payload: Mapping[str, Any]
    author: str
    recorded_at: datetime
    hash: str
    withdrawn: bool = False

    @property
    def facts(self) -> Mapping[str, Any]:
        """What it says, by name."""
        found = self.payload.get("facts")
        return found if isinstance(found, Mapping) else {}

    def text(self, name: str) -> str:
        """A fact as text; empty when it is absent."""
        value = self.facts.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> float | None:
        """A fact as a number; None when it is absent."""
        value = self.facts.get(name)
        return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True)
class Blocked:
    """An attempt that was blocked because what was read is not what was expected."""

    entry: int
    hash: str
    author: str
    recorded_at: datetime
    date: str
    time: str
    act: Act
    bag: str
    readings: tuple[Reading, ...]
    query: int = 0
    """The number of the query that asks the laboratory about it."""


@dataclass(frozen=True, slots=True)
class ProductStory:
    """A product with its life, and what happened around it."""

    child: Child
    product: Said
    life: Life
    blocked: tuple[Blocked, ...]
    aphereses: tuple[Said, ...]
    infusions: tuple[Said, ...]
    next_sequence: int
    siblings: tuple[Said, ...] = ()
    """The other products of the child."""
    custody: tuple[Said, ...] = ()
    """The course's own custody events of this product."""
    all_infusions: tuple[Said, ...] = ()
    """Those of other products too: an infusion is numbered within its child."""

    @property
    def event(self) -> str:
        """The name of the product's event."""
        return self.product.event

    @property
    def is_followed(self) -> bool:
        """True once a step moved the cells here; before that, the record alone speaks."""
        return any(step.after is not step.before for step in self.life.steps if not step.asks)

    @property
    def is_followed_beyond_release(self) -> bool:
        """True once a decision on the product was taken here."""
        return any(
            step.act in (Act.RELEASE, Act.APPROVE) and not step.asks for step in self.life.steps
        )

    def state(self, bag: str = "") -> State:
        """Where a bag is: as followed here, or as the record says of one not yet followed."""
        unit = self.life.unit(bag)
        return unit.state if self.is_followed else self.life.record.recorded_state

    @property
    def custody_outside(self) -> tuple[Said, ...]:
        """Hand-offs that were recorded without being taken here."""
        written = {event for step in self.life.steps for event in step.writes}
        return tuple(one for one in self.custody if one.event not in written)

    @property
    def given_outside(self) -> tuple[Said, ...]:
        """Infusions of this product that no hand-off here wrote."""
        written = {event for step in self.life.steps for event in step.writes}
        return tuple(e for e in self.infusions if self.is_followed and e.event not in written)


def stories_of(child: Child, as_of: AsOf = None) -> tuple[ProductStory, ...]:
    """Every product of a child with its life, now or as of a past moment."""
    if as_of is None:
        said = said_of([child]).get(child.key, [])
    else:
        said = _said_before(child, as_of)
    return _stories(child, said)


def story_of(child: Child, event: str, as_of: AsOf = None) -> ProductStory | None:
    """One product of a child, or None when there is no such event."""
    return next((s for s in stories_of(child, as_of) if s.event == event), None)


def stories_of_many(children: Sequence[Child]) -> tuple[ProductStory, ...]:
    """The products of many children in a few queries."""
    said = said_of(children)
    return tuple(story for child in children for story in _stories(child, said.get(child.key, [])))


def said_of(children: Iterable[Child]) -> dict[UUID, list[Said]]:
    """What stands now of these children's cells, with author and hash of each entry."""
    by_key = {child.key: child for child in children}
    rows = list(
        Current.objects.filter(child__in=by_key, kind__in=KINDS)
        .order_by("entry")
        .values_list(*("child_id", "event", "kind", "version", "entry", "payload", "withdrawn"))
    )
    centres = {child.centre_id for child in by_key.values()}
    numbers = {row[4] for row in rows}
    entries = {
        (child, number): rest
        for child, number, *rest in Entry.objects.filter(
            centre__in=centres, number__in=numbers, child__in=by_key
        ).values_list("child", "number", "author", "recorded_at", "hash")
    }
    found: dict[UUID, list[Said]] = {}
    for child, event, kind, version, entry, payload, withdrawn in rows:
        author, recorded_at, digest = entries[child, entry]
        said = Said(
            event, kind, version, entry, json.loads(payload), author, recorded_at, digest, withdrawn
        )
        found.setdefault(child, []).append(said)
    return found


def _said_before(child: Child, as_of: AsOf) -> list[Said]:
    standing: dict[str, Said] = {}
    for entry in entries_of(child, as_of).filter(kind__in=KINDS):
        withdrawn = entry.act == "withdraw"
        payload = standing[entry.event].payload if withdrawn else json.loads(entry.payload)
        standing[entry.event] = Said(
            entry.event,
            entry.kind,
            entry.version,
            entry.number,
            payload,
            entry.author,
            entry.recorded_at,
            entry.hash,
            withdrawn,
        )
    return list(standing.values())


def _stories(child: Child, said: Sequence[Said]) -> tuple[ProductStory, ...]:
    live_ones = [one for one in said if not one.withdrawn]
    products = [one for one in live_ones if one.kind == "product"]
    return tuple(
        _story(child, product, live_ones, said, [p for p in products if p is not product])
        for product in products
    )


def _story(
    child: Child,
    product: Said,
    standing: Sequence[Said],
    everything: Sequence[Said],
    siblings: Sequence[Said],
) -> ProductStory:
    own = [
        one
        for one in everything
        if one.kind == HANDLING and one.facts.get("product") == product.event
    ]
    steps = [_step(one) for one in own if not one.withdrawn]
    product_id = product.text("product_id")
    aphereses = tuple(one for one in standing if one.kind == "apheresis")
    all_infusions = tuple(one for one in standing if one.kind == "infusion")
    infusions = tuple(
        one for one in all_infusions if product_id and one.text("product_id") == product_id
    )
    custody = [
        one for one in standing if one.kind == "custody" and one.text("product_id") == product_id
    ]
    record = _record(child, product, aphereses, custody, bool(infusions))
    blocked = tuple(
        _blocked(one)
        for one in standing
        if one.kind == IDENTITY_CHECK and one.facts.get("product") == product.event
    )
    last = max((int(one.facts.get("sequence") or 0) for one in own), default=0)
    return ProductStory(
        child,
        product,
        live(record, steps),
        blocked,
        aphereses,
        infusions,
        last + 1,
        tuple(siblings),
        tuple(custody),
        all_infusions,
    )


def _record(
    child: Child,
    product: Said,
    aphereses: Sequence[Said],
    custody: Sequence[Said],
    infused: bool,
) -> Record:
    number = product.number("apheresis_number")
    collected = _collection(aphereses, number)
    site, status = product.text("site"), product.text("status")
    return Record(
        event=product.event,
        product_id=product.text("product_id"),
        child=child.course_id,
        made_for=product.text("made_for"),
        site=Site(site) if site else None,
        status=ProductStatus(status) if status else None,
        recorded_state=_recorded_state(status, custody, infused),
        apheresis_number=None if number is None else int(number),
        donation=collected.text("donation_id") if collected else "",
        results={
            test: value for test in RELEASE_TESTS if (value := product.number(test)) is not None
        },
    )


def _collection(aphereses: Sequence[Said], number: float | None) -> Said | None:
    """The collection a product names; the only one there is where it names none."""
    if number is not None:
        return next((one for one in aphereses if one.number("number") == number), None)
    return aphereses[0] if len(aphereses) == 1 else None


_BY_STATUS: Final = {
    ProductStatus.STARTED: State.IN_MANUFACTURE,
    ProductStatus.RELEASED: State.RELEASED,
    ProductStatus.OUT_OF_SPECIFICATION: State.OUT_OF_SPECIFICATION,
    ProductStatus.RELEASED_OUT_OF_SPECIFICATION: State.RELEASED_WITH_APPROVAL,
    ProductStatus.FAILED: State.FAILED,
    ProductStatus.NOT_MADE: State.CANCELLED,
}
_BY_CUSTODY: Final = {
    CustodyStep.COLLECTION: State.COLLECTED,
    CustodyStep.MANUFACTURE: State.AT_MANUFACTURER,
    CustodyStep.RECEIPT: State.RECEIVED,
    CustodyStep.STORAGE: State.STORED,
    CustodyStep.THAW: State.THAWED,
    CustodyStep.BEDSIDE: State.THAWED,
}
_FAR: Final = tuple(State)


def _recorded_state(status: str, custody: Sequence[Said], infused: bool) -> State:
    """How far the course's own events say that the cells came.

    An apheresis alone does not say that the bag and its label were checked against the child.
    """
    decided = _BY_STATUS.get(ProductStatus(status)) if status else None
    if infused:
        return State.INFUSED
    if decided in (State.FAILED, State.CANCELLED, State.OUT_OF_SPECIFICATION):
        return decided
    reached = [State.ORDERED]
    if decided is not None:
        reached.append(decided)
    for one in custody:
        step = one.text("step")
        if step == CustodyStep.DISPATCH:
            # The first goes to the manufacturer, the one after a release to the hospital.
            released = decided in (State.RELEASED, State.RELEASED_WITH_APPROVAL)
            shipped = released and len([c for c in custody if c.text("step") == step]) > 1
            reached.append(State.SHIPPED if shipped else State.SENT)
        elif step:
            reached.append(_BY_CUSTODY[CustodyStep(step)])
    return max(reached, key=_FAR.index)


def readings_of(facts: Mapping[str, Any]) -> tuple[Reading, ...]:
    """The identifiers that an entry says were read."""
    return tuple(
        Reading(Which(one["which"]), str(one.get("read", "")), str(one.get("expected", "")))
        for one in facts.get("readings") or ()
    )


def _step(said: Said) -> Step:
    facts = said.facts
    return Step(
        sequence=int(facts.get("sequence") or 0),
        act=Act(facts["act"]),
        bag=said.text("bag"),
        date=str(said.payload.get("date") or ""),
        time=str(said.payload.get("time") or ""),
        author=said.author,
        recorded_at=said.recorded_at.isoformat(),
        entry=said.entry,
        hash=said.hash,
        readings=readings_of(facts),
        asks=bool(facts.get("asks")),
        first=int(facts.get("first") or 0),
        writes=tuple(facts.get("writes") or ()),
        details=facts.get("details") or {},
    )


def _blocked(said: Said) -> Blocked:
    facts = said.facts
    return Blocked(
        said.entry,
        said.hash,
        said.author,
        said.recorded_at,
        str(said.payload.get("date") or ""),
        str(said.payload.get("time") or ""),
        Act(facts["act"]),
        said.text("bag"),
        readings_of(facts),
        int(facts.get("query") or 0),
    )
