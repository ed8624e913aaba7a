# SPDX-License-Identifier: Apache-2.0
"""Time our curves and tests beside lifelines, scikit-survival and statsmodels, in one run.

    python benchmarks/bench_estimators.py [--rows 1000 10000 ...] [--repeats 3] [--limit 20]

Each line is a task at a size: the fastest of the repeats for each library, and our time over the
fastest other; "ours" gives the interval they give, "ours+rule" is our default, which takes the
exact small-sample interval at both ends and is not in the ratio. Arrays are made before the clock
starts; our time includes checking them. A task that took longer than the limit is not tried at a
larger size. An absent library is named.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import tracemalloc
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cartulary.evidence import FollowUp, cumulative_incidence, kaplan_meier, log_rank

LIBRARIES = {"lifelines": "lifelines", "sksurv": "scikit-survival", "statsmodels": "statsmodels"}
TARGET = 1.5
# A task of a millisecond is repeated for this many seconds: noise only ever adds time.
SETTLE = 0.2
MOST_REPEATS = 200
SQUARE_ROWS = 5_000
Task = Callable[[np.ndarray, np.ndarray, np.ndarray], object]


def ours(exit_: np.ndarray, status: np.ndarray, group: np.ndarray | None = None) -> FollowUp:
    """Our follow-up of the generated rows."""
    return FollowUp(
        exit=exit_,
        status=status,
        cause_names=tuple(f"cause {k}" for k in range(1, int(status.max()) + 1)),
        group=group,
        unit="child",
        clock="infusion",
        definition="generated, edition 1",
        origin="simulated",
    )


def events_of(exit_: np.ndarray, status: np.ndarray) -> FollowUp:
    """Our follow-up with both causes as one event."""
    return ours(exit_, (status > 0).astype(np.int64))


def tasks() -> dict[str, dict[str, Task]]:
    """Each task by library; a library that is absent or lacks the task is not in it."""
    found: dict[str, dict[str, Task]] = {
        "KM + CI": {
            "ours": lambda t, s, g: kaplan_meier(events_of(t, s), small_sample=False).low,
            "ours+rule": lambda t, s, g: kaplan_meier(events_of(t, s)).low,
        },
        "CIF + SE": {"ours": lambda t, s, g: cumulative_incidence(ours(t, s))},
        "log-rank": {"ours": lambda t, s, g: log_rank(ours(t, (s > 0).astype(np.int64), g))},
    }
    if importlib.util.find_spec("lifelines"):
        from lifelines import AalenJohansenFitter, KaplanMeierFitter
        from lifelines.statistics import logrank_test

        def both_causes(t: Any, s: Any, g: Any) -> None:
            for cause in (1, 2):
                AalenJohansenFitter(seed=1).fit(t, s, event_of_interest=cause)

        found["KM + CI"]["lifelines"] = lambda t, s, g: KaplanMeierFitter().fit(t, s > 0)
        found["CIF + SE"]["lifelines"] = both_causes
        found["log-rank"]["lifelines"] = lambda t, s, g: logrank_test(
            t[g == 0], t[g == 1], s[g == 0] > 0, s[g == 1] > 0
        )
    if importlib.util.find_spec("sksurv"):
        from sksurv.compare import compare_survival
        from sksurv.nonparametric import (
            cumulative_incidence_competing_risks,
            kaplan_meier_estimator,
        )
        from sksurv.util import Surv

        found["KM + CI"]["sksurv"] = lambda t, s, g: kaplan_meier_estimator(
            s > 0, t, conf_type="log-log"
        )
        found["CIF + SE"]["sksurv"] = lambda t, s, g: cumulative_incidence_competing_risks(
            s, t, conf_type="log-log"
        )
        found["log-rank"]["sksurv"] = lambda t, s, g: compare_survival(
            Surv.from_arrays(s > 0, t), g
        )
    if importlib.util.find_spec("statsmodels"):
        from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

        def with_interval(t: Any, s: Any, g: Any) -> None:
            curve = SurvfuncRight(t, (s > 0).astype(int))
            # It has no pointwise interval: the log-log one is made here from its SE.
            p = curve.surv_prob
            with np.errstate(all="ignore"):
                factor = np.exp(1.96 * curve.surv_prob_se / (p * np.log(p)))
                _ = p**factor, p ** (1 / factor)

        found["KM + CI"]["statsmodels"] = with_interval
        found["CIF + SE"]["statsmodels"] = lambda t, s, g: CumIncidenceRight(t, s)
        found["log-rank"]["statsmodels"] = lambda t, s, g: survdiff(t, (s > 0).astype(int), g)
    return found


def rows_of(n: int, kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exit days, statuses (0, 1, 2) and two groups, from a fixed seed."""
    draws = np.random.default_rng(20260101)
    exit_ = draws.exponential(1200.0, n)
    if kind == "whole days":
        exit_ = np.ceil(np.minimum(exit_, 5475.0))
    return exit_, draws.integers(0, 3, n), draws.integers(0, 2, n)


