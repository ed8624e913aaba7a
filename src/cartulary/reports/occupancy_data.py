# SPDX-License-Identifier: Apache-2.0
"""What the figure of states needs to be drawn: shares of children in each state, over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.occupancy_curve import OccupancyCurve
from cartulary.evidence.transitions import Transitions
from cartulary.reports.chart_terms import CLOCKS, DAYS_PER_MONTH
from cartulary.reports.text import Count

#: Grounds: three of remission from dark to light, not in remission, two of relapse, dead, unknown.
TONES = (0, 1, 2, "not_in_remission", "relapse", "relapse_light", "dead", "unknown")
#: Sums of fractions reach 1 only to rounding.
_WHOLE = 1e-6
MOST_STATES = 8


@dataclass(frozen=True, slots=True)
class StateShare:
    """A state's share at a month with its interval; `value` None where nobody was followed."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class StateBand:
    """One state: its share as (day, share) steps from day 0, and at the months of the table.

    `label` is finished words; `tone` one of `TONES`; `counts` how many were seen in the state at
    each of those months, under the keys by which the report knows them.
    """

    label: str
    tone: int | str
    steps: tuple[tuple[float, float], ...]
    shares: tuple[StateShare, ...]
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class OccupancyData:
    """Every child in exactly one state, stacked from the bottom in the given order.

    months: those of `shares` of each band, and of `at_risk` and `seen`: how many were under
    observation, and these with those who had come to a state that is not left. named_month: one of
    the months; its shares stand at the right edge. months_only: coarsened by disclosure control;
    shares at months, not joined.

    Refuses: a clock or tone no figure can draw; more states than can be told apart; steps that do
    not begin on day 0, or do not add up to all children on some day; a named month without shares.
    """

    clock: str
    origin: str
    unit: str
    n: int
    bands: tuple[StateBand, ...]
    months: tuple[float, ...]
    at_risk: tuple[Count, ...]
    seen: tuple[Count, ...]
    last_day: float
    named_month: float = 12
    months_only: bool = False

    def __post_init__(self) -> None:
        if self.clock not in CLOCKS:
            raise EstimandError(
                f"The clock is {self.clock!r}. No figure can draw it. Give one of "
                f"{', '.join(CLOCKS)}."
            )
        if not 2 <= len(self.bands) <= MOST_STATES:
            raise EstimandError(
                f"There are {len(self.bands)} states to stack. Between 2 and {MOST_STATES} can be "
                "told apart. Join states that a reader need not tell apart."
            )
        if self.named_month not in self.months or len(self.at_risk) != len(self.months):
            raise EstimandError(
                f"The named month is {self.named_month:g}, the months are {self.months} with "
                f"{len(self.at_risk)} numbers. The right edge and the table say the same. Give a "
                "share of every state and a number for each month."
            )
        for band in self.bands:
            self._check_band(band)
        for day in sorted({day for band in self.bands for day, _ in band.steps}):
            total = sum(share_on(band, day) for band in self.bands)
            if abs(total - 1.0) > _WHOLE:
                raise EstimandError(
                    f"The shares of day {day:g} add to {total:.6f}. Every {self.unit} is in one "
                    "state. Give all states."
                )

    def _check_band(self, band: StateBand) -> None:
        """A band can be drawn."""
        if band.tone not in TONES:
            raise EstimandError(
                f"The tone of {band.label!r} is {band.tone!r}. No figure can draw it. Give one of "
                f"{', '.join(map(str, TONES))}."
            )
        if not band.steps or band.steps[0][0] != 0.0 or len(band.shares) != len(self.months):
            raise EstimandError(
                f"The state {band.label!r} has {len(band.steps)} steps and {len(band.shares)} "
                "shares. It needs a step on day 0 and a share for each month. Give them."
            )


def share_on(band: StateBand, day: float) -> float:
    """The share of a state on a day."""
    found = band.steps[0][1]
    for start, share in band.steps:
        if start > day:
            break
        found = share
    return found


