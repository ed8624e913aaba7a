# SPDX-License-Identifier: Apache-2.0
"""What each figure needs to be drawn: plain frozen data, days as study clock days, shares 0 to 1.

All labels are finished words in the report's language. Days count from the chart's own clock
(day 0 = the infusion for `clock="infusion"`). Codes (kinds, styles, clocks) are never printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from cartulary.course.errors import EstimandError
from cartulary.reports.chart_terms import CLOCKS as CLOCKS
from cartulary.reports.chart_terms import DAYS_PER_MONTH as DAYS_PER_MONTH
from cartulary.reports.occupancy_data import OccupancyData
from cartulary.reports.text import Count

#: How a published cohort is drawn: mark and dash. At most two in colour in one figure.
BENCHMARK_STYLES = ("eliana", "cibmtr", "third")
SEGMENTS = ("remission", "no_remission", "after_transplant", "after_relapse", "followed")
MARKS = ("relapse", "relapse_cd19_negative", "infusion", "transplant", "death", "alive")
FLOW_KINDS = ("course", "loss", "unknown")


def _among(value: str, allowed: tuple[str, ...], what: str) -> None:
    """Refuse a code that no figure can draw."""
    if value not in allowed:
        raise EstimandError(
            f"The {what} is {value!r}. No figure can draw it. Give one of {', '.join(allowed)}."
        )


def _share(value: float | None, what: str) -> None:
    """Refuse a share that is no share."""
    if value is not None and not 0 <= value <= 1:
        raise EstimandError(
            f"The {what} is {value}. A share lies between 0 and 1. Divide a percentage by 100."
        )


@dataclass(frozen=True, slots=True)
class BenchmarkMark:
    """A published figure: one mark at its printed month, never joined to another.

    `label` is short ("ELIANA"); `cohort_detail` says the rest in the caption's own words
    ("2018, n = 75"); `low` and `high` are None when no interval was printed;
    `comparable=False` adds the sign for "defined otherwise".
    """

    label: str
    month: float
    value: float
    low: float | None = None
    high: float | None = None
    style: str = "eliana"
    cohort_detail: str = ""
    comparable: bool = True

    def __post_init__(self) -> None:
        _among(self.style, BENCHMARK_STYLES, "benchmark style")
        for number in (self.value, self.low, self.high):
            _share(number, f"published figure of {self.label}")


@dataclass(frozen=True, slots=True)
class Step:
    """The estimate from this day until the next step; `at_risk` just before the day."""

    day: float
    survival: float
    low: float | None
    high: float | None
    at_risk: int
    events: int = 0


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One column under a curve: how many are at risk at the month, and events so far.

    `known_as` are both under the keys by which the report knows them.
    """

    month: float
    at_risk: int
    events: int
    known_as: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class SurvivalCurveData:
    """A Kaplan-Meier curve of one group of children.

    Arguments:
        label: the name on the curve ("Dit programma").
        clock: where day 0 lies. origin: recorded, reconstructed, simulated. unit: what is counted.
        n, events: of the whole curve.
        steps: the first at day 0 with survival 1; one at each event (extra steps do no harm).
        censor_days: one entry a child, the day observation ended without the event.
        table: numbers at risk and cumulative events at the ticks.
        last_day: where the curve ends.
        named_month: the month the sentence names; the dotted line and the strip stand there.
        named: our value and interval there as (value, low, high), or None if not yet reached.
        benchmarks: published figures; those of the named month come into the strip as well.
    """

    label: str
    clock: str
    origin: str
    unit: str
    n: int
    events: int
    steps: tuple[Step, ...]
    censor_days: tuple[float, ...]
    table: tuple[AtRisk, ...]
    last_day: float
    named_month: float = 12
    named: tuple[float, float | None, float | None] | None = None
    benchmarks: tuple[BenchmarkMark, ...] = ()
    rests_on: tuple[Count, ...] = ()  # the counts the report knows this curve's n and events by
    marks_only: bool = False  # coarsened by disclosure control: values at months, not joined

    def __post_init__(self) -> None:
        _among(self.clock, CLOCKS, "clock")
        if not self.steps or self.steps[0].day != 0:
            raise EstimandError(
                f"The curve {self.label!r} does not begin at day 0. A survival curve starts with "
                "every child. Put Step(0, 1.0, 1.0, 1.0, n) first."
            )
        for step in self.steps:
            for number in (step.survival, step.low, step.high):
                _share(number, f"survival of {self.label} on day {step.day}")


@dataclass(frozen=True, slots=True)
class Cause:
    """One competing cause: its cumulative incidence as (day, share) steps, and its count.

    `tone` picks the ground: 0, 1, 2 for relapse classes from dark to light, "loss" for death,
    "unknown" for what is not known. `key` is the name by which the report knows the count.
    """

    label: str
    count: int
    steps: tuple[tuple[float, float], ...]
    tone: int | str
    value: float
    low: float | None = None
    high: float | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class CumulativeIncidenceData:
    """Competing causes stacked from the bottom, in the given order; the rest is event-free.

    `value` of each cause is its incidence at `named_month`. `free_label` names the white rest.
    """

    clock: str
    origin: str
    unit: str
    n: int
    causes: tuple[Cause, ...]
    table: tuple[AtRisk, ...]
    last_day: float
    free_label: str
    named_month: float = 12
    rests_on: tuple[Count, ...] = ()

    def __post_init__(self) -> None:
        _among(self.clock, CLOCKS, "clock")
        for cause in self.causes:
            for _, incidence in cause.steps:
                _share(incidence, f"incidence of {cause.label}")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a child's time in one state."""

    kind: str
    start_day: float
    end_day: float

    def __post_init__(self) -> None:
        _among(self.kind, SEGMENTS, "segment")


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a day of a child's lane."""

    kind: str
    day: float

    def __post_init__(self) -> None:
        _among(self.kind, MARKS, "mark")


