# SPDX-License-Identifier: Apache-2.0
"""Writes the example's two SIMULATED cohorts as programme folders, with a known true effect.

    python examples/cassiopeia/write_cohorts.py [OUT]

OUT is `simulated` beside this file unless given, and what lies there was written by this: a test
holds it to the byte. OUT/treated is a single arm of 120 children who got CAR-T cells, OUT/control
holds children for whom a transplant was planned, 150 of whom got it. No child exists and no result
of any trial was used; README.md says how the children are made.
"""

from __future__ import annotations

import hashlib
import math
import shutil
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import NormalDist

from cartulary.course.cohort import Cohort
from cartulary.course.course import Course, DayZero, Origin
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Death,
    Diagnosis,
    Event,
    Indication,
    Infusion,
    LastContact,
    Lymphodepletion,
    NewTherapy,
    Relapse,
    SecondMalignancy,
    Transplant,
)
from cartulary.course.events.disease import (
    Decision,
    Disease,
    Genetics,
    MrdMethod,
    MrdResult,
    Reason,
    RelapseLevel,
    RelapseSite,
    Response,
    Timepoint,
)
from cartulary.course.events.ending import Cause
from cartulary.course.events.treatment import (
    NewTherapyKind,
    NewTherapyReason,
    Regimen,
    TransplantReason,
)
from cartulary.course.tables import write_programme

HERE = Path(__file__).parent
OUT = HERE / "simulated"
SEED = 2

# The truth. Hazards are per year from the end of consolidation; all of them are invented.
HAZARD_RATIO = 0.5  # of CAR-T cells, from the infusion on, at the same age, MRD and genetics
HAZARD = 0.17  # at age 11, MRD 0.1%, no adverse genetics
PER_LOG10_MRD, PER_YEAR_OF_AGE, ADVERSE = 0.55, 0.05, 0.5  # log hazard
EARLY, EARLY_UNTIL = 3.0, 120  # relapses are frequent in the first 120 days
LATE, LATE_FROM = 0.35, 730  # and rare after two years
LANDMARK, DAY = 120, 1096

TREATED, TRANSPLANTED = 120, 150
TREATED_DATES, TREATED_CUT = (date(2019, 7, 1), date(2023, 6, 30)), date(2025, 12, 31)
CONTROL_DATES, CONTROL_CUT = (date(2008, 1, 1), date(2014, 12, 31)), date(2018, 12, 31)
LOST_PER_YEAR = 0.02
# Other treatment in remission, which changes nothing in what happens to the child: the chance of
# it, how much more with residual disease above the middle, and from when it is given (days).
OTHER_TREATMENT, OTHER_WITH_MORE_MRD = 0.22, 0.2
OTHER_FROM, OTHER_MEAN = 90, 160.0
# Some relapses are first seen as residual disease alone, so many days earlier.
SEEN_EARLIER, EARLIER = 0.4, 50
ADVERSE_KINDS = (Genetics.KMT2A, Genetics.BCR_ABL1_LIKE, Genetics.IAMP21, Genetics.IKZF1)
OTHER_KINDS = (Genetics.HYPERDIPLOID, Genetics.ETV6_RUNX1, Genetics.NONE)
NOTE = (
    "SIMULATED children of a documented generator, to show a method on a known truth. "
    "No child exists; nothing may be concluded about any treatment."
)


@dataclass(frozen=True)
class Child:
    """What one simulated child brings, and what would happen to it."""

    arm: str
    number: int
    age_years: float
    log10_mrd: float
    adverse: bool
    wait: int

    @property
    def hazard(self) -> float:
        """Per year, before and without CAR-T cells, outside the early and the late stretch."""
        return HAZARD * math.exp(
            PER_LOG10_MRD * (self.log10_mrd + 1.0)
            + PER_YEAR_OF_AGE * (self.age_years - 11.0)
            + ADVERSE * self.adverse
        )

    def draw(self, purpose: str) -> float:
        """A number between 0 and 1 that belongs to this child and this purpose alone."""
        text = f"{SEED}/{self.arm}/{self.number}/{purpose}"
        whole = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")
        return (whole + 0.5) / 2**56

    def event_day(self) -> int:
        """The day of relapse, second malignancy or death, were it followed for ever."""
        left = -math.log(self.draw("event"))
        day = 0
        while True:
            day += 1
            ratio = HAZARD_RATIO if self.arm == "treated" and day > self.wait else 1.0
            left -= self.hazard * ratio * pace(day) / 365.25
            if left <= 0.0 or day > 20_000:
                return day


