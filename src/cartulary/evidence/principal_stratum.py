# SPDX-License-Identifier: Apache-2.0
"""The effect in children who would be spared the intercurrent event under either treatment.

Nobody is seen under both treatments, so this stratum cannot be pointed at. It is identified only
by an assumption that no data can check, and otherwise bounded. In a single arm it is not defined:
"those who were never transplanted" are chosen by what happened to them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import sources
from cartulary.evidence.aalen_johansen import cumulative_incidence
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import (
    Draws,
    incidence_replicates,
    percentile_interval,
    resampling_counts,
)
from cartulary.evidence.distributions import checked_level
from cartulary.evidence.estimate import Estimate
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.immortal_time import refuse_small_groups
from cartulary.evidence.risk_table import in_view

Assumption: TypeAlias = Literal["principal_ignorability", "none"]
ASSUMPTIONS: tuple[Assumption, ...] = ("principal_ignorability", "none")
FRANGAKIS_RUBIN = "Frangakis CE, Rubin DB. Biometrics 2002;58:21-29"
ZHANG_RUBIN = "Zhang JL, Rubin DB. J Educ Behav Stat 2003;28:353-368"
RESAMPLES = 1000
_FEWEST_RESAMPLES = 100
_MOST_BROKEN = 0.05
_SMALLEST_SHARE = 0.05
_ARMS = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class PrincipalStratum:
    """Incidence of the event by a day among those spared the intercurrent event in both arms.

    arms: labels. incidence: in each arm. difference: the first arm less the second. spared: share
    of each arm without the intercurrent event by the horizon. stratum_low, stratum_high: what the
    shares alone say of the size of the stratum. Under "none" values are absent and `low` and
    `high` of each figure are bounds, not a confidence interval.
    """

    arms: tuple[str, str]
    incidence: tuple[Estimate, Estimate]
    difference: Estimate
    spared: tuple[float, float]
    stratum_low: float
    stratum_high: float
    assumption: str


def principal_stratum(
    follow_up: FollowUp,
    *,
    event: str,
    intercurrent: str,
    day: float,
    horizon: float,
    assumption: Assumption | None = None,
    draws: Draws | None = None,
    n_resamples: int = RESAMPLES,
    level: float = 0.95,
) -> PrincipalStratum:
    """P(T(a) <= t | no intercurrent event by the horizon under either arm), in both arms.

    Under principal ignorability (within an arm, what would have happened under the other arm says
    nothing more of the outcome of those who are spared) it is F_a(t) / (1 - G_a(h)), with F_a and
    G_a the Aalen-Johansen incidences of event and intercurrent event. Without an assumption only
    bounds: the stratum is at least max(0, p1 + p0 - 1) and at most min(p1, p0) of all, p_a the
    share spared, so it is at least q_a = max(0, p1 + p0 - 1) / p_a of the spared of arm a, among
    whom the incidence F_a lies in [max(0, (F_a - 1 + q_a) / q_a), min(1, F_a / q_a)].

    Arguments:
        follow_up: causes `event` and `intercurrent` among them, `group` the arm; shape (n,).
        event, intercurrent: names of the two causes. day: t. horizon: h, no later than both
            arms' follow-up.
        assumption: "principal_ignorability" or "none"; never taken silently.
        draws: a seeded generator for intervals; None for none.

    Returns: a `PrincipalStratum`.

    Refuses: a single arm; an assumption that is not stated; fewer than 5 in an arm; a horizon
    before the day or beyond an arm's follow-up; an arm in which hardly anyone is spared.

    Source: Frangakis and Rubin 2002; the estimator is the one that R's tteICE gives under its
    principal stratum strategy, with product-limit incidences; Zhang and Rubin 2003 for bounds.

    >>> rows = FollowUp(exit=[10, 20, 30, 40, 50, 60] * 2, status=[1, 2, 0, 1, 0, 0] * 2,
    ...                 cause_names=("relapse", "transplant"), unit="child", clock="infusion",
    ...                 definition="an example", origin="simulated",
    ...                 group=["A"] * 6 + ["B"] * 6)
    >>> found = principal_stratum(rows, event="relapse", intercurrent="transplant", day=45,
    ...                           horizon=50, assumption="principal_ignorability")
    >>> found.difference.value
    0.0
    """
    checked_level(level)
    if follow_up.group is None or np.unique(follow_up.group).size != _ARMS:
        number = 0 if follow_up.group is None else int(np.unique(follow_up.group).size)
        raise EstimandError(
            f"The follow-up has {number or 'no'} arm{'' if number == 1 else 's'}. The stratum is "
            f"of children spared {intercurrent} under either of two treatments; in a single arm "
            f"those without {intercurrent} are merely those to whom it did not happen, chosen by "
            "their future. Compare two arms, or use another strategy: treatment policy, "
            "hypothetical, composite or while on treatment."
        )
    if assumption not in ASSUMPTIONS:
        raise EstimandError(
            "No assumption was stated for the principal stratum. Nobody is seen under both "
            'treatments, so data alone only bound it. Write assumption="principal_ignorability" '
            'and defend it, or assumption="none" for bounds.'
        )
    arms = follow_up.by_group()
    names = tuple(arms)
    refuse_small_groups({k: v.n for k, v in arms.items()}, 5, follow_up.unit, of="the arms")
    for name, rows in arms.items():
        if not 0.0 < day <= horizon <= rows.last_day:
            raise EstimandError(
                f"The day is {day:g} and the horizon {horizon:g}; arm {name} was followed to day "
                f"{rows.last_day:g}. Being spared is judged at the horizon, which both arms must "
                "reach. Choose an earlier horizon, and a day no later than it."
            )
    parts = [_part(rows, event, intercurrent, day, horizon) for rows in arms.values()]
    spared = (1.0 - parts[0][1], 1.0 - parts[1][1])
    for name, share in zip(names, spared, strict=True):
        if share < _SMALLEST_SHARE:
            raise EstimandError(
                f"In arm {name} a share of {share:.3f} is spared {intercurrent} by day "
                f"{horizon:g}. The stratum would be of hardly anyone. Choose an earlier horizon, "
                "or another strategy."
            )
    smallest = max(0.0, spared[0] + spared[1] - 1.0)
    writer = _Writer(follow_up, event, intercurrent, day, horizon, level)
    shares = [f / p for (f, _), p in zip(parts, spared, strict=True)]
    if assumption == "none":
        bounds = [_bounds(min(f, 1.0), smallest / p) for f, p in zip(shares, spared, strict=True)]
        difference = (bounds[0][0] - bounds[1][1], bounds[0][1] - bounds[1][0])
        figures = [
            replace(writer, follow_up=rows).bounded(label, b)
            for (label, rows), b in zip(arms.items(), bounds, strict=True)
        ]
        apart = writer.bounded("difference", difference)
    else:
        drawn = _replicates(
            list(arms.values()), event, intercurrent, day, horizon, draws, n_resamples
        )
        figures = [
            replace(writer, follow_up=rows).identified(label, share, replicates)
            for (label, rows), share, replicates in zip(arms.items(), shares, drawn, strict=True)
        ]
        apart = writer.identified("difference", shares[0] - shares[1], drawn[0] - drawn[1])
    return PrincipalStratum(
        arms=(names[0], names[1]),
        incidence=(figures[0], figures[1]),
        difference=apart,
        spared=spared,
        stratum_low=smallest,
        stratum_high=min(spared),
        assumption=assumption,
    )


def _part(
    rows: FollowUp, event: str, intercurrent: str, day: float, horizon: float
) -> tuple[float, float]:
    """Incidence of the event by the day and of the intercurrent event by the horizon."""
    curve = cumulative_incidence(rows)
    found = curve.incidence_at(day, event).value, curve.incidence_at(horizon, intercurrent).value
    assert found[0] is not None
    assert found[1] is not None
    return found[0], found[1]


def _bounds(incidence: float, part: float) -> tuple[float, float]:
    """Bounds of the incidence in a part of a group whose incidence is known."""
    if part <= 0.0:
        return 0.0, 1.0
    return max(0.0, (incidence - 1.0 + part) / part), min(1.0, incidence / part)


def _replicates(
    arms: list[FollowUp],
    event: str,
    intercurrent: str,
    day: float,
    horizon: float,
    draws: Draws | None,
    n_resamples: int,
) -> list[FloatArray]:
    """The incidence in the stratum of each arm in every resample; empty without draws."""
    if draws is None:
        return [np.empty(0), np.empty(0)]
    if n_resamples < _FEWEST_RESAMPLES:
        raise EstimandError(
            f"{n_resamples} resamples were asked for. The tails of so few are noise. "
            f"Ask for at least {_FEWEST_RESAMPLES}."
        )
    found = []
    for arm in arms:
        rows = in_view(arm)
        counts = resampling_counts(rows.n, n_resamples, draws)
        f = incidence_replicates(rows, event, [day], counts)[:, 0]
        spared = 1.0 - incidence_replicates(rows, intercurrent, [horizon], counts)[:, 0]
        usable = spared >= _SMALLEST_SHARE
        found.append(np.where(usable, f / np.where(usable, spared, 1.0), np.nan))
    return found


@dataclass(frozen=True, slots=True)
class _Writer:
    """How figures of the stratum are written down."""

    follow_up: FollowUp
    event: str
    intercurrent: str
    day: float
    horizon: float
    level: float

    def identified(self, label: str, value: float, replicates: FloatArray) -> Estimate:
        """A figure under principal ignorability."""
        notes = [
            "holds only if, within an arm, whether a child would have had "
            f"{self.intercurrent} under the other arm says nothing more of its {self.event}: "
            "no data can check this"
        ]
        low: float | None = None
        high: float | None = None
        usable = replicates[np.isfinite(replicates)]
        if replicates.size == 0:
            notes.append("no interval: children were not resampled")
        elif usable.size < (1.0 - _MOST_BROKEN) * replicates.size:
            notes.append("too many resamples spared nobody: no interval")
        else:
            low, high = percentile_interval(usable, self.level)
            low, high = min(low, value), max(high, value)
        method = "principal stratum under principal ignorability (Aalen-Johansen)"
        return self._estimate(label, value, low, high, method, notes)

    def bounded(self, label: str, bounds: tuple[float, float]) -> Estimate:
        """A figure of which only bounds are known."""
        notes = [
            "low and high are bounds from the shares alone, without an assumption; they do not "
            "allow for chance, and no value between them is better supported than another"
        ]
        method = "principal stratum, bounds without an assumption (Aalen-Johansen)"
        return self._estimate(label, None, *bounds, method, notes)

    def _estimate(
        self,
        label: str,
        value: float | None,
        low: float | None,
        high: float | None,
        method: str,
        notes: list[str],
    ) -> Estimate:
        rows = self.follow_up
        return Estimate(
            value=value,
            low=low,
            high=high,
            level=self.level,
            method=method,
            unit=rows.unit,
            n=rows.n_in_view,
            events=rows.events_by(self.day, self.event),
            at_days=self.day,
            endpoint=rows.endpoint,
            definition=rows.definition,
            origin=rows.origin,
            missing=rows.missing,
            citations=(FRANGAKIS_RUBIN, ZHANG_RUBIN, sources.AALEN_JOHANSEN),
            notes=(f"spared until day {self.horizon:g}", *notes),
            label=label,
        )
