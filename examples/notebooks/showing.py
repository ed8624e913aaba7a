# SPDX-License-Identifier: Apache-2.0
"""How the notebooks show a figure, a table, an estimate, and what the library will not answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from IPython.display import SVG, display

from cartulary.course import EstimandError
from cartulary.evidence import Estimate, FollowUp
from cartulary.evidence.clone_censor_weight import StrategyCurve
from cartulary.reports.chart_data import AtRisk, ChartData
from cartulary.reports.figures.svg import accessible_svg, svg_of
from cartulary.reports.study_report.two_curves import GroupCurve, TwoCurvesData

DAYS_PER_MONTH = 365.25 / 12
MONTHS = (0, 3, 6, 9, 12, 18, 24, 36)


def show(figure: ChartData | str, title: str, sentence: str) -> None:
    """Show a figure of the project, or one that is already drawn.

    Arguments: the figure's data or its SVG; a title of its own on the page; a sentence that a
    screen reader says in its place.
    """
    drawn = figure if isinstance(figure, str) else svg_of(figure, "en", "screen")
    # A report brings its font along; a notebook is read with what the reader has.
    drawn = drawn.replace(
        'font-family="Inter"', 'font-family="Inter, Helvetica, Arial, sans-serif"'
    )
    identity = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    display(SVG(accessible_svg(drawn, identity, title, sentence)))


def table(*rows: tuple[object, ...]) -> None:
    """Print rows as aligned columns, the first row as the head."""
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[k]) for row in cells) for k in range(len(cells[0]))]
    for row in cells:
        others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        print("  ".join([row[0].ljust(widths[0]), *others]))
        if row is cells[0]:
            print("-" * (sum(widths) + 2 * len(widths) - 2))


def refusal(ask: Callable[[], object]) -> str:
    """What the library says when it will not answer; fails where it answers."""
    try:
        ask()
    except EstimandError as said:
        return str(said)
    raise AssertionError("this was answered, and should have been refused")


def share(found: Estimate) -> str:
    """A share with its interval, in per cent: `40% (13 to 69)`."""
    if found.value is None:
        return "not known"
    if found.low is None or found.high is None:
        return f"{100 * found.value:.0f}%"
    return f"{100 * found.value:.0f}% ({100 * found.low:.0f} to {100 * found.high:.0f})"


def points(found: Estimate) -> str:
    """A difference of two shares with its interval, in percentage points: `+14 (+2 to +27)`."""
    if found.value is None:
        return "refused"
    if found.low is None or found.high is None:
        return f"{100 * found.value:+.0f}"
    return f"{100 * found.value:+.0f} ({100 * found.low:+.0f} to {100 * found.high:+.0f})"


def ratio(found: Estimate) -> str:
    """A ratio with its interval: `0.83 (0.58 to 1.19)`."""
    if found.value is None:
        return "refused"
    if found.low is None or found.high is None:
        return f"{found.value:.2f}"
    return f"{found.value:.2f} ({found.low:.2f} to {found.high:.2f})"


def line(
    label: str,
    style: str,
    curve: Any,
    *,
    day: float,
    until: float,
    named: Estimate | None = None,
    below: FollowUp | StrategyCurve | None = None,
    since: float = 0.0,
) -> GroupCurve:
    """One curve of a figure.

    Arguments: `style` is "treated", "control" or "beside" (dotted, for comparison); anything with
    `days` and `survival`; the day on which it is compared, and the last day drawn; its value on
    that day (the curve's own, unless given); whose numbers stand below the axis, as counts of
    children (or clones) and never weighted, from the day `since` on.
    """
    at_day = curve.survival_at(day) if named is None else named
    steps = zip(curve.days.tolist(), curve.survival.tolist(), strict=True)
    return GroupCurve(
        label=label,
        style=style,
        origin=at_day.origin,
        steps=((0.0, 1.0), *(step for step in steps if step[0] <= until)),
        last_day=until,
        named=(at_day.value, at_day.low, at_day.high),
        table=() if below is None else _at_risk(below, since, until),
    )


def _at_risk(below: FollowUp | StrategyCurve, since: float, until: float) -> tuple[AtRisk, ...]:
    """How many are followed at each month; of clones that is known on days with an event."""
    days = {month: round(month * DAYS_PER_MONTH) for month in MONTHS}
    shown = {month: on for month, on in days.items() if since <= on <= until}
    if isinstance(below, FollowUp):
        return tuple(
            AtRisk(month, int(below.numbers_at_risk([on])[0]), below.events_by(on))
            for month, on in shown.items()
        )
    next_event = {month: int((below.days < on).sum()) for month, on in shown.items()}
    return tuple(
        AtRisk(month, int(below.at_risk[place]), 0)
        for month, place in next_event.items()
        if place < below.at_risk.size
    )


def curves(*lines: GroupCurve, after: str, day: float) -> TwoCurvesData:
    """Curves on one pair of axes; `after` says after what the months are counted."""
    return TwoCurvesData(tuple(lines), f"months after {after}", day)
