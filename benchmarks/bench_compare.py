# SPDX-License-Identifier: Apache-2.0
"""Time a comparison of policies over draws of the posterior, beside every arm by itself.

    python -m benchmarks compare [--draws 4] [--children 2000] [--policies 8] [--years 3]
                                 [--threads N] [--repeats 2]

The first policies of examples/policies for the population of low burdens. Ours is
`policies_compared.compare`, from drawing the children to the finished comparison. The plain way
simulates, narrates and reads each arm at each draw by itself, spread over as many threads; it
gives the same figures. Both are timed in turns, so that a busy minute falls on both, and what is
compiled or read once is left out. A time is the least of the repeats: on the clock, and of the
processors.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.calibration.posterior import posterior
from cartulary.studies.policies_compared.arm import Arm
from cartulary.studies.policies_compared.arms_named import arms_of
from cartulary.studies.policies_compared.children_read import read_children
from cartulary.studies.policies_compared.compare import DAYS_PER_YEAR, WAIT_DAYS, compare
from cartulary.studies.policies_compared.outcome import outcomes
from cartulary.twin.engines import HeldTo, engine
from cartulary.twin.narrate import narrate
from cartulary.twin.policy_reader import read_policy
from cartulary.twin.population_reader import read_population
from cartulary.twin.simulate import Run, simulate_block

EXAMPLES = Path(__file__).parents[1] / "examples"
POPULATION = EXAMPLES / "populations" / "dutch_low_burden.toml"
SEED = 1
#: What a study would ask for: its minutes are told from the time of a child under a policy.
FULL_DRAWS, FULL_CHILDREN, FULL_POLICIES = 500, 2000, 8
#: So many times quicker than the plain way, or the sharing is not worth its code.
TARGET_RATIO = 1.5


def arms_compared(policies: int) -> list[Arm]:
    """The arms: the first of the example policies, by name."""
    files = sorted((EXAMPLES / "policies").glob("*.toml"))[:policies]
    return list(arms_of([(file, read_policy(file)) for file in files], read_population(POPULATION)))


def plain(
    arms: Sequence[Arm],
    parameter_sets: Sequence[ParameterSet],
    children: int,
    years: float,
    threads: int,
) -> np.ndarray:
    """Each arm at each draw by itself: every outcome's mean over the children it counts for."""
    asked = outcomes(tuple(month for month in (12, 24, 36) if month <= 12 * years))
    solve = HeldTo(engine("lanes"), 1)
    horizon_days = float(round(years * DAYS_PER_YEAR) + WAIT_DAYS)

    def one(place: tuple[int, int]) -> np.ndarray:
        draw, arm = parameter_sets[place[0]], arms[place[1]]
        run = Run(arm.population, arm.policy, draw, SEED, horizon_days)
        numbers = np.arange(children, dtype=np.int64) + place[0] * children
        block = simulate_block(run, numbers, solve)
        means: np.ndarray = np.nanmean(
            read_children(block, narrate(block, draw), asked).values, axis=1
        )
        return means

    places = list(np.ndindex(len(parameter_sets), len(arms)))
    with ThreadPoolExecutor(threads) as pool:
        return np.array(list(pool.map(one, places)))


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processors."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processors


def main() -> int:
    """Prints both times and their ratio; the status is 1 when the ratio misses the target."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--children", type=int, default=2000)
    parser.add_argument("--policies", type=int, default=8)
    parser.add_argument("--years", type=float, default=3.0)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--repeats", type=int, default=2)
    given = parser.parse_args()
    arms, sets = arms_compared(given.policies), posterior().parameter_sets(given.draws)

    def together(children: int = given.children, draws: int = given.draws) -> object:
        return compare(
            arms,
            sets[:draws],
            children=children,
            years=given.years,
            seed=SEED,
            threads=given.threads,
        )

    def apart(children: int = given.children, draws: int = given.draws) -> object:
        return plain(arms, sets[:draws], children, given.years, given.threads)

    ways = {"compared together": together, "each arm by itself": apart}
    for way in ways.values():
        way(children=50, draws=1)
    best = dict.fromkeys(ways, (np.inf, np.inf))
    for _ in range(given.repeats):
        for name, way in ways.items():
            wall, processors = timed(way)
            best[name] = (min(best[name][0], wall), min(best[name][1], processors))
    followed = given.draws * given.children * len(arms)
    print(
        f"{given.draws} draws x {given.children:,} children x {len(arms)} policies, "
        f"{given.years:g} years, {given.threads} threads, {os.cpu_count()} cores, load "
        f"{os.getloadavg()[0]:.1f}\n"
    )
    full = FULL_DRAWS * FULL_CHILDREN * FULL_POLICIES
    size = f"{FULL_DRAWS} x {FULL_CHILDREN:,} x {FULL_POLICIES}"
    print(f"|                    | us a child-policy | processor us | {size}, minutes |")
    print("|--------------------|------------------:|-------------:|------------------------:|")
    for name, (wall, processors) in best.items():
        each, own = 1e6 * wall / followed, 1e6 * processors / followed
        print(f"| {name:18s} | {each:17.0f} | {own:12.0f} | {full * each / 6e7:23.0f} |")
    (ours, own), (theirs, their_own) = best.values()
    ratio = theirs / ours
    print(f"\nratio {ratio:.2f} on the clock, {their_own / own:.2f} of processors; ", end="")
    print(f"target {TARGET_RATIO:g}: {'met' if ratio >= TARGET_RATIO else 'missed'}")
    return 0 if ratio >= TARGET_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
