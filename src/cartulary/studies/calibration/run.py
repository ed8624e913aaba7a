# SPDX-License-Identifier: Apache-2.0
"""A calibration from its first point to its draws: waves of points, emulator, chains, a last check.

Each wave simulates points where the posterior may lie, fits the emulator anew and draws from the
posterior that it gives; the next wave's points are those draws, widened. In the end the simulator
itself is run at draws of the posterior, beside what the emulator said of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cartulary import __version__
from cartulary.studies.calibration.design import (
    prior_points,
    to_deviates,
    to_scale,
    widened_points,
)
from cartulary.studies.calibration.emulator import Emulator, fit_emulator
from cartulary.studies.calibration.emulator_models import CANDIDATES
from cartulary.studies.calibration.fingerprints import fingerprint_of, parameters_fingerprint
from cartulary.studies.calibration.posterior_chain import Chains, density, draw_chains, evenly
from cartulary.studies.calibration.posterior_likelihood import (
    Likelihood,
    likelihood_of,
    observed,
)
from cartulary.studies.calibration.prior import prior_mean
from cartulary.studies.calibration.run_folder import RunFolder
from cartulary.studies.calibration.run_points import Asked, Points, Problem
from cartulary.studies.calibration.target import targets_fingerprint
from cartulary.studies.calibration.unreached import Unreached, unreached

Floats = NDArray[np.float64]

#: Stages of replicates and of the last check stand apart from the waves', and those of known
#: points between them.
_REPLICATES: Final = 50
_CHECK: Final = 90
#: How much wider than the posterior so far the next wave's points lie. The last wave's lie closer
#: and are more: the emulator's error is felt where the last draws will be, and counts there.
_WIDEN: Final = 1.5
_WIDEN_LAST: Final = 1.2
_TIMES_LAST: Final = 2
#: So often the last chains are drawn, each time twice as long, before they are given up.
_LONGER: Final = 3
#: A target needs its noise from so many replicates.
_FEWEST_REPLICATES: Final = 4


@dataclass(frozen=True)
class Settings:
    """How a calibration is run. `steps` are those of the last chains; waves between take half.

    `points` are those of a wave; the last of several waves has twice as many.
    """

    waves: int = 3
    points: int = 500
    children: int = 1024
    seed: int = 1
    replicates: int = 16
    check_points: int = 48
    draws: int = 500
    steps: int = 2000
    ensembles: int = 4
    candidates: tuple[str, ...] = tuple(CANDIDATES)


@dataclass
class Told:
    """What is told of a run while it goes: points done of a stage, and words."""

    points: Callable[[str, int, int], None] = lambda stage, done, of: None
    words: Callable[[str], None] = lambda words: None


@dataclass(frozen=True)
class Wave:
    """One wave: its points as deviates, the emulator after it, its likelihood and its draws."""

    number: int
    deviates: Floats
    figures: Floats
    noise_sd: Floats
    emulator: Emulator
    likelihood: Likelihood
    chains: Chains
    unreached: tuple[Unreached, ...]


@dataclass(frozen=True)
class Checked:
    """The simulator beside the emulator at draws of the posterior, on the targets' scales."""

    deviates: Floats
    simulated: Floats
    emulated: Floats

    @property
    def bias(self) -> Floats:
        """How much higher the simulator is, on average."""
        return np.asarray(np.nanmean(self.simulated - self.emulated, axis=0))

    @property
    def sd(self) -> Floats:
        """How far they lie apart; the noise of simulating is part of it."""
        return np.asarray(np.nanstd(self.simulated - self.emulated, axis=0))


@dataclass(frozen=True)
class Calibrated:
    """A calibration, whole. `draws` are on each parameter's own scale."""

    problem: Problem
    settings: Settings
    waves: tuple[Wave, ...]
    draws: Floats
    checked: Checked
    failed: tuple[str, ...] = field(default=())

    @property
    def last(self) -> Wave:
        """The last wave, whose draws are the posterior."""
        return self.waves[-1]


