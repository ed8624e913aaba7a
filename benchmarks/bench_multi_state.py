# SPDX-License-Identifier: Apache-2.0
"""Time occupancy of six states with its errors, at growing numbers of children.

    python benchmarks/bench_multi_state.py [--children 2279 10000] [--repeats 3]

The graph, and about the number of children and of days with a move, are those of the ebmt4 data
of mstate; no other Python library estimates occupancy. Time includes making and checking the
stays. The target is 0.3 s for 2,279 children with either kind of error.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc

import numpy as np

from cartulary.evidence.length_of_stay import expected_length_of_stay
from cartulary.evidence.multi_state import occupancy
from cartulary.evidence.transitions import Transitions

TARGET = 0.3
STATES = ("Tx", "Rec", "AE", "Both", "Rel", "Death")
WAYS = {"Tx": ("Rec", "AE", "Rel", "Death"), "Rec": ("Both", "Rel", "Death")}
WAYS |= {"AE": ("Both", "Rel", "Death"), "Both": ("Rel", "Death")}
HAZARD = {"Tx": 1 / 60, "Rec": 1 / 900, "AE": 1 / 400, "Both": 1 / 1500}
GRAPH = tuple((source, target) for source, targets in WAYS.items() for target in targets)


def stays_of(children: int) -> dict[str, np.ndarray]:
    """Columns of stays from a fixed seed: whole days, follow-up to ten years."""
    draws = np.random.default_rng(20260101)
    rows = []
    for child in range(children):
        here, day, end = "Tx", 0.0, float(draws.integers(300, 3650))
        while here in WAYS:
            after = day + float(np.ceil(draws.exponential(1 / HAZARD[here])))
            if after >= end:
                rows.append((child, here, day, max(end, day + 1), "censored"))
                break
            target = str(draws.choice(WAYS[here]))
            rows.append((child, here, day, after, target))
            here, day = target, after
    names = ("child_ids", "from_state", "entry", "exit", "to_state")
    return {
        name: np.array(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


def made(columns: dict[str, np.ndarray]) -> Transitions:
    """The stays, checked."""
    return Transitions(
        **columns,
        states=STATES,
        allowed=GRAPH,
        unit="child",
        clock="transplant",
        definition="generated, edition 1",
        origin="simulated",
    )


def main() -> None:
    """Print one line a size and kind of error."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--children", type=int, nargs="+", default=[2_279, 10_000])
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    first = 0.0
    for n in sorted(options.children):
        columns = stays_of(n)
        for variance in ("greenwood", "robust"):
            fastest = float("inf")
            for _ in range(options.repeats):
                began = time.perf_counter()
                curve = occupancy(made(columns), start="Tx", variance=variance)
                assert curve.low.shape == curve.high.shape
                fastest = min(fastest, time.perf_counter() - began)
            tracemalloc.start()
            expected_length_of_stay(made(columns), horizon=1826, start="Tx", variance=variance)
            peak = tracemalloc.get_traced_memory()[1] / 2**20
            tracemalloc.stop()
            print(
                f"{n:8,} children  {columns['exit'].size:8,} stays  {curve.days.size:6,} days  "
                f"{variance:9}  {fastest:.3f} s  peak {peak:.1f} MiB",
                flush=True,
            )
            if n == min(options.children):
                first = max(first, fastest)
    print(f"slowest at {min(options.children):,} children: {first:.3f} s (target at most {TARGET})")


if __name__ == "__main__":
    main()
