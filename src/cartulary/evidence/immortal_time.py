# SPDX-License-Identifier: Apache-2.0
"""Guards against looking into a child's future, and against groups too small to speak of."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.rows import named_rows

FEWEST_IN_GROUP = 5
_PLURAL = {"child": "ren", "apheresis": ""}


def refuse_later_covariate(name: str, known_on: ArrayLike, entry: FloatArray, clock: str) -> None:
    """Refuse a covariate that became known after the row began to be at risk.

    Whoever has such a value was alive and followed until that day: in a comparison from the
    start its time until then cannot contain an event (immortal time).

    Arguments: the covariate's name; the days its values became known and the days rows begin,
    shape (rows,); the clock.

    >>> refuse_later_covariate("marrow", [0.0, 0.0], np.zeros(2), "infusion")
    """
    days = np.broadcast_to(np.asarray(known_on, dtype=np.float64), entry.shape)
    late = days > entry
    if bool(late.any()):
        worst = float(days[late].max())
        raise EstimandError(
            f"{named_rows(late)} have a {name} that became known after their follow-up begins "
            f"(up to day {worst:g} from {clock}). Only a child who was alive and followed until "
            "that day can have it, so it would seem to protect. Use a landmark analysis, or "
            "rows that change on the day it becomes known (exposure_spells)."
        )


def never_treated(follow_up: FollowUp, treatment_day: ArrayLike, *, name: str) -> FollowUp:
    """The children without a treatment, if that can be known when follow-up begins.

    Arguments: a follow-up; the day of the treatment on its clock, NaN where there was none, shape
    (n,); the treatment's name.
    Returns: the follow-up of the children who had not had it by their entry.
    Refuses: treatments after entry. Leaving those children out selects by the future: a child
    who relapses is treated again, so those never treated again are the ones who did well.
    Source: Anderson, Cain and Gelber 1983.

    >>> rows = FollowUp(exit=[30, 90], status=[1, 0], cause_names=("death",), unit="child",
    ...                 clock="infusion", definition="os, edition 1", origin="recorded")
    >>> never_treated(rows, [float("nan"), 0], name="earlier transplant").n
    1
    """
    day = np.asarray(treatment_day, dtype=np.float64)
    if day.shape != (follow_up.n,):
        raise EstimandError(
            f"The days of {name} have shape {day.shape} for {follow_up.n} rows. Every row has one "
            "day, or none. Pass one a row, NaN where there was none."
        )
    later = day > follow_up.entry
    if bool(later.any()):
        raise EstimandError(
            f"{int(later.sum())} of {follow_up.n} rows had {name} after follow-up "
            f"from {follow_up.clock} began. A curve of those who had no later {name} is of "
            f"children chosen by what happened to them afterwards, and describes nobody at "
            f"{follow_up.clock}. Keep everyone: censor at {name} (hypothetical), count it as an "
            "event (composite) or ignore it (treatment policy), or draw Simon-Makuch curves."
        )
    return follow_up.subset(~(day <= follow_up.entry))


def refuse_small_groups(sizes: Mapping[str, int], smallest: int, unit: str, *, of: str) -> None:
    """Refuse a comparison in which a group has fewer units than its minimum.

    Arguments: how many units each group has; the fewest allowed; the unit; what the groups are of.

    >>> refuse_small_groups({"high": 6, "low": 14}, 5, "child", of="burden at infusion")
    """
    for label, size in sizes.items():
        if size < smallest:
            some = (
                "nobody"
                if size == 0
                else f"{size} {unit}{_PLURAL.get(unit, 's') if size > 1 else ''}"
            )
            raise EstimandError(
                f"In {of}, the group {label!r} has {some}; the fewest allowed is {smallest}. "
                "A figure of so few says more about who they happened to be than about the "
                "group. Join groups, describe them one by one, or give a smaller minimum and "
                "say so."
            )
