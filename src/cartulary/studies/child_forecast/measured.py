# SPDX-License-Identifier: Apache-2.0
"""What was measured in one child, as the likelihood takes it: a value, a limit, an error.

Every value is compared with what is truly there in a virtual child. The error is the one that the
twin's laboratory gives such a value, widened by a kernel: the model is not the child, and no two
laboratories write quite the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cartulary.codebook.grading import toxicities_of
from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.words import Words
from cartulary.course.absence import is_known
from cartulary.course.choice import Choice
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import Assessment, Infusion, Measurement
from cartulary.course.events.disease import MrdResult
from cartulary.course.events.observation import Analyte, Specimen, ToxicityKind
from cartulary.course.units import in_canonical_unit

#: What a value says of the truth: that it is about there, below it, or at it and above.
ABOUT: Final = "about"
BELOW: Final = "below"
FROM: Final = "from"


class Against(Choice):
    """What in the library a value is held against."""

    COPIES = "ln_copies", "CAR-T copies", "CAR-T-kopieën"
    B_CELLS = "ln_b_cells", "B cells", "B-cellen"
    APLASIA = "aplasia", "B-cell aplasia", "B-celaplasie"
    SHARE = "ln_share", "leukaemia in the marrow", "leukemie in het beenmerg"
    SHARE_BEFORE = (
        "ln_share_before",
        "leukaemia before lymphodepletion",
        "leukemie voor lymfodepletie",
    )
    DOSE = "ln_dose_per_kg", "dose per kg", "dosis per kg"


#: Standard deviations, in ln, that the kernel adds to the laboratory's own.
KERNEL: Final = {
    Against.COPIES: 0.3,
    # Those of children in aplasia lie close together: a wider one mixes them with children who
    # are losing it, and forecasts too few CD19-positive relapses.
    Against.B_CELLS: 0.2,
    Against.APLASIA: 0.5,
    Against.SHARE: 0.3,
    Against.SHARE_BEFORE: 0.3,
    Against.DOSE: 0.5,
}
#: What two laboratories' scales of copies differ by: one shift for all of a child's samples.
COPIES_SCALE_SD: Final = 0.3
#: Weight of a virtual child whose highest CRS grade is so many grades from the child's.
GRADE_KERNEL: Final = (1.0, 0.5, 0.2, 0.05, 0.01, 0.01)
#: From this day on the CRS of the first four weeks is over, and its highest grade is known.
CRS_FROM_DAY: Final = 28
APLASIA_FROM_DAY: Final = 21
_SHARE_FROM_DAY: Final = 14
_LOOK_BEFORE_DAYS: Final = 42
#: A flag of aplasia beside a count of B cells so near in days says nothing more.
_SAME_LOOK_DAYS: Final = 3
_HIGH_PERCENT: Final = 5.0
_SQRT_12: Final = math.sqrt(12.0)
#: `bca.loss`: B cells at 3% of the lymphocytes are back.
_BACK_PERCENT_OF_LYMPHOCYTES: Final = 3.0


@dataclass(frozen=True, slots=True)
class Level:
    """One value: ln in the library's unit, its error in ln, and what it says; `day` from infusion.

    For aplasia `ln_value` is 0: the child's own number of B cells is held against the number at
    which its aplasia is lost.
    """

    against: Against
    day: int | None
    says: str
    ln_value: float
    sd: float
    shown: Words


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured up to a day, and what was there but could not be used."""

    levels: tuple[Level, ...]
    crs_grade: int | None
    not_used: tuple[Words, ...]


def measured(
    course: Course, infusion: Infusion, days_after: int, parameters: ParameterSet
) -> Measured:
    """What a course says of the cells, from the burden before the infusion to `days_after` it.

    Arguments: the course, cut at the day of the forecast; its first infusion, dated to the day;
    days from it to the forecast; the parameters, of which the laboratory's errors are read.
    """
    assert infusion.day is not None
    day = infusion.day
    copies = tuple(_copies(course, day, parameters))
    b_cells = tuple(_b_cells(course, day, parameters))
    counted = {one.day for one in b_cells if one.day is not None}
    levels = (
        *_dose(infusion),
        *_before(course, day, parameters),
        *copies,
        *b_cells,
        *_aplasia(course, day, counted),
        *_shares(course, day, parameters),
    )
    grade = _crs_grade(course) if days_after >= CRS_FROM_DAY else None
    return Measured(levels, grade, tuple(_not_used(course, copies)))


