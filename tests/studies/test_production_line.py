# SPDX-License-Identifier: Apache-2.0
"""The production line against closed forms of queues, and day by day where nothing is random."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.studies.production_line.line import (
    Line,
    by_places_and_requests,
    figures_of,
)
from cartulary.studies.production_line.line_rates import line_file, line_rates
from cartulary.studies.production_line.requests import ATTEMPTS, Requests, draw_requests
from cartulary.studies.production_line.running import run_line
from cartulary.studies.production_line.site import Closure, LineError, Site, closures
from cartulary.studies.production_line.told import LEFT, MADE, NOT_MADE, as_quantiles
from cartulary.twin.policy import Platform
from cartulary.twin.population_children import Floats
from cartulary.twin.streams import exponential, uniform

MANY = 20_000


def asked(
    days: Floats,
    place: Floats | float,
    *,
    release: float = 0.0,
    fails_in_place: tuple[float, float] = (np.nan, np.nan),
    fails_at_release: tuple[bool, bool] = (False, False),
    again: bool = True,
    between: float = 0.0,
    patience: Floats | float = np.inf,
) -> Requests:
    """Requests that differ in their days alone."""
    n = len(days)
    held = np.broadcast_to(np.asarray(place, dtype=float), (n,))
    return Requests(
        asked_day=np.asarray(days, dtype=float),
        place_days=np.column_stack([held] * ATTEMPTS),
        release_days=np.full((n, ATTEMPTS), release),
        fails_in_place=np.tile(fails_in_place, (n, 1)),
        fails_at_release=np.tile(fails_at_release, (n, 1)),
        tried_again=np.full(n, again),
        days_between=np.full(n, between),
        patience_days=np.broadcast_to(np.asarray(patience, dtype=float), (n,)),
    )


def poisson_days(mean_gap_days: float) -> Floats:
    gaps = exponential(5, np.arange(MANY), "arrivals of a test", 1)[:, 0]
    return np.asarray(np.cumsum(gaps * mean_gap_days))


def batch_error(waits: Floats) -> float:
    """Standard error of a mean of dependent waits, by 40 batches."""
    batches = waits[: len(waits) // 40 * 40].reshape(40, -1).mean(axis=1)
    return float(batches.std(ddof=1) / math.sqrt(40))


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_one_place_and_equal_days_wait_as_pollaczek_and_khinchine_say(load: float) -> None:
    told = run_line(Site(places=1), asked(poisson_days(10.0 / load), 10.0))
    waits = told.queue_days[:, 0]
    expected = load * 10.0 / (2.0 * (1.0 - load))
    # Four standard errors: one run in 16,000 falls outside by chance, and this one is fixed.
    assert abs(waits.mean() - expected) < 4 * batch_error(waits)
    assert batch_error(waits) < 0.12 * expected


@pytest.mark.parametrize(("places", "load"), [(1, 0.7), (2, 0.7), (4, 0.85)])
def test_exponential_days_wait_as_erlang_says(places: int, load: float) -> None:
    mean = 10.0
    place = exponential(6, np.arange(MANY), "days of a test", 1)[:, 0] * mean
    told = run_line(Site(places=places), asked(poisson_days(mean / (load * places)), place))
    waits = told.queue_days[:, 0]
    offered = load * places
    terms = [offered**k / math.factorial(k) for k in range(places)]
    last = offered**places / math.factorial(places) / (1.0 - load)
    all_taken = last / (sum(terms) + last)
    expected = all_taken * mean / (places * (1.0 - load))
    assert abs(waits.mean() - expected) < 4 * batch_error(waits)
    assert abs(np.mean(waits > 1e-9) - all_taken) < 0.03
    # Whoever waits, waits an exponential time with the same mean whatever the wait so far.
    tail = np.mean(waits > 20.0)
    assert abs(tail - all_taken * math.exp(-20.0 * places * (1 - load) / mean)) < 0.03


def test_the_mean_queue_is_arrivals_times_the_mean_wait() -> None:
    told = run_line(Site(places=1), asked(poisson_days(14.0), 10.0, patience=40.0))
    end = float(told.queue_change_day[-1])
    wait = np.where(
        np.isnan(told.left_day), told.queue_days[:, 0], told.left_day - told.collected_day[:, 0]
    )
    # Little's law, with those who leave counted as well; the queue is read off the events.
    assert told.mean_queue(0.0, end) == pytest.approx(wait.sum() / end, rel=1e-9)
    assert (told.outcome == LEFT).any()


def test_a_line_without_chance_goes_by_the_day() -> None:
    told = run_line(
        Site(places=1, cleaning_days=2.0, collection_days=1.0), asked(np.arange(4) * 10.0, 11.0)
    )
    # Each is 13 days in the place, cleaning included, and one comes every 10.
    assert told.queue_days[:, 0].tolist() == [0.0, 3.0, 6.0, 9.0]
    assert told.started_day[:, 0].tolist() == [1.0, 14.0, 27.0, 40.0]
    assert told.busy_share(1, 2.0, 1.0, 53.0) == 1.0
    two = run_line(
        Site(places=2, cleaning_days=2.0, collection_days=1.0), asked(np.arange(4) * 10.0, 11.0)
    )
    assert two.queue_days[:, 0].tolist() == [0.0] * 4


def test_nobody_waits_where_there_are_places_enough() -> None:
    told = run_line(Site(), asked(np.zeros(5), 8.0, release=4.0))
    assert told.queue_days[:, 0].tolist() == [0.0] * 5
    assert told.decided_day[:, 0].tolist() == [12.0] * 5
    assert told.mean_queue(0.0, 12.0) == 0.0


def test_a_product_that_fails_in_its_place_frees_it_and_is_made_again() -> None:
    requests = asked(np.array([0.0]), 8.0, release=4.0, fails_in_place=(0.25, np.nan), between=7.0)
    told = run_line(Site(places=1, collection_days=1.0), requests)
    assert told.ended_day[0].tolist() == [3.0, 19.0]  # 1 + 2; 3 + 7 + 1 + 8
    assert told.decided_day[0].tolist() == [3.0, 23.0]
    assert told.outcome.tolist() == [MADE]
    assert requests.place_days_a_child == 10.0


def test_a_product_that_fails_its_tests_is_known_after_them() -> None:
    told = run_line(
        Site(places=1), asked(np.array([0.0]), 8.0, release=4.0, fails_at_release=(True, True))
    )
    assert told.decided_day[0].tolist() == [12.0, 24.0]
    assert told.outcome.tolist() == [NOT_MADE]
    once = asked(np.array([0.0]), 8.0, fails_at_release=(True, False), again=False)
    assert run_line(Site(places=1), once).outcome.tolist() == [NOT_MADE]


def test_who_leaves_the_queue_makes_room_and_never_starts() -> None:
    patience = np.array([np.inf, 5.0, np.inf])
    told = run_line(Site(places=1), asked(np.array([0.0, 1.0, 2.0]), 10.0, patience=patience))
    assert told.outcome.tolist() == [MADE, LEFT, MADE]
    assert told.left_day[1] == 6.0
    assert np.isnan(told.started_day[1]).all()
    assert told.started_day[2, 0] == 10.0


def test_a_closure_lets_a_product_finish_and_holds_the_next() -> None:
    site = Site(places=1, closures=(Closure(5.0, 14.0, 1),))
    told = run_line(site, asked(np.array([0.0, 6.0]), 10.0))
    assert told.started_day[:, 0].tolist() == [0.0, 19.0]
    # A closure that is over before a product is finished takes nothing.
    short = Site(places=1, closures=(Closure(5.0, 2.0, 1),))
    assert run_line(short, asked(np.array([0.0, 6.0]), 10.0)).started_day[1, 0] == 10.0


def test_only_so_many_are_collected_at_once() -> None:
    told = run_line(Site(collections_at_once=1, collection_days=1.0), asked(np.zeros(3), 8.0))
    assert told.collected_day[:, 0].tolist() == [1.0, 2.0, 3.0]


def test_closures_are_as_often_as_the_rates_say() -> None:
    rates = line_rates()
    days = 1000 * 365.25
    found = closures(rates, 3, days, 1, 0)
    planned = [one for one in found if one.places == 3]
    broken = [one for one in found if one.places == 1]
    assert len(planned) == 1000 * rates.value("shutdowns_a_year")
    expected = 3 * days / (365.25 / rates.value("breakdowns_a_year") + rates.value("repair_days"))
    assert abs(len(broken) - expected) < 4 * math.sqrt(expected)
    assert closures(rates, None, days, 1, 0) == ()


def test_requests_come_at_their_rate_and_fail_as_often_as_the_twin_says() -> None:
    values = parameters()
    made = draw_requests(Platform.CENTRAL, 40, 500, values, line_rates(), 3)
    assert abs(len(made) - 20_000) < 4 * math.sqrt(20_000)
    failed = made.fails_at_release[:, 0] | ~np.isnan(made.fails_in_place[:, 0])
    share = values.value("central_failure")
    assert abs(failed.mean() - share) < 4 * math.sqrt(share * (1 - share) / len(made))
    total = made.place_days[:, 0] + made.release_days[:, 0]
    assert abs(np.median(total) - values.value("central_days")) < 0.3
    assert (made.release_days >= 0).all()


def test_the_same_seed_runs_the_same_line() -> None:
    one, other = (
        figures_of(Line(Platform.IN_HOUSE, 1, 30), parameters(), years=10, seed=4) for _ in "ab"
    )
    assert np.array_equal(one.waits, other.waits)
    assert not np.array_equal(
        one.waits,
        figures_of(Line(Platform.IN_HOUSE, 1, 30), parameters(), years=10, seed=5).waits,
    )


def test_more_places_never_wait_longer_and_more_children_do() -> None:
    made = by_places_and_requests(
        Platform.IN_HOUSE, (1, 2), (15, 30), parameters(), years=40, seed=2
    )
    few_one, many_one, few_two, many_two = made
    assert few_one.wait_mean_days < many_one.wait_mean_days
    assert few_two.wait_mean_days < few_one.wait_mean_days
    assert many_two.wait_mean_days < many_one.wait_mean_days
    # Of place-days that are open, as many are used as are asked for.
    for one in (few_one, few_two, many_two):
        assert one.keeps_up
        assert one.busy == pytest.approx(one.load * (1 - 0.0955), rel=0.06)
    crowded = figures_of(Line(Platform.IN_HOUSE, 1, 60), parameters(), years=20, seed=2)
    assert not crowded.keeps_up
    assert crowded.left > 0.2


def test_waits_become_a_distribution_that_gives_them_back() -> None:
    drawn = uniform(1, np.arange(4000), "waits of a test", 1)[:, 0]
    waits = np.maximum(20.0 * drawn - 8.0, 0.0)  # 40% do not wait
    kept = as_quantiles(waits)
    again = kept.at(uniform(2, np.arange(4000), "waits of a test", 1)[:, 0])
    assert abs(np.mean(again == 0) - np.mean(waits == 0)) < 0.03
    assert abs(again.mean() - waits.mean()) < 0.25
    assert as_quantiles(np.zeros(9)).values[-1] == 0.0


def test_a_line_that_makes_nothing_is_refused() -> None:
    with pytest.raises(LineError, match="0 places"):
        Site(places=0)
    with pytest.raises(LineError, match="ask nothing"):
        figures_of(Line(Platform.IN_HOUSE, 1, 0), parameters(), years=10, seed=1)


def test_every_rate_of_the_line_says_where_it_comes_from() -> None:
    for one in line_file().parameters:
        assert one.source.citation
        if one.source.support == "ours":
            assert one.support.value == "speculative", one.name
