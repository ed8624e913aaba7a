# SPDX-License-Identifier: Apache-2.0
"""The emulator: for every target a quick stand-in for the simulator, with its own error.

What stands in is chosen target by target by cross-validation, judged on the newest wave's points
alone, because that is where the posterior lies. The residuals there hold two things: the noise of
simulating so many children, and the error of the stand-in. The first is known from replicates;
what is left is the second, and it enters the likelihood: larger far from the points than among
them, and shared by the figures (`emulator_error`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.emulator_error import Growth, error_together, growth_of
from cartulary.studies.calibration.emulator_models import CANDIDATES, Fitted, fit_plane

Floats = NDArray[np.float64]
YesNo = NDArray[np.bool_]

_FOLDS: Final = 5
#: Points that a target needs beyond one for each coordinate.
_LEAST_POINTS: Final = 20
#: A wave is fitted to alone, too, where it has so many points for each coordinate.
_POINTS_A_COORDINATE: Final = 6
#: A stand-in's variance is never taken below this share of the noise of one point.
_LEAST_ERROR: Final = 0.05
_QUIETEST: Final = 1e-6


@dataclass(frozen=True)
class Judged:
    """What cross-validation said of the stand-in that was kept for one target.

    `error_sd`: of the stand-in. `noise_sd`: of simulating one point. `explained`: the share of the
    differences between points, noise aside, that it follows. `tried`: what each model missed, as a
    root mean square.
    """

    model: str
    newest_only: bool
    missing: int
    error_sd: float
    noise_sd: float
    explained: float
    tried: Mapping[str, float]


@dataclass(frozen=True)
class Emulator:
    """A stand-in for every target, on the targets' scales: models, and the columns each gives.

    `error_together`: correlations of the stand-ins' errors, none if left out. `growth`: how the
    errors grow away from the points, not at all if left out.
    """

    parts: tuple[tuple[Fitted, NDArray[np.int64]], ...]
    judged: tuple[Judged, ...]
    noise_together: Floats
    error_together: Floats | None = None
    growth: Growth | None = None

    def __call__(self, deviates: Floats) -> Floats:
        """The targets' figures at these points, one row a point."""
        made = np.empty((len(deviates), len(self.judged)))
        for fitted, columns in self.parts:
            made[:, columns] = fitted(deviates)
        return made

    @property
    def error_sd(self) -> Floats:
        """The error of each stand-in at a usual point."""
        return np.array([one.error_sd for one in self.judged])

    @property
    def error_covariance(self) -> Floats:
        """The covariance of the stand-ins' errors at a usual point."""
        together = np.eye(len(self.judged)) if self.error_together is None else self.error_together
        found: Floats = np.outer(self.error_sd, self.error_sd) * together
        return found

    def error_times(self, deviates: Floats) -> Floats:
        """What all errors are multiplied by at these points."""
        return np.ones(len(deviates)) if self.growth is None else self.growth(deviates)

    def slopes(self, at: Floats, step: float = 0.25) -> Floats:
        """How each target moves by one prior sd of each coordinate at a point: targets by rows."""
        moved = np.repeat(at[None, :], 2 * len(at), axis=0)
        for coordinate in range(len(at)):
            moved[2 * coordinate, coordinate] += step
            moved[2 * coordinate + 1, coordinate] -= step
        told = self(moved)
        found: Floats = ((told[0::2] - told[1::2]) / (2.0 * step)).T
        return found


def fit_emulator(
    deviates: Floats,
    figures: Floats,
    noise_sd: Floats,
    newest: YesNo,
    *,
    names: Sequence[str],
    seed: int,
    cohorts: Sequence[str] | None = None,
    candidates: Sequence[str] = tuple(CANDIDATES),
    progress: Callable[[str], None] = lambda model: None,
) -> Emulator:
    """A stand-in for every column of figures.

    Arguments: points as deviates, one a row; the figures there on their scales, one column a
    target, NaN where the simulator gave none; the noise of one simulated figure; which points are
    the newest wave's; the targets' names; the seed; the simulated cohort that each target is read
    from, one for all by default; which models are tried, plain first; what to call with the name of
    each model before it is tried.
    Returns: the emulator.
    Refuses: a target with too few points to fit anything to.
    """
    there = np.isfinite(figures)
    _refuse_few(there, deviates.shape[1], names)
    whole = _filled(deviates, figures)
    residuals: dict[tuple[str, bool], Floats] = {}
    for model in candidates:
        progress(model)
        for newest_only, chosen in _trainings(newest, deviates.shape[1]):
            left = _left_out(model, deviates, whole, chosen, seed)
            residuals[model, newest_only] = np.where(there, left, np.nan)
    kept, judged = [], []
    for column in range(figures.shape[1]):
        scored = newest & there[:, column]
        scored = scored if scored.sum() >= _LEAST_POINTS else there[:, column]
        squares = {name: left[scored, column] ** 2 for name, left in residuals.items()}
        name = _plainest(squares)
        kept.append(name)
        spread = float(figures[scored, column].var())
        missing = int((~there[:, column]).sum())
        judged.append(_verdict(name, squares, float(noise_sd[column]), spread, missing))
    parts = []
    for name in dict.fromkeys(kept):
        columns = np.array([at for at, one in enumerate(kept) if one == name])
        chosen = newest if name[1] else np.ones_like(newest)
        fitted = CANDIDATES[name[0]](deviates[chosen], whole[chosen][:, columns], seed)
        parts.append((fitted, columns))
    held_out = np.stack([residuals[name][:, at] for at, name in enumerate(kept)], axis=1)[newest]
    error = np.array([one.error_sd for one in judged])
    noise = np.array([one.noise_sd for one in judged])
    growth = growth_of(deviates[newest], whole[newest], held_out, error, noise)
    times = growth(deviates[newest])[:, None]
    shared = error_together(
        held_out / times,
        error,
        noise * np.sqrt((1.0 / times**2).mean()),
        cohorts or [""] * len(judged),
    )
    return Emulator(tuple(parts), tuple(judged), _together(held_out), shared, growth)


