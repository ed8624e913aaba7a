# SPDX-License-Identifier: Apache-2.0
"""What R said (r_numbers.json), and the public data sets it said it of.

The data sets are not part of the repository. Tests that need them read them from the folder
../shared/data/golden beside the repository and are skipped, with that reason, where it is absent.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cartulary.evidence import FollowUp

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1].parent / "shared" / "data" / "golden"

# R prints 15 significant digits, so a number is known to about 1e-15 of itself.
TOLERANCE = 1e-9


def r_numbers() -> dict[str, Any]:
    """All reference numbers, by kind and case."""
    numbers: dict[str, Any] = json.loads((HERE / "r_numbers.json").read_text("utf-8"))
    return numbers


def columns(path: str) -> dict[str, np.ndarray[Any, Any]]:
    """One data set by column; numbers where every cell is one, else text."""
    file = DATA / path
    if not file.exists():
        pytest.skip(f"../shared/data/golden/{path} is not on this machine")
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    found: dict[str, np.ndarray[Any, Any]] = {}
    for name in rows[0]:
        cells = [row[name] for row in rows]
        try:
            found[name] = np.array([float(cell) for cell in cells])
        except ValueError:
            found[name] = np.array(cells)
    return found


def follow_up(
    exit_: Any, status: Any, causes: tuple[str, ...] = ("event",), **more: Any
) -> FollowUp:
    """A follow-up of children under a definition that names the data set's own event."""
    return FollowUp(
        exit=np.asarray(exit_, dtype=np.float64),
        status=np.asarray(status).astype(np.int64),
        cause_names=causes,
        unit="child",
        clock="study entry",
        definition="as in the data set",
        origin="recorded",
        **more,
    )


def data_set(name: str) -> FollowUp:
    """The follow-up of a case of `numbers.R`, with its grouping column where it has one."""
    if name.startswith("lung"):
        d = columns("survival/lung.csv")
        died = d["status"] == (1 if name == "lung_followed" else 2)
        rows = follow_up(d["time"], died, group=d["sex"])
        sex = {"lung_men": 1, "lung_women": 2}.get(name)
        return rows if sex is None else rows.subset(d["sex"] == sex)
    if name.startswith("aml"):
        d = columns("survival/aml.csv")
        rows = follow_up(d["time"], d["status"], group=d["x"])
        if name == "aml":
            return rows
        return rows.subset((d["x"] == "Maintained") == (name == "aml_maintained"))
    if name == "veteran":
        d = columns("survival/veteran.csv")
        return follow_up(d["time"], d["status"], group=d["celltype"])
    if name == "myeloid":
        d = columns("survival/myeloid.csv")
        return follow_up(d["futime"], d["death"], group=d["trt"])
    if name == "bmt":
        d = columns("KMsurv/bmt.csv")
        return follow_up(d["t2"], d["d3"], group=d["group"])
    if name == "bmt_causes":
        d = columns("KMsurv/bmt.csv")
        cause = np.where(d["d2"] == 1, 1, np.where(d["d1"] == 1, 2, 0))
        return follow_up(d["t2"], cause, ("relapse", "death"), group=d["group"])
    if name == "heart_late_entry":
        d = columns("survival/heart.csv")
        return follow_up(d["stop"], d["event"], entry=d["start"], group=d["transplant"])
    return _transplant(name)


def _transplant(name: str) -> FollowUp:
    """The waiting list with its three ends; late entry and weights as `numbers.R` makes them."""
    d = columns("survival/transplant.csv")
    causes = ("death", "ltx", "withdraw")
    status = np.array([0 if e == "censored" else causes.index(e) + 1 for e in d["event"]])
    row = np.arange(1, status.size + 1)
    more: dict[str, Any] = {}
    if name == "transplant_late_entry":
        more["entry"] = np.where(row % 2 == 0, np.floor(d["futime"] / 3), 0.0)
    if name == "transplant_weighted":
        more["weights"] = 1.0 + (row % 3) / 2.0
    rows = follow_up(d["futime"], status, causes, group=d["sex"], **more)
    return rows.subset(d["futime"] > 0) if name == "transplant_late_entry" else rows
