# SPDX-License-Identifier: Apache-2.0
"""What the figures of a programme need to know of one child, read from the course once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.endpoint_split import UNKNOWN_CLASS, split_facts
from cartulary.codebook.grading import ToxicityRecord, toxicities_of
from cartulary.codebook.scale_reader import scales
from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Bridging,
    Death,
    Event,
    Indication,
    Infection,
    Infusion,
    LastContact,
    NewTherapy,
    PriorTherapy,
    Product,
    Relapse,
    Transplant,
    Treatment,
)
from cartulary.course.events.cells import ProductStatus
from cartulary.course.events.disease import Decision, PriorKind, RelapseLevel
from cartulary.course.events.treatment import BridgingKind

BURDEN_SCALE = "burden_prwcc"
RELAPSE_SCALE = "relapse_class_article_2020"
MAIN_EFS = "efs.hypothetical.infusion"
RESPONSE_DAY_28 = "response.day28.infusion"
BRIDGING_UNKNOWN = "not_recorded"


@dataclass(frozen=True, slots=True)
class RelapseSummary:
    """One relapse: its class as the article draws it, and its day after the first infusion."""

    relapse_class: str
    days_after_infusion: int | None
    b_cell_aplasia: bool | None
    first: bool


@dataclass(frozen=True, slots=True)
class ChildSummary:
    """One child of a programme. Days are study days unless a name says otherwise."""

    course: Course
    declined: bool
    age_years: float | None
    reason: str | None
    prior: frozenset[str]
    bridging: tuple[str, ...]
    burden: str | None
    apheresis_days: tuple[int, ...]
    aphereses: int
    released_day: int | None
    product_failed: bool
    infusion_days: tuple[int, ...]
    infusions: int
    response_day28: str
    efs_status: str
    efs_days: int | None
    relapses: tuple[RelapseSummary, ...]
    transplants: tuple[Transplant, ...]
    new_therapies: tuple[NewTherapy, ...]
    toxicities: tuple[ToxicityRecord, ...]
    treatments: tuple[Treatment, ...]
    infections: tuple[Infection, ...]
    death_day: int | None
    last_day: int | None

    @property
    def child(self) -> str:
        """The child's pseudonym."""
        return self.course.course_id

    @property
    def first_infusion(self) -> int | None:
        """The study day of the first infusion."""
        return self.infusion_days[0] if self.infusion_days else None

    @property
    def was_infused(self) -> bool:
        """True when the child had an infusion, dated or not."""
        return self.infusions > 0

    def after_infusion(self, day: int | None) -> int | None:
        """A study day as days after the first infusion."""
        first = self.first_infusion
        return None if day is None or first is None else day - first

    def highest_grade(self, kind: str) -> int | None:
        """The highest grade of a toxicity after any infusion; None when nobody graded it."""
        grades = [t.grade for t in self.toxicities if t.kind == kind and t.grade is not None]
        return max(grades, default=None)

    @property
    def main_bridging(self) -> str:
        """The heaviest kind of bridging, so that every child stands in one stratum."""
        for kind in _BRIDGING_ORDER:
            if kind in self.bridging:
                return kind
        return BRIDGING_UNKNOWN


# An antibody decides the stratum before chemotherapy: it is what the question is about.
_BRIDGING_ORDER = tuple(
    str(kind)
    for kind in (
        BridgingKind.BLINATUMOMAB,
        BridgingKind.INOTUZUMAB,
        BridgingKind.TKI,
        BridgingKind.CHEMOTHERAPY,
        BridgingKind.STEROID,
        BridgingKind.OTHER,
        BridgingKind.NONE,
    )
)


def summaries(courses: Iterable[Course]) -> tuple[ChildSummary, ...]:
    """One summary a child, in the order of the courses."""
    return tuple(summary(course) for course in courses)


