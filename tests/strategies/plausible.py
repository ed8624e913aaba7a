# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategy for sensible courses, with all the odd branches that a clinic sees."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from cartulary.course import NOT_RECORDED, Course, Origin
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Bridging,
    Consent,
    Custody,
    Death,
    Diagnosis,
    Event,
    Indication,
    Infusion,
    LastContact,
    Lymphodepletion,
    PriorTherapy,
    Product,
    Relapse,
)
from cartulary.course.events.cells import (
    Antigen,
    CustodyStep,
    Preservation,
    ProductKind,
    ProductStatus,
    Site,
)
from cartulary.course.events.disease import (
    CnsStatus,
    Decision,
    Disease,
    Genetics,
    MrdResult,
    PriorKind,
    Reason,
    Sex,
    Timepoint,
)
from cartulary.course.events.ending import Cause, FollowUpStatus
from cartulary.course.events.treatment import (
    BridgingKind,
    ConsentStatus,
    Purpose,
    Regimen,
)
from tests.strategies.after_infusion import (
    afterwards,
    lengths,
    looks,
    or_absent,
    roughly,
    toxicities,
)

# What a plausible course may be about; a meta-test finds a course for each.
PATHS = ("infused", "infused", "infused", "infused", "declined", "died_waiting", "product_failed")


@st.composite
def _cells(
    draw: st.DrawFn, number: int, ends: tuple[ProductStatus, ...]
) -> tuple[list[Event], int]:
    """An apheresis and the product made of it; also the day on which the product is decided."""
    collected = draw(lengths(3, 7, 10)) + 60 * (number - 1)
    started, decided = collected + 3, collected + draw(lengths(21, 28, 30))
    status = draw(st.sampled_from(ends))
    made: list[Event] = [
        Apheresis(
            **draw(roughly(collected)),
            number=number,
            cd3_yield_e9=draw(or_absent(0.6, 1.0, 3.2)),
            preservation=draw(or_absent(*Preservation)),
            adequate=draw(or_absent(True, False)),
        ),
        Product(
            **draw(roughly(collected)),
            product_id=f"lot-{number}",
            apheresis_number=draw(or_absent(number)),
            product=draw(or_absent(*ProductKind)),
            antigens=draw(or_absent((Antigen.CD19,), (Antigen.CD19, Antigen.CD22))),
            site=draw(or_absent(*Site)),
            status=status,
            started_day=draw(or_absent(started)),
            decided_day=draw(or_absent(decided)),
            viability_percent=draw(or_absent(65.0, 80.0, 93.5)),
            approved_by="QP" if "out" in status.value else NOT_RECORDED,
        ),
    ]
    if draw(st.booleans()):
        made.append(
            Custody(
                decided,
                product_id=f"lot-{number}",
                step=CustodyStep.BEDSIDE,
                identifiers_checked=2,
                identifiers_match=True,
                temperature_in_range=True,
            )
        )
    return made, decided


@st.composite
def _conditioning(draw: st.DrawFn, infusion_day: int) -> list[Event]:
    """Bridging and lymphodepletion before an infusion, either of which may be missing."""
    given: list[Event] = []
    if draw(st.booleans()):
        start = infusion_day - 25
        given.append(
            Bridging(
                **draw(roughly(start)),
                therapy=draw(st.sampled_from(tuple(BridgingKind))),
                stop_day=draw(or_absent(start + 7)),
            )
        )
    if draw(st.sampled_from((True, True, True, False))):
        start = infusion_day - draw(lengths(5, 6, 7))
        given.append(
            Lymphodepletion(
                **draw(roughly(start)),
                regimen=draw(or_absent(*Regimen)),
                stop_day=draw(or_absent(start + 3)),
                fludarabine_mg_per_m2=draw(or_absent(120.0)),
            )
        )
    return given


@st.composite
def _ending(draw: st.DrawFn, days_known: list[int]) -> list[Event]:
    """Death, last contact, both, or neither; both may fall on the day of the last event."""
    final = max(days_known, default=0) + draw(lengths(0, 0, 1, 28, 60, 365, 1000))
    dies = draw(st.sampled_from((False, False, True)))
    seen: list[Event] = []
    if dies:
        seen.append(Death(**draw(roughly(final)), cause=draw(or_absent(*Cause))))
    if draw(st.sampled_from((False, True)) if dies else st.sampled_from((True, True, True, False))):
        seen.append(LastContact(**draw(roughly(final)), status=draw(or_absent(*FollowUpStatus))))
    return seen


