# SPDX-License-Identifier: Apache-2.0
"""Count how often each external-control method finds an effect where there is none.

    nice python benchmarks/type_one_error_external_controls.py [--replicates 500] [--melded 150]
                                                               [--refit 0] [--seed 20260105]

Made children, event-free survival at one year, 20, 40 or 120 treated beside 150 controls:

A  no effect, and treated and controls alike
B  no effect; the treated have less residual disease and are younger, and both are measured
C  as B, and the treated are also better off in something that nobody measured
D  as B, with a true effect

Prints for every method how often it rejects "no effect" at 5% (Wilson limits of the Monte Carlo
error), the bias, the coverage, and how often and why it refuses. --refit repeats B and D at 40
treated with weights found anew in every leave-out or resample. Controls are shared by all cells
of one replicate, so that rows differ by method and not by luck.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from scipy.special import betainc

from cartulary.course.errors import EstimandError
from cartulary.evidence import Estimate, FollowUp
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.evidence.external_control.doubly_robust import augmented_comparison
from cartulary.evidence.external_control.entropy_balancing import (
    entropy_balancing,
    exponential_tilt,
)
from cartulary.evidence.external_control.matching import optimal_pairs
from cartulary.evidence.external_control.matching_adjusted import (
    bootstrap_matching_adjusted_hazard_ratio,
    matching_adjusted_hazard_ratio,
    matching_adjusted_shares,
    matching_adjusted_weights,
)
from cartulary.evidence.external_control.overlap import Weighting
from cartulary.evidence.external_control.priors import (
    SharePrior,
    discounted_prior,
    robust_map_prior,
)
from cartulary.evidence.external_control.propensity import firth_logistic, propensity_weights
from cartulary.evidence.external_control.simulated_comparison import (
    simulated_treatment_comparison,
)
from cartulary.evidence.external_control.two_group_hazard import (
    log_hazard_ratios,
    weighted_hazard_ratio,
)
from cartulary.evidence.melded import melded_survival_difference
from cartulary.evidence.proportion import wilson
from cartulary.evidence.weighted_survival import weighted_kaplan_meier
from cartulary.studies.target_trial.weights import jackknife_error

YEAR = 365.0
SIZES = (20, 40, 120)
CONTROLS = 150
SOURCES = 3
NAMES = ("residual disease", "age")
# Log hazard per standard deviation of residual disease, age, and what nobody measured.
EFFECTS = np.array([0.7, 0.4, 0.7])
TREATED_BY = np.log(0.4)
# Controls are 0 on average; half of them are free of the event at a year.
HAZARD = np.log(2.0) / YEAR
LOST_A_YEAR = 0.1
Z = 1.959963984540054
HALVINGS = 16


@dataclass(frozen=True)
class Scenario:
    """How far the treated lie from the controls (standard deviations), and the log hazard ratio."""

    letter: str
    words: str
    shift: tuple[float, float, float]
    effect: float = 0.0


SCENARIOS = (
    Scenario("A", "no effect, groups alike", (0.0, 0.0, 0.0)),
    Scenario("B", "no effect, measured confounding", (-0.5, -0.4, 0.0)),
    Scenario("C", "no effect, measured and unmeasured confounding", (-0.5, -0.4, -0.5)),
    Scenario("D", "true effect, measured confounding", (-0.5, -0.4, 0.0), TREATED_BY),
)


@dataclass(frozen=True, eq=False)
class Trial:
    """Treated (one) and controls (two): follow-up, what was measured, and who is free at a year."""

    one: FollowUp
    two: FollowUp
    x1: FloatArray
    x0: FloatArray
    free1: BoolArray
    free0: BoolArray

    @cached_property
    def treated(self) -> BoolArray:
        """Who was treated, of both groups stacked."""
        return np.repeat([True, False], [self.one.n, self.two.n])

    @cached_property
    def x(self) -> FloatArray:
        """Covariates of both groups stacked."""
        return np.vstack([self.x1, self.x0])

    @cached_property
    def plain(self) -> tuple[float, float]:
        """Survival of the treated at a year, unweighted, and its error."""
        return at_a_year(self.one, np.ones(self.one.n))

    @cached_property
    def matching_weights(self) -> Weighting:
        """The treated weighted to the controls' table."""
        return matching_adjusted_weights(self.x1, self.x0.mean(axis=0), NAMES)


@dataclass(frozen=True)
class Answer:
    """A difference of survivals or a log hazard ratio, its limits, and whether 0 is rejected."""

    value: float
    low: float
    high: float
    rejects: bool

    def covers(self, truth: float) -> bool:
        """Whether the interval holds the truth."""
        return self.low <= truth <= self.high


