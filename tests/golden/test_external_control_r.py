# SPDX-License-Identifier: Apache-2.0
"""External controls against R, published numbers, and answers known in closed form."""

from __future__ import annotations

import math
from itertools import product
from math import comb

import numpy as np
import pytest

from cartulary.evidence import FollowUp, clopper_pearson, kaplan_meier, one_sample_log_rank
from cartulary.evidence.bootstrap import bootstrap_survival
from cartulary.evidence.external_control.doubly_robust import augmented_comparison
from cartulary.evidence.external_control.e_value import e_value
from cartulary.evidence.external_control.entropy_balancing import entropy_balancing
from cartulary.evidence.external_control.matching import optimal_pairs
from cartulary.evidence.external_control.matching_adjusted import (
    bootstrap_matching_adjusted_hazard_ratio,
    matching_adjusted_hazard_ratio,
    matching_adjusted_shares,
    matching_adjusted_weights,
)
from cartulary.evidence.external_control.power_prior_survival import (
    gamma_sum_quantile,
    power_prior_survival,
)
from cartulary.evidence.external_control.priors import (
    discounted_prior,
    posterior_share,
    power_prior_shares,
    robust_map_prior,
)
from cartulary.evidence.external_control.propensity import firth_logistic, propensity_weights
from cartulary.evidence.external_control.simulated_comparison import (
    simulated_treatment_comparison,
)
from cartulary.evidence.external_control.tipping_point import (
    censoring_tipping_point,
    tipping_grid,
)
from cartulary.evidence.external_control.two_group_hazard import weighted_hazard_ratio
from cartulary.evidence.external_control.type_one_error import type_one_error
from cartulary.evidence.melded import melded_survival_difference
from cartulary.evidence.one_sample_against_curve import one_sample_against_curve
from tests.golden.r_reference import columns, follow_up

# The snapshots of maicplus print seven digits, and its weights come from a search that stops
# early; the sum of weights is printed to four decimals.
PRINTED = 1e-6
SHARE_WORDS = {"unit": "child", "origin": "recorded"}
NAMES = ("AGE", "AGE_SQUARED", "SEX_MALE", "ECOG0", "SMOKE", "N_PR_THER_MEDIAN")


def maic() -> tuple[np.ndarray, FollowUp, FollowUp]:
    """Centred covariates, the held children and the rebuilt comparator of maicplus."""
    ipd, times = columns("maicplus/centered_ipd_sat.csv"), columns("maicplus/adtte_sat.csv")
    other = columns("maicplus/pseudo_ipd_sat.csv")
    x = np.column_stack([ipd[f"{name}_CENTERED"] for name in NAMES])
    return x, follow_up(times["TIME"], times["EVENT"]), follow_up(other["TIME"], other["EVENT"])


def test_matching_adjusted_weights_are_those_of_maicplus() -> None:
    x, _, _ = maic()
    found = matching_adjusted_weights(x, np.zeros(6), NAMES)
    assert found.weights.sum() == pytest.approx(199.4265, abs=5e-5)
    assert found.effective == pytest.approx(166.66, abs=5e-3)
    known = columns("maicplus/weights_recomputed_sat.csv")["weights"]
    np.testing.assert_allclose(found.weights, known, rtol=0, atol=1e-9)
    assert found.balance.balanced


def test_matching_adjusted_hazard_ratio_is_that_of_maicplus() -> None:
    x, held, comparator = maic()
    found = matching_adjusted_hazard_ratio(
        held, matching_adjusted_weights(x, np.zeros(6), NAMES), comparator
    )
    limits = (found.value, found.low, found.high)
    assert limits == pytest.approx((0.2834780, 0.2074664, 0.3873387), abs=PRINTED)
    plain = weighted_hazard_ratio(held, np.ones(held.n), comparator, np.ones(comparator.n))
    reach = 1.959963984540054 * plain.std_error
    assert math.exp(plain.log_ratio) == pytest.approx(0.3748981, abs=PRINTED)
    # Before weighting maicplus prints the model's error, not the sandwich's.
    assert math.exp(plain.log_ratio + reach) == pytest.approx(0.4624815, rel=0.02)


