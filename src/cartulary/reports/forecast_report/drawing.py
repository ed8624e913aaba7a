# SPDX-License-Identifier: Apache-2.0
"""Reliability diagrams: what was forecast along, what came upward, and the band of each bin."""

from __future__ import annotations

from typing import Final

from cartulary.codebook.words import Words
from cartulary.reports.figures.theme import HAIRLINE, INK, INK_2, INK_3, LINE, ORIGIN, RELAPSE
from cartulary.reports.virtual_children.strokes import line, path, text
from cartulary.reports.virtual_children.words import said
from cartulary.studies.child_forecast.check import JUDGED, Checked, Judged
from cartulary.studies.child_forecast.reliability import Bin

SHOWN_MONTHS: Final = 12
_SIDE: Final = 186.0
_GAP: Final = 44.0
_LEFT: Final = 46.0
_TOP: Final = 46.0
_BELOW: Final = 40.0
_ROW: Final = _TOP + _SIDE + _BELOW
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_DOT: Final = 3.6
_SIMULATED: Final = ORIGIN["simulated"][0]


def reliability_svg(checked: Checked, lang: str, ground: str = "none") -> str:
    """A row for each landmark, a panel for each outcome, a year ahead; on a ground or none."""
    days = [landmark.days for landmark in checked.landmarks]
    width = _LEFT + len(JUDGED) * (_SIDE + _GAP)
    height = _ROW * len(days) + 6
    parts = []
    for row, day in enumerate(days):
        for column, (outcome, words) in enumerate(JUDGED):
            one = next(
                judged
                for judged in checked.judged
                if (judged.landmark_days, judged.outcome, judged.months)
                == (day, outcome, SHOWN_MONTHS)
            )
            left = _LEFT + column * (_SIDE + _GAP)
            parts.append(_panel(one, words, left, row * _ROW, lang))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="Inter" font-size="11">'
        f'<rect width="{width:g}" height="{height:g}" fill="{ground}"/>{"".join(parts)}</svg>'
    )


def _panel(one: Judged, words: Words, left: float, top: float, lang: str) -> str:
    """One diagram with its title, axes, diagonal, bands and dots."""
    day, base = top + _TOP, one.held.base_rate
    title = words.text(lang)
    under = said(
        (
            f"record to day {one.landmark_days}, {one.months} months on",
            f"dossier tot dag {one.landmark_days}, {one.months} maanden later",
        ),
        lang,
    )
    parts = [
        text(left, top + 18, title[:1].upper() + title[1:], INK, 12.5, weight=600),
        text(left, top + 34, under, INK_2, 11),
    ]
    for tick in _TICKS:
        x, y = left + tick * _SIDE, day + (1 - tick) * _SIDE
        parts += [
            line(left, y, left + _SIDE, y, HAIRLINE, 0.8),
            text(left - 6, y + 3.5, f"{100 * tick:.0f}", INK_3, 10, anchor="end"),
            text(x, day + _SIDE + 14, f"{100 * tick:.0f}", INK_3, 10, anchor="middle"),
        ]
    parts.append(path([(left, day + _SIDE), (left + _SIDE, day)], INK_3, "3 3"))
    y = day + (1 - base) * _SIDE
    parts.append(line(left, y, left + _SIDE, y, LINE, 1.0, "1 3"))
    parts += [_bin(each, left, day) for each in one.held.bins]
    parts.append(
        text(
            left + _SIDE / 2,
            day + _SIDE + 29,
            said(("forecast, %", "voorspeld, %"), lang),
            INK_2,
            10.5,
            anchor="middle",
        )
    )
    return "".join(parts)


def _bin(one: Bin, left: float, top: float) -> str:
    """The band as a bar, what came as a dot: filled inside the band, open and brown outside."""
    x = left + one.forecast * _SIDE
    high, low = top + (1 - one.high) * _SIDE, top + (1 - one.low) * _SIDE
    y = top + (1 - one.observed) * _SIDE
    fill, edge = (_SIMULATED, _SIMULATED) if one.inside else ("#FFFFFF", RELAPSE)
    return (
        f'<rect x="{x - 2.5:.1f}" y="{high:.1f}" width="5" height="{max(low - high, 1.0):.1f}" '
        f'fill="{_SIMULATED}" fill-opacity="0.18"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT:g}" fill="{fill}" stroke="{edge}" '
        f'stroke-width="1.6"/>'
    )
