# SPDX-License-Identifier: Apache-2.0
"""The SVG of the page: for each child a strip of events, three panels of lines, and its grades."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cartulary.reports.figures.theme import HAIRLINE, INK, INK_2, INK_3, LINE, RAMP, RELAPSE
from cartulary.reports.virtual_children.child import Line, Moment, VirtualChild, VirtualPage
from cartulary.reports.virtual_children.strokes import line, path, text
from cartulary.reports.virtual_children.time_axis import (
    CELL,
    STRETCHES,
    TICKS,
    WIDTH,
    x_of,
    x_of_day_cell,
)
from cartulary.reports.virtual_children.words import (
    EVENTS,
    KINDS,
    PANELS,
    RELAPSES,
    RESPONSES,
    said,
)

MARGIN = 214.0  # the child in words
LABELS = 114.0  # at the right, names of the lines
PAGE = MARGIN + WIDTH + LABELS
TOP = 40.0
EDGE = 32.0  # around the figure where it stands alone
HEADING_HEIGHT = 84.0
EVENTS_HEIGHT = 40.0
CELLS_HEIGHT = 84.0
B_CELLS_HEIGHT = 52.0
CYTOKINE_HEIGHT = 26.0
GRADE_HEIGHT = 14.0
GAP = 7.0
AXIS_HEIGHT = 16.0
BETWEEN = 26.0
BLOCK = (
    EVENTS_HEIGHT + CELLS_HEIGHT + B_CELLS_HEIGHT + CYTOKINE_HEIGHT + 2 * GRADE_HEIGHT
    + 4 * GAP + AXIS_HEIGHT + BETWEEN
)  # fmt: skip

CAR_T = "#7A4494"
LEUKAEMIA = RELAPSE
B_CELLS = RAMP[0]
CYTOKINE = INK_2
CELLS_DECADES = (0, 12)
B_DECADES = (4, 11)

#: ground and number of each grade; the ground of grade 0 has a border
GRADES = {
    0: ("#FFFFFF", "#44505C"),
    1: ("#FBE8AE", "#3A2E00"),
    2: ("#F4B354", "#2F1D00"),
    3: ("#C24E16", "#FFFFFF"),
    4: ("#86172E", "#FFFFFF"),
    5: ("#1F0A14", "#FFFFFF"),
}
#: Marks of events that last a moment; the other kinds are drawn as a bar.
MARKS = {
    "decision": "▹",
    "apheresis": "○",
    "infusion": "▼",
    "second_infusion": "▼",
    "never": "✕",
    "infection": "•",
    "aplasia_lost": "◇",
    "relapse": "▲",
    "new_therapy": "+",
    "transplant": "■",
    "death": "†",
    "alive": "→",
}
BARS = ("bridging", "lymphodepletion", "tocilizumab", "dexamethasone")


def page_svg(page: VirtualPage, lang: str) -> str:
    """All children of a page as one SVG, one above the other on the same axis."""
    return _svg(PAGE, _height(page), _drawn(page, lang))


def headed_svg(page: VirtualPage, heading: tuple[str, str, str], lang: str) -> str:
    """The same with a margin and a heading of its own, for where no page stands around it.

    Arguments: the page; title, warning, and what is drawn.
    """
    title, warning, subject = heading
    parts = [
        text(EDGE, EDGE + 20, title, INK, 22, weight=600),
        text(EDGE, EDGE + 42, warning, CAR_T, 13, weight=600),
        text(EDGE, EDGE + 61, subject, INK_2, 12),
        f'<g transform="translate({EDGE:g} {EDGE + HEADING_HEIGHT:g})">{_drawn(page, lang)}</g>',
    ]
    height = _height(page) + HEADING_HEIGHT + 2 * EDGE
    return _svg(PAGE + 2 * EDGE, height, "".join(parts))


def _height(page: VirtualPage) -> float:
    return TOP + BLOCK * len(page.children)


def _drawn(page: VirtualPage, lang: str) -> str:
    parts = [text(0, 13, _stretch_title(lang), INK_2, 11)]
    for place, child in enumerate(page.children):
        parts.append(_child(child, TOP + place * BLOCK, lang, place))
    return "".join(parts)


def _svg(width: float, height: float, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="Inter" font-size="11">'
        f'<rect width="{width:g}" height="{height:g}" fill="#FFFFFF"/>{drawn}</svg>'
    )


def _stretch_title(lang: str) -> str:
    return said(
        (
            "days before and after the infusion (D0), then months and years; each stretch has its "
            "own scale",
            "dagen voor en na de infusie (D0), daarna maanden en jaren; elk deel heeft zijn eigen "
            "schaal",
        ),
        lang,
    )


def _child(child: VirtualChild, top: float, lang: str, place: int) -> str:
    """One child: words at the left, panels under one another, names of lines at the right."""
    events = top
    cells = events + EVENTS_HEIGHT + GAP
    b_cells = cells + CELLS_HEIGHT + GAP
    cytokine = b_cells + B_CELLS_HEIGHT + GAP
    crs = cytokine + CYTOKINE_HEIGHT + GAP
    icans = crs + GRADE_HEIGHT
    axis = icans + GRADE_HEIGHT
    most = max((value or 0.0 for _, value in child.cytokine), default=0.0)
    parts = [
        f'<line x1="0" x2="{PAGE:g}" y1="{top - 12:g}" y2="{top - 12:g}" stroke="{INK}" '
        f'stroke-width="{1.5 if place == 0 else 0.7:g}"/>',
        _words(child, top, lang),
        f'<g transform="translate({MARGIN:g} 0)">',
        _grid(cells, CELLS_HEIGHT, CELLS_DECADES, 3),
        _grid(b_cells, B_CELLS_HEIGHT, B_DECADES, 3),
        _ends(child, events, axis),
        _strip(child.moments, events, lang),
        _curve(child.leukaemia, cells, CELLS_HEIGHT, CELLS_DECADES, LEUKAEMIA, ""),
        _curve(child.cd19_negative, cells, CELLS_HEIGHT, CELLS_DECADES, LEUKAEMIA, "4 2"),
        _curve(child.car_t, cells, CELLS_HEIGHT, CELLS_DECADES, CAR_T, ""),
        _threshold(child, b_cells),
        _curve(child.b_cells, b_cells, B_CELLS_HEIGHT, B_DECADES, B_CELLS, ""),
        _cytokine(child.cytokine, cytokine, most),
        _grades(child, crs, icans),
        _axis(axis, lang),
        "</g>",
        _names(child, cells, b_cells, cytokine, crs, icans, lang),
    ]
    return "".join(parts)


def _words(child: VirtualChild, top: float, lang: str) -> str:
    """Who this is and what became of it, in a few short lines."""
    years = f"{child.age_years:.0f} " + said(("years", "jaar"), lang)
    sex = said(("girl", "meisje") if child.female else ("boy", "jongen"), lang)
    percent = _number(child.marrow_percent, lang)
    blasts = said(
        (f"{percent}% leukaemia in the marrow", f"{percent}% leukemie in het beenmerg"), lang
    )
    lines = [f"{years}, {sex}", blasts]
    if child.why_never is not None:
        lines.append(said(child.why_never, lang))
    if child.response in RESPONSES:
        lines.append(said(RESPONSES[child.response], lang))
    if child.relapse_day is not None:
        lines.append(said(RELAPSES[child.relapse], lang) + _when(child.relapse_day, lang))
    end = said(("died", "overleden") if child.died else ("alive", "in leven"), lang)
    lines.append(end + _when(child.last_day, lang))
    head = text(0, top + 4, said(KINDS[child.kind], lang), INK, 13, weight=600)
    name = text(0, top + 20, child.name, INK_3, 11)
    rest = "".join(text(0, top + 38 + 15 * n, words, INK_2, 11) for n, words in enumerate(lines))
    return head + name + rest


def _when(day: float, lang: str) -> str:
    if day < 61:
        return said((f", day {day:.0f}", f", dag {day:.0f}"), lang)
    if day < 2 * 365.25:
        month = f"{day / 30.44:.0f}"
        return said((f", month {month}", f", maand {month}"), lang)
    years = _number(day / 365.25, lang)
    return said((f", {years} years", f", {years} jaar"), lang)


def _number(value: float, lang: str) -> str:
    """Two digits at least where it is small."""
    if value >= 9.95 or value == 0:
        text = f"{value:.0f}"
    elif value >= 0.095:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2g}" if value >= 0.01 else "<0.01"
    return text.replace(".", ",") if lang == "nl" else text


def _grid(top: float, height: float, decades: tuple[int, int], step: int) -> str:
    """Hairlines at some decades, in each stretch, and the decade at the left."""
    low, high = decades
    parts = []
    for power in range(low, high + 1, step):
        y = top + height * (1 - (power - low) / (high - low))
        parts += [line(one.left, y, one.right, y, HAIRLINE, 0.8) for one in STRETCHES]
        parts.append(text(-8, y + 3.5, "1" if power == 0 else "10", INK_3, 9.5, anchor="end",
                           above=str(power) if power > 1 else ""))  # fmt: skip
    return "".join(parts)


def _ends(child: VirtualChild, top: float, bottom: float) -> str:
    """What lies after the last day is not known: sunk ground."""
    parts = []
    for stretch in STRETCHES:
        left = x_of(child.last_day) if child.last_day > stretch.first else stretch.left
        if child.last_day < stretch.last and left < stretch.right:
            parts.append(
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{stretch.right - left:.1f}" '
                f'height="{bottom - top:.1f}" fill="#F3F4F1"/>'
            )
    return "".join(parts)


def _curve(
    points_of: Line, top: float, height: float, decades: tuple[int, int], colour: str, dash: str
) -> str:
    """A line of cells on the log scale, broken where there is none and between stretches."""
    low, high = decades
    parts = []
    before: tuple[float, float] | None = None
    for stretch in STRETCHES:
        points: list[tuple[float, float]] = []
        for day, cells in points_of:
            inside = stretch.holds(day)
            if inside and cells is not None and cells >= 10.0**low:
                power = min(math.log10(cells), high)
                y = top + height * (1 - (power - low) / (high - low))
                points.append((stretch.x(day), y))
                if before is not None:
                    parts.append(line(*before, *points[0], colour, 0.9, "2 2"))
                    before = None
            elif inside:
                parts.append(path(points, colour, dash))
                points, before = [], None
        parts.append(path(points, colour, dash))
        before = points[-1] if points else None
    return "".join(parts)


def _cytokine(points_of: Line, top: float, most: float) -> str:
    """The cytokine as an area from zero, as high as its own peak."""
    base = top + CYTOKINE_HEIGHT
    parts = [line(s.left, base, s.right, base, LINE, 0.8) for s in STRETCHES[1:2]]
    if most <= 0:
        return "".join(parts)
    stretch = STRETCHES[1]
    points = [
        (stretch.x(day + 0.5), base - CYTOKINE_HEIGHT * (value or 0.0) / most)
        for day, value in points_of
        if stretch.first <= day < stretch.last
    ]
    if points:
        outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polygon points="{points[0][0]:.1f},{base:.1f} {outline} {points[-1][0]:.1f},'
            f'{base:.1f}" fill="{CYTOKINE}" fill-opacity="0.16"/>'
        )
        parts.append(path(points, CYTOKINE, ""))
    return "".join(parts)


def _threshold(child: VirtualChild, top: float) -> str:
    """The number of B cells below which aplasia is called."""
    low, high = B_DECADES
    share = (math.log10(max(child.aplasia_below, 10.0**low)) - low) / (high - low)
    y = top + B_CELLS_HEIGHT * (1 - share)
    return "".join(line(s.left, y, s.right, y, B_CELLS, 0.9, "2 3") for s in STRETCHES[1:])


def _grades(child: VirtualChild, crs: float, icans: float) -> str:
    """One cell a day with the number of the grade; a dash where nobody graded."""
    parts = []
    for one in child.grades:
        x = STRETCHES[1].left + one.day * CELL
        for top, grade in ((crs, one.crs), (icans, one.icans)):
            if grade is None:
                parts.append(text(x + CELL / 2, top + 10.5, "–", INK_3, 10, anchor="middle"))
                continue
            ground, ink = GRADES[grade]
            border = ' stroke="#C9CFD4" stroke-width="0.6"' if grade == 0 else ""
            parts.append(
                f'<rect x="{x + 0.5:.1f}" y="{top + 0.5:.1f}" width="{CELL - 1:g}" '
                f'height="{GRADE_HEIGHT - 1:g}" fill="{ground}"{border}/>'
            )
            colour = "#98A2AB" if grade == 0 else ink
            parts.append(
                text(x + CELL / 2, top + 10.7, str(grade), colour, 10, anchor="middle",
                      weight=600 if grade else 400)
            )  # fmt: skip
    return "".join(parts)


def _strip(moments: Iterable[Moment], top: float, lang: str) -> str:
    """Events: bars on the lower line, marks with a word on the upper, kept apart."""
    parts = []
    base = top + EVENTS_HEIGHT - 3
    parts += [line(s.left, base, s.right, base, LINE, 0.8) for s in STRETCHES]
    taken: list[tuple[float, float, int]] = []
    for one in sorted(moments, key=lambda moment: moment.day):
        word = said(EVENTS[one.kind], lang)
        x = x_of_day_cell(one.day)
        if one.kind in BARS:
            end = max(x_of_day_cell(one.until if one.until is not None else one.day), x + 3)
            parts.append(line(x, base, end, base, INK, 3.4))
        else:
            parts.append(text(x, base + 3.6, MARKS[one.kind], _colour(one.kind), 11,
                               anchor="middle"))  # fmt: skip
        width = 5.4 * len(word) + 4
        for row in (0, 1, 2):
            if all(row != r or x - 2 > right or x + width < left for left, right, r in taken):
                break
        else:
            continue
        if x + width > WIDTH + LABELS:
            continue
        taken.append((x - 2, x + width, row))
        parts.append(text(x - 2, top + 6 + 10 * row, word, _colour(one.kind), 10))
    return "".join(parts)


def _colour(kind: str) -> str:
    return RELAPSE if kind in ("relapse", "death", "never") else INK


def _axis(top: float, lang: str) -> str:
    """Ticks and their labels under the panels."""
    parts = [line(s.left, top + 2, s.right, top + 2, INK, 0.9) for s in STRETCHES]
    for day, label in TICKS:
        x = x_of(day)
        parts.append(line(x, top + 2, x, top + 5, INK, 0.9))
        parts.append(text(x, top + 15, said(label, lang), INK_2, 10, anchor="middle"))
    return "".join(parts)


def _names(
    child: VirtualChild,
    cells: float,
    b_cells: float,
    cytokine: float,
    crs: float,
    icans: float,
    lang: str,
) -> str:
    """The names of panels and lines, at the right, in the colour of what they name."""
    x = MARGIN + WIDTH + 10
    month = MARGIN + STRETCHES[1].right + 6
    ends: list[tuple[float, str, str]] = []
    for name, points_of, colour in (
        ("car_t", child.car_t, CAR_T),
        ("leukaemia", child.leukaemia, LEUKAEMIA),
        ("cd19_negative", child.cd19_negative, LEUKAEMIA),
    ):
        shown = [value for _, value in points_of if value is not None and value >= 1.0]
        if shown:
            share = min(math.log10(shown[-1]), CELLS_DECADES[1]) / CELLS_DECADES[1]
            ends.append((cells + CELLS_HEIGHT * (1 - share), said(PANELS[name], lang), colour))
    ends.sort()
    # Names that would run into the panel below are moved up, the others down.
    ends = [
        (min(y, cells + CELLS_HEIGHT - 12 * (len(ends) - n) + 4), *rest)
        for n, (y, *rest) in enumerate(ends)
    ]
    parts = [text(x, cells - 3, said(PANELS["cells"], lang), INK_3, 10)]
    last = cells - 2
    for y, word, colour in ends:
        last = max(y + 4, last + 12)
        parts.append(text(x, last, word, colour, 11, weight=500))
    parts += [
        text(x, b_cells + 10, said(PANELS["b_cells"], lang), B_CELLS, 11, weight=500),
        line(x, b_cells + 20.5, x + 11, b_cells + 20.5, B_CELLS, 0.9, "2 3"),
        text(x + 15, b_cells + 24, said(PANELS["aplasia"], lang), B_CELLS, 10),
        text(month, cytokine + 16, said(PANELS["cytokine"], lang), CYTOKINE, 11),
        text(month, crs + 10.5, said(PANELS["crs"], lang), INK, 11, weight=500),
        text(month, icans + 10.5, said(PANELS["icans"], lang), INK, 11, weight=500),
    ]
    return "".join(parts)
