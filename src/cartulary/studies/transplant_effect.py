# SPDX-License-Identifier: Apache-2.0
"""Does a transplant in remission help: five analyses of the same children, one of them wrong.

A child must live and stay in remission to be transplanted. Compared by what came later, the
transplanted seem protected even where the transplant does nothing (immortal time). The naive row
is here to be seen beside the others, and is marked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.cohort import Cohort
from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.clone_censor_weight import CloneCensorWeight, clone_censor_weight
from cartulary.evidence.counted import counted
from cartulary.evidence.cox import FEWEST_EVENTS_PER_COVARIATE, cox
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.landmark import Landmark, landmark_analysis
from cartulary.evidence.simon_makuch import SimonMakuch, simon_makuch
from cartulary.evidence.spells import Spells, baseline_spells, exposure_spells
from cartulary.studies.effect_rows import EffectRow, Writer
from cartulary.studies.estimand_rows import judged
from cartulary.studies.transplant_days import first_days, undated_children

LANDMARKS = (28.0, 60.0, 90.0, 120.0)
GRACE_DAY = 120.0
HORIZON = 365.0
DEFAULT_ENDPOINT = "rfs.treatment_policy.remission"
EXPOSURE = "transplant"

NAIVE = "naive"
LANDMARK = "landmark"
TIME_DEPENDENT = "time_dependent"
SIMON_MAKUCH = "simon_makuch"
CLONE_CENSOR_WEIGHT = "clone_censor_weight"
_SMALL = 50


@dataclass(frozen=True, kw_only=True)
class TransplantEffect:
    """Every analysis of one cohort, and the parts from which curves are drawn.

    undated: children left out because their transplant has no date. landmarks, simon_makuch and
    strategies are empty or None where refused; the rows say why.
    """

    rows: tuple[EffectRow, ...]
    children: int
    transplanted: int
    undated: int
    endpoint: str
    landmarks: tuple[Landmark, ...] = field(repr=False)
    simon_makuch: SimonMakuch | None = field(repr=False)
    strategies: CloneCensorWeight | None = field(repr=False)
    notes: tuple[str, ...] = ()

    def row(self, method: str, day: float | None = None) -> EffectRow:
        """One row by method; a landmark by its day."""
        says = None if day is None else _landmark_words(day)
        for found in self.rows:
            if found.method == method and (says is None or found.says == says):
                return found
        held = ", ".join(dict.fromkeys(found.method for found in self.rows))
        raise EstimandError(
            f"There is no analysis {method!r}{'' if day is None else f' on day {day:g}'}. "
            f"There are {held}. Ask for one of these."
        )


def transplant_effect(
    follow_up: FollowUp,
    transplant_day: ArrayLike,
    *,
    landmarks: Sequence[float] = LANDMARKS,
    grace_day: float = GRACE_DAY,
    horizon: float = HORIZON,
    remission_lost_day: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    draws: Draws | None = None,
    n_resamples: int = 500,
    fewest: int = 5,
    level: float = 0.95,
) -> TransplantEffect:
    """Hazard with a transplant over hazard without, by five analyses of the same children.

    naive: ever against never, as if known on day 0. landmark: by what was known on each day,
    among those followed beyond it. time-dependent: Cox's model, transplanted from the day after.
    Simon-Makuch and clone-censor-weight: log S over log S of their two curves at `horizon`, which
    is the hazard ratio where hazards are proportional; Simon-Makuch from the first landmark on
    which enough were transplanted.

    Arguments:
        follow_up: one cause, children in remission from the clock's start; shape (n,).
        transplant_day: of a transplant in remission on that clock, NaN for none; shape (n,).
        landmarks, grace_day, horizon: days, chosen before looking.
        remission_lost_day, covariates: as in `clone_censor_weight`.
        draws, n_resamples: for the interval of clone-censor-weight; None for none.
        fewest: children a group needs. level: of intervals.

    Returns: a `TransplantEffect`; an analysis that is refused is a row with its reason.

    Source: Anderson, Cain and Gelber 1983; Simon and Makuch 1984; Hernan 2018.

    >>> rows = FollowUp(exit=[*range(20, 420, 20)], status=[1, 0] * 10, cause_names=("relapse",),
    ...                 unit="child", clock="remission", definition="rfs.treatment_policy, 1",
    ...                 origin="simulated")
    >>> day = [float("nan")] * 10 + [100 + 2 * k for k in range(10)]
    >>> [row.method for row in transplant_effect(rows, day, landmarks=[110]).rows]
    ['naive', 'landmark', 'time_dependent', 'simon_makuch', 'clone_censor_weight']
    """
    day = np.asarray(transplant_day, dtype=np.float64)
    whole = exposure_spells(follow_up, day, name=EXPOSURE)
    given = np.isfinite(day) & (day < follow_up.exit)
    treated = int(np.count_nonzero(given))
    blank = Writer(follow_up, level, EXPOSURE)
    rows = [
        EffectRow(
            method=NAIVE,
            says="ever against never transplanted (wrong: it looks into the future)",
            ratio=blank.try_(lambda: _naive(follow_up, given, level)),
            kept=follow_up.n,
            lost=0,
            treated=treated,
            biased=True,
        )
    ]
    marks, refused = _landmarks(follow_up, day, landmarks, fewest, level)
    rows += [
        EffectRow(
            method=LANDMARK,
            says=_landmark_words(mark.day),
            ratio=mark.hazard_ratio,
            kept=mark.kept,
            lost=mark.lost_to_event + mark.lost_to_censoring,
            treated=mark.exposed,
        )
        for mark in marks
    ]
    if refused:
        rows += [_no_landmark(blank, day, mark, refused) for mark in landmarks]
    rows.append(
        EffectRow(
            method=TIME_DEPENDENT,
            says="transplant as a covariate that changes on its day",
            ratio=blank.try_(lambda: _hazard_ratio(whole, level)),
            kept=follow_up.n,
            lost=0,
            treated=treated,
        )
    )
    curves, ratio = _simon_makuch(blank, day, landmarks, horizon, fewest)
    rows.append(
        EffectRow(
            method=SIMON_MAKUCH,
            says=f"Simon-Makuch curves at day {horizon:g}",
            ratio=ratio,
            kept=curves.n if curves else 0,
            lost=follow_up.n - curves.n if curves else 0,
            treated=curves.ever_exposed if curves else 0,
        )
    )
    found: list[CloneCensorWeight] = []

    def strategies() -> Estimate:
        found.append(
            clone_censor_weight(
                follow_up,
                day,
                draws,
                grace_day=grace_day,
                horizon=horizon,
                name=EXPOSURE,
                remission_lost_day=remission_lost_day,
                covariates=covariates,
                n_resamples=n_resamples,
                fewest_followers=fewest,
                level=level,
            )
        )
        return found[0].cumulative_hazard_ratio

    ratio = blank.try_(strategies)
    rows.append(
        EffectRow(
            method=CLONE_CENSOR_WEIGHT,
            says=f"transplant by day {grace_day:g} against none by then, at day {horizon:g}",
            ratio=ratio,
            kept=follow_up.n,
            lost=0,
            treated=found[0].with_it.followers if found else 0,
        )
    )
    return TransplantEffect(
        rows=tuple(rows),
        children=follow_up.n,
        transplanted=treated,
        undated=0,
        endpoint=follow_up.endpoint or follow_up.definition,
        landmarks=marks,
        simon_makuch=curves,
        strategies=found[0] if found else None,
        notes=_notes(follow_up),
    )


def transplant_effect_of_cohort(
    cohort: Cohort,
    endpoint_id: str = DEFAULT_ENDPOINT,
    *,
    landmarks: Sequence[float] = LANDMARKS,
    grace_day: float = GRACE_DAY,
    horizon: float = HORIZON,
    draws: Draws | None = None,
    n_resamples: int = 500,
    fewest: int = 5,
    level: float = 0.95,
) -> TransplantEffect:
    """The same for the children of a cohort, under an endpoint that ignores transplants.

    The transplant is the first after the clock's start and before any relapse; days of all
    analyses count from that clock. Children whose transplant has no date are left out and counted.

    Arguments: a cohort of one origin; the full id of an endpoint; the rest as above.
    Returns: a `TransplantEffect`.
    Refuses: an endpoint in which a transplant censors, competes or is an event.

    >>> from cartulary.studies.transplant_simulation import cohort_without_effect
    >>> cohort = cohort_without_effect(60, np.random.default_rng(1))
    >>> transplant_effect_of_cohort(cohort).row("naive").ratio.value < 0.5
    True
    """
    asked = endpoint(endpoint_id)
    decides = [m.strategy for m in asked.moments if m.name == EXPOSURE and m.decides]
    if decides:
        raise EstimandError(
            f"In {endpoint_id} a transplant is read as {decides[0]!r}. What follows it is then "
            "not seen, so its effect cannot be. Use an endpoint of treatment policy, such as "
            f"{DEFAULT_ENDPOINT}."
        )
    found = judged(cohort, asked)
    rows = found.follow_up.time_to_any()
    days = first_days(cohort, "transplant", found.children, found.start_days)
    undated = np.isin(found.children, undated_children(cohort, "transplant", found.children))
    lost = first_days(cohort, "relapse", found.children, found.start_days)
    days = np.where(lost <= days, np.nan, days)
    kept = ~undated
    if not kept.any():
        raise EstimandError(
            "No child can be counted: every one is outside the endpoint's population or has a "
            "transplant without a date. A figure of nobody says nothing. Check the record."
        )
    # A relapse that is itself the event needs no separate day.
    separate = None if bool(np.all(~(lost < rows.exit))) else lost[kept]
    effect = transplant_effect(
        rows.subset(kept),
        days[kept],
        landmarks=landmarks,
        grace_day=grace_day,
        horizon=horizon,
        remission_lost_day=separate,
        draws=draws,
        n_resamples=n_resamples,
        fewest=fewest,
        level=level,
    )
    return replace(effect, undated=int(np.count_nonzero(undated)))


def _naive(follow_up: FollowUp, given: BoolArray, level: float) -> Estimate:
    """The hazard ratio of ever against never, knowingly wrong."""
    ever = {EXPOSURE: given.astype(np.float64)}
    found = _hazard_ratio(baseline_spells(follow_up, ever, known_on=0.0), level)
    note = "wrong on purpose: whoever was transplanted had to be alive and in remission until then"
    return replace(found, notes=(note, *found.notes))


def _hazard_ratio(spells: Spells, level: float) -> Estimate:
    """Cox's model; with Firth's penalty for few children or events, or without a maximum."""
    few = spells.n < _SMALL or spells.events < FEWEST_EVENTS_PER_COVARIATE
    if not few:
        try:
            return cox(spells, level=level).hazard_ratio(EXPOSURE)
        except EstimandError:
            few = True
    return cox_firth(spells, level=level).hazard_ratio(EXPOSURE)


def _landmarks(
    follow_up: FollowUp, day: FloatArray, landmarks: Sequence[float], fewest: int, level: float
) -> tuple[tuple[Landmark, ...], str]:
    """Every landmark, or why none could be analysed."""
    try:
        found = landmark_analysis(
            follow_up,
            day,
            name=EXPOSURE,
            landmarks=landmarks,
            fewest_in_group=fewest,
            level=level,
        )
    except EstimandError as refusal:
        return (), str(refusal)
    return found, ""


def _no_landmark(blank: Writer, day: FloatArray, mark: float, why: str) -> EffectRow:
    """A landmark that was not analysed: its counts and the reason."""
    stays = blank.follow_up.exit > mark
    return EffectRow(
        method=LANDMARK,
        says=_landmark_words(mark),
        ratio=blank.absent(why),
        kept=int(np.count_nonzero(stays)),
        lost=int(np.count_nonzero(~stays)),
        treated=int(np.count_nonzero(stays & (day <= mark))),
    )


def _simon_makuch(
    blank: Writer, day: FloatArray, landmarks: Sequence[float], horizon: float, fewest: int
) -> tuple[SimonMakuch | None, Estimate]:
    """Curves from the first landmark with enough transplants, and the ratio at the horizon."""
    rows = blank.follow_up
    start = next(
        (
            mark
            for mark in sorted(landmarks)
            if np.count_nonzero((day <= mark) & (rows.exit > mark)) >= fewest
        ),
        None,
    )
    if start is None or start >= horizon:
        return None, blank.absent(
            f"On no landmark before day {horizon:g} had {counted(fewest, rows.unit)} been "
            "transplanted and were still followed. The curve after transplant would rest on one "
            "or two. Choose later landmarks, or describe these children."
        )
    try:
        found = simon_makuch(
            rows, day, name=EXPOSURE, start_day=start, fewest_in_group=fewest, level=blank.level
        )
    except EstimandError as refusal:
        return None, blank.absent(str(refusal))
    pair = [c.survival_at(horizon).value for c in (found.exposed, found.unexposed)]
    if any(value is None or not 0.0 < value < 1.0 for value in pair):
        return found, blank.absent(
            f"From day {start:g} a curve is at 0 or 1 on day {horizon:g}, or is not followed to "
            "it: a ratio of logarithms says nothing there."
        )
    ratio = float(np.log(pair[0]) / np.log(pair[1]))  # type: ignore[arg-type]
    p = found.test.p_value
    told = "no p-value" if p is None else f"p = {p:.3f}"
    note = f"from day {start:g}; no interval, Mantel-Byar test {told}"
    return found, blank.ratio(ratio, "Simon-Makuch, ratio of cumulative hazards", note)


def _notes(follow_up: FollowUp) -> tuple[str, ...]:
    """What a reader must be told of the clock."""
    if follow_up.clock == "remission":
        return ()
    return (
        f"days count from {follow_up.clock}: children not yet in remission are taken as if they "
        "could be transplanted in remission from that day on",
    )


def _landmark_words(day: float) -> str:
    return f"landmark on day {day:g}"