def summary(course: Course) -> ChildSummary:
    """What the figures need of one course; nothing in it is guessed.

    Arguments: a course.
    Returns: a `ChildSummary`.
    Refuses nothing: what is not recorded stays None or "missing".
    """
    indication = course.first(Indication)
    products = course.all(Product)
    infusions = course.all(Infusion)
    efs = outcome(course, endpoint(MAIN_EFS))
    response = outcome(course, endpoint(RESPONSE_DAY_28))
    death = course.first(Death)
    contact = course.last(LastContact)
    death_day = death.day if death else None
    age = course.age_years_on(0)
    prior = {str(e.therapy) for e in course.all(PriorTherapy) if is_known(e.therapy)}
    return ChildSummary(
        course=course,
        declined=indication is not None and indication.decision is Decision.DECLINED,
        age_years=age,
        reason=str(indication.reason) if indication and is_known(indication.reason) else None,
        prior=frozenset(prior),
        bridging=_bridging(course),
        burden=_burden(course),
        apheresis_days=_days(course.all(Apheresis)),
        aphereses=len(course.all(Apheresis)),
        released_day=_released_day(products),
        product_failed=any(
            isinstance(p.status, ProductStatus) and p.status.is_failure for p in products
        ),
        infusion_days=course.infusion_days,
        infusions=len(infusions),
        response_day28=response.status if response.in_population else "",
        efs_status=efs.status if efs.in_population else "",
        efs_days=efs.exit,
        relapses=_relapses(course),
        transplants=course.all(Transplant),
        new_therapies=course.all(NewTherapy),
        toxicities=toxicities_of(course),
        treatments=course.all(Treatment),
        infections=course.all(Infection),
        death_day=death_day,
        last_day=death_day if death_day is not None else (contact.day if contact else None),
    )


def had_prior(child: ChildSummary, kind: PriorKind) -> bool:
    """Whether the child had this treatment before the indication."""
    return str(kind) in child.prior


def _days(events: Iterable[Event]) -> tuple[int, ...]:
    return tuple(event.day for event in events if event.day is not None)


def _bridging(course: Course) -> tuple[str, ...]:
    first = course.infusion_days[0] if course.infusion_days else None
    kinds = (
        str(event.therapy)
        for event in course.all(Bridging)
        if is_known(event.therapy) and (first is None or event.day is None or event.day < first)
    )
    return tuple(dict.fromkeys(kinds))


def _burden(course: Course) -> str | None:
    """The burden at the last assessment before the first infusion, by the named definition."""
    if not course.infusion_days:
        return None
    first = course.infusion_days[0]
    before = [e for e in course.all(Assessment) if e.day is not None and e.day <= first]
    if not before:
        return None
    grade = scales()[BURDEN_SCALE].grade(before[-1].values()).grade
    return None if grade is None else str(grade)


def _released_day(products: Iterable[Product]) -> int | None:
    days = []
    for product in products:
        status, day = product.status, product.decided_day
        if isinstance(status, ProductStatus) and status.may_be_infused and isinstance(day, int):
            days.append(day)
    return min(days, default=None)


def _relapses(course: Course) -> tuple[RelapseSummary, ...]:
    """Relapses after the first infusion; what only the residual disease shows is left out."""
    first = course.infusion_days[0] if course.infusion_days else None
    found: list[RelapseSummary] = []
    for event in course.all(Relapse):
        if event.level is RelapseLevel.MOLECULAR:
            continue
        if first is None or (event.day is not None and event.day < first):
            continue
        aplasia = event.b_cell_aplasia
        since = None if event.day is None else event.day - first
        graded = scales()[RELAPSE_SCALE].grade(split_facts(event.values(), since)).grade
        found.append(
            RelapseSummary(
                relapse_class=UNKNOWN_CLASS if graded is None else str(graded),
                days_after_infusion=since,
                b_cell_aplasia=aplasia if isinstance(aplasia, bool) else None,
                first=not found,
            )
        )
    return tuple(found)
