# SPDX-License-Identifier: Apache-2.0
"""Infections, relapse, what was given for it, death, and the last contact."""

from __future__ import annotations

import numpy as np
import polars as pl

from cartulary.course.events.disease import RelapseLevel, RelapseSite
from cartulary.course.events.ending import FollowUpStatus
from cartulary.twin.afterwards_histories import (
    CAUSES,
    CD19,
    NEW_THERAPIES,
    NEW_THERAPY_REASONS,
    ORGANISMS,
    TRANSPLANT_REASONS,
)
from cartulary.twin.block import Block
from cartulary.twin.narrate.rows import rows, words_at

SEVERE_GRADE = 3  # CTCAE: severe


def infection(block: Block) -> pl.DataFrame:
    """Every infection that was kept."""
    told, last = block.followed.histories, block.last_day
    n, kept = told.infection_day.shape
    place = np.repeat(np.arange(n, dtype=np.int64), kept)
    day = told.infection_day.ravel()
    severe = told.infection_severe.ravel()
    return rows(
        place,
        day,
        day <= last[place],
        organism=words_at(ORGANISMS, told.infection_organism.ravel()),
        grade=np.where(severe, float(SEVERE_GRADE), np.nan),
    ).with_columns(pl.col("grade").cast(pl.Int64))


def relapse(block: Block) -> pl.DataFrame:
    """The relapse of the marrow, with CD19 and B cells as they were found."""
    told, places = block.followed.histories, np.arange(len(block), dtype=np.int64)
    return rows(
        places,
        told.relapse_day,
        told.relapse_day <= block.last_day,
        site=RelapseSite.MARROW.value,
        cd19_status=words_at(CD19, told.relapse_cd19),
        level=RelapseLevel.MORPHOLOGICAL.value,
        b_cell_aplasia=told.aplasia_at_relapse,
        expansion_failed=told.expansion_failed,
    )


def transplant(block: Block) -> pl.DataFrame:
    """The transplant after CAR-T, with its reason."""
    told, places = block.followed.histories, np.arange(len(block), dtype=np.int64)
    return rows(
        places,
        told.transplant_day,
        told.transplant_day <= block.last_day,
        reason=words_at(TRANSPLANT_REASONS, told.transplant_reason),
    )


def new_therapy(block: Block) -> pl.DataFrame:
    """The first other treatment of the leukaemia after an infusion."""
    told, places = block.followed.histories, np.arange(len(block), dtype=np.int64)
    return rows(
        places,
        told.new_therapy_day,
        told.new_therapy_day <= block.last_day,
        therapy=words_at(NEW_THERAPIES, told.new_therapy),
        reason=words_at(NEW_THERAPY_REASONS, told.new_therapy_reason),
    )


def death(block: Block) -> pl.DataFrame:
    """The death of a child, before or after the infusion."""
    told, places = block.followed.histories, np.arange(len(block), dtype=np.int64)
    return rows(
        places,
        told.death_day,
        told.death_day <= block.last_day,
        cause=words_at(CAUSES, told.cause),
    )


def last_contact(block: Block) -> pl.DataFrame:
    """The last day of those alive; a child that could not be followed on is lost from then."""
    told, places, last = (
        block.followed.histories,
        np.arange(len(block), dtype=np.int64),
        block.last_day,
    )
    failed = np.isin(block.children.numbers, [failure.number for failure in block.failures])
    return rows(
        places,
        last,
        ~(told.death_day <= last),
        status=words_at((FollowUpStatus.FOLLOWED, FollowUpStatus.LOST), failed.astype(np.int64)),
        source=words_at(("", "simulation stopped"), failed.astype(np.int64)),
    )
