# SPDX-License-Identifier: Apache-2.0
"""The flow from the indication to one year: every child ends in a named place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cartulary.codebook.endpoint import CENSORED, MISSING, RESPONSE
from cartulary.course.events import Death, Event, Product
from cartulary.studies.child_summary import ChildSummary, is_after

ONE_YEAR_DAYS = 365
DAY_28 = 28
STAGES = ("indication", "apheresis", "product", "infusion", "day_28", "one_year")

# Where a child may end, by the stage it was last seen in; the kind says how it is drawn.
PLACES: dict[str, tuple[tuple[str, str], ...]] = {
    "indication": (("declined", "loss"), ("died", "loss"), ("under_way", "unknown")),
    "apheresis": (
        ("product_failed", "loss"),
        ("declined", "loss"),
        ("died", "loss"),
        ("under_way", "unknown"),
    ),
    "product": (("declined", "loss"), ("died", "loss"), ("under_way", "unknown")),
    "infusion": (
        ("no_remission", "loss"),
        ("died", "loss"),
        ("not_yet_there", "unknown"),
        ("not_assessed", "unknown"),
    ),
    "one_year": (
        ("event_free", "course"),
        ("transplant_in_remission", "course"),
        ("other_therapy_in_remission", "course"),
        ("event", "loss"),
        ("not_followed_a_year", "unknown"),
        ("not_judged", "unknown"),
    ),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """Counts of children by stage, of those who left after each stage, and at one year.

    `reached[stage]` children reached a stage. `left[stage][place]` went no further than that
    stage; for "infusion" the places say what was found by day 28, and those children still have a
    place at one year. `one_year[(from, place)]` counts where the children of a day-28 place end.
    Aphereses and infusions are counted beside the children.
    """

    reached: dict[str, int]
    left: dict[str, dict[str, int]]
    one_year: dict[tuple[str, str], int]
    aphereses: int
    infusions: int
    reinfused: int

    @property
    def at_one_year(self) -> dict[str, int]:
        """Infused children by where they stand one year after the first infusion."""
        counts: Counter[str] = Counter()
        for (_, place), number in self.one_year.items():
            counts[place] += number
        return dict(counts)


def programme_flow(children: Iterable[ChildSummary]) -> Flow:
    """Counts every child once at every stage; the places add up to the children.

    reached[stage] = reached[next stage] + sum of left[stage], for indication to infusion, and
    reached["infusion"] = sum of one_year.

    Arguments: one summary a child.
    Returns: a `Flow`; its counts are of children, but for `aphereses` and `infusions`.
    Refuses nothing; a child at a stage counts as having reached every stage before.

    >>> from cartulary.codebook.drawn import course_from_drawing
    >>> from cartulary.studies.child_summary import summary
    >>> waiting = summary(course_from_drawing("0 | indication |\\n5 | apheresis |"))
    >>> programme_flow([waiting]).left
    {'apheresis': {'under_way': 1}}
    """
    reached: Counter[str] = Counter()
    left: dict[str, Counter[str]] = {stage: Counter() for stage in STAGES}
    one_year: Counter[tuple[str, str]] = Counter()
    aphereses = infusions = reinfused = 0
    for child in children:
        aphereses += child.aphereses
        infusions += child.infusions
        reinfused += child.infusions > 1
        reached["indication"] += 1
        for stage, passed in (
            ("apheresis", _had_apheresis(child)),
            ("product", child.released or child.was_infused),
            ("infusion", child.was_infused),
        ):
            if not passed:
                left[STAGES[STAGES.index(stage) - 1]][_why_stopped(child, stage)] += 1
                break
            reached[stage] += 1
        else:
            at_28 = _at_day_28(child)
            if at_28 == "remission":
                reached["day_28"] += 1
            else:
                left["infusion"][at_28] += 1
            one_year[(at_28, _at_one_year(child))] += 1
    reached["one_year"] = sum(one_year.values())
    return Flow(
        reached={stage: reached[stage] for stage in STAGES},
        left={stage: dict(counts) for stage, counts in left.items() if counts},
        one_year=dict(one_year),
        aphereses=aphereses,
        infusions=infusions,
        reinfused=reinfused,
    )


def _had_apheresis(child: ChildSummary) -> bool:
    return child.aphereses > 0 or child.was_infused or bool(child.course.all(Product))


def _why_stopped(child: ChildSummary, stage: str) -> str:
    """Why a child never reached a stage."""
    if stage == "product" and child.product_failed:
        return "product_failed"
    if child.declined:
        return "declined"
    return "died" if child.died else "under_way"


def _at_day_28(child: ChildSummary) -> str:
    """What was found by day 28; a relapse or other treatment before any look is no remission."""
    status = child.response_day28
    if status == RESPONSE:
        return "remission"
    if status == Death.kind:
        return "died"
    if status not in ("", MISSING):
        return "no_remission"
    lived = child.after_infusion(child.last_day)
    if child.death_day is not None and lived is not None and lived <= DAY_28:
        return "died"
    if lived is not None and lived < DAY_28:
        return "not_yet_there"
    return "not_assessed"


def _at_one_year(child: ChildSummary) -> str:
    if child.efs_days is None or child.efs_status in ("", MISSING):
        return "not_judged"
    if child.efs_status != CENSORED:
        return "event" if child.efs_days <= ONE_YEAR_DAYS else "event_free"
    if child.efs_days >= ONE_YEAR_DAYS:
        return "event_free"
    first = child.first_infusion
    if first is not None:
        stopped = first + child.efs_days
        if any(_falls_on(event, stopped, first) for event in child.transplants):
            return "transplant_in_remission"
        if stopped in child.infusion_days[1:] or any(
            _falls_on(event, stopped, first) for event in child.new_therapies
        ):
            return "other_therapy_in_remission"
    return "not_followed_a_year"


def _falls_on(event: Event, day: int, first_infusion: int) -> bool:
    """Whether an event counts on this day; one that only reaches the infusion counts on it."""
    if event.day is None or not is_after(event, first_infusion):
        return False
    return max(event.day, first_infusion) == day
