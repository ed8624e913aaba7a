# SPDX-License-Identifier: Apache-2.0
"""The article's groups of relapse, with those never in remission, and what each shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from cartulary.course.events.disease import Cd19Status
from cartulary.twin.afterwards_histories import CD19, GROUPS, Group, Histories
from cartulary.twin.population_children import Floats, Wholes, YesNo

#: The codebook's scale `relapse_class_article_2020`: early is at most so long after the infusion.
EARLY_WITHIN_DAYS: Final = 60
DAYS_PER_MONTH: Final = 365.25 / 12.0


def group_of(days_after_infusion: Floats, cd19: Wholes) -> Wholes:
    """Places in GROUPS, by the codebook's scale: the first group that holds counts.

    Arguments: days from the first infusion to the relapse, NaN for none; CD19, places in CD19.

    >>> found = group_of(np.array([40.0, 200.0, np.nan]), np.array([0, 0, -1]))
    >>> [GROUPS[place].value for place in found]
    ['early', 'cd19_positive', 'none']
    """
    found = np.select(
        [
            np.isnan(days_after_infusion),
            days_after_infusion <= EARLY_WITHIN_DAYS,
            cd19 == CD19.index(Cd19Status.NEGATIVE),
            cd19 == CD19.index(Cd19Status.POSITIVE),
        ],
        [
            GROUPS.index(Group.NONE),
            GROUPS.index(Group.EARLY),
            GROUPS.index(Group.CD19_NEGATIVE),
            GROUPS.index(Group.CD19_POSITIVE),
        ],
        GROUPS.index(Group.UNKNOWN),
    )
    return found.astype(np.int64)


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of relapse in a cohort."""

    group: Group
    children: int
    share_of_infused: float
    median_months: float  # from the first infusion; NaN without a relapse
    quartile_months: tuple[float, float]
    aplasia_ongoing: float  # share at the relapse, NaN without one
    expansion_failed: float  # share
    median_ln_peak: float  # of CAR-T cells, beside the median of the children without relapse


def with_no_remission(group: Wholes, no_response: YesNo) -> Wholes:
    """The groups, with the children whose cells were found to have failed apart from the others.

    Arguments: places in GROUPS; whether no response was settled while the child was followed.

    >>> found = with_no_remission(np.array([0, 0]), np.array([True, False]))
    >>> [GROUPS[place].value for place in found]
    ['no_remission', 'none']
    """
    refractory = no_response & (group == GROUPS.index(Group.NONE))
    return np.where(refractory, GROUPS.index(Group.NO_REMISSION), group).astype(np.int64)


def group_figures(histories: Histories) -> tuple[GroupFigures, ...]:
    """What each group shows: how many, when, B cells at the relapse, and expansion.

    Expansion stands beside that of the children in remission without relapse. Children who never
    came into remission have a line of their own, without a relapse and so without its day.
    Relapses after a second infusion or a transplant belong to the group of their day and CD19, as
    in the article.
    """
    infused = ~np.isnan(histories.infusion_day)
    months = (histories.relapse_day - histories.infusion_day) / DAYS_PER_MONTH
    without = infused & (histories.group == GROUPS.index(Group.NONE))
    reference = float(np.median(histories.ln_peak_cells[without])) if without.any() else np.nan
    return tuple(
        _figures(group, histories, infused & (histories.group == place), months, infused, reference)
        for place, group in enumerate(GROUPS)
        if group is not Group.NONE
    )


def _figures(
    group: Group,
    histories: Histories,
    chosen: YesNo,
    months: Floats,
    infused: YesNo,
    reference: float,
) -> GroupFigures:
    def median(values: Floats) -> float:
        return float(np.median(values[chosen])) if chosen.any() else float("nan")

    def share(of: YesNo) -> float:
        return float(of[chosen].mean()) if chosen.any() else float("nan")

    relapsed = chosen.any() and group is not Group.NO_REMISSION
    quartiles = (
        np.quantile(months[chosen], (0.25, 0.75)) if relapsed else np.array([np.nan, np.nan])
    )
    return GroupFigures(
        group=group,
        children=int(chosen.sum()),
        share_of_infused=float(chosen.sum() / max(int(infused.sum()), 1)),
        median_months=median(months),
        quartile_months=(float(quartiles[0]), float(quartiles[1])),
        aplasia_ongoing=share(histories.aplasia_at_relapse) if relapsed else float("nan"),
        expansion_failed=share(histories.expansion_failed),
        median_ln_peak=median(histories.ln_peak_cells) - reference,
    )