def about_run(problem: Problem, settings: Settings) -> dict[str, Any]:
    """What decides every simulated figure of a run; a folder goes on only with the same."""
    return {
        "version": __version__,
        "waves": settings.waves,
        "children": settings.children,
        "points": settings.points,
        "seed": settings.seed,
        "steps": settings.steps,
        "prior": fingerprint_of([(one.name, one.parameters, one.sd) for one in problem.free]),
        "parameters": parameters_fingerprint(problem.base),
        "targets": targets_fingerprint(problem.targets),
    }


def calibrate(
    problem: Problem,
    settings: Settings,
    folder: RunFolder,
    points: Points,
    told: Told | None = None,
) -> Calibrated:
    """Runs a calibration, or goes on with one; what the folder holds is not simulated again.

    Arguments: what is calibrated; how; the folder of the run; what simulates points; whom to tell.
    Returns: the waves, the draws and the last check.
    Refuses: a target that too few points have a figure for.
    """
    run = _Run(problem, settings, folder, points, told or Told())
    waves: list[Wave] = []
    for number in range(1, settings.waves + 1):
        waves.append(run.wave(number, waves))
    last = waves[-1]
    kept = evenly(last.chains, settings.draws, settings.seed, "order of the draws")
    checked = run.check(last, kept)
    failed = tuple(f"stage {one.stage}, point {one.index}: {one.why}" for one in folder.failures())
    return Calibrated(
        problem, settings, tuple(waves), to_scale(problem.free, kept), checked, failed
    )


def simulate_truths(
    made: Calibrated,
    folder: RunFolder,
    points: Points,
    deviates: Floats,
    *,
    name: str,
    stage: int,
    times_children: int,
    told: Told | None = None,
) -> Floats:
    """The figures at known points, of so many times as many children as the waves' points have.

    Arguments: the calibration; its folder, which keeps every figure; what simulates; the points as
    deviates; what they are called, and their stage from 70 to 89, which decides their children; how
    many times the children; whom to tell.
    Returns: figures on the targets' scales, one row a point; NaN where there is none.
    """
    settings = replace(made.settings, children=times_children * made.settings.children)
    run = _Run(made.problem, settings, folder, points, told or Told())
    return run.simulated(name, stage, deviates)


