# SPDX-License-Identifier: Apache-2.0
"""The backward pass over each child's growth and killing, and its drawn lineages, compiled.

Between two days of the grid, growth and killing follow the cubic that has their values and their
rates at both ends; integrals are taken by Gauss and Legendre's rule on pieces over which nothing
changes by more than two e-folds. All sums of exponentials are kept as logs: killing over years is
a matter of a thousand e-folds. Children are independent: any range of them may be done by any
thread, with the same numbers.
"""

# mypy: disallow-untyped-decorators=False, disallow-untyped-defs=False, disallow-untyped-calls=False
# mypy: disable-error-code="call-arg, unreachable"

from __future__ import annotations

import numba
import numpy as np

from cartulary.twin.engines.arithmetic_kernel import lane_exp, lane_log, lane_version
from cartulary.twin.engines.rows_kernel import LANES, gathered
from cartulary.twin.equations import CELL_STATES, cell_changes

FLAGS = {"contract", "nsz", "arcp", "afn", "reassoc"}
_ARGUMENTS = cell_changes.__code__.co_argcount
_STATES = len(CELL_STATES)
_GROWTH = CELL_STATES.index("growth")
_KILLING = CELL_STATES.index("killing")
_LEAST = -1e300
_NOTHING = -700.0  # a clone of fewer than exp(-700) cells is none
# Gauss and Legendre's rule of three points on 0 to 1.
_POINTS = (0.5 - 0.5 * np.sqrt(0.6), 0.5, 0.5 + 0.5 * np.sqrt(0.6))
_WEIGHTS = (5.0 / 18.0, 8.0 / 18.0, 5.0 / 18.0)
_FOLDS_A_PIECE = 2.0
_MOST_PIECES = 64

_changes = lane_version(cell_changes)


@numba.njit(fastmath=FLAGS, error_model="numpy", nogil=True)
def _changes_of_lanes(work, lanes):
    # Growth and killing overwrite the first two rows; the other changes are never worked out.
    for w in range(lanes):
        changes = _changes(*gathered(work, w, _ARGUMENTS))
        work[w] = changes[_GROWTH]
        work[LANES + w] = changes[_KILLING]


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, nogil=True)
def rates_on_grid(first, beyond, days, values, given, growing, killing):
    """Rates of growth and of killing on each day of the grid, from the model's equations.

    `given[:, child]` is what the equations take after the day and the states. Days stand side by
    side as children do in the engine.
    """
    work = np.empty(_ARGUMENTS * LANES)
    for child in range(first, beyond):
        for row in range(1 + _STATES, _ARGUMENTS):
            for w in range(LANES):
                work[row * LANES + w] = given[row - 1 - _STATES, child]
        for begun in range(0, len(days), LANES):
            for w in range(LANES):
                day = min(begun + w, len(days) - 1)
                work[w] = days[day]
                for state in range(_STATES):
                    work[(1 + state) * LANES + w] = values[child, day, state]
            _changes_of_lanes(work, LANES)
            for w in range(min(LANES, len(days) - begun)):
                growing[child, begun + w] = work[w]
                killing[child, begun + w] = work[LANES + w]


@numba.njit(fastmath=FLAGS, error_model="numpy", inline="always")
def _ln_sum(left, right):
    """ln(exp(left) + exp(right))."""
    high = max(left, right)
    if high <= _LEAST:
        return high
    return high + lane_log(1.0 + lane_exp(min(left, right) - high))


@numba.njit(fastmath=FLAGS, error_model="numpy", inline="always")
def _limited(slope, secant):
    """A rate held to three times the mean rate, so that what only rises is not made to fall."""
    return min(max(slope, 0.0), 3.0 * secant)


@numba.njit(fastmath=FLAGS, error_model="numpy", inline="always")
def _cubic(x, low, high, low_slope, high_slope):
    """Value at x of 0 to 1 of the cubic with these ends and slopes per unit of x."""
    rise = high - low
    return low + x * (
        low_slope
        + x
        * (3.0 * rise - 2.0 * low_slope - high_slope + x * (low_slope + high_slope - 2.0 * rise))
    )


@numba.njit(fastmath=FLAGS, error_model="numpy", inline="always")
def _cubic_slope(x, low, high, low_slope, high_slope):
    rise = high - low
    return low_slope + x * (
        2.0 * (3.0 * rise - 2.0 * low_slope - high_slope)
        + x * 3.0 * (low_slope + high_slope - 2.0 * rise)
    )


@numba.njit(fastmath=FLAGS, error_model="numpy")
def _step(i, days, growth, growing, turn, rate, killing, kill):
    """The cubics of growth and killing over one step of the grid: (width, growth, killing)."""
    width = days[i + 1] - days[i]
    if i >= turn:
        low = growth[turn] + rate * (days[i] - days[turn])
        rise = (low, low + rate * width, rate * width, rate * width)
    else:
        rise = (growth[i], growth[i + 1], growing[i] * width, growing[i + 1] * width)
    secant = max(killing[i + 1] - killing[i], 0.0)
    falls = (
        killing[i],
        killing[i] + secant,
        _limited(kill[i] * width, secant),
        _limited(kill[i + 1] * width, secant),
    )
    return width, rise, falls


