# SPDX-License-Identifier: Apache-2.0
"""Three ways to solve one right-hand side: slow and plain, fast on a processor, on a GPU."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cartulary.course.errors import CartularyError
from cartulary.twin.engines.solution import Solution

ENGINES = {
    "reference": "SciPy, one child after another: slow, obvious, what the others are held to",
    "lanes": "Numba, children side by side on this machine's processor",
    "cuda": "numba-cuda, one child a thread on an NVIDIA GPU",
}

__all__ = ["ENGINES", "Engine", "EngineError", "HeldTo", "Solution", "engine", "threads_of"]


class EngineError(CartularyError):
    """An engine that is not known, or that this machine cannot run."""


class Engine(Protocol):
    """Solves the cells of every child on the days of a grid.

    start: `[len(CELL_STATES), n]` at the infusion; cells: `[len(CELL_PARAMETERS), n]`;
    grid: days since the infusion, rising from 0.
    """

    def __call__(
        self,
        start: NDArray[np.float64],
        cells: NDArray[np.float64],
        grid: NDArray[np.float64],
    ) -> Solution: ...


def engine(name: str) -> Engine:
    """The engine of this name, imported only now.

    Refuses a name that is none of ENGINES, and an engine whose packages are not installed.
    """
    if name not in ENGINES:
        known = ", ".join(ENGINES)
        raise EngineError(f"There is no engine {name!r}. The engines are: {known}.")
    try:
        module = importlib.import_module(f"cartulary.twin.engines.{name}")
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.startswith("cartulary"):
            raise
        extra = "gpu" if name == "cuda" else "twin"
        raise EngineError(
            f"The engine {name!r} needs the package {missing.name!r}, which is not installed. "
            f"Install it with: pip install 'cartulary[{extra}]'."
        ) from missing
    solve: Engine = module.solve
    return solve


@dataclass(frozen=True, slots=True)
class HeldTo:
    """An engine with so many threads, and all that is worked out from its cells with as many.

    Where the work is spread over processors already, one thread a piece is the quickest. An engine
    that knows no threads, such as that of a GPU, solves as it does.
    """

    solve: Engine
    threads: int

    def __call__(
        self,
        start: NDArray[np.float64],
        cells: NDArray[np.float64],
        grid: NDArray[np.float64],
    ) -> Solution:
        """As the engine itself."""
        if not _takes_threads(self.solve):
            return self.solve(start, cells, grid)
        made: Solution = self.solve(start, cells, grid, threads=self.threads)  # type: ignore[call-arg]
        return made


def threads_of(solve: Engine) -> int | None:
    """How many threads an engine is held to; None for as many as there are processors."""
    return solve.threads if isinstance(solve, HeldTo) else None


def _takes_threads(solve: Engine) -> bool:
    return "threads" in inspect.signature(solve).parameters
