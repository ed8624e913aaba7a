# SPDX-License-Identifier: Apache-2.0
"""Groups of children by something known at the clock's start; nothing later may define a group."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cartulary.codebook.endpoint import MISSING, RESPONSE
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.absence import is_known
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.course.events import Product
from cartulary.course.events.disease import PriorKind
from cartulary.evidence import Estimate, proportion
from cartulary.studies.child_summary import MAIN_EFS, RESPONSE_DAY_28, ChildSummary, had_prior
from cartulary.studies.survival import SurvivalFigure, survival_figure

NOT_RECORDED = "not_recorded"
YES, NO = "yes", "no"


def _site(child: ChildSummary) -> str:
    sites = [str(p.site) for p in child.course.all(Product) if is_known(p.site)]
    return sites[0] if sites else NOT_RECORDED


def _yes_no(answer: bool) -> str:
    return YES if answer else NO


# What a figure may be split by. Each is settled before the first infusion.
STRATA: dict[str, Callable[[ChildSummary], str]] = {
    "bridging": lambda child: child.main_bridging,
    "burden": lambda child: child.burden or NOT_RECORDED,
    "reason": lambda child: child.reason or NOT_RECORDED,
    "sex": lambda child: str(child.course.sex) if is_known(child.course.sex) else NOT_RECORDED,
    "centre": lambda child: child.course.centre or NOT_RECORDED,
    "site": _site,
    "prior_transplant": lambda child: _yes_no(had_prior(child, PriorKind.TRANSPLANT)),
    "prior_blinatumomab": lambda child: _yes_no(had_prior(child, PriorKind.BLINATUMOMAB)),
    "prior_inotuzumab": lambda child: _yes_no(had_prior(child, PriorKind.INOTUZUMAB)),
}


# Groups that are not yet known when these clocks start.
# A child who dies waiting never gets bridging: from the indication such groups foresee the future.
SETTLED_LATER: dict[str, frozenset[str]] = {
    "bridging": frozenset({"indication", "apheresis"}),
    "burden": frozenset({"indication", "apheresis"}),
    "site": frozenset({"indication", "apheresis"}),
}


@dataclass(frozen=True, slots=True)
class StratumFigure:
    """One group of infused children: how many, and what became of them. Descriptive only."""

    stratum: str
    children: int
    response: Estimate | None
    efs: SurvivalFigure | None
    crs_children: int
    crs_judged: int
    relapses: int


def stratum_of(children: Sequence[ChildSummary], name: str) -> list[str]:
    """The group of each child, in order.

    Refuses: a name that is not in `STRATA`; a group by something that came later would be chosen
    by the outcome.
    """
    if name not in STRATA:
        near = difflib.get_close_matches(name, STRATA, n=2, cutoff=0.5)
        raise EstimandError(
            f"There is no grouping {name!r}. A group must be settled before the first infusion. "
            f"{'Near to it: ' + ', '.join(near) + '. ' if near else ''}"
            f"Choose one of: {', '.join(STRATA)}."
        )
    return [STRATA[name](child) for child in children]


def refuse_foreseeing(name: str, clock: str) -> None:
    """Refuses to split a clock by what was not known when it started.

    >>> refuse_foreseeing("reason", "indication")
    """
    if clock in SETTLED_LATER.get(name, frozenset()):
        open_to = ", ".join(n for n in STRATA if clock not in SETTLED_LATER.get(n, frozenset()))
        raise EstimandError(
            f"The clock starts at the {clock}, and groups by {name} are settled later. "
            "A child must live long enough to be in such a group, so the groups would differ by "
            f"that alone. Take a clock that starts at the infusion, or group by: {open_to}."
        )


def stratum_figures(
    cohort: Cohort, children: Sequence[ChildSummary], name: str, origin: str
) -> tuple[StratumFigure, ...]:
    """What became of the infused children of each group, largest group first.

    Arguments: `children` are the summaries of `cohort`, in its order; `name` is in `STRATA`.
    Returns: one `StratumFigure` a group that has an infused child; its toxicity counts children.
    Refuses: a grouping that is not in `STRATA`.
    """
    definition = endpoint(RESPONSE_DAY_28).definition
    groups = stratum_of(children, name)
    infused = [group for group, child in zip(groups, children, strict=True) if child.was_infused]
    names = sorted(set(infused), key=lambda group: (-infused.count(group), group))
    figures = []
    for group in names:
        members = [
            child
            for child, own in zip(children, groups, strict=True)
            if own == group and child.was_infused
        ]
        chosen = [
            own == group and child.was_infused for child, own in zip(children, groups, strict=True)
        ]
        judged = [m for m in members if m.response_day28 not in ("", MISSING)]
        responded = sum(m.response_day28 == RESPONSE for m in judged)
        crs = [m.highest_grade("crs") for m in members]
        figures.append(
            StratumFigure(
                stratum=group,
                children=len(members),
                response=proportion(
                    responded,
                    len(judged),
                    unit="child",
                    origin=origin,
                    missing=len(members) - len(judged),
                    endpoint=RESPONSE_DAY_28,
                    definition=f"{RESPONSE_DAY_28}, edition {definition.edition}",
                    label=f"{name} {group}",
                )
                if judged
                else None,
                efs=survival_figure(cohort, MAIN_EFS, mask=chosen),
                crs_children=sum(grade is not None and grade > 0 for grade in crs),
                crs_judged=sum(grade is not None for grade in crs),
                relapses=sum(bool(m.relapses) for m in members),
            )
        )
    return tuple(figures)
