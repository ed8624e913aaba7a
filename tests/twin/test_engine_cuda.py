# SPDX-License-Identifier: Apache-2.0
"""The GPU's code finds what the lanes find: on a GPU where there is one, else in the simulator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartulary.twin.engines import lanes
from cartulary.twin.engines.cuda import CudaError, solve
from tests.twin.drawn_cells import drawn_cells

CHILDREN = 3
DAYS = np.arange(0.0, 41.0)

# Whether code runs in the simulator is settled when Numba is first read.
IN_SIMULATOR = """
import sys
import numpy as np
from cartulary.twin.engines.cuda import solve
given = np.load(sys.argv[1])
found = solve(given["start"], given["cells"], given["days"])
np.savez(sys.argv[2], values=found.values, steps=found.steps, failed=np.array(found.failed))
"""


def test_simulated_gpu_agrees_with_lanes(tmp_path: Path) -> None:
    start, cells = drawn_cells(CHILDREN, seed=31)
    cells[0, 1] = np.nan
    given, found = tmp_path / "given.npz", tmp_path / "found.npz"
    np.savez(given, start=start, cells=cells, days=DAYS)
    command = [sys.executable, "-c", IN_SIMULATOR, str(given), str(found)]
    subprocess.run(command, check=True, env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"})
    theirs = np.load(found)
    ours = lanes.solve(start, cells, DAYS)
    well = [0, 2]
    assert np.abs(theirs["values"][well] - ours.values[well]).max() < 1e-8
    assert np.array_equal(theirs["steps"], ours.steps)
    assert [bool(reason) for reason in theirs["failed"]] == [False, True, False]


def test_gpu_agrees_with_lanes() -> None:
    start, cells = drawn_cells(200, seed=33)
    try:
        found = solve(start, cells, DAYS)
    except CudaError as error:
        pytest.skip(str(error))
    ours = lanes.solve(start, cells, DAYS)
    assert np.abs(found.values - ours.values).max() < 1e-6


def test_says_what_is_missing_without_a_gpu() -> None:
    cuda = pytest.importorskip("numba.cuda")
    if cuda.is_available():
        pytest.skip("this machine has a GPU")
    start, cells = drawn_cells(2)
    with pytest.raises(CudaError, match="no NVIDIA GPU that Numba can use"):
        solve(start, cells, DAYS)
