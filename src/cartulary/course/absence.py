# SPDX-License-Identifier: Apache-2.0
"""Why a value is not there. An empty cell never says which of these is meant."""

from __future__ import annotations

from enum import Enum
from typing import TypeGuard, TypeVar

T = TypeVar("T")


class Absence(Enum):
    """The named reasons for which a fact has no value.

    >>> Absence.NOT_DONE.en, Absence.NOT_DONE.nl
    ('not done', 'niet gedaan')
    """

    NOT_RECORDED = ("not_recorded", "not recorded", "niet vastgelegd")
    NOT_DONE = ("not_done", "not done", "niet gedaan")
    NOT_YET_DUE = ("not_yet_due", "not yet due", "nog niet aan de orde")
    REFUSED = ("refused", "refused", "geweigerd")

    def __init__(self, code: str, en: str, nl: str) -> None:
        self.code = code
        self.en = en
        self.nl = nl

    def __repr__(self) -> str:
        return f"Absence.{self.name}"

    @classmethod
    def from_code(cls, code: str) -> Absence:
        """The absence with this code, as columns and files store it."""
        for absence in cls:
            if absence.code == code:
                return absence
        raise ValueError(f"No absence has the code {code!r}; known: {[a.code for a in cls]}.")


NOT_RECORDED = Absence.NOT_RECORDED
NOT_DONE = Absence.NOT_DONE
NOT_YET_DUE = Absence.NOT_YET_DUE
REFUSED = Absence.REFUSED


def is_known(value: T | Absence | None) -> TypeGuard[T]:
    """True when the value is there, false when it is absent for whatever reason.

    >>> is_known(38.2), is_known(NOT_DONE), is_known(False)
    (True, False, True)
    """
    return value is not None and not isinstance(value, Absence)
