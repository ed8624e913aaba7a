# SPDX-License-Identifier: Apache-2.0
"""The timeline drawn: lanes and curves over one day scale, as an SVG without style or script."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from django.utils.translation import gettext as _

from cartulary.web.children.curves import Curve, Point
from cartulary.web.children.marks import BAR, CELL, DARK_BAR, DASH, PALE_BAR, Lane, Mark
from cartulary.web.children.panels import LEFT, RIGHT, Clock, Panel
from cartulary.web.children.shapes import shape_of
from cartulary.web.entry.spoken import number_words

TOP = 44.0
ROW = 27.0
CURVE = 92.0
CURVE_GAP = 20.0
LETTER = 6.7
BARS = (BAR, DARK_BAR, PALE_BAR)

Address = Callable[[str], str]


def timeline(
    lanes: list[Lane],
    curves: list[Curve],
    clock: Clock,
    today: int | None,
    address: Address,
    *,
    chosen: str,
    sentence: str,
    anchor_words: str,
) -> str:
    """The whole picture. `address` gives where the link of an event leads; `chosen` is ringed."""
    lanes_end = TOP + ROW * len(lanes)
    height = lanes_end + 10 + (CURVE + CURVE_GAP) * len(curves)
    parts = [
        f'<svg class="timeline" viewBox="0 0 {RIGHT + 20:.0f} {height:.0f}" role="group" '
        f'aria-labelledby="timeline-title timeline-says" xmlns="http://www.w3.org/2000/svg">',
        f'<title id="timeline-title">{escape(_("Timeline of the course"))}</title>',
        f'<desc id="timeline-says">{escape(sentence)}</desc>',
        *_ground(clock, today, height, anchor_words),
    ]
    for row, lane in enumerate(lanes):
        y = TOP + ROW * row
        parts += _row(lane, y, clock, address, chosen)
    for row, curve in enumerate(curves):
        y = lanes_end + 10 + (CURVE + CURVE_GAP) * row
        parts += _curve(curve, y, clock, address, chosen)
    parts += _today(clock, today, height)
    parts.append("</svg>")
    return "".join(parts)


def _text(x: float, y: float, words: str, css: str = "", anchor: str = "") -> str:
    css = f' class="{css}"' if css else ""
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{css}{at}>{escape(words)}</text>'


def _ground(clock: Clock, today: int | None, height: float, anchor_words: str) -> list[str]:
    names = {
        "before": _("60 days before"),
        "month": _("%(what)s, one cell a day") % {"what": anchor_words},
        "year": _("to 1 year"),
        "later": _("to 15 years"),
    }
    parts = []
    for panel in clock.panels:
        first = panel.x(panel.first) - panel.day_width / 2
        if today is not None:
            begun = max(clock.after(today), panel.first)
            x = panel.x(begun) if begun > panel.first else first
            if begun <= panel.last:
                parts.append(
                    f'<rect class="future" x="{x:.1f}" y="{TOP:.0f}" '
                    f'width="{panel.x1 - x:.1f}" height="{height - TOP:.0f}"/>'
                )
        parts.append(_text(first, 14, names[panel.name], "panel-name"))
        parts.append(
            f'<line class="axis" x1="{first:.1f}" x2="{panel.x1:.1f}" '
            f'y1="{TOP:.0f}" y2="{TOP:.0f}"/>'
        )
        parts += _ticks(panel, height)
    return parts


def _ticks(panel: Panel, height: float) -> list[str]:
    parts = []
    for day in panel.ticks:
        x = panel.x(day)
        parts.append(
            f'<line class="{"zero" if day == 0 else "grid"}" x1="{x:.1f}" x2="{x:.1f}" '
            f'y1="{TOP - 4:.0f}" y2="{height:.0f}"/>'
        )
        edge = "end" if x > panel.x1 - 14 else "start" if x < panel.x0 + 10 else "middle"
        parts.append(_text(x, 34, _tick_words(day), "tick" + (" strong" if day == 0 else ""), edge))
    return parts


def _tick_words(day: int) -> str:
    named = {100: "d100", 183: _("6 mo"), 365: _("1 y")}
    named |= {1826: _("5 y"), 3652: _("10 y"), 5479: _("15 y")}
    return named.get(day, str(day).replace("-", "−"))


def _role(lane: Lane, clock: Clock) -> str:
    """A list, where anything of the lane is on the page; a list without items is none."""
    return "list" if any(_reach(mark, clock) for mark in lane.marks) else "group"


def _row(lane: Lane, y: float, clock: Clock, address: Address, chosen: str) -> list[str]:
    middle = y + ROW / 2
    parts = [
        f'<g role="{_role(lane, clock)}" aria-label="{escape(lane.title)}">',
        f'<line class="hairline" x1="0" x2="{RIGHT:.0f}" y1="{y + ROW:.1f}" y2="{y + ROW:.1f}"/>',
        _text(0, middle + 4.5, lane.title, "lane-name"),
    ]
    if lane.is_graded:
        worst = "–" if lane.worst is None else str(lane.worst)
        parts.append(_text(LEFT - 14, middle + 4.5, worst, "worst", "end"))
    taken: list[tuple[float, float]] = []
    drawn: list[tuple[Mark, float, float]] = []
    for mark in lane.marks:
        for x0, x1 in _reach(mark, clock):
            parts.append(
                _linked(
                    mark,
                    shape_of(mark, x0, x1, middle, bool(chosen) and mark.event == chosen),
                    address,
                )
            )
            taken.append((x0 - 5, x1 + 5))
            drawn.append((mark, x0, x1))
    labelled: set[tuple[str, str]] = set()
    for mark, x0, x1 in drawn:
        key = (mark.event, mark.label)
        if not mark.label or mark.weak or key in labelled or mark.shape in (CELL, DASH):
            continue
        place = _room(mark, x0, x1, taken)
        if place is None:
            continue
        x, anchor, css, span = place
        parts.append(_text(x, middle + 4, mark.label, css, anchor))
        taken.append(span)
        labelled.add(key)
    parts.append("</g>")
    return parts


def _reach(mark: Mark, clock: Clock) -> list[tuple[float, float]]:
    """Where a mark stands: its stretches, or its one place; nowhere when it is off the page."""
    if mark.shape in BARS and mark.end is not None:
        return clock.stretches(mark.day, mark.end)
    if mark.shape in (CELL, DASH):
        return clock.stretches(mark.day, mark.day)
    x = clock.place(mark.day)
    return [] if x is None else [(x, x)]


def _room(
    mark: Mark, x0: float, x1: float, taken: list[tuple[float, float]]
) -> tuple[float, str, str, tuple[float, float]] | None:
    """Where a label fits without covering another mark: in a bar, right of it, or left of it."""
    width = len(mark.label) * LETTER
    if mark.shape in BARS and x1 - x0 > width + 10:
        css = "on-dark" if mark.shape == DARK_BAR else "on-bar"
        return x0 + 5, "start", css, (x0, x1)
    right = (x1 + 9, x1 + 9 + width)
    if right[1] < RIGHT + 16 and _free(right, taken, (x0 - 5, x1 + 5)):
        return right[0], "start", "label", right
    left = (x0 - 9 - width, x0 - 9)
    if left[0] > LEFT and _free(left, taken, (x0 - 5, x1 + 5)):
        return left[1], "end", "label", left
    return None


def _free(
    span: tuple[float, float], taken: list[tuple[float, float]], own: tuple[float, float]
) -> bool:
    return all(span[1] < low or span[0] > high for low, high in taken if (low, high) != own)


def _linked(mark: Mark, drawn: str, address: Address) -> str:
    title = f"<title>{escape(mark.words)}</title>"
    if not mark.event:
        return f'<g role="listitem" aria-label="{escape(mark.words)}">{title}{drawn}</g>'
    url = escape(address(mark.event))
    return (
        f'<g role="listitem"><a href="{url}" hx-get="{url}" hx-target="#margin" '
        f'hx-swap="innerHTML" '
        f'hx-push-url="false" aria-label="{escape(mark.words)}">{title}{drawn}</a></g>'
    )


def _curve(curve: Curve, y: float, clock: Clock, address: Address, chosen: str) -> list[str]:
    bottom = y + CURVE

    def height_of(value: float) -> float:
        return bottom - curve.share(value) * CURVE

    is_seen = any(clock.place(point.day) is not None for point in curve.points)
    role = "list" if is_seen else "group"
    parts = [
        f'<g role="{role}" aria-label="{escape(curve.title)}">',
        _text(0, y + 14, curve.title, "lane-name strong"),
        _text(0, y + 29, curve.unit, "unit"),
    ]
    step = 1 if curve.high - curve.low <= 4 else 2
    for exponent in range(curve.low, curve.high + 1, step):
        level = height_of(10.0**exponent)
        parts.append(
            f'<line class="hairline" x1="{LEFT:.0f}" x2="{RIGHT:.0f}" '
            f'y1="{level:.1f}" y2="{level:.1f}"/>'
        )
        parts.append(_text(LEFT - 8, level + 4, _decade(exponent), "tick", "end"))
    for value, words in ((curve.limit, _("limit")), (curve.line, "")):
        if value is not None:
            level = height_of(value)
            parts.append(
                f'<line class="limit" x1="{LEFT:.0f}" x2="{RIGHT:.0f}" '
                f'y1="{level:.1f}" y2="{level:.1f}"/>'
            )
            shown = f"{words} {number_words(value)}".strip()
            parts.append(_text(RIGHT, level - 4, shown, "tick", "end"))
    parts += _line(curve, clock, height_of)
    top = max(curve.points, key=lambda point: point.value)
    for point in curve.points:
        x = clock.place(point.day)
        if x is None:
            continue
        dot = _point(point, x, height_of(point.value), point.event == chosen)
        mark = Mark("dot", point.day, point.words, event=point.event)
        parts.append(_linked(mark, dot, address))
        if point is top and not point.censored and len(curve.points) > 1:
            value = point.words.removeprefix(curve.title).strip().removesuffix(curve.unit).strip()
            parts.append(_text(x, height_of(point.value) - 9, value, "peak", "middle"))
    parts.append("</g>")
    return parts


def _decade(exponent: int) -> str:
    if -2 <= exponent <= 2:
        return number_words(10.0**exponent)
    digits = str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{digits}"


def _line(curve: Curve, clock: Clock, height_of: Callable[[float], float]) -> list[str]:
    """Straight between points of one panel; dashed across the gap between two panels."""
    parts = []
    for one, other in zip(curve.points, curve.points[1:], strict=False):
        x0, x1 = clock.place(one.day), clock.place(other.day)
        if x0 is None or x1 is None:
            continue
        same = clock.panel_of(one.day) == clock.panel_of(other.day)
        parts.append(
            f'<line class="{"curve" if same else "curve across"}" x1="{x0:.1f}" '
            f'y1="{height_of(one.value):.1f}" x2="{x1:.1f}" y2="{height_of(other.value):.1f}"/>'
        )
    return parts


def _point(point: Point, x: float, y: float, chosen: bool) -> str:
    css = "point open" if point.censored else "point"
    ring = f'<circle class="chosen" cx="{x:.1f}" cy="{y:.1f}" r="8"/>' if chosen else ""
    return f'{ring}<circle class="{css}" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>'


def _today(clock: Clock, today: int | None, height: float) -> list[str]:
    if today is None:
        return []
    x = clock.place(today)
    if x is None:
        return []
    return [
        f'<line class="today" x1="{x:.1f}" x2="{x:.1f}" y1="20" y2="{height:.0f}"/>',
        f'<rect class="today-flag" x="{x - 24:.1f}" y="18" width="48" height="17" rx="3"/>',
        _text(x, 30.5, _("today"), "today-word", "middle"),
    ]
