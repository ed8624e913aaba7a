# SPDX-License-Identifier: Apache-2.0
"""The analyses of an exposure that begins during follow-up, each as a row or a reason for none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import BoolArray, FloatArray
from cartulary.evidence.clone_censor_weight import CloneCensorWeight
from cartulary.evidence.counted import counted
from cartulary.evidence.cox import FEWEST_EVENTS_PER_COVARIATE, cox
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.firth import cox_firth
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.landmark import Landmark, landmark_analysis
from cartulary.evidence.simon_makuch import SimonMakuch, simon_makuch
from cartulary.evidence.spells import Spells, baseline_spells, exposure_spells
from cartulary.studies.exposure_rows import (
    CURVE_AT_BOUND,
    FEW_FOLLOWERS,
    NO_EVENT,
    NO_START,
    NOBODY_EXPOSED,
    NOT_FOLLOWED,
    NOT_NAMED,
    SMALL_GROUP,
    EffectRow,
    Writer,
)

NAIVE = "naive"
LANDMARK = "landmark"
TIME_DEPENDENT = "time_dependent"
SIMON_MAKUCH = "simon_makuch"
CLONE_CENSOR_WEIGHT = "clone_censor_weight"
#: Below this many children Firth's penalty and profile limits are used.
SMALL = 50


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What every analysis is given.

    day: of exposure on the clock, NaN for never, shape (n,). name: what evidence calls the
    exposure. fewest: children that a group needs.
    """

    follow_up: FollowUp
    day: FloatArray
    name: str
    horizon: float
    fewest: int
    level: float

    @property
    def writer(self) -> Writer:
        """How a refused analysis is written down."""
        return Writer(self.follow_up, self.level, self.name)

    @property
    def given(self) -> BoolArray:
        """Who was exposed before the end of its follow-up; shape (n,)."""
        return np.asarray(np.isfinite(self.day) & (self.day < self.follow_up.exit), dtype=bool)

    @property
    def had_event(self) -> BoolArray:
        """Who had the event; shape (n,)."""
        return np.asarray(self.follow_up.status > 0, dtype=bool)

    def why_no_ratio(self, exposed: int) -> str:
        """Why a model of the hazard could not be made."""
        if not exposed:
            return NOBODY_EXPOSED
        return NOT_NAMED if self.follow_up.events else NO_EVENT


def naive_row(asked: Asked) -> EffectRow:
    """Ever against never, knowingly wrong."""
    given, had = asked.given, asked.had_event
    ratio = asked.writer.try_(lambda: _naive(asked.follow_up, given, asked.name, asked.level))
    exposed = int(np.count_nonzero(given))
    return EffectRow(
        method=NAIVE,
        says="ever against never (wrong: it looks into the future)",
        ratio=ratio,
        kept=asked.follow_up.n,
        exposed=exposed,
        events_exposed=int(np.count_nonzero(had & given)),
        events_unexposed=int(np.count_nonzero(had & ~given)),
        why="" if ratio.value is not None else asked.why_no_ratio(exposed),
        biased=True,
    )


def time_dependent_row(asked: Asked) -> EffectRow:
    """Cox's model with a covariate that changes on the day of exposure."""
    spells = exposure_spells(asked.follow_up, asked.day, name=asked.name)
    ratio = asked.writer.try_(lambda: hazard_ratio(spells, asked.name, asked.level))
    after = (spells.covariates[asked.name] > 0.0) & spells.event & spells.at_some_risk
    events = int(np.count_nonzero(after))
    exposed = int(np.count_nonzero(asked.given))
    return EffectRow(
        method=TIME_DEPENDENT,
        says=f"{asked.name} as a covariate that changes on its day",
        ratio=ratio,
        kept=asked.follow_up.n,
        exposed=exposed,
        events_exposed=events,
        events_unexposed=spells.events - events,
        why="" if ratio.value is not None else asked.why_no_ratio(exposed),
    )


def landmark_rows(
    asked: Asked, landmarks: Sequence[float]
) -> tuple[tuple[EffectRow, ...], tuple[Landmark, ...]]:
    """A row a landmark, each with what it keeps and loses; empty parts where none can be made."""
    marks: tuple[Landmark, ...] = ()
    refusal = ""
    try:
        marks = landmark_analysis(
            asked.follow_up,
            asked.day,
            name=asked.name,
            landmarks=landmarks,
            fewest_in_group=asked.fewest,
            level=asked.level,
        )
    except EstimandError as error:
        refusal = str(error)
    ratios = {mark.day: mark.hazard_ratio for mark in marks}
    return tuple(_landmark_row(asked, float(day), ratios, refusal) for day in landmarks), marks


def _landmark_row(
    asked: Asked, day: float, ratios: dict[float, Estimate], refusal: str
) -> EffectRow:
    """One landmark: its own counts, and its ratio or its own reason."""
    stays = np.asarray(asked.follow_up.exit > day, dtype=bool)
    by_then = stays & (asked.day <= day)
    had = asked.had_event
    kept, exposed = int(np.count_nonzero(stays)), int(np.count_nonzero(by_then))
    small = min(exposed, kept - exposed) < asked.fewest
    if small:
        ratio = asked.writer.absent(
            f"of {counted(kept, asked.follow_up.unit)} still followed after day {day:g} {exposed} "
            f"counted as exposed and {kept - exposed} did not; either group needs {asked.fewest}"
        )
    else:
        ratio = ratios.get(day) or asked.writer.absent(refusal)
    lost_event = int(np.count_nonzero(~stays & had))
    return EffectRow(
        method=LANDMARK,
        says=landmark_words(day),
        ratio=ratio,
        kept=kept,
        exposed=exposed,
        lost_to_event=lost_event,
        lost_to_end=int(np.count_nonzero(~stays)) - lost_event,
        events_exposed=int(np.count_nonzero(had & by_then)),
        events_unexposed=int(np.count_nonzero(had & stays & ~by_then)),
        day=day,
        why="" if ratio.value is not None else SMALL_GROUP if small else NOT_NAMED,
    )


