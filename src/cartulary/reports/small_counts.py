# SPDX-License-Identifier: Apache-2.0
"""Which counts must be withheld so that no small one can be read or reckoned back."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

MOST_ROUNDS = 20  # of handing bounds on
Equation = tuple[str, tuple[str, ...]]  # a total's key and its parts' keys


def withheld_keys(
    counts: Mapping[str, int],
    equations: Sequence[Equation],
    limit: int,
    unpublished: Iterable[str] = (),
    spine: Iterable[str] = (),
) -> frozenset[str]:
    """The keys of the counts to withhold.

    A count from 1 to limit - 1 is small. Withheld are: every small count; and, in each equation
    total = parts, as many further counts as are needed so that (a) at least two are unknown,
    (b) the unknown parts add up to at least the limit, and (c) no small count is fixed by all
    equations taken together. A further count is the smallest that is not nought, parts before
    totals, so that little is lost.

    Arguments:
        counts: each key with its value, every key of the equations among them.
        equations: what adds up to what.
        limit: the smallest count that may be shown; 0 or 1 withholds nothing.
        unpublished: keys that stand nowhere by themselves but follow from others, such as those
            who did not have the event.
        spine: keys to withhold only when nothing else will do.
    Returns: the keys to withhold, without the unpublished.
    Source: the usual rules of primary and complementary cell suppression.

    >>> sorted(withheld_keys({"n": 19, "a": 4, "b": 15}, [("n", ("a", "b"))], 5))
    ['a', 'b']
    """
    if limit < 2:
        return frozenset()
    shadows = set(unpublished)
    small = {key for key, value in counts.items() if 0 < value < limit}
    unknown = small | shadows
    last = frozenset(spine)
    while further := _next_to_hide(counts, equations, limit, small, unknown, last):
        unknown |= further
    return frozenset(unknown - shadows)


def _next_to_hide(
    counts: Mapping[str, int],
    equations: Sequence[Equation],
    limit: int,
    small: set[str],
    unknown: set[str],
    spine: frozenset[str],
) -> set[str]:
    """Further counts to withhold; none when all small ones are safe."""
    for total, parts in equations:
        members = (total, *parts)
        if not small & set(members):
            continue
        hidden = [key for key in members if key in unknown]
        exposed = total not in unknown and (
            len(hidden) < 2 or sum(counts[key] for key in hidden) < limit
        )
        # A withheld total is safe only if it is not all but fixed by its parts.
        if exposed or len(hidden) < 2:
            found = _cheapest(counts, [(total, parts)], unknown, spine)
            if found:
                return {found}
    fixed = _determined(equations, unknown) & small or _pinned(counts, equations, unknown, small)
    for key in sorted(fixed):
        found = _cheapest(counts, _reaching(key, equations, unknown), unknown, spine)
        if found:
            return {found}
    return set()


def _cheapest(
    counts: Mapping[str, int],
    equations: Iterable[Equation],
    unknown: set[str],
    spine: frozenset[str],
) -> str | None:
    """The least count still shown in the first equation that has one; the spine comes last."""
    listed = list(equations)
    for of_spine in (False, True):
        for total, parts in listed:
            for keys in (parts, (total,)):
                shown = [key for key in keys if key not in unknown and (key in spine) is of_spine]
                if shown:
                    return min(shown, key=lambda key: (counts[key] == 0, counts[key], key))
    return None


def _reaching(key: str, equations: Sequence[Equation], unknown: set[str]) -> list[Equation]:
    """Equations that hold the key, then those tied to it by other unknowns."""
    near: list[Equation] = []
    reached = {key}
    waiting = list(equations)
    while True:
        tied = [e for e in waiting if reached & {e[0], *e[1]}]
        if not tied:
            return near
        near += tied
        waiting = [e for e in waiting if not reached & {e[0], *e[1]}]
        reached |= {k for e in tied for k in (e[0], *e[1]) if k in unknown}


def _pinned(
    counts: Mapping[str, int], equations: Sequence[Equation], unknown: set[str], small: set[str]
) -> set[str]:
    """The small unknowns for which the equations and "never below nought" leave one value.

    Bounds are handed on from equation to equation until none moves.
    """
    low: dict[str, float] = {k: 0 if k in unknown else v for k, v in counts.items()}
    high: dict[str, float] = {k: math.inf if k in unknown else v for k, v in counts.items()}
    for _ in range(MOST_ROUNDS):
        moved = False
        for total, parts in equations:
            lows, highs = sum(low[p] for p in parts), sum(high[p] for p in parts)
            bounds = [(total, lows, highs)]
            for part in parts:
                others = math.inf if highs == math.inf else highs - high[part]
                if highs == math.inf and high[part] == math.inf:
                    others = sum(high[p] for p in parts if p != part)
                bounds.append((part, low[total] - others, high[total] - (lows - low[part])))
            for key, least, most in bounds:
                if key in unknown and (least > low[key] or most < high[key]):
                    low[key], high[key] = max(low[key], least), min(high[key], most)
                    moved = True
        if not moved:
            break
    return {key for key in small if high[key] - low[key] < 1}


def _determined(equations: Sequence[Equation], unknown: set[str]) -> set[str]:
    """The unknowns that the equations fix: single entries of the reduced row echelon form."""
    rows: dict[str, dict[str, Fraction]] = {}  # by leading unknown; no row holds another's lead
    for total, parts in equations:
        row: dict[str, Fraction] = {}
        for key, sign in ((total, -1), *((part, 1) for part in parts)):
            if key in unknown:
                row[key] = row.get(key, Fraction(0)) + sign
        for lead in [key for key in row if key in rows]:
            _less(row, rows[lead], row.get(lead, Fraction(0)))
        row = {key: value for key, value in row.items() if value}
        if not row:
            continue
        lead = next(iter(row))
        scaled = {key: value / row[lead] for key, value in row.items()}
        for other in rows.values():
            if other.get(lead):
                _less(other, scaled, other[lead])
        rows[lead] = scaled
    return {lead for lead, row in rows.items() if sum(1 for value in row.values() if value) == 1}


def _less(row: dict[str, Fraction], other: Mapping[str, Fraction], times: Fraction) -> None:
    """The row less so many times the other, in place."""
    if not times:
        return
    for key, value in other.items():
        left = row.get(key, Fraction(0)) - times * value
        if left:
            row[key] = left
        else:
            row.pop(key, None)