@dataclass(frozen=True, slots=True)
class Lane:
    """One child: a pseudonym, states in order, and marks."""

    label: str
    segments: tuple[Segment, ...]
    marks: tuple[Mark, ...] = ()

    @property
    def end_day(self) -> float:
        """The last day seen."""
        days = [segment.end_day for segment in self.segments] + [m.day for m in self.marks]
        return max(days, default=0.0)


@dataclass(frozen=True, slots=True)
class LaneGroup:
    """Lanes under one name at the left; `detail` is one or two short lines below it."""

    label: str
    lanes: tuple[Lane, ...]
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SwimmerData:
    """Every child's time since the clock, grouped."""

    clock: str
    origin: str
    groups: tuple[LaneGroup, ...]
    named_month: float = 12

    def __post_init__(self) -> None:
        _among(self.clock, CLOCKS, "clock")


@dataclass(frozen=True, slots=True)
class ToxicityRow:
    """One toxicity: the programme's share with its interval, and published shares beside it.

    `events` and `n` are Counts, so that small ones can be withheld; after that `value` is None.
    """

    label: str
    unit: str
    events: Count
    n: Count
    value: float | None
    low: float | None
    high: float | None
    benchmarks: tuple[BenchmarkMark, ...] = ()
    starts_group: bool = False


@dataclass(frozen=True, slots=True)
class ToxicityData:
    """Toxicities, one row each, with intervals; units named per row."""

    label: str
    origin: str
    rows: tuple[ToxicityRow, ...]


@dataclass(frozen=True, slots=True)
class FlowNode:
    """A place children come to: a stage of the course, a loss, or "not yet known".

    `column` is 0 for the indication and counts stages to the right; a loss stands in the column
    after the stage it was lost from. `label` is printed beside the place with its count; a stage
    that its column heading already names has none. Within a column, places stand in their order.
    """

    id: str
    column: int
    label: str
    count: Count
    kind: str = "course"

    def __post_init__(self) -> None:
        _among(self.kind, FLOW_KINDS, "flow kind")


@dataclass(frozen=True, slots=True)
class FlowBand:
    """Children going from one place to another; its thickness is `count`."""

    source: str
    target: str
    count: int


@dataclass(frozen=True, slots=True)
class FlowData:
    """The flow from the indication onward. Every child ends in a named place.

    `columns` are the headings, left to right: a title and a line below it
    (("Indicatie", "26 kinderen"), ("Aferese", "26 · 31 aferesen"), ...).
    Refuses: a band to or from an unknown node; a node whose bands in or out do not add up to it.
    """

    columns: tuple[tuple[str, str], ...]
    nodes: tuple[FlowNode, ...]
    bands: tuple[FlowBand, ...]
    unit: str = "child"

    def __post_init__(self) -> None:
        counts = {node.id: node.count.value for node in self.nodes}
        if len(counts) != len(self.nodes):
            raise EstimandError("Two places of the flow have one id. Give each its own.")
        for band in self.bands:
            if band.source not in counts or band.target not in counts:
                raise EstimandError(
                    f"A band goes from {band.source!r} to {band.target!r}. One of them is no place "
                    "of the flow. Add the FlowNode."
                )
        _adds_up(counts, ((band.target, band.count) for band in self.bands), "into")
        _adds_up(counts, ((band.source, band.count) for band in self.bands), "out of")


def _adds_up(counts: dict[str, int], flows: Iterable[tuple[str, int]], way: str) -> None:
    """Children are neither lost nor made where bands meet a node."""
    sums: Counter[str] = Counter()
    for place, number in flows:
        sums[place] += number
    for place, number in sums.items():
        if number != counts[place]:
            raise EstimandError(
                f"{number} children go {way} {place!r}, which holds {counts[place]}. Every child "
                "ends in a named place. Correct the bands or the node."
            )


@runtime_checkable
class SelfDrawn(Protocol):
    """A chart's data that knows how it is drawn; withheld whole unless it is `SelfDisclosed`."""

    def chart(self, lang: str, medium: str = "print") -> Any:
        """The Altair chart, its words in `lang`, for `medium` "print" or "screen"."""


@runtime_checkable
class SelfDisclosed(Protocol):
    """A chart's data that knows what is left of it when small counts may not be read from it."""

    def disclosed(self, hidden: Callable[[Count], bool], limit: int) -> Any | None:
        """The data made safe, or None; `hidden` says of a count whether it is withheld."""


ChartData = (
    SurvivalCurveData
    | CumulativeIncidenceData
    | SwimmerData
    | ToxicityData
    | FlowData
    | OccupancyData
    | SelfDrawn
)
