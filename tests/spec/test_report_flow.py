# SPDX-License-Identifier: Apache-2.0
"""What the report draws of the flow and of each course: places have words, a death its mark."""

from __future__ import annotations

import pytest

from cartulary.codebook.drawn import course_from_drawing
from cartulary.reports.programme_report.code_words import PLACES as PLACE_WORDS
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.programme_report.swimmer import lane
from cartulary.studies.child_summary import summary
from cartulary.studies.flow import PLACES


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_place_of_the_flow_has_words_of_its_own(lang: str) -> None:
    for stage, places in PLACES.items():
        words = [pair(PLACE_WORDS[place], lang) for place, _ in places]
        assert len(set(words)) == len(words), stage
        assert not any("_" in word for word in words)


@pytest.mark.parametrize(
    ("drawing", "marked"),
    [
        ("28 | assessment | response: CR\n200 | death |", "death"),
        ("28 | assessment | response: CR\n200 | last_contact |\n? | death |", "death"),
        ("28 | assessment | response: CR\n200 | last_contact |", "alive"),
    ],
)
def test_a_lane_ends_in_death_or_life(drawing: str, marked: str) -> None:
    drawn = lane(summary(course_from_drawing(f"day 0 is infusion\n0 | infusion |\n{drawing}")))
    assert [(mark.kind, mark.day) for mark in drawn.marks] == [(marked, 200)]
