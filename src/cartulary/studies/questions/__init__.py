# SPDX-License-Identifier: Apache-2.0
"""The questions that the article leaves open: asked by a file, answered by the twin."""

from cartulary.studies.questions.answering import Answer, Sizes, answer
from cartulary.studies.questions.question import Question
from cartulary.studies.questions.question_reader import (
    find_question,
    question_files,
    read_question,
)

__all__ = [
    "Answer",
    "Question",
    "Sizes",
    "answer",
    "find_question",
    "question_files",
    "read_question",
]
