# SPDX-License-Identifier: Apache-2.0
"""The months ahead: remission with its interval, and what else may come first, stacked above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from cartulary.reports.evidence_page.svg import Drawing, Point
from cartulary.reports.figures import theme
from cartulary.reports.wording import number, percent

if TYPE_CHECKING:
    from cartulary.studies.child_forecast.result import Forecast, Line, PlanChange

WIDTH, HEIGHT = 560.0, 286.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 396.0, 14.0, 236.0
_LINE: Final = 15.0
_HUES: Final = ("#4B2A63", "#A465C0")
_WORDS: Final = ("#4B2A63", "#7E3F9C")
_TICKS: Final = (0, 3, 6, 9, 12, 18, 24)
_DASHES: Final = ((), (7.0, 3.0))
#: A line by month: its name, its values, its hue and its dashes.
Named = tuple[str, tuple[float, ...], int, tuple[float, ...]]


def ahead_svg(found: Forecast, lang: str, sentence: str) -> SafeString:
    """The chance of still being in remission by month: nothing further, and under each plan."""
    from cartulary.studies.child_forecast.outcomes import Outcome

    drawing = Drawing(WIDTH, HEIGHT)
    last = found.months[-1]
    _axes(drawing, last, lang)
    remission = found.of(Outcome.REMISSION)
    _band(drawing, found.months, remission)
    lines: list[Named] = [(gettext("nothing further"), remission.value, 0, ())]
    for place, plan in enumerate(found.plans):
        name = plan.plan.kind.nl if lang == "nl" else plan.plan.kind.en
        lines.append((_short(name), under_plan(remission, plan), 1, _DASHES[place % 2]))
    for _, values, hue, dash in lines:
        drawing.path(_points(found.months, values), _HUES[hue], 2.4 if not hue else 1.8, dash)
    _names(drawing, lines, last, lang)
    title = gettext("Still in remission, by month ahead")
    # Every word of it was escaped when it was drawn.
    return mark_safe(drawing.svg("ahead", title, sentence))  # noqa: S308


def under_plan(remission: Line, plan: PlanChange) -> tuple[float, ...]:
    """Remission under a plan by month: under nothing further, and what the plan changes of it.

    A plan was simulated for a part of the children alone; its difference is of the same children
    under both, and so goes with the line of all.
    """
    changed = zip(remission.value, plan.remission_difference.value, strict=True)
    return tuple(min(1.0, max(0.0, share + by)) for share, by in changed)


def change_svg(plan: PlanChange, label: str) -> SafeString:
    """How a plan changes remission at the last month: the interval around no change."""
    line = plan.remission_difference
    drawing = Drawing(150, 20)

    def x(points: float) -> float:
        return 75 + max(-0.5, min(0.5, points)) * 140

    drawing.line((x(0), 1), (x(0), 19), theme.INK)
    drawing.line((x(line.low[-1]), 10), (x(line.high[-1]), 10), _HUES[1], 3)
    drawing.add(
        f'<circle cx="{x(line.value[-1]):.2f}" cy="10" r="4" fill="{theme.PAPER}"'
        f' stroke="{theme.INK}" stroke-width="1.6"/>'
    )
    svg = drawing.svg("", label, "")
    body = svg[svg.index("</desc>") + len("</desc>") :]
    # Lines and marks of ours; the cells beside it say the same.
    return mark_safe(  # noqa: S308
        f'<svg width="150" height="20" viewBox="0 0 150 20" aria-hidden="true">{body}'
    )


def _x(month: float, last: float) -> float:
    return LEFT + (RIGHT - LEFT) * month / last


def _y(share: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * share


def _points(months: tuple[int, ...], values: tuple[float, ...]) -> list[Point]:
    last = months[-1]
    return [(_x(month, last), _y(value)) for month, value in zip(months, values, strict=True)]


def _band(drawing: Drawing, months: tuple[int, ...], line: Line) -> None:
    over, under = _points(months, line.high), _points(months, line.low)
    drawing.ground([*over, *reversed(under)], _HUES[0], 0.18)


def _axes(drawing: Drawing, last: int, lang: str) -> None:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        drawing.line((LEFT, _y(share)), (RIGHT, _y(share)), theme.HAIRLINE if share else theme.INK)
        words = percent(share, lang, sign=share == 1)
        drawing.text((LEFT - 7, _y(share) + 4), words, color=theme.INK_2, anchor="end")
    for tick in (one for one in _TICKS if one <= last):
        x = _x(tick, last)
        drawing.line((x, BOTTOM), (x, BOTTOM + 4), theme.INK)
        drawing.text((x, BOTTOM + 18), number(tick, lang), color=theme.INK_2, anchor="middle")
    middle = (LEFT + RIGHT) / 2
    words = gettext("months after the day of the forecast")
    drawing.text((middle, BOTTOM + 36), words, color=theme.INK_2, anchor="middle")


def _names(
    drawing: Drawing,
    lines: list[Named],
    last: int,
    lang: str,
) -> None:
    """Whose line it is at its end, the highest first, none over another."""
    at = TOP - _LINE
    for name, values, hue, _ in sorted(lines, key=lambda one: -one[1][-1]):
        at = max(at + 2 * _LINE + 3, min(_y(values[-1]) + 4, BOTTOM - _LINE))
        drawing.text((RIGHT + 8, at), name, color=_WORDS[hue], weight=600)
        said = percent(values[-1], lang)
        months = gettext("at %(n)s months") % {"n": last}
        drawing.text((RIGHT + 8, at + _LINE), f"{said} {months}", color=theme.INK_2)


def _short(name: str) -> str:
    """A plan without the remission that every line is of."""
    return name.replace(" in remission", "").replace(" in remissie", "")
