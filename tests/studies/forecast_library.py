# SPDX-License-Identifier: Apache-2.0
"""A small library of virtual children, made once, for every test of the forecast."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cartulary.course.course import Course
from cartulary.studies.child_forecast.build import make
from cartulary.studies.child_forecast.library import Library
from cartulary.studies.child_forecast.source import Source, source
from cartulary.studies.child_forecast.virtual import HORIZON_DAYS
from cartulary.twin.narrate import narrate
from cartulary.twin.simulate import Run, simulate_block

DRAWS, CHILDREN, PLANNED = 6, 2400, 150


@lru_cache(maxsize=1)
def small_source() -> Source:
    """What it is made from: what ships."""
    return source()


@lru_cache(maxsize=1)
def small_library() -> Library:
    """Some twelve thousand infused children; a few hundred of them under every plan."""
    return make(small_source(), draws=DRAWS, children=CHILDREN, planned=PLANNED, seed=6)


@lru_cache(maxsize=1)
def fresh_courses() -> tuple[Course, ...]:
    """Infused children that are not in the library, told whole, three years on."""
    made_from = small_source()
    parameters = made_from.posterior.central()
    policy = made_from.plans[0].policy(made_from.policy)
    run = Run(made_from.population, policy, parameters, 77, HORIZON_DAYS)
    block = simulate_block(run, np.arange(60, dtype=np.int64))
    return tuple(course for course in narrate(block, parameters).courses() if course.infusion_days)
