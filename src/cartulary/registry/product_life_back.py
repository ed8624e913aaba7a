# SPDX-License-Identifier: Apache-2.0
"""Which step of a product may be taken back, and by whom: only the last, and not every one."""

from __future__ import annotations

from cartulary.registry.permissions import Permission
from cartulary.registry.product_life import WHOLE, Life, Step, Unit
from cartulary.registry.product_life_states import State
from cartulary.registry.product_life_table import TABLE, Row

TAKES_BACK = "takes_back"
"""The detail of a step that names the number of the step it takes back."""


def last_step(life: Life, unit: Unit) -> Step | None:
    """The last step that a bag took and nobody took back; None where another bag went on since.

    A step of the whole product is the last only while no bag of it went on by itself.
    """
    own = life.steps_of(unit)
    if not own:
        return None
    last = max(own, key=lambda step: step.sequence)
    return last if is_last(life, last) else None


def is_last(life: Life, step: Step) -> bool:
    """True when nothing was done since with the cells that this step concerned."""
    since = [s for s in life.steps if s not in life.faults and s.sequence > step.sequence]
    if step.bag == WHOLE:
        return not since
    return not any(one.bag in (WHOLE, step.bag) for one in since)


def row_of(step: Step) -> Row:
    """The row of a step; all rows of one act say the same of taking it back."""
    return next(row for row in TABLE if row.act is step.act)


def may_go_back(step: Step) -> bool:
    """Whether a step is one that is taken back at all.

    A request can be. Identifiers that were named once cells were collected are corrected by two
    people instead, so that no label is made to agree with a wrong bag.
    """
    if step.asks:
        return True
    names = bool(step.details.get("identifiers"))
    return row_of(step).back is not None and not (names and step.before is not State.ORDERED)


def permission_back(step: Step) -> Permission:
    """Who may take a step back: whoever may ask, for a request; one who approves, for cells that
    were out of their temperature, since their quarantine ends with it.
    """
    row = row_of(step)
    if step.asks or row.back is None:
        return row.may
    return Permission.APPROVE_RELEASE if step.in_range is False else row.back
