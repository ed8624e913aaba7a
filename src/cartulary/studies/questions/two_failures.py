# SPDX-License-Identifier: Apache-2.0
"""What a clinic could see by day 28 of the two failures: cells that fail, and CD19 that is lost."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from cartulary.course.cohort import Cohort
from cartulary.course.events.observation import Analyte
from cartulary.studies.policies_compared.children_read import Floats, YesNo
from cartulary.studies.questions.by_group import quantity_of
from cartulary.studies.questions.children_seen import Seen, see
from cartulary.studies.questions.discrimination import (
    area_under_curve,
    cross_validated_scores,
    variance_of_area,
)
from cartulary.studies.questions.found import Found, FoundRow, FoundTable, Quantity, Saying
from cartulary.studies.questions.over_draws import OverDraws, over_draws
from cartulary.studies.questions.own_studies import Asked
from cartulary.twin.narrate import narrate

DAY: Final = 28
FAILED_CELLS: Final = ("relapse.early.24", "relapse.cd19_positive.24")
LOST_CD19: Final = ("relapse.cd19_negative.24",)
FAILURES: Final = {"failed_cells": FAILED_CELLS, "lost_cd19": LOST_CD19}
#: Predictors as measured; all are turned so that more means a greater risk.
PREDICTORS: Final = ("low_peak", "low_copies", "residual", "b_cells", "burden")
TOGETHER: Final = "together"
#: So many of each kind a draw must have for an area that means something.
FEWEST: Final = 5


def study(asked: Asked) -> Found:
    """The area under the curve of each predictor for each failure, alone and together."""
    question = asked.question
    arm = question.arms[0]
    outcomes = ("remission.28", *FAILED_CELLS, *LOST_CD19)
    areas: dict[tuple[str, str], list[float]] = {
        (failure, name): [] for failure in FAILURES for name in (*PREDICTORS, TOGETHER)
    }
    noises: dict[tuple[str, str], list[float]] = {key: [] for key in areas}
    shares: dict[str, list[float]] = {failure: [] for failure in FAILURES}
    for draw, parameters in enumerate(asked.parameter_sets):
        seen = see(
            arm,
            parameters,
            outcomes,
            draw=draw,
            children=asked.children,
            years=question.years,
            seed=asked.seed,
        )
        measured = _measured(seen)
        _judge(seen, measured, areas, noises, shares)
        asked.progress(question.study, (draw + 1) / len(asked.parameter_sets))
    found = {key: over_draws(values, noises[key]) for key, values in areas.items()}
    rows = tuple(
        FoundRow(
            name,
            tuple(_area(found[failure, name]) for failure in FAILURES),
        )
        for name in (*PREDICTORS, TOGETHER)
    )
    table = FoundTable("predictors", ("predictor", *FAILURES), rows)
    return Found(first=_first(found, shares), tables=(table,))


def _first(
    found: dict[tuple[str, str], OverDraws], shares: dict[str, list[float]]
) -> tuple[Saying, ...]:
    """How often each failure is, and which single measurement tells it best."""
    values: dict[str, Quantity | str] = {}
    for failure in FAILURES:
        alone = {name: found[failure, name].value for name in PREDICTORS}
        known = {name: area for name, area in alone.items() if np.isfinite(area)}
        values[f"{failure}_share"] = Quantity(float(np.nanmean(shares[failure])), "share")
        if known:
            best = max(known, key=lambda name: known[name])
            values[f"{failure}_best"] = best
            values[f"{failure}_area"] = _area(found[failure, best])
            values[f"{failure}_together"] = _area(found[failure, TOGETHER])
    complete = all(f"{failure}_best" in values for failure in FAILURES)
    return (Saying("seen_by_day", values) if complete else Saying("too_few_failures", values),)


def _area(found: OverDraws) -> Quantity:
    return quantity_of(found, "area")


def _judge(
    seen: Seen,
    measured: dict[str, Floats],
    areas: dict[tuple[str, str], list[float]],
    noises: dict[tuple[str, str], list[float]],
    shares: dict[str, list[float]],
) -> None:
    """The areas of one draw, among children in remission at day 28."""
    remission = seen.values["remission.28"] == 1.0
    complete = np.isfinite(np.array([measured[name] for name in PREDICTORS])).all(axis=0)
    relapsed = {failure: _any(seen, names) for failure, names in FAILURES.items()}
    never = remission & ~np.logical_or.reduce(list(relapsed.values()))
    for failure, happened in relapsed.items():
        shares[failure].append(float(happened[remission].mean()) if remission.any() else np.nan)
        who = remission & complete & (happened | never)
        case = happened[who]
        enough = case.sum() >= FEWEST and (~case).sum() >= FEWEST
        columns = np.array([measured[name][who] for name in PREDICTORS]).T
        scores = {name: columns[:, place] for place, name in enumerate(PREDICTORS)}
        if enough:
            scores[TOGETHER] = cross_validated_scores(columns, case)
        for name in (*PREDICTORS, TOGETHER):
            area = area_under_curve(scores[name], case) if enough else np.nan
            areas[failure, name].append(area)
            noises[failure, name].append(
                variance_of_area(area, int(case.sum()), int((~case).sum())) if enough else np.nan
            )


def _any(seen: Seen, names: tuple[str, ...]) -> YesNo:
    found = np.zeros(len(seen), dtype=np.bool_)
    for name in names:
        found |= seen.values[name] == 1.0
    return found


def _measured(seen: Seen) -> dict[str, Floats]:
    """Each predictor as a clinic has it on day 28; NaN where it was not measured."""
    cohort = narrate(seen.block, seen.parameters, kinds=("measurement", "assessment"))
    infusion = seen.block.followed.histories.infusion_day
    copies = _copies(cohort, infusion)
    looks = _looks(cohort, infusion)
    return {
        "low_peak": -np.log10(copies["highest"]),
        "low_copies": -np.log10(copies["last"]),
        "residual": looks["residual"],
        "b_cells": looks["b_cells"],
        "burden": looks["burden"],
    }


def _copies(cohort: Cohort, infusion: Floats) -> dict[str, Floats]:
    """The highest of the measured transgene copies to day 28, and those of day 28 itself."""
    frame = (
        cohort.events["measurement"]
        .filter(pl.col("analyte") == Analyte.CAR_T_COPIES.value)
        .select("child", "day", pl.max_horizontal("value", "limit").alias("value"))
    )
    child = frame["child"].to_numpy().astype(np.int64)
    since = frame["day"].to_numpy() - infusion[child]
    value = frame["value"].to_numpy()
    highest = np.full(len(infusion), np.nan)
    last = np.full(len(infusion), np.nan)
    early = (since >= 0) & (since <= DAY) & np.isfinite(value)
    np.fmax.at(highest, child[early], value[early])
    on_day = np.isfinite(value) & (since == DAY)
    last[child[on_day]] = value[on_day]
    return {"highest": highest, "last": last}


def _looks(cohort: Cohort, infusion: Floats) -> dict[str, Floats]:
    """Residual disease and aplasia on day 28, and the burden before lymphodepletion."""
    frame = cohort.events["assessment"]
    child = frame["child"].to_numpy().astype(np.int64)
    since = frame["day"].to_numpy() - infusion[child]
    blasts = frame["marrow_blasts_percent"].cast(pl.Float64).to_numpy()
    residual = frame["mrd_percent"].cast(pl.Float64).to_numpy()
    limit = frame["mrd_limit_percent"].cast(pl.Float64).to_numpy()
    seen_share = np.fmax(np.fmax(np.where(blasts >= 5.0, blasts, np.nan), residual), limit)
    percent = np.log10(np.maximum(seen_share, 1e-4))
    aplasia = frame["b_cell_aplasia"].cast(pl.Float64).to_numpy()
    made = {name: np.full(len(infusion), np.nan) for name in ("residual", "b_cells", "burden")}
    on_day = since == DAY
    made["residual"][child[on_day]] = percent[on_day]
    made["b_cells"][child[on_day]] = 1.0 - aplasia[on_day]
    before = (since < 0) & np.isfinite(percent)
    # Rows stand in order of the day: the last look before the infusion stays.
    made["burden"][child[before]] = percent[before]
    return made
