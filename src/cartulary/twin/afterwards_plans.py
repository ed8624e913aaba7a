# SPDX-License-Identifier: Apache-2.0
"""What a policy does after an infusion: whom it transplants, whom it infuses again, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.twin.afterwards_histories import Segment
from cartulary.twin.policy import Criterion, Policy, When
from cartulary.twin.population_children import Floats, YesNo
from cartulary.twin.response import at_days


@dataclass(frozen=True, slots=True)
class Seen:
    """What a segment shows that a policy goes by; days since its start, NaN for never."""

    segment: Segment
    ln_share: Floats  # of the marrow, `relapse.ln_marrow_share`
    remission_day: Floats
    aplasia_lost_day: Floats
    relapse_day: Floats


def transplant_day(
    seen: Seen, policy: Policy, prior_transplant: YesNo, parameters: ParameterSet
) -> Floats:
    """The day of the transplant in remission that the policy plans, if nothing comes before it."""
    rule = policy.transplant
    day = _planned(
        seen,
        rule.when,
        rule.criteria,
        rule.visit_days,
        rule.aplasia_lost_before_days,
        rule.delay_days,
        parameters,
    )
    day = np.where(day <= rule.until_days, day, np.nan)
    return day if rule.again else np.where(prior_transplant, np.nan, day)


def second_infusion_day(seen: Seen, policy: Policy, parameters: ParameterSet) -> Floats:
    """The day of the second infusion in remission that the policy plans."""
    rule = policy.second_infusion
    return _planned(
        seen,
        rule.when,
        rule.criteria,
        policy.visit_days,
        rule.aplasia_lost_before_days,
        rule.delay_days,
        parameters,
    )


def _planned(
    seen: Seen,
    when: When,
    criteria: tuple[Criterion, ...],
    visit_days: tuple[int, ...],
    aplasia_lost_before_days: int,
    delay_days: int,
    parameters: ParameterSet,
) -> Floats:
    """The first visit in remission at which the rule holds, and its delay; NaN if none."""
    planned = np.full(len(seen.segment), np.nan)
    if when is When.NONE:
        return planned
    for visit in sorted(visit_days, reverse=True):
        holds = (seen.remission_day <= visit) & ~(seen.relapse_day <= visit)
        if when is When.CRITERIA:
            holds &= _meets(seen, criteria, visit, aplasia_lost_before_days, parameters)
        planned = np.where(holds, float(visit + delay_days), planned)
    return np.where(planned < np.nan_to_num(seen.relapse_day, nan=np.inf), planned, np.nan)


def _meets(
    seen: Seen,
    criteria: tuple[Criterion, ...],
    visit: int,
    aplasia_lost_before_days: int,
    parameters: ParameterSet,
) -> YesNo:
    """Who meets one of the criteria at a visit."""
    meets = np.zeros(len(seen.segment), dtype=bool)
    for criterion in criteria:
        if criterion is Criterion.B_CELL_APLASIA_LOST:
            lost = (seen.aplasia_lost_day <= visit) & (
                seen.aplasia_lost_day < aplasia_lost_before_days
            )
            meets |= lost
        else:
            days = seen.segment.solution.days
            on = np.full(len(seen.segment), float(visit))
            share = np.exp(at_days(days, seen.ln_share, on))
            meets |= share >= parameters.value("residual_disease_limit")
    return meets
