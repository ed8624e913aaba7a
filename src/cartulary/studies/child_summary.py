# SPDX-License-Identifier: Apache-2.0
"""What the figures of a programme need to know of one child, read from the course once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from cartulary.codebook.course_facts import event_facts, merged, numbered_infusions
from cartulary.codebook.endpoint_course import REACH_DAYS, outcome
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.endpoint_split import UNKNOWN_CLASS, split_facts
from cartulary.codebook.grading import SCALE_OF_TOXICITY, ToxicityRecord, toxicities_of
from cartulary.codebook.scale_reader import scale_named
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
from cartulary.course.events.observation import ToxicityKind
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
    """One child of a programme. Days are study days unless a name says otherwise.

    `course` is the course up to its data cut; nothing later is read. `declined` says that CAR-T
    was decided against and no cells were given; `product_failed` that a product failed and none
    is being made or was released. `death_day` is None for a death without a date: see `died`.
    """

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
    died: bool = False
    released: bool = False

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

    @property
    def day_of_infusion(self) -> dict[int, int]:
        """The study day of each dated infusion, by its number."""
        return {one.number: one.day for one in numbered_infusions(self.course)}

    def highest_grade(self, kind: str) -> int | None:
        """The highest grade of a toxicity after any infusion; None when nobody graded it."""
        grades = [
            t.grade
            for t in self.toxicities
            if t.kind == kind and t.grade is not None and self._after_an_infusion(t)
        ]
        return max(grades, default=None)

    def _after_an_infusion(self, record: ToxicityRecord) -> bool:
        """Whether a toxicity is not known to come before every infusion."""
        return self.was_infused and (
            record.infusion_number is not None
            or record.onset_day is None
            or self.first_infusion is None
        )

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


@dataclass(frozen=True, slots=True)
class Judged:
    """What one endpoint says of one child: status ("" = not in its population), days to it."""

    status: str
    days: int | None = None


def summary(
    course: Course,
    *,
    efs: Judged | None = None,
    response_day28: Judged | None = None,
    computed_kinds: Collection[ToxicityKind] = tuple(SCALE_OF_TOXICITY),
) -> ChildSummary:
    """What the figures need of one course; nothing in it is guessed.

    Arguments: a course; `efs` and `response_day28` when they are known already; the kinds of
    toxicity to compute where they were not reported.
    Returns: a `ChildSummary` of the course up to its data cut.
    Refuses nothing: what is not recorded stays None or "missing".

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> child = summary(course_from_drawing('''
    ...     day | event        | facts
    ...       0 | indication   | reason: refractory
    ...      30 | infusion     |
    ...      58 | assessment   | response: CR
    ...     500 | last_contact |
    ... '''))
    >>> child.response_day28, child.efs_status, child.efs_days
    ('response', 'censored', 470)
    """
    course = _up_to_the_cut(course)
    indications = course.all(Indication)
    reasons = [str(e.reason) for e in indications if is_known(e.reason)]
    products = course.all(Product)
    infusions = course.all(Infusion)
    efs = efs or _judged(course, MAIN_EFS)
    response_day28 = response_day28 or _judged(course, RESPONSE_DAY_28)
    death = course.first(Death)
    contact = course.last(LastContact)
    death_day = death.day if death else None
    declined = any(e.decision is Decision.DECLINED for e in indications)
    return ChildSummary(
        course=course,
        declined=declined and not infusions,
        age_years=course.age_years_on(0),
        reason=reasons[0] if reasons else None,
        prior=frozenset(str(e.therapy) for e in course.all(PriorTherapy) if is_known(e.therapy)),
        bridging=_bridging(course),
        burden=_burden(course),
        apheresis_days=_days(course.all(Apheresis)),
        aphereses=len(course.all(Apheresis)),
        released_day=_released_day(course),
        product_failed=_product_failed(course),
        infusion_days=course.infusion_days,
        infusions=len(infusions),
        response_day28=response_day28.status,
        efs_status=efs.status,
        efs_days=efs.days,
        relapses=_relapses(course),
        transplants=course.all(Transplant),
        new_therapies=course.all(NewTherapy),
        toxicities=_toxicities(course, computed_kinds),
        treatments=course.all(Treatment),
        infections=course.all(Infection),
        death_day=death_day,
        last_day=death_day if death_day is not None else (contact.day if contact else None),
        died=bool(course.all(Death)),
        released=any(_is_released(course, product) for product in products),
    )


def had_prior(child: ChildSummary, kind: PriorKind) -> bool:
    """Whether the child had this treatment before the indication."""
    return str(kind) in child.prior


def is_after(event: Event, first_infusion: int | None) -> bool:
    """Whether an event came on or after the first infusion, as the endpoints read its date.

    A date known to the month or year counts when its period reaches the infusion. An event
    without a date is taken to have come after it: that it happened is known.
    """
    if event.day is None or first_infusion is None:
        return True
    return event.day + REACH_DAYS.get(event.precision, 0) >= first_infusion


def _up_to_the_cut(course: Course) -> Course:
    """The course without what lies after its data cut."""
    cut = course.data_cut_day
    if cut is None:
        return course
    kept = tuple(event for event in course.events if event.day is None or event.day <= cut)
    return course if len(kept) == len(course.events) else replace(course, events=kept)


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
    """The burden on the last day of assessment before the first infusion, by the named definition.

    Marrow and cerebrospinal fluid of one day, written on two rows, are one look.
    """
    if not course.infusion_days:
        return None
    first = course.infusion_days[0]
    before = [e for e in course.all(Assessment) if e.day is not None and e.day <= first]
    if not before:
        return None
    same_day = [event for event in before if event.day == before[-1].day]
    scale = scale_named(BURDEN_SCALE)
    facts = event_facts(scale, course, same_day[-1])
    for one in scale.inputs:
        if one.source.value == Assessment.kind:
            facts[one.name] = merged(same_day, one)
    known = {name: value for name, value in facts.items() if value is not None}
    grade = scale.grade(known).grade
    return None if grade is None else str(grade)


def _decided_day(product: Product) -> int | None:
    return product.decided_day if is_known(product.decided_day) else None


def _was_decided(course: Course, product: Product) -> bool:
    """Whether the product's status was reached by the data cut."""
    day, cut = _decided_day(product), course.data_cut_day
    return day is None or cut is None or day <= cut