def test_matching_adjusted_shares_are_those_of_maicplus() -> None:
    x, _, _ = maic()
    responses = columns("maicplus/adrs_sat.csv")["RESPONSE"]
    weighting = matching_adjusted_weights(x, np.zeros(6), NAMES)
    found = matching_adjusted_shares(
        responses, weighting, 280, 400, unit="child", origin="recorded"
    )
    ratio = (found.ratio.value, found.ratio.low, found.ratio.high)
    assert ratio == pytest.approx((1.023627, 0.9123647, 1.148457), abs=PRINTED)
    assert found.difference.value == pytest.approx(0.01653865, abs=PRINTED)


def test_resampling_children_weights_and_comparator_agrees_with_the_sandwich() -> None:
    """Percentile limits of 400 resamples within 15% of the sandwich limits, on the ratio."""
    x, held, comparator = maic()
    found = bootstrap_matching_adjusted_hazard_ratio(
        held,
        x,
        np.zeros(6),
        NAMES,
        [comparator],
        np.random.default_rng(7),
        n_resamples=400,
    )
    assert found.low == pytest.approx(0.2074664, rel=0.15)
    assert found.high == pytest.approx(0.3873387, rel=0.15)


TIED = {
    "t1": [5, 8, 8, 12, 20, 20, 33, 40, 41, 50],
    "s1": [1, 1, 0, 1, 1, 0, 1, 0, 1, 0],
    "w1": [1.2, 0.5, 2, 0.8, 1, 0.3, 1.7, 0.9, 1, 0.6],
    "e1": [0, 0, 2, 0, 0, 3, 0, 5, 0, 0],
    "t0": [3, 5, 8, 8, 14, 20, 22, 30, 33, 33, 45],
    "s0": [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1],
}


@pytest.mark.parametrize(
    ("late", "log_ratio", "std_error"),
    [
        (False, -0.437641687197456, 0.472197293560757),
        (True, -0.415348902103004, 0.467056046177148),
    ],
)
def test_weighted_hazard_ratio_is_that_of_coxph(
    late: bool, log_ratio: float, std_error: float
) -> None:
    """R 4.2.2, survival 3.5-3: coxph(Surv(e, t, s) ~ x, weights = w, id = id, robust = TRUE)."""
    entry = TIED["e1"] if late else None
    first = follow_up(TIED["t1"], TIED["s1"], entry=entry)
    other = follow_up(TIED["t0"], TIED["s0"])
    fit = weighted_hazard_ratio(first, np.array(TIED["w1"]), other, np.ones(11))
    assert fit.log_ratio == pytest.approx(log_ratio, abs=1e-9)
    assert fit.std_error == pytest.approx(std_error, abs=1e-9)


def test_the_hazard_ratio_agrees_with_the_cox_model() -> None:
    """The same model written with group totals and with rows."""
    from cartulary.evidence.cox import cox
    from cartulary.evidence.spells import Spells

    first, other = follow_up(TIED["t1"], TIED["s1"]), follow_up(TIED["t0"], TIED["s0"])
    w = np.array(TIED["w1"])
    rows = Spells(
        entry=np.zeros(21),
        exit=[*TIED["t1"], *TIED["t0"]],
        event=[*TIED["s1"], *TIED["s0"]],
        covariates={"treated": [1.0] * 10 + [0.0] * 11},
        weights=np.append(w, np.ones(11)),
        unit="child",
        clock="infusion",
        definition="as in the data set",
        origin="recorded",
    )
    fit = cox(rows, variance="robust", fewest_events_per_covariate=1)
    ours = weighted_hazard_ratio(first, w, other, np.ones(11))
    ratio = fit.hazard_ratio("treated")
    assert math.exp(ours.log_ratio) == pytest.approx(ratio.value, abs=1e-9)
    upper = ours.log_ratio + 1.959963984540054 * ours.std_error
    assert math.exp(upper) == pytest.approx(ratio.high, abs=1e-9)


