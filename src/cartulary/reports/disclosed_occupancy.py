# SPDX-License-Identifier: Apache-2.0
"""What is left of the figure of states when small counts may not be read from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from cartulary.reports.chart_terms import DAYS_PER_MONTH
from cartulary.reports.occupancy_data import OccupancyData, StateBand, StateShare, share_on
from cartulary.reports.text import Count

Hidden = Callable[[Count], bool]
FEWEST_MONTHS = 2


def disclosed_occupancy(data: OccupancyData, hidden: Hidden, limit: int) -> OccupancyData | None:
    """Shares at the printed months alone, with the states of few children as one.

    States whose count is withheld in any month kept are joined, the next smallest with them where
    one would stand alone. A month is kept only when every band then holds nobody or at least
    `limit` children, and differs from the month before by nobody or at least `limit`. None when
    fewer than two months, or two bands, are left.
    """
    if data.n < limit or not all(band.counts for band in data.bands):
        return None
    places = [
        place
        for place, count in enumerate(data.at_risk)
        if not hidden(count) and not hidden(data.seen[place]) and count.value >= limit
        if all(band.shares[place].value is not None for band in data.bands)
    ]
    choices = [
        (groups, kept)
        for size in range(FEWEST_MONTHS, len(places) + 1)
        for kept in combinations(places, size)
        if len(groups := _groups(data.bands, kept, hidden)) > 1
        and _may_be_told(data, groups, kept, limit)
    ]
    if not choices:
        return None
    # As many bands at as many months as may be told; of equals, the later months.
    groups, kept = max(choices, key=lambda one: (len(one[0]) * len(one[1]), len(one[0]), one[1]))
    days = [0.0, *(data.months[place] * DAYS_PER_MONTH for place in kept)]
    months = tuple(data.months[place] for place in kept)
    return replace(
        data,
        bands=tuple(_band(group, days, kept) for group in groups),
        months=months,
        at_risk=tuple(data.at_risk[place] for place in kept),
        seen=tuple(data.seen[place] for place in kept),
        last_day=days[-1],
        named_month=data.named_month if data.named_month in months else months[-1],
        months_only=True,
    )


def _groups(
    bands: Sequence[StateBand], kept: Sequence[int], hidden: Hidden
) -> list[list[StateBand]]:
    """States that can stand by themselves, then those that cannot as one; never one of these."""
    small = [band for band in bands if any(hidden(band.counts[place]) for place in kept)]
    if len(small) == 1:
        others = [band for band in bands if band not in small]
        small.append(min(others, key=lambda b: sum(b.counts[place].value for place in kept)))
    joined = [band for band in bands if band in small]
    alone = [[band] for band in bands if band not in small]
    return [*alone, joined] if joined else alone


def _may_be_told(
    data: OccupancyData, groups: list[list[StateBand]], kept: Sequence[int], limit: int
) -> bool:
    """Whether nothing small can be reckoned at these months, or from one to the next."""
    before = [round(data.n * sum(share_on(band, 0.0) for band in group)) for group in groups]
    in_view = data.n
    for place in kept:
        here = [sum(band.counts[place].value for band in group) for group in groups]
        seen = data.seen[place].value
        steps = [abs(now - then) for now, then in zip(here, before, strict=True)]
        if any(0 < number < limit for number in (*here, *steps, in_view - seen)):
            return False
        before, in_view = here, seen
    return True


def _band(group: list[StateBand], days: list[float], kept: Sequence[int]) -> StateBand:
    """One state at the months kept; several as one, whose shares add up and intervals do not."""
    steps = tuple((day, min(sum(share_on(band, day) for band in group), 1.0)) for day in days)
    if len(group) == 1:
        (band,) = group
        return replace(
            band,
            steps=steps,
            shares=tuple(band.shares[place] for place in kept),
            counts=tuple(band.counts[place] for place in kept),
        )
    return StateBand(
        label=", ".join(band.label for band in group),
        tone="unknown",
        steps=steps,
        shares=tuple(
            StateShare(min(sum(band.shares[place].value or 0.0 for band in group), 1.0))
            for place in kept
        ),
    )
