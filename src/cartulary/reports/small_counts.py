# SPDX-License-Identifier: Apache-2.0
"""Which counts must be withheld so that no small one can be read or reckoned back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

Equation = tuple[str, tuple[str, ...]]  # a total's key and its parts' keys


def withheld_keys(
    counts: Mapping[str, int],
    equations: Sequence[Equation],
    limit: int,
    unpublished: Iterable[str] = (),
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
    while True:
        further = _next_to_hide(counts, equations, limit, small, unknown)
        if further is None:
            return frozenset(unknown - shadows)
        unknown.add(further)


def _next_to_hide(
    counts: Mapping[str, int],
    equations: Sequence[Equation],
    limit: int,
    small: set[str],
    unknown: set[str],
) -> str | None:
    """One more count to withhold, or None when all small ones are safe."""
    for total, parts in equations:
        members = (total, *parts)
        if not small & set(members):
            continue
        hidden = [key for key in members if key in unknown]
        exposed = total not in unknown and (
            len(hidden) < 2 or sum(counts[key] for key in hidden) < limit
        )
        # A withheld total is safe only if it is not all but fixed by its parts.
        if (exposed or len(hidden) < 2) and (
            found := _smallest(counts, parts, unknown) or _smallest(counts, (total,), unknown)
        ):
            return found
    fixed = _determined(equations, unknown) & small
    for key in sorted(fixed):
        for total, parts in _reaching(key, equations, unknown):
            found = _smallest(counts, parts, unknown) or _smallest(counts, (total,), unknown)
            if found:
                return found
    return None


def _smallest(counts: Mapping[str, int], keys: Iterable[str], unknown: set[str]) -> str | None:
    """The least count still shown, not nought if there is another."""
    shown = [key for key in keys if key not in unknown]
    return min(shown, key=lambda key: (counts[key] == 0, counts[key], key), default=None)


def _reaching(key: str, equations: Sequence[Equation], unknown: set[str]) -> list[Equation]:
    """Equations that hold the key, then those tied to it by other unknowns."""
    near, reached = [], {key}
    waiting = list(equations)
    while True:
        tied = [e for e in waiting if reached & {e[0], *e[1]}]
        if not tied:
            return near
        near += tied
        waiting = [e for e in waiting if e not in tied]
        reached |= {k for e in tied for k in (e[0], *e[1]) if k in unknown}


def _determined(equations: Sequence[Equation], unknown: set[str]) -> set[str]:
    """The unknowns that the equations fix: single entries of the reduced row echelon form."""
    columns = sorted(unknown & {k for total, parts in equations for k in (total, *parts)})
    rows = []
    for total, parts in equations:
        row = [Fraction(0)] * len(columns)
        for key, sign in ((total, -1), *((part, 1) for part in parts)):
            if key in unknown:
                row[columns.index(key)] += sign
        if any(row):
            rows.append(row)
    lead = 0
    for column in range(len(columns)):
        pivot = next((i for i in range(lead, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[lead], rows[pivot] = rows[pivot], rows[lead]
        rows[lead] = [value / rows[lead][column] for value in rows[lead]]
        for i, row in enumerate(rows):
            if i != lead and row[column]:
                rows[i] = [a - row[column] * b for a, b in zip(row, rows[lead], strict=True)]
        lead += 1
    return {
        columns[next(i for i, value in enumerate(row) if value)]
        for row in rows
        if sum(1 for value in row if value) == 1
    }
