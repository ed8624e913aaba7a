# SPDX-License-Identifier: Apache-2.0
"""The inputs of a scale file: what each reads, its unit and kind, checked against the course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from cartulary.codebook.expression import Condition
from cartulary.codebook.scale_parts import From, Input
from cartulary.codebook.toml_page import Page
from cartulary.codebook.words import NO_WORDS, Words
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.events.observation import Analyte
from cartulary.course.events.treatment import Drug
from cartulary.course.fact import FactKind, facts_of
from cartulary.course.units import FACTORS, UNIT_OF_ANALYTE

#: Facts of the whole course that a scale may read: kind and unit.
COURSE_FACTS: Final[Mapping[str, tuple[FactKind, str]]] = {
    "age_years": (FactKind.NUMBER, "years"),
    "days_after_first_infusion": (FactKind.INTEGER, "days"),
    "days_after_last_infusion": (FactKind.INTEGER, "days"),
}

#: Quantities of a series of daily values: kind, unit ("" = that of the analyte), needs a threshold.
SERIES_QUANTITIES: Final[Mapping[str, tuple[FactKind, str, bool]]] = {
    "longest_run": (FactKind.INTEGER, "days", True),
    "days_below": (FactKind.INTEGER, "days", True),
    "never_recovered": (FactKind.YES_NO, "", True),
    "lowest": (FactKind.NUMBER, "", False),
    "second_lowest": (FactKind.NUMBER, "", False),
    "values": (FactKind.INTEGER, "values", False),
    "longest_gap": (FactKind.INTEGER, "days", False),
}

#: What may end the time over which a series is read.
STOPS: Final = ("relapse", "new_therapy", "transplant", "next_infusion", "death")

#: Which of several measurements counts.
PICKS: Final = ("lowest_of_day", "highest_of_day", "last_before_lymphodepletion")

_KINDS: Final[Mapping[str, FactKind]] = {
    "number": FactKind.NUMBER,
    "integer": FactKind.INTEGER,
    "yes_no": FactKind.YES_NO,
    "choice": FactKind.CHOICE,
}

_EVENT_SOURCES: Final = (
    From.FINDING,
    From.ASSESSMENT,
    From.DIAGNOSIS,
    From.INFUSION,
    From.RELAPSE,
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One [[input]] table with its name and origin already read."""

    page: Page
    name: str
    source: From


def read_inputs(page: Page, parse: Callable[[Page, str], Condition | None]) -> tuple[Input, ...]:
    """Every [[input]] of a file; `parse` turns the text under a key into a condition."""
    inputs: list[Input] = []
    for one in page.pages("input"):
        name = one.text("name", "Name the fact as conditions call it.")
        source = From(one.word("from", tuple(origin.value for origin in From)))
        reading = _Reading(one, name, source)
        inputs.append(_READ[source](reading, parse))
        one.close()
    names = [one.name for one in inputs]
    for name in {name for name in names if names.count(name) > 1}:
        page.note("input", repr(name), "Two inputs bear this name.", "Rename one.")
    if not inputs:
        page.note(
            "input", "missing", "A scale that reads nothing grades nothing.", "Add [[input]]."
        )
    return tuple(inputs)


_Parse = Callable[[Page, str], Condition | None]


def _unit(page: Page, known: str) -> str:
    """The unit as the course keeps it; a unit written in the file must be the same."""
    written = page.text("unit", required=False)
    if written and written != known:
        page.note("unit", repr(written), f"The course keeps this in {known!r}.", "Write that unit.")
    return known


def _event_fact(reading: _Reading, _: _Parse) -> Input:
    page = reading.page
    fact_name = page.text("fact", required=False) or reading.name
    known = facts_of(EVENT_TYPE_OF_KIND[reading.source.value])
    several = page.word("several", ("highest", "lowest"), "highest")
    fact = known.get(fact_name)
    if fact is None or fact.kind not in (*_KINDS.values(), FactKind.TEXT):
        remedy = f"A {reading.source.value} has: {', '.join(known)}."
        page.note("fact", repr(fact_name), "The course has no such fact to read.", remedy)
        return Input(reading.name, reading.source, FactKind.NUMBER, NO_WORDS)
    return Input(
        name=reading.name,
        source=reading.source,
        kind=fact.kind,
        label=Words(fact.en, fact.nl),
        unit=_unit(page, fact.unit),
        codes=tuple(str(choice) for choice in fact.choices or ()),
        fact=fact_name,
        several=several,
    )


def _analyte(page: Page) -> Analyte:
    return Analyte(page.word("analyte", tuple(str(one) for one in Analyte)))


