# SPDX-License-Identifier: Apache-2.0
"""Rules on cells, custody, conditioning and infusion: courses that break them and keep them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartulary.course import NOT_RECORDED, Precision
from cartulary.course.checks import check_course
from cartulary.course.events import (
    Apheresis,
    Bridging,
    Custody,
    Indication,
    Infusion,
    Lymphodepletion,
    Product,
    Treatment,
)
from cartulary.course.events.cells import CustodyStep, ProductKind, ProductStatus
from cartulary.course.events.disease import Decision
from cartulary.course.events.treatment import BridgingKind, Drug, Regimen
from tests.spec.checked_courses import (
    COLLECTED,
    DEPLETED,
    INFUSED,
    RELEASED,
    Spec,
    drawn,
    ordinary,
)

BEDSIDE = Custody(40, product_id="lot-1", step=CustodyStep.BEDSIDE, identifiers_checked=2)


def _hand(day: int, step: str, gives: str, takes: str, bag: str = "", at: str = "") -> Custody:
    return Custody(
        day,
        product_id="lot-1",
        step=CustodyStep(step),
        from_party=gives,
        to_party=takes,
        bag=bag or NOT_RECORDED,
        time_of_day=at or NOT_RECORDED,
    )


def _by_courier(*bags: str) -> list[Custody]:
    """Bags that leave and arrive together on one day each."""
    return [
        hand
        for bag in bags or ("",)
        for hand in (
            _hand(0, "dispatch", "laboratory", "courier", bag),
            _hand(1, "receipt", "courier", "ward", bag.upper()),
        )
    ]


THAW = Custody(40, product_id="lot-1", step=CustodyStep.THAW, to_party="nurse")


def _given(**changes: object) -> Infusion:
    return replace(INFUSED, **changes)  # type: ignore[arg-type]


def _made(**changes: object) -> Product:
    return replace(RELEASED, **changes)  # type: ignore[arg-type]


def _dose(weight: float, *, per_kg: float | None = None, total: float | None = None) -> Infusion:
    return Infusion(
        40,
        weight_kg=weight,
        dose_cells_per_kg=NOT_RECORDED if per_kg is None else per_kg,
        dose_cells=NOT_RECORDED if total is None else total,
    )


SPECS: dict[str, Spec] = {
    "product_made_for_another_child": Spec(
        (drawn(INFUSED, _made(made_for="P-002")),),
        (ordinary(), drawn(INFUSED, _made(made_for=NOT_RECORDED))),
    ),
    "infusion_of_unknown_product": Spec(
        (drawn(_given(product_id="lot-9"), RELEASED),),
        (ordinary(), drawn(INFUSED), drawn(Infusion(40), RELEASED)),
    ),
    "infused_product_not_described": Spec((drawn(INFUSED),), (ordinary(), drawn(RELEASED))),
    "infusion_of_product_not_released": Spec(
        tuple(
            drawn(INFUSED, _made(status=status))
            for status in ProductStatus
            if not status.may_be_infused
        ),
        (
            drawn(INFUSED, _made(status=ProductStatus.RELEASED_OUT_OF_SPECIFICATION)),
            drawn(INFUSED, _made(status=NOT_RECORDED)),
            drawn(_made(status=ProductStatus.FAILED)),
        ),
    ),
    "infused_before_release": Spec(
        (drawn(INFUSED, _made(decided_day=41)),),
        (
            drawn(INFUSED, _made(decided_day=40)),
            drawn(INFUSED, _made(decided_day=45, decided_precision=Precision.MONTH)),
        ),
    ),
    "manufacture_before_apheresis": Spec(
        (
            drawn(COLLECTED, _made(started_day=6)),
            drawn(COLLECTED, Apheresis(20, number=2), _made(apheresis_number=2, started_day=9)),
        ),
        (
            drawn(COLLECTED, _made(started_day=7)),
            drawn(_made(started_day=6)),
            drawn(COLLECTED, Apheresis(20, number=2), _made(apheresis_number=1, started_day=9)),
        ),
    ),
    "release_before_start": Spec(
        (drawn(_made(started_day=9, decided_day=8)),),
        (
            drawn(_made(started_day=9, decided_day=9)),
            drawn(_made(started_day=NOT_RECORDED, decided_day=8)),
        ),
    ),
    "out_of_specification_without_approval": Spec(
        (drawn(_made(status=ProductStatus.RELEASED_OUT_OF_SPECIFICATION)),),
        (
            drawn(
                _made(status=ProductStatus.RELEASED_OUT_OF_SPECIFICATION, approved_by="QP"),
            ),
            drawn(_made(status=ProductStatus.OUT_OF_SPECIFICATION)),
        ),
    ),
    "released_below_specification": Spec(
        (
            drawn(_made(viability_percent=69.9)),
            drawn(_made(transduction_percent=1.9)),
        ),
        (
            drawn(_made(viability_percent=70.0, transduction_percent=2.0)),
            drawn(
                _made(viability_percent=60.0, status=ProductStatus.RELEASED_OUT_OF_SPECIFICATION)
            ),
        ),
    ),
    "product_identifier_twice": Spec(
        (drawn(RELEASED, _made(day=60)),), (drawn(RELEASED, _made(product_id="lot-2")),)
    ),
    "apheresis_numbers_out_of_order": Spec(
        (
            drawn(COLLECTED, Apheresis(20, number=3)),
            drawn(COLLECTED, Apheresis(20, number=1)),
            drawn(Apheresis(7, number=2), Apheresis(20, number=1)),
        ),
        (
            drawn(COLLECTED, Apheresis(20, number=2)),
            drawn(COLLECTED, Apheresis(20)),
            drawn(Apheresis(None, Precision.UNKNOWN, number=1), Apheresis(20, number=2)),
        ),
    ),
    "product_of_unknown_apheresis": Spec(
        (drawn(COLLECTED, _made(apheresis_number=2)),),
        (drawn(COLLECTED, RELEASED), drawn(Apheresis(7), _made(apheresis_number=2))),
    ),
    "site_of_manufacture_missing": Spec((drawn(_made(site=NOT_RECORDED)),), (drawn(RELEASED),)),
    "day_of_release_missing": Spec(
        (drawn(_made(decided_day=NOT_RECORDED)),),
        (
            drawn(RELEASED),
            drawn(_made(decided_day=NOT_RECORDED, status=ProductStatus.STARTED)),
        ),
    ),
    "infused_without_apheresis": Spec((drawn(INFUSED),), (drawn(INFUSED, COLLECTED), drawn())),
    "infused_without_bedside_check": Spec(
        (drawn(INFUSED, THAW),), (drawn(INFUSED, THAW, BEDSIDE), drawn(INFUSED))
    ),
    "custody_gap": Spec(
        (
            drawn(THAW, replace(BEDSIDE, from_party="porter")),
            # One bag's way is whole, the other's is not.
            drawn(
                *_by_courier("A"),
                _by_courier("B")[0],
                _hand(1, "receipt", "porter", "ward", bag="B"),
            ),
            # Both ways of a day would do, but the times say otherwise.
            drawn(
                _hand(0, "dispatch", "courier", "hospital", at="08:00"),
                _hand(0, "dispatch", "laboratory", "courier", at="09:00"),
            ),
        ),
        (
            drawn(*_by_courier("A"), *_by_courier("B")),
            drawn(*_by_courier(), *_by_courier()),
            drawn(_hand(-9, "collection", "ward", "laboratory"), *_by_courier("A", "b")),
            # To the manufacturer and back to the hospital on one day, with and without times.
            drawn(
                _hand(0, "dispatch", "apheresis unit", "courier"),
                _hand(0, "manufacture", "courier", "manufacturer"),
                _hand(0, "dispatch", "manufacturer", "courier"),
                _hand(0, "receipt", "Courier", "laboratory"),
            ),
            drawn(
                _hand(0, "dispatch", "laboratory", "courier", at="16:05"),
                _hand(0, "storage", "ward", "laboratory", at="7:40"),
            ),
            drawn(THAW, replace(BEDSIDE, from_party="Nurse")),
            drawn(THAW, BEDSIDE),
            drawn(THAW, replace(BEDSIDE, product_id="lot-2", from_party="porter")),
        ),
    ),
    "too_few_identifiers_checked": Spec(
        (drawn(replace(BEDSIDE, identifiers_checked=1)),),
        (drawn(BEDSIDE), drawn(THAW)),
    ),
    "identity_mismatch_yet_infused": Spec(
        (drawn(INFUSED, replace(BEDSIDE, identifiers_match=False)),),
        (
            drawn(INFUSED, replace(BEDSIDE, identifiers_match=True)),
            drawn(replace(BEDSIDE, identifiers_match=False)),
        ),
    ),
    "temperature_excursion": Spec(
        (drawn(replace(THAW, temperature_in_range=False)),),
        (drawn(replace(THAW, temperature_in_range=True)), drawn(THAW)),
    ),
    "custody_of_unknown_product": Spec(
        (drawn(RELEASED, replace(THAW, product_id="lot-9")),),
        (drawn(RELEASED, THAW), drawn(THAW)),
    ),
    "bedside_check_after_infusion": Spec(
        (drawn(INFUSED, replace(BEDSIDE, day=41)),), (drawn(INFUSED, BEDSIDE),)
    ),
    "infusion_before_lymphodepletion": Spec(
        (
            drawn(INFUSED, Lymphodepletion(41)),
            drawn(INFUSED, Lymphodepletion(37, stop_day=41)),
        ),
        (
            drawn(INFUSED, DEPLETED),
            drawn(INFUSED, Lymphodepletion(45, Precision.MONTH)),
            drawn(INFUSED, DEPLETED, Infusion(90), Lymphodepletion(83)),
        ),
    ),
    "no_lymphodepletion": Spec(
        (drawn(INFUSED), drawn(INFUSED, DEPLETED, Infusion(90))),
        (
            drawn(INFUSED, DEPLETED),
            drawn(INFUSED, Lymphodepletion(33, regimen=Regimen.NONE)),
            drawn(INFUSED, Lymphodepletion(None, Precision.UNKNOWN)),
        ),
    ),
    "infusion_far_from_lymphodepletion": Spec(
        (
            drawn(INFUSED, Lymphodepletion(20, stop_day=25)),
            drawn(INFUSED, Lymphodepletion(36, stop_day=39)),
            drawn(INFUSED, Lymphodepletion(39)),
        ),
        (
            drawn(INFUSED, Lymphodepletion(22, stop_day=26)),
            drawn(INFUSED, Lymphodepletion(35, stop_day=38)),
            drawn(INFUSED, Lymphodepletion(20)),
        ),
    ),
    "overlapping_bridging": Spec(
        (
            drawn(
                Bridging(8, therapy=BridgingKind.CHEMOTHERAPY, stop_day=20),
                Bridging(19, therapy=BridgingKind.INOTUZUMAB, stop_day=25),
            ),
        ),
        (
            drawn(
                Bridging(8, therapy=BridgingKind.CHEMOTHERAPY, stop_day=20),
                Bridging(20, therapy=BridgingKind.INOTUZUMAB, stop_day=25),
            ),
            drawn(
                Bridging(8, therapy=BridgingKind.CHEMOTHERAPY),
                Bridging(9, therapy=BridgingKind.INOTUZUMAB),
            ),
        ),
    ),
    "bridging_none_and_given": Spec(
        (
            drawn(
                Bridging(8, therapy=BridgingKind.NONE),
                Bridging(9, therapy=BridgingKind.INOTUZUMAB),
                INFUSED,
            ),
        ),
        (
            drawn(
                Bridging(8, therapy=BridgingKind.NONE),
                INFUSED,
                Bridging(60, therapy=BridgingKind.INOTUZUMAB),
            ),
        ),
    ),
    "bridging_after_infusion": Spec(
        (drawn(INFUSED, Bridging(41, therapy=BridgingKind.TKI)),),
        (
            drawn(INFUSED, Bridging(40, therapy=BridgingKind.TKI)),
            drawn(INFUSED, Bridging(60, therapy=BridgingKind.TKI), Infusion(90)),
        ),
    ),
    "stop_before_start": Spec(
        (
            drawn(Bridging(8, therapy=BridgingKind.TKI, stop_day=7)),
            drawn(Lymphodepletion(33, stop_day=32)),
            drawn(Treatment(45, drug=Drug.TOCILIZUMAB, stop_day=44)),
        ),
        (
            drawn(Bridging(8, therapy=BridgingKind.TKI, stop_day=8)),
            drawn(Lymphodepletion(33, Precision.MONTH, stop_day=32)),
        ),
    ),
    "dose_outside_range": Spec(
        (
            drawn(_dose(20.0, total=1.2e8)),
            drawn(_dose(20.0, per_kg=5.1e6)),
            drawn(_dose(20.0, per_kg=0.19e6)),
            drawn(_dose(50.0, per_kg=5.2e6)),
            drawn(_dose(50.1, total=2.6e8)),
            drawn(_dose(60.0, total=0.09e8)),
            drawn(_dose(80.0, per_kg=4e6)),
        ),
        (
            drawn(_dose(20.0, total=1.0e8)),
            drawn(_dose(20.0, per_kg=0.2e6)),
            drawn(_dose(50.0, per_kg=5.0e6)),
            drawn(_dose(50.1, total=2.5e8)),
            drawn(_dose(50.1, total=0.1e8)),
            drawn(Infusion(40, dose_cells_per_kg=9e6)),
            drawn(
                replace(_dose(20.0, per_kg=9e6), product_id="lot-1"),
                _made(product=ProductKind.CD22),
            ),
        ),
    ),
    "dose_or_weight_missing": Spec(
        (drawn(Infusion(40, weight_kg=20.0)), drawn(Infusion(40, dose_cells=1e8))),
        (drawn(_dose(20.0, total=1e8)),),
    ),
    "doses_disagree": Spec(
        (drawn(_dose(20.0, per_kg=2e6, total=6e7)),),
        (drawn(_dose(20.0, per_kg=2e6, total=4.4e7)), drawn(_dose(20.0, per_kg=2e6))),
    ),
    "infusion_numbers_out_of_order": Spec(
        (
            drawn(Infusion(40, number=2)),
            drawn(Infusion(40, number=2), Infusion(90, number=1)),
        ),
        (
            drawn(Infusion(40, number=1), Infusion(90, number=2)),
            drawn(Infusion(40)),
            drawn(Infusion(None, Precision.UNKNOWN, number=1), Infusion(90, number=2)),
        ),
    ),
    "two_infusions_on_one_day": Spec(
        (drawn(Infusion(40), Infusion(40)),),
        (drawn(Infusion(40), Infusion(41)), drawn(Infusion(40), Infusion(40, Precision.MONTH))),
    ),
    "later_infusion_of_same_product": Spec(
        (drawn(INFUSED, _given(day=90)),),
        (drawn(INFUSED, _given(day=90, product_id="lot-2")), drawn(Infusion(40), Infusion(90))),
    ),
    "infused_though_declined": Spec(
        (drawn(Indication(0, decision=Decision.DECLINED), INFUSED),),
        (
            drawn(
                Indication(0, decision=Decision.DECLINED),
                Indication(9, decision=Decision.ACCEPTED),
                INFUSED,
            ),
            drawn(Indication(0), INFUSED),
            drawn(Indication(0, decision=Decision.DECLINED)),
        ),
    ),
    "infusion_before_indication": Spec(
        (drawn(Indication(0), Infusion(-1)),), (drawn(Indication(0), Infusion(0)),)
    ),
    "infusion_before_apheresis": Spec(
        (drawn(Apheresis(41), INFUSED),),
        (drawn(COLLECTED, INFUSED), drawn(Apheresis(50, Precision.MONTH), INFUSED)),
    ),
}


@pytest.mark.parametrize("rule_id", SPECS)
def test_the_rule_finds_what_breaks_it(rule_id: str) -> None:
    for course in SPECS[rule_id].broken:
        assert rule_id in {problem.rule for problem in check_course(course)}, course


@pytest.mark.parametrize("rule_id", SPECS)
def test_the_rule_is_silent_where_it_is_kept(rule_id: str) -> None:
    for course in SPECS[rule_id].kept:
        assert rule_id not in {problem.rule for problem in check_course(course)}, course
