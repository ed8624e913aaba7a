# SPDX-License-Identifier: Apache-2.0
"""Quantities of one child's daily laboratory values, in plain loops: the oracle of `series`.

The rules are those of the program of Liang et al. for automated ICAHT grading (index.Rmd in the
public repository emilyliangmd/automatedicahtgrading), which applies Rejeski et al., Blood
2023;142:865. They are retold here; none of that program is copied. Two choices are ours: values
are not prolonged beyond the first and last one measured, and interpolated values are not rounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from cartulary.codebook.scale_parts import Input

#: Up to this many missing days in a row are filled on a straight line between their neighbours.
LONGEST_FILLED_GAP: Final = 7

#: A rise above the threshold ends a run only if it lasts this many days (the CIBMTR's recovery).
RECOVERY_DAYS: Final = 3

#: Neutropenia that began by this day after infusion, and never ended, is "never recovered".
BEGAN_BY_DAY: Final = 3

#: The stop of a window that nothing has stopped.
NEVER: Final = 1_000_000


def series_facts(
    inputs: Iterable[Input], values: Mapping[int, float], stop: int = NEVER
) -> dict[str, object]:
    """The series inputs of one scale from one child's daily values of their analyte.

    `values` holds the lowest value of each measured day, by day after the infusion; `stop` is the
    last day that counts (the day of death, or the day before the next infusion). Days without a
    value are days on which nobody looked. Returns each input by name, None where it is absent.
    """
    return {one.name: _quantity(one, values, stop) for one in inputs}


def _quantity(one: Input, values: Mapping[int, float], stop: int) -> object:
    assert one.days is not None
    first, last = one.days[0], min(one.days[1], stop)
    measured = [values.get(day) for day in range(first, last + 1)]
    seen = sorted(value for value in measured if value is not None)
    if one.quantity == "values":
        return len(seen)
    if one.quantity == "lowest":
        return seen[0] if seen else None
    if one.quantity == "second_lowest":
        return seen[1] if len(seen) > 1 else None
    filled = filled_gaps(measured)
    if one.quantity == "longest_gap":
        return _longest_gap(filled)
    if not seen:
        return None
    under = [value is not None and _is_under(one, value) for value in filled]
    if one.quantity == "days_below":
        return sum(under)
    runs = joined_runs(under)
    if one.quantity == "longest_run":
        return max((end - start + 1 for start, end in runs), default=0)
    return _never_recovered(runs, filled)


def _is_under(one: Input, value: float) -> bool:
    assert one.threshold is not None
    return value <= one.threshold if one.inclusive else value < one.threshold


def filled_gaps(measured: list[float | None]) -> list[float | None]:
    """The values with short gaps between two measured days filled on a straight line.

    >>> filled_gaps([None, 100.0, None, 300.0])
    [None, 100.0, 200.0, 300.0]
    """
    filled = list(measured)
    before: int | None = None
    for day, value in enumerate(measured):
        if value is None:
            continue
        if before is not None and 0 < day - before - 1 <= LONGEST_FILLED_GAP:
            start = measured[before]
            assert start is not None
            for between in range(before + 1, day):
                filled[between] = start + (value - start) * (between - before) / (day - before)
        before = day
    return filled


def joined_runs(under: list[bool]) -> list[tuple[int, int]]:
    """First and last day of each run; runs parted by a shorter rise than a recovery are one.

    >>> joined_runs([True, False, False, True, False, False, False, True])
    [(0, 3), (7, 7)]
    """
    runs: list[tuple[int, int]] = []
    for day, is_under in enumerate(under):
        if not is_under:
            continue
        if runs and day - runs[-1][1] - 1 < RECOVERY_DAYS:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _longest_gap(filled: list[float | None]) -> int:
    longest = length = 0
    for value in filled:
        length = length + 1 if value is None else 0
        longest = max(longest, length)
    return longest


def _never_recovered(runs: list[tuple[int, int]], filled: list[float | None]) -> bool | None:
    """Whether a run from the first days on lasts to the end; None where nobody looked."""
    known = [day for day, value in enumerate(filled) if value is not None]
    if not runs or runs[-1][1] != known[-1]:
        return False
    start = runs[-1][0]
    if start > BEGAN_BY_DAY:
        return None if start == known[0] else False
    if len(filled) - 1 - known[-1] > LONGEST_FILLED_GAP:
        return None
    return True
