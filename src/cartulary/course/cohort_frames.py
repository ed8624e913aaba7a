# SPDX-License-Identifier: Apache-2.0
"""What a frame must be to stand in a cohort: completed, sorted, and checked column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import polars as pl

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.choice import Choice
from cartulary.course.cohort_columns import (
    ABSENCE_SUFFIX,
    CHILD,
    CHILDREN_SCHEMA,
    CHILDREN_WITH_ABSENCE,
    EMPTY_FRAMES,
    EVENT_SCHEMAS,
    absence_column,
    in_column_order,
)
from cartulary.course.course import DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.events.disease import Sex
from cartulary.course.fact import Fact, FactKind, facts_of

_DEFAULT_OF_CHILD = {"centre": "", "day0_is": DayZero.INDICATION.value}
_NEEDED_OF_CHILD = ("course_id", "origin")
_ABSENCE_CODES = frozenset(absence.code for absence in Absence)


def completed_children(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame of children with every column in its type; refused with all problems at once."""
    frame = _typed(frame, CHILDREN_SCHEMA, "children", _NEEDED_OF_CHILD, CHILDREN_WITH_ABSENCE)
    frame = frame.with_columns(
        pl.col(name).fill_null(value) for name, value in _DEFAULT_OF_CHILD.items()
    )
    problems = list(_children_problems(frame))
    if problems:
        raise CourseError(problems)
    return in_column_order(frame, CHILDREN_SCHEMA)


def _children_problems(frame: pl.DataFrame) -> Iterator[str]:
    ids = frame["course_id"]
    blank = ids.is_null() | (ids.str.strip_chars() == "")
    if blank.any():
        yield f"children: {blank.sum()} rows have no course_id. Every course needs a pseudonym."
    elif not ids.is_unique().all():
        twice = ids.filter(ids.is_duplicated()).unique().sort().head(5).to_list()
        yield (
            f"children: course_id {', '.join(map(repr, twice))} stands in more than one row. "
            "One child has one course; rename or merge them."
        )
    yield from _unknown_codes(frame, "origin", Origin, "children", may_be_null=False)
    yield from _unknown_codes(frame, "day0_is", DayZero, "children", may_be_null=False)
    yield from _unknown_codes(frame, "sex", Sex, "children")
    if (frame["age_days_at_day0"] < 0).any():
        yield "children: an age_days_at_day0 is below 0. Check the birth date."
    for name in CHILDREN_WITH_ABSENCE:
        yield from _absence_problems(frame, name, "children")


def completed_events(kind: str, frame: pl.DataFrame | None, children: int) -> pl.DataFrame:
    """The frame of one kind of event: every column in its type, rows in order, events named."""
    schema = EVENT_SCHEMAS[kind]
    if frame is None:
        return EMPTY_FRAMES[kind].clone()
    if frame.height == 0 and frame.schema == pl.Schema(schema):
        return frame.clone()
    frame = _typed(frame, schema, kind, (CHILD, "day"), tuple(facts_of(EVENT_TYPE_OF_KIND[kind])))
    to_the_day = pl.when(pl.col("day").is_null()).then(pl.lit(Precision.UNKNOWN.value))
    frame = frame.with_columns(
        pl.col("source").fill_null(""),
        pl.col("event_id").fill_null(""),
        pl.col("precision").fill_null(to_the_day.otherwise(pl.lit(Precision.DAY.value))),
    )
    problems = list(_event_problems(kind, frame, children))
    if problems:
        raise CourseError(problems)
    return in_column_order(_named(kind, _sorted(frame)), schema)


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sort(CHILD, "day", "event_id", nulls_last=True, maintain_order=True)