def best_of(task: Task, rows: tuple[np.ndarray, ...], repeats: int, limit: float) -> float:
    """The shortest of the repeats in seconds; short tasks are repeated more, long ones once."""
    fastest, began, done = float("inf"), time.perf_counter(), 0
    while done < repeats or (time.perf_counter() - began < SETTLE and done < MOST_REPEATS):
        start = time.perf_counter()
        task(*rows)
        fastest = min(fastest, time.perf_counter() - start)
        done += 1
        if fastest > limit / 4:
            break
    return fastest


def too_large(kind: str, name: str, library: str, n: int) -> bool:
    """scikit-survival's incidence keeps a square of the distinct days: 4 GB at 10,000."""
    return (kind, name, library) == ("no ties", "CIF + SE", "sksurv") and n > SQUARE_ROWS


def memory_line(sizes: list[int]) -> str:
    """Peak memory of our incidence at each size."""
    cells = []
    for n in sizes:
        t, s, _ = rows_of(n, "whole days")
        tracemalloc.start()
        cumulative_incidence(ours(t, s))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        cells.append(f"{n:,} rows {peak / 2**20:.1f} MiB")
    return "peak memory of CIF + SE: " + "; ".join(cells)


def main() -> None:
    """Print one line a task, kind of day and size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--limit", type=float, default=4.0, help="seconds after which to stop growing"
    )
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    for module, name in LIBRARIES.items():
        if not importlib.util.find_spec(module):
            print(f"{name} is not installed and is left out")
    worst = 0.0
    slow: set[tuple[str, str, str]] = set()
    print(f"{'task':9} {'days':11} {'rows':>9}  ratio  times in seconds")
    for kind in ("whole days", "no ties"):
        for name, by_library in tasks().items():
            for n in sorted(options.rows):
                rows = rows_of(n, kind)
                seconds: dict[str, float] = {}
                for library in [*by_library, *reversed(by_library)]:
                    if (kind, name, library) in slow or too_large(kind, name, library, n):
                        continue
                    took = best_of(by_library[library], rows, options.repeats, options.limit)
                    seconds[library] = min(took, seconds.get(library, took))
                for library, took in seconds.items():
                    # Costs grow up to the square of the rows; ten times more would not end.
                    if not library.startswith("ours") and took > options.limit / 20:
                        slow.add((kind, name, library))
                others = {k: v for k, v in seconds.items() if not k.startswith("ours")}
                ratio = seconds["ours"] / min(others.values()) if others else float("nan")
                worst = max(worst, ratio)
                shown = "  ".join(f"{k} {v:.4f}" for k, v in seconds.items())
                print(f"{name:9} {kind:11} {n:9,}  {ratio:5.2f}  {shown}", flush=True)
    print(memory_line(sorted(options.rows)))
    print(f"slowest ratio to the fastest other library: {worst:.2f} (target at most {TARGET})")


if __name__ == "__main__":
    main()
