# SPDX-License-Identifier: Apache-2.0
"""Policies compared over draws of the parameters, with shared children in every arm."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from cartulary import __version__
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.errors import CartularyError
from cartulary.studies.policies_compared.arm import Arm
from cartulary.studies.policies_compared.compared import About, Compared
from cartulary.studies.policies_compared.draws_followed import DrawResult, several_draws
from cartulary.studies.policies_compared.gathering import gathered
from cartulary.studies.policies_compared.outcome import COUNTED_MONTH, MONTHS, Outcome
from cartulary.studies.policies_compared.outcome import outcomes as all_outcomes
from cartulary.twin.engines import HeldTo, engine

DAYS_PER_YEAR: Final = 365.25
#: Children are followed so much longer than asked, so that whoever waits for the infusion is
#: followed as long from there.
WAIT_DAYS: Final = 183
#: Draws are told together up to so many children: memory grows with it, the figures do not change.
CHILDREN_AT_ONCE: Final = 4096


def compare(
    arms: Sequence[Arm],
    parameter_sets: Sequence[ParameterSet],
    *,
    children: int,
    years: float,
    seed: int,
    outcomes: Sequence[str] | None = None,
    months: Sequence[int] | None = None,
    programme_size: int = 20,
    posterior_id: str = "",
    threads: int | None = None,
    engine_name: str = "lanes",
    children_at_once: int = CHILDREN_AT_ONCE,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Compared:
    """Follows the same virtual children under each policy, at each draw of the parameters.

    Draw k follows the children numbered `k * children` to `(k + 1) * children - 1`, in every arm:
    arms share every random number, and the noise of the simulation differs from draw to draw, so
    that it can be told from what the parameters do.

    Arguments: the arms, the first of which the others are held against; draws of the parameters;
    children a draw; years of follow-up; the seed; ids of the outcomes wanted, all by default;
    months at which survival is read; children a programme treats a year; what the draws are
    called; processor threads; the engine; children told together; what to call with the draws
    done and in all.
    Returns: a `Compared`, whatever the threads.
    Refuses: no arm, two arms of one id, no draw, fewer than ten children, no time.
    """
    _check(arms, parameter_sets, children, years)
    asked = _asked(outcomes, months, years)
    curve_months = np.arange(0.0, np.floor(years * 12) + 1.0)
    began = time.perf_counter()
    used = threads or os.cpu_count() or 1
    # Draws are what is spread over processors.
    solve = HeldTo(engine(engine_name), threads=1)

    at_once = max(children_at_once // children, 1)
    groups = [
        range(first, min(first + at_once, len(parameter_sets)))
        for first in range(0, len(parameter_sets), at_once)
    ]

    def some(draws: range) -> list[DrawResult]:
        return several_draws(
            arms,
            [parameter_sets[draw] for draw in draws],
            [np.arange(children, dtype=np.int64) + draw * children for draw in draws],
            horizon_days=float(round(years * DAYS_PER_YEAR) + WAIT_DAYS),
            seed=seed,
            asked=asked,
            months=curve_months,
            solve=solve,
        )

    results: list[DrawResult] = []
    pool = ThreadPoolExecutor(used, thread_name_prefix="draws")
    try:
        for made in pool.map(some, groups):
            results += made
            progress(len(results), len(parameter_sets))
    finally:
        # Interrupted, what waits is not begun.
        pool.shutdown(wait=True, cancel_futures=True)
    about = About(
        version=__version__,
        seed=seed,
        children=children,
        draws=len(parameter_sets),
        years=years,
        programme_size=programme_size,
        posterior_id=posterior_id,
        failures=sum(one.failures for one in results),
        seconds=time.perf_counter() - began,
    )
    return gathered(about, arms, asked, curve_months, results, parameter_sets)


def _check(
    arms: Sequence[Arm], parameter_sets: Sequence[ParameterSet], children: int, years: float
) -> None:
    ids = [arm.id for arm in arms]
    if not ids or len(set(ids)) < len(ids):
        raise CartularyError(
            f"The arms are called {', '.join(ids) or 'nothing'}. Each needs a name of its own, so "
            "that figures can be told apart. Give each arm another id."
        )
    if not parameter_sets or children < 10 or years <= 0:
        raise CartularyError(
            f"{len(parameter_sets)} draws of {children} children over {years:g} years make no "
            "comparison. Give at least one draw, ten children and some time."
        )


def _asked(
    ids: Sequence[str] | None, months: Sequence[int] | None, years: float
) -> tuple[Outcome, ...]:
    longest = int(np.floor(years * 12))
    chosen = [month for month in (months or MONTHS) if month <= longest] or [longest]
    known = all_outcomes(tuple(chosen), min(COUNTED_MONTH, longest))
    if ids is None:
        return known
    missing = [each for each in ids if each not in {one.id for one in known}]
    if missing:
        raise CartularyError(
            f"There is no outcome {', '.join(missing)} within {years:g} years. Outcomes are: "
            f"{', '.join(one.id for one in known)}."
        )
    return tuple(one for one in known if one.id in ids)
