# SPDX-License-Identifier: Apache-2.0
"""Exact shares and tests are those of R's stats and of the printed papers."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.evidence import (
    binomial_test,
    clopper_pearson,
    clustered_proportion,
    fisher_exact,
    proportion,
    proportion_difference,
    wilson,
)
from tests.golden.r_reference import TOLERANCE, r_numbers

R = r_numbers()


@pytest.mark.parametrize("case", R["proportion"], ids=lambda c: f"{c['events']}of{c['n']}")
def test_clopper_pearson_and_binomial_test(case: dict[str, object]) -> None:
    """R 4.2.2: binom.test(x, n)$conf.int and its p values."""
    x, n = int(str(case["events"])), int(str(case["n"]))
    np.testing.assert_allclose(clopper_pearson(x, n), case["limits"], rtol=0, atol=TOLERANCE)
    for share, key in ((0.5, "p_half"), (0.8, "p_eighty")):
        got = binomial_test(x, n, share, unit="child", origin="recorded")
        assert got.p_value == pytest.approx(case[key], abs=TOLERANCE)
    greater = binomial_test(x, n, 0.2, unit="child", origin="recorded", alternative="greater")
    assert greater.p_value == pytest.approx(case["p_greater"], abs=TOLERANCE)


@pytest.mark.parametrize("case", R["fisher"], ids=lambda c: str(c["counts"]))
def test_fisher(case: dict[str, list[int]]) -> None:
    """R 4.2.2: fisher.test(table)$p.value."""
    x, n, y, m = case["counts"]
    got = fisher_exact(x, n, y, m, unit="child", origin="recorded")
    assert got.p_value == pytest.approx(case["p"], abs=TOLERANCE)


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [(52, 63, 0.71, 0.91), (65, 79, 0.72, 0.90), (0, 19, 0.0, 0.176), (0, 22, 0.0, 0.154)],
)
def test_printed_intervals(events: int, n: int, low: float, high: float) -> None:
    """ELIANA prints 83% (71-91) of 63 and 82% (72-90) of 79; to the printed digits."""
    found = proportion(events, n, unit="child", origin="recorded")
    assert found.low == pytest.approx(low, abs=0.0051), "papers print whole per cents"
    assert found.high == pytest.approx(high, abs=0.0051), "papers print whole per cents"


def test_newcombe_printed_example() -> None:
    """Newcombe 1998, table II, 56/70 less 48/80 by method 10: 0.0524 to 0.3339 as printed."""
    found = proportion_difference(56, 70, 48, 80, unit="child", origin="recorded")
    assert (round(found.low or 0, 4), round(found.high or 0, 4)) == (0.0524, 0.3339)


def test_wilson_printed_limit() -> None:
    """Wilson's upper limit of 0 of n is z^2 / (n + z^2)."""
    z2 = 1.959963984540054**2
    assert wilson(0, 19)[1] == pytest.approx(z2 / (19 + z2), abs=1e-15)


def test_no_event_in_22_infusions_of_19_children() -> None:
    """Without an event the children count: 0 of 19, 17.6%, and not 0 of 22, 15.4%."""
    children = [*range(19), 0, 1, 2]
    found = clustered_proportion([0] * 22, children, unit="infusion", origin="recorded")
    assert (found.n, found.clusters, found.events) == (22, 19, 0)
    assert found.high == pytest.approx(clopper_pearson(0, 19)[1], abs=1e-15)


def test_repeated_outcomes_widen_the_interval() -> None:
    """A child whose infusions all had the event brings less than that many children would."""
    outcomes = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    alike = clustered_proportion(outcomes, list("aaaabbbbcd"), unit="infusion", origin="recorded")
    apart = clustered_proportion(outcomes, range(10), unit="infusion", origin="recorded")
    assert alike.low is not None
    assert apart.low is not None
    assert alike.low < apart.low
    assert "Rao-Scott" in alike.method
    assert apart.method == "share, Clopper-Pearson interval"
