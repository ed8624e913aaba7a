# SPDX-License-Identifier: Apache-2.0
"""How many children it would take until chance hides no more than the parameters do."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from cartulary.reports.comparison_report.drawing import INKS, quiet, round_ticks
from cartulary.reports.comparison_report.said import factor_of
from cartulary.reports.comparison_report.voice import about_children, children_sentence
from cartulary.reports.evidence_page.svg import Drawing
from cartulary.reports.figures import theme
from cartulary.reports.wording import number
from cartulary.studies.policies_compared import Compared

WIDTH: Final = 500.0
HEIGHT: Final = 150.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 40.0, 410.0, 10.0, 112.0
_SIZES: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)


def children_needed_svg(
    compared: Compared,
    arm: str,
    against: str,
    outcome_id: str,
    lang: str,
    *,
    identity: str = "children",
) -> str:
    """Half of the chance interval over the children in each policy, beside that of the parameters.

    Arguments: the comparison; the arm and what it is held against; the outcome's id; "nl" or "en";
    what ids on the page begin with.
    """
    found = compared.difference(arm, against, outcome_id)
    factor = factor_of(found.outcome)
    needed = found.children_needed
    last = 1000 if needed is None or needed <= 800 else 10000
    sizes = np.geomspace(_SIZES[0], last, 60)
    widths = compared.half_widths(arm, against, outcome_id, sizes) * factor
    known = found.parameters.half_width * factor
    highest = max(float(widths[0]), known) * 1.05 or 1.0
    drawing = Drawing(WIDTH, HEIGHT)

    def x(size: float) -> float:
        share = math.log(size / _SIZES[0]) / math.log(last / _SIZES[0])
        return _LEFT + (_RIGHT - _LEFT) * share

    def y(width: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * width / highest

    for tick in round_ticks(0.0, highest, 4):
        drawing.line(
            (_LEFT, y(tick)), (_RIGHT, y(tick)), theme.INK if tick == 0 else theme.HAIRLINE
        )
        whole = abs(tick - round(tick)) < 1e-9
        quiet(drawing, (_LEFT - 8, y(tick) + 4), number(tick, lang, 0 if whole else 1), "end")
    for size in _SIZES:
        if size <= last:
            drawing.line((x(size), _BOTTOM), (x(size), _BOTTOM + 4), theme.INK)
            quiet(drawing, (x(size), _BOTTOM + 17), number(size, lang))
    title = {"nl": "kinderen per beleid", "en": "children in each policy"}[lang]
    quiet(drawing, ((_LEFT + _RIGHT) / 2, _BOTTOM + 34), title)
    curve = [(x(float(size)), y(float(width))) for size, width in zip(sizes, widths, strict=True)]
    drawing.path(curve, INKS[0].line, 2, (5, 3))
    words = {"nl": ("toeval", "parameters"), "en": ("chance", "parameters")}[lang]
    at = len(curve) // 6
    drawing.text((curve[at][0] + 8, curve[at][1] - 6), words[0], color=INKS[0].words, weight=600)
    if found.resolved and known > 0:
        drawing.line((_LEFT, y(known)), (_RIGHT, y(known)), INKS[1].line, 2.4)
        drawing.text((_RIGHT + 8, y(known) + 4), words[1], color=INKS[1].words, weight=600)
        if needed is not None and _SIZES[0] <= needed <= last:
            drawing.mark((x(needed), y(known)), "dot", theme.INK, 10)
            drawing.text(
                (min(x(needed), _RIGHT - 30), y(known) - 12),
                about_children(needed, lang),
                weight=600,
                anchor="middle",
            )
    if not found.resolved:
        small = {"nl": "te klein", "en": "too small"}[lang]
        quiet(drawing, (_RIGHT + 8, _BOTTOM - 17), f"{words[1]}:", "start")
        quiet(drawing, (_RIGHT + 8, _BOTTOM - 3), small, "start")
    heading = {"nl": "Hoeveel kinderen het zou vergen", "en": "How many children it would take"}
    return drawing.svg(identity, heading[lang], children_sentence(found, lang))
