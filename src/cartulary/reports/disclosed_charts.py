# SPDX-License-Identifier: Apache-2.0
"""What is left of a figure when small counts may not be read from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

from cartulary.reports.chart_data import (
    DAYS_PER_MONTH,
    MARKS,
    SEGMENTS,
    AtRisk,
    Cause,
    ChartData,
    CumulativeIncidenceData,
    FlowData,
    Lane,
    LaneGroup,
    Segment,
    Step,
    SurvivalCurveData,
    SwimmerData,
    ToxicityData,
)
from cartulary.reports.text import Count
from cartulary.reports.wording import word

Hidden = Callable[[Count], bool]


def disclosed_chart(data: ChartData, hidden: Hidden, limit: int, lang: str) -> ChartData | None:
    """The chart's data made safe, or None when nothing can be shown.

    - Survival: values at the printed months alone, and only at months between which nobody or at
      least `limit` children had the event, nobody or at least `limit` left, and `limit` remain.
    - Competing risks: the same months; causes with few children become one.
    - Swimmer: no pseudonyms, small groups joined, marks and states of few children dropped, whole
      months.
    - Toxicity: a row without its value.
    - Flow: only if no place holds few children.
    """
    if isinstance(data, SurvivalCurveData):
        return _curve(data, hidden, limit)
    if isinstance(data, CumulativeIncidenceData):
        return _incidence(data, hidden, limit)
    if isinstance(data, SwimmerData):
        return _swimmer(data, limit, lang)
    if isinstance(data, ToxicityData):
        rows = tuple(
            replace(row, events=Count(0), n=Count(0), value=None, low=None, high=None)
            if hidden(row.events) or hidden(row.n)
            else row
            for row in data.rows
        )
        return replace(data, rows=rows)
    assert isinstance(data, FlowData)
    few = any(hidden(node.count) for node in data.nodes)
    few = few or any(0 < band.count < limit for band in data.bands)
    return None if few else data


def enough(count: int, limit: int) -> bool:
    """None, or as many as may be shown.

    >>> enough(0, 5), enough(4, 5), enough(5, 5)
    (True, False, True)
    """
    return count == 0 or count >= limit


def _kept(table: tuple[AtRisk, ...], events: int, limit: int) -> list[AtRisk]:
    """The months at which nothing small can be reckoned from one column to the next."""
    kept: list[AtRisk] = []
    for column in sorted(table, key=lambda c: c.month):
        if column.at_risk < limit or not enough(events - column.events, limit):
            continue
        before = kept[-1] if kept else None
        had = column.events - (before.events if before else 0)
        left = (before.at_risk - column.at_risk - had) if before else 0
        if enough(had, limit) and (left < 0 or enough(left, limit)):
            kept.append(column)
    return kept


def _curve(data: SurvivalCurveData, hidden: Hidden, limit: int) -> SurvivalCurveData | None:
    """Values at kept months, unjoined."""
    few = data.n < limit or not enough(data.events, limit)
    if few or not enough(data.n - data.events, limit) or any(map(hidden, data.rests_on)):
        return None
    kept = _kept(data.table, data.events, limit)
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
    kept = _kept(data.table, total, limit)
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


def _swimmer(data: SwimmerData, limit: int, lang: str) -> SwimmerData | None:
    """Lanes nobody can be known by."""
    groups = _joined_groups([group for group in data.groups if group.lanes], limit, lang)
    if sum(len(group.lanes) for group in groups) < limit:
        return None
    groups = [_one_relapse_mark(group) for group in groups]
    for kind in MARKS:
        if not _mark_is_safe(groups, kind, limit):
            gone = {"death", "alive"} if kind in ("death", "alive") else {kind}
            groups = [_without_marks(group, gone) for group in groups]
    while unsafe := [kind for kind in SEGMENTS if not _state_is_safe(groups, kind, limit)]:
        # Lanes that are merely followed would tell which ones had the state left unsaid.
        gone = set(SEGMENTS) if unsafe == ["followed"] else set(unsafe)
        groups = [_states_unsaid(group, gone) for group in groups]
    return replace(data, groups=tuple(_blurred(group) for group in groups))


def _joined_groups(groups: list[LaneGroup], limit: int, lang: str) -> list[LaneGroup]:
    """Groups of few children become one; if that is still few, all become one."""
    large = [replace(group, detail=()) for group in groups if len(group.lanes) >= limit]
    small = [group for group in groups if len(group.lanes) < limit]
    if not small:
        return large
    joined = tuple(lane for group in small for lane in group.lanes)
    if len(joined) >= limit and len(small) > 1:
        return [*large, LaneGroup(word("disclosure.other_groups", lang), joined)]
    every = tuple(lane for group in groups for lane in group.lanes)
    return [LaneGroup(word("disclosure.all_groups", lang), every)]


def _kind_is_safe(groups: list[LaneGroup], limit: int, has: Callable[[Lane], bool]) -> bool:
    """Whether in every group none, all, or enough on both sides have it."""
    for group in groups:
        count = sum(map(has, group.lanes))
        if not enough(count, limit) or not enough(len(group.lanes) - count, limit):
            return False
    return True


def _mark_is_safe(groups: list[LaneGroup], kind: str, limit: int) -> bool:
    return _kind_is_safe(groups, limit, lambda lane: any(m.kind == kind for m in lane.marks))


def _state_is_safe(groups: list[LaneGroup], kind: str, limit: int) -> bool:
    return _kind_is_safe(groups, limit, lambda lane: any(s.kind == kind for s in lane.segments))


def _one_relapse_mark(group: LaneGroup) -> LaneGroup:
    """CD19 status is told by no mark."""
    lanes = tuple(
        replace(
            lane,
            marks=tuple(
                replace(m, kind="relapse") if m.kind == "relapse_cd19_negative" else m
                for m in lane.marks
            ),
        )
        for lane in group.lanes
    )
    return replace(group, lanes=lanes)


def _without_marks(group: LaneGroup, kinds: set[str]) -> LaneGroup:
    lanes = tuple(
        replace(lane, marks=tuple(m for m in lane.marks if m.kind not in kinds))
        for lane in group.lanes
    )
    return replace(group, lanes=lanes)


def _states_unsaid(group: LaneGroup, kinds: set[str]) -> LaneGroup:
    """Stretches in these states are merely followed."""
    lanes = tuple(
        replace(
            lane,
            segments=tuple(
                replace(s, kind="followed") if s.kind in kinds else s for s in lane.segments
            ),
        )
        for lane in group.lanes
    )
    return replace(group, lanes=lanes)


def _blurred(group: LaneGroup) -> LaneGroup:
    """No names, whole months, longest first, equal neighbours joined."""

    def month(day: float) -> float:
        return round(day / DAYS_PER_MONTH) * DAYS_PER_MONTH

    lanes = []
    for lane in group.lanes:
        segments = []
        for kind, run in groupby(lane.segments, key=lambda s: s.kind):
            stretch = list(run)
            segments.append(Segment(kind, month(stretch[0].start_day), month(stretch[-1].end_day)))
        marks = tuple(replace(m, day=month(m.day)) for m in lane.marks)
        lanes.append(Lane("", tuple(segments), marks))
    return replace(group, lanes=tuple(sorted(lanes, key=lambda lane: -lane.end_day)))
