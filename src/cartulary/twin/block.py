# SPDX-License-Identifier: Apache-2.0
"""Virtual children with all that happened to them; a block is simulated and told at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.twin.afterwards_histories import Followed
from cartulary.twin.pathway_columns import Pathway
from cartulary.twin.policy import Policy
from cartulary.twin.population_children import Children, Floats

# So many children are simulated, told and written together, whatever else is asked for: the
# bytes of a cohort then depend on neither the memory nor the processors of the machine.
BLOCK_CHILDREN = 4096


@dataclass(frozen=True, slots=True)
class Failure:
    """A child whose cells could not be followed to the end, and why; `day` is a study day."""

    number: int
    day: float
    reason: str


@dataclass(frozen=True, slots=True)
class Block:
    """n virtual children of one run, in order of their numbers.

    Arrays of `children`, `pathway` and `followed.histories` have one place a child; the segments
    name the places they are about.
    """

    seed: int
    horizon_days: float
    policy: Policy
    children: Children
    pathway: Pathway
    followed: Followed

    def __len__(self) -> int:
        """How many children."""
        return len(self.children)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every child whose cells could not be followed, with the first reason."""
        found: dict[int, Failure] = {}
        for segment in self.followed.segments:
            if not any(segment.solution.failed):
                continue
            failed = np.array([bool(reason) for reason in segment.solution.failed], dtype=np.bool_)
            for place in np.flatnonzero(failed):
                day = segment.start_day[place] + _first_unknown_day(
                    segment.solution.days, segment.solution.values[place]
                )
                number = int(self.children.numbers[segment.places[place]])
                reason = segment.solution.failed[place]
                if number not in found or day < found[number].day:
                    found[number] = Failure(number, float(day), reason)
        return tuple(found[number] for number in sorted(found))

    @property
    def last_day(self) -> Floats:
        """The last study day of which anything is known, for each child."""
        last: Floats = np.where(
            np.isnan(self.followed.histories.end_day),
            self.horizon_days,
            self.followed.histories.end_day,
        )
        failed = {failure.number: failure.day for failure in self.failures}
        for place, number in enumerate(self.children.numbers) if failed else ():
            if int(number) in failed:
                last[place] = min(last[place], failed[int(number)])
        return np.floor(last)


def _first_unknown_day(days: Floats, values: Floats) -> float:
    """The first day on which a state is not known; the last day where all are."""
    unknown = np.isnan(values).any(axis=1)
    return float(days[int(np.argmax(unknown))] if unknown.any() else days[-1])
