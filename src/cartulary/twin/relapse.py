# SPDX-License-Identifier: Apache-2.0
"""The day of relapse, and the clone that came back, from the leukaemia that is truly there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.course.events.disease import Cd19Status
from cartulary.twin.afterwards_histories import CD19, CLONES, RESPONSE_DAYS, Clone, Segment
from cartulary.twin.population_children import Floats, Wholes
from cartulary.twin.response import at_days, first_at_or_above

#: A relapse is not seen before the first planned look after the infusion.
FIRST_LOOK_DAY = float(RESPONSE_DAYS[0])


@dataclass(frozen=True, slots=True)
class Relapses:
    """Relapses of one segment; days since its start, NaN for none."""

    day: Floats
    molecular_day: Floats  # residual disease came back above the limit, before or without a relapse
    clone: Wholes  # place in CLONES, -1 for none


def ln_marrow_share(segment: Segment) -> Floats:
    """ln of the leukaemia as a share of the marrow, `[m, g]`; -inf for none."""
    share = segment.marrow_share
    ln_share: Floats = np.log(np.maximum(share, 1e-300, out=share), out=share)
    return ln_share


def relapses(
    segment: Segment,
    ln_share: Floats,
    remission_day: Floats,
    parameters: ParameterSet,
    from_day: float,
) -> Relapses:
    """When the marrow is past the threshold of relapse, and by which clone.

    Only a child in remission relapses, from the look that found the remission on, be it a later
    one. Without a remission there is none to lose: leukaemia that comes up then is refractory, and
    the looks say no response.

    Arguments: the segment and its `ln_marrow_share`; the day of remission since its start, NaN
    for none; the parameters; the day before which nothing is called a relapse.
    """
    days = segment.solution.days
    m = len(segment)
    level = np.full(m, np.log(parameters.value("relapse_marrow_share")))
    since = np.where(np.isnan(remission_day), from_day, np.maximum(remission_day, from_day))
    day = first_at_or_above(days, ln_share, level, since)
    day = np.where(np.isnan(remission_day), np.nan, np.ceil(day))
    limit = np.full(m, np.log(parameters.value("residual_disease_limit")))
    clear = at_days(days, ln_share, since) < limit
    molecular = np.ceil(first_at_or_above(days, ln_share, limit, since))
    molecular = np.where(clear & ~np.isnan(remission_day), molecular, np.nan)
    sizes = np.array(
        [at_days(days, segment.ln_leukaemia[:, :, clone], day) for clone in range(len(CLONES))]
    )
    largest = np.argmax(np.nan_to_num(sizes, nan=-np.inf, neginf=-1e300), axis=0)
    return Relapses(day, molecular, np.where(np.isnan(day), -1, largest).astype(np.int64))


def cd19_of(clone: Wholes, switches_lineage: Floats, drawn: Floats) -> Wholes:
    """CD19 as the laboratory writes it for the clone of a relapse: places in CD19, -1 for none.

    Arguments: the clone; of a clone that lost both antigens, the share that changed its lineage;
    a uniform draw for each child.
    """
    of_clone = np.array([CD19.index(one.cd19) for one in CLONES])
    status = np.where(clone >= 0, of_clone[np.maximum(clone, 0)], -1)
    switched = (clone == CLONES.index(Clone.BOTH_LOST)) & (drawn < switches_lineage)
    return np.where(switched, CD19.index(Cd19Status.LINEAGE_SWITCH), status).astype(np.int64)
