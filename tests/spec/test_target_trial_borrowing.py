# SPDX-License-Identifier: Apache-2.0
"""Priors borrow what the protocol fixes beforehand, and show what that costs where it misleads."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, special, stats

from cartulary.studies.target_trial import Aligned, align
from cartulary.studies.target_trial.borrowed import Borrowing
from cartulary.studies.target_trial.compare import compare
from tests.spec.target_trial_children import cohort, many, protocol

POWER = """also = ["power_prior", "robust_map"]
[methods.power_prior]
discount = 0.5
also_discounts = [1.0]
controls = "as_they_are"
[methods.robust_map]
vague = 0.2
spread_scale = 0.5
controls = "as_they_are"
"""
STUDY = """[[methods.robust_map.study]]
name = "Elsewhere"
n = 200
free = {free}
source = "A report, table 2."
"""


def aligned(text: str = POWER, *changes: tuple[str, str]) -> Aligned:
    return align(
        protocol(('also = ["entropy_balancing"]', text), *changes),
        cohort(*many("T", 60, infused=True, event_every=5)),
        cohort(*many("C", 90, infused=False, event_every=3)),
    )


def borrowing(method: str, text: str = POWER) -> Borrowing:
    found = compare(aligned(text), method)
    assert found.refusal == ""
    assert found.borrowing is not None
    return found.borrowing


def test_without_censoring_the_counts_are_those_of_the_children() -> None:
    made = aligned()
    found = borrowing("power_prior")
    for counts, group in ((found.treated, made.treated), (found.controls, made.control)):
        rows = group.follow_up
        assert (counts.n, counts.free) == (rows.n, rows.n - rows.events_by(365))


def test_the_power_prior_agrees_with_its_closed_form() -> None:
    found = borrowing("power_prior")
    assert [row.setting for row in found.rows] == [0.5, 1.0]
    y, n, y0, n0 = found.treated.free, found.treated.n, found.controls.free, found.controls.n
    for row in found.rows:
        p = stats.beta(1 + y, 1 + n - y)
        p0 = stats.beta(0.5 + row.setting * y0, 0.5 + row.setting * (n0 - y0))
        # The prior lives on 1,201 cells of the log odds, 0.02 wide.
        assert row.difference.value == pytest.approx(p.mean() - p0.mean(), abs=1e-6)
        better = integrate.quad(lambda x, p=p, p0=p0: p0.pdf(x) * p.sf(x), 0, 1, limit=200)[0]
        assert row.better == pytest.approx(better, abs=2e-4)
        for limit, chance in ((row.difference.low, 0.025), (row.difference.high, 0.975)):
            below = integrate.quad(
                lambda x, p=p, p0=p0, d=limit: p0.pdf(x) * p.cdf(x + d), 0, 1, limit=200
            )[0]
            assert below == pytest.approx(chance, abs=5e-4)
        for limit, chance in ((row.ratio.low, 0.025), (row.ratio.high, 0.975)):
            below = integrate.quad(
                lambda x, p=p, p0=p0, r=limit: p0.pdf(x) * p.sf(1 - r * (1 - x)), 0, 1, limit=200
            )[0]
            assert below == pytest.approx(chance, abs=5e-4)


def test_conflict_and_errors_are_counted_over_every_outcome() -> None:
    found = borrowing("power_prior")
    row = found.rows[0]
    y, n = found.treated.free, found.treated.n
    a, b = 0.5 + 0.5 * found.controls.free, 0.5 + 0.5 * (found.controls.n - found.controls.free)
    k = np.arange(n + 1)
    chances = np.exp(
        special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
        + special.betaln(a + k, b + n - k) - special.betaln(a, b)
    )  # fmt: skip
    assert row.conflict == pytest.approx(
        chances[chances <= chances[y] * (1 + 1e-9)].sum(), abs=1e-5
    )
    prior = stats.beta(a, b)

    def better(v: int) -> float:
        own = stats.beta(1 + v, 1 + n - v)
        return float(integrate.quad(lambda x: prior.pdf(x) * own.sf(x), 0, 1, limit=200)[0])

    declared = [better(v) > 0.975 for v in range(n + 1)]
    for more, error in zip((0.0, 0.05, 0.1), row.errors, strict=True):
        expected = stats.binom.pmf(k, n, prior.mean() + more)[declared].sum()
        assert error == pytest.approx(expected, abs=1e-6)
    assert row.errors[0] < row.errors[1] < row.errors[2]


def test_a_full_discount_borrows_more_and_errs_more_often() -> None:
    half, full = borrowing("power_prior").rows
    assert half.worth < full.worth
    assert full.difference.high - full.difference.low < half.difference.high - half.difference.low
    assert full.errors[2] > half.errors[2]


def test_a_robust_prior_hears_of_a_study_that_disagrees() -> None:
    (alone,) = borrowing("robust_map").rows
    assert alone.others is None
    alike = borrowing("robust_map").controls
    free = round(200 * alike.free / alike.n)
    (like,) = borrowing("robust_map", POWER + STUDY.format(free=free)).rows
    (unlike,) = borrowing("robust_map", POWER + STUDY.format(free=30)).rows
    assert like.others is not None
    assert unlike.others is not None
    assert like.others > 0.5 > 0.15 > unlike.others
    assert like.worth > alone.worth
    assert like.worth > unlike.worth


def test_weighted_controls_are_those_of_the_main_method() -> None:
    made = aligned(POWER.replace('controls = "as_they_are"', 'controls = "weighted"', 1))
    found = compare(made, "power_prior").borrowing
    main = compare(made, "propensity")
    assert found is not None
    assert found.controls.free / found.controls.n == pytest.approx(main.control.value, abs=0.01)


def test_weights_that_are_not_there_cannot_be_borrowed_with() -> None:
    text = POWER.replace('controls = "as_they_are"', 'controls = "weighted"', 1)
    made = aligned(text, ('main = "propensity"', 'main = "standardisation"'))
    assert "weights no children" in compare(made, "power_prior").refusal


def test_priors_are_no_methods_that_adjust() -> None:
    from cartulary.studies.target_trial import study

    asked = protocol(('also = ["entropy_balancing"]', POWER))
    end = study(
        asked,
        cohort(*many("T", 60, infused=True, event_every=5)),
        cohort(*many("C", 90, infused=False, event_every=3)),
    ).conclusion
    assert end.done == 1
