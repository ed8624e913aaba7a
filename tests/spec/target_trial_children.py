# SPDX-License-Identifier: Apache-2.0
"""Small and large cohorts for tests of a target trial, and the example's own generator."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

from cartulary.course import Course, Origin
from cartulary.course.cohort import Cohort
from cartulary.course.course import DayZero
from cartulary.course.dates import Precision
from cartulary.course.events import Assessment, Death, Infusion, LastContact, Relapse, Transplant
from cartulary.course.events.disease import RelapseLevel, Timepoint
from cartulary.studies.target_trial import Protocol
from cartulary.studies.target_trial.protocol_reader import protocol_from_text

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "cassiopeia"

TEXT = """
id = "small"
edition = "1"
title = { en = "A small trial", nl = "Een kleine trial" }
question = { en = "Is it so?", nl = "Is het zo?" }

[treated]
programme = "treated"
label = { en = "cells", nl = "cellen" }
starts = "infusion"

[control]
programme = "control"
label = { en = "care", nl = "zorg" }

[time_zero]
moment = 'assessment where timepoint == "screening"'
words = { en = "the screening", nl = "de screening" }

[[baseline]]
name = "age"
value = "age_years"
words = { en = "age, years", nl = "leeftijd, jaar" }

[[baseline]]
name = "mrd"
value = "assessment.mrd_percent"
transform = "log10"
words = { en = "residual disease", nl = "restziekte" }

[[eligibility]]
rule = "mrd >= 0.01"
words = { en = "residual disease", nl = "restziekte" }

[delay]
landmark_day = 60

[endpoint]
definition = "cassiopeia.dfs"
day = 365

[adjustment]
covariates = ["age", "mrd"]

[methods]
main = "propensity"
also = ["entropy_balancing"]
"""


def protocol(*changes: tuple[str, str]) -> Protocol:
    """The small protocol, with texts replaced."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return protocol_from_text(text)


def child(
    name: str,
    *,
    zero: int | None = 0,
    mrd: float | None = 0.1,
    age: float = 8.0,
    infusion: int | None = None,
    transplant: int | None = None,
    relapse: int | None = None,
    relapse_undated: bool = False,
    death: int | None = None,
    last: int | None = 900,
    origin: Origin = Origin.SIMULATED,
    cut: int | None = None,
) -> Course:
    """One child by its days."""
    events: list = []
    if zero is not None:
        known = {} if mrd is None else {"mrd_percent": mrd}
        events.append(Assessment(zero, timepoint=Timepoint.SCREENING, **known))
    if infusion is not None:
        events.append(Infusion(infusion, number=1))
    if transplant is not None:
        events.append(Transplant(transplant))
    if relapse is not None or relapse_undated:
        known_to = Precision.DAY if relapse is not None else Precision.UNKNOWN
        events.append(Relapse(relapse, known_to, level=RelapseLevel.MORPHOLOGICAL))
    if death is not None:
        events.append(Death(death))
    elif last is not None:
        events.append(LastContact(last))
    return Course(
        name, origin, tuple(events), age_days_at_day0=round(age * 365.25),
        day0_is=DayZero.REFERRAL, data_cut_day=cut,
    )  # fmt: skip


def many(prefix: str, n: int, *, infused: bool, event_every: int = 3) -> list[Course]:
    """n children of spread ages and disease, one in so many with a relapse after the start."""
    return [
        child(
            f"{prefix}{k:03d}",
            age=2.0 + (7 * k) % 17,
            mrd=0.02 * (1 + (5 * k) % 9),
            infusion=30 + k % 20 if infused else None,
            relapse=100 + 7 * k if k % event_every == 0 else None,
        )
        for k in range(n)
    ]


def cohort(*courses: Course) -> Cohort:
    """A cohort of these courses."""
    return Cohort.from_courses(courses)


@cache
def example() -> ModuleType:
    """The generator of the example."""
    spec = importlib.util.spec_from_file_location(
        "cassiopeia_cohorts", EXAMPLE / "write_cohorts.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
