# SPDX-License-Identifier: Apache-2.0
"""Cohorts made for tests of the report: of any size, with or without deaths, of any origin."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np

from cartulary.course import Course, Origin
from cartulary.course.cohort import Cohort
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Bridging,
    Death,
    Event,
    Indication,
    Infection,
    Infusion,
    LastContact,
    Product,
    Relapse,
    Toxicity,
    Transplant,
    Treatment,
)
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import Cd19Status, Reason, RelapseLevel, Response, Sex
from cartulary.course.events.observation import Organism, ToxicityKind
from cartulary.course.events.treatment import (
    BridgingKind,
    Drug,
    TransplantReason,
    TreatmentFor,
)

BRIDGING = (BridgingKind.CHEMOTHERAPY, BridgingKind.BLINATUMOMAB, BridgingKind.NONE)
LAST_DAY = 900


def cohort(
    children: int,
    origin: Origin = Origin.SIMULATED,
    *,
    seed: int = 7,
    infused: float = 0.85,
    followed_days: int = LAST_DAY,
) -> Cohort:
    """So many children with every outcome the report tells of; the same seed, the same children."""
    rng = np.random.default_rng(seed)
    courses = [
        _course(f"S-{number:04d}", origin, rng, infused, followed_days)
        for number in range(1, children + 1)
    ]
    return Cohort.from_courses(courses)


def programme(made: Cohort, **changes: object) -> SimpleNamespace:
    """What a report is told of a programme that was never a file."""
    told = {
        "name": "Made for a test",
        "centre": "Test centre",
        "data_cut": date(2024, 1, 1),
        "files": (),
        "problems": (),
        "left_out": (),
        "notes": (),
        "cohort": made,
    }
    return SimpleNamespace(**{**told, **changes})


def _course(
    name: str, origin: Origin, rng: np.random.Generator, infused: float, followed_days: int
) -> Course:
    events: list[Event] = [
        Indication(0, reason=list(Reason)[int(rng.integers(0, 4))]),
        Apheresis(6, number=1),
        Bridging(10, therapy=BRIDGING[int(rng.integers(0, 3))], stop_day=30),
    ]
    if rng.random() > infused:
        failed = rng.random() < 0.5
        status = ProductStatus.FAILED if failed else ProductStatus.ORDERED
        events.append(Product(7, product_id=f"{name}-P", status=status, decided_day=34))
        events.append(LastContact(60) if failed else Death(40))
        return _closed(name, origin, events, rng)
    day = int(rng.integers(36, 60))
    released = ProductStatus.RELEASED
    events += [
        Product(7, product_id=f"{name}-P", status=released, decided_day=33),
        Assessment(day - 8, marrow_blasts_percent=float(rng.choice([1, 2, 40]))),
        Infusion(day, number=1, product_id=f"{name}-P"),
    ]
    events += _toxicities(day, rng)
    events += _disease(day, rng, followed_days)
    return _closed(name, origin, events, rng)


def _closed(name: str, origin: Origin, events: list[Event], rng: np.random.Generator) -> Course:
    sex = Sex.FEMALE if rng.random() < 0.5 else Sex.MALE
    age = int(rng.integers(400, 7000))
    return Course(name, origin, tuple(events), sex=sex, age_days_at_day0=age)


def _toxicities(day: int, rng: np.random.Generator) -> list[Event]:
    crs = int(rng.choice([0, 0, 1, 2, 3, 4]))
    icans = int(rng.choice([0, 0, 0, 1, 3]))
    found: list[Event] = [
        Toxicity(
            day + 3,
            toxicity=ToxicityKind.CRS,
            grade=crs,
            scale="astct_crs_2019",
            infusion_number=1,
            end_day=day + 8 if crs else None or day + 3,
        ),
        Toxicity(
            day + 5,
            toxicity=ToxicityKind.ICANS,
            grade=icans,
            scale="astct_icans_2019",
            infusion_number=1,
        ),
        Toxicity(
            day + 6,
            toxicity=ToxicityKind.FEBRILE_NEUTROPENIA,
            infusion_number=1,
            grade=3 if rng.random() < 0.4 else 0,
        ),
    ]
    if crs > 1:
        found.append(Treatment(day + 4, drug=Drug.TOCILIZUMAB, given_for=TreatmentFor.CRS))
    if rng.random() < 0.2:
        found.append(
            Infection(day + 50, organism=Organism.VIRAL, agent="adenovirus", reactivation=True)
        )
    return found


def _disease(day: int, rng: np.random.Generator, followed_days: int) -> list[Event]:
    remission = rng.random() < 0.85
    response = Response.CR if remission else Response.NO_RESPONSE
    found: list[Event] = []
    end = int(rng.integers(min(40, followed_days - 1), followed_days))
    if end >= 28:
        found.append(Assessment(day + 28, response=response))
    if remission and end > 100 and rng.random() < 0.2:
        reason = TransplantReason.CONSOLIDATION
        found.append(Transplant(day + int(rng.integers(70, 100)), reason=reason))
    relapse = int(rng.integers(35, 700))
    if remission and relapse < end and rng.random() < 0.6:
        status = Cd19Status.NEGATIVE if rng.random() < 0.4 else Cd19Status.POSITIVE
        found.append(
            Relapse(
                day + relapse,
                cd19_status=status,
                level=RelapseLevel.MORPHOLOGICAL,
                b_cell_aplasia=status is Cd19Status.NEGATIVE,
            )
        )
    died = rng.random() < 0.25
    found.append(Death(day + end) if died else LastContact(day + end))
    return found
