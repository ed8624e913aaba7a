# SPDX-License-Identifier: Apache-2.0
"""Time our engine beside other people's solvers on our own model, at equal achieved error.

    python -m benchmarks twin [--error 1e-5] [--years 5] [--repeats 3] [--peers NAME ...]
                              [--children 100 1000 10000 100000]

Every solver runs the same equations on the same days, on one thread (the process is held to one
core), at several tolerances. Its error is what it achieved: of each child, the largest difference
in any log cell on any day from our engine at 1e-11 (which agrees with SciPy, see the tests), and
the median of that over the children. Its time is the fastest of the repeats, in seconds of
processor, compiling left out, interpolated to where its error is the one asked for. Solvers are
timed on fewer children the slower they are, and always a child.

Then: our engine with two threads beside one; its cost a child from few children to many, in blocks
as a simulation takes them, with the memory they need; and the share of the core's multiply-add
peak that it reaches, from the operations counted in its source.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import time

import numpy as np

from benchmarks.twin_operations import operations_a_child
from benchmarks.twin_peers import PEERS
from cartulary.twin.clock import grid_days
from cartulary.twin.engines import lanes
from cartulary.twin.equations import CELL_STATES
from tests.twin.drawn_cells import drawn_cells

OURS = "cartulary lanes"
LOG_CELLS = [k for k, name in enumerate(CELL_STATES) if name.startswith("ln_")]
LOG_CELLS.remove(CELL_STATES.index("ln_survivors"))  # of the model's own bookkeeping, no cell
BLOCK = 4096
TARGETS = {"libRoadRunner CVODE": 20.0}
TARGET_OTHERS = 6.0
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def errors(values: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Of each child, the largest difference in a log cell on any day."""
    apart: np.ndarray = np.abs(values - exact)[:, :, LOG_CELLS].max(axis=(1, 2))
    return apart


def measured(name: str, years: float, repeats: int) -> dict[str, list[dict[str, float]]]:
    """One solver and ours, in turns, so that a busy minute falls on both."""
    grid = grid_days(365 * years)
    solvers = {}
    for who in dict.fromkeys((name, OURS)):
        make, children, tolerances = PEERS[who]
        start, cells = drawn_cells(children, seed=1)
        exact = lanes.solve(start, cells, grid, tolerance=1e-11, threads=1).values
        solve = make(start, cells, grid)
        solve(tolerances[0])
        solvers[who] = (solve, tolerances, exact, children)
    best: dict[tuple[str, float], float] = {}
    apart: dict[tuple[str, float], np.ndarray] = {}
    for _ in range(repeats):
        for who, (solve, tolerances, exact, _children) in solvers.items():
            for tolerance in tolerances:
                before = time.process_time()
                values = solve(tolerance)
                spent = time.process_time() - before
                best[who, tolerance] = min(spent, best.get((who, tolerance), np.inf))
                apart[who, tolerance] = errors(values, exact)
    return {
        who: [
            {
                "tolerance": tolerance,
                "median": float(np.median(apart[who, tolerance])),
                "p95": float(np.quantile(apart[who, tolerance], 0.95)),
                "seconds": best[who, tolerance] / children,
            }
            for tolerance in tolerances
        ]
        for who, (_solve, tolerances, _exact, children) in solvers.items()
    }


def at_error(points: list[dict[str, float]], error: float) -> float:
    """Seconds a child at this median error, between the two points around it; NaN beyond them."""
    known = sorted((p["median"], p["seconds"]) for p in points if np.isfinite(p["median"]))
    medians = np.log([m for m, _ in known])
    if not known or not medians[0] <= np.log(error) <= medians[-1]:
        return float("nan")
    return float(np.exp(np.interp(np.log(error), medians, np.log([s for _, s in known]))))


def peak_gigaflops() -> float:
    """The most multiply-adds this core was seen to do: a matrix product, in 1e9 operations/s."""
    size = 512
    matrix = np.ones((size, size))
    best = np.inf
    for _ in range(40):
        before = time.thread_time()
        matrix @ matrix
        best = min(best, time.thread_time() - before)
    return 2 * size**3 / best / 1e9