@dataclass(frozen=True)
class Method:
    """One method: its function, the children it speaks of, and its scale."""

    name: str
    run: Callable[[Trial], Answer]
    target: str = "treated"
    scale: str = "difference"
    slow: bool = False


@dataclass
class Count:
    """What the replicates of one cell and one method gave."""

    errors: list[float] = field(default_factory=list)
    rejected: int = 0
    covered: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def answered(self) -> int:
        """Replicates with an answer."""
        return len(self.errors)

    @property
    def tried(self) -> int:
        """All replicates."""
        return self.answered + self.refused.total()

    @property
    def bias(self) -> float:
        """Mean distance from the truth."""
        return float(np.mean(self.errors)) if self.errors else float("nan")

    def add(self, method: Method, trial: Trial, truth: float) -> None:
        """One replicate more."""
        try:
            found = method.run(trial)
        except EstimandError as refusal:
            self.refused[reason(str(refusal))] += 1
            return
        self.errors.append(found.value - truth)
        self.rejected += found.rejects
        self.covered += found.covers(truth)


def reason(message: str) -> str:
    """A refusal in two or three words."""
    for sign, words in (
        ("are worth", "effective size under 10"),
        ("outside the data", "target outside the data"),
        ("did not converge", "target on the edge of the data"),
        ("within the caliper", "fewer than 10 pairs"),
        ("resamples the target", "resamples without overlap"),
        ("resamples gave no figure", "resamples without events"),
        ("responded among", "all or none responded"),
        ("one group has no event", "no event in one group"),
    ):
        if sign in message:
            return words
    raise AssertionError(f"A refusal that this benchmark does not expect: {message}")


# --- made children -----------------------------------------------------------------------------


def drawn(
    n: int, shift: Iterable[float], effect: float, draw: np.random.Generator
) -> tuple[FollowUp, FloatArray, BoolArray]:
    """n children: follow-up, what is measured of them, and who is free of the event at a year."""
    risks = draw.normal(size=(n, 3)) + np.fromiter(shift, float)
    event = draw.exponential(size=n) / (HAZARD * np.exp(risks @ EFFECTS + effect))
    lost = draw.exponential(YEAR / LOST_A_YEAR, n)
    until = np.minimum(lost, draw.uniform(YEAR, 4.0 * YEAR, n))
    rows = FollowUp(
        exit=np.ceil(np.minimum(event, until)),
        status=(event <= until).astype(np.int64),
        cause_names=("event",),
        unit="child",
        clock="infusion",
        definition="generated, edition 1",
        origin="simulated",
    )
    return rows, risks[:, :2], event > YEAR


def made(scenario: Scenario, size: int, replicate: int, seed: int) -> Trial:
    """One replicate; its controls are those of every other cell."""
    cell = [seed, replicate, 1 + SCENARIOS.index(scenario), size]
    two, x0, free0 = drawn(CONTROLS, (0.0, 0.0, 0.0), 0.0, np.random.default_rng([seed, replicate]))
    one, x1, free1 = drawn(size, scenario.shift, scenario.effect, np.random.default_rng(cell))
    return Trial(one, two, x1, x0, free1, free0)


@cache
def truth(scenario: Scenario, size: int, target: str, scale: str) -> float:
    """The effect among the children a method speaks of, from very many children."""
    if scenario.effect == 0.0:
        return 0.0
    draw = np.random.default_rng(1)
    n = 200_000
    shift = np.array((0.0, 0.0, 0.0) if target == "controls" else scenario.shift)
    if scale == "log hazard ratio":
        one, two = (drawn(n, shift, effect, draw)[0] for effect in (scenario.effect, 0.0))
        return float(
            log_hazard_ratios(one, np.full((n, 1), size / CONTROLS), two, np.ones((n, 1)))[0]
        )
    z = draw.normal(size=(n, 3)) + shift
    hazard = HAZARD * YEAR * np.exp(z @ EFFECTS)
    gain = np.exp(-hazard * np.exp(scenario.effect)) - np.exp(-hazard)
    if target != "overlap":
        return float(gain.mean())
    # Overlap weights of the treated are 1 - e, and the log odds of e are linear in the shift.
    moved = np.array(scenario.shift)
    odds = size / CONTROLS * np.exp(z @ moved - 0.5 * moved @ moved)
    return float(np.average(gain, weights=1.0 / (1.0 + odds)))


# --- methods -----------------------------------------------------------------------------------


