# SPDX-License-Identifier: Apache-2.0
"""Every figure of a programme's report, without a word of prose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.codebook.endpoint import CENSORED, MISSING
from cartulary.course.absence import is_known
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.course.events import LastContact
from cartulary.course.events.ending import FollowUpStatus
from cartulary.evidence import Estimate, MedianRange, median_range, proportion
from cartulary.studies.child_summary import ChildSummary, is_after
from cartulary.studies.flow import ONE_YEAR_DAYS, Flow, programme_flow
from cartulary.studies.many_children import summaries_of
from cartulary.studies.not_reported import is_silent, silent_families
from cartulary.studies.response import ResponseFigure, response_figures
from cartulary.studies.strata import NOT_RECORDED, StratumFigure, stratum_figures
from cartulary.studies.survival import (
    IncidenceFigure,
    SurvivalFigure,
    incidence_figure,
    survival_figure,
)
from cartulary.studies.timing import TimingFigure, timing_figures
from cartulary.studies.toxicity import (
    KINDS,
    GradeCounts,
    ToxicityFigure,
    grade_counts,
    toxicity_figures,
)

# The variants of EFS shown beside the main one, and the clocks shown side by side.
EFS_VARIANTS = (
    "efs.hypothetical.infusion",
    "efs.treatment_policy.infusion",
    "efs.composite.infusion",
    "efs.success_without_transplant.infusion",
    "eliana.efs.infusion",
    "cibmtr.efs.infusion",
    "uk.efs.infusion",
    "uk.stringent_efs.infusion",
    "efs.hypothetical.apheresis",
    "efs.hypothetical.indication",
)
EFS_CURVES = ("efs.hypothetical.infusion", "efs.hypothetical.indication")
OS_CURVES = ("os.infusion", "os.indication")
OTHER_CURVES = ("rfs.hypothetical.remission", "rfs.treatment_policy.remission")
PUBLISHED_KEY = {
    "efs.hypothetical.infusion": "efs",
    "os.infusion": "os",
    "rfs.hypothetical.remission": "rfs",
}
INCIDENCES = ("cir.by_class.infusion", "cir.by_class.remission", "bca.loss.infusion")
RELAPSE_CLASSES = ("early", "cd19_negative", "cd19_positive", "unknown")


@dataclass(frozen=True, slots=True)
class RelapseClassFigure:
    """First relapses of one class: how many, when after the infusion, and B-cell aplasia then."""

    relapse_class: str
    children: int
    days: MedianRange | None
    aplasia_ongoing: int
    aplasia_lost: int
    aplasia_unknown: int


@dataclass(frozen=True, slots=True)
class TransplantFigure:
    """Children with a transplant after CAR-T, by reason; a child counts once, by its first."""

    any_reason: Estimate
    by_reason: dict[str, int]
    days: MedianRange | None


@dataclass(frozen=True, slots=True)
class TreatmentFigure:
    """Children given a drug after the first infusion, of the infused; with for what they got it.

    `given_for` counts children by reason; a child given the drug for two reasons is under both.
    """

    drug: str
    children: int
    infused: int
    given_for: dict[str, int]


@dataclass(frozen=True, slots=True)
class InfectionFigure:
    """Infections after the first infusion: how many children had one, and infections by organism.

    `by_organism` and `reactivations` count infections, `children` counts children.
    """

    children: int
    by_organism: dict[str, int]
    reactivations: dict[str, int]


@dataclass(frozen=True, slots=True)
class FollowUpFigure:
    """How complete the follow-up of the infused children is.

    `lost` children were lost or withdrew, and are not known to have died.
    """

    infused: int
    followed_a_year_or_event: int
    lost: int
    no_last_contact: int
    median_days: Estimate | None


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """Everything a report says in numbers.

    `survival` and `incidence` are keyed by endpoint id; an endpoint nobody can be counted for, or
    that the programme says it did not report, is absent. `not_reported` names those families.
    """

    origin: str
    cohort: Cohort
    children: tuple[ChildSummary, ...]
    flow: Flow
    infused_share: Estimate
    response: tuple[ResponseFigure, ...]
    survival: dict[str, SurvivalFigure]
    incidence: dict[str, IncidenceFigure]
    relapses: tuple[RelapseClassFigure, ...]
    toxicity: tuple[ToxicityFigure, ...]
    grades: tuple[GradeCounts, ...]
    treatments: tuple[TreatmentFigure, ...]
    infections: InfectionFigure
    transplant: TransplantFigure | None
    by_bridging: tuple[StratumFigure, ...]
    by_burden: tuple[StratumFigure, ...]
    timing: tuple[TimingFigure, ...]
    follow_up: FollowUpFigure | None
    not_reported: frozenset[str] = frozenset()


def programme_figures(cohort: Cohort, *, not_reported: Sequence[str] = ()) -> ProgrammeFigures:
    """Reckons every figure of a programme from its cohort.

    Arguments: `cohort` of one origin; `not_reported` names endpoint families, such as "os", that
    the programme says it did not record, of which no figure is made.
    Returns: `ProgrammeFigures`.
    Refuses: a cohort without children; a cohort of more than one origin, because a figure never
    mixes recorded, reconstructed and simulated children; a family that no endpoint belongs to,
    because its figures would be made all the same.
    """
    if len(cohort) == 0:
        raise EstimandError(
            "The programme has no children. There is nothing to reckon. Add courses first."
        )
    origins = sorted(set(cohort.origins))
    if len(origins) != 1:
        raise EstimandError(
            f"The cohort mixes origins: {', '.join(map(str, origins))}. A figure never mixes "
            "recorded, reconstructed and simulated children. Report each by itself."
        )
    origin = str(origins[0])
    children = summaries_of(cohort, KINDS)
    infused = [child for child in children if child.was_infused]
    silent = silent_families(not_reported)
    return ProgrammeFigures(
        origin=origin,
        cohort=cohort,
        children=children,
        flow=programme_flow(children),
        infused_share=proportion(
            len(infused), len(children), unit="child", origin=origin, label="infused"
        ),
        response=() if "response" in silent else response_figures(cohort),
        survival=_survival(cohort, silent),
        incidence={
            endpoint_id: figure
            for endpoint_id in INCIDENCES
            if not is_silent(endpoint_id, silent)
            and (figure := incidence_figure(cohort, endpoint_id)) is not None
        },
        relapses=_relapses(infused, origin),
        toxicity=toxicity_figures(infused, origin),
        grades=tuple(grade_counts(infused, kind, origin) for kind in KINDS),
        treatments=_treatments(infused),
        infections=_infections(infused),
        transplant=_transplant(infused, origin),
        by_bridging=stratum_figures(cohort, children, "bridging", origin),
        by_burden=stratum_figures(cohort, children, "burden", origin),
        timing=timing_figures(children, origin),
        follow_up=_follow_up(cohort, infused),
        not_reported=silent,
    )


def _survival(cohort: Cohort, silent: frozenset[str]) -> dict[str, SurvivalFigure]:
    wanted = dict.fromkeys((*EFS_CURVES, *EFS_VARIANTS, *OS_CURVES, *OTHER_CURVES))
    found = {}
    for endpoint_id in wanted:
        if is_silent(endpoint_id, silent):
            continue
        figure = survival_figure(cohort, endpoint_id, key=PUBLISHED_KEY.get(endpoint_id, ""))
        if figure is not None:
            found[endpoint_id] = figure
    return found


def _relapses(infused: Sequence[ChildSummary], origin: str) -> tuple[RelapseClassFigure, ...]:
    firsts = [child.relapses[0] for child in infused if child.relapses]
    figures = []
    for name in RELAPSE_CLASSES:
        own = [relapse for relapse in firsts if relapse.relapse_class == name]
        days = [r.days_after_infusion for r in own if r.days_after_infusion is not None]
        figures.append(
            RelapseClassFigure(
                relapse_class=name,
                children=len(own),
                days=_lengths(days, "relapse after the infusion, days", origin, len(own)),
                aplasia_ongoing=sum(r.b_cell_aplasia is True for r in own),
                aplasia_lost=sum(r.b_cell_aplasia is False for r in own),
                aplasia_unknown=sum(r.b_cell_aplasia is None for r in own),
            )
        )
    return tuple(figures)


def _treatments(infused: Sequence[ChildSummary]) -> tuple[TreatmentFigure, ...]:
    given: dict[str, set[str]] = {}
    reasons: dict[str, Counter[str]] = {}
    for child in infused:
        why: set[tuple[str, str]] = set()
        for event in child.treatments:
            if not is_after(event, child.first_infusion):
                continue
            drug = str(event.drug)
            given.setdefault(drug, set()).add(child.child)
            if is_known(event.given_for):
                why.add((drug, str(event.given_for)))
        for drug, reason in sorted(why):
            reasons.setdefault(drug, Counter())[reason] += 1
    return tuple(
        TreatmentFigure(drug, len(who), len(infused), dict(reasons.get(drug, {})))
        for drug, who in sorted(given.items(), key=lambda item: (-len(item[1]), item[0]))
    )


def _infections(infused: Sequence[ChildSummary]) -> InfectionFigure:
    who: set[str] = set()
    kinds: Counter[str] = Counter()
    reactivations: Counter[str] = Counter()
    for child in infused:
        for event in child.infections:
            if not is_after(event, child.first_infusion):
                continue
            who.add(child.child)
            kinds[str(event.organism) if is_known(event.organism) else NOT_RECORDED] += 1
            if event.reactivation is True:
                reactivations[event.agent if is_known(event.agent) else NOT_RECORDED] += 1
    return InfectionFigure(len(who), dict(kinds), dict(reactivations))


def _transplant(infused: Sequence[ChildSummary], origin: str) -> TransplantFigure | None:
    if not infused:
        return None
    reasons: Counter[str] = Counter()
    days = []
    for child in infused:
        after = [e for e in child.transplants if is_after(e, child.first_infusion)]
        if after:
            reason = after[0].reason
            reasons[str(reason) if is_known(reason) else NOT_RECORDED] += 1
            since = child.after_infusion(after[0].day)
            if since is not None:
                days.append(max(since, 0))
    return TransplantFigure(
        any_reason=proportion(
            sum(reasons.values()),
            len(infused),
            unit="child",
            origin=origin,
            label="transplant after CAR-T",
        ),
        by_reason=dict(reasons),
        days=_lengths(days, "transplant after the infusion, days", origin, sum(reasons.values())),
    )


def _follow_up(cohort: Cohort, infused: Sequence[ChildSummary]) -> FollowUpFigure | None:
    if not infused:
        return None
    from_infusion = survival_figure(cohort, "os.infusion", months=())
    complete = 0
    for child in infused:
        lived = child.after_infusion(child.last_day)
        had_event = child.efs_status not in ("", MISSING, CENSORED)
        complete += had_event or (lived is not None and lived >= ONE_YEAR_DAYS)
    return FollowUpFigure(
        infused=len(infused),
        followed_a_year_or_event=complete,
        lost=sum(_is_lost(child) for child in infused),
        no_last_contact=sum(child.last_day is None for child in infused),
        median_days=from_infusion.median_follow_up if from_infusion else None,
    )


def _is_lost(child: ChildSummary) -> bool:
    contacts = child.course.all(LastContact)
    gone = (FollowUpStatus.LOST, FollowUpStatus.WITHDRAWN)
    return bool(contacts) and contacts[-1].status in gone and not child.died


def _lengths(days: list[int], quantity: str, origin: str, children: int) -> MedianRange | None:
    """The middle of the known lengths; of `children`, those without one are missing."""
    if not days:
        return None
    missing = children - len(days)
    return median_range(days, quantity=quantity, unit="child", origin=origin, missing=missing)
