# SPDX-License-Identifier: Apache-2.0
"""What else the children of a study were given after the common start, and when.

A group's own treatment has begun by the start, so what comes after it is another one: a transplant
after the cells, or a second transplant. Both groups are so judged by one rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cartulary.codebook.endpoint import Endpoint
from cartulary.codebook.endpoint_columns import NEVER, CohortColumns, Days, Mask
from cartulary.codebook.endpoint_reader import definitions
from cartulary.codebook.expression import Condition
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.follow_up import FollowUp
from cartulary.studies.estimand_rows import INTERCURRENT

#: The edition of event-free survival that counts molecular relapse and all further treatment.
STRINGENT: Final = "uk.stringent_efs"
RELAPSE: Final = "relapse"


@dataclass(frozen=True, kw_only=True, eq=False)
class AfterStart:
    """One group's endpoint with other treatment ignored, and the days of that treatment.

    policy: rows as treatment policy has them; n of them. days: by kind, days from the start to the
    first of it after the start; infinite where there was none; shape (n,). molecular: the same of
    the first relapse that the stringent edition counts and the endpoint may not.
    """

    policy: FollowUp
    days: Mapping[str, FloatArray] = field(repr=False)
    molecular: FloatArray = field(repr=False)

    @property
    def first(self) -> FloatArray:
        """Days to the first other treatment of any kind; shape (n,)."""
        none = np.full(self.policy.n, np.inf)
        return np.asarray(np.minimum.reduce([none, *self.days.values()]), dtype=np.float64)

    @property
    def before_event(self) -> FloatArray:
        """`first`, infinite where the endpoint came first or on the same day, or nobody saw."""
        rows, first = self.policy, self.first
        seen = np.where(rows.status > 0, first < rows.exit, first <= rows.exit)
        return np.where(seen, first, np.inf)

    def counts(self) -> dict[str, int]:
        """How many had each kind as their first other treatment, before the endpoint."""
        before = self.before_event
        found, counted = {}, np.zeros(self.policy.n, dtype=bool)
        for kind, days in self.days.items():
            own = np.isfinite(before) & (days == before) & ~counted
            found[kind] = int(np.count_nonzero(own))
            counted |= own
        return found


def kinds_of(endpoint: Endpoint) -> tuple[str, ...]:
    """The other treatments that an endpoint names, in the order in which codebooks name them."""
    named = {moment.name for moment in endpoint.moments}
    return tuple(kind for kind in INTERCURRENT if kind in named)


def counts_relapse(endpoint: Endpoint) -> bool:
    """Whether an endpoint counts relapse: a stringent edition is of such endpoints only."""
    return any(m.sign.kind == RELAPSE and m.strategy == "event" for m in endpoint.moments)


def days_after(
    endpoint: Endpoint, columns: CohortColumns, start: Days, keep: Mask
) -> dict[str, FloatArray]:
    """By kind of other treatment, the days from the start to the first after it."""
    return {
        moment.name: _first_after(columns, moment.sign.kind, moment.sign.where, start, keep)
        for moment in endpoint.moments
        if moment.name in INTERCURRENT
    }


def relapse_after(columns: CohortColumns, start: Days, keep: Mask) -> FloatArray:
    """Days from the start to the first relapse, of any kind that the stringent edition counts."""
    found = np.full(int(np.count_nonzero(keep)), np.inf)
    for moment in definitions()[STRINGENT].moments:
        if moment.sign.kind == RELAPSE:
            own = _first_after(columns, RELAPSE, moment.sign.where, start, keep)
            found = np.minimum(found, own)
    return found


def _first_after(
    columns: CohortColumns, kind: str, where: Condition | None, start: Days, keep: Mask
) -> FloatArray:
    """Days from the start to the first such event after it; infinite where there is none."""
    events = columns.kind(kind)
    held = events.where(where) & (events.day > start[events.child])
    first = events.first_days(held & (events.day != NEVER))
    return np.where(first == NEVER, np.inf, (first - start).astype(np.float64))[keep]
