# SPDX-License-Identifier: Apache-2.0
"""The life of a product from collection to infusion, as one table of what may follow what.

Everything else reads this table: what a page offers, what is refused, what is written, the
drawing in the docs. To change the life cycle, change a row here and write the page anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cartulary.course.events.cells import CustodyStep, ProductStatus
from cartulary.registry.identifiers import Which
from cartulary.registry.permissions import Permission
from cartulary.registry.product_life_states import (
    FINAL,
    RELEASED,
    Act,
    Limit,
    Must,
    Path,
    State,
)

EDITION: Final = "2"
IDENTIFIERS: Final = 2
"""How many identifiers must agree before cells change hands."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: an act, from which states it may be done, and everything that goes with it.

    `target` is None where the state stays; is again what it was before a quarantine; or is what
    the record says of a product that was followed on paper until now.
    `second` is the permission of the second pair of eyes, whose account is another than the
    first's; `may` is then the permission of the first, who asks.
    `checks` lists identifiers in order of preference: the first two that are known are read.
    """

    act: Act
    sources: frozenset[State]
    target: State | None
    may: Permission
    path: Path = Path.ANY
    checks: tuple[Which, ...] = ()
    second: Permission | None = None
    limit: Limit | None = None
    custody: CustodyStep | None = None
    status: ProductStatus | None = None
    must: tuple[Must, ...] = ()
    reason: bool = False
    whole: bool = False
    """True when it is done to the whole product: all its bags at once."""
    back: Permission | None = Permission.WRITE_PRODUCT
    """Who may take it back while it is the last step; None where another step is the way back."""

    @property
    def is_hand_off(self) -> bool:
        """True when two identifiers are read from the bag."""
        return bool(self.checks)


_CELLS: Final = (Which.CHAIN_OF_IDENTITY, Which.DONATION, Which.CHILD)
_PRODUCT: Final = (Which.CHAIN_OF_IDENTITY, Which.DONATION, Which.BATCH, Which.BAG)
_BEDSIDE: Final = (Which.CHAIN_OF_IDENTITY, Which.CHILD, Which.BAG)

_BEFORE_MANUFACTURE: Final = frozenset(
    {State.ORDERED, State.COLLECTED, State.SENT, State.AT_MANUFACTURER}
)
_UNFINISHED: Final = frozenset(set(State) - FINAL - {State.RETURNED})
_HELD: Final = frozenset(_UNFINISHED - {State.ORDERED, State.QUARANTINED})
_BEFORE_GIVING: Final = (Must.MADE_FOR_CHILD, Must.RECORDED_RELEASED, Must.NOT_EXPIRED)

# The laboratory keeps and hands over; the ward identifies and gives; the director approves.
W, A = Permission.WRITE_PRODUCT, Permission.APPROVE_RELEASE
I, E = Permission.ASSIGN_IDENTIFIERS, Permission.SIGN_BEDSIDE


def _from(*states: State) -> frozenset[State]:
    return frozenset(states)


TABLE: Final[tuple[Row, ...]] = (
    Row(Act.IDENTIFY, _UNFINISHED, None, I, whole=True, back=I),
    Row(Act.RELABEL, _UNFINISHED, None, W, second=A, reason=True, back=None),
    Row(Act.SPECIFY, _UNFINISHED, None, W, whole=True),
    Row(
        Act.ADOPT,
        _from(State.ORDERED),
        None,
        W,
        checks=_PRODUCT,
        second=W,
        must=(Must.MADE_FOR_CHILD, Must.RECORD_SAYS_SO),
        reason=True,
        whole=True,
        back=A,
    ),
    Row(
        Act.COLLECT,
        _from(State.ORDERED),
        State.COLLECTED,
        W,
        checks=(Which.CHAIN_OF_IDENTITY, Which.CHILD),
        custody=CustodyStep.COLLECTION,
        must=(Must.MADE_FOR_CHILD,),
        whole=True,
    ),
    Row(Act.SET_ASIDE, _from(State.COLLECTED, State.AT_MANUFACTURER), None, W, whole=True),
    Row(
        Act.SEND,
        _from(State.COLLECTED),
        State.SENT,
        W,
        Path.CENTRAL,
        _CELLS,
        limit=Limit.CELLS,
        custody=CustodyStep.DISPATCH,
        whole=True,
    ),
    Row(
        Act.HAND_IN,
        _from(State.SENT),
        State.AT_MANUFACTURER,
        W,
        Path.CENTRAL,
        _CELLS,
        limit=Limit.CELLS,
        custody=CustodyStep.MANUFACTURE,
        whole=True,
    ),
    Row(
        Act.HAND_IN,
        _from(State.COLLECTED),
        State.AT_MANUFACTURER,
        W,
        Path.IN_HOUSE,
        _CELLS,
        limit=Limit.CELLS,
        custody=CustodyStep.MANUFACTURE,
        whole=True,
    ),
    Row(
        Act.START,
        _from(State.AT_MANUFACTURER),
        State.IN_MANUFACTURE,
        W,
        checks=_CELLS,
        status=ProductStatus.STARTED,
        whole=True,
    ),
    Row(
        Act.SPLIT,
        _from(State.IN_MANUFACTURE, *RELEASED),
        None,
        W,
        must=(Must.NOT_DIVIDED,),
        whole=True,
        back=A,
    ),
    Row(
        Act.RELEASE,
        _from(State.IN_MANUFACTURE),
        State.RELEASED,
        W,
        checks=_PRODUCT,
        status=ProductStatus.RELEASED,
        must=(Must.MADE_FOR_CHILD, Must.WITHIN_SPECIFICATION),
        whole=True,
    ),
    Row(
        Act.REJECT,
        _from(State.IN_MANUFACTURE),
        State.OUT_OF_SPECIFICATION,
        W,
        status=ProductStatus.OUT_OF_SPECIFICATION,
        reason=True,
        whole=True,
        back=A,
    ),
    Row(
        Act.APPROVE,
        _from(State.OUT_OF_SPECIFICATION),
        State.RELEASED_WITH_APPROVAL,
        Permission.REQUEST_RELEASE,
        checks=_PRODUCT,
        second=A,
        status=ProductStatus.RELEASED_OUT_OF_SPECIFICATION,
        must=(Must.MADE_FOR_CHILD,),
        reason=True,
        whole=True,
        back=A,
    ),
    Row(
        Act.FAIL,
        _from(State.AT_MANUFACTURER, State.IN_MANUFACTURE, State.OUT_OF_SPECIFICATION),
        State.FAILED,
        W,
        status=ProductStatus.FAILED,
        reason=True,
        whole=True,
        back=A,
    ),
    Row(
        Act.SHIP,
        RELEASED,
        State.SHIPPED,
        W,
        Path.CENTRAL,
        _PRODUCT,
        limit=Limit.PRODUCT,
        custody=CustodyStep.DISPATCH,
        must=(Must.RECORDED_RELEASED,),
    ),
    Row(
        Act.RECEIVE,
        _from(State.SHIPPED),
        State.RECEIVED,
        W,
        Path.CENTRAL,
        _PRODUCT,
        limit=Limit.PRODUCT,
        custody=CustodyStep.RECEIPT,
        must=(Must.MADE_FOR_CHILD, Must.RECORDED_RELEASED),
    ),
    Row(
        Act.STORE,
        _from(State.RECEIVED),
        State.STORED,
        W,
        Path.CENTRAL_FROZEN,
        _PRODUCT,
        limit=Limit.STORAGE,
        custody=CustodyStep.STORAGE,
        must=(Must.RECORDED_RELEASED,),
    ),
    Row(
        Act.STORE,
        RELEASED,
        State.STORED,
        W,
        Path.IN_HOUSE_FROZEN,
        _PRODUCT,
        limit=Limit.STORAGE,
        custody=CustodyStep.STORAGE,
        must=(Must.RECORDED_RELEASED,),
    ),
    Row(
        Act.THAW,
        _from(State.STORED),
        State.THAWED,
        W,
        Path.FROZEN,
        _PRODUCT,
        second=W,
        limit=Limit.STORAGE,
        custody=CustodyStep.THAW,
        must=_BEFORE_GIVING,
    ),
    Row(
        Act.INFUSE,
        _from(State.THAWED),
        State.INFUSED,
        E,
        Path.FROZEN,
        _BEDSIDE,
        second=E,
        custody=CustodyStep.BEDSIDE,
        must=_BEFORE_GIVING,
        back=None,
    ),
    Row(
        Act.INFUSE,
        _from(State.RECEIVED),
        State.INFUSED,
        E,
        Path.CENTRAL_FRESH,
        _BEDSIDE,
        second=E,
        custody=CustodyStep.BEDSIDE,
        must=_BEFORE_GIVING,
        back=None,
    ),
    Row(
        Act.INFUSE,
        RELEASED,
        State.INFUSED,
        E,
        Path.IN_HOUSE_FRESH,
        _BEDSIDE,
        second=E,
        custody=CustodyStep.BEDSIDE,
        must=_BEFORE_GIVING,
        back=None,
    ),
    Row(Act.QUARANTINE, _HELD, State.QUARANTINED, W, reason=True, back=None),
    Row(Act.LIFT, _from(State.QUARANTINED), None, A, checks=_PRODUCT, reason=True, back=None),
    Row(
        Act.SEND_BACK,
        _from(State.RECEIVED, State.STORED, State.QUARANTINED),
        State.RETURNED,
        W,
        Path.CENTRAL,
        _PRODUCT,
        limit=Limit.PRODUCT,
        custody=CustodyStep.DISPATCH,
        must=(Must.IN_HOSPITAL,),
        reason=True,
    ),
    Row(
        Act.DISCARD,
        frozenset((_UNFINISHED | {State.RETURNED}) - {State.ORDERED}),
        State.DISCARDED,
        W,
        reason=True,
        back=A,
    ),
    Row(
        Act.CANCEL,
        _BEFORE_MANUFACTURE,
        State.CANCELLED,
        W,
        status=ProductStatus.NOT_MADE,
        reason=True,
        whole=True,
        back=A,
    ),
    # Who may is said by `back` of the step that is taken back; cells that were given stay given.
    Row(Act.TAKE_BACK, frozenset(set(State) - {State.INFUSED}), None, W, reason=True, back=None),
)
