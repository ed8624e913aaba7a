# SPDX-License-Identifier: Apache-2.0
"""Every worked example of every endpoint file comes out as the file says, in both interpreters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import Definition, Expected, WorkedExample
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import definitions
from cartulary.course.cohort import Cohort

EXAMPLES = [
    pytest.param(
        definition, example, expected, id=f"{definition.definition_id}-{n}-{expected.clock}"
    )
    for definition in definitions().values()
    for n, example in enumerate(definition.examples, start=1)
    for expected in example.expect
]


@pytest.mark.parametrize(("definition", "example", "expected"), EXAMPLES)
def test_the_plain_interpreter_answers_as_drawn(
    definition: Definition, example: WorkedExample, expected: Expected
) -> None:
    found = outcome(course_from_drawing(example.course), definition.endpoint(expected.clock))
    assert found.status == expected.status
    assert (found.entry, found.exit) == (expected.entry, expected.exit)
    assert (found.why_not, found.doubt) == (expected.why, expected.doubt)
    assert found.in_population == bool(expected.status)


@pytest.mark.parametrize("definition", definitions().values(), ids=lambda d: d.definition_id)
def test_the_columnar_interpreter_answers_as_drawn(definition: Definition) -> None:
    drawn = [
        replace(course_from_drawing(example.course), course_id=f"example {n}")
        for n, example in enumerate(definition.examples)
    ]
    cohort = Cohort.from_courses(drawn)
    for clock in definition.clocks:
        rows = outcomes(cohort, definition.endpoint(clock.start)).to_dicts()
        for example, row in zip(definition.examples, rows, strict=True):
            for expected in example.expect:
                if expected.clock != clock.start:
                    continue
                assert row["status"] == expected.status
                assert (row["entry"], row["exit"]) == (expected.entry, expected.exit)
                assert (row["why_not"], row["doubt"]) == (expected.why, expected.doubt)


@pytest.mark.parametrize("case", [23, 24, 25, 26])
def test_golden_cases_are_worked_examples(case: int) -> None:
    holders = {
        definition.definition_id
        for definition in definitions().values()
        for example in definition.examples
        if example.case == case
    }
    assert len(holders) >= 2