@numba.njit(fastmath=FLAGS, error_model="numpy", inline="always")
def _pieces(folds):
    return min(_MOST_PIECES, 1 + int(abs(folds) / _FOLDS_A_PIECE))


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True)
def ln_survival_of(
    days, growth, growing, turn, rate, death, weight, killing, kill, ln_survival, net, slope
):
    """Backward: ln u, the log of the chance that a lineage begun on each day is there at the end.

    u(s) = 1 / (1 + J(s)), J(s) = integral from s of d(v) exp(-(g(v) - g(s))) dv. Also written
    are `net`, g on each day, and `slope`, the rate of change of ln u just after and just before
    each day.
    """
    last = len(days) - 1
    ln_ahead = _LEAST
    ln_survival[last] = 0.0
    for i in range(last - 1, -1, -1):
        width, rise, falls = _step(i, days, growth, growing, turn, rate, killing, kill)
        low = rise[0] - weight * falls[0]
        high = rise[1] - weight * falls[1]
        net[i], net[i + 1] = low, high
        pieces = _pieces(high - low)
        highest = max(low - high, 0.0)
        total = 0.0
        for piece in range(pieces):
            for point in range(3):
                x = (piece + _POINTS[point]) / pieces
                here = _cubic(x, rise[0], rise[1], rise[2], rise[3])
                killed = _cubic(x, falls[0], falls[1], falls[2], falls[3])
                dying = death * width + weight * _cubic_slope(
                    x, falls[0], falls[1], falls[2], falls[3]
                )
                total += _WEIGHTS[point] * dying * lane_exp(low - here + weight * killed - highest)
        ln_here = lane_log(total / pieces) + highest
        after = lane_exp(ln_survival[i + 1])
        slope[i, 1] = (-(rise[3] - weight * falls[3]) + (rise[3] + death * width) * after) / width
        ln_ahead = _ln_sum(ln_here, low - high + ln_ahead)
        ln_survival[i] = -_ln_sum(0.0, ln_ahead)
        slope[i, 0] = (
            -(rise[2] - weight * falls[2]) + (rise[2] + death * width) * lane_exp(ln_survival[i])
        ) / width


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True)
def waking_integrals(
    days,
    growth,
    growing,
    turn,
    rate,
    killing,
    kill,
    ln_survival,
    slope,
    ln_quiescent,
    waking,
    quiescent_killing,
    ln_lineages,
    ln_expected,
    ln_doomed,
):
    """Forward: three integrals over the cells that wake, from the infusion to each day, as logs.

    Of aq Q u (lineages that last), of aq Q exp(-g) (cells expected, beside exp(g)) and of
    aq Q exp(g) u^2 (cells of lineages that end, see `extinction`).
    """
    ln_lineages[0] = ln_expected[0] = ln_doomed[0] = _LEAST
    for i in range(len(days) - 1):
        width, rise, falls = _step(i, days, growth, growing, turn, rate, killing, kill)
        low, high = rise[0] - falls[0], rise[1] - falls[1]
        start_slope, end_slope = slope[i, 0] * width, slope[i, 1] * width
        ln_low = np.log(waking * width) + ln_quiescent - waking * days[i]
        ln_low -= quiescent_killing * falls[0]
        lasting_low, lasting_high = ln_survival[i], ln_survival[i + 1]
        folds = abs(high - low) + abs(lasting_high - lasting_low)
        pieces = _pieces(folds)
        top_lineages = max(lasting_low, lasting_high)
        top_expected = max(-low, -high)
        top_doomed = max(low + 2.0 * lasting_low, high + 2.0 * lasting_high)
        lineages = expected = doomed = 0.0
        for piece in range(pieces):
            for point in range(3):
                x = (piece + _POINTS[point]) / pieces
                killed = _cubic(x, falls[0], falls[1], falls[2], falls[3])
                here = _cubic(x, rise[0], rise[1], rise[2], rise[3]) - killed
                lasting = min(_cubic(x, lasting_low, lasting_high, start_slope, end_slope), 0.0)
                woken = -waking * width * x - quiescent_killing * (killed - falls[0])
                weight = _WEIGHTS[point]
                lineages += weight * lane_exp(woken + lasting - top_lineages)
                expected += weight * lane_exp(woken - here - top_expected)
                doomed += weight * lane_exp(woken + here + 2.0 * lasting - top_doomed)
        ln_lineages[i + 1] = _ln_sum(
            ln_lineages[i], ln_low + top_lineages + lane_log(lineages / pieces)
        )
        ln_expected[i + 1] = _ln_sum(
            ln_expected[i], ln_low + top_expected + lane_log(expected / pieces)
        )
        ln_doomed[i + 1] = _ln_sum(ln_doomed[i], ln_low + top_doomed + lane_log(doomed / pieces))


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, nogil=True)
def survive(
    first,
    beyond,
    days,
    growth,
    growing,
    turn,
    killing,
    kill,
    rate,
    death,
    cd22_killing,
    ln_start,
    ln_quiescent,
    waking,
    quiescent_killing,
    net,
    ln_survival,
    ln_waking,
    lineages,
):
    """Fill `net`, `ln_survival` ([n, path, g]), `ln_waking` ([n, 3, g]) and `lineages` ([n, 4])."""
    last = len(days) - 1
    for child in range(first, beyond):
        slope = np.empty((len(days), 2))
        for path in (2, 1, 0):
            weight = 1.0
            if path == 1:
                weight = cd22_killing[child]
            elif path == 2:
                weight = 0.0
            if path == 1 and weight == 0.0:
                net[child, 1] = net[child, 2]
                ln_survival[child, 1] = ln_survival[child, 2]
                continue
            ln_survival_of(
                days,
                growth[child],
                growing[child],
                turn[child],
                rate[child],
                death[child],
                weight,
                killing[child],
                kill[child],
                ln_survival[child, path],
                net[child, path],
                slope,
            )
        # The last pass had weight 1, so `slope` is that of cells that carry CD19.
        if ln_quiescent[child] > _NOTHING:
            waking_integrals(
                days,
                growth[child],
                growing[child],
                turn[child],
                rate[child],
                killing[child],
                kill[child],
                ln_survival[child, 0],
                slope,
                ln_quiescent[child],
                waking[child],
                quiescent_killing[child],
                ln_waking[child, 0],
                ln_waking[child, 1],
                ln_waking[child, 2],
            )
        else:
            ln_waking[child] = _LEAST
        for clone in range(4):
            path = max(clone - 1, 0)
            ln_mean = ln_start[child, clone] + ln_survival[child, path, 0]
            lineages[child, clone] = np.exp(ln_mean)
        lineages[child, 0] += np.exp(ln_waking[child, 0, last])


