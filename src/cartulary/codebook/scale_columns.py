# SPDX-License-Identifier: Apache-2.0
"""A grading scale over many rows at once: the same definition as one Polars expression.

The plain interpreter (`Scale.grade`) is the oracle; generated rows prove the two equal for every
scale that is found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import reduce
from operator import and_, or_

import polars as pl

from cartulary.codebook.condition_columns import to_polars
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Combine, Grade, Input, Marker, Step
from cartulary.course.fact import FactKind

_DTYPE: dict[FactKind, type[pl.DataType]] = {
    FactKind.NUMBER: pl.Float64,
    FactKind.INTEGER: pl.Int64,
    FactKind.DAY: pl.Int32,
    FactKind.YES_NO: pl.Boolean,
    FactKind.CHOICE: pl.String,
    FactKind.TEXT: pl.String,
}


def input_schema(scale: Scale) -> dict[str, type[pl.DataType]]:
    """The columns that a scale reads, and the type of each."""
    return {one.name: dtype_of(one) for one in scale.inputs}


def dtype_of(one: Input) -> type[pl.DataType]:
    """The type of the column that holds one input."""
    return _DTYPE[one.kind]


def grade_column(scale: Scale, columns: Collection[str] | None = None) -> pl.Expr:
    """The grade of every row of a frame that has one column per input of the scale.

    `columns` are the columns that the frame has; an input outside them is absent in every row.
    Without `columns` every input must be there. Returns whole numbers, or text for named classes;
    null where a row cannot be graded. The column is named after the scale.

    >>> from cartulary.codebook.scale_reader import scales
    >>> rows = pl.DataFrame({"marrow_blasts_percent": [2.0, 25.0, None]})
    >>> rows.with_columns(grade_column(scales()["marrow_status"]))["marrow_status"].to_list()
    ['M1', 'M2', None]
    """
    match scale.combine:
        case Combine.HIGHEST:
            grade = _highest(scale.steps, scale.otherwise, columns)
        case Combine.FIRST:
            grade = _first(scale.steps, scale.otherwise, columns)
        case Combine.WORST_DOMAIN:
            grade = _worst_domain(scale, columns)
        case Combine.POINTS:
            grade = _banded(scale, score_column(scale, columns))
    return grade.alias(scale.id)


def score_column(scale: Scale, columns: Collection[str] | None = None) -> pl.Expr:
    """The sum of a points score in every row; null where a marker is absent or fits no row."""
    points = (_marker_points(marker, columns) for marker in scale.markers)
    return reduce(lambda left, right: left + right, points)


def flag_column(scale: Scale, flag_id: str, columns: Collection[str] | None = None) -> pl.Expr:
    """Whether one flag of the scale is up in every row; never null."""
    flag = next(one for one in scale.flags if one.id == flag_id)
    return to_polars(flag.when, columns).fill_null(False).alias(flag_id)


def _value(grade: Grade | None) -> pl.Expr:
    return pl.lit(grade, dtype=pl.String if isinstance(grade, str) else pl.Int64)


def _null(steps: Iterable[Step]) -> pl.Expr:
    text = any(isinstance(step.grade, str) for step in steps)
    return pl.lit(None, dtype=pl.String if text else pl.Int64)


def _highest(
    steps: tuple[Step, ...], otherwise: Step | None, columns: Collection[str] | None
) -> pl.Expr:
    answers = [to_polars(step.when, columns) for step in steps]
    null = _null(steps)
    rest = null if otherwise is None else _value(otherwise.grade)
    undecided = reduce(or_, (answer.is_null() for answer in answers))
    grade = pl.when(undecided).then(null).otherwise(rest)
    for step, answer in zip(steps, answers, strict=True):
        grade = pl.when(answer).then(_value(step.grade)).otherwise(grade)
    return grade


def _first(
    steps: tuple[Step, ...], otherwise: Step | None, columns: Collection[str] | None
) -> pl.Expr:
    null = _null(steps)
    grade = null if otherwise is None else _value(otherwise.grade)
    for step in reversed(steps):
        answer = to_polars(step.when, columns)
        grade = (
            pl.when(answer)
            .then(_value(step.grade))
            .otherwise(pl.when(answer.is_null()).then(null).otherwise(grade))
        )
    return grade


def _worst_domain(scale: Scale, columns: Collection[str] | None) -> pl.Expr:
    zero = pl.lit(0, dtype=pl.Int64)
    null = pl.lit(None, dtype=pl.Int64)
    known: list[pl.Expr] = []
    looked = pl.lit(True)
    for domain in scale.domains:
        answers = [to_polars(step.when, columns) for step in domain.steps]
        undecided = reduce(or_, (answer.is_null() for answer in answers))
        grade = null if domain.says_zero else pl.when(undecided).then(null).otherwise(zero)
        for step, answer in zip(domain.steps, answers, strict=True):
            grade = pl.when(answer).then(_value(step.grade)).otherwise(grade)
        known.append(grade)
        if domain.required:
            looked = looked & grade.is_not_null()
    worst = pl.max_horizontal(*known, zero)
    return pl.when((worst > 0) | looked).then(worst).otherwise(null)


def _marker_points(marker: Marker, columns: Collection[str] | None) -> pl.Expr:
    points = pl.lit(None, dtype=pl.Int64)
    for value, condition, _ in reversed(marker.rows):
        answer = to_polars(condition, columns)
        points = (
            pl.when(answer)
            .then(_value(value))
            .otherwise(
                pl.when(answer.is_null()).then(pl.lit(None, dtype=pl.Int64)).otherwise(points)
            )
        )
    return points


def _banded(scale: Scale, score: pl.Expr) -> pl.Expr:
    text = any(isinstance(band.grade, str) for band in scale.bands)
    grade = pl.lit(None, dtype=pl.String if text else pl.Int64)
    for band in scale.bands:
        within = reduce(and_, (score >= band.low, score <= band.high))
        grade = pl.when(within).then(_value(band.grade)).otherwise(grade)
    return grade
