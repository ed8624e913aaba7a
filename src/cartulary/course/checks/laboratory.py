# SPDX-License-Identifier: Apache-2.0
"""Rules on laboratory values: units, slips of a factor of a thousand, limits of quantification."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import Measurement
from cartulary.course.events.observation import Analyte
from cartulary.course.problem import Severity
from cartulary.course.units import UNIT_OF_ANALYTE, in_canonical_unit


def _in_unit(measurement: Measurement) -> float | None:
    """The value in the unit of its analyte; None when either is missing or strange."""
    if not (
        is_known(measurement.analyte) and is_known(measurement.value) and is_known(measurement.unit)
    ):
        return None
    return in_canonical_unit(measurement.analyte, measurement.value, measurement.unit)


@rule(
    Severity.WARNING,
    Words(
        "A measurement has a unit that is not understood.",
        "There is no exact way from it to the unit in which this analyte is kept.",
        "Write the value in the unit shown.",
    ),
    Words(
        "Een meting heeft een eenheid die niet wordt begrepen.",
        "Er is geen exacte omrekening naar de eenheid waarin deze bepaling wordt bewaard.",
        "Schrijf de waarde in de getoonde eenheid.",
    ),
)
def unit_not_understood(history: History) -> Iterator[Found]:
    for measurement in history.all(Measurement):
        given = is_known(measurement.unit) and is_known(measurement.value)
        if given and is_known(measurement.analyte) and _in_unit(measurement) is None:
            wanted = UNIT_OF_ANALYTE[measurement.analyte]
            yield found(measurement, value=f"{measurement.unit} -> {wanted}")


@rule(
    Severity.WARNING,
    Words(
        "A measurement has no unit.",
        "A number without a unit may be off by a factor of a thousand.",
        "Enter the unit.",
    ),
    Words(
        "Een meting heeft geen eenheid.",
        "Een getal zonder eenheid kan er een factor duizend naast zitten.",
        "Voer de eenheid in.",
    ),
)
def unit_missing(history: History) -> Iterator[Found]:
    for measurement in history.all(Measurement):
        if is_known(measurement.value) and not is_known(measurement.unit):
            yield found(measurement, value=f"{measurement.analyte} {measurement.value:g}")


HIGH_COUNT = Threshold(
    "neutrophils that suggest a slip of unit, above",
    100e3,
    "cells/µL",
    "ours: a thousand times a low normal count",
    "ours",
)


@rule(
    Severity.WARNING,
    Words(
        "The neutrophil count is above 100 thousand per µL.",
        "A count per µL was probably written as 10⁹/L.",
        "Check the unit.",
    ),
    Words(
        "Het aantal neutrofielen is hoger dan 100 duizend per µL.",
        "Waarschijnlijk is een aantal per µL als 10⁹/L geschreven.",
        "Controleer de eenheid.",
    ),
    thresholds=(HIGH_COUNT,),
    confirm=True,
)
def neutrophils_a_thousandfold_high(history: History) -> Iterator[Found]:
    for measurement in history.all(Measurement):
        count = _in_unit(measurement)
        if (
            measurement.analyte is Analyte.NEUTROPHILS
            and count is not None
            and count > HIGH_COUNT.value
        ):
            yield found(measurement, value=f"{count:g} cells/µL")


SMALL_COUNT = Threshold(
    "a fraction of a cell per µL suggests a slip of unit, below",
    100,
    "cells/µL",
    "ours: counts in 10⁹/L have decimals and stay below this",
    "ours",
)


@rule(
    Severity.WARNING,
    Words(
        "The neutrophil count has a fraction of a cell per µL.",
        "A count in 10⁹/L was probably written as per µL; it would be graded as no neutrophils.",
        "Check the unit.",
    ),
    Words(
        "Het aantal neutrofielen heeft een fractie van een cel per µL.",
        "Waarschijnlijk is een aantal in 10⁹/L als per µL geschreven; de graad klopt dan niet.",
        "Controleer de eenheid.",
    ),
    thresholds=(SMALL_COUNT,),
    confirm=True,
)
def neutrophils_a_thousandfold_low(history: History) -> Iterator[Found]:
    for measurement in history.all(Measurement):
        count, as_written = _in_unit(measurement), measurement.value
        if (
            measurement.analyte is Analyte.NEUTROPHILS
            and count is not None
            and count == as_written
            and 0 < count < SMALL_COUNT.value
            and not float(count).is_integer()
        ):
            yield found(measurement, value=f"{count:g} cells/µL")


@rule(
    Severity.ERROR,
    Words(
        "A value is marked below the limit of quantification, but lies above it.",
        "Both cannot be true.",
        "Check value, limit and mark.",
    ),
    Words(
        "Een waarde staat als onder de bepalingsgrens, maar ligt erboven.",
        "Beide kan niet waar zijn.",
        "Controleer waarde, grens en markering.",
    ),
)
def above_the_limit_though_marked_below(history: History) -> Iterator[Found]:
    for measurement in history.all(Measurement):
        value, limit = measurement.value, measurement.limit
        if measurement.below_limit is not True:
            continue
        if is_known(value) and is_known(limit) and value > limit:
            yield found(measurement, value=f"{value:g} > {limit:g}")


@rule(
    Severity.WARNING,
    Words(
        "A measurement has neither a value nor a mark that it was below the limit.",
        "It says nothing.",
        "Enter the value, or mark it as below the limit of quantification.",
    ),
    Words(
        "Een meting heeft geen waarde, en ook geen markering onder de bepalingsgrens.",
        "Zij zegt niets.",
        "Voer de waarde in, of markeer haar als onder de bepalingsgrens.",
    ),
)
def measurement_without_value(history: History) -> Iterator[Found]:
    for measurement in history.all(Measurement):
        if not is_known(measurement.value) and measurement.below_limit is not True:
            yield found(measurement, value=str(measurement.analyte))


RULES: tuple[Rule, ...] = (
    unit_not_understood,
    unit_missing,
    neutrophils_a_thousandfold_high,
    neutrophils_a_thousandfold_low,
    above_the_limit_though_marked_below,
    measurement_without_value,
)