def one_core() -> None:
    """Holds this process to one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def beside_peers(names: list[str], error: float, years: float, repeats: int) -> bool:
    """The table of solvers; whether every target is met."""
    found: dict[str, dict[str, list[dict[str, float]]]] = {}
    for name in names:
        command = [sys.executable, "-m", "benchmarks.bench_twin", "--one", name]
        command += ["--years", str(years), "--repeats", str(repeats)]
        ran = subprocess.run(command, check=False, capture_output=True, text=True)
        if ran.returncode:
            print(f"{name:26s} did not run: {ran.stderr.strip().splitlines()[-1]}", flush=True)
            continue
        found[name] = json.loads(ran.stdout.splitlines()[-1])
        for p in found[name][name]:
            print(
                f"{name:26s} tolerance {p['tolerance']:.0e}  error {p['median']:.1e} "
                f"(95 %: {p['p95']:.1e})  {1e3 * p['seconds']:9.4f} ms a child",
                flush=True,
            )
    print(f"\nAt a median error of {error:g} in log cells, one thread, {years:g} years:")
    print("| solver                     | ms a child | ours, in turns with it | ratio |")
    print("|----------------------------|-----------:|-----------------------:|------:|")
    met = True
    for name, both in found.items():
        theirs, own = at_error(both[name], error), at_error(both[OURS], error)
        wanted = TARGETS.get(name, 1.0 if name == OURS else TARGET_OTHERS)
        met = met and not theirs / own < wanted
        print(f"| {name:26s} | {1e3 * theirs:10.4f} | {1e3 * own:22.4f} | {theirs / own:5.1f} |")
    return met


def threads_and_peak(years: float) -> bool:
    """Two threads beside one, and the share of the core's peak; whether the targets are met."""
    grid = grid_days(365 * years)
    start, cells = drawn_cells(BLOCK, seed=2)
    walls = {1: np.inf, 2: np.inf}
    spent = np.inf
    room = np.zeros((BLOCK, grid.size, len(CELL_STATES)))
    for _ in range(6):
        for threads in walls:
            before, own = time.perf_counter(), time.process_time()
            solution = lanes.solve(start, cells, grid, threads=threads, into=room)
            walls[threads] = min(walls[threads], time.perf_counter() - before)
            if threads == 1:
                spent = min(spent, (time.process_time() - own) / BLOCK)
    faster = walls[1] / walls[2]
    print(f"\nTwo threads: {faster:.2f} times one (clock on the wall, {os.cpu_count()} cores).")
    steps = float(solution.steps.mean())
    operations = operations_a_child(steps, grid.size)
    rate = operations / spent / 1e9
    peak = peak_gigaflops()
    print(
        f"{steps:.0f} steps and {operations / 1e6:.2f} million operations a child: "
        f"{rate:.1f} of {peak:.1f} 1e9 operations/s, {rate / peak:.0%} of the core's peak."
    )
    return faster >= 1.8 and rate / peak >= 0.3


def from_few_to_many(sizes: list[int], years: float) -> None:
    """Cost a child, block by block as a simulation takes them, and the memory needed."""
    grid = grid_days(365 * years)
    room = np.zeros((BLOCK, grid.size, len(CELL_STATES)))
    print("\n|  children | us a child | GiB at most |\n|----------:|-----------:|------------:|")
    for size in sizes:
        spent = 0.0
        for first in range(0, size, BLOCK):
            many = min(BLOCK, size - first)
            start, cells = drawn_cells(many, seed=first)
            before = time.process_time()
            lanes.solve(start, cells, grid, threads=1, into=room[:many])
            spent += time.process_time() - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"| {size:9,d} | {1e6 * spent / size:10.1f} | {memory:11.2f} |", flush=True)


def main() -> int:
    """Runs the parts asked for; the status tells whether the targets were met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--error", type=float, default=1e-5)
    parser.add_argument("--years", type=float, default=5.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--children", nargs="*", type=int, default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if any(os.environ.get(name) != "1" for name in ONE_THREAD):
        # NumPy's library reads these as it is loaded, which has happened by now.
        again = [sys.executable, "-m", "benchmarks.bench_twin", *sys.argv[1:]]
        os.execve(sys.executable, again, os.environ | dict.fromkeys(ONE_THREAD, "1"))
    if asked.one:
        one_core()
        print(json.dumps(measured(asked.one, asked.years, asked.repeats)))
        return 0
    print(f"Machine: {platform.machine()}, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    names = [OURS, *(name for name in asked.peers if name != OURS)]
    met = beside_peers(names, asked.error, asked.years, asked.repeats)
    met = threads_and_peak(asked.years) and met
    from_few_to_many(asked.children, asked.years)
    print("\nEvery target is met." if met else "\nA target is missed.")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