def normal(value: float, error: float) -> Answer:
    """A normal interval."""
    low, high = value - Z * error, value + Z * error
    return Answer(value, low, high, not low <= 0.0 <= high)


def of(estimate: Estimate, scale: str = "difference") -> Answer:
    """The answer of an estimate with limits."""
    limits = (estimate.value, estimate.low, estimate.high)
    value, low, high = (float(number) for number in limits if number is not None)
    if scale == "log hazard ratio":
        value, low, high = np.log((value, low, high)).tolist()
    return Answer(value, low, high, not low <= 0.0 <= high)


def at_a_year(rows: FollowUp, weights: FloatArray) -> tuple[float, float]:
    """Weighted survival at a year and its robust error, the weights taken as known."""
    within = FollowUp(
        exit=np.minimum(rows.exit, YEAR),
        status=np.where(rows.exit <= YEAR, rows.status, 0),
        cause_names=rows.cause_names,
        unit=rows.unit,
        clock=rows.clock,
        definition=rows.definition,
        origin=rows.origin,
    )
    curve = weighted_kaplan_meier(within, lambda day: weights, weighting="as given")
    if curve.days.size == 0:
        return 1.0, 0.0
    return float(curve.survival[-1]), float(curve.std_error[-1])


def weighted_difference(trial: Trial, weights: FloatArray) -> Answer:
    """The difference of two weighted survivals with robust errors."""
    own = weights[: trial.one.n]
    one, error1 = trial.plain if bool((own == 1.0).all()) else at_a_year(trial.one, own)
    two, error0 = at_a_year(trial.two, weights[trial.one.n :])
    return normal(one - two, float(np.hypot(error1, error0)))


def weighted_ratio(trial: Trial, weights: FloatArray) -> Answer:
    """The weighted log hazard ratio with the sandwich error."""
    fit = weighted_hazard_ratio(
        trial.one, weights[: trial.one.n], trial.two, weights[trial.one.n :]
    )
    return normal(fit.log_ratio, fit.std_error)


def propensity(trial: Trial, target: str = "treated") -> FloatArray:
    """Propensity weights of both groups."""
    return propensity_weights(
        trial.x, trial.treated, NAMES, target="overlap" if target == "overlap" else "treated"
    ).weights


def entropy(trial: Trial) -> FloatArray:
    """1 for the treated; controls balanced to their means."""
    found = entropy_balancing(trial.x0, trial.x1.mean(axis=0), NAMES)
    return np.concatenate([np.ones(trial.one.n), found.weights])


def matched(trial: Trial) -> Answer:
    """Survival of matched pairs; a jackknife over pairs."""
    found = optimal_pairs(trial.x, trial.treated, NAMES)
    one, two = found.treated, found.control - trial.one.n
    pairs = np.arange(one.size)
    paired1, paired0 = np.zeros((trial.one.n, one.size + 1)), np.zeros((CONTROLS, one.size + 1))
    paired1[one], paired0[two] = 1.0, 1.0
    paired1[one, pairs + 1] = paired0[two, pairs + 1] = 0.0
    found = (
        survival_replicates(trial.one, [YEAR], paired1)
        - survival_replicates(trial.two, [YEAR], paired0)
    )[:, 0]
    return normal(float(found[0]), jackknife_error(found[1:], np.zeros(one.size)))


def augmented(trial: Trial) -> Answer:
    """The doubly robust difference."""
    found = augmented_comparison(trial.one, trial.two, trial.x1, trial.x0, NAMES, YEAR)
    return of(found.difference)


def matching_adjusted_ratio(trial: Trial) -> Answer:
    """MAIC of the hazard ratio."""
    found = matching_adjusted_hazard_ratio(trial.one, trial.matching_weights, trial.two)
    return of(found, "log hazard ratio")


def matching_adjusted_difference(trial: Trial) -> Answer:
    """MAIC of the share free of the event."""
    found = matching_adjusted_shares(
        trial.free1, trial.matching_weights, int(trial.free0.sum()), CONTROLS,
        unit="child", origin="simulated",
    )  # fmt: skip
    return of(found.difference)


def simulated_comparison(trial: Trial) -> Answer:
    """STC of the share free of the event."""
    found = simulated_treatment_comparison(
        trial.free1, trial.x1, trial.x0.mean(axis=0), NAMES, int(trial.free0.sum()), CONTROLS,
        unit="child", origin="simulated",
    )  # fmt: skip
    return of(found)


