# SPDX-License-Identifier: Apache-2.0
"""Several numbers of one child to and from the rows in which children stand side by side.

Row r of lane w stands at `r * LANES + w`. With the distance between rows fixed at compile time the
compiler sees that no two rows overlap, and does the children of four lanes at once.
"""

# mypy: ignore-errors

from __future__ import annotations

from numba import types
from numba.extending import intrinsic

# Children side by side: four times what a processor of today multiplies at once.
LANES = 16


@intrinsic(prefer_literal=True)
def gathered(typing_context, work, at, count):
    """The `count` numbers that stand from `at` on, a row apart, as a tuple."""
    if not isinstance(count, types.IntegerLiteral):
        return None
    length = count.literal_value

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        numbers = []
        for row in range(length):
            at_row = builder.add(arguments[1], arguments[1].type(row * LANES))
            numbers.append(builder.load(builder.gep(array.data, [at_row])))
        return context.make_tuple(builder, signature.return_type, numbers)

    return types.UniTuple(types.float64, length)(work, types.intp, count), generate


@intrinsic
def scattered(typing_context, work, at, numbers):
    """Puts the numbers of a tuple from `at` on, a row apart."""

    def generate(context, builder, signature, arguments):
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        for row in range(signature.args[2].count):
            at_row = builder.add(arguments[1], arguments[1].type(row * LANES))
            number = builder.extract_value(arguments[2], row)
            builder.store(number, builder.gep(array.data, [at_row]))
        return context.get_dummy_value()

    return types.none(work, types.intp, numbers), generate


@intrinsic
def either(typing_context, condition, this, that):
    """`this` where the condition holds, else `that`, without a branch in between.

    Several choices by one condition would be gathered under one branch, lane after lane.
    """

    def generate(context, builder, signature, arguments):
        return builder.select(*arguments)

    return types.float64(types.boolean, types.float64, types.float64), generate
