# SPDX-License-Identifier: Apache-2.0
"""The two uncertainties of a comparison, found again where they are known beforehand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.studies.policies_compared.chance import (
    Law,
    chance_of_difference,
    chance_of_value,
    quantile_of,
    variance_of_one,
)
from cartulary.studies.policies_compared.children_read import Read
from cartulary.studies.policies_compared.drivers import drivers_of, shapley_effects
from cartulary.studies.policies_compared.outcome import outcomes
from cartulary.studies.policies_compared.parameters_part import without_noise
from cartulary.studies.policies_compared.summary import SPREAD_AT, summary_of
from cartulary.twin.streams import normal, uniform

MEDIAN = next(one for one in outcomes() if one.id == "days_to_infusion")
SHARE = next(one for one in outcomes() if one.id == "infused")


def binomial(n: int, p: float) -> list[float]:
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]


@pytest.mark.parametrize(("p", "other"), [(0.42, 0.36), (0.05, 0.0), (1.0, 0.9)])
def test_chance_between_two_small_groups_is_the_exact_binomial(p: float, other: float) -> None:
    n = 6
    expected: dict[int, float] = {}
    for (k, one), (m, two) in itertools.product(
        enumerate(binomial(n, p)), enumerate(binomial(n, other))
    ):
        expected[k - m] = expected.get(k - m, 0.0) + one * two
    points, weights = chance_of_difference(Law(1.0, p), Law(1.0, other), n)
    found = dict(zip((points * n).round().astype(int).tolist(), weights.tolist(), strict=True))
    for difference, probability in expected.items():
        # Sums of a few dozen products: exact but for their rounding.
        assert found.get(difference, 0.0) == pytest.approx(probability, abs=1e-12)


def test_a_share_of_those_infused_counts_on_the_draw_of_who_is_infused() -> None:
    n, q, p = 4, 0.8, 0.3
    expected: dict[float, float] = {}
    for counted in range(1, n + 1):
        for k, probability in enumerate(binomial(counted, p)):
            key = round(k / counted, 10)
            weight = binomial(n, q)[counted] / (1 - (1 - q) ** n)
            expected[key] = expected.get(key, 0.0) + weight * probability
    points, weights = chance_of_value(Law(q, p), n)
    assert points.tolist() == pytest.approx(sorted(expected))
    assert weights.tolist() == pytest.approx([expected[key] for key in sorted(expected)])


def test_the_chance_of_a_median_is_that_of_groups_drawn_again_and_again() -> None:
    spread = np.quantile(np.exp(normal(3, range(20_000), "waits", 1)[:, 0]), SPREAD_AT)
    law = Law(1.0, float(np.median(spread)), spread)
    low, high = quantile_of(chance_of_value(law, 21), (0.025, 0.975))
    drawn = np.interp(uniform(3, range(4000), "groups", 21), SPREAD_AT, spread)
    groups = np.quantile(np.median(drawn, axis=1), (0.025, 0.975))
    # 4000 groups find an end of the interval to about 3% of the half width.
    assert [low, high] == pytest.approx(groups.tolist(), abs=0.05)
    assert variance_of_one(law) / 400 == pytest.approx(
        float(np.var(np.median(
            np.interp(uniform(4, range(2000), "large", 400), SPREAD_AT, spread), axis=1
        ))), rel=0.12
    )  # fmt: skip


@pytest.mark.parametrize("children", [50, 400])
def test_noise_is_taken_out_whatever_the_number_of_children(children: int) -> None:
    """A share of 0.5 + 0.05 z: the parameters' interval is ±0.098 however few are simulated."""
    draws = 2000
    truth = 0.5 + 0.05 * normal(1, range(draws), "parameters", 1)[:, 0]
    seen = (uniform(1, range(draws), "children", children) < truth[:, None]).mean(axis=1)
    noise = float((seen * (1 - seen) / (children - 1)).mean())
    shown = without_noise(seen, noise)
    low, high = np.quantile(shown, (0.025, 0.975))
    assert (high - low) / 2 == pytest.approx(1.96 * 0.05, rel=0.12)
    assert np.ptp(np.quantile(seen, (0.025, 0.975))) / 2 > 1.96 * 0.05 * (
        1.6 if children < 99 else 1.05
    )