def _dose(infusion: Infusion) -> Iterator[Level]:
    per_kg = infusion.dose_cells_per_kg
    if not is_known(per_kg) and is_known(infusion.dose_cells) and is_known(infusion.weight_kg):
        per_kg = infusion.dose_cells / infusion.weight_kg
    if is_known(per_kg) and per_kg > 0:
        shown = _figure(per_kg / 1e6, "×10⁶/kg")
        yield Level(Against.DOSE, 0, ABOUT, math.log(per_kg), KERNEL[Against.DOSE], shown)


@dataclass(frozen=True, slots=True)
class _Blood:
    """One blood value in the library's unit: as printed, and what that leaves of the truth.

    A printed number stands for all that round to it, from the limit on: the middle of these, with
    the standard deviation in ln that rounding leaves. B cells of a child in aplasia lie near one
    a microlitre, where that is more than the laboratory's error.
    """

    days_after: int
    printed: float
    middle: float
    rounding_sd: float
    below: bool


def _blood(course: Course, infused: int, analyte: Analyte) -> Iterator[_Blood]:
    """The child's values of an analyte in blood, dated to the day, after the infusion."""
    for event in course.all(Measurement):
        if event.analyte is not analyte or event.day is None or event.day <= infused:
            continue
        if event.precision is not Precision.DAY:
            continue
        if is_known(event.specimen) and event.specimen is not Specimen.BLOOD:
            continue
        below = event.below_limit is True or event.value == 0
        number = event.limit if below else event.value
        if not is_known(number):
            continue
        kept = in_canonical_unit(analyte, number, event.unit) if is_known(event.unit) else number
        if kept is None or kept <= 0:
            continue
        days = event.day - infused
        if below:
            yield _Blood(days, kept, kept, 0.0, True)
            continue
        half = 0.5 * _last_digit(number)
        least = event.limit if is_known(event.limit) and event.limit <= number else 0.0
        low, high = max(number - half, least), number + half
        middle = 0.5 * (low + high)
        rounding = (high - low) / (_SQRT_12 * middle)
        yield _Blood(days, kept, kept * middle / number, rounding, False)


def _last_digit(value: float) -> float:
    """What one in the last printed digit is worth; 1 for a whole number.

    >>> _last_digit(12.0), _last_digit(0.25)
    (1.0, 0.01)
    """
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return float(10.0 ** min(exponent, 0))


def _copies(course: Course, infused: int, parameters: ParameterSet) -> Iterator[Level]:
    sd = math.hypot(parameters.value("car_t_copies_error"), KERNEL[Against.COPIES])
    for one in _blood(course, infused, Analyte.CAR_T_COPIES):
        # All copies of a child share one error in the likelihood; rounding is nothing beside it.
        shown = _figure(one.printed, "copies/µg", below=one.below)
        says = BELOW if one.below else ABOUT
        yield Level(Against.COPIES, one.days_after, says, math.log(one.middle), sd, shown)


def _b_cells(course: Course, infused: int, parameters: ParameterSet) -> Iterator[Level]:
    sd = math.hypot(parameters.value("cell_count_error"), KERNEL[Against.B_CELLS])
    for one in _blood(course, infused, Analyte.B_CELLS):
        if one.days_after >= APLASIA_FROM_DAY:
            shown = _figure(one.printed, "/µL", below=one.below)
            says, error = BELOW if one.below else ABOUT, math.hypot(sd, one.rounding_sd)
            yield Level(Against.B_CELLS, one.days_after, says, math.log(one.middle), error, shown)


def _aplasia(course: Course, infused: int, counted: set[int]) -> Iterator[Level]:
    """Yes or no, where no count of B cells stands beside it."""
    seen: dict[int, bool] = {}
    for one in _blood(course, infused, Analyte.B_CELLS_OF_LYMPHOCYTES):
        seen[one.days_after] = one.below or one.printed < _BACK_PERCENT_OF_LYMPHOCYTES
    for event in course.all(Assessment):
        if event.day is not None and is_known(event.b_cell_aplasia):
            seen.setdefault(event.day - infused, event.b_cell_aplasia)
    for day, aplastic in sorted(seen.items()):
        beside = any(abs(day - other) <= _SAME_LOOK_DAYS for other in counted)
        if day >= APLASIA_FROM_DAY and not beside:
            shown = Words("yes", "ja") if aplastic else Words("no", "nee")
            says = BELOW if aplastic else FROM
            yield Level(Against.APLASIA, day, says, 0.0, KERNEL[Against.APLASIA], shown)