def _is_released(course: Course, product: Product) -> bool:
    status = product.status
    return (
        isinstance(status, ProductStatus)
        and status.may_be_infused
        and _was_decided(course, product)
    )


def _product_failed(course: Course) -> bool:
    """Whether a product failed and none is being made or was released."""
    statuses = []
    for product in course.all(Product):
        if isinstance(product.status, ProductStatus):
            decided = _was_decided(course, product)
            statuses.append(product.status if decided else ProductStatus.STARTED)
    return any(status.is_failure for status in statuses) and all(
        status.is_failure or status is ProductStatus.NOT_MADE for status in statuses
    )


def _released_day(course: Course) -> int | None:
    """The first day of release; for a treated child, of a product released by then."""
    first = course.infusion_days[0] if course.infusion_days else None
    days = [_decided_day(p) for p in course.all(Product) if _is_released(course, p)]
    known = (day for day in days if day is not None and (first is None or day <= first))
    return min(known, default=None)


def _judged(course: Course, endpoint_id: str) -> Judged:
    found = outcome(course, endpoint(endpoint_id))
    return Judged(found.status if found.in_population else "", found.exit)


def _toxicities(course: Course, kinds: Collection[ToxicityKind]) -> tuple[ToxicityRecord, ...]:
    """The toxicities, an undated one with the child's only infusion where there is one."""
    infusions = course.all(Infusion)
    records = toxicities_of(course, kinds)
    if len(infusions) != 1:
        return records
    only = infusions[0]
    number = only.number if is_known(only.number) else 1
    return tuple(
        replace(record, infusion_number=number)
        if record.infusion_number is None and (record.onset_day is None or only.day is None)
        else record
        for record in records
    )


def _relapses(course: Course) -> tuple[RelapseSummary, ...]:
    """Relapses after the first infusion; what only the residual disease shows is left out."""
    if not course.infusion_days:
        return ()
    first = course.infusion_days[0]
    found: list[RelapseSummary] = []
    for event in course.all(Relapse):
        if event.level is RelapseLevel.MOLECULAR or not is_after(event, first):
            continue
        aplasia = event.b_cell_aplasia
        since = None if event.day is None else max(event.day - first, 0)
        graded = scale_named(RELAPSE_SCALE).grade(split_facts(event.values(), since)).grade
        found.append(
            RelapseSummary(
                relapse_class=UNKNOWN_CLASS if graded is None else str(graded),
                days_after_infusion=since,
                b_cell_aplasia=aplasia if isinstance(aplasia, bool) else None,
                first=not found,
            )
        )
    return tuple(found)
