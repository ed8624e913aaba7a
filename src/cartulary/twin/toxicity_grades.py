# SPDX-License-Identifier: Apache-2.0
"""The codebook's scales of CRS and ICANS, ASTCT 2019, read for many days of many children at once.

The codebook decides; these are its conditions as columns, and a test compares the two day by day.
"""

from __future__ import annotations

import numpy as np

from cartulary.course.events.observation import Consciousness, OxygenSupport
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.toxicity_signs import CONSCIOUSNESS, OXYGEN

_LOW = (OxygenSupport.LOW_FLOW, OxygenSupport.BLOW_BY)
_HIGH = (
    OxygenSupport.HIGH_FLOW,
    OxygenSupport.FACEMASK,
    OxygenSupport.NON_REBREATHER,
    OxygenSupport.VENTURI,
)
_PRESSURE = (OxygenSupport.CPAP, OxygenSupport.BIPAP, OxygenSupport.VENTILATION)
_GRADE_OF_CONSCIOUSNESS = {
    Consciousness.AWAKE: 0,
    Consciousness.SPONTANEOUS: 1,
    Consciousness.VOICE: 2,
    Consciousness.TACTILE: 3,
    Consciousness.UNAROUSABLE: 4,
}


def crs_grades(
    temperature_c: Floats,
    fever_other_cause: YesNo,
    hypotension: YesNo,
    vasopressors: Wholes,
    oxygen_support: Wholes,
    anticytokine_given: YesNo,
) -> Wholes:
    """CRS by day, `[m, day]`: the worse of pressure and oxygen once there is or was fever."""
    fever = (temperature_c >= 38.0) & ~fever_other_cause
    earlier = np.zeros_like(fever)
    earlier[:, 1:] = np.maximum.accumulate(fever, axis=1)[:, :-1]
    treated = np.maximum.accumulate(anticytokine_given, axis=1)
    syndrome = fever | (earlier & treated)
    grade = fever.astype(np.int64)
    for reached, signs in (
        (2, hypotension | _among(oxygen_support, _LOW)),
        (3, (vasopressors >= 1) | _among(oxygen_support, _HIGH)),
        (4, (vasopressors >= 2) | _among(oxygen_support, _PRESSURE)),
    ):
        grade = np.where(syndrome & signs, reached, grade)
    return grade


def icans_grades(ice_score: Wholes, capd_score: Wholes, consciousness: Wholes) -> Wholes:
    """ICANS by day, `[m, day]`: the worst of cognition and consciousness; scores of -1 are none."""
    by_ice = np.select(
        [ice_score < 0, ice_score >= 10, ice_score >= 7, ice_score >= 3], [0, 0, 1, 2], 3
    )
    by_capd = np.select([capd_score <= 0, capd_score < 9], [0, 1], 3)
    of_place = np.array([_GRADE_OF_CONSCIOUSNESS[one] for one in CONSCIOUSNESS])
    worst: Wholes = np.maximum(np.maximum(by_ice, by_capd), of_place[consciousness])
    return worst


def _among(places: Wholes, kinds: tuple[OxygenSupport, ...]) -> YesNo:
    found: YesNo = np.isin(places, [OXYGEN.index(kind) for kind in kinds])
    return found
