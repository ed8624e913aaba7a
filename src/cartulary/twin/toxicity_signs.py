# SPDX-License-Identifier: Apache-2.0
"""What nurses and doctors see from day to day after an infusion, and what they give for it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from numpy.typing import NDArray

from cartulary.course.events.observation import Consciousness, OxygenSupport
from cartulary.twin.population_children import Floats, Wholes, YesNo

#: Signs are kept on day 0 to this day after an infusion; neutrophils to the second.
LAST_DAY_OF_SIGNS: Final = 30
LAST_DAY_OF_NEUTROPHILS: Final = 60

#: `Toxicity.oxygen_support` and `consciousness` are places in these lists.
OXYGEN: Final = tuple(OxygenSupport)
CONSCIOUSNESS: Final = tuple(Consciousness)


@dataclass(frozen=True, slots=True)
class Toxicity:
    """Days 0 to LAST_DAY_OF_SIGNS after one infusion, `[m, day]`.

    Grades are those that the codebook's scales give to these very signs.
    """

    temperature_c: Floats
    fever_other_cause: YesNo
    hypotension: YesNo
    vasopressors: Wholes
    oxygen_support: Wholes  # place in OXYGEN
    oxygen_l_per_min: Floats  # NaN without oxygen by flow
    tocilizumab: YesNo
    dexamethasone: YesNo
    ice_score: Wholes  # -1 on days below 12 years
    capd_score: Wholes  # -1 on days from 12 years on
    consciousness: Wholes  # place in CONSCIOUSNESS
    crs_grade: Wholes
    icans_grade: Wholes
    neutrophils_e9_per_l: Floats  # [m, LAST_DAY_OF_NEUTROPHILS + 1]

    def __len__(self) -> int:
        """How many children."""
        return len(self.temperature_c)

    @property
    def anticytokine_given(self) -> YesNo:
        """Whether tocilizumab or dexamethasone was given on the day."""
        given: YesNo = self.tocilizumab | self.dexamethasone
        return given

    def take(self, chosen: NDArray[Any]) -> Toxicity:
        """The children at these places, or where this mask is true, in the same order."""
        return Toxicity(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})
