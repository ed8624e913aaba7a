# SPDX-License-Identifier: Apache-2.0
"""What a code of a question is called: an arm, an outcome, or a word of its file."""

from __future__ import annotations

from functools import lru_cache

from cartulary.codebook.words import Words
from cartulary.studies.questions.outcomes_within import outcomes_within
from cartulary.studies.questions.question import Question


def words_of(question: Question, code: str) -> Words:
    """The words of a code; a label of the file goes before an arm, an arm before an outcome."""
    if code in question.labels:
        return question.labels[code]
    for arm in question.arms:
        if arm.arm_id == code:
            return arm.words
    return _outcomes(question.years)[code]


def is_known(question: Question, code: str) -> bool:
    """Whether some words are there for this code."""
    arms = {arm.arm_id for arm in question.arms}
    return code in question.labels or code in arms or code in _outcomes(question.years)


@lru_cache(maxsize=4)
def _outcomes(years: float) -> dict[str, Words]:
    return {one.id: one.words for one in outcomes_within(years)}
