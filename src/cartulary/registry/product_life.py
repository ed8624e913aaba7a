# SPDX-License-Identifier: Apache-2.0
"""Where a product is in its life, worked out from what the ledger says was done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from cartulary.course.events.cells import ProductStatus, Site
from cartulary.registry.identifiers import Reading, Which
from cartulary.registry.product_life_limits import Form, Limits
from cartulary.registry.product_life_path import MAIN_LINE, fits
from cartulary.registry.product_life_states import FINAL, Act, Holder, State
from cartulary.registry.product_life_table import TABLE, Row

WHOLE: Final = ""
"""The name of the product before it is divided into bags."""

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done, or asked for, as an entry of the ledger says it.

    `sequence` counts the steps of one product. `first` is the number of the step by which the
    first pair of eyes asked for this one, 0 where one person did it. `asks` is true for such a
    first signature: it changes nothing yet. `details` holds what the step asked for.
    """

    sequence: int
    act: Act
    bag: str = WHOLE
    date: str = ""
    time: str = ""
    author: str = ""
    recorded_at: str = ""
    entry: int = 0
    hash: str = ""
    readings: tuple[Reading, ...] = ()
    asks: bool = False
    first: int = 0
    writes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    before: State | None = None
    after: State | None = None
    gives: Holder | None = None
    takes: Holder | None = None

    @property
    def agrees(self) -> bool:
        """True when every identifier that was read was the expected one."""
        return all(reading.agrees for reading in self.readings)

    @property
    def in_range(self) -> bool | None:
        """Whether the temperature stayed within its limits; None when nobody could say."""
        found = (self.details.get("temperature") or {}).get("in_range")
        return found if isinstance(found, bool) else None


@dataclass(frozen=True, slots=True)
class Unit:
    """The product, or one bag of it: where it is, and what its label says."""

    bag: str = WHOLE
    state: State = State.ORDERED
    held: State | None = None
    """What it was before its quarantine."""
    backup: bool = False
    dose_cells: float | None = None
    label: Mapping[Which, str] = field(default_factory=dict)
    asked: Step | None = None
    since: Step | None = None

    @property
    def is_final(self) -> bool:
        """True when nothing can follow."""
        return self.state in FINAL


@dataclass(frozen=True, slots=True)
class Record:
    """What the course says of the product apart from its hand-offs."""

    event: str
    product_id: str
    child: str
    """The child's pseudonym, as on the course."""
    made_for: str = ""
    site: Site | None = None
    status: ProductStatus | None = None
    recorded_state: State = State.ORDERED
    """How far the course's own events say that the cells came."""
    apheresis_number: int | None = None
    donation: str = ""
    results: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A step that was taken back, and the step that took it back with its reason."""

    undone: Step
    by: Step


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that follows from the entries of one product.

    `steps` are those that stand, and the faults; what was taken back is apart.
    """

    record: Record
    steps: tuple[Step, ...]
    units: tuple[Unit, ...]
    identifiers: Mapping[Which, str]
    limits: Limits
    faults: tuple[Step, ...] = ()
    """Steps that the table does not allow where they stand; they change nothing."""
    taken_back: tuple[TakenBack, ...] = ()

    @property
    def path(self) -> tuple[Site | None, Form | None]:
        """Where the product is made and how it is kept, as far as anybody said."""
        return self.record.site, self.limits.form

    @property
    def is_divided(self) -> bool:
        """True when there are bags."""
        return any(unit.bag for unit in self.units)

    def unit(self, bag: str = WHOLE) -> Unit:
        """One bag by its name; the first there is when the name is empty or unknown."""
        return next((unit for unit in self.units if unit.bag == bag), self.units[0])

    def has(self, bag: str) -> bool:
        """True when there is such a bag now."""
        return any(unit.bag == bag for unit in self.units)

    def expected(self, unit: Unit, which: Which) -> str:
        """What the label should say; empty when nobody has said so."""
        if which is Which.CHILD:
            return self.record.child
        return unit.label.get(which) or self.identifiers.get(which, "")

    def steps_of(self, unit: Unit) -> tuple[Step, ...]:
        """What was done with a bag, its life before the division included."""
        return tuple(s for s in self.steps if s.bag in (WHOLE, unit.bag) and s not in self.faults)


def rows_from(life: Life, unit: Unit) -> tuple[tuple[Row, bool | None], ...]:
    """The rows of the table that start where a bag is, each with whether it is for this product.

    Rows that are surely for other products are left out.
    """
    found = []
    for row in TABLE:
        fit = fits(row.path, *life.path)
        if fit is not False and unit.state in row.sources:
            found.append((row, fit))
    return tuple(found)


def row_for(life: Life, unit: Unit, act: Act) -> Row | None:
    """The row by which an act may be done with a bag now, or None."""
    return next((row for row, fit in rows_from(life, unit) if row.act is act and fit), None)


def label_read(unit: Unit, row: Row) -> Unit:
    """Whose label is read at a step: the bag's own, or the product's at a step of the whole."""
    return replace(unit, bag=WHOLE, label={}) if row.whole else unit


def to_read(life: Life, unit: Unit, row: Row) -> tuple[Which, ...]:
    """Which identifiers are read at a step.

    The first two of the row's that are known. Where both would read the same on another bag of
    this product, one more is read that tells the bags apart.
    """
    label = label_read(unit, row)
    known = [which for which in row.checks if life.expected(label, which)]
    chosen = known[:2]
    others = [other for other in life.units if label.bag and other.bag != label.bag]
    apart = [
        which
        for which in known
        if all(
            life.expected(other, which).casefold() != life.expected(label, which).casefold()
            for other in others
        )
    ]
    if others and apart and not set(chosen) & set(apart):
        chosen.append(apart[0])
    return tuple(chosen)


def still_to_come(life: Life, unit: Unit) -> tuple[Row, ...]:
    """The rows of the usual way from where a bag is to its infusion, in order.

    Empty for a bag that left the usual way; as far as it is known where the way depends on where
    the product is made or how it is kept.
    """
    ahead: list[Row] = []
    state = unit.state
    while True:
        row = next(
            (
                row
                for row in TABLE
                if row.act in MAIN_LINE
                and state in row.sources
                and fits(row.path, *life.path) is True
                and row.target is not None
            ),
            None,
        )
        if row is None or row.target is None:
            return tuple(ahead)
        ahead.append(row)
        state = row.target


def next_row(life: Life, unit: Unit) -> Row | None:
    """The next step on the usual way, or None."""
    return next(iter(still_to_come(life, unit)), None)


def first_signature(life: Life, unit: Unit, row: Row) -> Step | None:
    """The request that waits for a second pair of eyes at this step, if there is one."""
    asked = unit.asked
    return asked if row.second is not None and asked is not None and asked.act is row.act else None


def handed_over(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps at which the cells changed hands or were checked, first signatures left out."""
    return tuple(step for step in steps if step.readings and not step.asks)
