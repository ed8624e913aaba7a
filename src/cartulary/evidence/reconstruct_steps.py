# SPDX-License-Identifier: Apache-2.0
"""Curves of few children: the whole numbers that fit the steps best.

A step of a Kaplan-Meier curve is d / n with whole d and n, and is never smaller than one over the
number that started. Where that is more than the reading error, the readings name the numbers: a
search over events and censored between the steps keeps the likeliest histories.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.reconstruct_curve import PublishedCurve

_KEPT = 400
_NEAR = np.array([-1, 0, 1])
# One reading error is taken as two standard deviations of a reading.
_SPREADS = (1.0 / 20.0, 1.0 / 2.0)
_FITS = 4.0
# Readings that prove as fine as a history needs are believed up to so many children.
_MOST_FINE = 200
# The smallest step must exceed the reading error by this factor for the numbers to be told apart.
CLEAR = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What happened: event days with their counts, and censored between successive marks.

    marks: days of steps, of numbers at risk and the end, ascending; shape (m,). events: events on
    each mark; censored: censored after the mark before and before this one; shape (m,). The
    remaining leave between the last mark and the end.
    """

    marks: FloatArray
    events: IntArray
    censored: IntArray
    remaining: int


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """A flat stretch of the drawn curve."""

    day: float
    share: float
    readings: int


@dataclass(frozen=True, slots=True, eq=False)
class _States:
    """The histories kept so far: at risk, survival, events so far, and how unlikely."""

    n: IntArray
    survival: FloatArray
    total: IntArray
    cost: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """How each kept history came from one before: its parent, censored and events."""

    parent: IntArray
    censored: IntArray
    events: IntArray


def snaps(curve: PublishedCurve) -> bool:
    """Whether the smallest possible step stands clear of the reading error."""
    return 1.0 / curve.n >= CLEAR * curve.reading_error


def likeliest_histories(curve: PublishedCurve) -> tuple[list[History], FloatArray] | None:
    """The histories that fit the curve, and their relative chances; best first.

    Readings are first taken as twenty times finer than stated; only where no history fits them so
    well are they taken as stated. None where the children are too many for that.

    Refuses: a curve of few children that no history fits, naming where.
    """
    if curve.n > _MOST_FINE and not snaps(curve):
        return None
    levels = _levels(curve)
    for share in _SPREADS:
        sigma = curve.reading_error * share
        last = share == _SPREADS[-1]
        if last and not snaps(curve):
            return None
        try:
            histories, chances, worst = _search(curve, levels, sigma)
        except EstimandError:
            if last:
                raise
            continue
        if last or worst <= _FITS * sigma:
            return histories, chances
    return None


def _levels(curve: PublishedCurve) -> list[_Level]:
    """The flat stretches of the curve; a drop of half the smallest step starts a new one."""
    order = np.lexsort((-curve.survival, curve.days))
    days, shares = curve.days[order], curve.survival[order]
    # The lower corner of a step is the one after it.
    last = np.append(days[1:] != days[:-1], True)
    days, shares = days[last], shares[last]
    clear = 0.5 / curve.n
    found: list[_Level] = [_Level(0.0, 1.0, 1)]
    for day, share in zip(days.tolist(), shares.tolist(), strict=True):
        at = found[-1]
        if share < at.share - clear:
            found.append(_Level(day, share, 1))
        elif len(found) > 1:
            mean = (at.share * at.readings + share) / (at.readings + 1)
            found[-1] = _Level(at.day, mean, at.readings + 1)
    return found[1:]


def _timeline(curve: PublishedCurve, levels: list[_Level]) -> list[tuple[float, int, int]]:
    """Steps (kind 1, index) and numbers at risk (kind 0, index) in order of day, risk first."""
    risk = [(day, 0, k) for k, day in enumerate(curve.risk_days.tolist()) if k > 0]
    steps = [(level.day, 1, k) for k, level in enumerate(levels)]
    return sorted(risk + steps)


def _rates(curve: PublishedCurve, levels: list[_Level]) -> FloatArray:
    """Censored a day expected in each stretch between numbers at risk; shape (r,)."""
    edges = np.append(curve.risk_days, max(curve.end, curve.risk_days[-1] + 1.0))
    counts = np.append(curve.at_risk, 0)
    rates = []
    for k, (start, stop) in enumerate(pairwise(edges.tolist())):
        before = [level.share for level in levels if level.day < start]
        inside = [level.share for level in levels if level.day < stop]
        first = before[-1] if before else 1.0
        second = inside[-1] if inside else 1.0
        died = counts[k] * (1.0 - second / first) if first > 0.0 else 0.0
        rates.append(max(counts[k] - counts[k + 1] - died, 0.5) / (stop - start))
    return np.array(rates, dtype=np.float64)


def _search(
    curve: PublishedCurve, levels: list[_Level], sigma: float
) -> tuple[list[History], FloatArray, float]:
    """Walk along the curve, keeping the likeliest histories."""
    timeline = _timeline(curve, levels)
    rates = _rates(curve, levels)
    at = _States(
        n=np.array([curve.n]),
        survival=np.ones(1),
        total=np.zeros(1, dtype=np.int64),
        cost=np.zeros(1),
    )
    stages: list[_Stage] = []
    day, stretch = 0.0, 0
    for place, (next_day, kind, k) in enumerate(timeline):
        expected = max(rates[stretch] * (next_day - day), 1e-3)
        if kind == 0:
            at, stage = _at_risk_day(curve, at, k, expected)
            stretch = k
        else:
            later = [j for _, what, j in timeline[place:] if what == 0]
            least = int(curve.at_risk[later[0]]) if later else 0
            at, stage = _step(at, levels[k], least, expected, sigma)
        stages.append(stage)
        day = next_day
    at, chosen = _with_total(curve, at)
    histories = [_history(timeline, stages, at, one) for one in chosen.tolist()]
    cost = at.cost[chosen]
    chances = np.exp(cost.min() - cost)
    return histories, chances / chances.sum(), _worst(curve, levels, histories[0])


