# SPDX-License-Identifier: Apache-2.0
"""What evidence refuses to say, and that it says why."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from cartulary.course.errors import EstimandError
from cartulary.evidence import (
    Estimate,
    FollowUp,
    PublishedFigure,
    clustered_proportion,
    compare_proportion,
    compare_survival,
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    log_rank,
    median_range,
    permutation_log_rank,
    proportion,
    restricted_mean,
    restricted_mean_difference,
)
from tests.golden.r_reference import follow_up

GOOD: dict[str, Any] = {
    "value": 0.5,
    "low": 0.2,
    "high": 0.8,
    "method": "m",
    "unit": "child",
    "n": 10,
    "events": 5,
    "origin": "recorded",
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"unit": " "}, "no unit"),
        ({"method": ""}, "no method"),
        ({"origin": "imagined"}, "never mixed"),
        ({"low": 0.6}, "lower limit 0.6 is above"),
        ({"high": 0.4}, "upper limit 0.4 is below"),
        ({"value": math.nan}, "value is nan"),
        ({"high": math.inf}, "high is inf"),
        ({"value": None}, "no value and no note"),
        ({"events": 11}, "11 events among 10"),
        ({"n": -1, "events": None}, "n is -1"),
        ({"level": 95}, "confidence level is 95"),
    ],
)
def test_an_estimate_that_would_mislead(change: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        Estimate(**{**GOOD, **change})


def test_an_estimate_as_json_values() -> None:
    told = Estimate(**GOOD, notes=("a", "b")).to_dict()
    assert told["notes"] == ["a", "b"]
    assert {"endpoint", "definition", "at_days", "missing", "origin", "level"} <= set(told)


ROWS: dict[str, Any] = {
    "exit": [10.0, 20.0, 30.0],
    "status": [1, 0, 1],
    "cause_names": ("death",),
    "unit": "child",
    "clock": "infusion",
    "definition": "os, edition 1",
    "origin": "recorded",
}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"exit": [10.0, math.nan, 30.0]}, "Rows 1 have no usable exit day"),
        ({"exit": [10.0, -1.0, math.inf]}, "Rows 1, 2 have no usable exit day"),
        ({"entry": [0.0, 25.0, 0.0]}, "Rows 1 leave before they enter"),
        ({"status": [1, -1, 0]}, "Rows 1 have a status that names no cause"),
        ({"status": [1, 2, 0]}, "Rows 1 have a status that names no cause"),
        ({"status": [1.0, 0.5, 0.0]}, "Rows 1 have a status that is not a whole number"),
        ({"status": [1.0, math.nan, 0.0]}, "Rows 1 have a status that is not a whole number"),
        ({"weights": [1.0, 0.0, 1.0]}, "Rows 1 have a weight"),
        ({"child_ids": ["a", "b", "a"]}, "Rows 2 name a child that an earlier row names"),
        ({"group": ["a", "b"]}, "group has shape"),
        ({"unit": ""}, "no unit"),
        ({"definition": " "}, "no definition"),
        ({"cause_names": ()}, "a name of its own"),
    ],
)
def test_rows_that_cannot_be(change: dict[str, Any], says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        FollowUp(**{**ROWS, **change})


def test_rows_cannot_be_written_to_and_the_callers_array_can() -> None:
    mine = np.array([10.0, 20.0, 30.0])
    rows = FollowUp(**{**ROWS, "exit": mine})
    with pytest.raises(ValueError, match="read-only"):
        rows.exit[0] = 5.0
    mine[0] = 11.0
    assert mine[0] == 11.0


def test_infusions_may_share_a_child() -> None:
    rows = FollowUp(**{**ROWS, "unit": "infusion", "child_ids": ["a", "b", "a"]})
    assert rows.n == 3


COMPETING = follow_up([10, 20, 30, 40], [1, 2, 0, 1], ("relapse", "death"))
LATE = follow_up([10, 20, 30], [1, 1, 0], entry=[0, 5, 0], group=["a", "b", "b"])


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: kaplan_meier(COMPETING), "one kind of event"),
        (lambda: kaplan_meier(COMPETING.cause_alone("relapse")), "overstates the share"),
        (lambda: COMPETING.cause_number("infection"), "no cause 'infection'"),
        (lambda: log_rank(COMPETING), "compares one hazard"),
        (lambda: log_rank(COMPETING.time_to_any()), "without groups"),
        (lambda: gray_test(LATE, "event"), "rows that enter late"),
        (lambda: permutation_log_rank(LATE), "late entry"),
        (lambda: cumulative_incidence(LATE, variance="aalen"), "defined for neither"),
        (lambda: kaplan_meier(LATE, start_day=99), "Nobody is at risk after day 99"),
        (lambda: kaplan_meier(LATE).survival_at(math.nan), "not on this curve"),
        (lambda: kaplan_meier(LATE).quantile(1.0), "asked for between 0 and 1"),
        (lambda: restricted_mean(LATE, 31), "last day of follow-up is 30"),
        (lambda: LATE.subset(np.array([1, 0, 1])), "Pass 3 booleans"),
        (lambda: proportion(3, 2, unit="child", origin="recorded"), "3 of 2 is not a share"),
        (
            lambda: clustered_proportion(
                [1, 0, 1], ["a", "a", "b"], unit="infusion", origin="recorded", interval="bootstrap"
            ),
            "without a source of draws",
        ),
        (
            lambda: median_range([1, math.nan], quantity="x", unit="child", origin="recorded"),
            "1 of 2 amounts",
        ),
    ],
)
def test_questions_without_an_honest_answer(ask: Any, says: str) -> None:
    with pytest.raises(EstimandError, match=says):
        ask()


def test_difference_needs_one_definition() -> None:
    other = FollowUp(**{**ROWS, "definition": "efs, edition 1"})
    with pytest.raises(EstimandError, match="differ in definition"):
        restricted_mean_difference(FollowUp(**ROWS), other, 20)


def test_published_figures_of_another_unit_are_refused() -> None:
    ours = proportion(9, 22, unit="infusion", origin="recorded")
    with pytest.raises(EstimandError, match="different units cannot be compared"):
        compare_proportion(ours, PublishedFigure(value=0.77, n=75, source="a trial"))
    with pytest.raises(EstimandError, match=r"Write 0\.44 for 44%"):
        PublishedFigure(value=44, source="a trial")


def test_share_beside_a_published_one() -> None:
    """9 of 22 beside 60 of 75: Fisher's p is that of R (fisher.test), and the words say lower."""
    ours = proportion(9, 22, unit="child", origin="recorded")
    found = compare_proportion(ours, PublishedFigure(value=0.80, n=75, source="a trial"))
    assert found.p_value == pytest.approx(0.000900, abs=5e-5), "as R prints it"
    assert found.verdict == "lower"
    assert found.words.startswith("41% here beside 80% in a trial")
    assert "published count taken as 60 of 75 from the printed share" in found.notes
    assert any("definitions differ" in note for note in found.notes)


