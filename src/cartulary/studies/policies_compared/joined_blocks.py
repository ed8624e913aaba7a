# SPDX-License-Identifier: Apache-2.0
"""Blocks of several draws as one, so that they are told and read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TypeVar

import numpy as np

from cartulary.twin.afterwards_histories import Followed, Histories, Segment, SegmentKind
from cartulary.twin.block import Block
from cartulary.twin.pathway_columns import Pathway
from cartulary.twin.population_children import Children

_Columns = TypeVar("_Columns", Children, Pathway)


def joined_blocks(blocks: Sequence[Block]) -> Block:
    """Blocks of one policy, seed and horizon as one, their children in turn.

    The children's numbers differ from block to block, and what is told of a child depends on that
    child alone: telling the whole tells what each would.
    """
    if len(blocks) == 1:
        return blocks[0]
    first = blocks[0]
    return Block(
        seed=first.seed,
        horizon_days=first.horizon_days,
        policy=first.policy,
        children=_side_by_side([block.children for block in blocks]),
        pathway=_side_by_side([block.pathway for block in blocks]),
        followed=Followed(
            _segments(blocks), joined_histories([block.followed.histories for block in blocks])
        ),
    )


def joined_histories(many: Sequence[Histories]) -> Histories:
    """The histories of several blocks, their children in turn."""
    return Histories(
        **{
            each.name: np.concatenate([getattr(one, each.name) for one in many])
            for each in fields(Histories)
        }
    )


def _segments(blocks: Sequence[Block]) -> tuple[Segment, ...]:
    """The segments of all blocks, kind by kind in the order in which they begin.

    They stay apart: putting their trajectories together would copy all of them to read a few days.
    """
    firsts = np.cumsum([0, *(len(block) for block in blocks)])
    found: dict[SegmentKind, list[Segment]] = {kind: [] for kind in SegmentKind}
    for block, first in zip(blocks, firsts, strict=False):
        for segment in block.followed.segments:
            found[segment.kind].append(replace(segment, places=segment.places + int(first)))
    return tuple(segment for many in found.values() for segment in many)


def _side_by_side(many: Sequence[_Columns]) -> _Columns:
    """Columns whose last axis is the children."""
    return replace(
        many[0],
        **{
            each.name: np.concatenate([getattr(one, each.name) for one in many], axis=-1)
            for each in fields(many[0])
        },
    )
