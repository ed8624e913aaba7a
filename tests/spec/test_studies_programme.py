# SPDX-License-Identifier: Apache-2.0
"""All the figures of a programme, on cohorts small and odd enough to break them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cartulary.codebook.drawn import course_from_drawing
from cartulary.course import Course, Origin
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.studies.programme import ProgrammeFigures, programme_figures
from tests.strategies.courses import plausible_courses

TREATED = "day 0 is infusion\n0 | infusion |\n"


def cohort(*drawings: str) -> Cohort:
    return Cohort.from_courses(
        course_from_drawing(text, course_id=f"P-{number}") for number, text in enumerate(drawings)
    )


def figures(*drawings: str) -> ProgrammeFigures:
    return programme_figures(cohort(*drawings))


def test_a_programme_without_children_is_refused() -> None:
    with pytest.raises(EstimandError, match="no children"):
        programme_figures(cohort())


def test_origins_are_never_mixed() -> None:
    drawn = course_from_drawing(TREATED, course_id="a")
    real = replace(drawn, course_id="b", origin=Origin.RECORDED)
    with pytest.raises(EstimandError, match="mixes origins: recorded, simulated"):
        programme_figures(Cohort.from_courses([drawn, real]))


def test_a_family_that_no_endpoint_belongs_to_cannot_be_left_out() -> None:
    with pytest.raises(EstimandError, match="'survival'"):
        programme_figures(cohort(TREATED), not_reported=["survival"])


def test_what_is_not_reported_has_no_figure() -> None:
    held = cohort(f"{TREATED}28 | assessment | response: CR\n500 | last_contact |")
    found = programme_figures(held, not_reported=["os", "bca", "response"])
    assert "os.infusion" not in found.survival
    assert "bca.loss.infusion" not in found.incidence
    assert found.response == ()
    assert "efs.hypothetical.infusion" in found.survival


def test_one_child_is_a_programme() -> None:
    found = figures(f"{TREATED}28 | assessment | response: CR\n500 | last_contact |")
    year = found.survival["efs.hypothetical.infusion"].at[12]
    assert (year.value, year.n, year.events) == (1.0, 1, 0)
    assert year.low is not None
    assert year.low < 0.05
    assert found.follow_up is not None
    assert found.follow_up.followed_a_year_or_event == 1


def test_where_nobody_was_treated_there_are_no_figures_after_the_infusion() -> None:
    found = figures("0 | indication |\n20 | death |", "0 | indication |\n90 | last_contact |")
    assert found.infused_share.value == 0.0
    assert (found.transplant, found.follow_up) == (None, None)
    assert (found.toxicity, found.by_bridging) == ((), ())
    assert set(found.survival) == {"efs.hypothetical.indication", "os.indication"}
    assert set(found.incidence) == set()


def test_where_nobody_had_an_event_the_interval_is_still_honest() -> None:
    found = figures(*(f"{TREATED}28 | assessment | response: CR\n400 | last_contact |",) * 5)
    year = found.survival["os.infusion"].at[12]
    assert year.value == 1.0
    assert year.low is not None
    assert 0.4 < year.low < 0.6
    assert all(relapse.children == 0 for relapse in found.relapses)


def test_without_a_last_contact_the_children_are_missing_by_name() -> None:
    found = figures(TREATED, f"{TREATED}28 | assessment | response: CR\n")
    assert "os.infusion" not in found.survival
    assert found.follow_up is not None
    assert (found.follow_up.no_last_contact, found.follow_up.median_days) == (2, None)


def test_a_record_that_ends_on_the_day_it_begins_has_no_curve_from_before() -> None:
    found = figures("day 0 is infusion\n-35 | indication |\n0 | infusion |\n0 | last_contact |")
    assert "os.indication" not in found.survival


def test_a_drug_counts_children_after_the_infusion_by_reason() -> None:
    given_twice = (
        "3 | treatment | drug: tocilizumab, given_for: crs\n"
        "4 | treatment | drug: tocilizumab, given_for: crs\n"
        "9 | treatment | drug: tocilizumab, given_for: iec_hs"
    )
    found = figures(
        f"{TREATED}{given_twice}",
        "0 | indication |\n9 | treatment | drug: immunoglobulin\n40 | infusion |",
    )
    (tocilizumab,) = found.treatments
    assert (tocilizumab.children, tocilizumab.infused) == (1, 2)
    assert tocilizumab.given_for == {"crs": 1, "iec_hs": 1}


def test_a_transplant_counts_once_and_by_the_reason_of_the_first() -> None:
    found = figures(
        f"{TREATED}90 | transplant | reason: consolidation\n400 | transplant | reason: relapse",
        f"{TREATED}? | transplant |",
        TREATED,
        "0 | indication |\n9 | transplant | reason: other\n40 | infusion |",
    ).transplant
    assert found is not None
    assert (found.any_reason.events, found.any_reason.n) == (2, 4)
    assert found.by_reason == {"consolidation": 1, "not_recorded": 1}
    assert found.days is not None
    assert (found.days.median, found.days.missing) == (90, 1)


def test_an_infection_without_an_organism_is_not_called_other() -> None:
    found = figures(f"{TREATED}40 | infection |\n60 | infection | organism: viral").infections
    assert (found.children, found.by_organism) == (1, {"not_recorded": 1, "viral": 1})


def test_who_withdrew_is_lost_unless_known_to_have_died() -> None:
    found = figures(
        f"{TREATED}90 | last_contact | status: lost",
        f"{TREATED}? | last_contact | status: withdrawn",
        f"{TREATED}90 | last_contact | status: lost\n120 | death |",
        f"{TREATED}90 | last_contact | status: lost\n500 | last_contact | status: followed",
    ).follow_up
    assert found is not None
    assert found.lost == 2


def test_the_steps_to_the_infusion_are_those_of_its_own_product_and_add_up() -> None:
    found = figures(
        """
          0 | indication |
          5 | apheresis  | number: 1
          6 | product    | product_id: a, apheresis_number: 1, status: failed, decided_day: 30
         35 | apheresis  | number: 2
         36 | product    | product_id: b, apheresis_number: 2, status: released, decided_day: 60
         70 | infusion   | product_id: b
        """
    )
    assert {figure.step: figure.days.median for figure in found.timing} == {
        "indication_to_apheresis": 35,
        "apheresis_to_release": 25,
        "release_to_infusion": 10,
        "apheresis_to_infusion": 35,
        "indication_to_infusion": 70,
    }


def test_a_step_that_is_not_known_to_the_day_is_missing() -> None:
    found = figures(
        "0 | indication |\n5 | apheresis |\n40 | infusion |",
        "0 | indication |\n5 (month) | apheresis |\n40 | infusion |",
        "0 | indication |\n? | apheresis |",
        "0 | indication |",
    )
    first = next(one for one in found.timing if one.step == "indication_to_apheresis")
    assert (first.days.median, first.days.n, first.days.missing) == (5, 1, 2)


def test_groups_hold_the_treated_alone_and_each_once() -> None:
    found = figures(
        "0 | indication |\n5 | bridging | therapy: chemotherapy\n40 | infusion |\n90 | death |",
        "0 | indication |\n5 | bridging | therapy: chemotherapy\n20 | death |",
        "0 | indication |\n40 | infusion |\n68 | assessment | response: CR\n99 | last_contact |",
    )
    assert {one.stratum: one.children for one in found.by_bridging} == {
        "chemotherapy": 1,
        "not_recorded": 1,
    }
    answered = {one.stratum: one.response for one in found.by_bridging}
    assert answered["not_recorded"] is not None
    assert answered["not_recorded"].endpoint == "response.day28.infusion"


@settings(max_examples=25)
@given(
    st.integers(1, 6).flatmap(
        lambda n: st.tuples(*(plausible_courses(f"P-{number}") for number in range(n)))
    )
)
def test_no_programme_breaks_the_figures(held: tuple[Course, ...]) -> None:
    one_origin = [replace(course, origin=Origin.RECORDED) for course in held]
    found = programme_figures(Cohort.from_courses(one_origin))
    infused = found.flow.reached["infusion"]
    assert found.infused_share.events == infused
    assert sum(one.children for one in found.by_bridging) == infused
    assert sum(one.children for one in found.by_burden) == infused
    relapsed = sum(bool(child.relapses) for child in found.children)
    assert sum(one.children for one in found.relapses) == relapsed
    for endpoint_id, figure in found.survival.items():
        assert figure.follow_up.n + figure.follow_up.missing <= len(one_origin), endpoint_id
    for step in found.timing:
        assert step.days.n + step.days.missing <= len(one_origin)
        assert step.days.smallest is not None
        assert step.days.smallest >= 0