@dataclass
class _Run:
    """The parts that every wave of a run shares."""

    problem: Problem
    settings: Settings
    folder: RunFolder
    points: Points
    told: Told

    def wave(self, number: int, before: list[Wave]) -> Wave:
        """Simulates the points of a wave, fits the emulator and draws."""
        settings, free = self.settings, self.problem.free
        design = self.folder.design(number)
        if design is None:
            design = (
                self.next_points(number, before[-1].chains.draws)
                if before
                else prior_points(free, settings.seed, settings.points)
            )
            self.folder.keep_design(number, design)
        centre = (
            np.median(before[-1].chains.draws, axis=0)
            if before
            else to_deviates(free, prior_mean(free))
        )
        own = self.simulated(f"wave {number}", number, design)
        replicates = np.repeat(centre[None, :], settings.replicates, axis=0)
        noise = _noise(
            self.simulated(f"noise of wave {number}", _REPLICATES + number, replicates), own
        )
        deviates = np.concatenate([*(one.deviates for one in before[-1:]), design])
        figures = np.concatenate([*(one.figures for one in before[-1:]), own])
        newest = np.arange(len(deviates)) >= len(deviates) - len(design)
        emulator = self.emulator(deviates, figures, noise, newest)
        likelihood = likelihood_of(emulator, observed(self.problem.targets))
        self.told.words(f"wave {number}: drawing")
        chains = self.chains(number, likelihood, before, whole=number == settings.waves)
        missed = unreached(self.problem.targets, own, emulator, chains.draws, noise)
        for one in missed:
            self.told.words(f"wave {number}: {one.words}")
        return Wave(number, deviates, figures, noise, emulator, likelihood, chains, missed)

    def next_points(self, number: int, draws: Floats) -> Floats:
        """Where a later wave simulates: around the draws of the wave before it."""
        settings, last = self.settings, number == self.settings.waves
        return widened_points(
            self.problem.free,
            draws,
            settings.seed,
            number,
            settings.points * (_TIMES_LAST if last else 1),
            _WIDEN_LAST if last else _WIDEN,
        )

    def chains(
        self, number: int, likelihood: Likelihood, before: list[Wave], *, whole: bool
    ) -> Chains:
        """Draws after a wave; those of the last go on, twice as long, until they agree."""
        settings = self.settings
        start = before[-1].chains.draws if before else None
        steps = settings.steps if whole else max(settings.steps // 2, 2)
        for turn in range(_LONGER if whole else 1):
            made = draw_chains(
                density(self.problem.free, likelihood.log),
                seed=settings.seed,
                purpose=f"chains of wave {number}",
                steps=steps * 2**turn,
                ensembles=settings.ensembles if whole else 2,
                start=start,
                progress=lambda done, of: self.told.words(f"ensemble {done} of {of} drawn"),
            )
            if made.converged:
                break
            start = made.draws
        return made

    def emulator(
        self, deviates: Floats, figures: Floats, noise: Floats, newest: NDArray[np.bool_]
    ) -> Emulator:
        """The emulator of these points; those that failed altogether are left out."""
        there = np.isfinite(figures).any(axis=1)
        return fit_emulator(
            deviates[there],
            figures[there],
            noise,
            newest[there],
            names=[one.id for one in self.problem.targets],
            seed=self.settings.seed,
            cohorts=[one.scenario for one in self.problem.targets],
            candidates=self.settings.candidates,
            progress=lambda model: self.told.words(f"emulator: {model}"),
        )

    def check(self, last: Wave, kept: Floats) -> Checked:
        """Simulates at draws of the posterior, and sets the emulator beside it."""
        deviates = self.folder.design(_CHECK)
        if deviates is None:
            deviates = kept[: self.settings.check_points]
            self.folder.keep_design(_CHECK, deviates)
        simulated = self.simulated("last check", _CHECK, deviates)
        return Checked(deviates, simulated, last.emulator(deviates))

    def simulated(self, name: str, stage: int, deviates: Floats) -> Floats:
        """The figures at these points on the targets' scales; simulated where the folder has none.

        A point is written down as soon as it is known, in whatever order points come.
        """
        scaled = to_scale(self.problem.free, deviates)
        around = parameters_fingerprint(self.problem.base)
        asked = [
            Asked(
                stage,
                index,
                tuple(float(one) for one in row),
                self.settings.children,
                self.settings.seed,
                around,
            )
            for index, row in enumerate(scaled)
            if (stage, index) not in self.folder.answers
        ]
        done = len(deviates) - len(asked)
        self.told.points(name, done, len(deviates))
        if asked:
            for answer in self.points(asked):
                self.folder.add(answer)
                done += 1
                self.told.points(name, done, len(deviates))
        figures = self.folder.figures(stage, len(deviates))
        return np.array(
            [
                [
                    target.on_scale(value) if np.isfinite(value) else np.nan
                    for target, value in zip(self.problem.targets, row, strict=True)
                ]
                for row in figures.tolist()
            ]
        ).reshape(figures.shape)


def _noise(replicates: Floats, own: Floats) -> Floats:
    """The noise of one simulated figure, by replicates at the centre of a wave.

    Where too few of them have a figure, the differences between the wave's points stand in: too
    much, and so on the safe side for the emulator's own error being seen.
    """
    counted = np.isfinite(replicates).sum(axis=0)
    safe = np.where(np.isfinite(replicates), replicates, 0.0)
    mean = safe.sum(axis=0) / np.maximum(counted, 1)
    squares = (np.where(np.isfinite(replicates), replicates - mean, 0.0) ** 2).sum(axis=0)
    noise = np.sqrt(squares / np.maximum(counted - 1, 1))
    whole = np.where(np.isfinite(own), own, np.nan)
    spread = np.array(
        [float(np.nanstd(column)) if np.isfinite(column).any() else 0.0 for column in whole.T]
    )
    return np.where(counted >= _FEWEST_REPLICATES, noise, 0.5 * spread)
