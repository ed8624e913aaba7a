# SPDX-License-Identifier: Apache-2.0
"""The same children under several policies; what they have in common is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.codebook.words import Words
from cartulary.studies.policies_compared.arm import Arm
from cartulary.studies.policies_compared.shared_segments import SharedSegments
from cartulary.twin.afterwards import follow
from cartulary.twin.afterwards_segments import Beginning, World, first_infusion
from cartulary.twin.block import Block
from cartulary.twin.clock import grid_days
from cartulary.twin.engines import Engine
from cartulary.twin.pathway import Pathway, walk
from cartulary.twin.policy import Policy, SecondInfusionRule, TransplantRule, When
from cartulary.twin.population import Children, draw_children
from cartulary.twin.population_children import Wholes

_T = TypeVar("_T")

#: What a policy does after the infusion decides nothing before it.
_NO_TRANSPLANT = TransplantRule(When.NONE, (), 0, (), 0, again=False, until_days=0)
_NO_SECOND = SecondInfusionRule(When.NONE, (), 0, 0, lymphodepletion=False)


class SharedCourses:
    """Children of these numbers at one draw of the parameters, followed in one arm after another.

    Arms share the children where the population and what the arm changes are the same, the way to
    the infusion where the rules before it are, and every stretch of a child's course that begins
    alike. An arm's figures are those it has when it is followed alone.
    """

    def __init__(
        self,
        parameters: ParameterSet,
        numbers: Wholes,
        seed: int,
        horizon_days: float,
        solve: Engine,
    ) -> None:
        self._parameters, self._numbers, self._seed = parameters, numbers, seed
        self._horizon_days, self._solve = horizon_days, solve
        self._children: dict[Hashable, Children] = {}
        self._pathways: dict[Hashable, Pathway] = {}
        self._segments: dict[Hashable, SharedSegments] = {}

    def parameters(self, arm: Arm) -> ParameterSet:
        """The draw's parameters with what the arm changes."""
        return self._parameters.changed(arm.changes) if arm.changes else self._parameters

    def follow(self, arm: Arm) -> Block:
        """The children in this arm."""
        children, pathway = self._way(arm)
        shared = _kept(self._segments, _world(arm), SharedSegments)
        followed = follow(
            children,
            pathway,
            arm.policy,
            self.parameters(arm),
            self._seed,
            self._horizon_days,
            self._solve,
            shared.live,
        )
        return Block(self._seed, self._horizon_days, arm.policy, children, pathway, followed)

    def keep_for(self, arms: Sequence[Arm]) -> None:
        """Forgets what none of the arms that are still to come can share.

        A stretch of course is shared only where the first infusion was: a child that none of these
        arms infuses from the same beginning is not looked for again.
        """
        for world, shared in self._segments.items():
            needed = np.zeros(len(self._numbers), dtype=np.bool_)
            for arm in arms:
                if _world(arm) == world:
                    beginning = self._first_beginning(arm)
                    days = arm.policy.lymphodepletion.days_before_infusion
                    needed |= shared.begun_alike(len(needed), beginning, days)
            shared.keep_only(needed)

    def _way(self, arm: Arm) -> tuple[Children, Pathway]:
        """The children of an arm, and their way to the infusion."""
        policy, own = arm.policy, self.parameters(arm)
        by_cd22 = (*_world(arm), policy.making.kills_by_cd22)
        children = _kept(
            self._children,
            by_cd22,
            lambda: draw_children(arm.population, own, policy, self._seed, self._numbers),
        )
        before = _before_infusion(policy)
        rules = (by_cd22, repr(before))
        pathway = _kept(self._pathways, rules, lambda: walk(children, before, own, self._seed))
        return children, pathway

    def _first_beginning(self, arm: Arm) -> Beginning:
        """How the first infusion of an arm begins, for those who reach it."""
        children, pathway = self._way(arm)
        grid = grid_days(self._horizon_days)
        world = World(
            children, pathway, arm.policy, self.parameters(arm), self._seed, self._solve, grid
        )
        return first_infusion(
            world, np.flatnonzero(pathway.infused & (pathway.infusion_day < self._horizon_days))
        )


def _world(arm: Arm) -> tuple[Hashable, ...]:
    """What arms must have in common to share anything."""
    return (repr(arm.population), tuple(sorted(arm.changes.items())))


def _before_infusion(policy: Policy) -> Policy:
    """The policy without its names and without what it does after the infusion."""
    no_words = Words("", "")
    return replace(
        policy,
        policy_id="",
        edition="",
        name=no_words,
        summary=no_words,
        source="",
        file="",
        transplant=_NO_TRANSPLANT,
        second_infusion=_NO_SECOND,
        visit_days=(),
    )


def _kept(store: dict[Hashable, _T], key: Hashable, make: Callable[[], _T]) -> _T:
    if key not in store:
        store[key] = make()
    return store[key]