def _refuse_few(there: YesNo, coordinates: int, names: Sequence[str]) -> None:
    """Refuses targets that too few points have a figure for, all together."""
    few = [
        f"{name} ({int(count)} of {len(there)} points)"
        for name, count in zip(names, there.sum(axis=0), strict=True)
        if count < coordinates + _LEAST_POINTS
    ]
    if few:
        raise CartularyError(
            f"Too few points have a figure: {', '.join(few)}. Nothing can be fitted to fewer than "
            f"{coordinates + _LEAST_POINTS} in {coordinates} coordinates. Simulate more points or "
            "more children, or leave the target out."
        )


def _filled(deviates: Floats, figures: Floats) -> Floats:
    """The figures with what is missing put on a plane; no such figure is ever scored."""
    whole = figures.copy()
    for column in range(figures.shape[1]):
        there = np.isfinite(figures[:, column])
        if not there.all():
            plane = fit_plane(deviates[there], figures[there, column][:, None], 0)
            whole[~there, column] = plane(deviates[~there])[:, 0]
    return whole


def _trainings(newest: YesNo, coordinates: int) -> list[tuple[bool, YesNo]]:
    """All points, and the newest alone where they are enough."""
    everything = [(False, np.ones_like(newest))]
    if newest.all() or newest.sum() < _POINTS_A_COORDINATE * coordinates:
        return everything
    return [*everything, (True, newest)]


def _left_out(model: str, deviates: Floats, figures: Floats, chosen: YesNo, seed: int) -> Floats:
    """What a model misses at points that it was not fitted to, fold by fold."""
    residuals = np.empty(figures.shape)
    fold = np.arange(len(figures)) % _FOLDS
    for turn in range(_FOLDS):
        held = fold == turn
        train = ~held & chosen
        fitted = CANDIDATES[model](deviates[train], figures[train], seed)
        residuals[held] = figures[held] - fitted(deviates[held])
    return residuals


def _plainest(squares: Mapping[tuple[str, bool], Floats]) -> tuple[str, bool]:
    """The first model that no later one beats by more than the standard error of the difference."""
    best = min(squares, key=lambda name: float(squares[name].mean()))
    for name, square in squares.items():
        difference = square - squares[best]
        doubt = float(difference.std()) / np.sqrt(len(difference))
        if float(difference.mean()) <= doubt:
            return name
    return best


def _verdict(
    name: tuple[str, bool],
    squares: Mapping[tuple[str, bool], Floats],
    noise_sd: float,
    spread: float,
    missing: int,
) -> Judged:
    """What is said of the stand-in for one target."""
    missed = float(squares[name].mean())
    noise = min(noise_sd**2, missed)
    error = max(missed - noise, _LEAST_ERROR * max(noise, _QUIETEST))
    tried = {
        model + (", newest" if newest_only else ""): round(float(np.sqrt(square.mean())), 4)
        for (model, newest_only), square in squares.items()
    }
    return Judged(
        name[0],
        name[1],
        missing,
        float(np.sqrt(error)),
        float(np.sqrt(noise)),
        float(np.clip(1.0 - error / max(spread - noise, 1e-12), 0.0, 1.0)),
        tried,
    )


def _together(residuals: Floats) -> Floats:
    """How the noise of the targets goes together: correlations of what is left, shrunk a little."""
    wide = residuals.shape[1]
    together = np.eye(wide)
    for one in range(wide):
        for other in range(one):
            both = np.isfinite(residuals[:, one]) & np.isfinite(residuals[:, other])
            if both.sum() >= _LEAST_POINTS:
                left, right = residuals[both, one], residuals[both, other]
                bottom = float(left.std() * right.std())
                if bottom > 0:
                    value = float(((left - left.mean()) * (right - right.mean())).mean()) / bottom
                    # Shrunk as its own standard error would have it.
                    value *= max(0.0, 1.0 - 2.0 / np.sqrt(both.sum()))
                    together[one, other] = together[other, one] = value
    return together