def test_e_values_are_the_published_ones() -> None:
    """VanderWeele and Ding 2017: 10.73 (8.02) and a common hazard ratio of 0.5."""
    found = e_value(10.73, low=8.02, high=14.36)
    assert found.point == pytest.approx(20.94777, abs=5e-6)
    assert found.limit == pytest.approx(15.52336, abs=5e-6)
    assert e_value(0.5, measure="hazard ratio").point == pytest.approx(2.6064, abs=5e-5)
    assert e_value(0.8, 0.6, 1.1).limit == 1.0
    rare = e_value(0.5, measure="hazard ratio", common=False)
    assert rare.point == pytest.approx(2 + math.sqrt(2), abs=1e-12)


def fisher_one_sided(x: int, n: int, y: int, m: int) -> float:
    """The chance of at least x of the x + y events among n."""
    ways = [comb(n, k) * comb(m, x + y - k) for k in range(x, min(n, x + y) + 1)]
    return sum(ways) / comb(n + m, x + y)


@pytest.mark.parametrize(("n", "m", "step"), [(5, 7, 1), (9, 12, 3), (19, 22, 4)])
def test_melded_p_without_censoring_is_twice_fishers_one_sided(n: int, m: int, step: int) -> None:
    """Fay, Proschan and Brittain 2015, theorem 1, for tables of two small groups."""
    for x, y in product(range(0, n + 1, step), range(0, m + 1, step)):
        first = follow_up([40] * (n - x) + [60] * x, [1] * (n - x) + [0] * x)
        other = follow_up([40] * (m - y) + [60] * y, [1] * (m - y) + [0] * y)
        found = melded_survival_difference(first, other, 50)
        sides = fisher_one_sided(x, n, y, m), fisher_one_sided(y, m, x, n)
        assert found.test.p_value == pytest.approx(min(1.0, 2 * min(sides)), abs=1e-9)
        excludes = found.difference.low > 0 or found.difference.high < 0
        assert excludes == (found.test.p_value < 0.05)


def test_melded_interval_agrees_with_sampling_its_parts() -> None:
    """The limits are quantiles of differences of beta variables: 400,000 draws of each, +-0.005."""
    draws = np.random.default_rng(5)
    first = follow_up([40] * 3 + [60] * 16, [1] * 3 + [0] * 16)
    other = follow_up([40] * 9 + [60] * 11, [1] * 9 + [0] * 11)
    found = melded_survival_difference(first, other, 50).difference
    low1, high1 = draws.beta(16, 4, 400_000), draws.beta(17, 3, 400_000)
    low2, high2 = draws.beta(11, 10, 400_000), draws.beta(12, 9, 400_000)
    assert found.low == pytest.approx(np.quantile(low1 - high2, 0.025), abs=0.005)
    assert found.high == pytest.approx(np.quantile(high1 - low2, 0.975), abs=0.005)


def test_known_reference_gives_garwoods_limits() -> None:
    """A reference of 4,000 children is all but known: limits within 2% of the exact ones."""
    draws = np.random.default_rng(2)
    reference = follow_up(np.minimum(draws.exponential(500, 4000), 900), np.ones(4000))
    rows = follow_up([100, 200, 300, 400, 500] * 6, [1, 0, 1, 0, 1] * 6)
    found = one_sample_against_curve(
        rows, [reference], np.random.default_rng(3), reference="a large cohort"
    )
    curve = kaplan_meier(reference)
    hazard = np.append(0.0, np.cumsum(curve.events / curve.at_risk))
    exact = one_sample_log_rank(
        rows,
        lambda days: hazard[np.searchsorted(curve.days, days, side="right")],
        reference="a large cohort",
    )
    assert found.ratio.value == pytest.approx(exact.ratio.value, abs=1e-12)
    assert found.ratio.low == pytest.approx(exact.ratio.low, rel=0.02)
    assert found.ratio.high == pytest.approx(exact.ratio.high, rel=0.02)
    small = one_sample_against_curve(
        rows, [reference.subset(np.arange(4000) < 40)], np.random.default_rng(3), reference="few"
    )
    assert small.ratio.high / small.ratio.low > 1.1 * exact.ratio.high / exact.ratio.low


