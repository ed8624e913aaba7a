# SPDX-License-Identifier: Apache-2.0
"""From the infusion to the end of follow-up: segments solved one after another, and told as one."""

from __future__ import annotations

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.twin.afterwards_histories import (
    Followed,
    SegmentKind,
)
from cartulary.twin.afterwards_plans import Seen, second_infusion_day, transplant_day
from cartulary.twin.afterwards_segments import (
    Beginning,
    Live,
    World,
    first_infusion,
    second_infusion,
    transplant,
)
from cartulary.twin.afterwards_story import Story, Stretch, earliest, or_never
from cartulary.twin.afterwards_told import told
from cartulary.twin.clock import grid_days
from cartulary.twin.engines import Engine
from cartulary.twin.pathway import Pathway
from cartulary.twin.policy import Policy
from cartulary.twin.population_children import Children, Floats, Wholes
from cartulary.twin.response import expansion

__all__ = ["follow"]


def follow(
    children: Children,
    pathway: Pathway,
    policy: Policy,
    parameters: ParameterSet,
    seed: int,
    horizon_days: float,
    solve: Engine,
    live: Live | None = None,
) -> Followed:
    """What becomes of the children from the infusion on, to `horizon_days` after the decision.

    Arguments: children and their way to the infusion, the policy, the parameters, the seed of the
    run, the last study day, and the engine that solves the cells; `live` takes the place of
    `afterwards_segments.lived` for a study whose arms share what they have in common.
    Returns: the segments, and the histories told from them.
    """
    world = World(children, pathway, policy, parameters, seed, solve, grid_days(horizon_days), live)
    story = Story(world, horizon_days)
    places = np.flatnonzero(pathway.infused & (pathway.infusion_day < horizon_days))
    if len(places):
        _after_first_infusion(story, places)
    return Followed(tuple(stretch.segment for stretch in story.stretches), told(story))


def _after_first_infusion(story: Story, places: Wholes) -> None:
    """The first segment, and whatever the policy makes follow."""
    world = story.world
    first = story.live(SegmentKind.INFUSION, first_infusion(world, places))
    assert story.looks is not None
    story.remission_day[places] = first.segment.start_day + story.looks.remission_day
    story.no_response_day[places] = first.segment.start_day + story.looks.no_response_day
    story.expansion = expansion(
        first.segment.solution, world.children.weight_kg[places], world.parameters
    )
    seen = Seen(
        first.segment,
        first.ln_share,
        story.looks.remission_day,
        first.aplasia_lost_day,
        first.relapses.day,
    )
    again = second_infusion_day(seen, world.policy, world.parameters)
    graft = _graft_day(story, seen)
    again = np.where(or_never(again) < or_never(graft), again, np.nan)
    again, graft = _possible(story, first, again), _possible(story, first, graft)
    grafts = [_graft(story, first, np.where(np.isnan(again), graft, np.nan))]
    rows = np.flatnonzero(~np.isnan(again))
    if len(rows):
        beginning = second_infusion(world, first.segment, rows, again[rows])
        second = story.live(SegmentKind.SECOND_INFUSION, beginning)
        seen = Seen(
            second.segment,
            second.ln_share,
            np.zeros(len(rows)),
            second.aplasia_lost_day,
            second.relapses.day,
        )
        grafts.append(_graft(story, second, _possible(story, second, _graft_day(story, seen))))
    joined = _joined([one for one in grafts if one is not None])
    if joined is not None:
        story.live(SegmentKind.TRANSPLANT, joined)


def _graft_day(story: Story, seen: Seen) -> Floats:
    prior = story.world.children.prior_transplant[seen.segment.places]
    return transplant_day(seen, story.world.policy, prior, story.world.parameters)


def _possible(story: Story, stretch: Stretch, day: Floats) -> Floats:
    """A planned day, if the child lives to see it within the horizon."""
    places = stretch.segment.places
    on = stretch.segment.start_day + day
    infused = story.starts[SegmentKind.INFUSION]
    ends = earliest(story.deaths.day, story.deaths.remission_day(infused), story.failed_day)[places]
    return np.where((on < or_never(ends)) & (on < story.horizon_days), day, np.nan)


def _graft(story: Story, stretch: Stretch, day: Floats) -> Beginning | None:
    rows = np.flatnonzero(~np.isnan(day))
    if not len(rows):
        return None
    return transplant(story.world, stretch.segment, rows, day[rows])


def _joined(beginnings: list[Beginning]) -> Beginning | None:
    """Several beginnings as one, in order of the children's places."""
    if not beginnings:
        return None
    places = np.concatenate([one.places for one in beginnings])
    order = np.argsort(places)

    def columns(name: str) -> Floats:
        return np.concatenate([getattr(one, name) for one in beginnings], axis=1)[:, order]

    return Beginning(
        places=places[order],
        start_day=np.concatenate([one.start_day for one in beginnings])[order],
        start=columns("start"),
        cells=columns("cells"),
        signs=columns("signs"),
        ln_clones=np.concatenate([one.ln_clones for one in beginnings])[order],
    )
