# SPDX-License-Identifier: Apache-2.0
"""Time 2,000 resamples of the one-year survival of 200 children, beside lifelines and R.

    python benchmarks/bench_bootstrap.py [--rows 200] [--resamples 2000] [--lifelines 100]

Each library draws rows with replacement and reads the Kaplan-Meier curve at day 365 in every
resample. Ours does all resamples at once; lifelines and R run their own loop, as their users do.
lifelines is timed on fewer resamples and scaled, because its loop takes half a minute. The peak
of our memory is given at several sizes. An absent library is named.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import time
import tracemalloc
import warnings

import numpy as np

from cartulary.evidence import FollowUp, kaplan_meier
from cartulary.evidence.bootstrap import resampling_counts, survival_replicates

DAY = 365.0
OVER_R, OVER_LIFELINES = 10.0, 100.0
REPEATS = 7

R_PROGRAM = """
suppressMessages(library(survival))
rows <- scan(file("stdin"), quiet = TRUE)
n <- rows[1]; b <- rows[2]; day <- rows[3]
time <- rows[3 + 1:n]; status <- rows[3 + n + 1:n]
set.seed(1)
loop <- function() {
  found <- numeric(b)
  for (k in seq_len(b)) {
    i <- sample.int(n, n, TRUE)
    found[k] <- summary(survfit(Surv(time[i], status[i]) ~ 1, se.fit = FALSE), times = day,
                        extend = TRUE)$surv
  }
  found
}
took <- min(sapply(1:2, function(k) system.time(found <<- loop())[["elapsed"]]))
cat(took, mean(found), sd(found))
"""


def rows_of(n: int) -> FollowUp:
    """n children from a fixed seed: exponential events, uniform censoring."""
    draws = np.random.default_rng(20260101)
    event, lost = draws.exponential(700.0, n), draws.uniform(100.0, 1500.0, n)
    return FollowUp(
        exit=np.ceil(np.minimum(event, lost)),
        status=(event <= lost).astype(np.int64),
        cause_names=("death",),
        unit="child",
        clock="infusion",
        definition="generated, edition 1",
        origin="simulated",
    )


def ours(rows: FollowUp, resamples: int) -> tuple[float, np.ndarray]:
    """The shortest of several runs in seconds, and the replicates of the last."""
    fastest, found = float("inf"), np.empty(0)
    for _ in range(REPEATS):
        start = time.perf_counter()
        counts = resampling_counts(rows.n, resamples, np.random.default_rng(1))
        found = survival_replicates(rows, [DAY], counts)[:, 0]
        fastest = min(fastest, time.perf_counter() - start)
    return fastest, found


def with_lifelines(rows: FollowUp, resamples: int, timed: int) -> tuple[float, np.ndarray]:
    """Seconds for all resamples, scaled from those timed, and their replicates."""
    from lifelines import KaplanMeierFitter

    warnings.filterwarnings("ignore")
    draws, found = np.random.default_rng(1), np.empty(timed)
    start = time.perf_counter()
    for k in range(timed):
        i = draws.integers(0, rows.n, rows.n)
        curve = KaplanMeierFitter().fit(rows.exit[i], rows.status[i])
        found[k] = curve.survival_function_at_times(DAY).iloc[0]
    return (time.perf_counter() - start) * resamples / timed, found


def with_r(rows: FollowUp, resamples: int) -> tuple[float, float, float] | None:
    """Seconds of R's loop with the mean and spread of its replicates; None where it cannot run."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    given = [rows.n, resamples, DAY, *rows.exit.tolist(), *rows.status.tolist()]
    done = subprocess.run(
        [program, "-e", R_PROGRAM],
        input=" ".join(str(number) for number in given),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(f"R could not run: {done.stderr.strip().splitlines()[-1:]}")
        return None
    took, mean, spread = (float(word) for word in done.stdout.split())
    return took, mean, spread


def memory_line(resamples: int) -> str:
    """Peak memory at growing numbers of children: linear until resamples are taken in parts."""
    cells = []
    for n in (200, 2_000, 20_000):
        rows = rows_of(n)
        tracemalloc.start()
        survival_replicates(
            rows, [DAY], resampling_counts(n, resamples // 10, np.random.default_rng(1))
        )
        cells.append(f"{n:,} children {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB")
        tracemalloc.stop()
    return f"peak memory of {resamples // 10} resamples: " + "; ".join(cells)


def main() -> None:
    """Print times, ratios and agreement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=200)
    parser.add_argument("--resamples", type=int, default=2_000)
    parser.add_argument("--lifelines", type=int, default=100, help="resamples timed of lifelines")
    options = parser.parse_args()
    rows = rows_of(options.rows)
    seconds, found = ours(rows, options.resamples)
    value = kaplan_meier(rows).survival_at(DAY).value
    print(
        f"{options.resamples:,} resamples of {rows.n} children: {seconds:.4f} s; survival at day "
        f"{DAY:g} {value:.4f}, mean of resamples {found.mean():.4f}, spread {found.std():.4f}"
    )
    other = with_r(rows, options.resamples)
    if other is None:
        print("Rscript with the package survival is not here: R is left out")
    else:
        took, mean, spread = other
        ratio = took / seconds
        print(
            f"R's loop: {took:.2f} s, {ratio:.0f} times ours (target {OVER_R:g}); mean {mean:.4f}, "
            f"spread {spread:.4f}"
        )
    if importlib.util.find_spec("lifelines"):
        took, theirs = with_lifelines(rows, options.resamples, options.lifelines)
        print(
            f"lifelines: {took:.1f} s (scaled from {options.lifelines}), {took / seconds:.0f} "
            f"times ours (target {OVER_LIFELINES:g}); mean {theirs.mean():.4f}, spread "
            f"{theirs.std():.4f}"
        )
    else:
        print("lifelines is not installed and is left out")
    print(memory_line(options.resamples))


if __name__ == "__main__":
    main()
