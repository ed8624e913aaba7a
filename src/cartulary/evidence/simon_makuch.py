# SPDX-License-Identifier: Apache-2.0
"""Survival with an exposure that begins during follow-up, each child counted where it was."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from cartulary.course.errors import EstimandError
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.immortal_time import FEWEST_IN_GROUP, refuse_small_groups
from cartulary.evidence.interval import FEWEST_AT_RISK, IntervalScale
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.log_rank import log_rank
from cartulary.evidence.spells import exposure_spells
from cartulary.evidence.survival_curve import SurvivalCurve

SIMON_MAKUCH = "Simon R, Makuch RW. Stat Med 1984;3:35-44"
MANTEL_BYAR = "Mantel N, Byar DP. J Am Stat Assoc 1974;69:81-86"


@dataclass(frozen=True, kw_only=True, eq=False)
class SimonMakuch:
    """Two curves over the same clock: of time before exposure, and of time after it.

    They are not curves of two sets of children: a child counts in the first until its exposure
    and in the second from then on. n: rows; ever_exposed: rows in the second curve. test:
    Mantel and Byar's. notes: what a reader must be told.
    """

    name: str
    unexposed: SurvivalCurve
    exposed: SurvivalCurve
    n: int
    ever_exposed: int
    start_day: float
    test: HypothesisTest
    citations: tuple[str, ...] = (SIMON_MAKUCH, MANTEL_BYAR)
    notes: tuple[str, ...] = ()


def simon_makuch(
    follow_up: FollowUp,
    exposure_day: ArrayLike,
    *,
    name: str,
    start_day: float = 0.0,
    fewest_in_group: int = FEWEST_IN_GROUP,
    level: float = 0.95,
    interval: IntervalScale = "log-log",
) -> SimonMakuch:
    """Kaplan-Meier curves in which a child moves to the exposed on its day of exposure.

    Unexposed: (entry, exposure], an event counting only if it came first. Exposed:
    (exposure, exit], by delayed entry. An event on the day of exposure is unexposed.

    Arguments:
        follow_up: one cause; shape (n,) arrays.
        exposure_day: on the same clock, NaN where there was none; shape (n,).
        name: the exposure in words.
        start_day: the curves are of survival from this day on; a day by which some have been
            exposed keeps the exposed curve from resting on one or two children.
        fewest_in_group: the fewest children in either curve.
        level, interval: as in `kaplan_meier`.

    Returns: a `SimonMakuch`, with Mantel and Byar's test over the whole follow-up from start_day.

    Refuses: several causes; fewer children than the minimum before or after exposure.

    Source: Simon and Makuch 1984; Mantel and Byar 1974.

    >>> rows = FollowUp(exit=[20, 80, 90, 200, 210, 220, 230, 300, 310, 320, 330, 340],
    ...                 status=[1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 0], cause_names=("relapse",),
    ...                 unit="child", clock="remission", definition="rfs, edition 1",
    ...                 origin="simulated")
    >>> day = [float("nan")] * 6 + [40, 50, 55, 30, 20, 100]
    >>> found = simon_makuch(rows, day, name="transplant", start_day=60)
    >>> round(found.exposed.survival_at(320).value, 3)
    0.625
    """
    checked_level(level)
    if not np.isfinite(start_day) or start_day < 0.0:
        raise EstimandError(
            f"The start day is {start_day}. Days count from the clock's origin. "
            "Give a day from 0 on."
        )
    stays = np.asarray(follow_up.exit > start_day) if start_day > 0.0 else follow_up.at_some_risk
    followed = follow_up.subset(stays)
    day = np.asarray(exposure_day, dtype=np.float64)
    if day.shape == (follow_up.n,):
        day = day[stays]
    spells = exposure_spells(followed, day, name=name)
    after = spells.covariates[name] > 0.0
    in_view = spells.at_some_risk if start_day == 0.0 else spells.exit > start_day
    label = np.where(after, name, f"no {name}")
    refuse_small_groups(
        {
            name: int(np.count_nonzero(after & in_view)),
            f"no {name}": int(np.count_nonzero(~after & in_view)),
        },
        fewest_in_group,
        follow_up.unit,
        of=f"the curves from day {start_day:g}",
    )
    # Exposed on day 0 itself: at risk from the day after, which an entry of 0 would not say.
    begin = np.where(spells.from_origin, 0.0, np.maximum(spells.entry, np.nextafter(0.0, 1.0)))
    rows = replace(
        followed,
        entry=np.maximum(begin, start_day),
        exit=np.maximum(spells.exit, start_day),
        status=spells.event.astype(np.int64),
        child_ids=None,
        weights=spells.weights,
        group=label,
    ).subset(in_view)
    parts = rows.by_group()
    curves = {
        group: kaplan_meier(part, level=level, interval=interval, start_day=start_day)
        for group, part in parts.items()
    }
    exposed = curves[name]
    notes = [
        f"a {follow_up.unit} counts as unexposed until {name} and as exposed from then on: these "
        "are not curves of two sets of children"
    ]
    thin = np.flatnonzero((exposed.at_risk < FEWEST_AT_RISK) & (exposed.events > 0.0))
    if thin.size and bool(np.any(exposed.at_risk[thin[0] :] >= FEWEST_AT_RISK)):
        notes.append(
            f"the exposed curve falls on day {exposed.days[thin[0]]:g} with "
            f"{exposed.at_risk[thin[0]]:g} at risk, before others come: choose a later start day"
        )
    test = log_rank(rows)
    return SimonMakuch(
        name=name,
        unexposed=curves[f"no {name}"],
        exposed=exposed,
        n=followed.n,
        ever_exposed=int(np.count_nonzero(after & in_view)),
        start_day=start_day,
        test=replace(test, method="Mantel-Byar test", n=followed.n, citations=(MANTEL_BYAR,)),
        notes=tuple(notes),
    )