def simon_makuch_row(
    asked: Asked, landmarks: Sequence[float]
) -> tuple[EffectRow, SimonMakuch | None]:
    """Curves from the first landmark with enough exposed, and the ratio at the horizon."""
    curves, ratio, why = _simon_makuch(asked, landmarks)
    n = asked.follow_up.n
    row = EffectRow(
        method=SIMON_MAKUCH,
        says=f"Simon-Makuch curves at day {asked.horizon:g}",
        ratio=ratio,
        kept=curves.n if curves else 0,
        exposed=curves.ever_exposed if curves else 0,
        lost_to_end=n - curves.n if curves else 0,
        day=curves.start_day if curves else None,
        why=why,
    )
    if curves is not None:
        gone = np.asarray(asked.follow_up.exit <= curves.start_day, dtype=bool)
        lost_event = int(np.count_nonzero(gone & asked.had_event)) if curves.start_day > 0.0 else 0
        row = replace(row, lost_to_event=lost_event, lost_to_end=row.lost_to_end - lost_event)
    return row, curves


def _simon_makuch(
    asked: Asked, landmarks: Sequence[float]
) -> tuple[SimonMakuch | None, Estimate, str]:
    rows, horizon, writer = asked.follow_up, asked.horizon, asked.writer
    start = next(
        (
            float(mark)
            for mark in sorted(landmarks)
            if np.count_nonzero((asked.day <= mark) & (rows.exit > mark)) >= asked.fewest
        ),
        None,
    )
    if start is None or start >= horizon:
        why = (
            f"On no landmark before day {horizon:g} were {counted(asked.fewest, rows.unit)} "
            f"exposed and still followed. The curve after {asked.name} would rest on one or two. "
            "Choose later landmarks, or describe these children."
        )
        return None, writer.absent(why), NO_START
    try:
        found = simon_makuch(
            rows,
            asked.day,
            name=asked.name,
            start_day=start,
            fewest_in_group=asked.fewest,
            level=asked.level,
        )
    except EstimandError as refusal:
        return None, writer.absent(str(refusal)), SMALL_GROUP
    pair = [c.survival_at(horizon).value for c in (found.exposed, found.unexposed)]
    if any(value is None or not 0.0 < value < 1.0 for value in pair):
        why = (
            f"From day {start:g} a curve is at 0 or 1 on day {horizon:g}, or is not followed to "
            "it: a ratio of logarithms says nothing there."
        )
        return found, writer.absent(why), CURVE_AT_BOUND
    ratio = float(np.log(pair[0]) / np.log(pair[1]))  # type: ignore[arg-type]
    p = found.test.p_value
    told = "no p-value" if p is None else f"p = {p:.3f}"
    note = f"from day {start:g}; no interval, Mantel-Byar test {told}"
    return found, writer.ratio(ratio, "Simon-Makuch, ratio of cumulative hazards", note), ""


def plan_row(
    asked: Asked, grace_day: float, made: CloneCensorWeight | EstimandError, lost: FloatArray
) -> EffectRow:
    """The comparison of two plans, or why it could not be made.

    lost: the day on which the remission was lost, where that is not the event; NaN for never.
    """
    says = f"{asked.name} by day {grace_day:g} against none by then, at day {asked.horizon:g}"
    exit_, n = asked.follow_up.exit, asked.follow_up.n
    beyond = np.minimum(exit_, np.where(np.isnan(lost), np.inf, lost)) > grace_day
    started = asked.given & (asked.day <= grace_day) & ~(lost <= asked.day)
    followers = int(np.count_nonzero(started)), int(np.count_nonzero(beyond & ~started))
    if not isinstance(made, EstimandError):
        return EffectRow(
            method=CLONE_CENSOR_WEIGHT,
            says=says,
            ratio=made.cumulative_hazard_ratio,
            kept=n,
            exposed=made.with_it.followers,
        )
    why = NOT_NAMED
    if not grace_day <= asked.horizon <= asked.follow_up.last_day:
        why = NOT_FOLLOWED
    elif min(followers) < asked.fewest:
        why = FEW_FOLLOWERS
    return EffectRow(
        method=CLONE_CENSOR_WEIGHT,
        says=says,
        ratio=asked.writer.absent(str(made)),
        kept=n,
        exposed=followers[0],
        why=why,
    )


def hazard_ratio(spells: Spells, name: str, level: float) -> Estimate:
    """Cox's model; with Firth's penalty for few children or events, or without a maximum."""
    if spells.n >= SMALL and spells.events >= FEWEST_EVENTS_PER_COVARIATE:
        try:
            return cox(spells, level=level).hazard_ratio(name)
        except EstimandError:
            pass
    return cox_firth(spells, level=level).hazard_ratio(name)


def _naive(follow_up: FollowUp, given: BoolArray, name: str, level: float) -> Estimate:
    ever = {name: given.astype(np.float64)}
    found = hazard_ratio(baseline_spells(follow_up, ever, known_on=0.0), name, level)
    note = "wrong on purpose: whoever was exposed had to be free of the event until then"
    return replace(found, notes=(note, *found.notes))


def landmark_words(day: float) -> str:
    """What a landmark is called."""
    return f"landmark on day {day:g}"
