# SPDX-License-Identifier: Apache-2.0
"""The controls as a prior of what the treated would have had: power prior and robust MAP.

Nobody was treated otherwise at the same time, so nothing in the data can show that the controls
mislead. What that can cost is reckoned and stands beside each figure.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.external_control.priors import (
    SharePrior,
    discounted_prior,
    posterior_share,
    robust_map_prior,
)
from cartulary.evidence.external_control.type_one_error import type_one_error
from cartulary.evidence.melded import worse_origin
from cartulary.studies.target_trial.align import Aligned, AlignedGroup
from cartulary.studies.target_trial.borrowed import SURPRISES, Borrowed, Borrowing, Counts
from cartulary.studies.target_trial.protocol import (
    AUGMENTED,
    METHODS,
    POWER_PRIOR,
    PROPENSITY,
    ROBUST_MAP,
    STANDARDISATION,
    UNADJUSTED,
    Controls,
)
from cartulary.studies.target_trial.results import Comparison, figure_words
from cartulary.studies.target_trial.weights import GroupWeights, group_weights, jackknife_error

ROTHMAN: Final = "Rothman KJ. J Chronic Dis 1978;31:557-560"
_HALVINGS = 60


def with_power_prior(aligned: Aligned) -> Comparison:
    """The treated beside the controls at a discount.

    The controls' share has the prior Beta(1/2 + a0 y0, 1/2 + a0 (n0 - y0)), the treated's is
    uniform before their counts. Counts are those of a binomial with the curve's value and error.

    Source: Ibrahim and Chen 2000; Rothman 1978 for the counts.
    """
    asked = aligned.protocol.power_prior
    if asked is None:
        raise EstimandError(
            "The protocol names power_prior without its discount. What is borrowed decides the "
            "figure. Write [methods.power_prior] with discount and controls."
        )
    treated, controls = _counts(aligned, asked.controls)
    rows = tuple(
        _met(aligned, POWER_PRIOR, a0, discounted_prior(controls.free, controls.n, a0), treated)
        for a0 in (asked.discount, *asked.also)
    )
    return _comparison(aligned, POWER_PRIOR, Borrowing(
        rows=rows, treated=treated, controls=controls, which=asked.controls,
    ))  # fmt: skip


def with_robust_map(aligned: Aligned) -> Comparison:
    """The treated beside what a new study of such controls may give, with a vague part.

    The controls are one earlier study, beside those of the protocol. With one alone the spread
    between studies is what its prior says, and nothing else.

    Source: Schmidli and others 2014; Rothman 1978 for the counts.
    """
    asked = aligned.protocol.robust_map
    if asked is None:
        raise EstimandError(
            "The protocol names robust_map without its settings. They are choices that precede "
            "the data. Write [methods.robust_map] with vague, spread_scale and controls."
        )
    treated, controls = _counts(aligned, asked.controls)
    free = [one.free for one in asked.studies]
    n = [one.n for one in asked.studies]
    prior = robust_map_prior(
        [controls.free, *free], [controls.n, *n], vague=asked.vague,
        spread_scale=asked.spread_scale,
    )  # fmt: skip
    others = None
    if asked.studies:
        rest = robust_map_prior(free, n, vague=asked.vague, spread_scale=asked.spread_scale)
        words: dict[str, Any] = {"unit": "child", "origin": aligned.control.follow_up.origin}
        others = posterior_share(rest, controls.free, controls.n, **words).conflict
    row = _met(aligned, ROBUST_MAP, asked.vague, prior, treated, others)
    return _comparison(aligned, ROBUST_MAP, Borrowing(
        rows=(row,), treated=treated, controls=controls, which=asked.controls,
    ))  # fmt: skip


def _counts(aligned: Aligned, which: Controls) -> tuple[Counts, Counts]:
    """The counts that stand for both groups' curves on the day."""
    method = aligned.protocol.main if which == "weighted" else UNADJUSTED
    if method == STANDARDISATION:
        raise EstimandError(
            f"The main method ({method}) weights no children, and the protocol asks for weighted "
            'controls. There are no weights to borrow with. Write controls = "as_they_are", or '
            "choose a main method that weights."
        )
    # The doubly robust estimate weights by propensity.
    weights = group_weights(aligned, PROPENSITY if method == AUGMENTED else method)
    return (
        _stand_for(aligned, aligned.treated, weights.treated, weights.left_out_treated, weights),
        _stand_for(aligned, aligned.control, weights.control, weights.left_out_control, weights),
    )


def _stand_for(
    aligned: Aligned,
    group: AlignedGroup,
    whole: FloatArray,
    without: FloatArray,
    weights: GroupWeights,
) -> Counts:
    """n = 1 + S (1 - S) / error^2 children, of whom n S are free, in whole numbers.

    The jackknife's variance of a share of n children is S (1 - S) / (n - 1).
    """
    rows, day = group.follow_up, float(aligned.protocol.day)
    value = float(survival_replicates(rows, [day], whole[:, None])[0, 0])
    spread = survival_replicates(rows, [day], without)[:, 0]
    error = jackknife_error(spread, weights.strata)
    if not (0.0 < value < 1.0 and error > 0.0):
        raise EstimandError(
            f"{100.0 * value:.0f}% of the {group.group.name} group are free of the event. A curve "
            "at 0 or 100% has no error, and no number of children stands for it. Choose a day "
            "with events before it and children after it."
        )
    n = 1 + round(value * (1.0 - value) / error**2)
    return Counts(free=round(n * value), n=n)


