# SPDX-License-Identifier: Apache-2.0
"""Expansion of a simulated cohort from the blood samples that a laboratory measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cartulary.codebook.target import Measure
from cartulary.course.cohort_columns import CHILD
from cartulary.course.events.observation import Analyte
from cartulary.studies.calibration.measured_cohort import Floats, MeasuredCohort

EXPOSURE_DAYS: Final = 28
AREA: Final = "area"
PEAK_DAY: Final = "peak_day"
DECLINE_DAYS: Final = (14.0, 21.0)


@dataclass(frozen=True, slots=True)
class Expansion:
    """Of each child the peak, the area to day 28 and the day of the peak; NaN where none is."""

    peak: Floats
    area: Floats
    day: Floats


def expansion_ratio(cohort: MeasuredCohort, measure: Measure) -> float:
    """The geometric mean of those in remission over that of those not.

    With a limit, only of children whose cells multiplied: whose peak reaches so large a share of
    the median peak of those in remission. A geometric mean is moved far by one child without
    expansion, and a published group whose spread is narrow held none.
    """
    values, multiplied = _chosen(cohort, measure), _multiplied(cohort, measure)
    means = []
    for group in ("responders", "non_responders"):
        part = values[cohort.group(group) & multiplied]
        part = part[np.isfinite(part) & (part > 0)]
        means.append(float(np.log(part).mean()) if len(part) else float("nan"))
    return float(np.exp(means[0] - means[1]))


def _multiplied(cohort: MeasuredCohort, measure: Measure) -> NDArray[np.bool_]:
    """Whose cells multiplied, as far as a measure asks."""
    if measure.limit is None:
        return np.ones(cohort.n, dtype=np.bool_)
    peak = np.nan_to_num(expansion(cohort).peak)
    in_remission = peak[cohort.group("responders") & (peak > 0)]
    enough = measure.limit * np.median(in_remission) if len(in_remission) else np.inf
    return np.asarray(peak >= enough)


def expansion_spread(cohort: MeasuredCohort, measure: Measure) -> float:
    """The log-SD between children."""
    values = _chosen(cohort, measure)[cohort.group(measure.among or "responders")]
    values = values[np.isfinite(values) & (values > 0)]
    return float(np.log(values).std(ddof=1)) if len(values) > 1 else float("nan")


def peak_day(cohort: MeasuredCohort, measure: Measure) -> float:
    """The median day of the peak.

    The peak lies at the top of the parabola through the highest sample and its neighbours, on the
    log scale and never beyond them, so that the days on which blood is taken do not show.
    """
    days = expansion(cohort).day[cohort.group(measure.among or "responders")]
    days = days[np.isfinite(days)]
    return float(np.median(days)) if len(days) else float("nan")


def _chosen(cohort: MeasuredCohort, measure: Measure) -> Floats:
    found = expansion(cohort)
    if measure.of == PEAK_DAY:
        return found.day
    return found.area if measure.of == AREA else found.peak


def decline(cohort: MeasuredCohort, measure: Measure) -> float:
    """The median rate of decline from day 14 to day 21, a day, of those measured on both."""
    days, values, _ = _table(cohort)
    if not set(DECLINE_DAYS) <= set(days.tolist()):
        return float("nan")
    early, late = (values[:, int(np.flatnonzero(days == day)[0])] for day in DECLINE_DAYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.log(early / late) / (DECLINE_DAYS[1] - DECLINE_DAYS[0])
    rate = rate[cohort.group(measure.among) & np.isfinite(rate)]
    return float(np.median(rate)) if len(rate) else float("nan")


def expansion(cohort: MeasuredCohort) -> Expansion:
    """Peak, area and day of the peak after the first infusion, as `codebook.kinetics` works them.

    The samples of all children lie on the same planned days, so that a row of a table is a child.
    """
    return cohort.kept("expansion", lambda: _expansion(cohort))


def _expansion(cohort: MeasuredCohort) -> Expansion:
    days, values, limit = _table(cohort)
    n = cohort.n
    if not len(days):
        never = np.full(n, np.nan)
        return Expansion(never, never.copy(), never.copy())
    seen = np.isfinite(values)
    any_seen = seen.any(axis=1)
    filled = np.where(seen, values, -np.inf)
    top = filled.argmax(axis=1)
    rows = np.arange(n)
    peak = np.where(any_seen, filled[rows, top], np.nan)
    return Expansion(
        peak=peak,
        area=np.where(any_seen, _area(days, values, limit), np.nan),
        day=np.where(any_seen, _top_day(days, values, top), np.nan),
    )


def _table(cohort: MeasuredCohort) -> tuple[Floats, Floats, Floats]:
    """Days with samples, each child's values on them, and its limit where it was below.

    A value below the limit is NaN with its limit; a sample that was not taken is NaN in both.
    """
    return cohort.kept("samples", lambda: _samples(cohort))


def _samples(cohort: MeasuredCohort) -> tuple[Floats, Floats, Floats]:
    second = _second_day(cohort)
    samples = (
        cohort.of("measurement")
        .filter(pl.col("analyte") == Analyte.CAR_T_COPIES.value)
        .select(CHILD, "day", "value", "limit", "below_limit")
    )
    child = samples[CHILD].to_numpy()
    since = samples["day"].cast(pl.Float64).to_numpy() - cohort.infusion_day[child]
    kept = (since >= 0) & (samples["day"].to_numpy() < second[child])
    days = np.unique(since[kept])
    values = np.full((cohort.n, len(days)), np.nan)
    limits = np.full((cohort.n, len(days)), np.nan)
    at = np.searchsorted(days, since[kept])
    values[child[kept], at] = samples["value"].cast(pl.Float64).fill_null(np.nan).to_numpy()[kept]
    below = samples["below_limit"].fill_null(value=False).to_numpy()[kept]
    limit = samples["limit"].cast(pl.Float64).fill_null(np.nan).to_numpy()[kept]
    limits[child[kept], at] = np.where(below, limit, np.nan)
    return days, values, limits


def _second_day(cohort: MeasuredCohort) -> Floats:
    """The day of the second infusion; infinite for none."""
    later = cohort.of("infusion")
    child = later[CHILD].to_numpy()
    day = later["day"].cast(pl.Float64).to_numpy()
    found = np.full(cohort.n, np.inf)
    after = day > cohort.infusion_day[child]
    np.minimum.at(found, child[after], day[after])
    return found


def _area(days: Floats, values: Floats, limit: Floats) -> Floats:
    """Area from day 0 to day 28: trapezoids, linear where the curve rises, logarithmic in falling.

    The curve starts at 0 on day 0. Before the first value above the limit it is 0, the first
    sample below it after the last such value is half the limit, and others below are left out.
    """
    used = _as_read(values, limit)
    total = np.zeros(len(values))
    last_day = np.zeros(len(values))
    last = np.zeros(len(values))
    for column, day in enumerate(days):
        here = used[:, column]
        known = np.isfinite(here) & (last_day < EXPOSURE_DAYS)
        end = np.minimum(day, EXPOSURE_DAYS)
        width = day - last_day
        part = np.where(width > 0, (end - last_day) / np.where(width > 0, width, 1.0), 0.0)
        value = _between(last, here, part)
        total += np.where(known, _strip(last, value, end - last_day), 0.0)
        last = np.where(known, value, last)
        last_day = np.where(known, end, last_day)
    return total


def _as_read(values: Floats, limit: Floats) -> Floats:
    """The values that the area is drawn through; NaN where a sample takes no part."""
    seen = np.isfinite(values)
    below = np.isfinite(limit)
    order = np.arange(values.shape[1])
    first = np.where(seen.any(axis=1), seen.argmax(axis=1), values.shape[1])
    final = np.where(seen.any(axis=1), values.shape[1] - 1 - seen[:, ::-1].argmax(axis=1), -1)
    used = np.where(seen, values, np.nan)
    used = np.where(below & (order < first[:, None]), 0.0, used)
    tail = below & (order > final[:, None])
    next_one = tail & (tail.cumsum(axis=1) == 1)
    return np.where(next_one, limit / 2.0, used)


def _between(before: Floats, after: Floats, part: NDArray[np.float64]) -> Floats:
    """The curve part of the way: straight where it rises, exponential where it falls."""
    falling = (after < before) & (after > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(falling, after / before, 1.0)
        return np.where(falling, before * ratio**part, before + (after - before) * part)


def _strip(before: Floats, after: Floats, width: Floats) -> Floats:
    """The area of one strip."""
    falling = (after < before) & (after > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_fall = np.log(np.where(falling, before / after, np.e))
        return width * np.where(falling, (before - after) / log_fall, (before + after) / 2.0)


def _top_day(days: Floats, values: Floats, top: NDArray[np.int64]) -> Floats:
    """The day at which the parabola through the highest sample and its neighbours is highest."""
    rows = np.arange(len(values))
    inside = (top > 0) & (top < len(days) - 1)
    left, right = np.maximum(top - 1, 0), np.minimum(top + 1, len(days) - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, mid, high = (np.log(values[rows, place]) for place in (left, top, right))
        a, b, c = days[left], days[top], days[right]
        slope_before, slope_after = (mid - low) / (b - a), (high - mid) / (c - b)
        bend = (slope_after - slope_before) / (c - a)
        turn = (a + b) / 2.0 - slope_before / (2.0 * bend)
    usable = inside & np.isfinite(turn) & (bend < 0)
    return np.where(usable, np.clip(turn, days[left], days[right]), days[top])
