# SPDX-License-Identifier: Apache-2.0
"""One cohort against a published curve whose own uncertainty is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources, sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import Draws, resampled_table, resampling_counts
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.hypothesis_test import HypothesisTest
from cartulary.evidence.melded import refuse_unlike
from cartulary.evidence.one_sample_log_rank import ObservedExpected
from cartulary.evidence.risk_table import in_view, risk_table

_RESAMPLES = 500
_HALVINGS = 80


def one_sample_against_curve(
    follow_up: FollowUp,
    references: Sequence[FollowUp],
    draws: Draws,
    *,
    until: float | None = None,
    n_resamples: int = _RESAMPLES,
    level: float = 0.95,
    reference: str,
) -> ObservedExpected:
    """The one-sample log-rank test against a curve estimated in other children.

    E_b = sum over rows of H_b(exit) - H_b(entry), with H_b the Nelson-Aalen hazard of resample b
    of the reference. The interval of O / E solves mean_b P(Gamma(O) <= low E_b) = tail and
    mean_b P(Gamma(O + 1) <= high E_b) = 1 - tail; the p value averages the Poisson tails over b.
    With a reference known exactly these are Garwood's limits and the exact Poisson test.

    Arguments:
        follow_up: one cause. references: one follow-up, or several reconstructions of one curve,
            each of which gets an equal share of the resamples. until: both are followed to this
            day; by default the last day that every reference was followed.
        draws: a seeded generator. n_resamples: in all. reference: what the curve is, for the
            report.

    Returns: the ratio as an `Estimate` (1 means as expected) and the test, as
    `one_sample_log_rank`.

    Refuses: several causes, weights; a reference without events; a day beyond the reference.

    Source: Breslow 1975; Garwood 1936; Efron 1981 for the resampling.

    >>> import numpy as np
    >>> def rows(n, days):
    ...     return FollowUp(exit=[days, 2 * days] * n, status=[1, 0] * n, cause_names=("death",),
    ...                     unit="child", clock="infusion", definition="os, edition 1",
    ...                     origin="recorded")
    >>> found = one_sample_against_curve(rows(10, 100), [rows(40, 100)],
    ...                                  np.random.default_rng(1), reference="an older cohort")
    >>> found.ratio.low < 1.0 < found.ratio.high
    True
    """
    checked_level(level)
    last = min((one.last_day for one in references), default=0.0)
    horizon = last if until is None else until
    _refuse(follow_up, references, horizon, last, reference)
    rows = _followed_until(in_view(follow_up), horizon)
    expected = _expected(rows, references, draws, n_resamples, horizon)
    usable = expected > 0.0
    if not usable.all():
        raise EstimandError(
            f"In {int((~usable).sum())} of {expected.size} resamples {reference!r} expects no "
            "event by day "
            f"{horizon:g}. A ratio to 0 does not exist. Choose a later day, or a reference with "
            "more events."
        )
    point = float(np.mean([_hazard_expected(rows, one) for one in references]))
    observed = rows.events
    low, high = _limits(observed, expected, level)
    p_value = _two_sided(observed, expected)
    value = observed / point
    notes = (
        f"expected from {reference} ({references[0].origin}, n = {references[0].n}), with its "
        f"uncertainty: {len(references)} version(s) of it, {expected.size} resamples",
        f"followed to day {horizon:g}",
    )
    cites = (sources.ONE_SAMPLE_LOG_RANK, sources.GARWOOD, external_sources.BOOTSTRAP)
    ratio = Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        level=level,
        method="observed / expected events, Poisson interval averaged over resampled references",
        unit=rows.unit,
        n=rows.n,
        events=observed,
        at_days=horizon,
        endpoint=rows.endpoint,
        definition=rows.definition,
        origin=rows.origin,
        missing=rows.missing,
        citations=cites,
        notes=notes,
    )
    test = HypothesisTest(
        method="one-sample log-rank test, Poisson tails averaged over resampled references",
        p_value=p_value,
        unit=rows.unit,
        n=rows.n,
        events=observed,
        origin=rows.origin,
        observed=(float(observed),),
        expected=(point,),
        endpoint=rows.endpoint,
        definition=rows.definition,
        missing=rows.missing,
        citations=cites,
        notes=notes,
    )
    return ObservedExpected(ratio=ratio, test=test)


def _refuse(
    follow_up: FollowUp,
    references: Sequence[FollowUp],
    horizon: float,
    last: float,
    reference: str,
) -> None:
    """Refuse what could not be compared."""
    if not references:
        raise EstimandError(
            f"There is no reconstruction of {reference!r}. Nothing says how many events to expect. "
            "Pass at least one follow-up."
        )
    for rows in (follow_up, *references):
        refuse_unlike(follow_up, rows)
        if len(rows.cause_names) > 1 or rows.weights is not None:
            raise EstimandError(
                f"A follow-up of {rows.n} rows has {len(rows.cause_names)} causes"
                f"{' and weights' if rows.weights is not None else ''}. Observed and expected "
                "events are counts of one cause. Use cause_alone() or time_to_any(), unweighted."
            )
    if not 0.0 < horizon <= last:
        raise EstimandError(
            f"The comparison runs to day {horizon:g} but {reference!r} was followed to day "
            f"{last:g}. Expected events beyond it are not known. Give until at most {last:g}."
        )


def _followed_until(rows: FollowUp, day: float) -> FollowUp:
    """The rows as they stood at the end of a day."""
    seen = rows.subset((rows.entry < day) | (rows.exit <= day))
    later = seen.exit > day
    return replace(seen, exit=np.minimum(seen.exit, day), status=np.where(later, 0, seen.status))


def _hazard_expected(rows: FollowUp, reference: FollowUp) -> float:
    """Events expected by the reference's own Nelson-Aalen hazard."""
    table = risk_table(in_view(reference))
    hazard = np.concatenate(([0.0], np.cumsum(table.any_event / table.at_risk)))
    return float(_lived(rows, table.days, hazard[:, None])[0])


