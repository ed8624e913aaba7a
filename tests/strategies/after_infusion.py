# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies for what surrounds and follows one infusion."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from cartulary.course import NOT_DONE, NOT_RECORDED, Precision
from cartulary.course.events import (
    Assessment,
    Event,
    Finding,
    Infection,
    Measurement,
    NewTherapy,
    Relapse,
    SecondMalignancy,
    Toxicity,
    Transplant,
    Treatment,
)
from cartulary.course.events.disease import (
    Cd19Status,
    CnsStatus,
    Confidence,
    MrdResult,
    RelapseLevel,
    RelapseSite,
    Response,
    Timepoint,
)
from cartulary.course.events.ending import MalignancyKind
from cartulary.course.events.observation import (
    Analyte,
    GradeBasis,
    Organism,
    Specimen,
    ToxicityKind,
)
from cartulary.course.events.treatment import (
    Donor,
    Drug,
    NewTherapyKind,
    NewTherapyReason,
    TransplantReason,
    TreatmentFor,
)
from cartulary.course.units import UNIT_OF_ANALYTE


def or_absent(*values: Any) -> st.SearchStrategy[Any]:
    """One of these values, now and then "not done" or "not recorded" instead."""
    return st.sampled_from((*values, *values, *values, NOT_RECORDED, NOT_DONE))


@st.composite
def roughly(draw: st.DrawFn, day: int) -> dict[str, Any]:
    """This day, mostly to the day; now and then to the month or the year, or not known at all."""
    precision = draw(
        st.sampled_from(
            (*(Precision.DAY,) * 12, Precision.MONTH, Precision.YEAR, Precision.UNKNOWN)
        )
    )
    return {"day": None if precision is Precision.UNKNOWN else day, "precision": precision}


def lengths(*usual: int) -> st.SearchStrategy[int]:
    return st.sampled_from(usual)


@st.composite
def looks(draw: st.DrawFn, infusion_day: int, responds: bool) -> list[Event]:
    """The planned assessments after an infusion, with ties on the days that definitions use."""
    seen: list[Event] = []
    for timepoint, length in (
        (Timepoint.DAY_28, draw(lengths(27, 28, 28, 29, 30))),
        (Timepoint.MONTH_3, draw(lengths(89, 90, 90, 91))),
        (Timepoint.MONTH_6, draw(lengths(180, 182))),
    ):
        if not draw(st.sampled_from((True, True, True, False))):
            continue
        response = draw(
            or_absent(Response.CR, Response.CRI)
            if responds
            else or_absent(Response.NO_RESPONSE, Response.NOT_EVALUABLE)
        )
        seen.append(
            Assessment(
                **draw(roughly(infusion_day + length)),
                timepoint=timepoint,
                response=response,
                marrow_blasts_percent=draw(
                    or_absent(0.0, 2.0) if responds else or_absent(5.0, 60.0)
                ),
                mrd_result=draw(or_absent(*MrdResult)),
                mrd_limit_percent=draw(or_absent(0.01)),
                cns_status=draw(or_absent(*CnsStatus)),
                b_cell_aplasia=draw(or_absent(True, False)),
            )
        )
    return seen


@st.composite
def toxicities(draw: st.DrawFn, infusion_day: int, number: int) -> list[Event]:
    """Toxicities after one infusion, grade 0 among them, with what was given and measured."""
    seen: list[Event] = []
    for toxicity in draw(st.lists(st.sampled_from(tuple(ToxicityKind)), unique=True, max_size=3)):
        onset = infusion_day + draw(lengths(0, 1, 3, 6, 28))
        seen.append(
            Toxicity(
                **draw(roughly(onset)),
                toxicity=toxicity,
                grade=draw(or_absent(0, 1, 2, 3, 4)),
                scale=draw(or_absent("astct_crs_2019", "penn_crs_2014")),
                infusion_number=draw(or_absent(number)),
                end_day=draw(or_absent(onset, onset + 4)),
                basis=draw(or_absent(*GradeBasis)),
            )
        )
    if seen and draw(st.booleans()):
        seen.append(
            Treatment(
                infusion_day + 3,
                drug=draw(st.sampled_from(tuple(Drug))),
                given_for=draw(or_absent(*TreatmentFor)),
                doses=draw(or_absent(1, 2)),
            )
        )
    for _ in range(draw(st.integers(0, 3))):
        analyte = draw(st.sampled_from(tuple(Analyte)))
        below = draw(st.booleans())
        seen.append(
            Measurement(
                infusion_day + draw(lengths(0, 3, 7, 10, 28, 90)),
                analyte=analyte,
                specimen=draw(or_absent(*Specimen)),
                value=NOT_RECORDED if below else draw(st.sampled_from((0.0, 2.0, 480.0, 9000.0))),
                unit=UNIT_OF_ANALYTE[analyte],
                below_limit=below,
                limit=draw(or_absent(10.0)),
            )
        )
    if draw(st.booleans()):
        seen.append(Finding(infusion_day + 2, temperature_c=draw(or_absent(37.2, 38.0, 39.4))))
    if draw(st.booleans()):
        seen.append(
            Infection(
                **draw(roughly(infusion_day + 40)),
                organism=draw(or_absent(*Organism)),
                grade=draw(or_absent(2, 3)),
                reactivation=draw(or_absent(True, False)),
            )
        )
    return seen


@st.composite
def afterwards(draw: st.DrawFn, infusion_day: int, responds: bool) -> list[Event]:
    """Relapse with its class, transplant and new therapy, in any order that a clinic sees."""
    seen: list[Event] = []
    relapse_day = infusion_day + draw(lengths(45, 59, 60, 61, 90, 100, 180, 300, 500))
    relapses = responds and draw(st.booleans())
    if relapses:
        seen.append(
            Relapse(
                **draw(roughly(relapse_day)),
                site=draw(or_absent(*RelapseSite)),
                cd19_status=draw(or_absent(*Cd19Status)),
                level=draw(or_absent(*RelapseLevel)),
                b_cell_aplasia=draw(or_absent(True, False)),
                expansion_failed=draw(or_absent(True, False)),
                confidence=draw(or_absent(*Confidence)),
            )
        )
    if draw(st.booleans()):
        for_relapse = relapses and draw(st.booleans())
        day = relapse_day + draw(lengths(0, 30)) if for_relapse else infusion_day + 90
        reason = TransplantReason.RELAPSE if for_relapse else TransplantReason.CONSOLIDATION
        seen.append(
            Transplant(
                **draw(roughly(day)), reason=draw(or_absent(reason)), donor=draw(or_absent(*Donor))
            )
        )
    if draw(st.booleans()):
        reasons = set(NewTherapyReason) - (set() if relapses else {NewTherapyReason.RELAPSE})
        seen.append(
            NewTherapy(
                **draw(roughly(relapse_day + draw(lengths(0, 7)))),
                therapy=draw(or_absent(*NewTherapyKind)),
                reason=draw(or_absent(*sorted(reasons))),
            )
        )
    if draw(st.sampled_from((False, False, False, False, True))):
        seen.append(
            SecondMalignancy(
                **draw(roughly(relapse_day + 200)), malignancy=draw(or_absent(*MalignancyKind))
            )
        )
    return seen
