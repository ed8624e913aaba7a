# SPDX-License-Identifier: Apache-2.0
"""Survival curves of several policies with one uncertainty as their band, never both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cartulary.reports.comparison_report.drawing import (
    Kind,
    band,
    hatching,
    ink_of,
    quiet,
    spread_apart,
)
from cartulary.reports.comparison_report.voice import (
    CURVE_TITLES,
    KIND_TITLES,
    arm_name,
    curve_sentence,
)
from cartulary.reports.evidence_page.svg import Drawing
from cartulary.reports.figures import theme
from cartulary.reports.figures.drawing import broken
from cartulary.reports.wording import percent
from cartulary.studies.policies_compared import Compared, Curve

WIDTH: Final = 500.0
HEIGHT: Final = 272.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 376.0, 14.0, 236.0
_LINE: Final = 13.0
_NAME_LINES: Final = 2
_MONTHS_APART: Final = 6


def curves_svg(
    compared: Compared,
    kind: Kind,
    lang: str,
    *,
    arms: Sequence[str] | None = None,
    curve: str = "efs",
    month: int = 12,
    last_month: int = 24,
    programme_size: int | None = None,
    identity: str = "",
) -> str:
    """The curves of some arms, all by default up to four, as SVG.

    Arguments: the comparison; the uncertainty that the bands show, "parameters" or "chance";
    "nl" or "en"; ids of the arms; "efs" or "os", from the indication; the month whose values stand
    beside the names; the last month drawn; children a policy, for chance; what ids on the page
    begin with.
    """
    shown = list(arms or [one.id for one in compared.arms])[:4]
    own = identity or f"{curve}-{kind}"
    drawing = Drawing(WIDTH, HEIGHT)
    last = min(last_month, int(compared.months[-1]))
    month = min(month, last)
    curves = [curve_of(compared, arm, curve, kind, programme_size) for arm in shown]
    _axes(drawing, last, month, lang)
    for place, one in enumerate(curves):
        _band(drawing, one, place, kind, last, own)
    for place, one in enumerate(curves):
        ink = ink_of(place)
        drawing.path(_points(one, "value", last), ink.line, 2.2, ink.dash)
    _names(drawing, compared, shown, curves, month, last, lang)
    title = f"{CURVE_TITLES[curve].text(lang)}: {KIND_TITLES[kind].text(lang).lower()}"
    return drawing.svg(own, title, curve_sentence(compared, shown, curves, month, kind, lang))


def curve_of(compared: Compared, arm: str, name: str, kind: Kind, size: int | None) -> Curve:
    """A curve of one arm with the band that this uncertainty makes."""
    if kind == "parameters":
        return compared.curve(arm, name)
    return compared.chance_curve(arm, name, size)


def _x(month: float, last: int) -> float:
    return _LEFT + (_RIGHT - _LEFT) * month / last


def _y(share: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * share


def _points(curve: Curve, what: str, last: int) -> list[tuple[float, float]]:
    values = getattr(curve, what)
    return [
        (_x(float(month), last), _y(float(share)))
        for month, share in zip(curve.months, values, strict=True)
        if month <= last
    ]


def _axes(drawing: Drawing, last: int, month: int, lang: str) -> None:
    for share in (0.25, 0.5, 0.75, 1.0):
        drawing.line((_LEFT, _y(share)), (_RIGHT, _y(share)), theme.HAIRLINE)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        words = f"{share * 100:.0f}{'%' if share == 1 else ''}"
        quiet(drawing, (_LEFT - 8, _y(share) + 4), words, "end")
    for tick in range(0, last + 1, _MONTHS_APART):
        drawing.line((_x(tick, last), _BOTTOM), (_x(tick, last), _BOTTOM + 4), theme.INK)
        quiet(drawing, (_x(tick, last), _BOTTOM + 17), str(tick))
    title = {"nl": "maanden na de indicatie", "en": "months after the indication"}[lang]
    quiet(drawing, ((_LEFT + _RIGHT) / 2, _BOTTOM + 33), title)
    drawing.line((_x(month, last), _TOP), (_x(month, last), _BOTTOM), theme.INK_2, 1, (1.5, 2.5))
    drawing.line((_LEFT, _BOTTOM), (_RIGHT, _BOTTOM), theme.INK)


def _band(drawing: Drawing, curve: Curve, place: int, kind: Kind, last: int, own: str) -> None:
    ink = ink_of(place)
    fill = ""
    if kind == "chance":
        fill = hatching(drawing, f"{own}-hatch-{place}", ink.line, 1 if place % 2 else -1)
    band(drawing, _points(curve, "low", last), _points(curve, "high", last), ink, kind, fill)


def _names(
    drawing: Drawing,
    compared: Compared,
    arms: Sequence[str],
    curves: Sequence[Curve],
    month: int,
    last: int,
    lang: str,
) -> None:
    """The name of each policy at the end of its line, with its value at the month."""
    ends = [_y(float(one.value[last])) for one in curves]
    names = [broken(arm_name(compared, arm, lang), WIDTH - _RIGHT - 8) for arm in arms]
    apart = _LINE * (1.3 + max(min(len(lines), _NAME_LINES) for lines in names))
    heights = spread_apart(ends, apart, _TOP + 8, _BOTTOM - apart + _LINE)
    months = {"nl": "op {} mnd", "en": "at {} mo"}[lang].format(month)
    for place, (lines, one, height) in enumerate(zip(names, curves, heights, strict=True)):
        ink = ink_of(place)
        for line, words in enumerate(_kept(lines)):
            drawing.text((_RIGHT + 8, height + line * _LINE), words, color=ink.words, weight=600)
        said = percent(float(one.value[month]), lang)
        below = height + min(len(lines), _NAME_LINES) * _LINE + 1
        drawing.text((_RIGHT + 8, below), f"{said} {months}", color=theme.INK_2)


def _kept(lines: Sequence[str]) -> list[str]:
    """So many lines as there is room for; the last says that there was more."""
    if len(lines) <= _NAME_LINES:
        return list(lines)
    return [*lines[: _NAME_LINES - 1], f"{lines[_NAME_LINES - 1]} …"]