def _at_risk_day(
    curve: PublishedCurve, at: _States, k: int, expected: float
) -> tuple[_States, _Stage]:
    """Histories that still have the printed number at risk; whoever is too many was censored."""
    printed = int(curve.at_risk[k])
    possible = np.flatnonzero(at.n >= printed)
    if possible.size == 0:
        raise EstimandError(
            f"Number at risk {k + 1} of {curve.source!r} is {printed} on day "
            f"{curve.risk_days[k]:g}, but the curve leaves at most {int(at.n.max())}. Its drops "
            "and its numbers contradict each other. Check that column and the coordinates before "
            "it."
        )
    censored = at.n[possible] - printed
    cost = at.cost[possible] + _surprise(censored, expected)
    found = _States(
        n=np.full(possible.size, printed),
        survival=at.survival[possible],
        total=at.total[possible],
        cost=cost,
    )
    keep = _best(found)
    stage = _Stage(possible[keep], censored[keep], np.zeros(keep.size, dtype=np.int64))
    return _taken(found, keep), stage


def _step(
    at: _States, level: _Level, least: int, expected: float, sigma: float
) -> tuple[_States, _Stage]:
    """Every censored count before a step, with the event counts nearest to its height."""
    likely = int(np.ceil(expected + 6.0 * np.sqrt(expected) + 6.0))
    most = int(min(max(0, at.n.max() - least), likely))
    censored = np.arange(most + 1)
    n = at.n[:, None] - censored[None, :]
    ratio = np.where(at.survival > 0.0, level.share / np.maximum(at.survival, 1e-12), 1.0)
    middle = np.round(n * (1.0 - ratio[:, None])).astype(np.int64)
    events = np.maximum(middle[:, :, None] + _NEAR, 0)
    n_after = n[:, :, None] - events
    parent, c, option = np.nonzero((n_after >= least) & (n[:, :, None] > 0))
    if parent.size == 0:
        # Nobody may leave here: the step stays unexplained and the final check names it.
        keep = np.arange(at.n.size)
        none = np.zeros(keep.size, dtype=np.int64)
        return at, _Stage(keep, none, none)
    d, before = events[parent, c, option], n[parent, c]
    survival = at.survival[parent] * (before - d) / before
    misfit = (survival - level.share) * np.sqrt(level.readings) / sigma
    found = _States(
        n=before - d,
        survival=survival,
        total=at.total[parent] + d,
        cost=at.cost[parent] + 0.5 * misfit**2 + _surprise(c, expected),
    )
    keep = _best(found)
    return _taken(found, keep), _Stage(parent[keep], c[keep], d[keep])


def _surprise(counts: IntArray, expected: float) -> FloatArray:
    """-log of the Poisson chance of each count."""
    from scipy.special import gammaln

    return np.asarray(expected - counts * np.log(expected) + gammaln(counts + 1.0))


def _best(found: _States) -> IntArray:
    """The likeliest histories, each end state once; shape (at most kept,)."""
    order = np.argsort(found.cost, kind="stable")[: 4 * _KEPT]
    same = np.stack([found.n[order], found.total[order], np.round(found.survival[order] * 1e9)])
    _, first = np.unique(same, axis=1, return_index=True)
    return np.asarray(order[np.sort(first)][:_KEPT], dtype=np.int64)


def _taken(found: _States, keep: IntArray) -> _States:
    """Some of the histories."""
    return _States(found.n[keep], found.survival[keep], found.total[keep], found.cost[keep])


def _with_total(curve: PublishedCurve, at: _States) -> tuple[_States, IntArray]:
    """The histories with the printed number of events, likeliest first."""
    order = np.argsort(at.cost, kind="stable")
    if curve.total_events is None:
        return at, order
    right = order[at.total[order] == curve.total_events]
    if right.size == 0:
        nearest = int(at.total[np.argmin(np.abs(at.total - curve.total_events))])
        raise EstimandError(
            f"{curve.source!r} counts {curve.total_events} events, but its curve and numbers at "
            f"risk hold {nearest} at the nearest. They contradict each other. Check total_events, "
            "or leave it out where the drawing ends before the last event."
        )
    return at, right


def _history(
    timeline: list[tuple[float, int, int]], stages: list[_Stage], at: _States, one: int
) -> History:
    """One history, walked back to the start."""
    events, censored = [], []
    place = one
    for stage in reversed(stages):
        events.append(int(stage.events[place]))
        censored.append(int(stage.censored[place]))
        place = int(stage.parent[place])
    return History(
        marks=np.array([day for day, _, _ in timeline], dtype=np.float64),
        events=np.array(events[::-1], dtype=np.int64),
        censored=np.array(censored[::-1], dtype=np.int64),
        remaining=int(at.n[one]),
    )


def _worst(curve: PublishedCurve, levels: list[_Level], history: History) -> float:
    """The largest distance between a history's curve and the flat stretches."""
    survival, n, worst = 1.0, curve.n, 0.0
    heights = {level.day: level.share for level in levels}
    for mark, d, c in zip(history.marks, history.events, history.censored, strict=True):
        n -= int(c)
        if d:
            survival *= (n - d) / n
            n -= int(d)
        if float(mark) in heights and (d or float(mark) not in curve.risk_days):
            worst = max(worst, abs(survival - heights[float(mark)]))
    return worst