def test_survival_beside_a_published_one() -> None:
    """The z test on log(-log S) by hand: gap over the root of the summed squares."""
    rows = follow_up([30, 90, 200, 300, 500, 600, 700, 800], [1, 0, 1, 1, 0, 0, 0, 0])
    curve = kaplan_meier(rows)
    trial = PublishedFigure(
        value=0.76, low=0.63, high=0.86, source="a trial", definition="as in the data set"
    )
    found = compare_survival(curve, 365, trial)
    s = 7 / 8 * 5 / 6 * 4 / 5
    se = s * math.sqrt(1 / (8 * 7) + 1 / (6 * 5) + 1 / (5 * 4)) / abs(s * math.log(s))
    ll = lambda p: math.log(-math.log(p))  # noqa: E731
    theirs = (ll(0.63) - ll(0.86)) / (2 * 1.959963984540054)
    z = (ll(s) - ll(0.76)) / math.hypot(se, theirs)
    assert found.p_value == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), abs=1e-12)
    assert found.same_definition
    assert found.verdict == "not told apart"
    no_interval = compare_survival(curve, 365, PublishedFigure(value=0.76, source="a trial"))
    assert (no_interval.p_value, no_interval.low) == (None, None)
    assert no_interval.difference == pytest.approx(s - 0.76, abs=1e-12)
