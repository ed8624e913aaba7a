# SPDX-License-Identifier: Apache-2.0
"""Many children's payloads read as columns at once: what makes a large cohort quick to open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice
from cartulary.course.cohort import Cohort
from cartulary.course.cohort_columns import (
    CHILD,
    TYPE_OF_FACT_KIND,
    absence_column,
    children_frame,
    event_schema,
)
from cartulary.course.course import Course
from cartulary.course.dates import MIDDLE_OF_MONTH, MIDDLE_OF_YEAR, Precision
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.fact import FactKind, facts_of
from cartulary.registry.payload import precision_name, written_event

# The number of the child in its cohort, the event's name, and its payload as it is stored.
Row = tuple[int, str, str]

_OF_LENGTH = {10: Precision.DAY, 7: Precision.MONTH, 4: Precision.YEAR}


def cohort_of_rows(
    children: Sequence[Course],
    rows: Mapping[str, Sequence[Row]],
    *,
    name: str = "",
    data_cut: date | None = None,
    notes: tuple[str, ...] = (),
) -> Cohort:
    """The cohort of these children, given as courses without events, and of the rows of each kind.

    Equal to the cohort of the courses read one by one. Refuses, with a `CourseError`, what a
    `Cohort` refuses.
    """
    day0 = pl.Series("day0", [child.day0 for child in children], dtype=pl.Date)
    frames = {
        kind: _frame(kind, of_kind, children, day0) for kind, of_kind in rows.items() if of_kind
    }
    return Cohort(children_frame(children), frames, name, data_cut, notes)


def _frame(
    kind: str, rows: Sequence[Row], children: Sequence[Course], day0: pl.Series
) -> pl.DataFrame:
    """The rows of one kind: most as columns, those that say something unusual one by one."""
    table = pl.DataFrame(
        rows, schema={CHILD: pl.UInt32, "event_id": pl.String, "payload": pl.String}, orient="row"
    )
    unusual = table["payload"].str.contains(_unusual(kind))
    parts = []
    if not unusual.all():
        parts.append(_as_columns(kind, table.filter(~unusual), day0))
    if unusual.any():
        events = [
            (child, written_event(kind, event, json.loads(text), children[child].day0))
            for child, event, text in table.filter(unusual).iter_rows()
        ]
        parts.append(_one_by_one(kind, events))
    return pl.concat(parts, how="diagonal")


def _unusual(kind: str) -> str:
    """A payload with a named absence, or a study day in the place of a date.

    Canonical JSON writes these keys in one way only; a text that holds the same letters is read
    one by one for nothing, and none is read wrongly.
    """
    dated = [n for n, f in facts_of(EVENT_TYPE_OF_KIND[kind]).items() if f.kind is FactKind.DAY]
    days = "|".join(re.escape(name) for name in ("day", *dated))
    return rf'"absent"|"(?:{days})":[-0-9]'


def _as_columns(kind: str, table: pl.DataFrame, day0: pl.Series) -> pl.DataFrame:
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    shape = pl.Struct(
        {
            "date": pl.String(),
            "source": pl.String(),
            "facts": pl.Struct(
                {
                    name: pl.String() if f.kind is FactKind.DAY else TYPE_OF_FACT_KIND[f.kind]
                    for name, f in facts.items()
                }
            ),
        }
    )
    said = table.select(
        CHILD,
        "event_id",
        pl.col("payload").str.json_decode(shape).alias("said"),
        day0.gather(table[CHILD]).alias("day0"),
    ).unnest("said")
    fact = pl.col("facts").struct.field
    columns = [
        pl.col(CHILD),
        pl.col("event_id"),
        pl.col("source").fill_null(""),
        _day(pl.col("date")).alias("day"),
        _precision(pl.col("date")).fill_null(Precision.UNKNOWN.value).alias("precision"),
    ]
    of_dates: dict[str, pl.Expr] = {}
    for name, one in facts.items():
        if one.kind is FactKind.DAY:
            columns.append(_day(fact(name)).alias(name))
            own = precision_name(EVENT_TYPE_OF_KIND[kind], name)
            if own is not None:
                of_dates[own] = _precision(fact(name))
    for name, one in facts.items():
        if name in of_dates:
            columns.append(of_dates[name].fill_null(fact(name)).alias(name))
        elif one.kind is not FactKind.DAY:
            columns.append(fact(name).alias(name))
    return said.select(columns)


def _day(text: pl.Expr) -> pl.Expr:
    """The study day of a (partial) date, which stands at the middle of what it may be."""
    month, day_of_month = MIDDLE_OF_YEAR
    length = text.str.len_bytes()
    full = (
        pl.when(length == 4)
        .then(text + f"-{month:02d}-{day_of_month:02d}")
        .when(length == 7)
        .then(text + f"-{MIDDLE_OF_MONTH:02d}")
        .otherwise(text)
    )
    days = full.str.to_date("%Y-%m-%d") - pl.col("day0")
    return days.dt.total_days().cast(pl.Int32)


def _precision(text: pl.Expr) -> pl.Expr:
    return text.str.len_bytes().replace_strict(
        {length: precision.value for length, precision in _OF_LENGTH.items()},
        default=None,
        return_dtype=pl.String,
    )


def _one_by_one(kind: str, events: Iterable[tuple[int, Event]]) -> pl.DataFrame:
    schema = event_schema(kind)
    names = [name for name in schema if name != CHILD]
    reasons = {absence_column(name): pl.String() for name in facts_of(EVENT_TYPE_OF_KIND[kind])}
    columns: dict[str, list[Any]] = {name: [] for name in (*schema, *reasons)}
    for child, event in events:
        columns[CHILD].append(child)
        for name in names:
            value = getattr(event, name)
            absent = isinstance(value, Absence)
            columns[name].append(None if absent else _plain(value))
            beside = absence_column(name)
            if beside in reasons:
                said = absent and value is not NOT_RECORDED
                columns[beside].append(value.code if said else None)
    return pl.DataFrame(columns, schema=schema | reasons)


def _plain(value: Any) -> Any:
    if isinstance(value, Choice):
        return value.value
    return [item.value for item in value] if isinstance(value, tuple) else value