def _measurement(reading: _Reading, _: _Parse) -> Input:
    page = reading.page
    analyte = _analyte(page)
    canonical = UNIT_OF_ANALYTE[analyte]
    unit = page.text("unit", f'Write the unit of the thresholds, such as unit = "{canonical}".')
    if unit and unit != canonical and factor_from_canonical(analyte, unit) is None:
        why = f"There is no exact way there from {canonical}, in which {analyte.en} is kept."
        page.note("unit", repr(unit), why, f"Write the thresholds in {canonical}.")
    pick = page.word("pick", PICKS)
    within = page.whole("within_days", required=pick == "last_before_lymphodepletion")
    return Input(
        name=reading.name,
        source=reading.source,
        kind=FactKind.NUMBER,
        label=Words(analyte.en, analyte.nl),
        unit=unit,
        analyte=str(analyte),
        pick=pick,
        within_days=within,
    )


def factor_from_canonical(analyte: Analyte, unit: str) -> float | None:
    """What a value in the unit of its analyte is divided by to be in `unit`; None when unknown.

    >>> factor_from_canonical(Analyte.NEUTROPHILS, "10⁹/L")
    1000.0
    """
    canonical = UNIT_OF_ANALYTE[analyte]
    if unit == canonical:
        return 1.0
    return FACTORS.get((unit, canonical))


def _course(reading: _Reading, _: _Parse) -> Input:
    page = reading.page
    label = page.words()
    if reading.name not in COURSE_FACTS:
        remedy = f"Known: {', '.join(COURSE_FACTS)}."
        page.note("name", repr(reading.name), "The course as a whole has no such fact.", remedy)
        return Input(reading.name, reading.source, FactKind.NUMBER, label)
    kind, unit = COURSE_FACTS[reading.name]
    return Input(reading.name, reading.source, kind, label, _unit(page, unit))


def _series(reading: _Reading, _: _Parse) -> Input:
    page = reading.page
    analyte = _analyte(page)
    quantity = page.word("quantity", SERIES_QUANTITIES)
    kind, unit, thresholded = SERIES_QUANTITIES[quantity]
    at_most, below = page.number("at_most"), page.number("below")
    if thresholded and (at_most is None) == (below is None):
        why = "Days are counted under one threshold."
        page.note("at_most", "missing or double", why, "Write at_most = 500 or below = 50.")
    days = page.any("days")
    if not _is_window(days):
        page.note("days", repr(days), "A series needs its days.", "Write days = [0, 30].")
        days = [0, 0]
    for stop in page.texts("stops_at"):
        if stop not in STOPS:
            page.note("stops_at", repr(stop), "Nothing stops there.", f"Known: {', '.join(STOPS)}.")
    canonical = UNIT_OF_ANALYTE[analyte]
    written = page.text(
        "unit",
        f'Write the unit, such as unit = "{unit or canonical}".',
        kind is not FactKind.YES_NO,
    )
    if written and written != (unit or canonical):
        page.note("unit", repr(written), f"This is counted in {unit or canonical}.", "Write that.")
    return Input(
        name=reading.name,
        source=reading.source,
        kind=kind,
        label=page.words(),
        unit=written,
        analyte=str(analyte),
        quantity=quantity,
        threshold=below if at_most is None else at_most,
        inclusive=at_most is not None,
        days=(days[0], days[1]),
        stops_at=page.texts("stops_at"),
    )


def _is_window(days: object) -> bool:
    return (
        isinstance(days, list)
        and len(days) == 2
        and all(isinstance(day, int) and not isinstance(day, bool) for day in days)
        and 0 <= days[0] <= days[1]
    )


def _carried(reading: _Reading, parse: _Parse) -> Input:
    page = reading.page
    reach = page.word("reach", ("earlier", "this_or_earlier"))
    drugs = page.texts("drugs")
    for drug in drugs:
        if drug not in {str(one) for one in Drug}:
            known = ", ".join(str(one) for one in Drug)
            page.note("drugs", repr(drug), "The course knows no such drug.", f"Known: {known}.")
    return Input(
        name=reading.name,
        source=reading.source,
        kind=FactKind.YES_NO,
        label=page.words(),
        when=parse(page, "when"),
        reach=reach,
        drugs=drugs,
    )


def _entered(reading: _Reading, _: _Parse) -> Input:
    page = reading.page
    kind = _KINDS[page.word("kind", _KINDS)]
    number = kind in (FactKind.NUMBER, FactKind.INTEGER)
    unit = page.text("unit", "A number without a unit cannot be graded.", number)
    codes = page.texts("codes")
    if (kind is FactKind.CHOICE) != bool(codes):
        page.note(
            "codes", repr(list(codes)), "A choice, and only a choice, lists codes.", "Mend it."
        )
    return Input(reading.name, reading.source, kind, page.words(), unit, codes)


_READ: Final[Mapping[From, Callable[[_Reading, _Parse], Input]]] = {
    **dict.fromkeys(_EVENT_SOURCES, _event_fact),
    From.MEASUREMENT: _measurement,
    From.COURSE: _course,
    From.SERIES: _series,
    From.CARRIED: _carried,
    From.ENTERED: _entered,
}