def test_firth_of_a_two_by_two_table_adds_a_half_to_each_cell() -> None:
    """Firth 1993: the penalised log odds ratio of a saturated table is Haldane's."""
    x = np.repeat([0.0, 1.0], [12, 9])[:, None]
    y = np.concatenate([np.arange(12) < 3, np.arange(9) < 9])
    fit = firth_logistic(x, y)
    haldane = math.log(9.5 / 0.5) - math.log(3.5 / 9.5)
    assert fit.coefficients[1] == pytest.approx(haldane, abs=1e-9)
    assert fit.chances[0] == pytest.approx(3.5 / 13, abs=1e-9)


def confounded(draws: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Covariate, treatment that it favours, responses that it lowers; treatment does nothing."""
    x = draws.normal(size=n)
    treated = draws.random(n) < 1 / (1 + np.exp(-0.8 * x))
    y = draws.random(n) < 1 / (1 + np.exp(-0.5 + 1.2 * x))
    return x[:, None], treated, y


@pytest.mark.parametrize("target", ["treated", "overlap", "everyone"])
def test_weights_remove_confounding(target: str) -> None:
    """20,000 children: the plain difference is off by over 10 points, the weighted by under 2."""
    x, treated, y = confounded(np.random.default_rng(1), 20_000)
    w = propensity_weights(x, treated, ["burden"], target=target).weights
    plain = y[treated].mean() - y[~treated].mean()
    weighted = np.average(y[treated], weights=w[treated]) - np.average(
        y[~treated], weights=w[~treated]
    )
    assert plain < -0.1
    assert abs(weighted) < 0.02


def test_overlap_weights_balance_means_exactly() -> None:
    """Li, Morgan and Zaslavsky 2018: exact by maximum likelihood; Firth's fit is off by 1/n."""
    x, treated, _ = confounded(np.random.default_rng(2), 4_000)
    table = propensity_weights(x, treated, ["burden"], target="overlap").balance
    assert abs(table.rows[0].difference_after) < 1e-3


def test_pairs_remove_most_of_the_confounding() -> None:
    """400 children: paired, the covariate differs by under 0.1 deviations instead of 0.5."""
    x, treated, _ = confounded(np.random.default_rng(9), 400)
    found = optimal_pairs(x, treated, ["burden"])
    row = found.weighting.balance.rows[0]
    assert x[~treated].mean() - x[treated].mean() < -0.5
    assert abs(row.difference_after) < 0.1
    assert np.unique(found.control).size == found.control.size, "no control serves twice"
    assert treated[found.treated].all()
    assert not treated[found.control].any()
    assert found.treated.size + found.unmatched.size == treated.sum()


def test_entropy_balancing_equals_scaled_matching_weights() -> None:
    """The same convex problem: the weights differ by a factor alone."""
    x = np.random.default_rng(3).normal(size=(80, 3))
    target, names = [0.2, -0.1, 0.3], ["a", "b", "c"]
    one = entropy_balancing(x, target, names).weights
    other = matching_adjusted_weights(x, target, names).weights
    np.testing.assert_allclose(one / one.sum(), other / other.sum(), rtol=1e-9, atol=0)
    np.testing.assert_allclose(one @ x / one.sum(), target, rtol=0, atol=1e-9)


def test_augmented_comparison_removes_confounding_with_one_right_model() -> None:
    """Deaths depend on the covariate, not on treatment; censored at random. Difference near 0."""
    draws = np.random.default_rng(4)
    x, treated, _ = confounded(draws, 3_000)
    death = draws.exponential(400 * np.exp(-0.7 * x[:, 0]))
    lost = draws.uniform(200, 1500, 3_000)
    rows = follow_up(np.minimum(death, lost), death <= lost)
    found = augmented_comparison(
        rows.subset(treated), rows.subset(~treated), x[treated], x[~treated], ["burden"], 365
    )
    plain = (
        kaplan_meier(rows.subset(treated)).survival_at(365).value
        - kaplan_meier(rows.subset(~treated)).survival_at(365).value
    )
    assert plain < -0.1
    assert abs(found.difference.value) < 0.03
    assert found.difference.low < 0 < found.difference.high


def test_simulated_comparison_of_like_children_is_the_plain_difference() -> None:
    """At the children's own means the weights are equal and the model returns their share."""
    x, _, y = confounded(np.random.default_rng(6), 400)
    found = simulated_treatment_comparison(
        y, x, x.mean(axis=0), ["burden"], 100, 200, unit="child", origin="recorded"
    )
    # Firth's penalty moves a share of 400 children by less than half a point.
    assert found.value == pytest.approx(y.mean() - 0.5, abs=0.005)


def test_full_power_prior_pools_and_none_ignores() -> None:
    """a0 = 0 is Jeffreys' posterior of the children alone, a0 = 1 that of both groups as one."""
    found = power_prior_shares(9, 10, 60, 100, unit="child", origin="recorded")
    assert found[0].value == pytest.approx(9.5 / 11, abs=1e-12)
    assert found[-1].value == pytest.approx(69.5 / 111, abs=1e-12)


def test_power_prior_survival_of_one_interval_is_a_gamma() -> None:
    """One interval: -log S / tau is Gamma(1/2 + d, T)."""
    rows = follow_up([100, 300, 400, 500], [1, 0, 1, 0])
    found = power_prior_survival(rows, rows, 600, [], discounts=[0.0])[0]
    assert found.value == pytest.approx((1 + 600 / 1300) ** -2.5, abs=1e-12)
    # Gamma(5/2) has chi-square quantiles on 5 degrees of freedom, printed to 3 decimals.
    low, high = (math.exp(-600 * q / 2 / 1300) for q in (12.833, 0.831))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)


