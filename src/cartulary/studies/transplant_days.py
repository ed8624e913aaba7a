# SPDX-License-Identifier: Apache-2.0
"""On which day of a clock something first happened to each child of a cohort."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from cartulary.course.cohort import Cohort
from cartulary.evidence.arrays import FloatArray, IntArray


def first_days(cohort: Cohort, kind: str, children: ArrayLike, start_days: ArrayLike) -> FloatArray:
    """The first day after each clock's start of an event of a kind, on that clock; NaN for none."""
    frame = cohort.events[kind].filter(pl.col("day").is_not_null())
    if kind == "relapse":
        frame = frame.filter(pl.col("level").is_null() | (pl.col("level") != "molecular"))
    starts = pl.DataFrame({"child": children, "start": start_days}).with_columns(
        pl.col("child").cast(pl.UInt32)
    )
    cut = cohort.children.select(pl.col("data_cut_day")).with_row_index("child")
    found = (
        frame.select("child", "day")
        .join(starts, on="child")
        .join(cut, on="child")
        .filter(pl.col("data_cut_day").is_null() | (pl.col("day") <= pl.col("data_cut_day")))
        .filter(pl.col("day") > pl.col("start"))
        .group_by("child")
        .agg((pl.col("day") - pl.col("start")).min().alias("first"))
    )
    joined = starts.join(found, on="child", how="left", maintain_order="left")
    return joined["first"].cast(pl.Float64).fill_null(np.nan).to_numpy()


def undated_children(cohort: Cohort, kind: str, children: ArrayLike) -> IntArray:
    """The children with an event of a kind of which no day is known, and no dated one."""
    frame = cohort.events[kind]
    dated = set(frame.filter(pl.col("day").is_not_null())["child"].to_list())
    lacking = {c for c in frame["child"].to_list() if c not in dated}
    return np.array(sorted(lacking.intersection(np.asarray(children).tolist())), dtype=np.int64)
