# SPDX-License-Identifier: Apache-2.0
"""The plain interpreter of a scale is the oracle; the columnar one must say the same of a row."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartulary.codebook.condition_columns import to_polars
from cartulary.codebook.expression import (
    Both,
    Comparison,
    Condition,
    Either,
    Membership,
    Presence,
    holds,
)
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_columns import (
    flag_column,
    grade_column,
    input_schema,
    score_column,
)
from cartulary.codebook.scale_parts import Combine, From, Input
from cartulary.codebook.scale_reader import scale_named, scales
from cartulary.codebook.series import series_columns, series_quantity
from cartulary.codebook.series_plain import NEVER, series_facts
from cartulary.course.errors import CodebookError
from tests.strategies.scale_rows import candidates, scale_rows

#: Every scale, and every option of its settings that is not in force.
VARIANTS = [
    (scale.id, settings)
    for scale in scales().values()
    for settings in (
        {},
        *(
            {setting.id: option.id}
            for setting in scale.settings
            for option in setting.options
            if option.id != setting.chosen
        ),
    )
]
BLANK_CLASS = {"relapse_class_article_2020": "unknown"}


@pytest.mark.parametrize(("scale_id", "settings"), VARIANTS)
@given(data=st.data())
def test_both_interpreters_grade_alike(
    scale_id: str, settings: dict[str, str], data: st.DataObject
) -> None:
    scale = scale_named(scale_id, **settings)
    rows = data.draw(st.lists(scale_rows(scale), min_size=1, max_size=8))
    assert_alike(scale, rows)


@pytest.mark.parametrize("scale_id", sorted(scales()))
def test_a_scale_whose_grades_nobody_generates_fails(scale_id: str) -> None:
    """Seeded rows reach every grade of every scale, so the agreement above means something."""
    scale = scales()[scale_id]
    draw = random.Random(20261122)
    values = {one.name: candidates(scale, one) for one in scale.inputs}
    rows = [{name: draw.choice(known) for name, known in values.items()} for _ in range(6000)]
    assert_alike(scale, rows)
    reached = {scale.grade(row).grade for row in rows}
    assert set(scale.grades) <= reached
    assert None in reached or scale_id in BLANK_CLASS
    raised = {flag for row in rows for flag in scale.grade(row).flags}
    assert raised == {flag.id for flag in scale.flags}


def assert_alike(scale: Scale, rows: list[dict[str, object]]) -> None:
    """The columns say of every row what the plain interpreter says."""
    frame = pl.DataFrame(rows, schema=input_schema(scale))
    graded = [scale.grade(row) for row in rows]
    frame = frame.with_columns(grade_column(scale))
    assert frame[scale.id].to_list() == [one.grade for one in graded]
    for flag in scale.flags:
        column = frame.select(flag_column(scale, flag.id).alias("up"))["up"].to_list()
        assert column == [flag.id in one.flags for one in graded]
    if scale.combine is Combine.POINTS:
        scores = frame.select(score_column(scale).alias("score"))["score"].to_list()
        assert scores == [one.score for one in graded]


@pytest.mark.parametrize("scale_id", sorted(scales()))
@given(data=st.data())
def test_a_column_that_is_not_there_is_an_absent_fact(scale_id: str, data: st.DataObject) -> None:
    scale = scales()[scale_id]
    row = data.draw(scale_rows(scale))
    kept = data.draw(st.sets(st.sampled_from(scale.input_names)))
    rest = {name: value for name, value in row.items() if name in kept}
    schema = {name: dtype for name, dtype in input_schema(scale).items() if name in kept}
    frame = pl.DataFrame([rest], schema=schema).with_columns(row=pl.lit(0))
    frame = frame.with_columns(grade_column(scale, frame.columns))
    assert frame[scale.id].to_list() == [scale.grade(rest).grade]


NUMBERS = st.sampled_from([0.0, 1.0, 1.5, 2.0])
WORDS = st.sampled_from(["a", "b"])
SIGNS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
LEAVES = st.one_of(
    st.builds(Comparison, st.just("n"), SIGNS, NUMBERS),
    st.builds(Comparison, st.just("w"), SIGNS, WORDS),
    st.builds(Comparison, st.just("y"), st.sampled_from(["==", "!="]), st.booleans()),
    st.builds(Membership, st.just("n"), st.lists(NUMBERS, min_size=1).map(tuple)),
    st.builds(Membership, st.just("w"), st.lists(WORDS, min_size=1).map(tuple)),
    st.builds(Presence, st.sampled_from(["n", "w", "y"]), st.booleans()),
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(st.builds(Both, several), st.builds(Either, several))


@given(
    condition=st.recursive(LEAVES, _joined, max_leaves=8),
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "n": st.none() | NUMBERS,
                "w": st.none() | WORDS,
                "y": st.none() | st.booleans(),
            }
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_a_condition_means_the_same_in_columns(
    condition: Condition, rows: list[dict[str, object]]
) -> None:
    schema = {"n": pl.Float64, "w": pl.String, "y": pl.Boolean}
    frame = pl.DataFrame(rows, schema=schema).with_columns(answer=to_polars(condition))
    assert frame["answer"].to_list() == [holds(condition, row) for row in rows]


def test_a_list_of_mixed_kinds_is_refused_in_columns() -> None:
    with pytest.raises(CodebookError, match="mixes kinds"):
        to_polars(Membership("a", (1.0, "x")))


SERIES = [
    (scale.id, one.name) for scale in scales().values() for one in scale.inputs if one.quantity
]
# Few distinct values and long gaps: runs, joins and gaps are what the rules turn on.
VALUES = st.one_of(
    st.just(np.nan), st.sampled_from([19.0, 20.0, 50.0, 100.0, 101.0, 500.0, 501.0, 1600.0])
)


@st.composite
def day_matrices(draw: st.DrawFn) -> np.ndarray:
    """Children by days, drawn as stretches of one value."""
    children = draw(st.integers(1, 4))
    matrix = np.full((children, 101), np.nan)
    for child in range(children):
        day = draw(st.integers(0, 40))
        while day < 101:
            length = draw(st.integers(1, 15))
            matrix[child, day : day + length] = draw(VALUES)
            day += length
    return matrix


@pytest.mark.parametrize(("scale_id", "name"), SERIES)
@given(matrix=day_matrices(), data=st.data())
def test_loops_over_days_and_matrices_agree(
    scale_id: str, name: str, matrix: np.ndarray, data: st.DataObject
) -> None:
    one = scales()[scale_id].input(name)
    stop = np.array([data.draw(st.sampled_from([NEVER, 5, 30, 31, 60])) for _ in matrix])
    fast = series_quantity(one, matrix, stop)
    slow = [plain_quantity(one, row, int(end)) for row, end in zip(matrix, stop, strict=True)]
    expected = [np.nan if value is None else float(value) for value in slow]
    np.testing.assert_array_equal(fast, expected)


def plain_quantity(one: Input, row: np.ndarray, stop: int) -> float | None:
    """One quantity of one child by the plain loops."""
    values = {day: float(value) for day, value in enumerate(row) if np.isfinite(value)}
    found = series_facts([one], values, stop)[one.name]
    assert found is None or isinstance(found, (bool, int, float))
    return found


@pytest.mark.parametrize("scale_id", sorted({scale_id for scale_id, _ in SERIES}))
@given(matrix=day_matrices())
def test_a_scale_of_series_grades_a_cohort_as_it_grades_each_child(
    scale_id: str, matrix: np.ndarray
) -> None:
    scale = scales()[scale_id]
    inputs = [one for one in scale.inputs if one.source is From.SERIES]
    analyte = inputs[0].analyte
    frame = series_columns(scale, {analyte: matrix}).with_columns(grade_column(scale))
    plain = []
    for row in matrix:
        values = {day: float(value) for day, value in enumerate(row) if np.isfinite(value)}
        plain.append(scale.grade(series_facts(inputs, values)).grade)
    assert frame[scale.id].to_list() == plain


@pytest.mark.parametrize("scale_id", sorted(scales()))
def test_silence_is_never_a_grade(scale_id: str) -> None:
    graded = scales()[scale_id].grade({})
    assert graded.grade == BLANK_CLASS.get(scale_id)
    assert graded.flags == ()
