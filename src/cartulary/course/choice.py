# SPDX-License-Identifier: Apache-2.0
"""A closed list of values, each with its code and its words in English and Dutch."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Choice(StrEnum):
    """One value of a closed list: the code is stored, the words are shown, `also` is understood.

    >>> class Colour(Choice):
    ...     RED = "red", "red", "rood", "scarlet"
    >>> Colour("red").nl, Colour.RED == "red", Colour.RED.also
    ('rood', True, ('scarlet',))
    """

    en: str
    nl: str
    also: tuple[str, ...]

    def __new__(cls, code: str, en: str = "", nl: str = "", *also: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.en = en or code
        member.nl = nl or en or code
        member.also = also
        return member

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"
