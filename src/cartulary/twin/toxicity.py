# SPDX-License-Identifier: Apache-2.0
"""From cytokine to bedside: fever, pressure, oxygen, consciousness, and the drugs given for them.

Each sign appears where the log of the cytokine, moved by what is peculiar to the child and to the
day, passes the threshold of that sign. Tocilizumab divides the cytokine's effect by 1 + V/V50, V
what is left of the doses; dexamethasone divides it too, and that on the brain. Both are begun at a
rate that rises smoothly where the rule would begin them. Grades are those of the codebook's
scales for these very signs; a test holds them to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import expit

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.course import DAYS_PER_YEAR
from cartulary.course.events.observation import Consciousness, OxygenSupport
from cartulary.twin import streams
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.toxicity_grades import crs_grades, icans_grades
from cartulary.twin.toxicity_signs import CONSCIOUSNESS, LAST_DAY_OF_SIGNS, OXYGEN, Toxicity

_DAYS = LAST_DAY_OF_SIGNS + 1
_COLDEST, _HOTTEST = 36.0, 41.5
#: From this age on a child's cognition is scored by ICE, below it by CAPD: Lee and others 2019.
ICE_FROM_YEARS = 12.0
_CONSCIOUSNESS_OF_GRADE = tuple(
    CONSCIOUSNESS.index(one)
    for one in (
        Consciousness.AWAKE,
        Consciousness.SPONTANEOUS,
        Consciousness.VOICE,
        Consciousness.TACTILE,
        Consciousness.UNAROUSABLE,
    )
)


@dataclass(frozen=True, slots=True)
class Patients:
    """Who is at the bedside: children's numbers, ages, and the occasion that names their draws.

    `age_days` is the age on the day of the infusion in whole days, as a course has it: a birthday
    then falls on the same day here and where the codebook grades.
    """

    numbers: Wholes
    age_days: Floats
    occasion: str
    seed: int

    def normal(self, purpose: str, count: int) -> Floats:
        """Normal deviates of this occasion."""
        return streams.normal(self.seed, self.numbers, f"{self.occasion}: {purpose}", count)

    def uniform(self, purpose: str, count: int) -> Floats:
        """Uniform draws of this occasion."""
        return streams.uniform(self.seed, self.numbers, f"{self.occasion}: {purpose}", count)

    def exponential(self, purpose: str, count: int) -> Floats:
        """Exponential draws of this occasion, with mean 1."""
        return streams.exponential(self.seed, self.numbers, f"{self.occasion}: {purpose}", count)


def bedside(
    cytokine: Floats,
    neuro: Floats,
    neutrophils_e9_per_l: Floats,
    infected: YesNo,
    patients: Patients,
    parameters: ParameterSet,
) -> Toxicity:
    """The signs of days 0 to LAST_DAY_OF_SIGNS, and what was given.

    Arguments: cytokine and neuro compartment `[m, day]`; neutrophils `[m, day]`; `infected`,
    the days of fever from a severe infection `[m, day]`; who the patients are; the thresholds.
    """
    peculiar = peculiarity(patients, parameters)
    course = _Course(len(patients.numbers), patients, parameters)
    # A day of all children lies together while days follow one another.
    ln_cytokine, ln_neuro, daily = (
        np.ascontiguousarray(one[:, :_DAYS].T)
        for one in (_ln(cytokine), _ln(neuro), peculiar.daily)
    )
    for day in range(_DAYS):
        course.follow(day, ln_cytokine[day], ln_neuro[day], daily[day], peculiar)
    return course.toxicity(infected[:, :_DAYS], neutrophils_e9_per_l)


@dataclass(frozen=True, slots=True)
class Peculiarity:
    """How a child differs from others with the same cytokine, in ln units."""

    fever: Floats  # [m]
    daily: Floats  # [m, day]
    circulation: Floats  # [m], more in circulation than in lungs
    neuro: Floats  # [m]


def peculiarity(patients: Patients, parameters: ParameterSet) -> Peculiarity:
    """The deviates of each child, from its stream."""
    own = patients.normal("signs", 3)
    together = parameters.value("icans_with_crs")
    apart = np.sqrt(1.0 - together**2)
    return Peculiarity(
        fever=parameters.value("crs_spread") * own[:, 0],
        daily=parameters.value("crs_daily_spread") * patients.normal("signs by day", _DAYS),
        circulation=parameters.value("oxygen_pressure_spread") * own[:, 1],
        neuro=parameters.value("icans_spread") * (together * own[:, 0] + apart * own[:, 2]),
    )


class _Course:
    """The days one after another: what is given on one acts on the next."""

    def __init__(self, m: int, patients: Patients, parameters: ParameterSet) -> None:
        self.patients = patients
        # Asked anew each day: a look-up in the parameters costs more than one in a table.
        self.value = cache(parameters.value)
        # [day, m] while the days pass, [m, day] when they are written down.
        self.fever, self.pressure, self.lungs, self.brain = (np.empty((_DAYS, m)) for _ in range(4))
        self.tocilizumab, self.dexamethasone = (np.zeros((_DAYS, m), dtype=bool) for _ in range(2))
        most = int(parameters.value("tocilizumab_doses_at_most"))
        self._wanted = np.cumsum(patients.exponential("tocilizumab", max(most, 1)), axis=1)
        self._most = most
        self._doses = np.zeros(m, dtype=np.int64)
        self._left = np.zeros(m)
        self._due = np.zeros(m)
        self._wanted_steroid = patients.exponential("dexamethasone", 1)[:, 0]
        self._due_steroid = np.zeros(m)
        self._steroid_until = np.full(m, -1.0)

    def follow(
        self, day: int, ln_cytokine: Floats, ln_neuro: Floats, of_day: Floats, own: Peculiarity
    ) -> None:
        """One day: its signs with what was given before, then what is given."""
        value = self.value
        on_steroid = day <= self._steroid_until
        steroid = np.where(on_steroid, np.log(value("dexamethasone_effect")), 0.0)
        self.dexamethasone[day] = on_steroid
        left = np.log1p(self._left / value("tocilizumab_half_effect"))
        felt = ln_cytokine + own.fever + of_day - left + steroid
        brain = ln_neuro + own.neuro + steroid
        self.fever[day], self.brain[day] = felt, brain
        # Without fever there is no syndrome that could lower pressure or oxygen.
        feverish = felt >= value("fever_threshold")
        self.pressure[day] = np.where(feverish, felt + own.circulation, -np.inf)
        self.lungs[day] = np.where(feverish, felt - own.circulation, -np.inf)
        ill = np.flatnonzero(feverish)
        severe = self._worse(day, ill, "vasopressor_threshold", "high_oxygen_threshold")
        self._give_tocilizumab(day, ill, severe)
        self._give_dexamethasone(day, brain, severe)

    def _beyond(self, signs: Floats, threshold: str) -> Floats:
        """How surely a threshold is passed, as the bedside takes it: 0 to 1, without a jump."""
        width = max(self.value("crs_daily_spread"), 1e-3)
        with np.errstate(over="ignore"):
            sure: Floats = expit((signs - self.value(threshold)) / width)
        return sure

    def _worse(self, day: int, ill: Wholes, pressure: str, lungs: str) -> Floats:
        """How surely one of two thresholds is passed; 0 for who is not among those with fever."""
        sure = np.zeros(len(self._doses))
        sure[ill] = np.maximum(
            self._beyond(self.pressure[day, ill], pressure),
            self._beyond(self.lungs[day, ill], lungs),
        )
        return sure

    def _give_tocilizumab(self, day: int, ill: Wholes, third: Floats) -> None:
        value = self.value
        second = self._worse(day, ill, "hypotension_threshold", "oxygen_threshold")
        more = value("tocilizumab_rate_grade_3") - value("tocilizumab_rate_grade_2")
        self._due += value("tocilizumab_rate_grade_2") * second + more * third
        next_dose = np.minimum(self._doses, self._wanted.shape[1] - 1)
        wanted = np.take_along_axis(self._wanted, next_dose[:, None], axis=1)[:, 0]
        given = (self._due >= wanted) & (self._doses < self._most)
        # One dose a day: what came due beyond it waits for signs of another day.
        self._due = np.where(given, wanted, self._due)
        self._doses += given
        self.tocilizumab[day] = given
        kept = np.exp(-np.log(2.0) / value("tocilizumab_half_life_days"))
        self._left = (self._left + given) * kept

    def _give_dexamethasone(self, day: int, brain: Floats, severe: Floats) -> None:
        value = self.value
        sure = np.maximum(severe, self._beyond(brain, "icans_grade_2_threshold"))
        begins = self._steroid_until < day
        self._due_steroid += np.where(begins, value("dexamethasone_rate") * sure, 0.0)
        given = begins & (self._due_steroid >= self._wanted_steroid)
        self.dexamethasone[day] |= given
        lasts = day + value("dexamethasone_days") - 1.0
        self._steroid_until = np.where(given, lasts, self._steroid_until)
        self._due_steroid = np.where(given, 0.0, self._due_steroid)

    def toxicity(self, infected: YesNo, neutrophils: Floats) -> Toxicity:
        """The signs as written down, and the grades that they make."""
        value = self.value
        for name in ("fever", "pressure", "lungs", "brain", "tocilizumab", "dexamethasone"):
            setattr(self, name, np.ascontiguousarray(getattr(self, name).T))
        temperature, other_cause = self._temperature(infected)
        ventilated = self.lungs >= value("ventilation_threshold")
        high = self.lungs >= value("high_oxygen_threshold")
        low = self.lungs >= value("oxygen_threshold")
        oxygen = np.select(
            [ventilated, high, low],
            [
                OXYGEN.index(OxygenSupport.VENTILATION),
                OXYGEN.index(OxygenSupport.HIGH_FLOW),
                OXYGEN.index(OxygenSupport.LOW_FLOW),
            ],
            OXYGEN.index(OxygenSupport.NONE),
        )
        width = max(value("high_oxygen_threshold") - value("oxygen_threshold"), 1e-6)
        with np.errstate(invalid="ignore"):
            flow = np.clip(
                1.0 + np.floor(5.0 * (self.lungs - value("oxygen_threshold")) / width), 1.0, 6.0
            )
        vasopressors = (self.pressure >= value("vasopressor_threshold")).astype(np.int64)
        vasopressors += self.pressure >= value("second_vasopressor_threshold")
        hypotension = (self.pressure >= value("hypotension_threshold")) | (vasopressors > 0)
        severity = self._severity()
        ages = (self.patients.age_days[:, None] + np.arange(_DAYS)) / DAYS_PER_YEAR
        ice, capd = _scores(severity, ages)
        consciousness = np.array(_CONSCIOUSNESS_OF_GRADE)[severity.astype(np.int64)]
        anticytokine = self.tocilizumab | self.dexamethasone
        return Toxicity(
            temperature_c=temperature,
            fever_other_cause=other_cause,
            hypotension=hypotension,
            vasopressors=vasopressors,
            oxygen_support=oxygen,
            oxygen_l_per_min=np.where(low & ~high & ~ventilated, flow, np.nan),
            tocilizumab=self.tocilizumab,
            dexamethasone=self.dexamethasone,
            ice_score=ice,
            capd_score=capd,
            consciousness=consciousness,
            crs_grade=crs_grades(
                temperature, other_cause, hypotension, vasopressors, oxygen, anticytokine
            ),
            icans_grade=icans_grades(ice, capd, consciousness),
            neutrophils_e9_per_l=neutrophils,
        )

    def _temperature(self, infected: YesNo) -> tuple[Floats, YesNo]:
        """The highest temperature of each day, and whether only an infection explains it."""
        value = self.value
        above = self.fever - value("fever_threshold")
        healthy = value("temperature_in_health")
        feverish = above >= 0
        hot = 38.0 + value("fever_per_fold") * np.maximum(above, 0.0)
        cool = healthy + (38.0 - healthy) * np.exp(np.minimum(above, 0.0))
        # A tenth of a degree is what is read; below the threshold it never reads 38.0.
        cool = np.clip(np.floor(cool * 10.0 + 1e-9) / 10.0, _COLDEST, 37.9)
        own = np.where(feverish, np.clip(np.floor(hot * 10.0 + 1e-9) / 10.0, 38.0, _HOTTEST), cool)
        fevered: Floats = np.maximum(value("infection_temperature"), own)
        return np.where(infected, fevered, own), infected & ~feverish

    def _severity(self) -> Floats:
        """The brain's signs on a scale on which whole numbers are grades: 0 to below 5."""
        value = self.value
        ends = [
            value("icans_threshold"),
            value("icans_grade_2_threshold"),
            value("icans_grade_3_threshold"),
            value("icans_grade_4_threshold"),
        ]
        severity = np.interp(self.brain, ends, [1.0, 2.0, 3.0, 4.0])
        return np.where(self.brain >= ends[0], severity, 0.0)


