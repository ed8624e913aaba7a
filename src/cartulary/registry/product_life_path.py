# SPDX-License-Identifier: Apache-2.0
"""Which way a product goes: made here or elsewhere, fresh or frozen, and who has it on the way."""

from __future__ import annotations

from typing import Final

from cartulary.course.events.cells import Site
from cartulary.registry.product_life_limits import Form
from cartulary.registry.product_life_states import Act, Holder, Path, State


def fits(path: Path, site: Site | None, form: Form | None) -> bool | None:
    """Whether a row is for such a product; None when that is not known yet.

    >>> fits(Path.CENTRAL, Site.IN_HOUSE, None), fits(Path.CENTRAL_FRESH, Site.CENTRAL, None)
    (False, None)
    """
    answers = []
    if path in _CENTRAL or path in _IN_HOUSE:
        answers.append(None if site is None else (site is Site.CENTRAL) == (path in _CENTRAL))
    if path in _FRESH or path in _FROZEN:
        answers.append(None if form is None else (form is Form.FRESH) == (path in _FRESH))
    if False in answers:
        return False
    return None if None in answers else True


_CENTRAL: Final = frozenset({Path.CENTRAL, Path.CENTRAL_FROZEN, Path.CENTRAL_FRESH})
_IN_HOUSE: Final = frozenset({Path.IN_HOUSE, Path.IN_HOUSE_FROZEN, Path.IN_HOUSE_FRESH})
_FRESH: Final = frozenset({Path.CENTRAL_FRESH, Path.IN_HOUSE_FRESH})
_FROZEN: Final = frozenset({Path.CENTRAL_FROZEN, Path.IN_HOUSE_FROZEN, Path.FROZEN})

_AT_MAKER: Final = frozenset(
    {
        State.AT_MANUFACTURER,
        State.IN_MANUFACTURE,
        State.RELEASED,
        State.OUT_OF_SPECIFICATION,
        State.RELEASED_WITH_APPROVAL,
        State.FAILED,
    }
)
IN_HOSPITAL: Final = frozenset({State.RECEIVED, State.STORED, State.THAWED})


def holder(state: State | None, site: Site | None, held: State | None = None) -> Holder | None:
    """Who has the cells in a state; None when nobody has.

    >>> holder(State.RELEASED, Site.IN_HOUSE), holder(State.SHIPPED, Site.CENTRAL)
    (Holder.CELL_LABORATORY, Holder.COURIER)
    """
    if state is State.QUARANTINED:
        return holder(held, site)
    if state is State.COLLECTED:
        return Holder.APHERESIS_UNIT
    if state in (State.SENT, State.SHIPPED, State.RETURNED):
        return Holder.COURIER
    if state in _AT_MAKER:
        return Holder.CELL_LABORATORY if site is Site.IN_HOUSE else Holder.MANUFACTURER
    if state in IN_HOSPITAL:
        return Holder.CELL_LABORATORY
    return Holder.WARD if state is State.INFUSED else None


#: The acts of the usual way from collection to infusion.
MAIN_LINE: Final = (
    Act.COLLECT,
    Act.SEND,
    Act.HAND_IN,
    Act.START,
    Act.RELEASE,
    Act.SHIP,
    Act.RECEIVE,
    Act.STORE,
    Act.THAW,
    Act.INFUSE,
)