def pace(day: int) -> float:
    """How the hazard of a day compares with that of the middle stretch."""
    return EARLY if day <= EARLY_UNTIL else LATE if day > LATE_FROM else 1.0


def child(arm: str, number: int) -> Child:
    """The simulated child of this number: controls are older and have more disease."""
    blank = Child(arm, number, 0.0, 0.0, False, 0)
    treated = arm == "treated"
    normal = NormalDist()
    age = 11.0 + (0.0 if treated else 1.5) + 5.5 * normal.inv_cdf(blank.draw("age"))
    mrd = (-1.0 if treated else -0.75) + 0.6 * normal.inv_cdf(blank.draw("mrd"))
    adverse = blank.draw("genetics") < (0.28 if treated else 0.42)
    first, mean = (35, 20.0) if treated else (60, 22.0)
    wait = round(first - mean * math.log(blank.draw("wait")))
    return Child(
        arm, number, min(max(age, 1.2), 24.5), min(max(mrd, -1.95), 0.6), adverse, wait
    )  # fmt: skip


def course(one: Child, oddity: str = "") -> Course:
    """One child's course; `oddity` makes it a control that the protocol will not take."""
    treated = one.arm == "treated"
    dates, cut = (TREATED_DATES, TREATED_CUT) if treated else (CONTROL_DATES, CONTROL_CUT)
    zero = dates[0] + timedelta(days=int(one.draw("date") * ((dates[1] - dates[0]).days + 1)))
    lost = round(-math.log(one.draw("lost")) / LOST_PER_YEAR * 365.25)
    last = max(1, min((cut - zero).days, lost))
    day = one.event_day()
    until = min(day, last + 1)
    events = [*_before(one, oddity), *_treatment(one, until), *_other_treatment(one, until)]
    if day <= last:
        events += _event(one, day, last)
    else:
        events.append(LastContact(last))
    return Course(
        f"{'T' if treated else 'C'}-{one.number:03d}",
        Origin.SIMULATED,
        tuple(events),
        age_days_at_day0=round(one.age_years * 365.25),
        day0=zero,
        day0_is=DayZero.INDICATION if treated else DayZero.REFERRAL,
        data_cut_day=(cut - zero).days,
    )


def _before(one: Child, oddity: str) -> list[Event]:
    """Diagnosis and the assessment at the end of consolidation."""
    kinds = ADVERSE_KINDS if one.adverse else OTHER_KINDS
    kind = kinds[int(one.draw("kind") * len(kinds))]
    if oddity == "philadelphia":
        kind = Genetics.BCR_ABL1
    mrd = 0.004 if oddity == "mrd" else round(10.0**one.log10_mrd, 4)
    blasts = 12.0 if oddity == "blasts" else max(1.0, round(mrd, 1))
    events: list[Event] = [
        Diagnosis(-150, disease=Disease.B_ALL, genetics=(kind,)),
        Assessment(
            0,
            timepoint=Timepoint.SCREENING,
            response=Response.NO_RESPONSE if blasts >= 5 else Response.CR,
            marrow_blasts_percent=blasts,
            mrd_percent=max(mrd, blasts) if blasts >= 5 else mrd,
            mrd_result=MrdResult.POSITIVE,
            mrd_method=MrdMethod.FLOW,
        ),
    ]
    if one.arm == "treated":
        events.append(Indication(0, reason=Reason.HIGH_RISK_FIRST_LINE, decision=Decision.ACCEPTED))
    return events


def _treatment(one: Child, before: int) -> list[Event]:
    """What was given, if the child came to it."""
    if one.wait >= before:
        return []
    if one.arm == "control":
        return [Transplant(one.wait, reason=TransplantReason.CONSOLIDATION)]
    return [
        Apheresis(5),
        Lymphodepletion(one.wait - 6, regimen=Regimen.FLU_CY, stop_day=one.wait - 3),
        Infusion(one.wait, number=1),
    ]


