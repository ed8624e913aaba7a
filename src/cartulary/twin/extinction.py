# SPDX-License-Identifier: Apache-2.0
"""Whether each clone dies out, and when it is back: exact for a branching process, cell by cell.

A leukaemic cell divides at rate b(t) = r (1 - total/Kmax) + d0 and dies at rate d(t) = d0 +
w kill(t), with w the share of the killing that its antigens let through, so that b - d = g'(t) is
the net growth of the model's equations. Then, with T the horizon (Kendall, Ann Math Stat 1948):

    J(s) = integral from s to T of d(v) exp(-(g(v) - g(s))) dv,     u(s) = 1 / (1 + J(s)),

u(s) is the chance that a lineage begun at s is there at T. Quiescent cells wake at rate aq and
each begins a lineage at its own time, so the lineages that last are a Poisson number with mean

    Lambda = n(0) u(0) + integral of aq Q(s) u(s) ds,

each begun at a time drawn from that very sum. A lineage that lasts holds W exp(g(t) - g(s)) / u(s)
cells in the long run, W exponential with mean 1. What is there of lineages that will end is
almost surely its mean,

    D(t) = exp(-g(t)) (1 - u(t)) / u(t)^2 (n(0) u(0)^2 + integral of aq Q exp(g) u^2 ds),

and early on a lineage that lasts is counted with 1 - (1 - u(t)) (u(s) exp(g(s) - g(t)) / u(t))^2,
so that the mean over all draws is the expected number of cells at every time.

From its lowest burden on a clone is not crowded by the expected cells of the equations, which
may not be there at all: growth is then r, up to the burden at which a relapse is seen.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammaincinv

from cartulary.twin import streams
from cartulary.twin.engines.inputs import with_constants
from cartulary.twin.engines.solution import Solution
from cartulary.twin.equations import CELL_PARAMETERS
from cartulary.twin.population_children import Floats, Wholes

#: Lineages drawn one by one; what is beyond them is drawn as one sum.
LINEAGES_DRAWN: Final = 8
#: Columns of clones, in the order of `afterwards_histories.CLONES`, and the path of each: the
#: share of the killing that reaches it is 1, 1, that by CD22 alone, and 0.
CLONE_COUNT: Final = 4
PATH_OF_CLONE: Final = (0, 0, 1, 2)
_NOTHING: Final = -1e300
_CHILDREN_AT_ONCE: Final = 256


@dataclass(frozen=True, slots=True)
class GrowthPaths:
    """Growth and killing of n children on the days of the grid, in ln-folds since its start."""

    days: Floats  # [g]
    growth: Floats  # [n, g]
    growing: Floats  # [n, g], its rate per day
    killing: Floats  # [n, g], of a cell with every antigen
    kill: Floats  # [n, g], its rate per day
    turn: Wholes  # [n], place in `days` from which on growth is `rate`; len(days) for never
    rate: Floats  # [n], r, per day
    death: Floats  # [n], d0, per day
    cd22_killing: Floats  # [n], share of the killing that reaches a cell without CD19
    ln_quiescent: Floats  # [n], cells at the start
    waking: Floats  # [n], aq, per day
    quiescent_killing: Floats  # [n], share of the killing that reaches a quiescent cell

    def __len__(self) -> int:
        """How many children."""
        return len(self.turn)


@dataclass(frozen=True, slots=True)
class Extinction:
    """The backward pass of n children.

    `lineages[n, clone]` is Lambda. `net` and `ln_survival` hold g and ln u for each path of
    PATH_OF_CLONE; `ln_waking` the logs of the three sums over woken cells, up to each day: of
    lineages that last, of expected cells, of cells whose lineages end.
    """

    paths: GrowthPaths
    ln_start: Floats  # [n, clone]
    net: Floats  # [n, path, g]
    ln_survival: Floats  # [n, path, g]
    ln_waking: Floats  # [n, 3, g]
    lineages: Floats  # [n, clone]

    @property
    def extinct_probability(self) -> Floats:
        """The chance that no lineage of a clone is there at the horizon: `[n, clone]`."""
        chance: Floats = np.exp(-self.lineages)
        return chance

    def ln_expected(self) -> Floats:
        """ln of the expected cells of each clone on each day: `[n, g, clone]`."""
        expected = np.empty((len(self.paths), len(self.paths.days), CLONE_COUNT))
        for clone, path in enumerate(PATH_OF_CLONE):
            begun = self.ln_start[:, clone, None]
            if clone == 0:
                begun = np.logaddexp(begun, self.ln_waking[:, 1])
            expected[:, :, clone] = begun + self.net[:, path]
        return expected


def growth_paths(
    solution: Solution, cells: Floats, relapse_cells: Floats, *, threads: int | None = None
) -> GrowthPaths:
    """Growth and killing along a solution, uncrowded from the lowest burden on.

    Arguments: the solution and the parameters it was solved with; `relapse_cells`, the burden at
    which a relapse is seen; processor threads, all by default.
    Where the lowest burden is not below that, growth stays as solved. Days from which a child's
    integration failed keep the values of the last day before.
    """
    from cartulary.twin.engines.compiled import make_ready
    from cartulary.twin.extinction_kernel import rates_on_grid

    values = filled(solution.values)
    growing, kill = np.empty(values.shape[:2]), np.empty(values.shape[:2])
    make_ready(rates_on_grid)
    given = with_constants(np.ascontiguousarray(cells))
    _in_threads(rates_on_grid, threads, len(values), solution.days, values, given, growing, kill)
    held = Solution(solution.days, values, solution.failed, solution.steps)
    rate = cells[CELL_PARAMETERS.index("leukaemia_growth_rate")]
    capacity = cells[CELL_PARAMETERS.index("leukaemia_capacity_cells")]
    total = capacity[:, None] * (1.0 - growing / rate[:, None])
    turn = np.argmin(total, axis=1)
    lowest = np.take_along_axis(total, turn[:, None], axis=1)[:, 0]

    def of(name: str) -> Floats:
        return np.ascontiguousarray(cells[CELL_PARAMETERS.index(name)])

    return GrowthPaths(
        days=solution.days,
        growth=np.ascontiguousarray(held.of("growth")),
        growing=growing,
        killing=np.ascontiguousarray(held.of("killing")),
        kill=kill,
        turn=np.where(lowest < relapse_cells, turn, len(solution.days)).astype(np.int64),
        rate=np.ascontiguousarray(rate),
        death=of("leukaemia_death_rate"),
        cd22_killing=of("cd22_killing"),
        ln_quiescent=of("ln_quiescent_at_infusion"),
        waking=of("waking_rate"),
        quiescent_killing=of("quiescent_killing"),
    )


def _in_threads(
    kernel: Callable[..., None], threads: int | None, children: int, *arguments: object
) -> None:
    """Runs a kernel over ranges of children in so many threads; none stands for every processor.

    The first range goes alone, so that the kernel is compiled once.
    """
    kernel(0, min(1, children), *arguments)
    firsts = range(1, children, _CHILDREN_AT_ONCE)
    used = min(threads or os.cpu_count() or 1, len(firsts))
    if used > 1:
        with ThreadPoolExecutor(used) as pool:
            list(
                pool.map(
                    lambda first: kernel(
                        first, min(first + _CHILDREN_AT_ONCE, children), *arguments
                    ),
                    firsts,
                )
            )
    else:
        kernel(min(1, children), children, *arguments)


def filled(values: Floats) -> Floats:
    """A solution with the last good day of a failed child held from then on."""
    # What is not finite stays so in a sum: all is well, for a tenth of what looking at each costs.
    with np.errstate(invalid="ignore", over="ignore"):
        if np.isfinite(values.sum()):
            return values
    bad = np.asarray(~np.isfinite(values).all(axis=2), dtype=np.bool_)
    if not bad.any():
        return values
    mended = values.copy()
    places = np.where(bad, 0, np.arange(values.shape[1]))
    held = np.maximum.accumulate(places, axis=1)
    for child in np.flatnonzero(bad.any(axis=1)):
        mended[child] = values[child, held[child]]
    return mended


def backward_pass(
    paths: GrowthPaths, ln_start: Floats, *, threads: int | None = None
) -> Extinction:
    """Survival of every clone from every day on.

    Arguments: the paths; `ln_start[n, clone]`, ln of the cells of each clone at the start
    (-inf for none); processor threads, all by default.
    """
    from cartulary.twin.engines.compiled import make_ready
    from cartulary.twin.extinction_kernel import survive

    make_ready(survive)
    n, g = paths.growth.shape
    start = np.maximum(np.ascontiguousarray(ln_start, dtype=np.float64), _NOTHING)
    net, ln_survival = np.empty((n, 3, g)), np.empty((n, 3, g))
    ln_waking, lineages = np.empty((n, 3, g)), np.empty((n, CLONE_COUNT))
    _in_threads(
        survive,
        threads,
        n,
        paths.days,
        paths.growth,
        paths.growing,
        paths.turn,
        paths.killing,
        paths.kill,
        paths.rate,
        paths.death,
        paths.cd22_killing,
        start,
        np.maximum(paths.ln_quiescent, _NOTHING),
        paths.waking,
        paths.quiescent_killing,
        net,
        ln_survival,
        ln_waking,
        lineages,
    )
    return Extinction(paths, start, net, ln_survival, ln_waking, lineages)


def draw_leukaemia(
    extinction: Extinction,
    seed: int,
    numbers: Wholes,
    purpose: str,
    *,
    threads: int | None = None,
) -> Floats:
    """What is truly there of each clone on each day, drawn from each child's stream.

    `purpose` names the occasion (first infusion, second, transplant), so that no two share draws.
    Returns: `[n, g, clone]`, ln of the cells; -inf where there is none.
    """
    from cartulary.twin.engines.compiled import make_ready
    from cartulary.twin.extinction_kernel import realise

    make_ready(realise)
    n = len(numbers)
    counts = np.empty((n, CLONE_COUNT), dtype=np.int64)
    origins = np.zeros((n, CLONE_COUNT, LINEAGES_DRAWN))
    sizes = np.zeros((n, CLONE_COUNT, LINEAGES_DRAWN))
    rest = np.ones((n, CLONE_COUNT))
    for clone in range(CLONE_COUNT):
        named = f"{purpose}: lineages of clone {clone}"
        counts[:, clone] = streams.poisson(
            seed, numbers, f"{named}, how many", extinction.lineages[:, clone]
        )
        # Where no lineage lasts, nothing is read of where one begins and how large it is.
        some = np.flatnonzero(counts[:, clone] > 0)
        drawn = streams.uniform(seed, numbers[some], named, 2 * LINEAGES_DRAWN + 1)
        origins[some, clone] = drawn[:, :LINEAGES_DRAWN]
        sizes[some, clone] = -np.log(drawn[:, LINEAGES_DRAWN : 2 * LINEAGES_DRAWN])
        over = counts[some, clone] - LINEAGES_DRAWN
        many = over > 0
        rest[some[many], clone] = gammaincinv(over[many], drawn[many, -1]) / over[many]
    realised = np.empty((n, len(extinction.paths.days), CLONE_COUNT))
    _in_threads(
        realise,
        threads,
        n,
        extinction.paths.days,
        extinction.net,
        extinction.ln_survival,
        extinction.ln_waking,
        extinction.ln_start,
        extinction.lineages,
        counts,
        origins,
        sizes,
        rest,
        realised,
    )
    return realised


def true_leukaemia(
    solution: Solution,
    cells: Floats,
    relapse_cells: Floats,
    ln_start: Floats,
    seed: int,
    numbers: Wholes,
    purpose: str,
    *,
    threads: int | None = None,
) -> tuple[Floats, Floats]:
    """`growth_paths`, `backward_pass` and `draw_leukaemia` of many children, some at a time.

    What is worked out on the way is larger than what is kept of it: some at a time it stays in the
    processor's cache, and each thread goes all the way with its own children.

    Returns: `[n, g, clone]`, ln of the cells that are there; `[n, clone]`, the lineages expected.
    """
    n = len(numbers)
    drawn = np.empty((n, len(solution.days), CLONE_COUNT))
    lineages = np.empty((n, CLONE_COUNT))

    def some(first: int) -> None:
        own = slice(first, min(first + _CHILDREN_AT_ONCE, n))
        part = Solution(
            solution.days, solution.values[own], solution.failed[own], solution.steps[own]
        )
        paths = growth_paths(part, cells[:, own], relapse_cells[own], threads=1)
        extinction = backward_pass(paths, ln_start[own], threads=1)
        drawn[own] = draw_leukaemia(extinction, seed, numbers[own], purpose, threads=1)
        lineages[own] = extinction.lineages

    # The first goes alone, so that each kernel is compiled once.
    if n:
        some(0)
    firsts = range(_CHILDREN_AT_ONCE, n, _CHILDREN_AT_ONCE)
    used = min(threads or os.cpu_count() or 1, len(firsts))
    if used > 1:
        with ThreadPoolExecutor(used) as pool:
            list(pool.map(some, firsts))
    else:
        for first in firsts:
            some(first)
    return drawn, lineages
