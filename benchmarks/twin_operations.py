# SPDX-License-Identifier: Apache-2.0
"""How many additions and multiplications our engine spends on a child, counted in its source.

The equations and the linear solution are straight lines of arithmetic, so each operator in their
text is one operation for each child and stage. A multiply-add counts as two, a division as one.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from cartulary.twin import elimination, equations, slopes
from cartulary.twin.engines import arithmetic_kernel

STATES = len(equations.CELL_STATES)
STAGES = 8
# Multiply-adds of what stages begin from and carry: a_ij of stages 2 to 6, C_ij of 2 to 8.
COMBINED = 15 + 28
# A day of the grid: six weighted rows; the end of a step: squares of the error, and their sum.
A_KEPT_DAY = STATES * 11
A_STEPS_END = STATES * 3


def _operators(function: Callable[..., Any], calls: dict[str, int]) -> int:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    count = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp):
            count += 1
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            count += calls.get(node.func.id, 0)
    return count


def operations_a_child(steps: float, days: int) -> float:
    """Additions, multiplications and divisions on one child's course of so many steps."""
    # The bounds of exp are not counted, nor is what either does to the bits of a number.
    calls = {
        "exp": _operators(arithmetic_kernel.lane_exp.py_func, {"_rounded": 2}) - 1,
        "log": _operators(arithmetic_kernel.lane_log.py_func, {"_times_ln_2": 3}) - 7,
    }
    a_step = (
        _operators(slopes.cell_slopes, calls)
        + _operators(slopes.cell_curvatures, calls)
        + _operators(elimination.eliminated, calls)
        + (STAGES - 1) * _operators(equations.cell_changes, calls)
        + STAGES * (_operators(elimination.solved, calls) + 2 * STATES + 5)
        + 2 * COMBINED * STATES
        + A_STEPS_END
    )
    return steps * a_step + days * A_KEPT_DAY
