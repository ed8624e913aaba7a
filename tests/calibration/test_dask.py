# SPDX-License-Identifier: Apache-2.0
"""Points simulated on a Dask cluster are those simulated here."""

from __future__ import annotations

from typing import Any

import pytest

from cartulary.course.errors import CartularyError
from cartulary.studies.calibration.fingerprints import parameters_fingerprint
from cartulary.studies.calibration.prior import prior_mean
from cartulary.studies.calibration.run_points import (
    Asked,
    on_dask,
    shipped_problem,
    simulate_point,
)


@pytest.fixture(scope="module")
def scheduler() -> Any:
    """The address of a cluster of this machine, of two processes."""
    distributed = pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


def asked_points(around: str) -> list[Asked]:
    """Three points around the middle of the prior, of few children."""
    middle = prior_mean(shipped_problem().free)
    return [
        Asked(1, at, tuple(float(one) + 0.01 * at for one in middle), 32, 5, around)
        for at in range(3)
    ]


def test_points_on_dask_are_those_simulated_here(scheduler: str) -> None:
    problem = shipped_problem(threads=1)
    asked = asked_points(parameters_fingerprint(problem.base))
    found = {one.index: one for one in on_dask(scheduler)(asked)}
    # NaN stands where a figure of so few children is none, and is no number equal to itself.
    assert {at: repr(one) for at, one in found.items()} == {
        one.index: repr(simulate_point(problem, one)) for one in asked
    }
    assert not any(one.why for one in found.values())


def test_a_worker_with_other_parameters_is_refused(scheduler: str) -> None:
    with pytest.raises(CartularyError, match="A worker reads other parameters"):
        list(on_dask(scheduler)(asked_points("of another set")))