def _met(
    aligned: Aligned,
    method: str,
    setting: float,
    prior: SharePrior,
    treated: Counts,
    others: float | None = None,
) -> Borrowed:
    """One prior beside the treated's counts."""
    level = aligned.protocol.level
    tail = (1.0 - level) / 2.0
    blank = discounted_prior(0, 1, 0.0, vague=1.0)
    words = _words(aligned, prior)
    shares = prior.shares
    own = posterior_share(blank, treated.free, treated.n, unit="child", origin="simulated").mass
    against = posterior_share(prior, treated.free, treated.n, unit="child", origin="simulated")
    one, two = aligned.treated.follow_up, aligned.control.follow_up
    day = float(aligned.protocol.day)
    ends = (tail, 1.0 - tail)

    def share(label: str, mass: FloatArray) -> Estimate:
        rows = one if label == "treated" else two
        low, high = (float(np.interp(q, np.cumsum(mass) - 0.5 * mass, shares)) for q in ends)
        return Estimate(
            value=float(mass @ shares), low=low, high=high, n=rows.n, events=rows.events_by(day),
            origin=rows.origin, missing=rows.missing, label=label, **words,
        )  # fmt: skip

    both: dict[str, Any] = {
        **words,
        "n": one.n + two.n,
        "events": one.events_by(day) + two.events_by(day),
        "origin": worse_origin(one.origin, two.origin),
        "missing": one.missing + two.missing,
    }
    gap = float(own @ shares) - float(prior.mass @ shares)
    gap_low, gap_high = (_quantile(own, prior.mass, shares, q, ratio=False) for q in ends)
    # The mean of a ratio hangs on shares next to 1 of which nobody has seen anything.
    ratio_low, ratio, ratio_high = (
        _quantile(own, prior.mass, shares, q, ratio=True) for q in (ends[0], 0.5, ends[1])
    )
    return Borrowed(
        method=method,
        setting=setting,
        prior=prior,
        worth=prior.effective,
        treated=share("treated", own),
        control=share("control", prior.mass),
        difference=Estimate(
            value=gap, low=min(gap, gap_low), high=max(gap, gap_high), label="difference", **both
        ),
        ratio=Estimate(
            value=ratio, low=ratio_low, high=ratio_high, label="risk ratio",
            **{**both, "method": f"posterior median by quadrature, {prior.method}"},
        ),
        better=1.0 - _below(own, prior.mass, shares, 0.0, ratio=False),
        errors=tuple(
            type_one_error(
                prior, treated.n, [min(1.0, prior.mean + more) for more in SURPRISES],
                certainty=1.0 - tail,
            ).tolist()
        ),
        conflict=against.conflict,
        others=others,
    )  # fmt: skip


def _words(aligned: Aligned, prior: SharePrior) -> dict[str, Any]:
    """What every figure of a prior carries."""
    return {
        "level": aligned.protocol.level,
        "method": f"posterior mean by quadrature, {prior.method}, central interval",
        "at_days": float(aligned.protocol.day),
        "citations": (*prior.citations, external_sources.PREDICTIVE_CHECK, ROTHMAN),
        "notes": (
            *prior.notes,
            "no concurrent control: what is borrowed is taken to be alike",
        ),
        **figure_words(aligned),
    }


def _below(
    own: FloatArray, prior: FloatArray, shares: FloatArray, value: float, *, ratio: bool
) -> float:
    """The chance that p - p0, or (1 - p) / (1 - p0), lies below a value, by quadrature.

    The running mass of p is read between the middles of its cells, and summed over p0.
    """
    running = np.cumsum(own) - 0.5 * own
    if ratio:
        edge = 1.0 - value * (1.0 - shares)
        return 1.0 - float(prior @ np.interp(edge, shares, running, left=0.0, right=1.0))
    return float(prior @ np.interp(shares + value, shares, running, left=0.0, right=1.0))


def _quantile(
    own: FloatArray, prior: FloatArray, shares: FloatArray, probability: float, *, ratio: bool
) -> float:
    """The quantile of p - p0, or of (1 - p) / (1 - p0), by bisection."""
    low, high = (0.0, 1.0) if ratio else (-1.0, 1.0)
    while ratio and _below(own, prior, shares, high, ratio=True) < probability:
        high *= 2.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _below(own, prior, shares, middle, ratio=ratio) < probability:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def _comparison(aligned: Aligned, method: str, borrowing: Borrowing) -> Comparison:
    """The first prior as a comparison."""
    first = borrowing.rows[0]
    return Comparison(
        method=method,
        target=METHODS[method],
        treated=first.treated,
        control=first.control,
        difference=first.difference,
        risk_ratio=first.ratio,
        hazard_ratio=None,
        effective=(float(borrowing.treated.n), first.worth),
        balance=None,
        notes=first.difference.notes,
        borrowing=borrowing,
    )
