# SPDX-License-Identifier: Apache-2.0
"""Kinetics and vein-to-vein times: small courses with answers that were worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartulary.codebook.kinetics import RULES, Kinetics, kinetics, samples_after
from cartulary.codebook.vein_to_vein import Link, vein_to_vein
from cartulary.course import CodebookError, Course, Origin, Precision
from cartulary.course.events import (
    Apheresis,
    Event,
    Indication,
    Infusion,
    Measurement,
    Product,
)
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import Decision
from cartulary.course.events.observation import Analyte, Specimen
from tests.strategies.courses import plausible_courses

INFUSION = Infusion(40, event_id="infusion-1")


def _sample(day: int, value: float | None, limit: float | None = 50.0) -> Measurement:
    made = Measurement(40 + day, analyte=Analyte.CAR_T_COPIES, unit="copies/µg")
    if limit is not None:
        made = replace(made, limit=limit)
    return replace(made, below_limit=True) if value is None else replace(made, value=value)


def _after(*seen: Event) -> Kinetics:
    return kinetics(Course("P-001", Origin.SIMULATED, (INFUSION, *seen)), INFUSION)


def _curve(*points: tuple[int, float | None], limit: float | None = 50.0) -> Kinetics:
    return _after(*(_sample(day, value, limit) for day, value in points))


def test_the_peak_is_the_highest_value_and_its_first_day() -> None:
    found = _curve((7, 900.0), (10, 1600.0), (12, 1600.0), (28, 200.0))
    assert (found.cmax, found.tmax_days, found.persistence_days) == (1600.0, 10, 28)
    assert (found.samples, found.below_limit) == (4, 0)


def test_the_area_rises_in_lines_and_falls_in_logarithms() -> None:
    found = _curve((10, 1000.0), (28, 100.0))
    rise = 1000.0 * 10 / 2
    fall = (1000.0 - 100.0) / math.log(10.0) * 18
    assert found.auc_0_28 == pytest.approx(rise + fall, rel=1e-12)


def test_the_area_of_an_exponential_decline_is_exact() -> None:
    """1000·2^(-t/7) from day 0: its integral to day 28 is 1000·7/ln 2·(1 - 2^-4)."""
    found = _curve(*((day, 1000.0 * 2 ** (-day / 7)) for day in (0, 3, 7, 15, 21, 28)))
    assert found.auc_0_28 == pytest.approx(7000 / math.log(2) * (1 - 2**-4), rel=1e-12)
    assert found.half_life_days == pytest.approx(7.0, rel=1e-12)


def test_a_curve_that_runs_past_day_28_is_cut_there() -> None:
    decline = [(day, 1000.0 * 2 ** (-day / 7)) for day in (0, 14, 35)]
    found = _curve(*decline, limit=None)
    assert found.auc_0_28 == pytest.approx(7000 / math.log(2) * (1 - 2**-4), rel=1e-12)
    rising = _curve((20, 200.0), (30, 300.0))
    assert rising.auc_0_28 == pytest.approx(200 * 20 / 2 + (200 + 280) / 2 * 8, rel=1e-12)


def test_the_first_value_below_the_limit_is_half_of_it_and_later_ones_are_dropped() -> None:
    found = _curve((10, 1000.0), (20, None), (24, None), (28, None))
    fall = (1000.0 - 25.0) / math.log(1000.0 / 25.0) * 10
    assert found.auc_0_28 == pytest.approx(1000.0 * 10 / 2 + fall, rel=1e-12)
    assert (found.samples, found.below_limit, found.persistence_days) == (4, 3, 10)


def test_values_below_the_limit_before_the_rise_are_zero_and_between_are_left_out() -> None:
    early = _curve((3, None), (10, 700.0), (28, 700.0))
    assert early.auc_0_28 == pytest.approx(700 * 7 / 2 + 700 * 18, rel=1e-12)
    between = _curve((10, 700.0), (14, None), (28, 700.0))
    assert between.auc_0_28 == pytest.approx(700 * 10 / 2 + 700 * 18, rel=1e-12)


def test_values_below_the_limit_take_no_part_in_the_half_life() -> None:
    points = [(7, 8000.0), (14, 4000.0), (21, 2000.0), (28, 1000.0)]
    assert _curve(*points).half_life_days == pytest.approx(7.0, rel=1e-12)
    assert _curve(*points, (35, None)).half_life_days == pytest.approx(7.0, rel=1e-12)


def test_what_cannot_be_told_is_refused_with_its_reason() -> None:
    two = _curve((10, 1000.0), (20, 100.0), (28, 50.0))
    assert two.half_life_days is None
    assert two.missing["half_life_days"] == ("2 quantifiable samples after the peak, 3 are needed")
    flat = _curve((7, 900.0), (10, 500.0), (14, 500.0), (28, 500.0))
    assert flat.missing["half_life_days"] == "the samples after the peak do not decline"
    short = _curve((7, 900.0), (14, 100.0))
    assert short.auc_0_28 is None
    assert short.missing["auc_0_28"] == "the last sample is of day 14, before day 28"
    unknown = _curve((7, 900.0), (14, None), limit=None)
    assert "limit that is not recorded" in unknown.missing["auc_0_28"]


def test_without_a_quantifiable_sample_there_is_nothing_to_tell() -> None:
    never = _curve((7, None), (28, None))
    assert (never.cmax, never.tmax_days, never.auc_0_28) == (None, None, None)
    assert set(never.missing.values()) == {"no sample was above the limit"}
    assert set(_after().missing.values()) == {"nothing was measured"}


def test_a_value_under_its_own_limit_counts_as_below_it() -> None:
    assert _curve((7, 49.0), (14, 900.0)).below_limit == 1
    marked = replace(_sample(20, None, limit=None), value=50.0)
    found = _after(_sample(10, 1000.0), marked)
    fall = (1000.0 - 25.0) / math.log(40.0) * 10
    assert found.auc_0_28 == pytest.approx(5000 + fall, rel=1e-12)


def test_only_blood_of_this_infusion_dated_to_the_day_is_read() -> None:
    blood = _sample(10, 100.0)
    found = _after(
        blood,
        replace(_sample(12, 9e5), specimen=Specimen.MARROW),
        replace(_sample(13, 9e5), precision=Precision.MONTH),
        replace(_sample(14, 9e5), unit="furlong"),
        replace(_sample(15, 9e5), analyte=Analyte.CAR_T_CELLS),
        _sample(-1, 9e5),
        Infusion(60, event_id="infusion-2"),
        _sample(20, 9e5),
    )
    assert (found.cmax, found.samples) == (100.0, 1)


def test_of_two_samples_on_one_day_the_higher_counts() -> None:
    found = _after(_sample(10, 100.0), _sample(10, 300.0), _sample(10, None))
    assert (found.cmax, found.samples) == (300.0, 1)


def test_a_question_without_an_answer_is_refused() -> None:
    course = Course("P-001", Origin.SIMULATED, (INFUSION,))
    with pytest.raises(CodebookError, match="CAR-T cells alone"):
        kinetics(course, INFUSION, Analyte.FERRITIN)
    with pytest.raises(CodebookError, match="no infusion"):
        kinetics(course, Infusion(41, event_id="infusion-1"))
    partial = Infusion(40, Precision.MONTH, event_id="infusion-1")
    with pytest.raises(CodebookError, match="not dated to the day"):
        kinetics(Course("P-001", Origin.SIMULATED, (partial,)), partial)


def test_the_rules_are_said() -> None:
    assert all(rule.endswith(".") for rule in RULES)


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(51.0, 1e6)), min_size=1, max_size=8))
def test_the_area_is_never_more_than_the_peak_times_its_days(
    points: list[tuple[int, float]],
) -> None:
    found = _curve(*points)
    assert found.cmax == max(value for _, value in points)
    if found.auc_0_28 is not None:
        # The trapezoid rounds, so the bound holds to the last digits only.
        assert 0 <= found.auc_0_28 <= found.cmax * 28 * (1 + 1e-12)
    assert (found.auc_0_28 is None) == ("auc_0_28" in found.missing)
    assert (found.half_life_days is None) == ("half_life_days" in found.missing)


@given(plausible_courses())
def test_every_plausible_course_has_kinetics_and_times(course: Course) -> None:
    times = vein_to_vein(course)
    assert [one.infusion_id for one in times] == [e.event_id for e in course.all(Infusion)]
    for infusion in course.all(Infusion):
        if infusion.day is not None and infusion.precision is Precision.DAY:
            found = kinetics(course, infusion)
            assert found.samples == len(samples_after(course, infusion, Analyte.CAR_T_COPIES))


# --- vein to vein ------------------------------------------------------------------------------

APHERESIS = Apheresis(7, number=1, event_id="first")
SECOND = Apheresis(70, number=2, event_id="second")
LOT_1 = Product(
    7,
    product_id="lot-1",
    apheresis_number=1,
    status=ProductStatus.RELEASED,
    started_day=9,
    decided_day=32,
)
LOT_2 = replace(
    LOT_1, day=70, product_id="lot-2", apheresis_number=2, started_day=72, decided_day=95
)


def _course(*held: Event) -> Course:
    return Course("P-001", Origin.SIMULATED, held)


def test_each_infusion_has_the_collection_and_product_that_led_to_it() -> None:
    first, second = vein_to_vein(
        _course(
            Indication(0),
            APHERESIS,
            SECOND,
            LOT_1,
            LOT_2,
            Infusion(40, product_id="lot-1"),
            Infusion(100, product_id="lot-2"),
        )
    )
    assert (first.apheresis_id, first.product_id) == ("first", "lot-1")
    assert first.indication_to_apheresis_days == 7
    assert first.apheresis_to_release_days == 25
    assert first.release_to_infusion_days == 8
    assert first.apheresis_to_infusion_days == 33
    assert (second.apheresis_id, second.apheresis_to_infusion_days) == ("second", 30)
    assert second.apheresis_link is Link.NAMED
    assert first.to_the_day


def test_without_names_the_last_before_is_taken() -> None:
    unnamed = replace(LOT_1, apheresis_number=replace(APHERESIS, number=3).number)
    (one,) = vein_to_vein(_course(Indication(0), APHERESIS, SECOND, unnamed, Infusion(60)))
    assert (one.product_id, one.product_link) == ("lot-1", Link.LAST_BEFORE)
    assert (one.apheresis_id, one.apheresis_link) == ("first", Link.LAST_BEFORE)
    (bare,) = vein_to_vein(_course(Indication(0), APHERESIS, SECOND, Infusion(100)))
    assert (bare.product_link, bare.apheresis_id) == (Link.NONE, "second")
    assert bare.apheresis_to_release_days is None


def test_a_product_that_failed_led_to_no_infusion() -> None:
    failed = replace(LOT_1, status=ProductStatus.FAILED)
    (one,) = vein_to_vein(_course(APHERESIS, failed, Infusion(40)))
    assert (one.product_id, one.release_to_infusion_days) == (None, None)


def test_the_indication_is_the_last_that_did_not_decline() -> None:
    (one,) = vein_to_vein(
        _course(
            Indication(0, decision=Decision.ACCEPTED),
            Indication(60, decision=Decision.ACCEPTED),
            Indication(65, decision=Decision.DECLINED),
            SECOND,
            Infusion(100),
        )
    )
    assert one.indication_to_apheresis_days == 10


def test_a_partial_day_is_told() -> None:
    month = replace(APHERESIS, precision=Precision.MONTH)
    (one,) = vein_to_vein(_course(Indication(0), month, Infusion(40)))
    assert (one.apheresis_to_infusion_days, one.to_the_day) == (33, False)


def test_without_a_day_there_is_no_length() -> None:
    (one,) = vein_to_vein(_course(Indication(0), Infusion(None, Precision.UNKNOWN)))
    assert one.apheresis_link is Link.NONE
    assert one.apheresis_to_infusion_days is None
    assert vein_to_vein(_course(Indication(0))) == ()
