# SPDX-License-Identifier: Apache-2.0
"""What no single line of a curve file can see: a curve that could not have been drawn."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cartulary.codebook.curve import CurveFile, Landmark
from cartulary.codebook.toml_page import Page

# Two readings of one height may differ by twice the reading error.
_RISE = 2.0


def check_curve(curve: CurveFile, page: Page) -> None:
    """Note everything that contradicts itself."""
    if curve.n < 1:
        why = "It is how many started, the first number at risk."
        page.note("n", str(curve.n), why, "Write how many started.")
    if curve.total_events is not None and not 0 <= curve.total_events <= curve.n:
        why = f"{curve.n} started and each has at most one."
        page.note("total_events", str(curve.total_events), why, "Check which unit was counted.")
    if not 0.0 < curve.reading_error < 0.1:
        why = "A reading is off by some points of a hundred."
        page.note("reading_error", str(curve.reading_error), why, "Write half a point, say.")
    _check_points("coordinates", curve.coordinates, _RISE * curve.reading_error, page)
    _check_landmarks(curve, page)
    if curve.read_as == "digitised":
        _check_digitised(curve, page)
    else:
        _check_printed(curve, page)
    for number, example in enumerate(curve.examples, start=1):
        if not (0.0 <= example.share <= 1.0 and 0.0 < example.within <= 0.05):
            why = "It asks for a survival within at most 5 points."
            page.note(f"example {number}", f"{example.share:g}", why, "Correct the example.")
    if not curve.examples:
        why = "A curve that shows no point cannot be checked by a reader, nor by a test."
        page.note("example", "missing", why, "Write an [[example]].")


def _check_points(
    name: str, points: Sequence[tuple[float, float]], room: float, page: Page
) -> None:
    """Days from 0 on, shares, and never a rise."""
    lowest = 1.0
    for row, (day, share) in enumerate(points, start=1):
        place = f"{name}, row {row}"
        shown = f"day {day:g}, survival {100 * share:g}%"
        if not (day >= 0.0 and 0.0 <= share <= 1.0):
            why = "Days start at 0 and survival is from 0 to 100%."
            page.note(place, shown, why, "Read that point again; mind percent = true or false.")
        elif share > lowest + room:
            why = f"It lies above an earlier point of {100 * lowest:g}%; a curve never rises."
            page.note(place, shown, why, "Read that point again.")
        lowest = min(lowest, share)
    for row, ((before, _), (day, _)) in enumerate(pairwise(points), start=2):
        if day < before:
            why = "It comes after a later day."
            page.note(f"{name}, row {row}", f"day {day:g}", why, "Put the rows in order of time.")


def _check_landmarks(curve: CurveFile, page: Page) -> None:
    """Printed survivals fall, and lie between their limits."""
    _check_points("landmark", [(m.day, m.share) for m in curve.landmarks], 0.0, page)
    for mark in curve.landmarks:
        place = f"landmark on day {mark.day:g}"
        low, high = mark.low, mark.high
        if (low is None) != (high is None):
            page.note(place, "one limit", "An interval has two.", "Write low and high, or neither.")
        elif low is not None and high is not None and not 0.0 < low < mark.share < high < 1.0:
            why = f"The limits do not enclose {mark.share:g}, strictly between 0 and 1."
            remedy = "Correct the limits, or leave them out."
            page.note(place, f"{low:g} to {high:g}", why, remedy)
        if mark.day <= 0.0:
            why = "On day 0 survival is 1."
            page.note(place, f"day {mark.day:g}", why, "Take it out.")
        if mark.printed_median and mark.share != 0.5:
            why = "At the median survival is 50%."
            page.note(place, f"{mark.share:g}", why, "Write survival = 50.")


def _check_digitised(curve: CurveFile, page: Page) -> None:
    """Coordinates from a drawing, and the numbers below it."""
    if len(curve.coordinates) < 2:
        why = "A digitised curve is its coordinates."
        page.note("coordinates", f"{len(curve.coordinates)} rows", why, "Write [time, survival].")
    if not curve.at_risk:
        why = "Without them the number of censored children is a guess."
        remedy = 'Write [numbers_at_risk], or read_as = "printed_landmarks".'
        page.note("numbers_at_risk", "missing", why, remedy)
        return
    first_day, first = curve.at_risk[0]
    if first_day != 0.0 or first != curve.n:
        why = f"{curve.n} started on day 0."
        shown = f"{first:g} on day {first_day:g}"
        page.note("numbers_at_risk, row 1", shown, why, "Begin with [0, n].")
    for row, ((day, number), (later, left)) in enumerate(pairwise(curve.at_risk), start=2):
        if later <= day or left > number:
            why = "Days increase, and nobody joins a curve later."
            shown = f"{left:g} on day {later:g}"
            page.note(f"numbers_at_risk, row {row}", shown, why, "Correct that row.")
    for row, (_, number) in enumerate(curve.at_risk, start=1):
        if number != int(number) or number < 0:
            why = "Children are whole."
            page.note(f"numbers_at_risk, row {row}", f"{number:g}", why, "Correct that row.")


def _check_printed(curve: CurveFile, page: Page) -> None:
    """Enough printed survivals, the last with the interval that says how many are left."""
    if curve.coordinates or curve.at_risk:
        why = "A curve that was read point by point is digitised."
        page.note("read_as", repr(curve.read_as), why, 'Write read_as = "digitised".')
    marks: tuple[Landmark, ...] = curve.used
    if not marks:
        why = "There is nothing to rebuild from."
        page.note("landmark", "missing", why, "Write at least one [[landmark]].")
        return
    if marks[-1].low is None:
        why = "Without an interval nothing tells how many children are still followed there."
        shown = f"no limits on day {marks[-1].day:g}"
        page.note("landmark", shown, why, "Write low and high, or held_out = true.")
    for before, mark in pairwise(marks):
        if mark.day == before.day:
            page.note("landmark", f"day {mark.day:g} twice", "One day, one survival.", "Keep one.")
