# SPDX-License-Identifier: Apache-2.0
"""How long children were followed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cartulary.evidence import sources
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier


def median_follow_up(follow_up: FollowUp, *, level: float = 0.95) -> Estimate:
    """The median time under observation by the reverse Kaplan-Meier method.

    Censoring is the event and every event is censoring: how long children would have been
    followed had none of them had the event.

    Source: Schemper and Smith 1996.

    >>> rows = FollowUp(exit=[100, 200, 300], status=[0, 0, 0], cause_names=("death",),
    ...                 unit="child", clock="infusion", definition="os, edition 1",
    ...                 origin="recorded")
    >>> median_follow_up(rows).value
    200.0
    """
    reversed_rows = replace(
        follow_up,
        status=(follow_up.status == 0).astype(np.int64),
        cause_names=("end of follow-up",),
        cause_specific=False,
    )
    median = kaplan_meier(reversed_rows, level=level).median()
    return replace(
        median,
        method="median follow-up, reverse Kaplan-Meier, Brookmeyer-Crowley log-log interval",
        citations=(sources.REVERSE_KAPLAN_MEIER, *median.citations),
    )