def _scores(severity: Floats, age_years: Floats) -> tuple[Wholes, Wholes]:
    """ICE from the twelfth birthday on, CAPD before; -1 where the other is scored. `[m, day]`."""
    # Within a grade a worse child scores worse: ICE 9 to 7, 6 to 3, 2 to 0; CAPD 1 to 8, 9 to 32.
    within = severity - np.floor(severity)
    ice = np.select(
        [severity < 1, severity < 2, severity < 3, severity < 4],
        [
            10.0,
            9.0 - np.floor(3.0 * within),
            6.0 - np.floor(4.0 * within),
            2.0 - np.floor(3.0 * within),
        ],
        0.0,
    )
    mild = 1.0 + np.floor(4.0 * (severity - 1.0))
    capd = np.select(
        [severity < 1, severity < 3, severity < 4],
        [0.0, np.clip(mild, 1.0, 8.0), 9.0 + np.floor(12.0 * within)],
        24.0,
    )
    older = age_years >= ICE_FROM_YEARS
    return (
        np.where(older, ice, -1).astype(np.int64),
        np.where(older, -1, capd).astype(np.int64),
    )


def _ln(amount: Floats) -> Floats:
    """The log of an amount that may be nothing, or unknown after a failed integration."""
    found: Floats = np.log(np.maximum(np.nan_to_num(amount, nan=0.0), 1e-30))
    return found
