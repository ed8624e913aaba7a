# SPDX-License-Identifier: Apache-2.0
"""How often the intervals hold the truth, and the tests cry wolf, for 10, 20 and 40 children.

    python benchmarks/coverage_small_samples.py [--replicates 2000] [--seed 20260101]

Each replicate is a programme: children come over three years and are followed to one data cut,
so that those who came late are censored early. Every interval is made by the public function that
a report calls. Prints the tables of docs/explanation/coverage.md; takes under three minutes.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from cartulary import __version__
from cartulary.evidence import (
    FollowUp,
    clopper_pearson,
    clustered_proportion,
    cumulative_incidence,
    jeffreys,
    kaplan_meier,
    log_rank,
    permutation_log_rank,
    wilson,
)
from cartulary.evidence.distributions import binomial_log_masses
from cartulary.evidence.interval import beta_product_interval
from cartulary.evidence.survival_curve import SurvivalCurve

DAY = 365.0
SIZES = (10, 20, 40)
LIMITS = tuple[float | None, float | None]


class Tally:
    """How often intervals held the truth, in all replicates and in those without an event."""

    def __init__(self) -> None:
        self.below = self.above = self.none = self.held = self.absent = 0
        self.eventless = self.held_eventless = 0
        self.width = 0.0

    def add(self, limits: LIMITS, truth: float, events: float) -> None:
        low, high = limits
        self.eventless += events == 0
        if low is None or high is None or not (np.isfinite(low) and np.isfinite(high)):
            self.absent += 1
            return
        self.below += high < truth
        self.above += low > truth
        held = low <= truth <= high
        self.held += held
        self.held_eventless += held and events == 0
        self.width += high - low

    def cells(self) -> tuple[str, ...]:
        """Coverage, truth above, truth below, without events, no interval, mean width."""
        made = self.held + self.below + self.above
        n = made + self.absent
        eventless = f"{self.held_eventless} of {self.eventless}" if self.eventless else "none drawn"
        return (
            _percent(self.held, n),
            _percent(self.below, n),
            _percent(self.above, n),
            eventless,
            _percent(self.absent, n),
            f"{100 * self.width / made:.0f}" if made else "",
        )


def _percent(count: float, n: int) -> str:
    return f"{100 * count / n:.1f}"


def rows(exit_: Any, status: Any, causes: tuple[str, ...] = ("event",), group: Any = None) -> Any:
    """A simulated follow-up of children from infusion."""
    return FollowUp(
        exit=exit_,
        status=status,
        cause_names=causes,
        group=group,
        unit="child",
        clock="infusion",
        definition="generated, edition 1",
        origin="simulated",
    )


def programmes(
    n: int, hazard: float, replicates: int, draws: np.random.Generator
) -> Iterator[tuple[Any, Any]]:
    """Days and whether it was the event, of n children, once a replicate."""
    event = draws.exponential(1.0 / hazard, (replicates, n))
    seen = draws.uniform(60.0, 60.0 + 1095.0, (replicates, n))
    yield from zip(np.minimum(event, seen), event <= seen, strict=True)


def print_table(title: str, header: tuple[str, ...], body: list[tuple[str, ...]]) -> None:
    """A Markdown table under a heading."""
    print(f"\n## {title}\n")
    print(f"| {' | '.join(header)} |")
    print(f"|{'|'.join('---' for _ in header)}|")
    for row in body:
        print(f"| {' | '.join(row)} |", flush=True)


COVERAGE = (
    "covers, %",
    "truth above, %",
    "truth below, %",
    "held when no event",
    "no interval, %",
    "mean width, points",
)


def beta_product(curve: SurvivalCurve) -> LIMITS:
    """The beta product limits at the day, whatever happened."""
    position = int(np.searchsorted(curve.days, DAY, side="right")) - 1
    if position < 0:
        return curve.survival_at(DAY).low, curve.survival_at(DAY).high
    wanted = np.arange(curve.days.size) == position
    left = np.maximum(curve.at_risk - curve.events - curve.censored, 0.0)
    low, high = beta_product_interval(curve.at_risk, curve.events, left, 0.95, wanted)
    return float(low[0]), float(high[0])


def survival(replicates: int, draws: np.random.Generator) -> None:
    """Kaplan-Meier at a year by three intervals."""
    body = []
    for truth in (0.5, 0.8, 0.95):
        for n in SIZES:
            tallies = {"log-log": Tally(), "beta product": Tally(), "the rule": Tally()}
            for exit_, event in programmes(n, -np.log(truth) / DAY, replicates, draws):
                made = rows(exit_, event.astype(np.int64))
                events = made.events_by(DAY)
                plain = kaplan_meier(made, small_sample=False).survival_at(DAY)
                curve = kaplan_meier(made)
                rule = curve.survival_at(DAY)
                tallies["log-log"].add((plain.low, plain.high), truth, events)
                if rule.value is None:
                    tallies["beta product"].add((None, None), truth, events)
                else:
                    tallies["beta product"].add(beta_product(curve), truth, events)
                tallies["the rule"].add((rule.low, rule.high), truth, events)
            body += [
                (f"{truth:.0%}", str(n), name, *tally.cells()) for name, tally in tallies.items()
            ]
    print_table(
        "Survival at one year (Kaplan-Meier)", ("truth", "children", "interval", *COVERAGE), body
    )


def shares() -> None:
    """Intervals of a share, exactly: every count weighed by its chance."""
    methods: dict[str, Callable[[int, int], tuple[float, float]]] = {
        "Clopper-Pearson": clopper_pearson,
        "Wilson": wilson,
        "Jeffreys": jeffreys,
    }
    body = []
    for truth in (0.02, 0.1, 0.3, 0.5):
        for n in SIZES:
            masses = np.exp(binomial_log_masses(n, truth))
            for name, method in methods.items():
                limits = np.array([method(x, n) for x in range(n + 1)])
                held = (limits[:, 0] <= truth) & (truth <= limits[:, 1])
                body.append(
                    (
                        f"{truth:.0%}",
                        str(n),
                        name,
                        f"{100 * masses[held].sum():.1f}",
                        "yes" if held[0] else "no",
                        f"{100 * masses[0]:.1f}",
                        f"{100 * masses @ (limits[:, 1] - limits[:, 0]):.0f}",
                    )
                )
    print_table(
        "Shares (exact, no simulation)",
        (
            "truth",
            "children",
            "interval",
            "covers, %",
            "holds when no event",
            "chance of no event, %",
            "mean width, points",
        ),
        body,
    )


def clustered(replicates: int, draws: np.random.Generator) -> None:
    """Infusions of children of whom a third had two, alike within a child (correlation 0.5)."""
    body = []
    for truth in (0.1, 0.4):
        for n in SIZES:
            tallies = {"plain Clopper-Pearson": Tally(), "Rao-Scott by child": Tally()}
            own = draws.beta(truth, 1.0 - truth, (replicates, n))
            twice = draws.random((replicates, n)) < 1 / 3
            had = draws.random((replicates, 2, n)) < own[:, None, :]
            for k in range(replicates):
                outcome = np.concatenate((had[k, 0], had[k, 1][twice[k]]))
                child = np.concatenate((np.arange(n), np.flatnonzero(twice[k])))
                x = int(outcome.sum())
                tallies["plain Clopper-Pearson"].add(clopper_pearson(x, outcome.size), truth, x)
                found = clustered_proportion(outcome, child, unit="infusion", origin="simulated")
                tallies["Rao-Scott by child"].add((found.low, found.high), truth, x)
            body += [
                (f"{truth:.0%}", str(n), name, *tally.cells()) for name, tally in tallies.items()
            ]
    print_table(
        "Shares of infusions, a third of the children infused twice",
        ("truth", "children", "interval", *COVERAGE),
        body,
    )


def incidence(replicates: int, draws: np.random.Generator) -> None:
    """Cumulative incidence of a cause that competes with another as strong."""
    body = []
    for truth in (0.05, 0.2, 0.4):
        for n in SIZES:
            tally = Tally()
            hazard = -np.log(1.0 - 2.0 * truth) / DAY
            for exit_, event in programmes(n, hazard, replicates, draws):
                cause = draws.integers(1, 3, n)
                made = rows(exit_, np.where(event, cause, 0), ("relapse", "death"))
                found = cumulative_incidence(made).incidence_at(DAY, "relapse")
                tally.add((found.low, found.high), truth, found.events or 0)
            body.append((f"{truth:.0%}", str(n), "the default", *tally.cells()))
    print_table(
        "Cumulative incidence at one year, two equal causes",
        ("truth", "children", "interval", *COVERAGE),
        body,
    )


def tests(replicates: int, draws: np.random.Generator) -> None:
    """Two equal groups of like children: how often p is below 5%."""
    body = []
    for truth, split in ((0.5, 0.5), (0.5, 0.2), (0.9, 0.5)):
        for n in SIZES:
            group = (np.arange(n) >= round(n * split)).astype(np.int64)
            asymptotic = permuted = nothing = 0
            for exit_, event in programmes(n, -np.log(truth) / DAY, replicates, draws):
                made = rows(exit_, event.astype(np.int64), group=group)
                test = log_rank(made)
                if test.p_value is None:
                    nothing += 1
                    continue
                asymptotic += test.p_value <= 0.05
                shuffled = permutation_log_rank(made, draws=draws, n_draws=499)
                permuted += (shuffled.p_value or 1.0) <= 0.05
            body.append(
                (
                    f"{truth:.0%}",
                    f"{round(n * split)} and {n - round(n * split)}",
                    _percent(asymptotic, replicates),
                    _percent(permuted, replicates),
                    _percent(nothing, replicates),
                )
            )
    print_table(
        "Tests of two like groups at the 5% level",
        (
            "survival at a year",
            "children",
            "log-rank, chi-square, % below 5%",
            "log-rank by permutation, % below 5%",
            "nothing to compare, %",
        ),
        body,
    )


def main() -> None:
    """All tables, from one seed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--replicates", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20260101)
    asked = parser.parse_args()
    streams = np.random.default_rng(asked.seed).spawn(4)
    start = time.perf_counter()
    print(
        f"cartulary {__version__}, NumPy {np.__version__}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}, one core; {asked.replicates} replicates, "
        f"seed {asked.seed}."
    )
    survival(asked.replicates, streams[0])
    shares()
    clustered(asked.replicates, streams[1])
    incidence(asked.replicates, streams[2])
    tests(asked.replicates, streams[3])
    print(f"\nTook {time.perf_counter() - start:.0f} s.")


if __name__ == "__main__":
    main()
