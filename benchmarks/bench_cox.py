# SPDX-License-Identifier: Apache-2.0
"""Time our Cox model beside lifelines, scikit-survival and statsmodels, in one run.

    python benchmarks/bench_cox.py [--rows 1000 10000 100000 1000000] [--covariates 10]
                                   [--limit 300] [--memory 12]

Efron's ties, whole days. Each line is a size: the fastest of the repeats for each library, our
time over that of the fastest other, and the largest difference of a coefficient from ours. Arrays
and frames are made before the clock starts; our time includes checking them. scikit-survival and
lifelines stop early by default; their differences show it.

Every library fits every size in a process of its own, which may take so many seconds and so many
GiB. One that needs more is measured at the largest size that it bears (halves of the size that it
did not), and that is said.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

TARGET = 1.0
SEED = 20260101
OURS = "ours"
#: library -> what must be installed for it
LIBRARIES = {
    OURS: "cartulary",
    "lifelines": "lifelines",
    "scikit-survival": "sksurv",
    "statsmodels": "statsmodels",
}
ROWS = [1_000, 10_000, 100_000, 1_000_000]
#: A child process exits so when it asked for more memory than it may have.
OUT_OF_MEMORY = 75
Fit = Callable[[], np.ndarray]


@dataclass(frozen=True)
class Measured:
    """One library at one size; `why_not` says what it would have needed, and is empty if it ran."""

    seconds: float = float("nan")
    coefficients: tuple[float, ...] = ()
    peak_gib: float = float("nan")
    why_not: str = ""


def rows_of(n: int, covariates: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exit days, events and covariates from a fixed seed; half the rows are censored."""
    draws = np.random.default_rng(SEED)
    x = draws.standard_normal((n, covariates))
    risk = np.exp(x @ (np.linspace(-0.5, 0.5, covariates)))
    event_day, censored = draws.exponential(1200.0 / risk), draws.exponential(1200.0, n)
    exit_ = np.ceil(np.minimum(np.minimum(event_day, censored), 5475.0))
    return exit_, event_day <= censored, x


def fit_of(library: str, exit_: np.ndarray, event: np.ndarray, x: np.ndarray) -> Fit:
    """One library's fit of the rows; what it needs is made and imported before it is called."""
    n, p = x.shape
    columns = {f"x{k}": np.ascontiguousarray(x[:, k]) for k in range(p)}
    if library == OURS:
        from cartulary.evidence.cox import cox
        from cartulary.evidence.spells import Spells

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

        return ours
    if library == "lifelines":
        import pandas as pd
        from lifelines import CoxPHFitter

        frame = pd.DataFrame({**columns, "exit": exit_, "event": event})
        return lambda: CoxPHFitter().fit(frame, "exit", "event").params_.to_numpy()
    if library == "scikit-survival":
        from sksurv.linear_model import CoxPHSurvivalAnalysis
        from sksurv.util import Surv

        outcome: Any = Surv.from_arrays(event, exit_)
        return lambda: CoxPHSurvivalAnalysis(ties="efron").fit(x, outcome).coef_
    from statsmodels.duration.hazard_regression import PHReg

    status = event.astype(int)
    return lambda: PHReg(exit_, x, status=status, ties="efron").fit().params


def measure_here(library: str, n: int, options: argparse.Namespace) -> None:
    """In a process of its own: fit, and print what came of it as JSON."""
    import resource

    most = int(options.memory * 2**30)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    warnings.filterwarnings("ignore")
    try:
        fit = fit_of(library, *rows_of(n, options.covariates))
        fastest, found = float("inf"), np.zeros(0)
        for _ in range(options.repeats):
            began = time.perf_counter()
            found = np.asarray(fit(), dtype=np.float64)
            took = time.perf_counter() - began
            fastest = min(fastest, took)
            if took > options.limit / 20:
                break
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": fastest, "coefficients": found.tolist(), "peak_gib": peak}))


def measured(library: str, n: int, options: argparse.Namespace) -> Measured:
    """One library at one size, within its time and memory."""
    command = [sys.executable, __file__, "--one", library, "--rows", str(n)]
    for name in ("covariates", "repeats", "limit", "memory"):
        command += [f"--{name}", str(getattr(options, name))]
    try:
        ran = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=options.limit
        )
    except subprocess.TimeoutExpired:
        return Measured(why_not=f"more than {options.limit:g} s")
    if ran.returncode == 0:
        found = json.loads(ran.stdout.splitlines()[-1])
        return Measured(found["seconds"], tuple(found["coefficients"]), found["peak_gib"])
    # A library that asks the system itself is killed, or fails in words of its own.
    said = ran.stderr.strip().splitlines()[-1:] or [f"status {ran.returncode}"]
    memory = ran.returncode in (OUT_OF_MEMORY, -9) or "alloc" in said[0].lower()
    return Measured(why_not=f"more than {options.memory:g} GiB" if memory else said[0][:80])


def line_of(n: int, found: dict[str, Measured]) -> tuple[str, float]:
    """One size in words, and our time over that of the fastest other."""
    ours = found[OURS]
    others = [one.seconds for name, one in found.items() if name != OURS and not one.why_not]
    ratio = ours.seconds / min(others) if others and not ours.why_not else float("nan")
    parts = []
    for name, one in found.items():
        if one.why_not:
            parts.append(f"{name} not measured: {one.why_not}")
            continue
        apart = np.abs(np.subtract(one.coefficients, ours.coefficients)).max()
        times = "" if name == OURS else f", {one.seconds / ours.seconds:.1f} times ours"
        parts.append(f"{name} {one.seconds:.3f} s{times} ({apart:.0e}, {one.peak_gib:.1f} GiB)")
    return f"{n:9,} rows  ratio {ratio:5.2f}  " + "; ".join(parts), ratio


def largest_borne(
    library: str, too_large: int, borne: int, options: argparse.Namespace
) -> tuple[int, dict[str, Measured]] | None:
    """The largest half, quarter... of a size that a library bears, with ours beside it."""
    n = too_large // 2
    while n > borne:
        one = measured(library, n, options)
        if not one.why_not:
            return n, {OURS: measured(OURS, n, options), library: one}
        n //= 2
    return None


def main() -> None:
    """Print a line a size, then what each library bears."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--covariates", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for one library, size")
    parser.add_argument("--memory", type=float, default=12.0, help="GiB for one library, size")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure_here(options.one, options.rows[0], options)
        return
    there = [name for name, module in LIBRARIES.items() if importlib.util.find_spec(module)]
    absent = [name for name in LIBRARIES if name not in there]
    if absent:
        print(f"not installed, so not measured: {', '.join(absent)}")
    borne: dict[str, int] = dict.fromkeys(there, 0)
    beyond: dict[str, tuple[int, str]] = {}
    worst = 0.0
    for n in sorted(options.rows):
        found = {name: measured(name, n, options) for name in there if name not in beyond}
        for name, one in found.items():
            if one.why_not:
                beyond[name] = (n, one.why_not)
            else:
                borne[name] = n
        line, ratio = line_of(n, found)
        worst = max(worst, ratio) if ratio == ratio else worst
        print(line, flush=True)
    for name, (n, why) in beyond.items():
        best = largest_borne(name, n, borne[name], options)
        print(f"{name}: {n:,} rows need {why}; the largest size it was seen to bear:")
        line, ratio = line_of(*best) if best else (f"{borne[name]:9,} rows, above", float("nan"))
        worst = max(worst, ratio) if ratio == ratio else worst
        print(line, flush=True)
    print(f"slowest ratio to the fastest other library: {worst:.2f} (target at most {TARGET})")


if __name__ == "__main__":
    main()
