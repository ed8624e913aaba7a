# SPDX-License-Identifier: Apache-2.0
"""A run: from a population and a policy to blocks of children, told and written."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cartulary import __version__
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.errors import CartularyError
from cartulary.twin.afterwards import follow
from cartulary.twin.block import BLOCK_CHILDREN, Block, Failure
from cartulary.twin.dataset import Dataset, write_parts
from cartulary.twin.engines import Engine, HeldTo, engine
from cartulary.twin.narrate import narrate
from cartulary.twin.pathway import walk
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population, draw_children
from cartulary.twin.population_children import Wholes

DAYS_PER_YEAR = 365.25
CHUNK_CHILDREN = 2 * BLOCK_CHILDREN


@dataclass(frozen=True)
class Run:
    """What is simulated: whom, under which policy, for how long, by which engine and seed."""

    population: Population
    policy: Policy
    parameters: ParameterSet
    seed: int
    horizon_days: float
    engine: str = "lanes"

    def about(self, children: int) -> dict[str, Any]:
        """What decides every byte of the cohort, in words and fingerprints."""
        return {
            "version": __version__,
            "children": children,
            "seed": self.seed,
            "horizon_days": self.horizon_days,
            "engine": self.engine,
            "policy": f"{self.policy.policy_id}, edition {self.policy.edition}",
            "policy_sha256": _fingerprint(self.policy),
            "population": f"{self.population.population_id}, edition {self.population.edition}",
            "population_sha256": _fingerprint(self.population),
            "parameters_sha256": _fingerprint(
                (sorted(self.parameters.parameters.items()), self.parameters.correlations)
            ),
        }

    def notes(self, children: int) -> tuple[str, ...]:
        """What a reader of the cohort must know of its making."""
        return (
            f"{children} virtual children, simulated with the policy "
            f"{self.policy.policy_id} ({self.policy.edition}) and the population "
            f"{self.population.population_id} ({self.population.edition}), seed {self.seed}, "
            f"over {self.horizon_days / DAYS_PER_YEAR:g} years. The values are the "
            "starting ones, before calibration; the figures show how the model behaves, not what "
            "will happen.",
        )


def simulate_block(run: Run, numbers: Wholes, solve: Engine | None = None) -> Block:
    """The children of these numbers, from the decision to the end of their history.

    A child depends on the run and its own number alone, whoever is simulated beside it.

    Arguments: the run; the children's numbers, rising; the engine, if it is made already.
    Returns: a `Block` in the order of the numbers.
    """
    children = draw_children(run.population, run.parameters, run.policy, run.seed, numbers)
    pathway = walk(children, run.policy, run.parameters, run.seed)
    followed = follow(
        children,
        pathway,
        run.policy,
        run.parameters,
        run.seed,
        run.horizon_days,
        solve or engine(run.engine),
    )
    return Block(run.seed, run.horizon_days, run.policy, children, pathway, followed)


def simulate_part(run: Run, folder: Path, blocks: range, children: int) -> tuple[Failure, ...]:
    """Simulates, tells and writes these blocks; returns the children that failed."""
    simulated = _simulated(run, blocks, children)
    return _told(run, folder, blocks, simulated)


def simulate_all(
    run: Run,
    dataset: Dataset,
    *,
    chunk_children: int = CHUNK_CHILDREN,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Simulates every block that the folder misses; one chunk is told while the next is solved.

    Arguments: the run; the folder; how many children are solved at once (memory grows with it,
    the bytes written do not change); processor threads, all by default; what to call with the
    number of children done.
    """
    chunks = dataset.chunks(max(chunk_children // BLOCK_CHILDREN, 1))
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="narrate") as teller:
        pending: tuple[range, Future[tuple[Failure, ...]]] | None = None
        for blocks in chunks:
            simulated = _simulated(run, blocks, dataset.children, threads)
            if pending is not None:
                _done(dataset, pending, progress)
            told = teller.submit(_told, run, dataset.folder, blocks, simulated)
            pending = (blocks, told)
        if pending is not None:
            _done(dataset, pending, progress)


def simulate_on_dask(
    run: Run,
    dataset: Dataset,
    address: str,
    *,
    chunk_children: int = CHUNK_CHILDREN,
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """The same on the workers of a Dask scheduler, who must see the folder under the same name."""
    distributed = _distributed()
    chunks = dataset.chunks(max(chunk_children // BLOCK_CHILDREN, 1))
    with distributed.Client(address) as client:
        asked = {
            client.submit(
                simulate_part, run, dataset.folder, blocks, dataset.children, pure=False
            ): blocks
            for blocks in chunks
        }
        for finished in distributed.as_completed(asked):
            dataset.mark(asked[finished], finished.result())
            progress(dataset.children_done)


def _distributed() -> Any:
    """Dask's scheduler and workers, imported only here; refused where they are not installed."""
    try:
        return importlib.import_module("distributed")
    except ModuleNotFoundError as missing:
        raise CartularyError(
            f"Dask is asked for, and the package {missing.name!r} is not installed. It spreads the "
            "work over machines. Install it with: pip install 'cartulary[dask]', or leave out "
            "--dask."
        ) from missing


def _simulated(run: Run, blocks: range, children: int, threads: int | None = None) -> Block:
    numbers = np.arange(
        blocks.start * BLOCK_CHILDREN, min(blocks.stop * BLOCK_CHILDREN, children), dtype=np.int64
    )
    solve = engine(run.engine)
    return simulate_block(run, numbers, solve if threads is None else HeldTo(solve, threads))


def _told(run: Run, folder: Path, blocks: range, simulated: Block) -> tuple[Failure, ...]:
    write_parts(folder, blocks.start, narrate(simulated, run.parameters))
    return simulated.failures


def _done(
    dataset: Dataset,
    pending: tuple[range, Future[tuple[Failure, ...]]],
    progress: Callable[[int], None],
) -> None:
    blocks, told = pending
    dataset.mark(blocks, told.result())
    progress(dataset.children_done)


def blocks_of(run: Run, children: int) -> Iterator[Block]:
    """The children of a run block by block, kept nowhere."""
    for first in range(0, children, BLOCK_CHILDREN):
        numbers = np.arange(first, min(first + BLOCK_CHILDREN, children), dtype=np.int64)
        yield simulate_block(run, numbers)


def _fingerprint(what: object) -> str:
    return hashlib.sha256(repr(what).encode()).hexdigest()
