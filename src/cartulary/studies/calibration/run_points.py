# SPDX-License-Identifier: Apache-2.0
"""Points of the parameters simulated, one by one: here, in processes beside, or on Dask.

Every point has children of its own, so that the noise of simulating averages out over points. What
becomes of a point depends on its stage, its number and the seed alone.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.target import Target
from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.fingerprints import parameters_fingerprint
from cartulary.studies.calibration.prior import Free, free_parameters, parameter_set
from cartulary.studies.calibration.run_folder import Answer
from cartulary.studies.calibration.target import FIT, targets
from cartulary.studies.calibration.worker_processes import Spread

Floats = NDArray[np.float64]

#: More points than a stage ever has: children of two stages have different numbers.
_STAGE: Final = 100_000


class Predict(Protocol):
    """What gives the model's figure for every target, each in its own unit."""

    def __call__(
        self,
        parameters: ParameterSet,
        targets: Sequence[Target],
        *,
        children: int,
        seed: int,
        first: int = 0,
    ) -> Floats: ...


@dataclass(frozen=True)
class Problem:
    """What is calibrated: the parameters around which, what is free, to what, and the simulator."""

    base: ParameterSet
    free: tuple[Free, ...]
    targets: tuple[Target, ...]
    predict: Predict


@dataclass(frozen=True, slots=True)
class Asked:
    """One point to be simulated, on each parameter's own scale.

    `around`: the fingerprint of all parameters that the point is put around, for a worker that
    reads them itself.
    """

    stage: int
    index: int
    point: tuple[float, ...]
    children: int
    seed: int
    around: str = ""

    @property
    def first(self) -> int:
        """The number of its first child."""
        return (self.stage * _STAGE + self.index) * self.children


Points = Callable[[Sequence[Asked]], Iterator[Answer]]


def shipped_problem(threads: int | None = None) -> Problem:
    """The twin, its prior and the fitted targets, as the package ships them."""
    from cartulary.studies.calibration.predict import predict

    def figures(
        parameters: ParameterSet,
        targets: Sequence[Target],
        *,
        children: int,
        seed: int,
        first: int = 0,
    ) -> Floats:
        return predict(
            parameters, targets, children=children, seed=seed, first=first, threads=threads
        )

    base = parameters()
    return Problem(base, free_parameters(base), targets(FIT), figures)


def simulate_point(problem: Problem, asked: Asked) -> Answer:
    """The figures at one point; a point that cannot be simulated says why, and spares the rest."""
    none = (float("nan"),) * len(problem.targets)
    try:
        found = problem.predict(
            parameter_set(problem.base, asked.point, problem.free),
            problem.targets,
            children=asked.children,
            seed=asked.seed,
            first=asked.first,
        )
    except (CartularyError, ValueError, ArithmeticError, IndexError) as error:
        return Answer(asked.stage, asked.index, none, f"{type(error).__name__}: {error}"[:300])
    return Answer(asked.stage, asked.index, tuple(float(one) for one in found))


def one_after_another(problem: Problem) -> Points:
    """Points simulated in this process."""

    def answers(asked: Sequence[Asked]) -> Iterator[Answer]:
        for one in asked:
            yield simulate_point(problem, one)

    return answers


def in_processes(spread: Spread) -> Points:
    """Points of the shipped problem in the processes of `worker_processes`."""

    def answers(asked: Sequence[Asked]) -> Iterator[Answer]:
        yield from spread(_simulate_shipped, asked)

    return answers


def on_dask(address: str) -> Points:
    """Points of the shipped problem on the workers of a Dask scheduler with the same version."""
    try:
        distributed = importlib.import_module("distributed")
    except ModuleNotFoundError as missing:
        raise CartularyError(
            f"Dask is asked for, and the package {missing.name!r} is not installed. It spreads the "
            "work over machines. Install it with: pip install 'cartulary[dask]', or leave out "
            "--dask."
        ) from missing

    def answers(asked: Sequence[Asked]) -> Iterator[Answer]:
        with distributed.Client(address) as client:
            waiting = [client.submit(_simulate_shipped, one, pure=False) for one in asked]
            for finished in distributed.as_completed(waiting):
                yield finished.result()

    return answers


_shipped: dict[str, Any] = {}


def _simulate_shipped(asked: Asked) -> Answer:
    """One point in a worker, which reads the shipped problem once."""
    if "problem" not in _shipped:
        _shipped["problem"] = shipped_problem(threads=1)
    problem: Problem = _shipped["problem"]
    if asked.around != parameters_fingerprint(problem.base):
        raise CartularyError(
            "A worker reads other parameters than this calibration began with. Its figures would "
            "be mixed with others. Bring the files in parameters/ back and go on with --resume, "
            "or begin anew in another folder."
        )
    return simulate_point(problem, asked)
