# SPDX-License-Identifier: Apache-2.0
"""What is left of a figure when small counts may not be read from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from cartulary.reports.chart_data import (
    DAYS_PER_MONTH,
    AtRisk,
    Cause,
    ChartData,
    CumulativeIncidenceData,
    FlowData,
    Lane,
    LaneGroup,
    Mark,
    Segment,
    SelfDisclosed,
    Step,
    SurvivalCurveData,
    SwimmerData,
    ToxicityData,
)
from cartulary.reports.disclosed_occupancy import disclosed_occupancy
from cartulary.reports.occupancy_data import OccupancyData
from cartulary.reports.text import Count

Hidden = Callable[[Count], bool]


def disclosed_chart(data: ChartData, hidden: Hidden, limit: int) -> ChartData | None:
    """The chart's data made safe, or None when nothing can be shown.

    - Survival: values at the printed months alone, and only at months between which nobody or at
      least `limit` children had the event, nobody or at least `limit` left, and `limit` remain.
    - Competing risks: the same months; causes with few children become one.
    - Swimmer: no pseudonyms, whole months, and only if every lane drawn is that of enough children.
    - Toxicity: a row without its value.
    - Flow: only if no place holds few children.
    - States: shares at the printed months alone; states with few children become one.
    - One that knows what is safe (`SelfDisclosed`): what it leaves.
    - Any other: nothing, because no rule here knows what could be read from it.
    """
    if isinstance(data, SurvivalCurveData):
        return _curve(data, hidden, limit)
    if isinstance(data, CumulativeIncidenceData):
        return _incidence(data, hidden, limit)
    if isinstance(data, SwimmerData):
        return _swimmer(data, limit)
    if isinstance(data, ToxicityData):
        rows = tuple(
            replace(row, events=Count(0), n=Count(0), value=None, low=None, high=None)
            if hidden(row.events) or hidden(row.n)
            else row
            for row in data.rows
        )
        return replace(data, rows=rows)
    if isinstance(data, OccupancyData):
        return disclosed_occupancy(data, hidden, limit)
    if isinstance(data, SelfDisclosed):
        left: ChartData | None = data.disclosed(hidden, limit)
        return left
    if not isinstance(data, FlowData):
        return None
    few = any(hidden(node.count) for node in data.nodes)
    few = few or any(0 < band.count < limit for band in data.bands)
    return None if few else data


def enough(count: int, limit: int) -> bool:
    """None, or as many as may be shown.

    >>> enough(0, 5), enough(4, 5), enough(5, 5)
    (True, False, True)
    """
    return count == 0 or count >= limit


def _kept(table: tuple[AtRisk, ...], events: int, limit: int, hidden: Hidden) -> list[AtRisk]:
    """The months at which nothing small can be reckoned from one column to the next."""
    kept: list[AtRisk] = []
    for column in sorted(table, key=lambda c: c.month):
        if column.at_risk < limit or not enough(events - column.events, limit):
            continue
        if any(map(hidden, column.known_as)):
            continue
        before = kept[-1] if kept else None
        had = column.events - (before.events if before else 0)
        left = (before.at_risk - column.at_risk - had) if before else 0
        if enough(had, limit) and enough(abs(left), limit):
            kept.append(column)
    return kept


def _curve(data: SurvivalCurveData, hidden: Hidden, limit: int) -> SurvivalCurveData | None:
    """Values at kept months, unjoined."""
    few = data.n < limit or not enough(data.events, limit)
    if few or not enough(data.n - data.events, limit) or any(map(hidden, data.rests_on)):
        return None
    kept = _kept(data.table, data.events, limit, hidden)
    steps = []
    for column in kept:
        day = column.month * DAYS_PER_MONTH
        step = [s for s in data.steps if s.day <= day][-1]
        steps.append(Step(day, step.survival, step.low, step.high, column.at_risk))
    if len(steps) < 2 or steps[0].day != 0:
        return None
    return replace(
        data,
        steps=tuple(steps),
        censor_days=(),
        table=tuple(kept),
        last_day=kept[-1].month * DAYS_PER_MONTH,
        named=data.named if data.named_month in {c.month for c in kept} else None,
        marks_only=True,
    )


def _incidence(
    data: CumulativeIncidenceData, hidden: Hidden, limit: int
) -> CumulativeIncidenceData | None:
    """Small causes joined, steps at kept months."""
    total = sum(cause.count for cause in data.causes)
    few = data.n < limit or not enough(total, limit) or not enough(data.n - total, limit)
    if few or any(map(hidden, data.rests_on)):
        return None
    small = [c for c in data.causes if hidden(Count(c.count, c.key))]
    if small and (len(small) < 2 or sum(c.count for c in small) < limit):
        return None
    causes = [c for c in data.causes if c not in small]
    if small:
        causes.append(_joined(small))
    if any(not enough(sum(day > 0 for day, _ in c.steps), limit) for c in causes):
        return None
    kept = _kept(data.table, total, limit, hidden)
    days = [column.month * DAYS_PER_MONTH for column in kept]
    if len(days) < 2:
        return None
    coarse = []
    for cause in causes:
        steps, before = [], 0
        for day in days:
            jumps = sum(start <= day for start, _ in cause.steps)
            if not enough(jumps - before, limit):
                return None
            before = jumps
            steps.append((day, max((v for s, v in cause.steps if s <= day), default=0.0)))
        if before != len(cause.steps):
            return None
        coarse.append(replace(cause, steps=tuple(steps)))
    return replace(data, causes=tuple(coarse), table=tuple(kept), last_day=days[-1])


def _joined(causes: list[Cause]) -> Cause:
    """Several causes as one: incidences add up, intervals do not."""
    days = sorted({day for cause in causes for day, _ in cause.steps})
    steps = tuple(
        (day, sum(max((v for d, v in c.steps if d <= day), default=0.0) for c in causes))
        for day in days
    )
    return Cause(
        ", ".join(cause.label for cause in causes),
        sum(cause.count for cause in causes),
        steps,
        causes[0].tone,
        sum(cause.value for cause in causes),
    )


# --- swimmer --------------------------------------------------------------------------------------


def _swimmer(data: SwimmerData, limit: int) -> SwimmerData | None:
    """Lanes without names, if every course drawn is that of enough children.

    Else the lanes could be counted: how many relapsed in the second month, how many were followed
    for less than a year.
    """
    groups = tuple(_blurred(group) for group in data.groups if group.lanes)
    for group in groups:
        same = Counter((lane.segments, lane.marks) for lane in group.lanes)
        if any(number < limit for number in same.values()):
            return None
    return replace(data, groups=groups) if groups else None


def _blurred(group: LaneGroup) -> LaneGroup:
    """No names, whole months, longest first; CD19 status is told by no mark."""

    def month(day: float) -> float:
        return round(day / DAYS_PER_MONTH) * DAYS_PER_MONTH

    lanes = []
    for lane in group.lanes:
        segments = [Segment(s.kind, month(s.start_day), month(s.end_day)) for s in lane.segments]
        kinds = {"relapse_cd19_negative": "relapse"}
        marks = tuple(Mark(kinds.get(m.kind, m.kind), month(m.day)) for m in lane.marks)
        lanes.append(Lane("", tuple(segments), marks))
    ordered = sorted(lanes, key=lambda lane: -lane.end_day)
    return LaneGroup(group.label, tuple(ordered))
