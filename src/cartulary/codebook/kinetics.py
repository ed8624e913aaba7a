# SPDX-License-Identifier: Apache-2.0
"""How CAR-T cells rose and fell after one infusion: peak, exposure, half-life, persistence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.errors import CodebookError
from cartulary.course.events import Infusion, Measurement
from cartulary.course.events.observation import Analyte, Specimen
from cartulary.course.units import UNIT_OF_ANALYTE, in_canonical_unit

EXPOSURE_DAYS = 28
FEWEST_FOR_HALF_LIFE = 3
# A fall over all samples smaller than this is float rounding of a level curve.
ROUNDING = 1e-9
CAR_T = (Analyte.CAR_T_COPIES, Analyte.CAR_T_CELLS)

RULES = (
    "Days are counted from the infusion, up to the next one; only samples dated to the day are "
    "read, and only blood (a sample without a specimen is taken as blood, a value without a unit "
    "as in the unit of its analyte; a value in a unit without an exact way there is left out).",
    "Of several samples of one day the highest counts.",
    "Below the limit: before the first quantifiable sample it is 0; between two quantifiable "
    "samples it is left out; the first after the last quantifiable one is half the limit for the "
    "area, and later ones are left out. None takes part in the half-life.",
    "The curve starts at 0 on day 0 unless it was measured there.",
    "Area: trapezoids, linear where the curve rises or stays, logarithmic where it falls. The "
    "value on day 28 is read off the same curve when no sample was taken that day.",
    "Half-life: ln 2 over the slope of the least-squares line through the logarithms of all "
    "quantifiable samples after the peak, three at least.",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: day after infusion, value (None when below the limit), limit if known."""

    day: int
    value: float | None
    limit: float | None


@dataclass(frozen=True, slots=True)
class Kinetics:
    """The kinetics after one infusion; what cannot be told is None, with its reason in `missing`.

    `cmax` in `unit`; `tmax_days` and `persistence_days` in days after infusion; `auc_0_28` in
    `unit` times days; `half_life_days` in days. `samples` and `below_limit` count what was read.
    """

    infusion_id: str
    analyte: Analyte
    unit: str
    samples: int
    below_limit: int
    cmax: float | None
    tmax_days: int | None
    auc_0_28: float | None
    half_life_days: float | None
    persistence_days: int | None
    missing: Mapping[str, str]


def kinetics(
    course: Course, infusion: Infusion, analyte: Analyte = Analyte.CAR_T_COPIES
) -> Kinetics:
    """Peak, exposure, half-life and persistence of CAR-T cells after one infusion.

    Cmax = highest value, Tmax = its first day; AUC0-28 by linear-up log-down trapezoids:
    (c1 + c2)/2 · Δt where c2 >= c1, else (c1 - c2)/ln(c1/c2) · Δt; half-life = ln 2 / λ with λ the
    slope of ln c after the peak; persistence = last quantifiable day. `RULES` says the rest.

    `infusion` is one of the course's; `analyte` is CAR transgene (copies/µg) or CAR-T cells
    (cells/µL). Refuses another analyte, and an infusion that is not in the course or not dated to
    the day: days after it are then not known.

    Source: usual non-compartmental analysis; quantities as in the label of tisagenlecleucel.

    >>> from cartulary.course import Origin
    >>> given = Infusion(40, event_id="infusion-1")
    >>> seen = tuple(
    ...     Measurement(40 + day, analyte=Analyte.CAR_T_COPIES, value=value, unit="copies/µg")
    ...     for day, value in ((7, 8000.0), (10, 16000.0), (14, 8000.0), (18, 4000.0), (28, 707.0))
    ... )
    >>> after = kinetics(Course("P-001", Origin.SIMULATED, (given, *seen)), given)
    >>> after.cmax, after.tmax_days, round(after.half_life_days, 1), after.persistence_days
    (16000.0, 10, 4.0, 28)
    """
    if analyte not in CAR_T:
        raise CodebookError(
            f"Kinetics were asked of {analyte.en}. They are defined for CAR-T cells alone: ask "
            f"for {' or '.join(choice.value for choice in CAR_T)}."
        )
    if infusion not in course.events:
        raise CodebookError(
            f"Course {course.course_id!r} has no infusion {infusion.event_id!r}. Give one of its "
            "own infusions."
        )
    if infusion.day is None or infusion.precision is not Precision.DAY:
        raise CodebookError(
            f"Infusion {infusion.event_id!r} of course {course.course_id!r} is not dated to the "
            "day, so days after it are not known. Enter its full date."
        )
    samples = samples_after(course, infusion, analyte)
    missing: dict[str, str] = {}
    quantified = [(sample.day, sample.value) for sample in samples if sample.value is not None]
    cmax: float | None = None
    tmax: int | None = None
    auc: float | None = None
    half_life: float | None = None
    persistence: int | None = None
    if quantified:
        cmax = max(value for _, value in quantified)
        tmax = next(day for day, value in quantified if value == cmax)
        persistence = quantified[-1][0]
        auc = _area(samples, missing)
        half_life = _half_life([pair for pair in quantified if pair[0] > tmax], missing)
    else:
        why = "no sample was above the limit" if samples else "nothing was measured"
        for name in ("cmax", "tmax_days", "auc_0_28", "half_life_days", "persistence_days"):
            missing[name] = why
    return Kinetics(
        infusion_id=infusion.event_id,
        analyte=analyte,
        unit=UNIT_OF_ANALYTE[analyte],
        samples=len(samples),
        below_limit=len(samples) - len(quantified),
        cmax=cmax,
        tmax_days=tmax,
        auc_0_28=auc,
        half_life_days=half_life,
        persistence_days=persistence,
        missing=MappingProxyType(missing),
    )


