# SPDX-License-Identifier: Apache-2.0
"""Ranks of known parameters are uniform, and a posterior that is too sure or too wide is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pytest

from cartulary.course.errors import CartularyError
from cartulary.studies.calibration import ranks as module
from cartulary.studies.calibration.emulator import Emulator, fit_emulator
from cartulary.studies.calibration.posterior_chain import prior_around, whole_prior
from cartulary.studies.calibration.prior import parameter_set
from cartulary.studies.calibration.ranks import (
    RANKED_AMONG,
    TIMES_CHILDREN,
    Ranks,
    rank_truths,
)
from cartulary.studies.calibration.ranks_text import ranks_text
from cartulary.studies.calibration.run_points import Problem
from cartulary.studies.calibration.worker_processes import here
from tests.calibration.plain_problem import plain_problem

CHILDREN = 2000
NAMES = tuple(f"parameter_{at}" for at in range(20))


def figures_at(problem: Problem, deviates: np.ndarray, children: int, first: int) -> np.ndarray:
    """The formula's figures at points, on their scales."""
    rows = []
    for at, row in enumerate(deviates):
        point = [one.mean + one.sd * value for one, value in zip(problem.free, row, strict=True)]
        found = problem.predict(
            parameter_set(problem.base, point, problem.free),
            problem.targets,
            children=children,
            seed=1,
            first=first + at,
        )
        rows.append(
            [one.on_scale(value) for one, value in zip(problem.targets, found, strict=True)]
        )
    return np.array(rows)


@cache
def emulator_and_truths() -> tuple[Problem, Emulator, tuple[np.ndarray, ...]]:
    """An emulator from points of the prior, and other points to be found again."""
    problem = plain_problem()
    deviates = np.random.default_rng(8).normal(size=(240, len(problem.free)))
    known = whole_prior(problem.free).draws(80, 3, "truths")
    emulator = fit_emulator(
        deviates,
        figures_at(problem, deviates, CHILDREN, 0),
        np.full(len(problem.targets), 0.05),
        np.ones(len(deviates), dtype=bool),
        names=[one.id for one in problem.targets],
        seed=2,
        candidates=("quadratic",),
    )
    return (
        problem,
        emulator,
        (known, figures_at(problem, known, TIMES_CHILDREN * CHILDREN, 10_000)),
    )


def ranked() -> Ranks:
    """Ranks of known points of the plain problem."""
    problem, emulator, (known, simulated) = emulator_and_truths()
    return rank_truths(
        whole_prior(problem.free), problem.targets, emulator, (known, simulated), seed=2, steps=250
    )


@pytest.mark.slow
def test_ranks_of_known_parameters_are_uniform() -> None:
    ranks = ranked()
    # The verdict doubts beyond two errors, which chance alone exceeds in one check of ten.
    for level in (0.5, 0.9):
        pooled = ranks.pooled(level)
        assert abs(pooled.share - level) < 3.0 * pooled.error, ranks_text(ranks)
    assert min(ranks.chi_square_p.min(), ranks.band_p.min()) > 0.01, ranks_text(ranks)
    assert ranks.coverage_p(0.5) > 0.01
    assert ranks.coverage_p(0.9) > 0.01
    assert ranks.effective > RANKED_AMONG


@pytest.mark.slow
def test_ranks_show_a_likelihood_that_is_too_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = module._printed

    def twice(likelihood: object, figure: np.ndarray, *rest: object) -> np.ndarray:
        printed = honest(likelihood, figure, *rest)  # type: ignore[arg-type]
        return figure + 2.0 * (printed - figure)

    # Studies that err twice as much as their sizes say: the posterior must look too sure.
    monkeypatch.setattr(module, "_printed", twice)
    ranks = ranked()
    assert not ranks.uniform
    assert ranks.verdicts == ("too sure",)
    assert ranks.coverage(0.9)[:3].mean() < 0.8


def planted(width: float, truths: int = 60) -> Ranks:
    """Ranks of standard normal truths under posteriors whose width is this many times the right."""
    chance = np.random.default_rng(11)
    found = chance.normal(size=(truths, len(NAMES)))
    among = width * chance.normal(size=(RANKED_AMONG, truths, len(NAMES)))
    return Ranks(NAMES, (among < found).sum(axis=0))


