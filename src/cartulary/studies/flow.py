# SPDX-License-Identifier: Apache-2.0
"""The flow from the indication to one year: every child ends in a named place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cartulary.codebook.endpoint import CENSORED, MISSING, NO_RESPONSE, RESPONSE
from cartulary.studies.child_summary import ChildSummary

ONE_YEAR_DAYS = 365
DAY_28 = 28
STAGES = ("indication", "apheresis", "product", "infusion", "day_28", "one_year")

# Where a child may end, by the stage it was last seen in; the kind says how it is drawn.
PLACES: dict[str, tuple[tuple[str, str], ...]] = {
    "indication": (("declined", "loss"), ("died", "loss"), ("under_way", "unknown")),
    "apheresis": (("product_failed", "loss"), ("died", "loss"), ("under_way", "unknown")),
    "product": (("died", "loss"), ("under_way", "unknown")),
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

    Returns: a `Flow`.
    Refuses nothing; a child that was infused counts as having reached every stage before.
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
            ("apheresis", child.aphereses > 0 or child.was_infused),
            ("product", child.released_day is not None or child.was_infused),
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


def _why_stopped(child: ChildSummary, stage: str) -> str:
    """Why a child never reached a stage."""
    if stage == "apheresis" and child.declined:
        return "declined"
    if stage == "product" and child.product_failed:
        return "product_failed"
    if child.death_day is not None:
        return "died"
    return "under_way"


def _at_day_28(child: ChildSummary) -> str:
    if child.response_day28 == RESPONSE:
        return "remission"
    if child.response_day28 == NO_RESPONSE:
        return "no_remission"
    lived = child.after_infusion(child.last_day)
    if child.death_day is not None and lived is not None and lived <= DAY_28:
        return "died"
    if lived is not None and lived < DAY_28:
        return "not_yet_there"
    return "not_assessed"


def _at_one_year(child: ChildSummary) -> str:
    if child.efs_days is None or child.efs_status in ("", MISSING):
        return "not_followed_a_year"
    if child.efs_status != CENSORED:
        return "event" if child.efs_days <= ONE_YEAR_DAYS else "event_free"
    if child.efs_days >= ONE_YEAR_DAYS:
        return "event_free"
    first, stopped = child.first_infusion, child.efs_days
    if first is not None:
        if any(e.day == first + stopped for e in child.transplants):
            return "transplant_in_remission"
        if any(e.day == first + stopped for e in child.new_therapies) or (
            first + stopped in child.infusion_days
        ):
            return "other_therapy_in_remission"
    return "not_followed_a_year"
