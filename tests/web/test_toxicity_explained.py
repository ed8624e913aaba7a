# SPDX-License-Identifier: Apache-2.0
"""The words beside a grade come from its scale, and never say another grade than it gave."""

from __future__ import annotations

import pytest
from django.utils import translation

from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import ExampleRow
from cartulary.codebook.scale_reader import scale_named
from cartulary.web.toxicity.explained import explained, signs_of, step_table

CRS, ICANS = scale_named("astct_crs_2019"), scale_named("astct_icans_2019")
ROWS = [
    pytest.param(scale, row, id=f"{scale.id}-{number}-{place}")
    for scale in (CRS, ICANS)
    for number, example in enumerate(scale.examples)
    if not example.settings
    for place, row in enumerate(example.rows)
]


@pytest.mark.parametrize(("scale", "row"), ROWS)
def test_the_signs_weigh_as_much_as_the_grade(scale: Scale, row: ExampleRow) -> None:
    grade = scale.grade(row.facts).grade
    heaviest = max(one.grade for one in signs_of(scale, row.facts))
    if grade in (None, 0, 5):
        # Without CRS a low pressure weighs nothing; death is a grade by itself.
        return
    assert heaviest == grade


@pytest.mark.parametrize(("scale", "row"), ROWS)
def test_the_table_marks_at_most_one_step_of_a_sign(scale: Scale, row: ExampleRow) -> None:
    grade = scale.grade(row.facts).grade
    for one in step_table(scale, None if grade is None else int(grade), row.facts):
        assert sum(cell.here for cell in one.cells) <= 1


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def why(scale: Scale, lang: str = "en", **facts: object) -> str:
    with translation.override(lang):
        return explained(scale, scale.grade(facts), facts).why


def test_two_signs_of_one_weight_are_both_said() -> None:
    facts = {"temperature_c": 39.6, "hypotension": True, "vasopressors": 0,
             "oxygen_support": "low_flow"}  # fmt: skip
    assert why(CRS, **facts) == "hypotension 2, hypoxia 2"
    assert why(CRS, "nl", **facts) == "hypotensie 2, hypoxie 2"


def test_fever_alone_is_said_without_a_number() -> None:
    quiet = {"hypotension": False, "vasopressors": 0, "oxygen_support": "none"}
    assert why(CRS, temperature_c=38.7, **quiet) == "fever"
    assert why(CRS, temperature_c=37.0, **quiet) == ""


def test_what_nobody_looked_at_is_named() -> None:
    facts = {"age_years": 7.0, "consciousness": "awake"}
    said = explained(ICANS, ICANS.grade(facts), facts)
    assert said.grade is None
    assert "CAPD score" in said.missing
    assert said.why.startswith("unknown: ")
    assert said.next_grade is None


def test_the_next_grade_is_in_the_words_of_the_scale() -> None:
    facts = {"age_years": 7.0, "capd_score": 8, "consciousness": "voice", "seizure": "none"}
    said = explained(ICANS, ICANS.grade(facts), facts)
    assert (said.grade, said.next_grade) == (2, 3)
    assert "ICE 0 to 2, or CAPD 9 or higher" in said.next_words
    highest = explained(CRS, CRS.grade({"temperature_c": 40.0, "fatal": True}),
                        {"temperature_c": 40.0, "fatal": True})  # fmt: skip
    assert (highest.grade, highest.next_grade) == (5, None)