def _named(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Events without an id get `<kind>-<n>`, counted within the child."""
    nameless = frame["event_id"] == ""
    if not nameless.any():
        return frame
    if nameless.all():
        number = pl.int_range(pl.len(), dtype=pl.UInt32).over(CHILD) + 1
        named = frame.with_columns(event_id=pl.format("{}-{}", pl.lit(kind), number))
        return _sorted(named)
    raise CourseError(
        f"{kind}: {nameless.sum()} of {frame.height} rows have no event_id and the others have. "
        "Give every row an id, or leave the column out."
    )


def _event_problems(kind: str, frame: pl.DataFrame, children: int) -> Iterator[str]:
    child = frame[CHILD]
    highest = cast("int | None", child.max())
    if child.null_count() or (highest is not None and highest >= children):
        yield (
            f"{kind}: a row belongs to no child; the highest child number is {highest}, but "
            f"the children are numbered 0 to {children - 1}. The number is the child's row."
        )
    yield from _unknown_codes(frame, "precision", Precision, kind, may_be_null=False)
    undated = frame["day"].is_null()
    unknown = frame["precision"] == Precision.UNKNOWN.value
    if (undated != unknown).any():
        yield (
            f"{kind}: {(undated != unknown).sum()} rows have a day without a precision that fits: "
            "the day is empty exactly when the precision is 'unknown'."
        )
    for name, fact in facts_of(EVENT_TYPE_OF_KIND[kind]).items():
        yield from _fact_problems(kind, name, fact, frame)


def _fact_problems(kind: str, name: str, fact: Fact, frame: pl.DataFrame) -> Iterator[str]:
    column = frame[name]
    if fact.required and column.null_count():
        yield f"{kind}: {name} is empty in {column.null_count()} rows, but it is required."
    yield from _absence_problems(frame, name, kind)
    if column.null_count() == frame.height:
        return
    if fact.kind in (FactKind.NUMBER, FactKind.INTEGER, FactKind.DAY):
        yield from _limit_problems(kind, name, fact, column)
    elif fact.kind is FactKind.TEXT:
        if (column.str.strip_chars() == "").any():
            yield f"{kind}: {name} holds a blank text. Leave it empty (null) instead."
    elif fact.choices is not None:
        yield from _unknown_codes(frame, name, fact.choices, kind)
        if fact.kind is FactKind.CHOICES and (column.list.len() != column.list.n_unique()).any():
            yield f"{kind}: {name} names a choice twice in one row. Name each once."


def _limit_problems(kind: str, name: str, fact: Fact, column: pl.Series) -> Iterator[str]:
    low, high = cast("float", column.min()), cast("float", column.max())
    if fact.kind is FactKind.NUMBER and not column.is_finite().all():
        yield f"{kind}: {name} holds an infinite value or a NaN. Leave it empty (null) instead."
    elif fact.low is not None and low < fact.low:
        yield f"{kind}: {name} goes down to {low}, below the possible {fact.low:g} {fact.unit}."
    elif fact.high is not None and high > fact.high:
        yield f"{kind}: {name} goes up to {high}, above the possible {fact.high:g} {fact.unit}."


def _unknown_codes(
    frame: pl.DataFrame,
    name: str,
    choices: type[Choice],
    where: str,
    *,
    may_be_null: bool = True,
) -> Iterator[str]:
    column = frame[name]
    if column.dtype == pl.List(pl.String):
        if column.list.eval(pl.element().is_null()).list.any().any():
            yield f"{where}: {name} holds a list with an empty place. Leave that place out."
        column = column.explode(empty_as_null=False).drop_nulls()
    known = {str(member) for member in choices}
    found = set(column.unique().to_list())
    if not may_be_null and None in found:
        yield f"{where}: {name} is empty in {column.null_count()} rows, but it is never left open."
    unknown = sorted(found - known - {None})
    if unknown:
        yield (
            f"{where}: {name} holds {', '.join(map(repr, unknown[:5]))}, which is none of: "
            f"{', '.join(sorted(known))}."
        )


def _absence_problems(frame: pl.DataFrame, name: str, where: str) -> Iterator[str]:
    beside = absence_column(name)
    if beside not in frame.columns:
        return
    codes = frame[beside]
    unknown = sorted(set(codes.drop_nulls().unique().to_list()) - _ABSENCE_CODES)
    if unknown:
        yield f"{where}: {beside} holds {unknown[:5]!r}; known: {sorted(_ABSENCE_CODES)}."
    if (codes.is_not_null() & frame[name].is_not_null()).any():
        yield f"{where}: {name} has both a value and a reason for its absence. Keep one of them."


def _typed(
    frame: pl.DataFrame,
    schema: Mapping[str, pl.DataType],
    where: str,
    needed: tuple[str, ...],
    absentable: tuple[str, ...],
) -> pl.DataFrame:
    """Every column of the schema in its type, the missing ones empty; the unknown are refused."""
    missing = [name for name in needed if name not in frame.columns]
    allowed = set(schema) | {absence_column(name) for name in absentable}
    strange = [name for name in frame.columns if name not in allowed]
    if missing or strange:
        raise CourseError(
            [f"{where}: there is no column {name!r}. Add it." for name in missing]
            + [
                f"{where}: column {name!r} is not known here. Known: {', '.join(schema)}, and "
                f"'<fact>{ABSENCE_SUFFIX}' beside a fact."
                for name in strange
            ]
        )
    columns = []
    for name, dtype in schema.items():
        if name not in frame.columns:
            columns.append(pl.lit(None, dtype=dtype).alias(name))
        elif _loses(frame.schema[name], dtype):
            raise CourseError(
                f"{where}: column {name!r} holds {frame.schema[name]}, but {dtype} is stored. "
                "Convert it first, so that nothing is lost unseen."
            )
        else:
            columns.append(pl.col(name).cast(dtype))
        if absence_column(name) in frame.columns:
            code = pl.col(absence_column(name)).cast(pl.String)
            columns.append(
                pl.when(code == NOT_RECORDED.code)
                .then(None)
                .otherwise(code)
                .alias(absence_column(name))
            )
    try:
        return frame.select(columns)
    except pl.exceptions.PolarsError as error:
        raise CourseError(
            f"{where}: a column does not fit its type ({str(error).splitlines()[0]}). "
            "Correct the value."
        ) from error


def _loses(given: pl.DataType, wanted: pl.DataType) -> bool:
    """True when a cast would change values, not only how they are kept."""
    if given == wanted or given == pl.Null:
        return False
    if wanted.is_integer():
        return not given.is_integer()
    if wanted.is_float():
        return not given.is_numeric()
    if wanted == pl.String:
        return not (given == pl.Categorical or isinstance(given, pl.Enum))
    if isinstance(wanted, pl.List) and isinstance(given, pl.List):
        return _loses(given.inner, pl.String())  # type: ignore[arg-type]
    return True
