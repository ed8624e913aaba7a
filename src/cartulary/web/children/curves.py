# SPDX-License-Identifier: Apache-2.0
"""The curves under the lanes: what was measured, on log scales, with the limits as they were."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cartulary.course.absence import Absence, is_known
from cartulary.course.course import Course
from cartulary.course.events import Measurement
from cartulary.course.events.observation import Analyte, Specimen
from cartulary.course.units import UNIT_OF_ANALYTE, in_canonical_unit
from cartulary.web.children.wording import word
from cartulary.web.entry.spoken import number_words, unit_words

_SHOWN = (
    (Analyte.CAR_T_COPIES,),
    (Analyte.CAR_T_CELLS,),
    (Analyte.B_CELLS,),
    (Analyte.NEUTROPHILS,),
    (Analyte.IL_6,),
    (Analyte.CRP,),
    (Analyte.FERRITIN,),
)
# A line drawn where the value means something: neutropenia that counts as severe.
_LINES = {Analyte.NEUTROPHILS: 0.5}
# What the ward reads, where it is not the unit in which the course keeps it.
_READ_AS = {Analyte.NEUTROPHILS: ("10⁹/L", 1e-3)}


@dataclass(frozen=True, slots=True)
class Point:
    """One measurement; `censored` when it lay below the limit, and is drawn at the limit."""

    day: int
    value: float
    censored: bool
    event: str
    words: str


@dataclass(frozen=True, slots=True)
class Curve:
    """The measurements of one analyte in blood, in order of day, and its decades."""

    name: str
    title: str
    unit: str
    points: tuple[Point, ...]
    low: int
    high: int
    limit: float | None
    line: float | None

    def share(self, value: float) -> float:
        """Where a value stands between the lowest decade (0) and the highest (1)."""
        exponent = math.log10(max(value, 10.0**self.low))
        return min(1.0, max(0.0, (exponent - self.low) / (self.high - self.low)))


def curves_of(course: Course, until: int) -> list[Curve]:
    """A curve for each analyte of which anything was measured up to a study day."""
    found = []
    for (analyte,) in _SHOWN:
        made = _curve(course, analyte, until)
        if made is not None:
            found.append(made)
    return found


def _curve(course: Course, analyte: Analyte, until: int) -> Curve | None:
    points = []
    limits = []
    for event in course.all(Measurement):
        if event.analyte is not analyte or event.day is None or event.day > until:
            continue
        if is_known(event.specimen) and event.specimen is not Specimen.BLOOD:
            continue
        point = _point(event, analyte)
        if point is None:
            continue
        points.append(point)
        limit = _in_unit(event, analyte, event.limit)
        if limit:
            limits.append(limit)
    if not points:
        return None
    values = [point.value for point in points if point.value > 0] or [1.0]
    low = math.floor(math.log10(min([*values, *limits])))
    high = max(low + 1, math.ceil(math.log10(max(values))))
    limit = limits[-1] if limits and len(set(limits)) == 1 else None
    unit = unit_words(_unit(analyte)[0])
    return Curve(
        analyte.value, word(analyte), unit, tuple(points), low, high, limit, _LINES.get(analyte)
    )


def _unit(analyte: Analyte) -> tuple[str, float]:
    """The unit that is read, and what a value in the course's own unit is multiplied by."""
    return _READ_AS.get(analyte, (UNIT_OF_ANALYTE[analyte], 1.0))


def _in_unit(event: Measurement, analyte: Analyte, value: float | Absence) -> float | None:
    """A value in the unit that is read; None when its unit is not understood."""
    if not is_known(value):
        return None
    given = event.unit if is_known(event.unit) else UNIT_OF_ANALYTE[analyte]
    kept = in_canonical_unit(analyte, value, given)
    return None if kept is None else kept * _unit(analyte)[1]


def _point(event: Measurement, analyte: Analyte) -> Point | None:
    assert event.day is not None
    unit = unit_words(_unit(analyte)[0])
    limit = _in_unit(event, analyte, event.limit)
    if event.below_limit is True and limit is not None:
        words = _("%(what)s below the limit of %(limit)s %(unit)s") % {
            "what": word(analyte),
            "limit": number_words(limit),
            "unit": unit,
        }
        return Point(event.day, limit, True, event.event_id, words.strip())
    value = _in_unit(event, analyte, event.value)
    if value is None:
        return None
    words = f"{word(analyte)} {number_words(round(value, 9))} {unit}".strip()
    return Point(event.day, value, event.below_limit is True, event.event_id, words)
