# SPDX-License-Identifier: Apache-2.0
"""A curve file rebuilt into rows, several times, and held against what its paper prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cartulary.codebook.curve import CurveFile, Landmark
from cartulary.course.errors import EstimandError
from cartulary.evidence.bootstrap import Draws
from cartulary.evidence.kaplan_meier import kaplan_meier
from cartulary.evidence.reconstruct import Reconstruction, reconstruct, reconstructions
from cartulary.evidence.reconstruct_curve import PublishedCurve
from cartulary.evidence.reconstruct_landmarks import PrintedSurvival, landmark_curve
from cartulary.evidence.survival_curve import SurvivalCurve

# A printed share is rounded to a whole percent.
PRINTED_TO = 0.005
# An interval's limits move with the rounding of three printed figures, so twice that is room.
LIMITS_WITHIN = 0.02
_SAID = {"low": "lower", "high": "upper"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFigure:
    """One printed figure beside the same figure of the rows.

    name: what. printed, rebuilt: a share or, for a median, a day; None is not known or not
    reached. low, high: the middle 95% over the reconstructions, None without them. agrees: None
    where the rows end before it. role: "used", "held out" or "implied".
    """

    name: str
    printed: float
    rebuilt: float | None
    low: float | None
    high: float | None
    agrees: bool | None
    role: str
    is_share: bool = True


@dataclass(frozen=True, kw_only=True, eq=False)
class RebuiltCurve:
    """The likeliest rows of a published curve, and how far several of them differ.

    events_low, events_high: the fewest and most events over the reconstructions.
    """

    file: CurveFile
    likeliest: Reconstruction
    number: int
    events_low: int
    events_high: int
    figures: tuple[PrintedFigure, ...]

    @property
    def agrees(self) -> bool:
        """Whether every printed figure that the rows reach agrees."""
        return all(figure.agrees is not False for figure in self.figures)


def rebuilt_curve(file: CurveFile, *, number: int = 0, draws: Draws | None = None) -> RebuiltCurve:
    """The rows behind a published curve, with `number` further reconstructions for their spread.

    A digitised curve is rebuilt by `reconstruct`; a curve known from printed survivals alone is
    first drawn through them by `landmark_curve`, and each further reconstruction draws it anew.

    Arguments: a curve file; how many further reconstructions; the seeded generator they need.
    Returns: a `RebuiltCurve`.
    Refuses: what reconstruction refuses; draws asked for without a generator.

    >>> from cartulary.codebook.curve_file import curve_named
    >>> found = rebuilt_curve(curve_named("eliana_nejm_2018_os"))
    >>> found.likeliest.follow_up.n, found.agrees
    (75, True)
    """
    if number and draws is None:
        raise EstimandError(
            f"{number} reconstructions were asked for without a source of draws. Nothing here "
            "draws by itself, so that a figure can be repeated. Pass a seeded generator."
        )
    likeliest = reconstruct(published_curve_of(file))
    several: list[Reconstruction] = []
    if draws is not None and number:
        if file.is_approximate:
            several = [
                reconstructions(published_curve_of(file, draws), 1, draws)[0] for _ in range(number)
            ]
        else:
            several = list(reconstructions(published_curve_of(file), number, draws))
    events = [one.follow_up.events for one in (likeliest, *several)]
    return RebuiltCurve(
        file=file,
        likeliest=likeliest,
        number=number,
        events_low=min(events),
        events_high=max(events),
        figures=_figures(file, likeliest, several),
    )


def published_curve_of(file: CurveFile, draws: Draws | None = None) -> PublishedCurve:
    """The curve file as evidence reads it; with draws, another curve its print allows."""
    words: dict[str, Any] = {
        "source": file.curve_id,
        "unit": file.unit,
        "clock": file.clock,
        "definition": file.definition,
        "endpoint": file.endpoint,
        "cause": file.cause,
    }
    if file.is_approximate:
        printed = tuple(PrintedSurvival(m.day, m.share, m.low, m.high) for m in file.used)
        return landmark_curve(printed, file.n, draws, **words)
    return PublishedCurve(
        days=np.array([day for day, _ in file.coordinates]),
        survival=np.array([share for _, share in file.coordinates]),
        risk_days=np.array([day for day, _ in file.at_risk]),
        at_risk=np.array([number for _, number in file.at_risk]),
        total_events=file.total_events,
        reading_error=file.reading_error,
        last_day=file.last_day,
        median=next((m.day for m in file.landmarks if m.printed_median), None),
        landmarks=tuple((m.day, m.share) for m in file.landmarks if not m.printed_median),
        **words,
    )


def _figures(
    file: CurveFile, likeliest: Reconstruction, several: Sequence[Reconstruction]
) -> tuple[PrintedFigure, ...]:
    """Every printed figure beside the rows' own."""
    curve = kaplan_meier(likeliest.follow_up)
    others = [kaplan_meier(one.follow_up) for one in several]
    room = PRINTED_TO + file.reading_error + 1e-9
    found: list[PrintedFigure] = []
    for mark in file.landmarks:
        role = "used" if file.is_approximate and not mark.held_out else "held out"
        if mark.printed_median:
            found.append(_median(mark, curve, others, room, role))
            continue
        when = f"survival on day {mark.day:g}"
        found.append(
            _figure(
                when,
                mark.share,
                _on(curve, mark.day),
                [_on(other, mark.day) for other in others],
                room,
                role,
            )
        )
        for name, printed in (("low", mark.low), ("high", mark.high)):
            if printed is not None:
                limits = [_limit(other, mark.day, name) for other in others]
                ours = _limit(curve, mark.day, name)
                what = f"{_SAID[name]} 95% limit on day {mark.day:g}"
                found.append(_figure(what, printed, ours, limits, LIMITS_WITHIN, role))
    if file.total_events is not None:
        found.append(
            PrintedFigure(
                name="events",
                printed=file.total_events,
                rebuilt=likeliest.follow_up.events,
                low=None,
                high=None,
                agrees=likeliest.follow_up.events == file.total_events,
                role="used",
                is_share=False,
            )
        )
    return tuple(found)


