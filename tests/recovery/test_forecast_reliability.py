# SPDX-License-Identifier: Apache-2.0
"""Fresh virtual children whose future is known: the forecast finds it, and knows how sure it is."""

from __future__ import annotations

import numpy as np
import pytest

from cartulary.course.errors import CartularyError
from cartulary.reports.forecast_report.page import forecast_check_html
from cartulary.studies.child_forecast.check import Checked, check
from cartulary.studies.child_forecast.likelihood import Likeness, Weighed
from cartulary.studies.child_forecast.outcomes import Outcome
from tests.studies.forecast_library import small_library, small_source

DRAWS, CHILDREN = 5, 40


def checked() -> Checked:
    return check(small_library(), small_source(), draws=DRAWS, children=CHILDREN)


@pytest.fixture(scope="module")
def held() -> Checked:
    return checked()


def better_than_base_rate(found: Checked, outcome: Outcome) -> float:
    """The mean share of the base rate's Brier score that the forecasts save."""
    return float(np.mean([one.held.skill for one in found.judged if one.outcome is outcome]))


def test_what_was_forecast_comes_within_its_bands(held: Checked) -> None:
    inside, bins = held.inside
    assert bins >= 40
    # Of true forecasts 95% lie inside; bins share their children, so that more may miss at once.
    assert inside / bins >= 0.85


def test_the_forecast_is_better_than_the_base_rate(held: Checked) -> None:
    assert better_than_base_rate(held, Outcome.REMISSION) > 0.04
    assert better_than_base_rate(held, Outcome.CD19_POSITIVE) > 0.05


def test_most_children_at_risk_are_forecast(held: Checked) -> None:
    for landmark in held.landmarks:
        assert landmark.forecast > sum(landmark.refused.values())
        assert landmark.nothing_to_forecast > 0


def test_shuffled_weights_lose_all_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the weights those of other children, the tests above would say so."""
    true = Likeness.weighed
    turned = 0

    def shuffled(alike: Likeness, chosen: np.ndarray | None = None) -> Weighed:
        nonlocal turned
        turned += 1
        weighed = true(alike, chosen)
        order = np.random.default_rng(turned).permutation(len(weighed.weights))
        return Weighed(weighed.places, weighed.weights[order], weighed.fit, weighed.widened)

    monkeypatch.setattr(Likeness, "weighed", shuffled)
    lost = checked()
    assert better_than_base_rate(lost, Outcome.REMISSION) < 0.02
    assert better_than_base_rate(lost, Outcome.CD19_POSITIVE) < 0.02


def test_the_librarys_own_children_are_not_its_judges() -> None:
    with pytest.raises(CartularyError, match="by themselves"):
        check(small_library(), small_source(), seed=small_library().about.seed)


def test_the_page_says_it_in_both_languages(held: Checked) -> None:
    inside, bins = held.inside
    english, dutch = (forecast_check_html(held, lang) for lang in ("en", "nl"))
    assert f"{inside} of {bins} groups of forecasts" in english
    assert f"{inside} van {bins} groepen voorspellingen" in dutch
    assert english.count("<circle") == dutch.count("<circle") > 20
    assert "not for decisions" in english
    assert "niet voor beslissingen" in dutch
