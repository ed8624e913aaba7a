# SPDX-License-Identifier: Apache-2.0
"""A survival or incidence estimate as the data of a drawn curve, with its equal table."""

from __future__ import annotations

import math

import numpy as np

from cartulary.evidence import FollowUp
from cartulary.reports.content import (
    AtRisk,
    BenchmarkMark,
    Column,
    Count,
    Number,
    Percent,
    Row,
    Step,
    SurvivalCurveData,
    Table,
)
from cartulary.reports.content import Interval as Limits
from cartulary.reports.programme_report.published_words import mark_of
from cartulary.reports.programme_report.teller import Teller
from cartulary.studies.survival import DAYS_OF_MONTH, SurvivalFigure

TICKS = (0, 3, 6, 9, 12, 18, 24, 36, 48, 60, 84, 120)
NAMED_MONTH = 12
MOST_CENSOR_TICKS = 150  # more would be a smear


def curve_data(tell: Teller, figure: SurvivalFigure, clock: str) -> SurvivalCurveData:
    """The curve of one endpoint with the published figures whose definition fits."""
    rows, curve = figure.follow_up, figure.curve
    steps = [
        Step(
            float(curve.days[place]),
            float(curve.survival[place]),
            _known(curve.low[place]),
            _known(curve.high[place]),
            int(curve.at_risk[place]),
            int(curve.events[place]),
        )
        for place in np.flatnonzero(curve.events > 0)
    ]
    left = np.sort(rows.exit[rows.status == 0])
    named = figure.at.get(NAMED_MONTH)
    return SurvivalCurveData(
        label=tell.t("Dit programma", "This programme"),
        clock=clock,
        origin=tell.figures.origin,
        unit=rows.unit,
        n=rows.n,
        events=rows.events,
        steps=(Step(0, 1.0, 1.0, 1.0, rows.n), *steps),
        censor_days=tuple(float(d) for d in left) if len(left) <= MOST_CENSOR_TICKS else (),
        table=at_risk_table(rows, figure.endpoint_id),
        last_day=max(rows.last_day, 1.0),
        rests_on=(tell.count(figure.endpoint_id), tell.count(f"{figure.endpoint_id}.n")),
        named_month=NAMED_MONTH,
        named=None
        if named is None or named.value is None
        else (named.value, named.low, named.high),
        benchmarks=_marks(tell, figure),
    )


def _marks(tell: Teller, figure: SurvivalFigure) -> tuple[BenchmarkMark, ...]:
    marks = []
    for beside in figure.published:
        mark = mark_of(tell, beside)
        if mark is not None:
            marks.append(mark)
    return tuple(marks)


def at_risk_table(rows: FollowUp, key: str = "") -> tuple[AtRisk, ...]:
    """Numbers at risk and events so far at the ticks within the follow-up."""
    last = rows.last_day
    ticks = [month for month in TICKS if month == 0 or _day(month) <= last]
    days = [_day(month) for month in ticks]
    at_risk = rows.numbers_at_risk(days)
    ended = np.sort(rows.exit[rows.status > 0])
    columns = []
    for month, day, left in zip(ticks, days, at_risk, strict=True):
        still = rows.n if month == 0 else int(left)
        so_far = int(np.searchsorted(ended, day, side="right"))
        counts = (Count(still, f"{key}.at_risk_{month}"), Count(so_far, f"{key}.by_{day:g}"))
        columns.append(AtRisk(month, still, so_far, counts if month and key else ()))
    return tuple(columns)


def _day(month: int) -> float:
    return float(DAYS_OF_MONTH.get(month, round(month * 365.25 / 12)))


def _known(limit: float) -> float | None:
    return None if math.isnan(limit) else float(min(max(limit, 0.0), 1.0))


def curve_table(tell: Teller, figure: SurvivalFigure, name: str, words: str) -> Table:
    """The curve at its months: at risk, events so far, value and interval."""
    rows = []
    for column in at_risk_table(figure.follow_up, figure.endpoint_id):
        if column.month == 0:
            continue
        at_risk, events = column.known_as
        # Three counts, so that they are not read as events and n.
        counts = (events, tell.count(f"{figure.endpoint_id}.n"), at_risk)
        found = figure.curve.survival_at(_day(int(column.month)))
        value = Percent(found.value, counts) if found.value is not None else "–"
        limits = Limits(found.low, found.high, counts) if found.low is not None else "–"
        rows.append(Row((Number(column.month), at_risk, events, value, limits)))
    return Table(
        id=name,
        caption=(tell.says("{what}, per maand.", "{what}, by month.", what=words),),
        columns=(
            Column(tell.t("maand", "month"), align="right"),
            Column(tell.t("nog gevolgd", "at risk"), align="right"),
            Column("events", align="right"),
            Column("%", align="right"),
            Column(tell.t("95%-BI", "95% CI"), weight=1),
        ),
        rows=tuple(rows),
    )
