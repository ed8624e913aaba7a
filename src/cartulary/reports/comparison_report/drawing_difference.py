# SPDX-License-Identifier: Apache-2.0
"""A difference between two policies: what is not known, what chance does, and both in a line."""

from __future__ import annotations

from typing import Final

from cartulary.reports.comparison_report.drawing import (
    INKS,
    Kind,
    box,
    hatching,
    quiet,
    round_ticks,
)
from cartulary.reports.comparison_report.said import (
    difference_said,
    factor_of,
    interval_said,
    unit_said,
)
from cartulary.reports.comparison_report.voice import (
    ROWS,
    TOO_SMALL,
    better_words,
    difference_sentence,
)
from cartulary.reports.evidence_page.svg import Drawing
from cartulary.reports.figures import theme
from cartulary.reports.wording import number
from cartulary.studies.policies_compared import Compared, Difference, Interval

WIDTH: Final = 500.0
HEIGHT: Final = 150.0
_LEFT, _RIGHT = 142.0, 404.0
_ROWS: Final = (24.0, 58.0, 92.0)
_FOOT: Final = 112.0


def difference_svg(
    compared: Compared,
    arm: str,
    against: str,
    outcome_id: str,
    lang: str,
    *,
    programme_size: int | None = None,
    identity: str = "difference",
) -> str:
    """The difference of one outcome between two arms, with each uncertainty on a line of its own.

    Arguments: the comparison; the arm and what it is held against; the outcome's id; "nl" or "en";
    children a policy, for chance; what ids on the page begin with.
    """
    found = compared.difference(arm, against, outcome_id, programme_size)
    size = programme_size or compared.about.programme_size
    drawing = Drawing(WIDTH, HEIGHT)
    factor = factor_of(found.outcome)
    widest = max(abs(end) for end in (*found.both, *found.parameters, found.value)) * factor
    reach = widest * 1.08 if widest > 0 else 1.0

    def x(value: float) -> float:
        middle = (_LEFT + _RIGHT) / 2
        return middle + value * factor / reach * (_RIGHT - _LEFT) / 2

    for tick in round_ticks(-reach, reach):
        at = x(tick / factor)
        if tick:
            drawing.line((at, 8), (at, _FOOT), theme.HAIRLINE)
        sign = "+" if tick > 0 else ""
        quiet(drawing, (at, _FOOT + 16), f"{sign}{_tick(tick, lang)}")
    drawing.line((x(0), 8), (x(0), _FOOT), theme.INK)
    fill = hatching(drawing, f"{identity}-hatch", INKS[0].line, 1)
    rows: tuple[tuple[str, Interval, Kind | None], ...] = (
        ("parameters", found.parameters, "parameters"),
        ("chance", found.chance, "chance"),
        ("both", found.both, None),
    )
    for (name, ends, kind), y in zip(rows, _ROWS, strict=True):
        _row(drawing, name, y, lang, size)
        left, right = x(ends.low), x(ends.high)
        if kind is None:
            drawing.line((left, y), (right, y), theme.INK, 1.6)
            for end in (left, right):
                drawing.line((end, y - 5), (end, y + 5), theme.INK, 1.6)
        elif kind != "parameters" or found.resolved:
            box(drawing, left, right, y, 12, kind, fill)
        drawing.mark((x(found.value), y), "dot", theme.INK, 10)
        if kind != "parameters" or found.resolved:
            words = interval_said(found.outcome, ends, lang)
            drawing.text((_RIGHT + 10, y + 4), words, color=theme.INK_2)
        else:
            drawing.text((WIDTH, y + 4), TOO_SMALL.text(lang), color=theme.INK_2, anchor="end")
    less, more = better_words(compared, found, lang)
    quiet(drawing, (x(0) - 10, _FOOT + 34), less, "end")
    quiet(drawing, (x(0) + 10, _FOOT + 34), more, "start")
    title = f"{found.outcome.words.text(lang)}: {unit_said(found.outcome, lang)}"
    return drawing.svg(identity, title, difference_sentence(compared, found, size, lang))


def _row(drawing: Drawing, name: str, y: float, lang: str, size: int) -> None:
    head, small = ROWS[name]
    drawing.text((0, y - 2), head.text(lang), weight=600)
    drawing.text((0, y + 12), small.text(lang).format(size=size), color=theme.INK_2, size=10.5)


def _tick(tick: float, lang: str) -> str:
    whole = abs(tick - round(tick)) < 1e-9
    return number(tick, lang, 0 if whole else 1)


def one_line(found: Difference, lang: str) -> str:
    """The difference and its parameters' interval, for a table: `+6 (−3 to +14)`."""
    value = difference_said(found.outcome, found.value, lang)
    return f"{value} ({interval_said(found.outcome, found.parameters, lang)})"
