# SPDX-License-Identifier: Apache-2.0
"""Planted parameters are found again, as often as they should be; and errors in the making show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cartulary.codebook.parameter_reader import parameters
from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.emulator import fit_emulator
from cartulary.studies.calibration.emulator_models import Fitted
from cartulary.studies.calibration.identifiability import Identified, identify
from cartulary.studies.calibration.predict import predict
from cartulary.studies.calibration.prior import free_parameters, parameter_set
from cartulary.studies.calibration.ranks import LEVELS
from cartulary.studies.calibration.ranks_of_run import NEAR_THE_DRAWS, PLACES, Place, ranks_at
from cartulary.studies.calibration.ranks_text import ranks_text
from cartulary.studies.calibration.run import Calibrated, Settings, Told, about_run, calibrate
from cartulary.studies.calibration.run_folder import Answer, RunFolder
from cartulary.studies.calibration.run_points import Asked, Problem, one_after_another
from cartulary.studies.calibration.run_result import result_of
from cartulary.studies.calibration.run_summary import summary
from cartulary.studies.calibration.target import FIT, targets
from cartulary.studies.calibration.worker_processes import here
from tests.calibration.plain_problem import FIGURES, plain_problem

TRUTH = np.array([0.8, -0.6, 0.5, 0.0])
SETTINGS = Settings(
    waves=2,
    points=120,
    children=2000,
    seed=5,
    replicates=12,
    check_points=24,
    draws=200,
    steps=500,
    ensembles=3,
    candidates=("plane", "quadratic", "gaussian process"),
)

QUICK = replace(SETTINGS, points=70, steps=120, ensembles=1, candidates=("plane", "quadratic"))


def run_in(
    folder: Path, problem: Problem, settings: Settings, *, resume: bool = False
) -> Calibrated:
    """A calibration in this process."""
    kept = RunFolder.begin(
        folder, about_run(problem, settings), len(problem.targets), resume=resume
    )
    return calibrate(problem, settings, kept, one_after_another(problem))


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Calibrated:
    """The plain problem with a planted truth, calibrated once."""
    return run_in(tmp_path_factory.mktemp("run") / "plain", plain_problem(TRUTH), SETTINGS)


@pytest.fixture(scope="module")
def known(calibrated: Calibrated) -> Identified:
    """What the figures say of each parameter."""
    last = calibrated.last
    names = [one.id for one in calibrated.problem.targets]
    return identify(calibrated.problem.free, names, last.likelihood, last.chains, seed=5, steps=400)


def test_a_planted_truth_lies_inside_the_posterior(calibrated: Calibrated) -> None:
    draws = calibrated.last.chains.draws
    assert calibrated.last.chains.converged
    apart = (draws.mean(axis=0) - TRUTH) / draws.std(axis=0)
    # The published figures are the truth's own, without sampling error: well inside, then.
    assert np.abs(apart).max() < 1.5


def test_the_figures_inform_what_they_follow_and_nothing_else(known: Identified) -> None:
    ratios = [one.ratio for one in known.parameters]
    assert max(ratios[:3]) < 0.5
    assert 0.9 < ratios[3] < 1.1
    assert [one.verdict for one in known.parameters][3] == "not informed"
    assert all(one.by for one in known.parameters[:3])


def test_a_posterior_follows_its_prior_where_the_figures_are_silent(known: Identified) -> None:
    follows = [one.follows_prior for one in known.parameters]
    assert max(follows[:3]) < 0.25
    assert follows[3] == pytest.approx(1.0, abs=0.15)
    wider = [one.under_wider[1] for one in known.parameters]
    assert wider[3] == pytest.approx(2.0, rel=0.15)
    assert max(wider[:3]) < 0.6


def test_the_emulator_agrees_with_the_simulator_at_draws(calibrated: Calibrated) -> None:
    # A share of 2,000 children has a log odds' standard error near 0.045 to 0.07.
    assert np.abs(calibrated.checked.bias).max() < 0.06
    assert calibrated.checked.sd.max() < 0.12


def test_the_summary_names_every_parameter_and_figure(
    calibrated: Calibrated, known: Identified
) -> None:
    text = summary(result_of(calibrated, known))
    assert "not a medical device" in text
    for one in (*calibrated.problem.free, *calibrated.problem.targets):
        name = one.name if hasattr(one, "mean") else one.id
        assert name in text
    assert "The figures say next to nothing of: cured_after_relapse." in text


class _StopsAfterSome:
    """Simulates some points, and then is interrupted."""

    def __init__(self, problem: Problem, some: int) -> None:
        self.problem, self.left = problem, some

    def __call__(self, asked: Sequence[Asked]) -> Iterator[Answer]:
        # Backwards, as processes might finish.
        for answer in one_after_another(self.problem)(list(reversed(asked))):
            if self.left == 0:
                raise KeyboardInterrupt
            self.left -= 1
            yield answer


def test_a_run_that_was_stopped_gives_what_an_unbroken_one_gives(tmp_path: Path) -> None:
    problem = plain_problem(TRUTH)
    whole = run_in(tmp_path / "unbroken", problem, QUICK)
    about = about_run(problem, QUICK)
    for some in (50, 90):
        kept = RunFolder.begin(tmp_path / "run", about, len(problem.targets), resume=some > 50)
        with pytest.raises(KeyboardInterrupt):
            calibrate(problem, QUICK, kept, _StopsAfterSome(problem, some))
    with (tmp_path / "run" / "figures.jsonl").open("a") as file:
        file.write('{"stage": 2, "index": 7, "figu')
    again = run_in(tmp_path / "run", problem, QUICK, resume=True)
    np.testing.assert_array_equal(again.draws, whole.draws)


def test_points_that_fail_are_counted_and_left_out(tmp_path: Path) -> None:
    problem = plain_problem(TRUTH)
    formula = problem.predict
    failing = iter(range(10**6))

    def sometimes(*given: object, **named: object) -> object:
        if next(failing) % 10 == 3:
            raise ValueError("no child could be followed")
        return formula(*given, **named)  # type: ignore[arg-type]

    settings = replace(SETTINGS, waves=1, ensembles=1, candidates=("quadratic",))
    made = run_in(tmp_path / "run", replace(problem, predict=sometimes), settings)  # type: ignore[arg-type]
    assert 10 <= len(made.failed) <= 25
    assert "no child could be followed" in made.failed[0]
    draws = made.last.chains.draws
    assert (np.abs(draws.mean(axis=0) - TRUTH) < 2 * draws.std(axis=0)).all()


@pytest.mark.slow
def test_the_twin_itself_gives_back_planted_parameters(tmp_path: Path) -> None:
    names = ("destiny", "fever_threshold", "cured_after_relapse", "non_expander_share")
    free = tuple(one for one in free_parameters() if one.name in names)
    wanted = (
        "eliana.response_jco",
        "eliana.crs_any_nejm",
        "eliana.os_36_jco",
        "eliana.efs_12_nejm",
        "eliana.bca_6_nejm",
        "eliana.peak_day",
    )
    chosen = [one for one in targets(FIT) if one.id in wanted]
    assert len(chosen) == len(wanted)
    truth = np.array([0.5, -0.5, 0.4, -0.3])
    planted = [one.mean + one.sd * value for one, value in zip(free, truth, strict=True)]
    base = parameters()
    figures = predict(parameter_set(base, planted, free), chosen, children=2000, seed=77, threads=1)
    published = tuple(
        replace(
            one, value=float(value), low=None, high=None, n=400, given_effective_n=None,
            given_sampling_sd=0.05 if one.given_sampling_sd else None, repeats=1,
            discrepancy_sd=0.0,
        )
        for one, value in zip(chosen, figures, strict=True)
    )  # fmt: skip
    problem = Problem(base, free, published, predict)
    settings = Settings(
        waves=1, points=90, children=200, seed=3, replicates=8, check_points=4, draws=100,
        steps=500, ensembles=2, candidates=("plane", "quadratic"),
    )  # fmt: skip
    made = run_in(tmp_path / "run", problem, settings)
    draws = made.last.chains.draws
    apart = np.abs(draws.mean(axis=0) - truth) / draws.std(axis=0)
    # Four parameters, one draw of the data: each within 2.5 sd has a chance of 95%.
    assert apart.max() < 2.5
    # And the figures have said something: of the threshold of fever and of the destiny above all.
    assert draws.std(axis=0)[[one.name for one in free].index("fever_threshold")] < 0.6


def test_an_emulator_needs_points() -> None:
    problem = plain_problem()
    chance = np.random.default_rng(8)
    deviates = chance.normal(size=(30, len(problem.free)))
    few = chance.normal(size=(30, len(problem.targets)))
    few[10:, 0] = np.nan
    with pytest.raises(CartularyError, match=r"Too few points have a figure: plain\.figure_0"):
        fit_emulator(
            deviates,
            few,
            np.full(few.shape[1], 0.05),
            np.ones(30, dtype=bool),
            names=[one.id for one in problem.targets],
            seed=1,
        )


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.key)
def test_a_calibration_is_checked_over_its_prior_and_where_its_draws_are(
    place: Place, calibrated: Calibrated, tmp_path: Path
) -> None:
    folder = RunFolder.begin(
        tmp_path / "run", about_run(calibrated.problem, SETTINGS), FIGURES, resume=False
    )
    points = one_after_another(calibrated.problem)
    told: list[str] = []
    ranks = ranks_at(
        place, calibrated, folder, points, here, 20,
        Told(points=lambda stage, done, of: told.append(f"{stage}: {done} of {of}")),
    )  # fmt: skip
    assert ranks.ranks.shape == (20, len(calibrated.problem.free))
    # As in test_ranks: three errors, as the command doubts beyond two.
    for level in LEVELS:
        pooled = ranks.pooled(level)
        assert abs(pooled.share - level) < 3.0 * pooled.error, ranks_text(ranks)
    assert told[-1] == f"{place.truths} looked for: 20 of 20"
    assert set(folder.answers) == {(place.stage, at) for at in range(20)}


def test_where_draws_are_an_emulator_that_is_off_is_found_too_sure(
    calibrated: Calibrated, tmp_path: Path
) -> None:
    # A share of 200 children errs by some 0.15 in its log odds.
    last = calibrated.last
    off = replace(
        last.emulator,
        parts=tuple((_Moved(fitted, 0.4), columns) for fitted, columns in last.emulator.parts),
    )
    made = replace(calibrated, waves=(*calibrated.waves[:-1], replace(last, emulator=off)))
    folder = RunFolder.begin(
        tmp_path / "run", about_run(made.problem, SETTINGS), FIGURES, resume=False
    )
    ranks = ranks_at(NEAR_THE_DRAWS, made, folder, one_after_another(made.problem), here, 12)
    assert "too sure" in ranks.verdicts, ranks_text(ranks)


class _Moved:
    """A stand-in whose figures lie higher by so much, and no less sure."""

    def __init__(self, fitted: Fitted, by: float) -> None:
        self.fitted, self.by = fitted, by

    def __call__(self, deviates: np.ndarray) -> np.ndarray:
        return self.fitted(deviates) + self.by