def samples_after(course: Course, infusion: Infusion, analyte: Analyte) -> tuple[Sample, ...]:
    """The samples that belong to an infusion, one a day, in order; see `RULES`."""
    assert infusion.day is not None
    later = [day for day in course.infusion_days if day > infusion.day]
    end = min(later) if later else math.inf
    highest: dict[int, Sample] = {}
    for measurement in course.all(Measurement):
        in_time = (
            measurement.day is not None
            and measurement.precision is Precision.DAY
            and infusion.day <= measurement.day < end
        )
        blood = not is_known(measurement.specimen) or measurement.specimen is Specimen.BLOOD
        if not in_time or not blood or measurement.analyte is not analyte:
            continue
        assert measurement.day is not None
        sample = _sample(measurement, measurement.day - infusion.day, analyte)
        known = highest.get(sample.day) if sample is not None else None
        if sample is not None and (known is None or (sample.value or 0.0) > (known.value or 0.0)):
            highest[sample.day] = sample
    return tuple(highest[day] for day in sorted(highest))


def _sample(measurement: Measurement, day: int, analyte: Analyte) -> Sample | None:
    """One measurement in the unit of its analyte; None when it says nothing that can be read."""
    unit = measurement.unit if is_known(measurement.unit) else UNIT_OF_ANALYTE[analyte]

    def in_unit(value: object) -> float | None:
        known = isinstance(value, (int, float))
        return in_canonical_unit(analyte, float(value), unit) if known else None  # type: ignore[arg-type]

    value, limit = in_unit(measurement.value), in_unit(measurement.limit)
    below = measurement.below_limit is True or value == 0
    if value is not None and limit is not None and value < limit:
        below = True
    if below:
        # "< 50" is often kept as the value 50 with the mark, and no limit beside it.
        return Sample(day, None, limit if limit is not None else value or None)
    return None if value is None else Sample(day, value, limit)


def _area(samples: Sequence[Sample], missing: dict[str, str]) -> float | None:
    """Area under the curve from day 0 to 28, or None with the reason."""
    curve = _curve(samples, missing)
    if curve is None:
        return None
    if curve[-1][0] < EXPOSURE_DAYS and samples[-1].value is not None:
        missing["auc_0_28"] = f"the last sample is of day {curve[-1][0]}, before day 28"
        return None
    area = 0.0
    for (day, value), (next_day, next_value) in pairwise(curve):
        if day >= EXPOSURE_DAYS:
            break
        until = min(next_day, EXPOSURE_DAYS)
        end = _between(day, value, next_day, next_value, until)
        area += _trapezoid(value, end, until - day)
    return area


def _curve(samples: Sequence[Sample], missing: dict[str, str]) -> list[tuple[int, float]] | None:
    """The points that the area is drawn through, with the rule for values below the limit."""
    known = [place for place, sample in enumerate(samples) if sample.value is not None]
    first, last = known[0], known[-1]
    curve = [(0, 0.0)] if samples[0].day > 0 else []
    for place, sample in enumerate(samples):
        if sample.value is not None:
            curve.append((sample.day, sample.value))
        elif place < first:
            curve.append((sample.day, 0.0))
        elif place == last + 1:
            if sample.limit is None:
                missing["auc_0_28"] = (
                    f"the sample of day {sample.day} is below a limit that is not recorded"
                )
                return None
            curve.append((sample.day, sample.limit / 2))
    return curve


def _between(day: int, value: float, next_day: int, next_value: float, at: int) -> float:
    """The value on a day between two points, on the line that the area is drawn under."""
    share = (at - day) / (next_day - day)
    if 0 < next_value < value:
        return math.exp(math.log(value) + share * (math.log(next_value) - math.log(value)))
    return value + share * (next_value - value)


def _trapezoid(value: float, next_value: float, days: int) -> float:
    if 0 < next_value < value:
        return (value - next_value) / math.log(value / next_value) * days
    return (value + next_value) / 2 * days


def _half_life(after_peak: Sequence[tuple[int, float]], missing: dict[str, str]) -> float | None:
    """Half-life of the log-linear decline after the peak, or None with the reason."""
    n = len(after_peak)
    if n < FEWEST_FOR_HALF_LIFE:
        missing["half_life_days"] = (
            f"{n} quantifiable samples after the peak, {FEWEST_FOR_HALF_LIFE} are needed"
        )
        return None
    days = [float(day) for day, _ in after_peak]
    logs = [math.log(value) for _, value in after_peak]
    mean_day, mean_log = math.fsum(days) / n, math.fsum(logs) / n
    spread = math.fsum((day - mean_day) ** 2 for day in days)
    slope = (
        math.fsum((day - mean_day) * (log - mean_log) for day, log in zip(days, logs, strict=True))
        / spread
    )
    if slope * (days[-1] - days[0]) > -ROUNDING:
        missing["half_life_days"] = "the samples after the peak do not decline"
        return None
    return math.log(2) / -slope