def _on(curve: SurvivalCurve, day: float) -> float | None:
    """Survival on a day, None beyond the rows."""
    return curve.survival_at(day).value


def _limit(curve: SurvivalCurve, day: float, name: str) -> float | None:
    """A limit of survival on a day, None beyond the rows."""
    found: float | None = getattr(curve.survival_at(day), name)
    return found


def _figure(
    name: str,
    printed: float,
    rebuilt: float | None,
    others: Sequence[float | None],
    room: float,
    role: str,
) -> PrintedFigure:
    """A printed share beside the rebuilt one, with its spread."""
    low, high = _middle(others)
    agrees = None if rebuilt is None else abs(rebuilt - printed) <= room
    return PrintedFigure(
        name=name, printed=printed, rebuilt=rebuilt, low=low, high=high, agrees=agrees, role=role
    )


def _median(
    mark: Landmark, curve: SurvivalCurve, others: Sequence[SurvivalCurve], room: float, role: str
) -> PrintedFigure:
    """The printed median beside the rebuilt one; it agrees where survival that day is near half."""
    low, high = _middle([other.median().value for other in others])
    there = _on(curve, mark.day)
    return PrintedFigure(
        name="median, days",
        printed=mark.day,
        rebuilt=curve.median().value,
        low=low,
        high=high,
        agrees=None if there is None else abs(there - 0.5) <= room,
        role=role,
        is_share=False,
    )


def _middle(others: Sequence[float | None]) -> tuple[float | None, float | None]:
    """The middle 95%; a value not reached lies above every other, so a limit may be None."""
    if not others:
        return None, None
    known = np.array([np.inf if value is None else value for value in others])
    low, high = np.quantile(known, [0.025, 0.975], method="closest_observation")
    return tuple(float(x) if np.isfinite(x) else None for x in (low, high))  # type: ignore[return-value]