def test_sum_of_unequal_gammas() -> None:
    """Two exponentials of means 1 and 3: P(X > x) = (3 e^(-x/3) - e^(-x)) / 2."""
    x = gamma_sum_quantile(np.array([1.0, 1.0]), np.array([1.0, 3.0]), 0.9)
    assert (3 * math.exp(-x / 3) - math.exp(-x)) / 2 == pytest.approx(0.1, abs=1e-9)


def test_robust_map_agrees_with_sampling() -> None:
    """The mean of the meta-analytic prior against importance sampling, 300,000 draws: +-0.005."""
    draws = np.random.default_rng(1)
    counts = [(12, 20), (15, 22), (9, 18)]
    mu, tau = draws.normal(0, 4, 300_000), np.abs(draws.normal(0, 1, 300_000))
    log_weight = np.zeros(300_000)
    for y, n in counts:
        theta = mu + tau * draws.normal(size=300_000)
        log_weight += y * theta - n * np.logaddexp(0, theta)
    weight = np.exp(log_weight - log_weight.max())
    p = 1 / (1 + np.exp(-(mu + tau * draws.normal(size=300_000))))
    prior = robust_map_prior([12, 15, 9], [20, 22, 18], vague=1e-9)
    assert prior.mean == pytest.approx(np.average(p, weights=weight), abs=0.005)
    assert prior.spread == pytest.approx(np.average(tau, weights=weight), abs=0.01)


