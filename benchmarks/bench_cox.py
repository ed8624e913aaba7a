# SPDX-License-Identifier: Apache-2.0
"""Time our Cox model beside lifelines, scikit-survival and statsmodels, in one run.

    python benchmarks/bench_cox.py [--rows 1000 10000 100000] [--covariates 10] [--limit 120]

Efron's ties, whole days. Each line is a size: the fastest of the repeats for each library, our
time over that of the fastest other, and the largest difference of a coefficient from ours. Arrays
and frames are made before the clock starts; our time includes checking them. A library that took
longer than the limit is not tried at a larger size. scikit-survival and lifelines stop early by
default; their differences show it.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from cartulary.evidence.cox import cox
from cartulary.evidence.spells import Spells

TARGET = 1.0
Fit = Callable[[], np.ndarray]


def rows_of(n: int, covariates: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exit days, events and covariates from a fixed seed; half the rows are censored."""
    draws = np.random.default_rng(20260101)
    x = draws.standard_normal((n, covariates))
    risk = np.exp(x @ (np.linspace(-0.5, 0.5, covariates)))
    event_day, censored = draws.exponential(1200.0 / risk), draws.exponential(1200.0, n)
    exit_ = np.ceil(np.minimum(np.minimum(event_day, censored), 5475.0))
    return exit_, event_day <= censored, x


def fits(exit_: np.ndarray, event: np.ndarray, x: np.ndarray) -> dict[str, Fit]:
    """Each library's fit of the same rows."""
    n, p = x.shape
    names = [f"x{k}" for k in range(p)]
    columns = {name: np.ascontiguousarray(x[:, k]) for k, name in enumerate(names)}

    def ours() -> np.ndarray:
        spells = Spells(
            entry=np.zeros(n),
            exit=exit_,
            event=event,
            covariates=columns,
            unit="child",
            clock="infusion",
            definition="generated, edition 1",
            origin="simulated",
        )
        return cox(spells).coefficients

    found: dict[str, Fit] = {"ours": ours}
    if importlib.util.find_spec("lifelines"):
        import pandas as pd
        from lifelines import CoxPHFitter

        frame = pd.DataFrame({**columns, "exit": exit_, "event": event})
        found["lifelines"] = lambda: CoxPHFitter().fit(frame, "exit", "event").params_.to_numpy()
    if importlib.util.find_spec("sksurv"):
        from sksurv.linear_model import CoxPHSurvivalAnalysis
        from sksurv.util import Surv

        outcome: Any = Surv.from_arrays(event, exit_)
        found["sksurv"] = lambda: CoxPHSurvivalAnalysis(ties="efron").fit(x, outcome).coef_
    if importlib.util.find_spec("statsmodels"):
        from statsmodels.duration.hazard_regression import PHReg

        found["statsmodels"] = lambda: (
            PHReg(exit_, x, status=event.astype(int), ties="efron").fit().params
        )
    return found


def main() -> None:
    """Print one line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--covariates", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    slow: set[str] = set()
    worst = 0.0
    for n in sorted(options.rows):
        seconds: dict[str, float] = {}
        said: dict[str, np.ndarray] = {}
        for library, fit in fits(*rows_of(n, options.covariates)).items():
            if library in slow:
                continue
            for _ in range(options.repeats):
                began = time.perf_counter()
                said[library] = np.asarray(fit())
                took = time.perf_counter() - began
                seconds[library] = min(took, seconds.get(library, took))
                if took > options.limit / 20:
                    break
            if seconds[library] > options.limit / 10:
                slow.add(library)
        others = [took for library, took in seconds.items() if library != "ours"]
        ratio = seconds["ours"] / min(others) if others else float("nan")
        worst = max(worst, ratio)
        shown = "  ".join(
            f"{library} {took:.3f} s ({np.abs(said[library] - said['ours']).max():.0e})"
            for library, took in seconds.items()
        )
        print(f"{n:9,} rows  ratio {ratio:5.2f}  {shown}", flush=True)
    print(f"slowest ratio to the fastest other library: {worst:.2f} (target at most {TARGET})")


if __name__ == "__main__":
    main()
