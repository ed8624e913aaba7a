# SPDX-License-Identifier: Apache-2.0
"""What a step writes: the handling itself, and the course's events that it stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cartulary.course.absence import NOT_DONE
from cartulary.course.events.cells import ProductStatus
from cartulary.registry.change import Change
from cartulary.registry.models.ledger import EVENT_LENGTH
from cartulary.registry.policies import Attempt
from cartulary.registry.product_life import Step, Unit
from cartulary.registry.product_life_back import last_step
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory, Said
from cartulary.registry.product_life_states import Act, Holder
from cartulary.registry.product_life_table import Row
from cartulary.registry.product_life_undoing import changes_back

_DECIDES: Final = frozenset(
    {
        ProductStatus.RELEASED,
        ProductStatus.OUT_OF_SPECIFICATION,
        ProductStatus.RELEASED_OUT_OF_SPECIFICATION,
        ProductStatus.FAILED,
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """A step that is to be written, with all it was worked out from."""

    story: ProductStory
    unit: Unit
    row: Row
    attempt: Attempt
    step: Step
    role: str


def event_name(kind: str, product: str, sequence: int) -> str:
    """The name of a step's event. Two people who take the same step at once get the same one.

    >>> event_name("handling", "product-1", 7)
    'handling-product-1-007'
    """
    name = f"{kind}-{product}-{sequence:03d}"
    if len(name) <= EVENT_LENGTH:
        return name
    digest = hashlib.sha256(product.encode()).hexdigest()[:16]
    return f"{kind}-{digest}-{sequence:03d}"


def payload_of_step(step: Step, product: str, row: Row) -> dict[str, Any]:
    """A step as the ledger keeps it."""
    facts: dict[str, Any] = {
        "product": product,
        "act": step.act.value,
        "sequence": step.sequence,
    }
    if step.bag:
        facts["bag"] = step.bag
    if row.second is not None:
        facts["asks"] = step.asks
        if step.first:
            facts["first"] = step.first
    if step.readings:
        facts["readings"] = [
            {"which": r.which.value, "read": r.read, "expected": r.expected} for r in step.readings
        ]
    if step.writes:
        facts["writes"] = list(step.writes)
    if step.details:
        facts["details"] = dict(step.details)
    return {"date": step.date or None, "time": step.time, "facts": facts}


def changes_of(written: Written) -> list[Change]:
    """The course's events that a step writes or amends, in order."""
    changes: list[Change] = []
    if written.row.act is Act.TAKE_BACK:
        last = last_step(written.story.life, written.unit)
        assert last is not None
        return changes_back(written.story, last, _because(written))
    if written.row.custody is not None:
        changes.append(_custody(written))
    if written.row.status is not None:
        changes.append(_status(written, written.row.status))
    if written.row.act is Act.INFUSE:
        changes.append(_infusion(written))
    return changes


def _date(written: Written) -> str | None:
    """The calendar date, which only a child with a dated day 0 can have in its course."""
    return written.step.date if written.story.child.day0 and written.step.date else None


def _custody(written: Written) -> Change:
    story, row, step = written.story, written.row, written.step
    assert row.custody is not None
    site = story.life.record.site
    gives = holder(written.unit.state, site, written.unit.held)
    takes = holder(row.target, site)
    facts: dict[str, Any] = {
        "product_id": story.life.record.product_id,
        "step": row.custody.value,
        "from_party": _party(written, "from_party", gives or takes),
        "to_party": _party(written, "to_party", takes or gives),
        "identifiers_checked": len(step.readings),
        "identifiers_match": step.agrees,
    }
    if row.limit is not None:
        in_range = step.in_range
        facts["temperature_in_range"] = {"absent": NOT_DONE.code} if in_range is None else in_range
        for end in ("lowest_celsius", "highest_celsius"):
            if (found := step.details.get("temperature", {}).get(end)) is not None:
                facts[end] = found
    if step.bag:
        facts["bag"] = step.bag
    if step.time:
        facts["time_of_day"] = step.time
    payload = _dated(written, facts)
    name = event_name("custody", story.event, step.sequence)
    return Change(story.child.key, name, "custody", "write", payload, 0)


def _party(written: Written, fact: str, standing_in: Holder | None) -> str:
    """Who gives or takes, by the name that was typed, else by what they are to the cells."""
    named = str(written.attempt.details.get(fact) or "").strip()
    if named:
        return named
    return standing_in.en if standing_in is not None else "unknown"


def _dated(written: Written, facts: Mapping[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = {"date": _date(written), "facts": dict(facts)}
    if written.step.time:
        payload["time"] = written.step.time
    return payload


def _amended(said: Said, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**said.payload, "facts": {**said.facts, **facts}}


def _status(written: Written, status: ProductStatus) -> Change:
    """The product, amended with its new status and what goes with it."""
    story, attempt = written.story, written.attempt
    date = _date(written)
    facts: dict[str, Any] = {"status": status.value}
    if status is ProductStatus.STARTED and date:
        facts["started_day"] = date
    if status in _DECIDES and date:
        facts["decided_day"] = date
    if status in (ProductStatus.OUT_OF_SPECIFICATION, ProductStatus.FAILED):
        facts["failure_reason"] = attempt.reason
    if status is ProductStatus.RELEASED_OUT_OF_SPECIFICATION:
        facts["approved_by"] = written.role or written.step.author
    product = story.product
    return Change(
        story.child.key,
        product.event,
        product.kind,
        "amend",
        _amended(product, facts),
        product.version,
        reason=_because(written),
    )


def _because(written: Written) -> str:
    parts = (written.row.act.en, written.attempt.reason)
    return ": ".join(part for part in parts if part)


def _infusion(written: Written) -> Change:
    """A new infusion; a second bag of one product on the same day joins the first."""
    story, step = written.story, written.step
    details = written.attempt.details
    dose, weight = details.get("dose_cells"), details.get("weight_kg")
    date = _date(written)
    same_day = [e for e in story.infusions if date is not None and e.payload.get("date") == date]
    if same_day:
        earlier = same_day[-1]
        before = earlier.number("dose_cells")
        total = None if before is None or dose is None else before + float(dose)
        facts: dict[str, Any] = {"dose_cells": total} if total is not None else {}
        weight = earlier.number("weight_kg")
        if total is not None and weight:
            facts["dose_cells_per_kg"] = total / weight
        kept = {k: v for k, v in earlier.facts.items() if total is not None or k not in _DOSES}
        return Change(
            story.child.key,
            earlier.event,
            earlier.kind,
            "amend",
            {**earlier.payload, "facts": {**kept, **facts}},
            earlier.version,
            reason=f"{step.act.en}: bag {step.bag or 'again'} of the same infusion",
        )
    facts = {
        "number": _next_number(story),
        "product_id": story.life.record.product_id,
    }
    if dose is not None:
        facts["dose_cells"] = float(dose)
    if weight is not None:
        facts["weight_kg"] = float(weight)
    if dose is not None and weight:
        facts["dose_cells_per_kg"] = float(dose) / float(weight)
    name = event_name("infusion", story.event, step.sequence)
    return Change(story.child.key, name, "infusion", "write", _dated(written, facts), 0)


_DOSES: Final = ("dose_cells", "dose_cells_per_kg")


def _next_number(story: ProductStory) -> int:
    return len(story.all_infusions) + 1
