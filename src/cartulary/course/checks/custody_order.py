# SPDX-License-Identifier: Apache-2.0
"""The hand-offs of each bag in the order in which they can have happened, and where they break.

The steps of one day follow in their usual order, or by their times where they have them. Cells are
dispatched and stored more than once, so such a step without a time stands where it leaves no gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Final

from cartulary.course.absence import Absence, is_known
from cartulary.course.events import Custody
from cartulary.course.events.cells import CustodyStep

# Beyond this many hand-offs on one day the usual order is taken, and no other is looked for.
_MOST_ORDERED: Final = 8
_ANYWHERE: Final = frozenset({CustodyStep.DISPATCH, CustodyStep.STORAGE})
_STEPS: Final = tuple(CustodyStep)
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")


def ways_of_bags(steps: Sequence[Custody]) -> tuple[tuple[Custody, ...], ...]:
    """The hand-offs of one product bag by bag, each with those of the whole product, in order.

    Hand-offs that name no bag are of every bag.
    """
    bags = dict.fromkeys(_folded(step.bag) for step in steps if is_known(step.bag))
    if not bags:
        return (in_order(steps),)
    return tuple(
        in_order([step for step in steps if not is_known(step.bag) or _folded(step.bag) == bag])
        for bag in bags
    )


def in_order(steps: Sequence[Custody]) -> tuple[Custody, ...]:
    """Hand-offs of one bag by day, by time of day, and else so that they follow on each other.

    Several bags that travel together without being named are one hand-off.
    """
    ordered: list[Custody] = []
    for _, same_day in groupby(sorted(steps, key=_usual), key=lambda step: step.day):
        today = _without_repeats(list(same_day))
        before = ordered[-1] if ordered else None
        found = _joined(before, today) if 1 < len(today) <= _MOST_ORDERED else None
        ordered += today if found is None else found
    return tuple(ordered)


def gaps(way: Sequence[Custody]) -> Iterator[tuple[Custody, Custody]]:
    """The pairs of hand-offs of which the second did not begin with whom the first ended."""
    return ((earlier, later) for earlier, later in pairwise(way) if not _follows(earlier, later))


def minutes_of(step: Custody) -> int | None:
    """The time of day of a hand-off in minutes; None when none, or none that can be read."""
    match = _CLOCK.fullmatch(step.time_of_day.strip()) if is_known(step.time_of_day) else None
    return None if match is None else int(match[1]) * 60 + int(match[2])


def _usual(step: Custody) -> tuple[int, int, int]:
    position = _STEPS.index(step.step) if is_known(step.step) else 0
    minutes = minutes_of(step)
    return step.day or 0, -1 if minutes is None else minutes, position


def _folded(text: str | Absence) -> str:
    return str(text).strip().casefold()


def _follows(earlier: Custody, later: Custody) -> bool:
    received, gave = earlier.to_party, later.from_party
    return not (is_known(received) and is_known(gave)) or _folded(received) == _folded(gave)


def _floats(step: Custody) -> bool:
    return not is_known(step.step) or step.step in _ANYWHERE


def _without_repeats(today: list[Custody]) -> list[Custody]:
    kept: dict[tuple[object, ...], Custody] = {}
    for step in today:
        kept.setdefault(
            (step.step, _folded(step.from_party), _folded(step.to_party), minutes_of(step)), step
        )
    return list(kept.values())


def _joined(before: Custody | None, left: list[Custody]) -> list[Custody] | None:
    """An order of these in which each follows on the one before; None when there is none.

    Those with a time of day keep their order among each other, and so do the steps that happen
    once.
    """
    if not left:
        return []
    # The list is in the usual order, so the first of each sort is the next one.
    timed = next((step for step in left if minutes_of(step) is not None), None)
    once = next((step for step in left if minutes_of(step) is None and not _floats(step)), None)
    for step in left:
        is_next = step in (timed, once) or (minutes_of(step) is None and _floats(step))
        if is_next and (before is None or _follows(before, step)):
            rest = _joined(step, [one for one in left if one is not step])
            if rest is not None:
                return [step, *rest]
    return None
