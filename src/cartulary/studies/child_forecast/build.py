# SPDX-License-Identifier: Apache-2.0
"""The library made: so many draws of the posterior, so many children each, under every plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary import __version__
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.child_forecast.library import KNOWN, NEVER, About, Library
from cartulary.studies.child_forecast.source import FORMAT, Source, source
from cartulary.studies.child_forecast.virtual import Virtual, virtual_children

__all__ = ["CHILDREN_A_DRAW", "DRAWS", "PLANNED_A_DRAW", "SEED", "Source", "make", "source"]

DRAWS: Final = 64
CHILDREN_A_DRAW: Final = 1600
#: So many of them are simulated under every plan, the others under nothing further alone.
PLANNED_A_DRAW: Final = 400
SEED: Final = 6
#: Beyond these shares of the library a child's age, weight or dose lies outside it.
_LIMIT_SHARES: Final = (0.001, 0.999)
_LIMITED: Final = ("age_years", "weight_kg", "ln_dose_per_kg")


def make(
    made_from: Source,
    *,
    draws: int = DRAWS,
    children: int = CHILDREN_A_DRAW,
    planned: int | None = None,
    seed: int = SEED,
    threads: int = 2,
    progress: Callable[[int], None] = lambda done: None,
) -> Library:
    """A library, simulated draw by draw; every draw has children of its own.

    Arguments: what it is made from; draws of the posterior; children of each (before the infusion,
    so that the library holds fewer); how many of them are simulated under every plan, a
    quarter by default; the seed; draws simulated at once; what to call with the
    number of draws done.
    Returns: the library, in memory.
    """
    sets = made_from.posterior.parameter_sets(draws)
    every = max(children // 4, 1) if planned is None else min(planned, children)
    one = partial(_drawn, made_from, children=children, planned=every, seed=seed)
    found: list[tuple[Virtual, ...]] = []
    pool = ThreadPoolExecutor(threads, thread_name_prefix="library")
    try:
        for virtual in pool.map(one, range(draws), sets):
            found.append(virtual)
            progress(len(found))
    finally:
        # Interrupted, what waits is not begun.
        pool.shutdown(wait=True, cancel_futures=True)
    return _library(made_from, found, draws, (children, every), seed)


def _drawn(
    made_from: Source,
    draw: int,
    parameters: ParameterSet,
    *,
    children: int,
    planned: int,
    seed: int,
) -> tuple[Virtual, ...]:
    """The children of one draw: those under every plan, then those under nothing further."""
    numbers = np.arange(draw * children, (draw + 1) * children, dtype=np.int64)
    return tuple(
        virtual_children(
            made_from.population, made_from.policy, parameters, plans, seed=seed, numbers=part
        )
        for plans, part in (
            (made_from.plans, numbers[:planned]),
            (made_from.plans[:1], numbers[planned:]),
        )
        if len(part)
    )


def _library(
    made_from: Source,
    drawn: Sequence[tuple[Virtual, ...]],
    draws: int,
    children: tuple[int, int],
    seed: int,
) -> Library:
    """The arrays of all draws, packed."""
    found = [part for parts in drawn for part in parts]
    counts = [sum(part.came_day.shape[1] for part in parts) for parts in drawn]
    plans = len(made_from.plans)
    known = np.concatenate(
        [np.array([one.known[name] for name in KNOWN]) for one in found], axis=1
    ).astype(np.float32)
    about = About(
        format=FORMAT,
        version=__version__,
        fingerprint=made_from.fingerprint,
        posterior=made_from.posterior.about.posterior_id,
        provisional=made_from.posterior.about.provisional,
        population=made_from.population.population_id,
        policy=made_from.policy.policy_id,
        plans=tuple((plan.kind.value, plan.day) for plan in made_from.plans),
        draws=draws,
        children_a_draw=children[0],
        planned_a_draw=children[1],
        children=int(sum(counts)),
        seed=seed,
        limits={name: _limits(known[KNOWN.index(name)]) for name in _LIMITED},
    )
    return Library(
        about=about,
        draw=np.repeat(np.arange(draws), counts).astype(np.uint16),
        known=known,
        ln_copies=_together(found, "ln_copies").astype(np.float16),
        ln_b_cells=_together(found, "ln_b_cells").astype(np.float16),
        ln_share=_together(found, "ln_share").astype(np.float16),
        planned=np.concatenate(
            [np.full(one.came_day.shape[1], len(one.came_day) == plans) for one in found]
        ),
        came_first=_together(found, "came_first", plans).astype(np.int8),
        came_day=_whole_days(_together(found, "came_day", plans)),
        death_day=_whole_days(_together(found, "death_day", plans)),
    )


def _together(found: Sequence[Virtual], name: str, rows: int = 0) -> NDArray[Any]:
    """One array of all parts; with `rows`, a part with fewer repeats its first."""
    parts = [getattr(one, name) for one in found]
    return np.concatenate(
        [np.repeat(part[:1], rows, axis=0) if 0 < len(part) < rows else part for part in parts],
        axis=1,
    )


def _limits(values: NDArray[Any]) -> tuple[float, float]:
    low, high = np.quantile(values, _LIMIT_SHARES)
    return float(low), float(high)


def _whole_days(days: NDArray[np.float64]) -> NDArray[np.uint16]:
    return np.where(np.isinf(days), NEVER, np.minimum(np.ceil(days), NEVER - 1)).astype(np.uint16)
