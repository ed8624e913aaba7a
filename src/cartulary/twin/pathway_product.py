# SPDX-License-Identifier: Apache-2.0
"""From the decision to a product: collecting cells, making the product, its release or failure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.events.cells import ProductStatus
from cartulary.twin.pathway_columns import PRODUCT_STATUS
from cartulary.twin.pathway_draws import Draws
from cartulary.twin.policy import Making
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.population_deviates import moved_by

_RELEASED = PRODUCT_STATUS.index(ProductStatus.RELEASED)
_RELEASED_OUT = PRODUCT_STATUS.index(ProductStatus.RELEASED_OUT_OF_SPECIFICATION)
_REFUSED_OUT = PRODUCT_STATUS.index(ProductStatus.OUT_OF_SPECIFICATION)
_FAILED = PRODUCT_STATUS.index(ProductStatus.FAILED)
_NOT_MADE = PRODUCT_STATUS.index(ProductStatus.NOT_MADE)


@dataclass(frozen=True, slots=True)
class Collected:
    """The aphereses that led to one attempt at a product."""

    first_day: Floats
    last_day: Floats
    aphereses: Wholes
    yield_e9: Floats  # CD3-positive cells of the last
    enough: YesNo


@dataclass(frozen=True, slots=True)
class Made:
    """The last product, and whether one failed before it."""

    collected: Collected
    ordered_day: Floats
    decided_day: Floats
    manufacture_days: Floats
    status: Wholes  # place in PRODUCT_STATUS
    first_collected_day: Floats  # when the cells of the first attempt were complete
    first_failed: YesNo
    first_failure_day: Floats
    viability: Floats
    transduction: Floats

    @property
    def usable(self) -> YesNo:
        """Whether there is a product that may be infused."""
        released: YesNo = np.isin(self.status, (_RELEASED, _RELEASED_OUT))
        return released


def make_product(draws: Draws, making: Making) -> Made:
    """The product of each child: collected, made, and made once more where that is tried."""
    start = np.rint(np.maximum(draws.of("days_to_apheresis"), 1.0))
    first = _collect(draws, start, tries_before=0)
    one = _attempt(draws, first, making, 1)
    failed = np.isin(one.status, (_FAILED, _REFUSED_OUT))
    retried = failed & draws.yes("second attempt", draws.typical("second_attempts"))
    gap = np.rint(np.maximum(draws.again("days_between_aphereses", 3), 1.0))
    again = _collect(draws, one.decided_day + gap, tries_before=int(first.aphereses.max()))
    two = _attempt(draws, again, making, 2)
    return Made(
        collected=Collected(
            first.first_day,
            np.where(retried, again.last_day, first.last_day),
            first.aphereses + np.where(retried, again.aphereses, 0),
            np.where(retried, again.yield_e9, first.yield_e9),
            np.where(retried, again.enough, first.enough),
        ),
        ordered_day=one.ordered_day,
        decided_day=np.where(retried, two.decided_day, one.decided_day),
        manufacture_days=np.where(retried, two.manufacture_days, one.manufacture_days),
        status=np.where(retried, two.status, one.status),
        first_collected_day=first.last_day,
        first_failed=retried,
        first_failure_day=np.where(retried, one.decided_day, np.nan),
        viability=np.where(retried, two.viability, one.viability),
        transduction=np.where(retried, two.transduction, one.transduction),
    )


def _collect(draws: Draws, start: Floats, *, tries_before: int) -> Collected:
    """Aphereses until enough cells are there, or until no more are tried."""
    tries = round(draws.typical("most_aphereses"))
    anew = draws.typical("cd3_yield_within_child")
    parameter = draws.parameters["cd3_yield"]
    of_child = draws.deviates.of("cd3_yield")
    day, collected = start.copy(), np.zeros(len(start))
    count = np.zeros(len(start), dtype=np.int64)
    enough = np.zeros(len(start), dtype=np.bool_)
    for turn in range(1, tries + 1):
        going = ~enough
        if turn > 1:
            gap = np.rint(np.maximum(draws.again("days_between_aphereses", turn), 1.0))
            day = np.where(going, day + gap, day)
        own = draws.normal(f"yield of apheresis {tries_before + turn}")
        deviate = np.sqrt(1.0 - anew) * of_child + np.sqrt(anew) * own
        cells = moved_by(parameter, deviate)
        collected = np.where(going, cells, collected)
        count = count + going
        enough = collected >= draws.typical("cd3_wanted")
    return Collected(start, day, count, collected, collected >= draws.typical("cd3_needed"))


def _attempt(draws: Draws, collected: Collected, making: Making, time: int) -> Made:
    """One product from one collection; its failure is more likely with few cells."""
    platform = making.platform
    days = np.rint(np.maximum(draws.again(f"{platform.value}_days", time), 1.0))
    if making.queue_days is not None:
        # Each waits by a draw of its own, so that a child still depends on its number alone.
        days = days + np.rint(making.queue_days.at(draws.uniform(f"queue for a place {time}")))
    few = -np.log10(collected.yield_e9 / draws.typical("cd3_yield"))
    chance = draws.typical(f"{platform.value}_failure") * draws.typical("failure_by_yield") ** few
    failed = draws.yes(f"manufacture fails {time}", np.minimum(chance, 0.9))
    viability = draws.again("viability", time)
    out = viability < draws.typical("viability_specified")
    let_go = draws.yes(
        f"released out of specification {time}", draws.typical("released_out_of_specification")
    )
    status = np.where(
        ~collected.enough,
        _NOT_MADE,
        np.where(
            failed,
            _FAILED,
            np.where(~out, _RELEASED, np.where(let_go, _RELEASED_OUT, _REFUSED_OUT)),
        ),
    ).astype(np.int64)
    never = ~collected.enough
    return Made(
        collected=collected,
        ordered_day=collected.first_day,
        decided_day=np.where(never, collected.last_day, collected.last_day + days),
        manufacture_days=np.where(never, np.nan, days),
        status=status,
        first_collected_day=collected.last_day,
        first_failed=np.zeros(len(days), dtype=np.bool_),
        first_failure_day=draws.none,
        viability=viability,
        transduction=draws.again("transduction", time),
    )