def test_a_posterior_of_the_right_width_has_no_verdict() -> None:
    ranks = planted(1.0)
    assert ranks.uniform
    assert ranks.verdicts == ()
    assert ranks.pooled(0.5).share == pytest.approx(0.5, abs=0.03)
    assert "Nothing speaks against uniform ranks." in ranks_text(ranks)


@pytest.mark.parametrize(("width", "verdict"), [(0.8, "too sure"), (1.25, "too wide")])
def test_a_width_that_no_single_parameter_shows_is_named_by_all_together(
    width: float, verdict: str
) -> None:
    ranks = planted(width)
    assert ranks.chi_square_p.min() * len(NAMES) > 0.01
    assert ranks.verdicts == (verdict,)
    assert not ranks.uniform
    text = ranks_text(ranks)
    assert f"The posterior is {verdict}" in text
    assert verdict.upper() in text
    about = ranks.about()
    assert about["verdicts"] == [verdict]
    assert [one["level"] for one in about["pooled"]] == [0.5, 0.9]
    assert about["pooled"][0]["verdict"] == verdict
    assert set(about) == {
        "truths", "uniform", "verdicts", "effective_draws", "pooled", "parameters",
    }  # fmt: skip


def test_parameters_that_repeat_one_another_are_no_more_evidence() -> None:
    one = np.random.default_rng(3).integers(0, RANKED_AMONG + 1, size=(60, 1))
    alone = Ranks(NAMES[:1], one).pooled(0.5)
    repeated = Ranks(NAMES, np.repeat(one, len(NAMES), axis=1)).pooled(0.5)
    assert repeated.share == pytest.approx(alone.share)
    assert repeated.error == pytest.approx(alone.error)
    assert planted(1.0).pooled(0.5).error < 0.4 * alone.error


def test_too_few_known_points_are_refused() -> None:
    problem, emulator, (known, simulated) = emulator_and_truths()
    gone = simulated.copy()
    gone[5:, 0] = np.nan
    with pytest.raises(CartularyError, match="5 of 80 known points have every figure"):
        rank_truths(whole_prior(problem.free), problem.targets, emulator, (known, gone), seed=2)


def test_truths_are_draws_of_the_prior() -> None:
    prior = whole_prior(plain_problem().free)
    known = prior.draws(400, 1, "truths")
    np.testing.assert_array_equal(known, prior.draws(400, 1, "truths"))
    np.testing.assert_array_equal(known[:30], prior.draws(30, 1, "truths"))
    assert np.abs(known.mean(axis=0)).max() < 0.2
    assert np.abs(known.std(axis=0) - 1.0).max() < 0.15
    assert prior.holds(known).all()


def test_a_prior_where_draws_are_has_their_middle_and_spread() -> None:
    free = plain_problem().free
    draws = 0.5 + 0.2 * np.random.default_rng(2).normal(size=(300, len(free)))
    prior = prior_around(free, draws)
    known = prior.draws(2000, 1, "truths")
    assert np.abs(known.mean(axis=0) - draws.mean(axis=0)).max() < 0.02
    assert np.abs(known.std(axis=0) / draws.std(axis=0) - 1.0).max() < 0.06
    far = prior.mean + 4.01 * prior.sd * (np.arange(len(free)) == 0)
    assert not prior.holds(far[None, :])[0]


def test_the_order_in_which_truths_are_found_changes_nothing() -> None:
    problem, emulator, (known, simulated) = emulator_and_truths()

    def backwards(does: Callable[[Any], Any], work: Sequence[Any]) -> Iterator[Any]:
        return map(does, reversed(work))

    told: list[int] = []
    one, other = (
        rank_truths(
            whole_prior(problem.free),
            problem.targets,
            emulator,
            (known[:10], simulated[:10]),
            seed=2,
            steps=200,
            spread=spread,
            progress=lambda done, of: told.append(done),
        )
        for spread in (here, backwards)
    )
    np.testing.assert_array_equal(one.ranks, other.ranks)
    assert told == [*range(1, 11)] * 2
