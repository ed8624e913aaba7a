# SPDX-License-Identifier: Apache-2.0
"""A number of units in words: 1 child, 4 children, 2 aphereses."""

from __future__ import annotations

from typing import Final

_SEVERAL: Final = {"child": "children", "apheresis": "aphereses"}


def counted(number: int, unit: str) -> str:
    """A number and its unit, in the singular or the plural.

    >>> counted(1, "child"), counted(4, "child"), counted(2, "infusion")
    ('1 child', '4 children', '2 infusions')
    """
    return f"{number} {unit if number == 1 else several(unit)}"


def several(unit: str) -> str:
    """The plural of a unit.

    >>> several("apheresis")
    'aphereses'
    """
    return _SEVERAL.get(unit, f"{unit}s")
