# SPDX-License-Identifier: Apache-2.0
"""The histories of a block of children, told from its story, with nothing after each end."""

from __future__ import annotations

import numpy as np

from cartulary.course.events.ending import Cause
from cartulary.course.events.treatment import (
    NewTherapyKind,
    NewTherapyReason,
    TransplantReason,
)
from cartulary.twin import streams
from cartulary.twin.afterwards_histories import (
    CLONES,
    INFECTIONS_KEPT,
    NEW_THERAPIES,
    NEW_THERAPY_REASONS,
    RESPONSE_DAYS,
    TRANSPLANT_REASONS,
    Clone,
    Histories,
    SegmentKind,
)
from cartulary.twin.afterwards_story import Story, earliest, or_never
from cartulary.twin.groups import group_of, with_no_remission
from cartulary.twin.pathway_columns import CLONES as PATHWAY_CLONES
from cartulary.twin.population_children import Floats, Wholes, YesNo
from cartulary.twin.relapse import cd19_of

_NEUTROPENIA_E9_PER_L = 0.5


def told(story: Story) -> Histories:
    """The histories, with nothing after the end of each."""
    children = story.world.children
    infused = story.starts[SegmentKind.INFUSION]
    grafted = story.starts[SegmentKind.TRANSPLANT]
    # A child without an infusion is treated otherwise, and fares as after a relapse.
    other = np.where(np.isnan(infused), _untreated_from(story), story.relapse_day)
    bad = earliest(other, story.no_response_day)
    quiet = story.deaths.remission_day(infused)
    story.deaths.may_come(Cause.OTHER, np.where(quiet < or_never(bad), quiet, np.nan))
    story.deaths.of_transplant(grafted)
    # Whoever died before the relapse did not have it.
    relapsed = or_never(other) < or_never(story.deaths.day)
    unanswered = or_never(story.no_response_day) < or_never(story.deaths.day)
    story.deaths.of_leukaemia(
        np.where(relapsed, other, np.nan), np.where(unanswered, story.no_response_day, np.nan)
    )
    # A child whose cells could not be followed on is followed no further.
    last = np.fmin(story.horizon_days, np.floor(story.failed_day))
    death = np.where(story.deaths.day <= last, story.deaths.day, np.nan)
    end = np.where(np.isnan(death), last, death)
    relapse = np.where(np.isnan(infused), np.nan, story.relapse_day)
    relapse = np.where(relapse < end, relapse, np.nan)
    clone = np.where(np.isnan(relapse), -1, story.clone)
    cd19 = cd19_of(clone, _switching(story), _uniform(story, "lineage of relapse"))
    rescue = _rescue_day(story, relapse, grafted, end)
    therapy_day, therapy, reason = _new_therapy(story, relapse, clone, end)
    grafts = earliest(grafted, rescue)
    consolidation = TRANSPLANT_REASONS.index(TransplantReason.CONSOLIDATION)
    for_relapse = TRANSPLANT_REASONS.index(TransplantReason.RELAPSE)
    until = or_never(earliest(end, grafted, story.starts[SegmentKind.SECOND_INFUSION]))
    caught = _infections(story, end)
    peak = story.expansion
    return Histories(
        numbers=children.numbers,
        end_day=end,
        death_day=death,
        cause=np.where(np.isnan(death), -1, story.deaths.cause),
        infusion_day=infused,
        second_infusion_day=story.starts[SegmentKind.SECOND_INFUSION],
        transplant_day=grafts,
        transplant_reason=np.select(
            [~np.isnan(grafted), ~np.isnan(rescue)], [consolidation, for_relapse], -1
        ).astype(np.int64),
        new_therapy_day=therapy_day,
        new_therapy=therapy,
        new_therapy_reason=reason,
        peak_day=_of_first(story, peak.peak_day if peak else None),
        ln_peak_cells=_of_first(story, peak.ln_peak_cells if peak else None),
        expansion_failed=_yes_of_first(story, peak.failed if peak else None),
        response=_responses(story, until),
        residual_share=_residual(story, until),
        remission_day=np.where(story.remission_day <= until, story.remission_day, np.nan),
        aplasia_lost_day=np.where(story.aplasia_day <= end, story.aplasia_day, np.nan),
        molecular_relapse_day=np.where(story.molecular_day <= end, story.molecular_day, np.nan),
        relapse_day=relapse,
        relapse_clone=clone,
        relapse_cd19=cd19,
        aplasia_at_relapse=story.aplastic & ~np.isnan(relapse),
        group=with_no_remission(group_of(relapse - infused, cd19), story.no_response_day <= end),
        crs_grade=_highest(story, "crs_grade"),
        icans_grade=_highest(story, "icans_grade"),
        neutropenia_day_28=_neutropenic(story),
        infection_day=caught[0],
        infection_organism=caught[1],
        infection_severe=caught[2],
    )


def _untreated_from(story: Story) -> Floats:
    """The day on which it was known that a child is never infused, within the horizon."""
    pathway = story.world.pathway
    alive = np.isnan(pathway.death_day)
    late = pathway.infused & ~(pathway.infusion_day < story.horizon_days)
    known = np.where(late, pathway.infusion_day, pathway.ended_day)
    return np.where(alive, known, np.nan)


def _switching(story: Story) -> Floats:
    """Of cells without CD19 and CD22 at the infusion, the share that changed lineage."""
    row = PATHWAY_CLONES.index("antigen_free")
    switched = story.world.children.ln_antigen_free_cells - story.world.pathway.clones[row]
    share: Floats = np.exp(np.minimum(switched, 0.0))
    return share