def _other_treatment(one: Child, before: int) -> list[Event]:
    """A transplant in remission after CAR-T cells, or donor lymphocytes after a transplant."""
    chance = OTHER_TREATMENT + OTHER_WITH_MORE_MRD * (one.log10_mrd > -1.0)
    day = one.wait + OTHER_FROM + round(-OTHER_MEAN * math.log(one.draw("other day")))
    if one.wait >= before or day >= before or one.draw("other") > chance:
        return []
    if one.arm == "treated":
        return [Transplant(day, reason=TransplantReason.CONSOLIDATION)]
    return [
        NewTherapy(
            day, therapy=NewTherapyKind.LYMPHOCYTES, reason=NewTherapyReason.RESIDUAL_DISEASE
        )
    ]


def _event(one: Child, day: int, last: int) -> list[Event]:
    """Relapse, second malignancy or death, and what follows."""
    u, share = one.draw("which"), 0.12 if one.arm == "treated" else 0.22
    if u < share:
        cause = Cause.INFECTION if one.arm == "treated" else Cause.TRANSPLANT
        return [Death(day, cause=cause)]
    if u > 0.97:
        return [SecondMalignancy(day), LastContact(last)]
    relapse = Relapse(day, site=RelapseSite.MARROW, level=RelapseLevel.MORPHOLOGICAL)
    died = day + round(-500.0 * math.log(one.draw("after"))) + 20
    seen = one.draw("molecular") < SEEN_EARLIER and day - EARLIER > one.wait
    return [
        *([Relapse(day - EARLIER, level=RelapseLevel.MOLECULAR)] if seen else []),
        relapse,
        Death(died, cause=Cause.LEUKAEMIA) if died <= last else LastContact(last),
    ]


def cohorts() -> tuple[Cohort, Cohort]:
    """The treated children and the controls."""
    treated: list[Course] = []
    number = 0
    while len(treated) < TREATED:
        number += 1
        one = child("treated", number)
        if one.event_day() > one.wait:  # a single arm holds those who came to the infusion
            treated.append(course(one))
    control: list[Course] = []
    transplanted = number = 0
    while transplanted < TRANSPLANTED:
        number += 1
        one = child("control", number)
        control.append(course(one))
        transplanted += bool(control[-1].all(Transplant))
    for oddity in ("philadelphia",) * 5 + ("mrd",) * 6 + ("blasts",) * 3:
        number += 1
        control.append(course(child("control", number), oddity))
    return (
        Cohort.from_courses(
            treated, "SIMULATED: CAR-T cells", TREATED_CUT, (NOTE,)
        ),
        Cohort.from_courses(
            control, "SIMULATED: transplant", CONTROL_CUT, (NOTE,)
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What a perfect study would find, over the treated children at the landmark."""

    treated: float
    control: float

    @property
    def difference(self) -> float:
        """How many more are free of disease."""
        return self.treated - self.control

    @property
    def risk_ratio(self) -> float:
        """The chance of an event, over that without CAR-T cells."""
        return (1.0 - self.treated) / (1.0 - self.control)


def truth(children: int = 20_000) -> Truth:
    """The true chances at the day compared, by reckoning each of many children both ways."""
    passed = sum(pace(LANDMARK + day) for day in range(1, DAY + 1)) / 365.25
    treated, control = [], []
    for number in range(1, children + 1):
        one = child("treated", 1_000_000 + number)
        if one.wait > LANDMARK:
            continue
        # The chance to come to the landmark free of disease weighs the child.
        before = sum(
            pace(day) * (HAZARD_RATIO if day > one.wait else 1.0)
            for day in range(1, LANDMARK + 1)
        ) / 365.25  # fmt: skip
        weight = math.exp(-one.hazard * before)
        treated.append((weight, math.exp(-one.hazard * HAZARD_RATIO * passed)))
        control.append((weight, math.exp(-one.hazard * passed)))
    total = sum(weight for weight, _ in treated)
    return Truth(
        sum(weight * chance for weight, chance in treated) / total,
        sum(weight * chance for weight, chance in control) / total,
    )


def write(out: Path = OUT) -> tuple[Path, Path]:
    """Writes both programmes; what an earlier run wrote there is replaced."""
    places = out / "treated", out / "control"
    for place, cohort in zip(places, cohorts(), strict=True):
        if (place / "programme.csv").exists():
            shutil.rmtree(place)
        place.parent.mkdir(parents=True, exist_ok=True)
        write_programme(cohort, place)
    return places


if __name__ == "__main__":
    for folder in write(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT):
        print(folder)
