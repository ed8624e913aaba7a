# SPDX-License-Identifier: Apache-2.0
"""What the figures of a programme read from one child: drawn courses and the answers."""

from __future__ import annotations

import pytest

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course.events.disease import PriorKind
from cartulary.studies.child_summary import ChildSummary, had_prior, summary

TREATED = "day 0 is infusion\n0 | infusion |\n"


def child(drawing: str) -> ChildSummary:
    return summary(course_from_drawing(drawing))


def test_nothing_after_the_data_cut_is_read() -> None:
    found = child(
        """
        data cut on day 100
          0 | indication   |
         35 | product      | product_id: a, status: released, decided_day: 101
        101 | infusion     |
        150 | toxicity     | toxicity: crs, grade: 3
        170 | transplant   |
        200 | death        |
         90 | last_contact |
        """
    )
    assert not found.was_infused
    assert not found.released
    assert not found.died
    assert (found.toxicities, found.transplants, found.last_day) == ((), (), 90)


def test_a_death_without_a_date_is_still_a_death() -> None:
    found = child(f"{TREATED}? | death |\n90 | last_contact |")
    assert (found.died, found.death_day, found.last_day) == (True, None, 90)


def test_the_reason_is_that_of_the_indication_dated_or_not() -> None:
    assert child("? | indication | reason: refractory").reason == "refractory"
    assert child("0 | indication |").reason is None


def test_prior_treatment_is_read_from_its_own_events() -> None:
    found = child("-300 | prior_therapy | therapy: transplant\n0 | indication |")
    assert had_prior(found, PriorKind.TRANSPLANT)
    assert not had_prior(found, PriorKind.BLINATUMOMAB)


@pytest.mark.parametrize(
    ("rows", "stratum"),
    [
        ("", "not_recorded"),
        ("5 | bridging | therapy: none", "none"),
        ("5 | bridging | therapy: chemotherapy\n9 | bridging | therapy: inotuzumab", "inotuzumab"),
        ("5 | bridging | therapy: inotuzumab\n9 | bridging | therapy: blinatumomab",
         "blinatumomab"),
        ("50 | bridging | therapy: chemotherapy", "not_recorded"),
    ],
)  # fmt: skip
def test_every_child_stands_in_one_group_of_bridging(rows: str, stratum: str) -> None:
    assert child(f"0 | indication |\n{rows}\n40 | infusion |").main_bridging == stratum


@pytest.mark.parametrize(
    ("rows", "burden"),
    [
        (
            "30 | assessment | marrow_blasts_percent: 60, cns_status: cns1, extramedullary: no",
            "high",
        ),
        (
            "10 | assessment | marrow_blasts_percent: 60\n"
            "30 | assessment | marrow_blasts_percent: 0, mrd_result: negative, cns_status: cns1, "
            "extramedullary: no",
            "undetectable",
        ),
        (
            "30 | assessment | event_id: marrow, marrow_blasts_percent: 0, mrd_result: negative\n"
            "30 | assessment | event_id: liquor, cns_status: cns1, extramedullary: no",
            "undetectable",
        ),
        ("30 | assessment | cns_status: cns1", None),
        ("? | assessment | marrow_blasts_percent: 60", None),
        ("68 | assessment | marrow_blasts_percent: 60", None),
        ("", None),
    ],
)
def test_burden_is_that_of_the_last_day_of_assessment_before_the_infusion(
    rows: str, burden: str | None
) -> None:
    assert child(f"0 | indication |\n{rows}\n40 | infusion |").burden == burden


@pytest.mark.parametrize(
    ("relapse", "named"),
    [
        ("60 | relapse | cd19_status: negative", "early"),
        ("61 | relapse | cd19_status: negative", "cd19_negative"),
        ("300 | relapse | cd19_status: positive", "cd19_positive"),
        ("300 | relapse |", "unknown"),
    ],
)
def test_a_relapse_has_one_class(relapse: str, named: str) -> None:
    found = child(f"{TREATED}{relapse}").relapses
    assert [one.relapse_class for one in found] == [named]
    assert found[0].first


def test_residual_disease_alone_and_a_relapse_before_the_cells_are_no_relapse_after() -> None:
    assert child(f"{TREATED}90 | relapse | level: molecular").relapses == ()
    assert child("0 | indication |\n9 | relapse |\n40 | infusion |").relapses == ()
    assert child("0 | indication |\n9 | relapse |").relapses == ()


def test_a_relapse_in_the_month_of_the_infusion_counts_on_its_day() -> None:
    found = child("0 | indication |\n30 (month) | relapse |\n40 | infusion |")
    assert [one.days_after_infusion for one in found.relapses] == [0]
    assert (found.efs_status, found.efs_days) == ("relapse", 0)


def test_a_toxicity_without_a_date_belongs_to_the_only_infusion() -> None:
    one = child(f"{TREATED}? | toxicity | toxicity: crs, grade: 2").toxicities
    assert [t.infusion_number for t in one] == [1]
    two = child(f"{TREATED}80 | infusion |\n? | toxicity | toxicity: crs, grade: 2").toxicities
    assert [t.infusion_number for t in two] == [None]


def test_the_release_is_of_a_product_that_came_before_the_infusion() -> None:
    found = child(
        """
          0 | indication |
          9 | product    | product_id: a, status: released
         40 | infusion   | product_id: a
        200 | product    | product_id: b, status: released, decided_day: 230
        """
    )
    assert (found.released, found.released_day) == (True, None)