@numba.njit(fastmath=FLAGS, error_model="numpy", cache=True, nogil=True)
def realise(
    first,
    beyond,
    days,
    net,
    ln_survival,
    ln_waking,
    ln_start,
    lineages,
    counts,
    origins,
    sizes,
    rest_sizes,
    realised,
):
    """Fill `realised` ([n, g, clone]): ln of the cells of each clone that are truly there.

    `counts[n, clone]` lineages last; the first of them begin at the `origins` (uniform draws,
    [n, clone, k]) with Exp(1) `sizes`; the others are `rest_sizes` times their mean.
    """
    last = len(days) - 1
    explicit = origins.shape[2]
    ends = np.empty(len(days))
    for child in range(first, beyond):
        for clone in range(4):
            path = max(clone - 1, 0)
            g = net[child, path]
            u = ln_survival[child, path]
            start = ln_start[child, clone]
            wakes = clone == 0 and ln_waking[child, 0, last] > _LEAST
            if start < _NOTHING and not wakes:
                realised[child, :, clone] = -np.inf
                continue
            for day in range(len(days)):
                ends[day] = 1.0 - lane_exp(u[day])
            # Cells of lineages that end, and the mean of those that last.
            count = counts[child, clone]
            over = max(count - explicit, 0)
            share = 0.0
            if over > 0:
                share = rest_sizes[child, clone] * over / lineages[child, clone]
            for day in range(len(days)):
                ln_ended = start + 2.0 * u[0]
                ln_mean = start
                if wakes:
                    ln_ended = _ln_sum(ln_ended, ln_waking[child, 2, day])
                    ln_mean = _ln_sum(ln_mean, ln_waking[child, 1, day])
                doomed = lane_exp(ln_ended - g[day] - 2.0 * u[day]) * ends[day]
                mean = lane_exp(ln_mean + g[day])
                doomed = min(doomed, mean)
                realised[child, day, clone] = doomed + share * (mean - doomed)
            for k in range(min(count, explicit)):
                # Where the lineage begins: among those there at the start, or woken later.
                aim = origins[child, clone, k] * lineages[child, clone]
                at_start = lane_exp(start + u[0])
                begun = 0
                net_origin = g[0]
                ln_origin = u[0]
                if wakes and aim > at_start:
                    ln_aim = np.log(aim - at_start)
                    low, high = 0, last
                    while high - low > 1:
                        middle = (low + high) // 2
                        if ln_waking[child, 0, middle] < ln_aim:
                            low = middle
                        else:
                            high = middle
                    before = lane_exp(ln_waking[child, 0, low])
                    after = lane_exp(ln_waking[child, 0, high])
                    x = min(max((lane_exp(ln_aim) - before) / (after - before), 0.0), 1.0)
                    net_origin = g[low] + x * (g[high] - g[low])
                    ln_origin = u[low] + x * (u[high] - u[low])
                    begun = high
                size = sizes[child, clone, k]
                for day in range(begun, len(days)):
                    # Cells of a lineage that lasts, less what counts among those that end.
                    ahead = g[day] - net_origin
                    early = ends[day] * lane_exp(2.0 * (ln_origin - ahead - u[day]))
                    cells = size * lane_exp(ahead - ln_origin) * max(1.0 - early, 0.0)
                    realised[child, day, clone] += cells
            for day in range(len(days)):
                cells = realised[child, day, clone]
                realised[child, day, clone] = lane_log(cells) if cells > 1e-290 else -np.inf
