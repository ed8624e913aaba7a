# SPDX-License-Identifier: Apache-2.0
"""The error family. Every message says, in this order: the fact, the value, why, the remedy."""

from __future__ import annotations

from collections.abc import Sequence


class CartularyError(Exception):
    """Something the user can mend. Anything else that is raised is our fault, not theirs."""


class CourseError(CartularyError):
    """A course, or an event in it, that cannot exist as written."""

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


class TableError(CartularyError):
    """Files that could not be read as a programme; the problems are in its `findings`."""


class CodebookError(CartularyError):
    """A definition file that is incomplete, contradicts itself, or fails its own examples."""

    def __init__(self, problems: Sequence[str] | str) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


class EstimandError(CartularyError):
    """A question that these data, or this method, cannot answer honestly."""
