# SPDX-License-Identifier: Apache-2.0
"""One figure of a simulated cohort, reckoned as its target's file says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from cartulary.codebook.target import Measure
from cartulary.course.errors import EstimandError
from cartulary.evidence.aalen_johansen import cumulative_incidence
from cartulary.evidence.cox import cox
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.spells import Spells
from cartulary.studies.calibration.measure_expansion import (
    decline,
    expansion_ratio,
    expansion_spread,
    peak_day,
)
from cartulary.studies.calibration.measure_relapse import (
    aplasia_at_relapse,
    expansion_failed,
    relapse_month,
    relapse_share,
)
from cartulary.studies.calibration.measure_toxicity import toxicity
from cartulary.studies.calibration.measured_cohort import KINDS_OF_GROUP, MeasuredCohort

#: What every endpoint reads of a course, beside what a measure adds.
_COURSE: Final = frozenset(
    {
        "indication", "apheresis", "infusion", "assessment", "relapse", "transplant",
        "new_therapy", "death", "last_contact",
    }
)  # fmt: skip
_ADDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "toxicity": ("toxicity",),
        "expansion_ratio": ("measurement",),
        "expansion_spread": ("measurement",),
        "peak_day": ("measurement",),
        "decline": ("measurement",),
    }
)
PENN: Final = "penn_crs_2014"


def kinds_needed(measures: Iterable[Measure]) -> frozenset[str]:
    """The kinds of event that must be told for these figures; the dear ones only where asked for.

    >>> "finding" in kinds_needed([Measure("survival", endpoint="os.infusion", at_days=365)])
    False
    """
    kinds = set(_COURSE)
    for measure in measures:
        kinds |= set(_ADDED.get(measure.kind, ()))
        kinds |= set(KINDS_OF_GROUP.get(measure.among, ()))
        if measure.kind == "toxicity" and measure.scale == PENN:
            kinds.add("finding")
    return frozenset(kinds)


def measured(cohort: MeasuredCohort, measure: Measure) -> float:
    """The figure, in the unit in which it is printed; NaN where nothing can be reckoned."""
    if measure.kind not in _RECKONED:
        raise EstimandError(
            f"Nothing is known of reckoning {measure.kind!r}. A figure would stand for another. "
            f"Known: {', '.join(_RECKONED)}."
        )
    return float(_RECKONED[measure.kind](cohort, measure))


def _survival(cohort: MeasuredCohort, measure: Measure) -> float:
    return _free(_asked(cohort, measure), measure)


def _free_of(cohort: MeasuredCohort, measure: Measure) -> float:
    """Free of one or some causes where nothing else could happen: what competes is censored."""
    held = _asked(cohort, measure)
    counted = [held.cause_number(cause) for cause in measure.cause]
    alone = FollowUp(
        entry=held.entry,
        exit=held.exit,
        status=np.isin(held.status, counted).astype(np.int64),
        cause_names=(measure.cause[0],),
        unit=held.unit,
        clock=held.clock,
        definition=held.definition,
        origin=held.origin,
    )
    return _free(alone, measure)


def _free(held: FollowUp, measure: Measure) -> float:
    if held.n_in_view == 0 or measure.at_days is None:
        return np.nan
    curve = kaplan_meier(held)
    if measure.at_days > held.last_day and curve.survival[-1] > 0:
        return np.nan
    place = int(np.searchsorted(curve.days, measure.at_days, side="right")) - 1
    return float(curve.survival[place]) if place >= 0 else 1.0


def _incidence(cohort: MeasuredCohort, measure: Measure) -> float:
    held = _asked(cohort, measure)
    if held.n_in_view == 0 or measure.at_days is None:
        return np.nan
    curve = cumulative_incidence(held, variance="aalen")
    place = int(np.searchsorted(curve.days, measure.at_days, side="right")) - 1
    rows = [held.cause_number(cause) - 1 for cause in measure.cause or held.cause_names[:1]]
    return float(curve.incidence[rows, place].sum()) if place >= 0 else 0.0


def _response(cohort: MeasuredCohort, measure: Measure) -> float:
    good, judged = cohort.response(measure.endpoint)
    part = judged & cohort.group(measure.among, measure.limit)
    return float(good[part].mean()) if part.any() else np.nan


def _infused(cohort: MeasuredCohort, measure: Measure) -> float:
    """Infused of those apheresed, or of everybody for whom it was decided."""
    base = np.ones(cohort.n, dtype=np.bool_)
    if measure.of == "apheresed":
        base = np.isfinite(cohort.first_day("apheresis"))
    return float(cohort.infused[base].mean()) if base.any() else np.nan


def _transplant(cohort: MeasuredCohort, measure: Measure) -> float:
    """Transplanted after the infusion, of those infused or of those in remission."""
    base = cohort.infused & cohort.group(measure.among, measure.limit)
    day, last = cohort.first_day("transplant"), measure.limit or np.inf
    done = np.isfinite(day) & (day - cohort.infusion_day <= last)
    if measure.of == "in_remission":
        relapsed = cohort.first_day("relapse")
        done &= ~(relapsed <= day)
    return float(done[base].mean()) if base.any() else np.nan


def _hazard_ratio(cohort: MeasuredCohort, measure: Measure) -> float:
    """Of the group over everybody else, by Cox."""
    held = cohort.follow_up(measure.endpoint)
    within = cohort.group(measure.among, measure.limit)[cohort.places(measure.endpoint)]
    if held.status.max(initial=0) > 1:
        held = held.cause_alone(measure.cause[0] if measure.cause else held.cause_names[0])
    few = min(int((held.status[within] > 0).sum()), int((held.status[~within] > 0).sum()))
    if few == 0:
        return np.nan
    rows = Spells(
        entry=held.entry, exit=held.exit, event=(held.status > 0).astype(np.int64),
        covariates={"group": within.astype(np.float64)}, unit=held.unit, clock=held.clock,
        definition=held.definition, origin=held.origin,
    )  # fmt: skip
    found = cox(rows, fewest_events_per_covariate=1).hazard_ratio("group").value
    return np.nan if found is None else found


def _asked(cohort: MeasuredCohort, measure: Measure) -> FollowUp:
    return cohort.follow_up(measure.endpoint, measure.among, measure.limit)


_RECKONED: Final[Mapping[str, Callable[[MeasuredCohort, Measure], float]]] = MappingProxyType(
    {
        "survival": _survival,
        "free_of": _free_of,
        "incidence": _incidence,
        "response": _response,
        "infused": _infused,
        "toxicity": toxicity,
        "relapse_share": relapse_share,
        "relapse_month": relapse_month,
        "aplasia_at_relapse": aplasia_at_relapse,
        "expansion_failed": expansion_failed,
        "transplant": _transplant,
        "expansion_ratio": expansion_ratio,
        "expansion_spread": expansion_spread,
        "peak_day": peak_day,
        "decline": decline,
        "hazard_ratio": _hazard_ratio,
    }
)
