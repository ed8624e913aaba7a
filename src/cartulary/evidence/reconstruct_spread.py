# SPDX-License-Identifier: Apache-2.0
"""Curves of many children: censored spread between the numbers at risk, and iterated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray, IntArray
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.reconstruct_curve import PublishedCurve

_ROUNDS = 200
_TRIED = 200


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """One stretch between numbers at risk, walked through.

    events: at each of its coordinates; shape (k,). n, survival: at its end. censored: their days.
    """

    events: IntArray
    n: int
    survival: float
    censored: FloatArray


def spread_rows(curve: PublishedCurve, draws: Draws | None = None) -> tuple[FloatArray, FloatArray]:
    """Days of events and of censoring; with draws, readings and censoring vary within bounds."""
    days, shares = _coordinates(curve, draws)
    n, survival, so_far = curve.n, 1.0, 0
    event_days: list[FloatArray] = []
    censored: list[FloatArray] = []
    edges = curve.risk_days.tolist()
    person_days = 0.0
    for k, start in enumerate(edges):
        last = k == len(edges) - 1
        # A printed 0 ends the curve before that column.
        stop = max(curve.end, start) if last else edges[k + 1]
        inside = (days >= start) & ((days < stop) | last)
        at, heights = days[inside], shares[inside]
        shuffle = _Shuffle(start, stop, n, draws)
        if not last:
            walked = _until_number(curve, k, at, heights, n, survival, shuffle)
            person_days += (stop - start) * 0.5 * (n + walked.n)
        else:
            lost = sum(part.size for part in censored)
            rate = lost / person_days if person_days > 0.0 else 0.0
            walked = _to_the_end(curve, at, heights, n, survival, shuffle, so_far, rate)
        event_days.append(np.repeat(at, walked.events))
        censored.append(walked.censored)
        so_far += int(walked.events.sum())
        n, survival = walked.n, walked.survival
    censored.append(np.full(n, curve.end))
    return np.concatenate(event_days), np.concatenate(censored)


def _coordinates(curve: PublishedCurve, draws: Draws | None) -> tuple[FloatArray, FloatArray]:
    """Distinct days with their lowest reading, never rising; moved within the error by draws."""
    order = np.lexsort((-curve.survival, curve.days))
    days, shares = curve.days[order], curve.survival[order]
    last = np.append(days[1:] != days[:-1], True)
    days, shares = days[last], shares[last]
    if draws is not None:
        moved = 2.0 * np.asarray(draws.random(size=(shares.size,))) - 1.0
        # 1 and 0 are axes, not readings.
        inner = (shares > 0.0) & (shares < 1.0)
        shares = np.clip(shares + np.where(inner, moved * curve.reading_error, 0.0), 0.0, 1.0)
    return days, np.minimum.accumulate(shares)


@dataclass(frozen=True, slots=True, eq=False)
class _Shuffle:
    """Where any number of censored lie in a stretch: nested as the number grows."""

    start: float
    stop: float
    most: int
    draws: Draws | None

    def days(self, number: int, order: FloatArray | None) -> FloatArray:
        """Days strictly inside the stretch, ascending; shape (number,)."""
        if order is None:
            share = np.arange(1, number + 1) / (number + 1.0)
        else:
            share = np.sort(order[:number])
        return np.asarray(self.start + (self.stop - self.start) * share, dtype=np.float64)

    def order(self) -> FloatArray | None:
        """One random place for each row that might be censored, or None for even spacing."""
        if self.draws is None:
            return None
        share = np.asarray(self.draws.random(size=(self.most,)), dtype=np.float64)
        return np.asarray(np.clip(share, 1e-9, 1.0 - 1e-9))


def _walk(
    at: FloatArray, heights: FloatArray, n: int, survival: float, censored: FloatArray
) -> _Stretch:
    """Through the coordinates of a stretch with these censored: the events nearest to each."""
    before = np.searchsorted(censored, at, side="left")
    gone, events = 0, np.zeros(at.size, dtype=np.int64)
    left = n
    for k in range(at.size):
        left -= int(before[k]) - gone
        gone = int(before[k])
        if left <= 0 or survival <= 0.0:
            left = max(left, 0)
            break
        d = int(min(max(round(left * (1.0 - heights[k] / survival)), 0), left))
        if d:
            events[k] = d
            survival *= (left - d) / left
            left -= d
    left -= censored.size - gone
    return _Stretch(events, left, survival, censored)


def _until_number(
    curve: PublishedCurve,
    k: int,
    at: FloatArray,
    heights: FloatArray,
    n: int,
    survival: float,
    shuffle: _Shuffle,
) -> _Stretch:
    """The stretch whose end meets the next printed number at risk."""
    printed = int(curve.at_risk[k + 1])
    order = shuffle.order()
    number, best, seen = 0, None, set()
    for _ in range(_ROUNDS):
        walked = _walk(at, heights, n, survival, shuffle.days(number, order))
        miss = walked.n - printed
        if best is None or abs(miss) < abs(best.n - printed):
            best = walked
        if miss == 0 or number in seen:
            break
        seen.add(number)
        number = min(max(number + miss, 0), n - printed)
    assert best is not None
    return _settled(curve, k, at, best, n, survival, printed)


def _settled(
    curve: PublishedCurve,
    k: int,
    at: FloatArray,
    walked: _Stretch,
    n: int,
    survival: float,
    printed: int,
) -> _Stretch:
    """The last few rows made to fit: one more censored, or one event fewer."""
    miss = walked.n - printed
    if miss == 0:
        return walked
    censored, events = walked.censored, walked.events.copy()
    if miss > 0:
        edge = float(curve.risk_days[k + 1])
        begin = float(curve.risk_days[k])
        added = edge - (edge - begin) * np.arange(1, miss + 1) / (10.0 * (miss + 1))
        censored = np.sort(np.append(censored, added))
    elif censored.size >= -miss:
        censored = censored[: censored.size + miss]
    else:
        short = -miss - censored.size
        if short > 1 + 2.0 * curve.reading_error * n:
            raise EstimandError(
                f"Number at risk {k + 2} of {curve.source!r} is {printed} on day "
                f"{curve.risk_days[k + 1]:g}, but the curve leaves {printed - short}. Its drops "
                "and its numbers contradict each other. Check that column and the coordinates "
                "before it."
            )
        censored = censored[:0]
        for place in np.flatnonzero(events)[::-1]:
            fewer = min(short, int(events[place]))
            events[place] -= fewer
            short -= fewer
    return _kept(at, events, n, survival, censored)


def _kept(
    at: FloatArray, events: IntArray, n: int, survival: float, censored: FloatArray
) -> _Stretch:
    """A stretch with given events and censored."""
    gone = np.searchsorted(censored, at, side="left")
    for k in np.flatnonzero(events):
        left = n - int(gone[k]) - int(events[:k].sum())
        survival *= (left - int(events[k])) / left
    return _Stretch(events, n - int(events.sum()) - censored.size, survival, censored)


def _to_the_end(
    curve: PublishedCurve,
    at: FloatArray,
    heights: FloatArray,
    n: int,
    survival: float,
    shuffle: _Shuffle,
    so_far: int,
    rate: float,
) -> _Stretch:
    """The last stretch: as many censored as the printed events leave, or as earlier ones show."""
    order = shuffle.order()
    if curve.total_events is None:
        length = shuffle.stop - shuffle.start
        number = min(max(round(rate * length * n * 0.5 * (1.0 + survival)), 0), max(n - 1, 0))
        return _walk(at, heights, n, survival, shuffle.days(number, order))
    wanted = curve.total_events - so_far
    step = max(1, n // _TRIED)
    walks = [
        _walk(at, heights, n, survival, shuffle.days(number, order))
        for number in range(0, max(n, 1), step)
    ]
    # More censored leave fewer at risk and need fewer events, until too few are left to follow
    # the curve at all.
    goal = float(heights[-1]) if heights.size else survival
    room = 2.0 * curve.reading_error + 0.5 / curve.n
    follows = [walk for walk in walks if abs(walk.survival - goal) <= room]
    best = min(follows or walks, key=lambda walk: abs(int(walk.events.sum()) - wanted))
    gap = int(best.events.sum()) - wanted
    if abs(gap) > 2 + 2.0 * curve.reading_error * curve.n:
        raise EstimandError(
            f"{curve.source!r} counts {curve.total_events} events, but its curve and numbers at "
            f"risk hold {curve.total_events + gap} at the nearest. They contradict each other. "
            "Check total_events, or leave it out where the drawing ends before the last event."
        )
    return best
