# SPDX-License-Identifier: Apache-2.0
"""Follow-up of single children rebuilt from a published survival curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cartulary.course.errors import EstimandError
from cartulary.evidence import external_sources
from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.follow_up import FollowUp
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.reconstruct_curve import PublishedCurve
from cartulary.evidence.reconstruct_spread import spread_rows
from cartulary.evidence.reconstruct_steps import History, likeliest_histories

_TOLERATED = 3.0
# A paper prints whole percents: a figure may be half a point off.
_PRINTED_TO = 0.005
SNAPPED = "reconstructed by the likeliest whole numbers (steps clear of the reading error)"
SPREAD = "reconstructed by the iterated Kaplan-Meier algorithm"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconstructionCheck:
    """One printed figure beside the same figure of the reconstruction.

    name: which. printed, rebuilt: in days or as a share; None is a median not reached.
    agrees: whether they differ by no more than reading and printing explain.
    """

    name: str
    printed: float | None
    rebuilt: float | None
    agrees: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Reconstruction:
    """A published curve as rows.

    follow_up: origin "reconstructed". worst_gap: the largest distance of its curve from a
    coordinate, as a share, on `worst_day`. checks: the printed figures beside its own.
    """

    follow_up: FollowUp
    method: str
    worst_gap: float
    worst_day: float
    checks: tuple[ReconstructionCheck, ...]
    source: str
    citations: tuple[str, ...] = (external_sources.GUYOT,)

    @property
    def agrees(self) -> bool:
        """Whether every printed figure agrees."""
        return all(check.agrees for check in self.checks)


def reconstruct(curve: PublishedCurve) -> Reconstruction:
    """The likeliest rows behind a published survival curve.

    Between two numbers at risk n_i and n_(i+1), d events at coordinates and c censored satisfy
    n_i - d - c = n_(i+1), and the product of (1 - d_k / n_k) follows the coordinates. For few
    children (1 / n at least three reading errors; up to 200 where the readings prove finer than
    stated) d and c are the likeliest whole numbers; for more, censored are spread evenly and
    their number is iterated until the next number at risk is met. After the last number at risk,
    total_events decides where it is known.

    Arguments: the curve; see `PublishedCurve`.

    Returns: a `Reconstruction`. A censored row stands for "somewhere between": its day is not a
    reading.

    Refuses, naming the row: a curve and numbers at risk that contradict each other.

    Source: Guyot and others 2012 for the iteration; the search over whole numbers is our own.

    >>> curve = PublishedCurve(days=[0, 100, 250, 400], survival=[1.0, 0.9, 0.7714, 0.7714],
    ...                        risk_days=[0, 200], at_risk=[10, 7], source="a paper",
    ...                        unit="child", clock="infusion", definition="os, edition 1")
    >>> rebuilt = reconstruct(curve)
    >>> rebuilt.follow_up.events, rebuilt.follow_up.n
    (2, 10)
    """
    found = likeliest_histories(curve)
    if found is not None:
        return _checked(curve, *_rows(curve, found[0][0], None), SNAPPED)
    return _checked(curve, *spread_rows(curve), SPREAD)


def reconstructions(curve: PublishedCurve, number: int, draws: Draws) -> tuple[Reconstruction, ...]:
    """Several reconstructions that differ as reading and unseen censoring allow.

    For few children, histories are drawn by their chance given the readings; for more, every
    coordinate is moved within its reading error and the curve is rebuilt. Censored rows are put
    at random between the days that bound them.

    Arguments: number: how many; draws: a seeded generator.

    Returns: `number` reconstructions. Their spread is the uncertainty of rebuilding, not of the
    children: that comes from resampling the rows of each.

    Refuses: what `reconstruct` refuses; fewer than one.

    >>> curve = PublishedCurve(days=[0, 100, 250, 400], survival=[1.0, 0.9, 0.7714, 0.7714],
    ...                        risk_days=[0, 200], at_risk=[10, 7], source="a paper",
    ...                        unit="child", clock="infusion", definition="os, edition 1")
    >>> len(reconstructions(curve, 3, np.random.default_rng(1)))
    3
    """
    if number < 1:
        raise EstimandError(
            f"{number} reconstructions were asked for. There is nothing to compare with. "
            "Ask for at least 1."
        )
    found = likeliest_histories(curve)
    if found is not None:
        histories, chances = found
        picks = np.searchsorted(np.cumsum(chances), draws.random(size=(number,)))
        chosen = [histories[k] for k in np.minimum(picks, len(histories) - 1).tolist()]
        return tuple(_checked(curve, *_rows(curve, one, draws), SNAPPED) for one in chosen)
    return tuple(_checked(curve, *spread_rows(curve, draws), SPREAD) for _ in range(number))


def _rows(
    curve: PublishedCurve, history: History, draws: Draws | None
) -> tuple[FloatArray, FloatArray]:
    """Days of events and of censoring of a history, censored evenly or at random between marks."""
    events = np.repeat(history.marks, history.events)
    before = np.append(0.0, history.marks)[:-1]
    gaps = zip(before, history.marks, history.censored, strict=True)
    censored = [_between(start, stop, int(c), draws) for start, stop, c in gaps]
    if history.remaining:
        # Someone was followed to the end of the drawn curve.
        last = float(history.marks[-1]) if history.marks.size else 0.0
        end = max(curve.end, last)
        censored += [_between(last, end, history.remaining - 1, draws), np.array([end])]
    return events, np.concatenate(censored) if censored else np.empty(0)


def _between(start: float, stop: float, number: int, draws: Draws | None) -> FloatArray:
    """Days strictly between two, evenly or at random; shape (number,)."""
    if draws is None:
        share = np.arange(1, number + 1) / (number + 1.0)
    else:
        share = np.clip(np.asarray(draws.random(size=(number,))), 1e-9, 1.0 - 1e-9)
    return np.asarray(start + (stop - start) * share, dtype=np.float64)


def _checked(
    curve: PublishedCurve, events: FloatArray, censored: FloatArray, method: str
) -> Reconstruction:
    """The rows as a follow-up, held against the coordinates and the printed figures."""
    follow_up = FollowUp(
        exit=np.concatenate((events, censored)),
        status=np.concatenate((np.ones(events.size), np.zeros(censored.size))).astype(np.int64),
        cause_names=(curve.cause,),
        unit=curve.unit,
        clock=curve.clock,
        definition=curve.definition,
        endpoint=curve.endpoint,
        origin="reconstructed",
    )
    rebuilt = kaplan_meier(follow_up)
    after = np.append(1.0, rebuilt.survival)
    at = after[np.searchsorted(rebuilt.days, curve.days, side="right")]
    before = after[np.searchsorted(rebuilt.days, curve.days, side="left")]
    # A coordinate on the day of a step may be either corner, or any point of its riser.
    gap = np.maximum(np.maximum(at - curve.survival, curve.survival - before), 0.0)
    row = int(np.argmax(gap))
    tolerated = _TOLERATED * curve.reading_error + 0.5 / curve.n
    if gap[row] > tolerated:
        raise EstimandError(
            f"Coordinate {row + 1} of {curve.source!r} (day {curve.days[row]:g}, survival "
            f"{curve.survival[row]:g}) is {gap[row]:.3f} from the nearest curve that {curve.n} "
            "at the start and these numbers at risk can draw. They contradict each other. "
            "Check that coordinate and the numbers at risk beside it."
        )
    return Reconstruction(
        follow_up=follow_up,
        method=method,
        worst_gap=float(gap[row]),
        worst_day=float(curve.days[row]),
        checks=_printed(curve, follow_up),
        source=curve.source,
    )


def _printed(curve: PublishedCurve, follow_up: FollowUp) -> tuple[ReconstructionCheck, ...]:
    """Each printed figure beside its reconstruction."""
    rebuilt = kaplan_meier(follow_up)
    room = curve.reading_error + _PRINTED_TO + 1e-9
    found = []
    for day, share in curve.landmarks:
        value = rebuilt.survival_at(day).value
        found.append(
            ReconstructionCheck(
                name=f"survival on day {day:g}",
                printed=share,
                rebuilt=value,
                agrees=value is not None and abs(value - share) <= room,
            )
        )
    if curve.median is not None:
        median = rebuilt.median().value
        around = [rebuilt.quantile(0.5 - room).value, rebuilt.quantile(0.5 + room).value]
        low, high = around[0], around[1]
        inside = low is not None and low <= curve.median * 1.02
        inside = inside and (high is None or curve.median * 0.98 <= high)
        found.append(
            ReconstructionCheck(
                name="median", printed=curve.median, rebuilt=median, agrees=bool(inside)
            )
        )
    return tuple(found)
