# SPDX-License-Identifier: Apache-2.0
"""What the ledger refused, in the language of the page."""

from __future__ import annotations

from cartulary.course.errors import CartularyError, CourseError
from cartulary.course.problem import Problem
from cartulary.registry.change import Refused
from cartulary.registry.refusal_words import in_language, sentence_in
from cartulary.web.entry.spoken import language


def refused_words(problem: Problem) -> tuple[str, str]:
    """What is wrong, and in one line why it matters and what to do."""
    said = in_language(problem, language())
    return said.fact, f"{said.why} {said.remedy}"


def course_words(error: CourseError) -> list[str]:
    """Each thing that makes an event impossible."""
    return [sentence_in(one, language()) for one in error.problems]


def fault_words(error: CartularyError) -> str:
    """A fault in one text: every problem of a refusal, or that the disk is full."""
    if isinstance(error, Refused):
        return " ".join(" ".join(refused_words(one)) for one in error.problems)
    if isinstance(error, CourseError):
        return " ".join(course_words(error))
    return sentence_in(str(error), language())
