# SPDX-License-Identifier: Apache-2.0
"""Published curves rebuilt: curves drawn from known children must give those children back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cartulary.evidence import FollowUp, kaplan_meier, restricted_mean
from cartulary.evidence.reconstruct import reconstruct, reconstructions
from cartulary.evidence.reconstruct_curve import PublishedCurve, published_curve
from tests.golden.r_reference import columns, follow_up

WORDS: dict[str, Any] = {
    "source": "a drawn curve",
    "unit": "child",
    "clock": "study entry",
    "definition": "as in the data set",
}


def drawn(
    rows: FollowUp,
    *,
    every: float = 200.0,
    noise: float = 0.0,
    seed: int = 0,
    total: bool = False,
    **more: Any,
) -> PublishedCurve:
    """The curve as a paper would draw it: both corners of each step, and numbers at risk."""
    curve = kaplan_meier(rows)
    step = curve.events > 0
    after = curve.survival[step]
    before = np.append(1.0, after[:-1])
    days = np.concatenate(([0.0], np.repeat(curve.days[step], 2), [rows.last_day]))
    shares = np.concatenate(([1.0], np.column_stack([before, after]).ravel(), after[-1:]))
    moved = np.random.default_rng(seed).uniform(-noise, noise, shares.size)
    shares = np.where((shares > 0) & (shares < 1), np.clip(shares + moved, 0, 1), shares)
    at_risk_days = np.arange(0.0, rows.last_day, every)
    return PublishedCurve(
        days=days,
        survival=shares,
        risk_days=at_risk_days,
        at_risk=rows.numbers_at_risk(at_risk_days),
        total_events=rows.events if total else None,
        **{**WORDS, **more},
    )


def made(n: int, seed: int) -> FollowUp:
    """n children with whole days: exponential events, uniform censoring."""
    draws = np.random.default_rng(seed)
    event, lost = np.ceil(draws.exponential(700, n)), np.ceil(draws.uniform(200, 1600, n))
    return follow_up(np.minimum(event, lost), event <= lost)


def largest_gap(rows: FollowUp, rebuilt: FollowUp) -> float:
    """The largest distance between two curves over the days both cover."""
    grid = np.linspace(0.5, rows.last_day - 0.5, 400)
    heights = []
    for one in (rows, rebuilt):
        curve = kaplan_meier(one)
        after = np.append(1.0, curve.survival)
        heights.append(after[np.searchsorted(curve.days, grid, side="right")])
    return float(np.abs(heights[0] - heights[1]).max())


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("n", [19, 54])
def test_exact_readings_of_few_children_are_rebuilt_exactly(n: int, seed: int) -> None:
    """Events, their days and the whole curve, without the total of events."""
    rows = made(n, seed)
    rebuilt = reconstruct(drawn(rows)).follow_up
    event_days = np.sort(rows.exit[rows.status == 1])
    np.testing.assert_array_equal(np.sort(rebuilt.exit[rebuilt.status == 1]), event_days)
    assert largest_gap(rows, rebuilt) < 1e-12
    assert rebuilt.origin == "reconstructed"
    days = np.arange(0.0, rows.last_day, 200.0)
    np.testing.assert_array_equal(rebuilt.numbers_at_risk(days), rows.numbers_at_risk(days))


@pytest.mark.parametrize("seed", range(8))
def test_readings_half_a_point_off_give_19_children_back_exactly(seed: int) -> None:
    """A step of 19 children is 5 points: an error of half a point cannot hide it."""
    rows = made(19, seed)
    rebuilt = reconstruct(drawn(rows, noise=0.005, seed=seed)).follow_up
    assert rebuilt.events == rows.events
    assert largest_gap(rows, rebuilt) < 0.01, "at most one child censored a step early or late"


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_readings_half_a_point_off_give_54_children_back_nearly(seed: int, total: bool) -> None:
    """All events; the curve within the reading error."""
    rows = made(54, seed)
    rebuilt = reconstruct(drawn(rows, noise=0.005, seed=seed, total=total)).follow_up
    assert rebuilt.events == rows.events
    assert largest_gap(rows, rebuilt) < 0.005


@pytest.mark.parametrize("noise", [0.0, 0.005])
@pytest.mark.parametrize("seed", range(4))
def test_many_children(seed: int, noise: float) -> None:
    """400 children: events within 2%, survival at a year within half a point, mean within 0.5%."""
    rows = made(400, seed)
    found = reconstruct(drawn(rows, noise=noise, seed=seed, total=True))
    rebuilt = found.follow_up
    assert rebuilt.events == pytest.approx(rows.events, rel=0.02)
    year = kaplan_meier(rows).survival_at(365).value
    assert kaplan_meier(rebuilt).survival_at(365).value == pytest.approx(year, abs=0.005)
    tau = 0.9 * min(rows.last_day, rebuilt.last_day)
    mean = restricted_mean(rows, tau).value
    assert restricted_mean(rebuilt, tau).value == pytest.approx(mean, rel=0.005)
    days = np.arange(0.0, rows.last_day, 200.0)
    np.testing.assert_array_equal(rebuilt.numbers_at_risk(days), rows.numbers_at_risk(days))


@pytest.mark.parametrize(("group", "n", "events"), [(1, 38, 24), (2, 54, 25), (3, 45, 34)])
def test_transplanted_patients_of_klein_and_moeschberger(group: int, n: int, events: int) -> None:
    """Disease-free survival by risk group, from readings as exact as a vector drawing."""
    d = columns("KMsurv/bmt.csv")
    chosen = d["group"] == group
    rows = follow_up(d["t2"][chosen], d["d3"][chosen])
    rebuilt = reconstruct(drawn(rows)).follow_up
    assert (rebuilt.n, rebuilt.events) == (n, events)
    assert largest_gap(rows, rebuilt) < 1e-12


@pytest.mark.parametrize(("sex", "events"), [(1, 112), (2, 53)])
def test_lung_cancer_by_sex(sex: int, events: int) -> None:
    """138 and 90 patients: too many for half-point readings, few enough for exact ones."""
    d = columns("survival/lung.csv")
    chosen = d["sex"] == sex
    rows = follow_up(d["time"][chosen], d["status"][chosen] == 2)
    rebuilt = reconstruct(drawn(rows)).follow_up
    assert rebuilt.events == events
    assert largest_gap(rows, rebuilt) < 0.001


@pytest.mark.parametrize("arm", ["radio", "radioplus"])
def test_digitised_curves_of_a_trial(arm: str) -> None:
    """Bonner 2006 as digitised in IPDfromKM, months: numbers at risk met, curve within 2 points."""
    readings = columns(f"IPDfromKM/Radiationdata_{arm}.csv")
    days = np.maximum(readings["V1"], 0.0)
    curve = PublishedCurve(
        days=days,
        survival=readings["V2"] / 100,
        risk_days=columns("IPDfromKM/Radiationdata_trisk.csv")["value"][:6],
        at_risk=columns(f"IPDfromKM/Radiationdata_nrisk.{arm}.csv")["value"],
        reading_error=0.01,
        last_day=max(float(days.max()), 50.0),
        **WORDS,
    )
    found = reconstruct(curve)
    np.testing.assert_array_equal(found.follow_up.numbers_at_risk(curve.risk_days), curve.at_risk)
    assert found.worst_gap < 0.02


def test_reconstructions_differ_but_keep_what_was_printed() -> None:
    """19 children: the same events and numbers at risk, other days of censoring; seeded."""
    rows = made(19, 2)
    curve = drawn(rows)
    several = reconstructions(curve, 10, np.random.default_rng(1))
    again = reconstructions(curve, 10, np.random.default_rng(1))
    days = curve.risk_days
    for one, same in zip(several, again, strict=True):
        np.testing.assert_array_equal(one.follow_up.exit, same.follow_up.exit)
        np.testing.assert_array_equal(one.follow_up.numbers_at_risk(days), curve.at_risk)
        assert one.worst_gap < 0.02
    censored = {tuple(one.follow_up.exit[one.follow_up.status == 0]) for one in several}
    assert len(censored) == 10


def test_reconstructions_of_many_carry_the_reading_error() -> None:
    """400 children read to half a point: survival at a year spreads, by less than that error."""
    rows = made(400, 1)
    several = reconstructions(drawn(rows, noise=0.005), 20, np.random.default_rng(1))
    year = [kaplan_meier(one.follow_up).survival_at(365).value for one in several]
    assert 0.0005 < np.std(year) < 0.005


def test_printed_figures_are_checked() -> None:
    """A true median and landmark agree; a landmark 5 points off does not."""
    rows = made(54, 3)
    curve = kaplan_meier(rows)
    median, year = curve.median().value, curve.survival_at(365).value
    good = reconstruct(drawn(rows, median=median, landmarks=((365, round(year, 2)),)))
    assert good.agrees
    assert {check.name for check in good.checks} == {"median", "survival on day 365"}
    bad = reconstruct(drawn(rows, landmarks=((365, year + 0.05),)))
    assert not bad.agrees


def test_a_flat_tail_invents_no_death() -> None:
    """Heavy late censoring on a plateau, as curves after CAR-T look: no event on the tail."""
    exits = np.concatenate([[40, 90, 150, 200], np.linspace(700, 1500, 15)])
    rows = follow_up(exits, np.arange(19) < 4)
    rebuilt = reconstruct(drawn(rows, noise=0.005, seed=5)).follow_up
    assert rebuilt.events == 4
    assert rebuilt.exit[rebuilt.status == 1].max() == 200


def test_nobody_had_the_event() -> None:
    """A curve that stays at 1: all censored, the last at its end."""
    curve = PublishedCurve(
        days=[0, 500], survival=[1, 1], risk_days=[0, 250], at_risk=[10, 6], **WORDS
    )
    rebuilt = reconstruct(curve).follow_up
    assert (rebuilt.n, rebuilt.events, rebuilt.last_day) == (10, 0, 500.0)
    assert rebuilt.numbers_at_risk([250]).tolist() == [6]


def test_one_child() -> None:
    """One child who died: the curve falls to 0."""
    curve = PublishedCurve(days=[0, 90], survival=[1, 0], risk_days=[0], at_risk=[1], **WORDS)
    rebuilt = reconstruct(curve).follow_up
    assert (rebuilt.exit.tolist(), rebuilt.status.tolist()) == ([90.0], [1])


def test_a_table_in_months_and_percent_is_read() -> None:
    """As a curve file holds it."""
    table = {
        "coordinates": [[0, 100], [3, 100], [3, 90], [12, 90]],
        "numbers_at_risk": [[0, 10], [6, 9]],
        "days_per_unit": 30.4375,
        "percent": True,
        "median": 20,
        "landmarks": [[6, 90]],
        **WORDS,
    }
    curve = published_curve(table)
    assert curve.median == pytest.approx(608.75)
    assert curve.landmarks == ((182.625, 0.9),)
    rebuilt = reconstruct(curve).follow_up
    assert rebuilt.exit[rebuilt.status == 1].tolist() == [91.3125]