def test_noise_alone_leaves_nothing_for_the_parameters() -> None:
    seen = normal(2, range(200), "noise", 1)[:, 0]
    assert np.ptp(without_noise(seen, 1.2)) == 0.0
    assert np.array_equal(without_noise(np.full(9, 0.4), 0.0), np.full(9, 0.4))


@pytest.mark.parametrize("outcome", [SHARE, MEDIAN])
def test_the_noise_that_one_run_reports_is_that_between_runs(outcome: object) -> None:
    """Shares and medians of the same children in two arms: the paired variance, beforehand."""
    runs, children = 1500, 200
    shared = normal(5, range(runs), "both arms", children)
    own = normal(5, range(runs), "second arm", children)
    arms = (shared, 0.8 * shared + 0.6 * own + 0.1)
    found, reported = [], []
    for run in range(runs):
        influence, values = [], []
        for each in arms:
            value = each[run] if outcome is MEDIAN else (each[run] > 0.3).astype(float)
            free = {"efs": np.full(children, np.inf), "os": np.full(children, np.inf)}
            summary = summary_of(Read(value[None], free), [outcome], np.array([0.0, 12.0]))  # type: ignore[list-item]
            influence.append(summary.influence[0])
            values.append(summary.values[0])
        found.append(values[1] - values[0])
        reported.append(((influence[1] - influence[0]) ** 2).sum())
    # 1500 runs know a variance to 4%; the slope at a median is read from its surroundings.
    assert np.mean(reported) == pytest.approx(np.var(found), rel=0.15)


def test_drivers_find_a_known_linear_function() -> None:
    base = parameters()
    names = ["division_rate", "transplant_kill", "failed_peak_cells"]
    scores = normal(6, range(120), "parameters", len(names))
    sets = [
        base.changed(
            {n: base.value(n) * math.exp(0.05 * z) for n, z in zip(names, row, strict=True)}
        )
        for row in scores
    ]
    noise = 0.2 * normal(6, range(120), "noise", 1)[:, 0]
    differences = (0.6 * scores[:, 0] - 0.3 * scores[:, 1] + noise)[:, None]
    found = drivers_of(sets, differences, np.array([0.04]))[0]
    shares = {one.moving.names[0]: one.share for one in found.drivers}
    assert found.explained > 0.9
    # 0.36 and 0.09 of 0.45; a variance from 120 draws is known to about 13%.
    assert shares["division_rate"] == pytest.approx(0.8, abs=0.1)
    assert shares["transplant_kill"] == pytest.approx(0.2, abs=0.1)
    assert shares["failed_peak_cells"] < 0.03
    assert found.drivers[0].moving.support is base["division_rate"].support


def test_nothing_drives_what_is_noise() -> None:
    base = parameters()
    scores = normal(7, range(60), "parameters", 1)[:, 0]
    sets = [
        base.changed({"division_rate": base.value("division_rate") * math.exp(0.05 * z)})
        for z in scores
    ]
    noise = normal(7, range(60), "noise", 1)
    assert drivers_of(sets, noise, np.array([1.0]))[0].drivers == ()
    unmoved = drivers_of([base] * 60, noise, np.array([0.0]))[0]
    assert unmoved.drivers == ()


def test_shapley_effects_of_correlated_parameters_are_those_of_the_closed_form() -> None:
    """Two parameters, Owen and Prieur, SIAM/ASA J Uncertain Quantif 2017, theorem 3."""
    b, rho = np.array([1.0, 0.5]), 0.6
    effects = shapley_effects(b[None], np.zeros((1, 2, 2)), np.array([[1, rho], [rho, 1]]))[0]
    first = b[0] ** 2 * (1 - rho**2 / 2) + b[0] * b[1] * rho + b[1] ** 2 * rho**2 / 2
    second = b[1] ** 2 * (1 - rho**2 / 2) + b[0] * b[1] * rho + b[0] ** 2 * rho**2 / 2
    assert effects == pytest.approx([first, second])
    assert effects.sum() == pytest.approx(b @ np.array([[1, rho], [rho, 1]]) @ b)


def test_shapley_effects_of_a_product_are_shared_alike() -> None:
    product = np.array([[[0.0, 0.5], [0.5, 0.0]]])  # z1 z2
    effects = shapley_effects(np.zeros((1, 2)), product, np.eye(2))[0]
    assert effects == pytest.approx([0.5, 0.5])
