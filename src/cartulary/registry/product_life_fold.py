# SPDX-License-Identifier: Apache-2.0
"""The life of a product, step by step from its entries; what the table forbids changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from cartulary.registry.identifiers import ON_A_BAG, Reading, Which
from cartulary.registry.product_life import (
    WHOLE,
    Life,
    Record,
    Step,
    TakenBack,
    Unit,
    label_read,
    row_for,
    to_read,
)
from cartulary.registry.product_life_back import TAKES_BACK, is_last, may_go_back
from cartulary.registry.product_life_limits import NO_LIMITS, Limits
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_states import ADOPTABLE, FINAL, Act, State
from cartulary.registry.product_life_table import IDENTIFIERS, Row


def live(record: Record, steps: Iterable[Step]) -> Life:
    """The life of a product from its steps in order.

    A step that the table does not allow from where the bag is, or that lacks its identifiers or
    its second pair of eyes, changes nothing and is named among `faults`: no order of entries can
    bring a bag to "infused" past the table.
    """
    life = Life(
        record,
        (),
        (Unit(),),
        MappingProxyType(_known_from(record)),
        NO_LIMITS,
    )
    for step in sorted(steps, key=lambda step: step.sequence):
        life = _without(life, step) if step.act is Act.TAKE_BACK else _after(life, step)
    return life


def _without(life: Life, step: Step) -> Life:
    """The life as it was before the step that is taken back, or as it is where that cannot be."""
    number = step.details.get(TAKES_BACK)
    standing = [one for one in life.steps if one not in life.faults]
    undone = next((one for one in standing if one.sequence == number), None)
    refused = replace(life, steps=(*life.steps, step), faults=(*life.faults, step))
    if undone is None or step.asks or not (is_last(life, undone) and may_go_back(undone)):
        return refused
    before = live(life.record, (one for one in standing if one is not undone))
    if before.faults:
        return refused
    return replace(
        before,
        steps=(*life.faults, *before.steps),
        faults=life.faults,
        taken_back=(*life.taken_back, TakenBack(undone, step)),
    )


def _known_from(record: Record) -> dict[Which, str]:
    return {Which.DONATION: record.donation} if record.donation else {}


def _after(life: Life, step: Step) -> Life:
    """The life once a step was taken, or refused."""
    units = [u for u in life.units if step.bag in (WHOLE, u.bag)]
    rows = {u.bag: row for u in units if (row := row_for(life, u, step.act)) is not None}
    units = [unit for unit in units if unit.bag in rows]
    # The bags of one product stand in one place of its path at a step of the whole.
    row = rows[units[0].bag] if units else None
    if row is None or not _is_sound(life, units[0], row, step):
        return replace(life, steps=(*life.steps, step), faults=(*life.faults, step))
    if step.asks:
        step = replace(step, before=units[0].state, after=units[0].state)
        return replace(
            life,
            steps=(*life.steps, step),
            units=tuple(replace(u, asked=step) if u in units else u for u in life.units),
        )
    moved = {unit.bag: _moved(unit, row, step) for unit in units}
    lead = units[0]
    done = replace(
        step,
        before=lead.state,
        after=moved[lead.bag].state,
        gives=holder(lead.state, life.record.site, lead.held),
        takes=holder(_arrives(lead, row, step), life.record.site, lead.held),
    )
    units_now = tuple(
        replace(moved[u.bag], since=done if moved[u.bag].state is not u.state else u.since)
        if u.bag in moved
        else u
        for u in life.units
    )
    life = replace(life, steps=(*life.steps, done), units=units_now)
    return _noted(life, done)


def _is_sound(life: Life, unit: Unit, row: Row, step: Step) -> bool:
    """Whether a step has what its row asks: agreeing identifiers, and two people."""
    if row.whole != (step.bag == WHOLE) and (row.whole or life.is_divided):
        return False
    if step.act is Act.SPLIT and not _divides(life, step):
        return False
    if step.act is Act.ADOPT and step.details.get("state") not in ADOPTABLE:
        return False
    if step.act is not Act.RELABEL and not _keeps_identifiers(life, step):
        return False
    if row.checks and not _was_read(life, unit, row, step):
        return False
    if row.second is None:
        return not step.asks
    if step.asks:
        return True
    first = unit.asked
    return (
        first is not None
        and first.act is step.act
        and first.sequence == step.first
        and first.author != step.author
    )


def _was_read(life: Life, unit: Unit, row: Row, step: Step) -> bool:
    """Whether every identifier that had to be read was, and agreed with what is known here."""
    asked = to_read(life, unit, row)
    label = label_read(unit, row)
    read = {reading.which: reading.read for reading in step.readings}
    return len(asked) >= IDENTIFIERS and all(
        Reading(which, read.get(which, ""), life.expected(label, which)).agrees for which in asked
    )


def _keeps_identifiers(life: Life, step: Step) -> bool:
    """Whether a step leaves alone what is known, so that no label is made to agree afterwards."""
    before_collection = all(unit.state is State.ORDERED for unit in life.units)
    said = step.details.get("identifiers") or {}
    return before_collection or all(
        life.identifiers.get(Which(which), text).casefold() == str(text).casefold()
        for which, text in said.items()
    )


def _divides(life: Life, step: Step) -> bool:
    """Whether a division names bags, each once, of a product that is still one."""
    names = [str(bag.get("name") or "") for bag in step.details.get("bags") or ()]
    return not life.is_divided and bool(names) and all(names) and len(set(names)) == len(names)


def _arrives(unit: Unit, row: Row, step: Step) -> State:
    """Where a step leads, before its temperature is looked at."""
    if row.act is Act.LIFT:
        return unit.held or unit.state
    if row.act is Act.ADOPT:
        return State(str(step.details.get("state", State.ORDERED.value)))
    return row.target or unit.state


def _moved(unit: Unit, row: Row, step: Step) -> Unit:
    """A bag after a step; out of its temperature limits it goes into quarantine."""
    arrives = _arrives(unit, row, step)
    if row.act is Act.QUARANTINE:
        return replace(unit, state=State.QUARANTINED, held=unit.state, asked=None)
    if step.in_range is False and arrives not in FINAL and arrives is not unit.state:
        return replace(unit, state=State.QUARANTINED, held=arrives, asked=None)
    held = unit.held if arrives is State.QUARANTINED else None
    asked = unit.asked if row.target is None and row.act is not Act.LIFT else None
    return replace(unit, state=arrives, held=held, asked=asked)


def _noted(life: Life, step: Step) -> Life:
    """What a step says beside moving the cells: identifiers, limits, bags."""
    said = {Which(w): str(text) for w, text in (step.details.get("identifiers") or {}).items()}
    if step.act is Act.RELABEL and step.bag != WHOLE:
        own: dict[Which, str] = {w: said.pop(w) for w in ON_A_BAG if w in said}
        life = replace(
            life,
            units=tuple(
                replace(unit, label=MappingProxyType({**unit.label, **own}))
                if unit.bag == step.bag
                else unit
                for unit in life.units
            ),
        )
    if said:
        life = replace(life, identifiers=MappingProxyType({**life.identifiers, **said}))
    if step.act is Act.SPECIFY:
        life = replace(life, limits=Limits.of(step.details.get("limits") or {}))
    if step.act is Act.SPLIT:
        whole = life.units[0]
        life = replace(life, units=tuple(_bag(whole, bag) for bag in step.details["bags"]))
    return life


def _bag(whole: Unit, said: Mapping[str, Any]) -> Unit:
    label = {which: str(said[which.value]) for which in ON_A_BAG if said.get(which.value)}
    dose = said.get("dose_cells")
    return replace(
        whole,
        bag=str(said["name"]),
        backup=bool(said.get("backup")),
        dose_cells=float(dose) if isinstance(dose, int | float) else None,
        label=MappingProxyType(label),
    )