def melded(trial: Trial) -> Answer:
    """The melded comparison and its own test."""
    found = melded_survival_difference(trial.one, trial.two, YEAR)
    answer = of(found.difference)
    return Answer(answer.value, answer.low, answer.high, found.test.p_value <= 0.05)


@cache
def robust_map(counts: tuple[int, ...], vague: float, spread: float) -> SharePrior:
    """The prior from three earlier cohorts of 50."""
    sizes = [CONTROLS // SOURCES] * SOURCES
    return robust_map_prior(counts, sizes, vague=vague, spread_scale=spread)


def of_robust_map(trial: Trial, vague: float, spread: float) -> Answer:
    """The treated beside the robust prior of the controls."""
    counts = trial.free0.reshape(SOURCES, -1).sum(axis=1)
    return against(trial, robust_map(tuple(sorted(counts.tolist())), vague, spread))


def of_power_prior(trial: Trial, discount: float) -> Answer:
    """The treated beside the discounted controls."""
    return against(trial, discounted_prior(int(trial.free0.sum()), CONTROLS, discount))


def against(trial: Trial, prior: SharePrior) -> Answer:
    """p - p0 with p uniform before its own data and p0 from the prior; central 95% interval."""
    y, n = int(trial.free1.sum()), trial.one.n
    shares, mass = prior.shares, prior.mass

    def below(gap: float) -> float:
        return float(mass @ betainc(y + 1.0, n - y + 1.0, np.clip(shares + gap, 0.0, 1.0)))

    ends = []
    for chance in (0.025, 0.975):
        low, high = -1.0, 1.0
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if below(middle) < chance else (low, middle)
        ends.append(0.5 * (low + high))
    value = (y + 1.0) / (n + 2.0) - prior.mean
    return Answer(value, ends[0], ends[1], not 0.025 <= below(0.0) <= 0.975)


LOG_RATIO = "log hazard ratio"
METHODS = (
    Method("naive, difference", lambda t: weighted_difference(t, np.ones(t.treated.size))),
    Method("naive, hazard ratio", lambda t: weighted_ratio(t, np.ones(t.treated.size)),
           scale=LOG_RATIO),
    Method("naive, melded difference", melded, slow=True),
    Method("propensity ATT, difference", lambda t: weighted_difference(t, propensity(t))),
    Method("propensity ATT, hazard ratio", lambda t: weighted_ratio(t, propensity(t)),
           scale=LOG_RATIO),
    Method("overlap, difference", lambda t: weighted_difference(t, propensity(t, "overlap")),
           "overlap"),
    Method("entropy balancing, difference", lambda t: weighted_difference(t, entropy(t))),
    Method("matching, difference", matched),
    Method("augmented (doubly robust), difference", augmented),
    Method("MAIC, hazard ratio", matching_adjusted_ratio, "controls", LOG_RATIO),
    Method("MAIC, share", matching_adjusted_difference, "controls"),
    Method("STC, share", simulated_comparison, "controls"),
    Method("power prior a0 = 1, share", lambda t: of_power_prior(t, 1.0)),
    Method("power prior a0 = 0.5, share", lambda t: of_power_prior(t, 0.5)),
    Method("robust MAP, share", lambda t: of_robust_map(t, 0.2, 1.0)),
    Method("robust MAP, 2% vague, spread 0.2, share", lambda t: of_robust_map(t, 0.02, 0.2)),
)  # fmt: skip


# --- weights found anew ------------------------------------------------------------------------


def left_out_difference(
    trial: Trial, weigh: Callable[[FloatArray, BoolArray], FloatArray]
) -> Answer:
    """The weighted difference with a jackknife that finds the weights anew, as a study does."""
    x, a, n1 = trial.x, trial.treated, trial.one.n
    columns = np.zeros((a.size, a.size + 1))
    columns[:, 0] = weigh(x, a)
    for i in range(a.size):
        kept = np.arange(a.size) != i
        columns[kept, i + 1] = weigh(x[kept], a[kept])
    found = (
        survival_replicates(trial.one, [YEAR], columns[:n1])
        - survival_replicates(trial.two, [YEAR], columns[n1:])
    )[:, 0]
    return normal(float(found[0]), jackknife_error(found[1:], a.astype(float)))


def odds_weights(x: FloatArray, a: BoolArray) -> FloatArray:
    """ATT weights."""
    e = firth_logistic(x, a).chances
    return np.where(a, 1.0, e / (1.0 - e))


def tilted_weights(x: FloatArray, a: BoolArray) -> FloatArray:
    """Entropy-balancing weights."""
    w = np.ones(a.size)
    w[~a] = exponential_tilt(x[~a], x[a].mean(axis=0))[1]
    return w


def resampled_ratio(trial: Trial) -> Answer:
    """MAIC of the hazard ratio, everything resampled."""
    found = bootstrap_matching_adjusted_hazard_ratio(
        trial.one, trial.x1, trial.x0.mean(axis=0), NAMES, [trial.two],
        np.random.default_rng(trial.one.exit.astype(np.int64)), n_resamples=200,
    )  # fmt: skip
    return of(found, LOG_RATIO)


REFITTED = (
    Method("propensity ATT, jackknife", lambda t: left_out_difference(t, odds_weights)),
    Method("entropy balancing, jackknife", lambda t: left_out_difference(t, tilted_weights)),
    Method("MAIC hazard ratio, bootstrap", resampled_ratio, "controls", LOG_RATIO),
)


# --- counting and printing ---------------------------------------------------------------------

Cells = dict[tuple[str, int], Count]


def counted(
    scenario: Scenario,
    sizes: Iterable[int],
    methods: Iterable[Method],
    replicates: int,
    seed: int,
    slow: int | None = None,
) -> Cells:
    """Every method on every replicate; slow methods on the first few."""
    chosen = tuple(methods)
    found: Cells = {(method.name, size): Count() for size in sizes for method in chosen}
    for size in dict.fromkeys(size for _, size in found):
        for replicate in range(replicates):
            trial = made(scenario, size, replicate, seed)
            for method in chosen:
                if method.slow and slow is not None and replicate >= slow:
                    continue
                right = truth(scenario, size, method.target, method.scale)
                found[method.name, size].add(method, trial, right)
    return found


def limits(events: int, n: int) -> tuple[float, float]:
    """Wilson limits of a share."""
    return wilson(events, n, 0.95) if n else (float("nan"), float("nan"))


def percent(events: int, n: int) -> str:
    """A share in per cent with its Monte Carlo limits."""
    if not n:
        return "none answered"
    low, high = limits(events, n)
    return f"{100 * events / n:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def table(cells: Cells, *, effect: bool) -> str:
    """One scenario as a table, with its refusals under it."""
    names = list(dict.fromkeys(name for name, _ in cells))
    sizes = list(dict.fromkeys(size for _, size in cells))
    heads = ["rejected, %", "bias", *(["coverage, %"] if effect else []), "refused, %"]
    lines = [
        "| method | " + " | ".join(f"{head}, n = {n}" for head in heads for n in sizes) + " |",
        "|---" * (1 + len(heads) * len(sizes)) + "|",
    ]
    for name in names:
        row = [cells[name, size] for size in sizes]
        parts = [percent(cell.rejected, cell.answered) for cell in row]
        parts += [f"{cell.bias:+.3f}" for cell in row]
        if effect:
            parts += [percent(cell.covered, cell.answered) for cell in row]
        parts += [f"{100 * cell.refused.total() / cell.tried:.1f}" for cell in row]
        lines.append(f"| {name} | " + " | ".join(parts) + " |")
    why = [
        f"{name}, n = {size}: " + ", ".join(f"{words} {k}" for words, k in cell.refused.items())
        for (name, size), cell in cells.items()
        if cell.refused
    ]
    return "\n".join([*lines, "", "Refusals (replicates): " + ("; ".join(why) or "none") + "."])


def main() -> None:
    """Print a table for each scenario."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=500)
    parser.add_argument("--melded", type=int, default=150, help="replicates of the melded one")
    parser.add_argument("--refit", type=int, default=0, help="replicates with weights found anew")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--scenarios", default="ABCD")
    parser.add_argument("--seed", type=int, default=20260105)
    options = parser.parse_args()
    start = time.perf_counter()
    for scenario in SCENARIOS:
        if scenario.letter not in options.scenarios or not options.replicates:
            continue
        cells = counted(
            scenario, options.sizes, METHODS, options.replicates, options.seed, options.melded
        )
        print(f"\n### {scenario.letter}: {scenario.words}\n", flush=True)
        print(table(cells, effect=scenario.effect != 0.0), flush=True)
    for scenario in SCENARIOS if options.refit else ():
        if scenario.letter in "BD" and scenario.letter in options.scenarios:
            cells = counted(scenario, [40], REFITTED, options.refit, options.seed)
            print(f"\n### {scenario.letter}, weights found anew: {scenario.words}\n", flush=True)
            print(table(cells, effect=scenario.effect != 0.0), flush=True)
    print(
        f"\n{options.replicates} replicates (melded {options.melded}, weights found anew "
        f"{options.refit}), seed {options.seed}, {time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