def _lived(rows: FollowUp, days: FloatArray, hazard: FloatArray) -> FloatArray:
    """Sum over rows of H(exit) - H(entry), for every column of H; shape (columns,)."""
    at_exit = np.searchsorted(days, rows.exit, side="right")
    # An entry on day 0 has no lower bound: events on day 0 itself are lived through.
    at_entry = np.where(rows.entry <= 0.0, 0, np.searchsorted(days, rows.entry, side="right"))
    size = hazard.shape[0]
    times = np.bincount(at_exit, minlength=size) - np.bincount(at_entry, minlength=size)
    return np.asarray(times.astype(np.float64) @ hazard)


def _expected(
    rows: FollowUp,
    references: Sequence[FollowUp],
    draws: Draws,
    n_resamples: int,
    horizon: float,
) -> FloatArray:
    """Expected events under every resample of every reference; shape (about n_resamples,)."""
    each = max(1, -(-n_resamples // len(references)))
    found = []
    for reference in references:
        kept = in_view(reference)
        clusters = kept.child_ids if kept.unit != "child" else None
        counts = resampling_counts(kept.n, each, draws, clusters=clusters)
        table = resampled_table(kept, counts, horizon)
        someone = np.where(table.at_risk > 0.0, table.at_risk, 1.0)
        hazard = np.cumsum(table.events[0] / someone, axis=0)
        none = np.zeros((1, counts.shape[1]))
        found.append(_lived(rows, table.days, np.concatenate((none, hazard))))
    return np.concatenate(found)


def _limits(observed: int, expected: FloatArray, level: float) -> tuple[float, float]:
    """Limits of O / E averaged over the expected counts, by bisection."""
    from scipy.special import gammainc

    tail = (1.0 - level) / 2.0

    def solved(shape: float, probability: float) -> float:
        low, high = 0.0, 1.0
        while np.mean(gammainc(shape, high * expected)) < probability:
            high *= 2.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if np.mean(gammainc(shape, middle * expected)) < probability:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)

    lower = solved(float(observed), tail) if observed > 0 else 0.0
    return lower, solved(observed + 1.0, 1.0 - tail)


def _two_sided(observed: int, expected: FloatArray) -> float:
    """Twice the smaller Poisson tail, averaged over the expected counts, at most 1."""
    from scipy.special import gammainc, gammaincc

    below = float(np.mean(gammaincc(observed + 1.0, expected)))
    above = float(np.mean(gammainc(observed, expected))) if observed > 0 else 1.0
    return min(1.0, 2.0 * min(below, above))