def test_an_all_vague_prior_gives_the_uniform_posterior() -> None:
    """Posterior Beta(y + 1, n - y + 1), worth 2 children, to the fineness of the grid."""
    prior = robust_map_prior([12], [20], vague=1.0)
    found = posterior_share(prior, 7, 19, unit="child", origin="recorded")
    assert prior.effective == pytest.approx(2.0, abs=1e-3)
    assert found.estimate.value == pytest.approx(8 / 21, abs=1e-6)
    assert found.conflict == pytest.approx(1.0, abs=1e-9)


def test_conflict_is_seen_and_the_vague_part_yields() -> None:
    """Earlier 80% of 200, now 2 of 20: conflict, and the posterior follows the new children."""
    prior = robust_map_prior([80, 78], [100, 100])
    found = posterior_share(prior, 2, 20, unit="child", origin="recorded")
    assert found.conflict < 0.05
    assert found.estimate.value < 0.25
    agreeing = posterior_share(prior, 16, 20, unit="child", origin="recorded")
    assert agreeing.conflict > 0.3


def test_a_discounted_prior_on_the_grid_is_its_beta() -> None:
    """Posterior mean and limits as the closed form, to the fineness of the grid."""
    exact = power_prior_shares(9, 10, 60, 100, discounts=[0.25], **SHARE_WORDS)[0]
    found = posterior_share(discounted_prior(60, 100, 0.25), 9, 10, **SHARE_WORDS).estimate
    assert found.value == pytest.approx(exact.value, abs=1e-9)
    # Limits are read between cells of 0.02 on the log odds, half a point wide as shares.
    assert (found.low, found.high) == pytest.approx((exact.low, exact.high), abs=2e-4)


def test_more_borrowing_from_better_children_costs_power_and_from_worse_ones_errors() -> None:
    """Type-I error at 60% when earlier controls had 40%: it grows with what is borrowed."""
    errors = [type_one_error(discounted_prior(40, 100, a0), 20, [0.6])[0] for a0 in (0.1, 0.5, 1)]
    assert errors[0] < errors[1] < errors[2]
    assert errors[2] > 0.05


def test_type_one_error_is_that_of_counting() -> None:
    """A prior that all but knows 50%: success is a lower Bayes limit above it, counted by hand."""
    prior = robust_map_prior([5000], [10000], vague=1e-9, spread_scale=0.001)
    error = type_one_error(prior, 20, [0.5])[0]
    tail = sum(comb(20, k) for k in range(15, 21)) / 2**20
    assert error == pytest.approx(tail, abs=1e-9), "15 or more of 20 are declared"
    assert type_one_error(prior, 20, [0.6])[0] > 0.05, "controls that were worse are paid for"


def test_tipping_of_missing_children() -> None:
    """18 of 20 against 60 of 100 is higher; two missing failures among them undo it."""
    grid = tipping_grid(18, 20, 4, 60, 100, 0, unit="child", origin="recorded")
    assert grid.observed.low > 0
    assert grid.tips[0, 0]
    assert not grid.tips[-1, 0]
    rows = follow_up([40, 60, *[400] * 18], np.zeros(20))
    found = censoring_tipping_point(rows, 365, 0.7)
    assert found.tips_at == 2
    assert found.low[1] == pytest.approx(clopper_pearson(19, 20)[0], abs=0.01)


def test_bootstrap_agrees_with_the_usual_interval() -> None:
    """200 children: percentile limits within 2 points of the log-log ones."""
    draws = np.random.default_rng(8)
    death, lost = draws.exponential(600, 200), draws.uniform(100, 1500, 200)
    rows = follow_up(np.minimum(death, lost), death <= lost)
    found = bootstrap_survival(rows, 365, np.random.default_rng(1))
    usual = kaplan_meier(rows).survival_at(365)
    assert found.value == usual.value
    assert found.low == pytest.approx(usual.low, abs=0.02)
    assert found.high == pytest.approx(usual.high, abs=0.02)