def _rescue_day(story: Story, relapse: Floats, grafted: Floats, end: Floats) -> Floats:
    """The transplant of some children after their relapse."""
    value = story.world.parameters.value
    chosen = _uniform(story, "transplant after relapse") < value("transplanted_after_relapse")
    lag = value("transplant_after_relapse_days") * _exponential(story, "transplant after relapse")
    day = np.ceil(relapse + np.maximum(lag, 14.0))
    return np.where(chosen & np.isnan(grafted) & (day < end), day, np.nan)


def _new_therapy(
    story: Story, relapse: Floats, clone: Wholes, end: Floats
) -> tuple[Floats, Wholes, Wholes]:
    """What is given for a relapse or for no response: inotuzumab where CD22 is there."""
    value = story.world.parameters.value
    since = earliest(relapse, story.no_response_day)
    lag = value("new_therapy_days") * _exponential(story, "new therapy")
    day = np.ceil(since + np.maximum(lag, 1.0))
    day = np.where(day < end, day, np.nan)
    bears = np.isin(clone, [CLONES.index(Clone.CD22_NEGATIVE), CLONES.index(Clone.BOTH_LOST)])
    inotuzumab = ~bears & ~story.world.children.prior_inotuzumab
    kind = np.where(
        inotuzumab,
        NEW_THERAPIES.index(NewTherapyKind.INOTUZUMAB),
        NEW_THERAPIES.index(NewTherapyKind.CHEMOTHERAPY),
    )
    first_relapse = or_never(relapse) <= or_never(story.no_response_day)
    reason = np.where(
        first_relapse,
        NEW_THERAPY_REASONS.index(NewTherapyReason.RELAPSE),
        NEW_THERAPY_REASONS.index(NewTherapyReason.NO_RESPONSE),
    )
    none = np.isnan(day)
    return day, np.where(none, -1, kind), np.where(none, -1, reason)


def _responses(story: Story, until: Floats) -> Wholes:
    found = np.full((story.n, len(RESPONSE_DAYS)), -1, dtype=np.int64)
    if story.looks is not None:
        found[story.stretches[0].segment.places] = story.looks.response
    return np.where(_looked(story, until), found, -1)


def _residual(story: Story, until: Floats) -> Floats:
    found = np.full((story.n, len(RESPONSE_DAYS)), np.nan)
    if story.looks is not None:
        found[story.stretches[0].segment.places] = story.looks.residual_share
    return np.where(_looked(story, until), found, np.nan)


def _looked(story: Story, until: Floats) -> YesNo:
    days = story.starts[SegmentKind.INFUSION][:, None] + np.array(RESPONSE_DAYS)
    looked: YesNo = days <= until[:, None]
    return looked


def _of_first(story: Story, values: Floats | None) -> Floats:
    """Values of the first segment's children, NaN for the others."""
    found = story.never()
    if values is not None:
        found[story.stretches[0].segment.places] = values
    return found


def _yes_of_first(story: Story, values: YesNo | None) -> YesNo:
    found = np.zeros(story.n, dtype=bool)
    if values is not None:
        found[story.stretches[0].segment.places] = values
    return found


def _highest(story: Story, grades: str) -> Wholes:
    """The highest grade after the first infusion, -1 for none."""
    found = np.full(story.n, -1, dtype=np.int64)
    if story.stretches:
        segment = story.stretches[0].segment
        found[segment.places] = getattr(segment.toxicity, grades).max(axis=1)
    return found


def _neutropenic(story: Story) -> YesNo:
    if not story.stretches:
        return np.zeros(story.n, dtype=bool)
    toxicity = story.stretches[0].segment.toxicity
    assert toxicity is not None
    return _yes_of_first(story, toxicity.neutrophils_e9_per_l[:, 28] < _NEUTROPENIA_E9_PER_L)


def _infections(story: Story, end: Floats) -> tuple[Floats, Wholes, YesNo]:
    """The first infections of all segments of a child, before its end."""
    empty = (
        np.full((story.n, INFECTIONS_KEPT), np.nan),
        np.full((story.n, INFECTIONS_KEPT), -1, dtype=np.int64),
        np.zeros((story.n, INFECTIONS_KEPT), dtype=bool),
    )
    day, organism, severe = empty
    for stretch in story.stretches:
        if stretch.infections is None:
            continue
        places, caught = stretch.segment.places, stretch.infections
        start = stretch.segment.start_day[:, None]
        before = np.where(day[places] < start, day[places], np.nan)
        both = np.concatenate([before, start + caught.day], axis=1)
        order = np.argsort(both, axis=1)[:, :INFECTIONS_KEPT]
        day[places] = np.take_along_axis(both, order, axis=1)
        joined = np.concatenate([organism[places], caught.organism], axis=1)
        organism[places] = np.take_along_axis(joined, order, axis=1)
        graver = np.concatenate([severe[places], caught.severe], axis=1)
        severe[places] = np.take_along_axis(graver, order, axis=1)
    held = day <= end[:, None]
    return np.where(held, day, np.nan), np.where(held, organism, -1), severe & held


def _uniform(story: Story, purpose: str) -> Floats:
    numbers = story.world.children.numbers
    return streams.uniform(story.world.seed, numbers, purpose, 1)[:, 0]


def _exponential(story: Story, purpose: str) -> Floats:
    numbers = story.world.children.numbers
    return streams.exponential(story.world.seed, numbers, purpose, 1)[:, 0]