def _before(course: Course, infused: int, parameters: ParameterSet) -> Iterator[Level]:
    """The last look at the marrow in the weeks before the infusion."""
    looks = [
        (event.day, level)
        for event in course.all(Assessment)
        if event.day is not None and infused - _LOOK_BEFORE_DAYS <= event.day <= infused
        for level in _share(event, infused, Against.SHARE_BEFORE, parameters)
    ]
    if looks:
        yield max(looks, key=lambda look: look[0])[1]


def _shares(course: Course, infused: int, parameters: ParameterSet) -> Iterator[Level]:
    for event in course.all(Assessment):
        if event.day is not None and event.day - infused >= _SHARE_FROM_DAY:
            yield from _share(event, infused, Against.SHARE, parameters)


def _share(
    look: Assessment, infused: int, against: Against, parameters: ParameterSet
) -> Iterator[Level]:
    """One look: blasts where they are high or nothing finer was done, else residual disease."""
    assert look.day is not None
    day = look.day - infused
    blasts = look.marrow_blasts_percent
    kernel = KERNEL[against]
    counted = parameters.value("marrow_cells_counted")
    fine = is_known(look.mrd_result) or is_known(look.mrd_percent)
    if is_known(blasts) and (blasts >= _HIGH_PERCENT or not fine):
        share = min(blasts / 100.0, 1.0 - 1.0 / counted)
        if share < 1.0 / counted:
            shown = _figure(100.0 / counted, "%", below=True)
            yield Level(against, day, BELOW, math.log(1.0 / counted), kernel, shown)
            return
        sd = math.hypot(math.sqrt((1.0 - share) / (counted * share)), kernel)
        yield Level(against, day, ABOUT, math.log(share), sd, _figure(blasts, "%"))
        return
    sd = math.hypot(parameters.value("residual_disease_error"), kernel)
    limit = look.mrd_limit_percent
    usual = 100.0 * parameters.value("residual_disease_limit")
    percent = limit if is_known(limit) and limit > 0 else usual
    ln_limit = math.log(percent / 100.0)
    if look.mrd_result is MrdResult.NEGATIVE or look.mrd_percent == 0:
        yield Level(against, day, BELOW, ln_limit, sd, _figure(percent, "%", below=True))
    elif is_known(look.mrd_percent):
        shown = _figure(look.mrd_percent, "%")
        yield Level(against, day, ABOUT, math.log(look.mrd_percent / 100.0), sd, shown)
    elif look.mrd_result is MrdResult.POSITIVE:
        shown = Words(f"≥ {percent:.3g}%", f"≥ {percent:.3g}%".replace(".", ","))
        yield Level(against, day, FROM, ln_limit, sd, shown)


def _crs_grade(course: Course) -> int | None:
    """The highest CRS after the first infusion, reported or by the codebook's scale."""
    grades = [
        one.grade
        for one in toxicities_of(course, (ToxicityKind.CRS,))
        if one.kind is ToxicityKind.CRS
        and one.grade is not None
        and one.infusion_number in (1, None)
    ]
    return max(grades, default=None)


def _not_used(course: Course, copies: tuple[Level, ...]) -> Iterator[Words]:
    """What is recorded and says nothing here, with why."""
    kinds = {event.analyte for event in course.all(Measurement)}
    if Analyte.CAR_T_CELLS in kinds and not copies:
        yield Words(
            "CAR-T cells counted by flow: the model is scaled to copies of the transgene only.",
            "CAR-T-cellen geteld met flow: het model is alleen op kopieën van het transgen geijkt.",
        )
    if any(
        event.mrd_result is MrdResult.BELOW_QUANTIFICATION and not is_known(event.mrd_percent)
        for event in course.all(Assessment)
    ):
        yield Words(
            "Residual disease that was positive but not quantifiable: it names no level.",
            "Restziekte die positief maar niet te kwantificeren was: daar hoort geen waarde bij.",
        )


def _figure(value: float, unit: str, *, below: bool = False) -> Words:
    """A value as a result slip has it, three digits."""
    digits = f"{value:,.0f}".replace(",", "\u202f") if value >= 1000 else f"{value:.3g}"
    sign = "< " if below else ""
    space = "" if unit in ("%", "/µL") else " "
    dutch = digits.replace(".", ",")
    dutch_unit = unit.replace("copies", "kopieën")
    return Words(f"{sign}{digits}{space}{unit}", f"{sign}{dutch}{space}{dutch_unit}")