def occupancy_data(
    curve: OccupancyCurve,
    states: Sequence[tuple[str, str, int | str]],
    *,
    months: Sequence[float] = (3, 6, 12, 24),
    named_month: float = 12,
    key: str = "states",
) -> OccupancyData:
    """The figure's data from an occupancy curve that starts on day 0.

    Arguments: the curve; (state, label, tone) from the bottom up, every state of the curve once;
    the months of the table, days of 365.25 / 12; the month named at the right edge; the name under
    which the report knows the counts.
    Returns: an `OccupancyData`; states that are never occupied are left out of the stack only
    when they are left out of `states`, which is allowed for them.
    Refuses: a curve from a later day; a state that is occupied but not listed.

    >>> from cartulary.evidence.multi_state import occupancy
    >>> from cartulary.evidence.transitions import Transitions
    >>> stays = Transitions(entry=[0, 0], exit=[60, 40], from_state=["well", "well"],
    ...                     to_state=["censored", "dead"], child_ids=["a", "b"],
    ...                     states=("well", "dead"), allowed=(("well", "dead"),), unit="child",
    ...                     clock="infusion", definition="an example", origin="simulated")
    >>> data = occupancy_data(occupancy(stays, start="well"), [("well", "well", 0),
    ...                       ("dead", "dead", "dead")], months=(1,), named_month=1)
    >>> data.bands[0].shares[0].value, data.at_risk[0].value
    (1.0, 2)
    """
    if curve.start_day != 0.0:
        raise EstimandError(
            f"The curve starts on day {curve.start_day:g}. The figure shows all children from the "
            "clock's origin. Reckon the occupancy from day 0."
        )
    listed = [state for state, _, _ in states]
    unlisted = [
        state
        for row, state in enumerate(curve.states)
        if state not in listed and (curve.start[row] > 0.0 or bool(np.any(curve.occupancy[row])))
    ]
    if unlisted:
        raise EstimandError(
            f"The states {', '.join(unlisted)} are occupied but not listed. The stack would not "
            "hold every child. List them."
        )
    rows = curve.transitions
    days = [month * DAYS_PER_MONTH for month in months]
    bands = []
    for state, label, tone in states:
        row = rows.state_number(state)
        steps = [(0.0, float(curve.start[row]))]
        for day, share in zip(curve.days.tolist(), curve.occupancy[row].tolist(), strict=True):
            if day <= rows.last_day:
                steps.append((day, min(max(share, 0.0), 1.0)))
        shares = []
        for day in days:
            found = curve.occupancy_at(day, state)
            shares.append(StateShare(found.value, found.low, found.high))
        counts = tuple(
            Count(number, f"{key}.{state}.by_{day:g}")
            for number, day in zip(_seen_in(rows, state, days), days, strict=True)
        )
        bands.append(StateBand(label, tone, tuple(steps), tuple(shares), counts))
    return OccupancyData(
        clock=rows.clock,
        origin=rows.origin,
        unit=rows.unit,
        n=rows.n_children,
        bands=tuple(bands),
        months=tuple(months),
        at_risk=tuple(
            Count(int(np.sum((rows.entry < day) & (rows.exit >= day))), f"{key}.at_risk.by_{day:g}")
            for day in days
        ),
        seen=tuple(
            Count(sum(band.counts[place].value for band in bands), f"{key}.seen.by_{day:g}")
            for place, day in enumerate(days)
        ),
        last_day=rows.last_day,
        named_month=named_month,
    )


def _seen_in(rows: Transitions, state: str, days: Sequence[float]) -> list[int]:
    """How many were seen in a state just before each day; of a final state, who had come there."""
    number = rows.state_number(state)
    here = rows.from_state == number
    if state not in {source for source, _ in rows.allowed}:
        came = rows.exit[rows.to_state == number]
        return [int(np.count_nonzero(came < day)) for day in days]
    entry, exit_ = rows.entry[here], rows.exit[here]
    return [int(np.count_nonzero((entry < day) & (exit_ >= day))) for day in days]
