# SPDX-License-Identifier: Apache-2.0
"""A survival curve drawn through printed survivals, when the drawing itself was not read."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.distributions import half_width
from cartulary.evidence.reconstruct_curve import PublishedCurve

# Whole percents are printed, so a share may be half a point off.
_PRINTED_TO = 0.005
# How closely the number left at a landmark is to be met, as a share of it.
_LEFT_WITHIN = 0.05
_FASTEST_LOSS = 20.0


@dataclass(frozen=True, slots=True)
class PrintedSurvival:
    """One printed survival, with its 95% log-log limits where they are printed."""

    day: float
    share: float
    low: float | None = None
    high: float | None = None


def landmark_curve(
    printed: tuple[PrintedSurvival, ...], n: int, draws: Draws | None = None, **words: Any
) -> PublishedCurve:
    """A curve through printed survivals, with the numbers left that their intervals imply.

    Between two printed days the hazards of the event and of leaving unseen are constant. With
    half-width h of the printed interval on the scale log(-log S), Greenwood's sum is
    V = (h log S)^2; over a stretch with survival ratio r, length D and hazards a (event) and m
    (leaving) it grows by a (exp((a + m) D) - 1) / (n (a + m)), and m is the value that gives the
    printed V. Then whole numbers of events and of leaving are chosen nearest to both figures, and
    events are placed evenly on the scale of their own law.

    Arguments: printed survivals in order of day, the last with limits; n at the start; draws, a
    seeded generator: printed figures are then moved within their rounding and event days drawn;
    words: source, unit, clock, definition and others of `PublishedCurve`.

    Returns: a `PublishedCurve` that ends on the last printed day. Its steps and numbers at risk
    are ours, made from the printed figures: it is approximate, and says nothing about when events
    fell between two printed days.

    Refuses: nothing printed; a last survival without limits; a survival that rises.

    Source: the numbers behind a printed interval are our own use of Greenwood's formula.

    >>> curve = landmark_curve((PrintedSurvival(365, 0.8, 0.56, 0.92),), 20, source="a paper",
    ...                        unit="child", clock="infusion", definition="os, edition 1")
    >>> curve.at_risk.tolist(), round(float(curve.survival[-1]), 2)
    ([20, 16], 0.8)
    """
    source = str(words.get("source", "the curve"))
    _check(printed, n, source)
    shown = printed if draws is None else _moved(printed, draws)
    left = _left_at(shown, n)
    days: list[FloatArray] = []
    lost: list[FloatArray] = []
    at_risk, survival, start, now = [n], 1.0, 0.0, n
    for mark, wanted in zip(shown, left, strict=True):
        d, c = _whole_numbers(now, survival, mark.share, wanted)
        rate = -math.log(((now - d - c) or 0.5) / now)
        days.append(_placed(start, mark.day, d, rate, draws))
        lost.append(start + (mark.day - start) * _even(c, rate, None))
        survival *= _ratio(now, d, c)
        now -= d + c
        at_risk.append(now)
        start = mark.day
    return _drawn(np.concatenate(days), np.concatenate(lost), n, at_risk, printed, words)


def _check(printed: tuple[PrintedSurvival, ...], n: int, source: str) -> None:
    """Enough is printed to draw from."""
    if not printed or n < 1:
        raise EstimandError(
            f"{source!r} prints {len(printed)} survivals of {n} at the start. A curve needs at "
            "least one of each. Give the printed survivals and how many started."
        )
    last = printed[-1]
    if last.low is None or last.high is None:
        raise EstimandError(
            f"The last survival of {source!r} (day {last.day:g}) has no interval. Nothing tells "
            "how many were still followed there. Give its limits, or leave it out."
        )
    day, share = 0.0, 1.0
    for mark in printed:
        if not (mark.day > day and 0.0 < mark.share <= share):
            raise EstimandError(
                f"{source!r} prints survival {mark.share:g} on day {mark.day:g}, after {share:g} "
                f"on day {day:g}. Days increase, and a survival curve never rises. Correct it."
            )
        day, share = mark.day, mark.share


def _moved(printed: tuple[PrintedSurvival, ...], draws: Draws) -> tuple[PrintedSurvival, ...]:
    """The printed figures anywhere within their rounding, never rising."""
    moved, ceiling = [], 1.0
    shift = (2.0 * np.asarray(draws.random(size=(len(printed), 3))) - 1.0) * _PRINTED_TO
    for mark, (up, down_low, up_high) in zip(printed, shift.tolist(), strict=True):
        share = min(max(mark.share + up, 1e-3), ceiling)
        low, high = mark.low, mark.high
        if low is not None and high is not None:
            low = max(min(low + down_low, share - 1e-3), 1e-4)
            high = min(max(high + up_high, share + 1e-3), 1.0 - 1e-4)
        moved.append(replace(mark, share=share, low=low, high=high))
        ceiling = share
    return tuple(moved)


def _left_at(printed: tuple[PrintedSurvival, ...], n: int) -> list[float]:
    """How many are left at each printed day, from the intervals; stretch by stretch."""
    found: list[float] = []
    stretch: list[PrintedSurvival] = []
    at, survival, start, spread = float(n), 1.0, 0.0, 0.0
    for mark in printed:
        stretch.append(mark)
        if mark.low is None or mark.high is None:
            continue
        h = (math.log(-math.log(mark.low)) - math.log(-math.log(mark.high))) / 2.0
        wanted = (h / half_width(0.95) * math.log(mark.share)) ** 2 if mark.share < 1.0 else 0.0
        loss = _loss(stretch, at, survival, start, wanted - spread)
        ends, grown = _followed(stretch, at, survival, start, loss)
        found += ends
        at, survival, start, spread = ends[-1], mark.share, mark.day, spread + grown
        stretch = []
    return found


def _followed(
    stretch: list[PrintedSurvival], at: float, survival: float, start: float, loss: float
) -> tuple[list[float], float]:
    """How many are left at each mark of a stretch with this hazard of leaving, and V gained."""
    ends, grown = [], 0.0
    for mark in stretch:
        length, fall = mark.day - start, -math.log(mark.share / survival)
        away = fall + loss * length
        if fall > 0.0:
            grown += fall / away * math.expm1(away) / at
        at *= math.exp(-away)
        ends.append(at)
        survival, start = mark.share, mark.day
    return ends, grown


def _loss(
    stretch: list[PrintedSurvival], at: float, survival: float, start: float, wanted: float
) -> float:
    """The hazard of leaving that gives the printed spread; 0 where it is narrower than that."""
    low, high = 0.0, _FASTEST_LOSS / (stretch[-1].day - start)
    if _followed(stretch, at, survival, start, low)[1] >= wanted:
        return 0.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        if _followed(stretch, at, survival, start, middle)[1] < wanted:
            low = middle
        else:
            high = middle
    return low


def _ratio(now: int, d: int, c: int) -> float:
    """Survival over a stretch that d leave by the event and c unseen, evenly mixed."""
    if d == 0:
        return 1.0
    return float(((now - d - c) / now) ** (d / (d + c)))


def _whole_numbers(now: int, survival: float, share: float, wanted: float) -> tuple[int, int]:
    """The events and the unseen leavers of a stretch nearest to what is printed."""
    d, c = np.meshgrid(np.arange(now + 1.0), np.arange(now + 1.0), indexing="ij")
    end = now - d - c
    gone = np.maximum(d + c, 1.0)
    ratio = np.where(end > 0.0, np.maximum(end, 0.0) / now, 0.0) ** (d / gone)
    off = (survival * ratio - share) / _PRINTED_TO
    cost = off**2 + ((end - wanted) / max(1.0, _LEFT_WITHIN * wanted)) ** 2
    # Someone is seen on the printed day itself.
    cost[end < 1.0] = np.inf
    best = np.unravel_index(int(np.argmin(cost)), cost.shape)
    return int(best[0]), int(best[1])


def _even(number: int, rate: float, draws: Draws | None) -> FloatArray:
    """Places in (0, 1), ascending, by the law exp(-rate u); shape (number,)."""
    u = (np.arange(number) + 0.5) / max(number, 1)
    if draws is not None:
        u = np.sort(np.asarray(draws.random(size=(number,)), dtype=np.float64))
    if rate < 1e-9:
        return np.asarray(u, dtype=np.float64)
    return np.asarray(-np.log1p(u * math.expm1(-rate)) / rate, dtype=np.float64)


def _placed(start: float, stop: float, number: int, rate: float, draws: Draws | None) -> FloatArray:
    """Whole days of events strictly between two printed days."""
    days = np.ceil(start + (stop - start) * _even(number, rate, draws))
    return np.clip(days, start + 1.0, max(start + 1.0, stop - 1.0))


def _drawn(
    events: FloatArray,
    lost: FloatArray,
    n: int,
    at_risk: list[int],
    printed: tuple[PrintedSurvival, ...],
    words: dict[str, Any],
) -> PublishedCurve:
    """Both corners of every step of the curve of these days."""
    days, number = np.unique(events, return_counts=True)
    before = n - np.searchsorted(np.sort(lost), days, side="left") - np.cumsum(number) + number
    after = np.cumprod((before - number) / before)
    end = printed[-1].day
    heights = np.append(1.0, after)
    return PublishedCurve(
        days=np.concatenate(([0.0], np.repeat(days, 2), [end])),
        survival=np.concatenate(
            ([1.0], np.column_stack([heights[:-1], after]).ravel(), heights[-1:])
        ),
        risk_days=np.array([0.0, *(mark.day for mark in printed)]),
        at_risk=np.array(at_risk),
        last_day=end,
        landmarks=tuple((mark.day, mark.share) for mark in printed),
        reading_error=_PRINTED_TO,
        total_events=int(events.size),
        **words,
    )