@st.composite
def _before(draw: st.DrawFn, path: str) -> list[Event]:
    """Diagnosis, earlier treatment, the indication with its decision, and consent."""
    decision = Decision.DECLINED if path == "declined" else draw(or_absent(Decision.ACCEPTED))
    seen: list[Event] = [
        Indication(0, reason=draw(or_absent(*Reason)), decision=decision, relapse_number=1)
    ]
    if draw(st.booleans()):
        seen.append(
            Diagnosis(
                **draw(roughly(-400)),
                disease=draw(or_absent(*Disease)),
                genetics=draw(or_absent((Genetics.KMT2A,), (Genetics.NONE,), ())),
                white_cells_e9_per_l=draw(or_absent(12.0, 50.0)),
                cns_status=draw(or_absent(*CnsStatus)),
            )
        )
    if draw(st.booleans()):
        seen.append(
            PriorTherapy(**draw(roughly(-300)), therapy=draw(st.sampled_from(tuple(PriorKind))))
        )
    if draw(st.booleans()):
        seen.append(
            Consent(
                1,
                purpose=draw(st.sampled_from(tuple(Purpose))),
                status=draw(st.sampled_from(tuple(ConsentStatus))),
            )
        )
    if draw(st.booleans()):
        seen.append(
            Assessment(
                2,
                timepoint=draw(or_absent(Timepoint.SCREENING, Timepoint.BEFORE_LYMPHODEPLETION)),
                marrow_blasts_percent=draw(or_absent(0.0, 4.9, 5.0, 80.0)),
                mrd_result=draw(or_absent(*MrdResult)),
                cns_status=draw(or_absent(*CnsStatus)),
                extramedullary=draw(or_absent(True, False)),
            )
        )
    return seen


@st.composite
def _infused(draw: st.DrawFn) -> list[Event]:
    """One infusion, now and then a second, each with what surrounds and follows it."""
    seen: list[Event] = []
    infusions = draw(st.sampled_from((1, 1, 1, 2)))
    responds = draw(st.sampled_from((True, True, True, False)))
    first = 0
    for number in range(1, infusions + 1):
        ends = (ProductStatus.RELEASED, ProductStatus.RELEASED_OUT_OF_SPECIFICATION)
        cells, decided = draw(_cells(number, ends))
        day = decided + draw(lengths(4, 7, 10))
        if number == 1:
            first = day
        seen += cells
        seen += draw(_conditioning(day))
        weight = draw(st.sampled_from((12.0, 50.0, 50.1, 64.0)))
        seen.append(
            Infusion(
                **draw(roughly(day)),
                number=draw(or_absent(number)),
                product_id=draw(or_absent(f"lot-{number}")),
                dose_cells_per_kg=draw(or_absent(0.2e6, 2e6, 5e6)),
                weight_kg=draw(or_absent(weight)),
            )
        )
        seen += draw(toxicities(day, number))
    seen += draw(looks(first, responds))
    seen += draw(afterwards(first, responds))
    return seen


@st.composite
def plausible_courses(draw: st.DrawFn, course_id: str | None = None) -> Course:
    """A course such as a programme sees, odd branches, gaps and uncertain dates included."""
    path = draw(st.sampled_from(PATHS))
    held = draw(_before(path))
    if path == "infused":
        held += draw(_infused())
    elif path == "product_failed":
        held += draw(_cells(1, (ProductStatus.FAILED, ProductStatus.OUT_OF_SPECIFICATION)))[0]
    elif path == "died_waiting":
        if draw(st.booleans()):
            held += draw(_cells(1, tuple(ProductStatus)))[0]
        held.append(
            Death(**draw(roughly(draw(lengths(28, 45, 60)))), cause=draw(or_absent(*Cause)))
        )
    relapse_day = next((e.day for e in held if isinstance(e, Relapse) and e.day is not None), None)
    if relapse_day is not None and draw(st.sampled_from((True, False, False, False))):
        held = [event for event in held if event.day is None or event.day <= relapse_day]
        held.append(Death(relapse_day, cause=draw(or_absent(*Cause))))
    elif path != "died_waiting":
        held += draw(_ending([event.day for event in held if event.day is not None]))
    known = [event.day for event in held if event.day is not None]
    return Course(
        course_id if course_id is not None else f"P-{draw(st.integers(1, 10**6)):06d}",
        draw(st.sampled_from(tuple(Origin))),
        tuple(held),
        centre=draw(st.sampled_from(("", "PMC"))),
        sex=draw(or_absent(*Sex)),
        age_days_at_day0=draw(or_absent(200, 1500, 4382, 4383, 6000)),
        day0=draw(st.sampled_from((None, date(2019, 3, 1)))),
        data_cut_day=draw(st.sampled_from((None, max(known, default=0) + 30))),
    )
