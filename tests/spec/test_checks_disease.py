# SPDX-License-Identifier: Apache-2.0
"""Rules on disease, toxicity, laboratory and later therapy: courses that break and keep them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cartulary.course import NOT_DONE, Precision
from cartulary.course.checks import check_course
from cartulary.course.events import (
    Assessment,
    Death,
    Infection,
    Infusion,
    LastContact,
    Measurement,
    NewTherapy,
    Relapse,
    Toxicity,
    Transplant,
    Treatment,
)
from cartulary.course.events.disease import (
    Cd19Status,
    CnsStatus,
    MrdResult,
    Response,
    Timepoint,
)
from cartulary.course.events.observation import Analyte, GradeBasis, Specimen, ToxicityKind
from cartulary.course.events.treatment import (
    Drug,
    NewTherapyReason,
    TransplantReason,
    TreatmentFor,
)
from tests.spec.checked_courses import INFUSED, REMISSION, Spec, drawn, ordinary

CRS = Toxicity(42, toxicity=ToxicityKind.CRS, grade=2, scale="astct_crs_2019")
ICANS = Toxicity(44, toxicity=ToxicityKind.ICANS, grade=1, scale="astct_icans_2019")
RELAPSED = Relapse(200, cd19_status=Cd19Status.POSITIVE)


def _count(value: float, unit: str = "cells/µL") -> Measurement:
    return Measurement(45, analyte=Analyte.NEUTROPHILS, value=value, unit=unit)


def _b_cells(value: float, day: int = 200, specimen: Specimen = Specimen.BLOOD) -> Measurement:
    return Measurement(
        day, analyte=Analyte.B_CELLS_OF_LYMPHOCYTES, value=value, unit="%", specimen=specimen
    )


SPECS: dict[str, Spec] = {
    "relapse_without_remission": Spec(
        (
            drawn(INFUSED, RELAPSED),
            drawn(INFUSED, RELAPSED, replace(REMISSION, response=Response.NO_RESPONSE)),
            drawn(INFUSED, Relapse(60), REMISSION),
        ),
        (
            ordinary(RELAPSED),
            drawn(INFUSED, RELAPSED, replace(REMISSION, response=Response.CRI)),
            drawn(INFUSED, replace(REMISSION, day=200), RELAPSED),
        ),
    ),
    "relapse_before_infusion": Spec(
        (ordinary(Relapse(39)),), (ordinary(RELAPSED), ordinary(Relapse(45, Precision.MONTH)))
    ),
    "response_without_findings": Spec(
        (drawn(Assessment(68, response=Response.CR)),),
        (
            drawn(REMISSION),
            drawn(Assessment(68, response=Response.NOT_EVALUABLE)),
            drawn(Assessment(68, response=Response.CR, mrd_result=MrdResult.NEGATIVE)),
        ),
    ),
    "remission_with_blasts": Spec(
        (drawn(replace(REMISSION, marrow_blasts_percent=5.0)),),
        (
            drawn(replace(REMISSION, marrow_blasts_percent=4.9)),
            drawn(Assessment(68, response=Response.NO_RESPONSE, marrow_blasts_percent=60.0)),
        ),
    ),
    "remission_with_disease_elsewhere": Spec(
        (
            drawn(replace(REMISSION, cns_status=CnsStatus.CNS3)),
            drawn(replace(REMISSION, extramedullary=True)),
        ),
        (
            drawn(replace(REMISSION, cns_status=CnsStatus.CNS1, extramedullary=False)),
            drawn(Assessment(68, response=Response.NO_RESPONSE, extramedullary=True)),
        ),
    ),
    "mrd_below_its_limit": Spec(
        (drawn(Assessment(68, mrd_percent=0.005, mrd_limit_percent=0.01)),),
        (
            drawn(Assessment(68, mrd_percent=0.01, mrd_limit_percent=0.01)),
            drawn(Assessment(68, mrd_percent=0.0, mrd_limit_percent=0.01)),
            drawn(
                Assessment(
                    68,
                    mrd_percent=0.005,
                    mrd_limit_percent=0.01,
                    mrd_result=MrdResult.BELOW_QUANTIFICATION,
                )
            ),
        ),
    ),
    "mrd_negative_with_a_value": Spec(
        (
            drawn(Assessment(68, mrd_result=MrdResult.NEGATIVE, mrd_percent=0.02)),
            drawn(
                Assessment(
                    68,
                    mrd_result=MrdResult.NEGATIVE,
                    mrd_percent=0.005,
                    mrd_limit_percent=0.001,
                )
            ),
        ),
        (
            drawn(Assessment(68, mrd_result=MrdResult.NEGATIVE, mrd_percent=0.01)),
            drawn(Assessment(68, mrd_result=MrdResult.POSITIVE, mrd_percent=0.02)),
        ),
    ),
    "cd19_missing_at_relapse": Spec(
        (drawn(Relapse(200)), drawn(Relapse(200, cd19_status=NOT_DONE))), (drawn(RELAPSED),)
    ),
    "aplasia_with_b_cells": Spec(
        (
            drawn(replace(RELAPSED, b_cell_aplasia=True), _b_cells(3.0)),
            drawn(Assessment(200, b_cell_aplasia=True), _b_cells(12.0)),
        ),
        (
            drawn(replace(RELAPSED, b_cell_aplasia=True), _b_cells(2.9)),
            drawn(replace(RELAPSED, b_cell_aplasia=False), _b_cells(3.0)),
            drawn(replace(RELAPSED, b_cell_aplasia=True), _b_cells(3.0, day=230)),
            drawn(replace(RELAPSED, b_cell_aplasia=True), _b_cells(3.0, specimen=Specimen.MARROW)),
        ),
    ),
    "remission_after_relapse_untreated": Spec(
        (ordinary(RELAPSED, replace(REMISSION, day=260)),),
        (
            ordinary(RELAPSED, NewTherapy(210), replace(REMISSION, day=260)),
            ordinary(RELAPSED, Transplant(210), replace(REMISSION, day=260)),
            ordinary(RELAPSED),
        ),
    ),
    "no_response_after_infusion": Spec(
        (drawn(INFUSED, LastContact(130)), drawn(INFUSED, REMISSION.__class__(300), Death(400))),
        (
            ordinary(),
            drawn(INFUSED, LastContact(129)),
            drawn(INFUSED, replace(REMISSION, day=130), LastContact(400)),
        ),
    ),
    "planned_look_before_infusion": Spec(
        (drawn(INFUSED, Assessment(39, timepoint=Timepoint.DAY_28)),),
        (
            drawn(INFUSED, Assessment(39, timepoint=Timepoint.SCREENING)),
            drawn(INFUSED, Assessment(68, timepoint=Timepoint.DAY_28)),
            drawn(
                INFUSED,
                Infusion(None, Precision.UNKNOWN),
                Assessment(39, timepoint=Timepoint.DAY_28),
            ),
        ),
    ),
    "toxicity_before_infusion": Spec(
        (ordinary(replace(CRS, day=39)), ordinary(replace(ICANS, day=39))),
        (
            ordinary(CRS),
            ordinary(replace(CRS, day=40)),
            ordinary(Toxicity(20, toxicity=ToxicityKind.TUMOUR_LYSIS)),
        ),
    ),
    "toxicity_without_infusion": Spec(
        (drawn(CRS),), (ordinary(CRS), drawn(Toxicity(9, toxicity=ToxicityKind.OTHER)))
    ),
    "crs_long_after_infusion": Spec(
        (ordinary(replace(CRS, day=71)),),
        (
            ordinary(replace(CRS, day=70)),
            ordinary(replace(CRS, day=71, grade=0)),
            ordinary(Infusion(65), replace(CRS, day=71)),
        ),
    ),
    "icans_without_crs": Spec(
        (ordinary(ICANS),),
        (ordinary(ICANS, CRS), ordinary(ICANS, replace(CRS, grade=0)), ordinary()),
    ),
    "end_before_onset": Spec(
        (ordinary(replace(CRS, end_day=41)), ordinary(Infection(50, end_day=49))),
        (
            ordinary(replace(CRS, end_day=42)),
            ordinary(replace(CRS, end_day=41, end_precision=Precision.MONTH)),
        ),
    ),
    "grade_without_scale": Spec(
        (ordinary(Toxicity(42, toxicity=ToxicityKind.CRS, grade=1)),),
        (ordinary(CRS), ordinary(Toxicity(42, toxicity=ToxicityKind.CRS, grade=0))),
    ),
    "toxicity_without_grade": Spec(
        (ordinary(Toxicity(42, toxicity=ToxicityKind.CRS)),), (ordinary(CRS),)
    ),
    "toxicity_of_unknown_infusion": Spec(
        (
            ordinary(replace(CRS, infusion_number=2)),
            ordinary(Infusion(90, number=2), replace(CRS, infusion_number=2)),
        ),
        (
            ordinary(replace(CRS, infusion_number=1)),
            ordinary(CRS),
            drawn(Infusion(40), replace(CRS, infusion_number=1)),
        ),
    ),
    "override_without_reason": Spec(
        (ordinary(replace(CRS, basis=GradeBasis.OVERRIDDEN)),),
        (
            ordinary(replace(CRS, basis=GradeBasis.OVERRIDDEN, override_reason="sepsis")),
            ordinary(replace(CRS, basis=GradeBasis.COMPUTED)),
        ),
    ),
    "fatal_grade_without_death": Spec(
        (ordinary(replace(CRS, grade=5)), ordinary(Infection(50, grade=5))),
        (drawn(INFUSED, replace(CRS, grade=5), Death(50)), ordinary(CRS)),
    ),
    "persistent_neutropenia_too_short": Spec(
        (
            ordinary(
                Toxicity(45, toxicity=ToxicityKind.NEUTROPENIA_BEYOND_DAY_28, end_day=68),
            ),
        ),
        (
            ordinary(
                Toxicity(45, toxicity=ToxicityKind.NEUTROPENIA_BEYOND_DAY_28, end_day=69),
            ),
            ordinary(Toxicity(45, toxicity=ToxicityKind.NEUTROPENIA_BEYOND_DAY_28)),
            ordinary(Toxicity(45, toxicity=ToxicityKind.ICAHT, end_day=60)),
        ),
    ),
    "treated_toxicity_missing": Spec(
        (
            ordinary(Treatment(43, drug=Drug.TOCILIZUMAB, given_for=TreatmentFor.CRS)),
            ordinary(ICANS, Treatment(43, drug=Drug.TOCILIZUMAB, given_for=TreatmentFor.CRS)),
            ordinary(
                replace(CRS, grade=0),
                Treatment(43, drug=Drug.TOCILIZUMAB, given_for=TreatmentFor.CRS),
            ),
        ),
        (
            ordinary(CRS, Treatment(43, drug=Drug.TOCILIZUMAB, given_for=TreatmentFor.CRS)),
            ordinary(Treatment(43, drug=Drug.IMMUNOGLOBULIN, given_for=TreatmentFor.PREVENTION)),
            ordinary(Treatment(43, drug=Drug.TOCILIZUMAB)),
        ),
    ),
    "infection_without_grade": Spec(
        (ordinary(Infection(50)),), (ordinary(Infection(50, grade=3)),)
    ),
    "unit_not_understood": Spec(
        (ordinary(_count(500, "furlong")), ordinary(_count(500, "g/L"))),
        (ordinary(_count(500)), ordinary(_count(0.5, "10^9/L"))),
    ),
    "unit_missing": Spec(
        (ordinary(Measurement(45, analyte=Analyte.CRP, value=12.0)),),
        (
            ordinary(Measurement(45, analyte=Analyte.CRP, value=12.0, unit="mg/L")),
            ordinary(Measurement(45, analyte=Analyte.CRP, below_limit=True)),
        ),
    ),
    "neutrophils_a_thousandfold_high": Spec(
        (ordinary(_count(500, "10^9/L")), ordinary(_count(100_001))),
        (ordinary(_count(100_000)), ordinary(_count(0.5, "10^9/L"))),
    ),
    "neutrophils_a_thousandfold_low": Spec(
        (ordinary(_count(0.5)), ordinary(_count(1.25))),
        (
            ordinary(_count(0.0)),
            ordinary(_count(10)),
            ordinary(_count(0.0155, "10^9/L")),
            ordinary(_count(450.5)),
        ),
    ),
    "above_the_limit_though_marked_below": Spec(
        (
            ordinary(
                Measurement(45, analyte=Analyte.CAR_T_COPIES, value=60, limit=50, below_limit=True)
            ),
        ),
        (
            ordinary(
                Measurement(45, analyte=Analyte.CAR_T_COPIES, value=50, limit=50, below_limit=True)
            ),
            ordinary(Measurement(45, analyte=Analyte.CAR_T_COPIES, value=60, limit=50)),
        ),
    ),
    "measurement_without_value": Spec(
        (
            ordinary(Measurement(45, analyte=Analyte.CRP)),
            ordinary(Measurement(45, analyte=Analyte.CRP, below_limit=False)),
        ),
        (
            ordinary(Measurement(45, analyte=Analyte.CRP, below_limit=True)),
            ordinary(Measurement(45, analyte=Analyte.CRP, value=0.0)),
        ),
    ),
    "transplant_for_relapse_without_relapse": Spec(
        (
            ordinary(Transplant(150, reason=TransplantReason.RELAPSE)),
            ordinary(RELAPSED, Transplant(150, reason=TransplantReason.RELAPSE)),
        ),
        (
            ordinary(RELAPSED, Transplant(200, reason=TransplantReason.RELAPSE)),
            ordinary(
                Relapse(None, Precision.UNKNOWN), Transplant(1, reason=TransplantReason.RELAPSE)
            ),
            ordinary(Transplant(150, reason=TransplantReason.CONSOLIDATION)),
        ),
    ),
    "consolidation_after_relapse": Spec(
        (ordinary(RELAPSED, Transplant(201, reason=TransplantReason.CONSOLIDATION)),),
        (
            ordinary(RELAPSED, Transplant(200, reason=TransplantReason.CONSOLIDATION)),
            ordinary(Relapse(-30), Transplant(150, reason=TransplantReason.CONSOLIDATION)),
            ordinary(RELAPSED, Transplant(201, reason=TransplantReason.RELAPSE)),
        ),
    ),
    "therapy_for_relapse_without_relapse": Spec(
        (ordinary(NewTherapy(150, reason=NewTherapyReason.RELAPSE)),),
        (
            ordinary(RELAPSED, NewTherapy(200, reason=NewTherapyReason.RELAPSE)),
            ordinary(NewTherapy(150, reason=NewTherapyReason.MAINTENANCE)),
        ),
    ),
    "later_therapy_before_infusion": Spec(
        (ordinary(Transplant(39)), ordinary(NewTherapy(39))),
        (ordinary(Transplant(40)), drawn(NewTherapy(39))),
    ),
    "reason_of_later_therapy_missing": Spec(
        (ordinary(Transplant(150)), ordinary(NewTherapy(150))),
        (ordinary(Transplant(150, reason=TransplantReason.OTHER)),),
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
