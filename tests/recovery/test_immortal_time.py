# SPDX-License-Identifier: Apache-2.0
"""A transplant without any effect: the naive comparison finds one, the sound analyses do not."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartulary.evidence import Estimate
from cartulary.studies.exposure_analyses import (
    CLONE_CENSOR_WEIGHT,
    LANDMARK,
    NAIVE,
    SIMON_MAKUCH,
    TIME_DEPENDENT,
)
from cartulary.studies.exposure_effect import ExposureEffect
from cartulary.studies.exposure_rows import SMALL_GROUP
from cartulary.studies.transplant_effect import transplant_effect_of_cohort
from cartulary.studies.transplant_simulation import cohort_without_effect

COHORTS, CHILDREN = 60, 300
# A mean of logarithms lies within 3.5 of its standard errors in all but 1 of 2,000 such tests;
# 0.03 allows for the bias of order 1/n that a ratio of hazards has at n = 300.
STANDARD_ERRORS, FINITE_SAMPLE = 3.5, 0.03
SOUND = [
    pytest.param(LANDMARK, 60.0, id="landmark 60"),
    pytest.param(LANDMARK, 90.0, id="landmark 90"),
    pytest.param(LANDMARK, 120.0, id="landmark 120"),
    pytest.param(TIME_DEPENDENT, None, id="time-dependent"),
    pytest.param(SIMON_MAKUCH, None, id="Simon-Makuch"),
    pytest.param(CLONE_CENSOR_WEIGHT, None, id="clone-censor-weight"),
]


@pytest.fixture(scope="module")
def effects() -> list[ExposureEffect]:
    return [
        transplant_effect_of_cohort(cohort_without_effect(CHILDREN, np.random.default_rng(seed)))
        for seed in range(COHORTS)
    ]


def logarithms(effects: list[ExposureEffect], method: str, day: float | None) -> np.ndarray:
    values = [effect.row(method, day).ratio.value for effect in effects]
    known = [value for value in values if value is not None]
    assert len(known) == COHORTS
    return np.log(known)


def test_ever_against_never_finds_a_protection_that_is_not_there(
    effects: list[ExposureEffect],
) -> None:
    ratios = np.exp(logarithms(effects, NAIVE, None))
    assert 0.1 < np.exp(np.log(ratios).mean()) < 0.2
    assert ratios.max() < 0.4
    naive = [effect.row(NAIVE).ratio for effect in effects]
    assert all(ratio.high is not None and ratio.high < 1.0 for ratio in naive)
    assert all(effect.row(NAIVE).biased for effect in effects)


@pytest.mark.parametrize(("method", "day"), SOUND)
def test_the_sound_analyses_find_nothing(
    effects: list[ExposureEffect], method: str, day: float | None
) -> None:
    found = logarithms(effects, method, day)
    error = found.std(ddof=1) / np.sqrt(COHORTS)
    assert abs(found.mean()) < STANDARD_ERRORS * error + FINITE_SAMPLE
    # The margin itself is narrow enough to tell 1 from the naive figure ten times over.
    assert STANDARD_ERRORS * error + FINITE_SAMPLE < 0.2


@pytest.mark.parametrize(("method", "day"), [*SOUND[:4]])
def test_their_intervals_hold_one_as_often_as_they_say(
    effects: list[ExposureEffect], method: str, day: float | None
) -> None:
    ratios = [effect.row(method, day).ratio for effect in effects]
    outside = sum(not holds_one(ratio) for ratio in ratios)
    # Of 60 intervals at 95%, 9 or more miss with probability 0.002.
    assert outside <= 8


def holds_one(ratio: Estimate) -> bool:
    assert ratio.low is not None
    assert ratio.high is not None
    return ratio.low <= 1.0 <= ratio.high


def test_a_landmark_says_how_many_children_it_loses(effects: list[ExposureEffect]) -> None:
    rows = [effects[0].row(LANDMARK, day) for day in (28.0, 60.0, 90.0, 120.0)]
    assert [row.kept + row.lost for row in rows] == [CHILDREN] * 4
    assert [row.lost for row in rows] == sorted(row.lost for row in rows)
    assert rows[0].ratio.value is None
    assert rows[0].why == SMALL_GROUP
    assert "0 counted as exposed and" in rows[0].ratio.notes[0]


def test_resampled_strategies_differ_by_nothing_more_than_chance() -> None:
    draws = np.random.default_rng(2026)
    held = 0
    for _ in range(12):
        cohort = cohort_without_effect(200, draws)
        found = transplant_effect_of_cohort(cohort, draws=draws, n_resamples=200)
        assert found.strategies is not None
        difference = found.strategies.difference
        assert difference.low is not None
        assert difference.high is not None
        held += difference.low <= 0.0 <= difference.high
    # Of 12 intervals at 95%, 4 or more miss with probability 0.002.
    assert held >= 9


def test_the_example_prints_its_table_with_one_command(repository: Path) -> None:
    script = repository / "examples" / "immortal_time" / "demo.py"
    run = subprocess.run(
        [sys.executable, str(script), "120", "3"], capture_output=True, text=True, check=True
    )
    assert "wrong: it looks into the future" in run.stdout
    assert "transplant by day 120 against none by then" in run.stdout
    again = subprocess.run(
        [sys.executable, str(script), "120", "3"], capture_output=True, text=True, check=True
    )
    assert again.stdout == run.stdout


def test_the_numbers_of_the_example_are_even_and_its_seeds_apart(repository: Path) -> None:
    script = repository / "examples" / "immortal_time" / "demo.py"
    spec = importlib.util.spec_from_file_location("immortal_time_demo", script)
    assert spec is not None
    assert spec.loader is not None
    demo = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(demo)
    first, second = (demo.CountedDraws(seed).random((20_000,)) for seed in (1, 2))
    # The mean of 20,000 uniform numbers has standard error 0.002.
    assert abs(first.mean() - 0.5) < 0.01
    assert not set(first.tolist()) & set(second.tolist())
    assert demo.CountedDraws(1).integers(0, 5, (1000,)).max() == 4
