# SPDX-License-Identifier: Apache-2.0
"""One endpoint over one cohort, its groups, and the published figures set beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.drawn import course_from_drawing
from cartulary.course import Origin
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.studies.programme import PUBLISHED_KEY
from cartulary.studies.published import PublishedBeside, published_rows
from cartulary.studies.response import RESPONSES
from cartulary.studies.single_estimate import endpoint_estimates
from cartulary.studies.strata import STRATA, stratum_of
from cartulary.studies.survival import DAYS_OF_MONTH, survival_figure
from cartulary.studies.toxicity import THRESHOLDS

TREATED = "day 0 is infusion\n0 | infusion |\n"


def cohort(*drawings: str) -> Cohort:
    return Cohort.from_courses(
        course_from_drawing(text, course_id=f"P-{number}") for number, text in enumerate(drawings)
    )


FOUR = cohort(
    f"-10 | bridging | therapy: chemotherapy\n{TREATED}100 | relapse | cd19_status: negative",
    f"-10 | bridging | therapy: chemotherapy\n{TREATED}500 | last_contact |",
    f"{TREATED}200 | relapse | cd19_status: positive\n300 | death |",
    f"{TREATED}400 | last_contact |",
)


def test_survival_has_a_line_a_day_and_the_medians() -> None:
    found = endpoint_estimates(FOUR, "efs.treatment_policy.infusion", days=[150, 365, 150])
    assert [line.what for line in found.lines] == [
        "day 150",
        "day 365",
        "median",
        "median follow-up",
    ]
    assert [line.estimate.value for line in found.lines[:2]] == [0.75, 0.5]


def test_competing_causes_have_a_line_a_cause_and_add_up_with_who_is_free() -> None:
    found = endpoint_estimates(FOUR, "cir.by_class.infusion", days=[365])
    shares = {line.what: line.estimate.value for line in found.lines}
    assert shares["cd19_negative by day 365"] == 0.25
    assert sum(value for value in shares.values() if value is not None) == 0.5


def test_a_response_is_a_share() -> None:
    held = cohort(f"{TREATED}28 | assessment | response: CR", f"{TREATED}30 | death |", TREATED)
    found = endpoint_estimates(held, "response.day28.infusion")
    (line,) = found.lines
    assert (line.estimate.value, line.estimate.n) == (0.5, 2)
    assert found.missing_why == {"no day of last contact": 1}


def test_every_child_is_accounted_for() -> None:
    held = cohort(
        "0 | indication | decision: accepted\n90 | last_contact |",
        TREATED,
        f"{TREATED}400 | last_contact |",
    )
    found = endpoint_estimates(held, "os.infusion", days=[365])
    assert found.outside_why == {"not infused": 1}
    assert found.missing_why == {"no day of last contact": 1}
    assert found.children == 3
    assert found.lines[0].estimate.n == 1


def test_groups_are_tested_cause_by_cause() -> None:
    found = endpoint_estimates(FOUR, "cir.by_class.infusion", days=[365], group="bridging")
    assert {line.group for line in found.lines} == {"chemotherapy", "not_recorded"}
    assert found.test is not None
    assert "cd19_negative: Gray" in found.test
    assert "cd19_positive: Gray" in found.test
    assert "early" not in found.test


def test_a_group_of_one_kind_is_not_tested() -> None:
    found = endpoint_estimates(FOUR, "os.infusion", group="sex")
    assert found.test is None


@pytest.mark.parametrize("group", ["bridging", "burden", "site"])
@pytest.mark.parametrize("clock", ["indication", "apheresis"])
def test_a_group_that_is_settled_after_the_clock_starts_is_refused(group: str, clock: str) -> None:
    with pytest.raises(EstimandError, match="settled later"):
        endpoint_estimates(FOUR, f"os.{clock}", group=group)


def test_late_entry_has_no_gray_test() -> None:
    held = cohort(
        "day 0 is apheresis\n-20 | infusion |\n90 | relapse |",
        "day 0 is apheresis\n-20 | infusion |\n-30 | bridging | therapy: none\n90 | last_contact |",
    )
    found = endpoint_estimates(held, "cir.by_class.infusion", days=[60], group="bridging")
    assert found.test is not None
    assert "late entry" in found.test


@pytest.mark.parametrize(
    ("held", "endpoint_id", "why"),
    [
        (cohort(), "os.infusion", "no children"),
        (cohort("0 | indication |"), "os.infusion", "not infused"),
        (cohort(TREATED), "os.infusion", "no day of last contact"),
        (
            cohort("day 0 is infusion\n-9 | indication |\n0 | infusion |\n0 | last_contact |"),
            "os.indication",
            "ended on the day it began",
        ),
    ],
)
def test_a_figure_of_nobody_is_refused_with_the_reason(
    held: Cohort, endpoint_id: str, why: str
) -> None:
    with pytest.raises(EstimandError, match=why):
        endpoint_estimates(held, endpoint_id)


def test_origins_are_never_mixed() -> None:
    drawn = course_from_drawing(TREATED, course_id="a")
    both = [drawn, replace(drawn, course_id="b", origin=Origin.RECORDED)]
    with pytest.raises(EstimandError, match="origins recorded, simulated"):
        endpoint_estimates(Cohort.from_courses(both), "os.infusion")


def test_an_unknown_group_is_refused_with_its_neighbour() -> None:
    with pytest.raises(EstimandError, match=r"Near to it: bridging"):
        stratum_of((), "briging")
    assert stratum_of((), "bridging") == []


@pytest.mark.parametrize("name", sorted(STRATA))
def test_every_grouping_works_on_a_bare_child(name: str) -> None:
    found = endpoint_estimates(FOUR, "efs.hypothetical.infusion", days=[365], group=name)
    assert sum(line.estimate.n for line in found.lines if line.what == "day 365") == 4


KEYS = sorted(
    {
        *((key, DAYS_OF_MONTH[month]) for key in PUBLISHED_KEY.values() for month in DAYS_OF_MONTH),
        *((key, None) for _, key in RESPONSES if key),
        *((key, None) for _, _, key in THRESHOLDS if key),
    },
    key=str,
)


@pytest.mark.parametrize(("key", "day"), KEYS)
def test_every_outcome_shown_can_be_asked_of_every_study(key: str, day: int | None) -> None:
    for cohort_shown, row in published_rows(key, day, studies=_STUDIES):
        assert row.key == key
        assert key in cohort_shown.default_for
        assert not row.is_disputed
        if day is not None:
            assert row.at_days is not None
            assert abs(row.at_days - day) <= 5


_STUDIES = tuple(sorted({shown.study for shown in benchmarks().values()}))


def test_eliana_is_shown_at_the_cut_that_its_file_names_and_under_its_own_definition() -> None:
    figure = survival_figure(FOUR, "efs.hypothetical.infusion", key="efs", months=(12,))
    assert figure is not None
    eliana = next(one for one in figure.published if one.benchmark.study == "eliana")
    assert "efs" in eliana.benchmark.default_for
    assert (eliana.row.value, eliana.row.n) == (0.5, 75)
    assert eliana.ours is not None
    assert eliana.ours.endpoint == eliana.row.definition == "eliana.efs.infusion"
    assert eliana.comparable in ("same", "our_reading")


def test_the_two_limits_of_a_published_interval_come_from_one_place() -> None:
    for shown in benchmarks().values():
        for row in shown.estimates:
            beside = PublishedBeside(shown, row, None, row.comparability("os.infusion"))
            limits = {
                "printed": (row.low, row.high),
                "derived": (row.derived_low, row.derived_high),
                "unconfirmed": (row.unconfirmed_low, row.unconfirmed_high),
                "none": (None, None),
            }[beside.interval_is]
            assert (beside.low, beside.high) == limits
            if beside.interval_is == "unconfirmed":
                assert row.low is None
