# SPDX-License-Identifier: Apache-2.0
"""A condition of the codebook as a Polars expression, with the same three-valued logic.

An absent fact is null in a column: a comparison with null is null, `null or true` is true and
`null and true` stays null, exactly as `cartulary.codebook.expression.holds` answers for one child.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import and_, or_

import polars as pl

from cartulary.codebook.expression import (
    Both,
    Comparison,
    Condition,
    Either,
    Literal,
    Membership,
    Presence,
)
from cartulary.course.errors import CodebookError


def to_polars(condition: Condition, columns: Collection[str] | None = None) -> pl.Expr:
    """The condition over a frame with one column per fact: true, false, or null for unknown.

    `columns` are the columns that the frame has; a fact outside them is absent in every row.
    Without `columns` every fact that the condition names must be a column.
    Columns hold finite numbers, codes as text, or booleans; absent is null, never NaN.
    Refuses a list that mixes numbers, words and truth values, because a column has one type.

    >>> from cartulary.codebook.expression import parse
    >>> rows = pl.DataFrame({"a": [2.0, 0.0, None], "b": [None, "x", "y"]})
    >>> rows.select(c=to_polars(parse('a > 1 or b == "x"')))["c"].to_list()
    [True, True, None]
    """
    match condition:
        case Comparison(name, operator, literal):
            return _compared(_column(name, literal, columns), operator, literal)
        case Membership(name, literals):
            if len({type(literal) for literal in literals}) > 1:
                raise CodebookError(
                    f"The list for {name!r} mixes kinds: {list(literals)!r}. A fact has one kind "
                    "of value. List only numbers, only words in quotes, or only true and false."
                )
            column = _column(name, literals[0], columns)
            return reduce(or_, (column == pl.lit(literal) for literal in literals))
        case Presence(name, known):
            column = _column(name, "", columns)
            return column.is_not_null() if known else column.is_null()
        case Both(parts):
            return reduce(and_, (to_polars(part, columns) for part in parts))
        case Either(parts):
            return reduce(or_, (to_polars(part, columns) for part in parts))


_DTYPE_OF_LITERAL: dict[type, type[pl.DataType]] = {
    bool: pl.Boolean,
    float: pl.Float64,
    str: pl.String,
}


def _column(name: str, literal: Literal, columns: Collection[str] | None) -> pl.Expr:
    if columns is None or name in columns:
        return pl.col(name)
    return pl.lit(None, dtype=_DTYPE_OF_LITERAL[type(literal)])


def _compared(column: pl.Expr, operator: str, literal: Literal) -> pl.Expr:
    value = pl.lit(literal)
    match operator:
        case "==":
            return column == value
        case "!=":
            return column != value
        case "<":
            return column < value
        case "<=":
            return column <= value
        case ">":
            return column > value
        case _:
            return column >= value
