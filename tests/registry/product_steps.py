# SPDX-License-Identifier: Apache-2.0
"""Drawn lives of products: a step with everything that its row asks, or with one thing wrong."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from cartulary.course.events.cells import ProductStatus, Site
from cartulary.registry.identifiers import Reading
from cartulary.registry.product_life import (
    WHOLE,
    Life,
    Record,
    Step,
    Unit,
    label_read,
    rows_from,
    to_read,
)
from cartulary.registry.product_life_back import TAKES_BACK, last_step
from cartulary.registry.product_life_fold import live
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.product_life_table import TABLE, Row

RECORD = Record(
    "product-1",
    "P-0031",
    "M-026",
    site=Site.CENTRAL,
    status=ProductStatus.RELEASED,
    donation="G123498654321",
)
CHAIN = "NL-COI-0418"


@dataclass
class Story:
    """A product whose steps are taken one after another."""

    record: Record = RECORD
    steps: list[Step] = field(default_factory=list)

    @property
    def life(self) -> Life:
        return live(self.record, self.steps)

    def state(self, bag: str = WHOLE) -> State:
        return self.life.unit(bag).state

    def row(self, act: Act, bag: str = WHOLE) -> Row:
        """The row of an act where the bag is; the first in the table where there is none."""
        life = self.life
        here = [row for row, fit in rows_from(life, life.unit(bag)) if row.act is act and fit]
        return here[0] if here else next(row for row in TABLE if row.act is act)

    def step(self, act: Act, bag: str = WHOLE, author: str = "anna", **details: Any) -> Step:
        """A step with the right identifiers; not yet taken."""
        life, row = self.life, self.row(act, bag)
        if act is Act.TAKE_BACK and TAKES_BACK not in details:
            last = last_step(life, life.unit(bag))
            details = {**details, TAKES_BACK: last.sequence if last else 0}
            bag = last.bag if last else bag
        return Step(
            sequence=len(self.steps) + 1,
            act=act,
            bag=WHOLE if row.whole else bag,
            author=author,
            readings=agreeing(life, life.unit(bag), row),
            details=details,
        )

    def do(self, act: Act, bag: str = WHOLE, **details: Any) -> None:
        """Take a step, with both signatures where two are asked, and see that it stands."""
        step = self.step(act, bag, **details)
        if self.row(act, bag).second is not None:
            self.steps.append(replace(step, asks=True))
            step = replace(
                self.step(act, bag, author="bert", **details), first=self.steps[-1].sequence
            )
        self.steps.append(step)
        assert not self.life.faults, (act, self.life.faults)


def agreeing(life: Life, unit: Unit, row: Row) -> tuple[Reading, ...]:
    """The identifiers of a step, all of them right."""
    label = label_read(unit, row)
    return tuple(
        Reading(which, life.expected(label, which), life.expected(label, which))
        for which in to_read(life, unit, row)
    )


#: What must be said for each act to do what it is for.
SAYS: dict[Act, dict[str, Any]] = {
    Act.SPLIT: {
        "bags": [
            {"name": "A", "chain_of_identity": f"{CHAIN}-A"},
            {"name": "B", "chain_of_identity": f"{CHAIN}-B", "backup": True},
        ]
    },
    Act.ADOPT: {"state": State.RECEIVED.value},
}


def identified(form: str = "frozen", site: Site | None = Site.CENTRAL) -> Story:
    """A product that is ordered, with its identifiers and the way it goes."""
    story = Story(replace(RECORD, site=site))
    story.do(Act.IDENTIFY, identifiers={"chain_of_identity": CHAIN, "batch": "B-2291"})
    if form:
        story.do(Act.SPECIFY, limits={"form": form})
    return story


#: The acts that lead to each state by the way of a central, frozen product.
WAY: dict[State, tuple[Act, ...]] = {State.ORDERED: ()}
_MAIN = (Act.COLLECT, Act.SEND, Act.HAND_IN, Act.START, Act.RELEASE, Act.SHIP, Act.RECEIVE)
WAY[State.COLLECTED] = _MAIN[:1]
WAY[State.SENT] = _MAIN[:2]
WAY[State.AT_MANUFACTURER] = _MAIN[:3]
WAY[State.IN_MANUFACTURE] = _MAIN[:4]
WAY[State.RELEASED] = _MAIN[:5]
WAY[State.OUT_OF_SPECIFICATION] = (*_MAIN[:4], Act.REJECT)
WAY[State.RELEASED_WITH_APPROVAL] = (*_MAIN[:4], Act.REJECT, Act.APPROVE)
WAY[State.FAILED] = (*_MAIN[:4], Act.FAIL)
WAY[State.SHIPPED] = _MAIN[:6]
WAY[State.RECEIVED] = _MAIN
WAY[State.STORED] = (*_MAIN, Act.STORE)
WAY[State.THAWED] = (*_MAIN, Act.STORE, Act.THAW)
WAY[State.INFUSED] = (*_MAIN, Act.STORE, Act.THAW, Act.INFUSE)
WAY[State.QUARANTINED] = (*_MAIN, Act.QUARANTINE)
WAY[State.RETURNED] = (*_MAIN, Act.SEND_BACK)
WAY[State.DISCARDED] = (*_MAIN, Act.DISCARD)
WAY[State.CANCELLED] = (Act.CANCEL,)


def at(state: State) -> Story:
    """A central, frozen product that came as far as this state."""
    story = identified()
    for act in WAY[state]:
        story.do(act, **SAYS.get(act, {}))
    return story
