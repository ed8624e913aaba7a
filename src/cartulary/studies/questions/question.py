# SPDX-License-Identifier: Apache-2.0
"""A question as its file asks it: arms, differences, what is known, what is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cartulary.codebook.source import Source
from cartulary.codebook.words import Words
from cartulary.twin.policy import Policy
from cartulary.twin.population import Population


@dataclass(frozen=True, slots=True)
class QuestionArm:
    """One way of treating one population, with the parameters that are set aside for it."""

    arm_id: str
    words: Words
    policy: Policy
    population: Population
    changes: Mapping[str, float]  # parameter -> its value in this arm alone


@dataclass(frozen=True, slots=True)
class Difference:
    """One arm less the other, in these outcomes; the first is the one the sentence names."""

    one: str
    other: str
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObservedFigure:
    """A published figure that is set beside an outcome of an arm; read, never typed again."""

    arm: str
    outcome: str
    benchmark: str
    cohort: Words  # the cohort's name
    scale: str  # the grading scale as printed; empty where there is none to state
    same_scale: bool
    value: float | None
    low: float | None
    high: float | None
    n: int | None
    events: int | None
    unit: str
    printed_interval: bool
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """A value on which the answer rests and which no cohort informs, with others to try."""

    parameter: str
    tried: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Settling:
    """The study that would settle the question; its size follows from the comparison."""

    words: Words
    one: str
    other: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question file, whole.

    `labels` are words by code for the tables, figures and sentences of the question's own
    study; `says` are its sentences, with places for numbers in braces.
    """

    question_id: str
    edition: str
    title: Words
    question: Words
    article: Words
    opening: Words  # what must be said before anything else; empty for nothing
    years: float
    guessed: bool  # whether the arms themselves differ by what is guessed
    arms: tuple[QuestionArm, ...]
    differences: tuple[Difference, ...]
    observed: tuple[ObservedFigure, ...]
    guesses: tuple[Guess, ...]
    left_out: tuple[Words, ...]
    settling: Settling | None
    settled_by: Words  # where no comparison gives the size
    sources: tuple[Source, ...]
    study: str  # name of the question's own study; empty for none
    labels: Mapping[str, Words]
    says: Mapping[str, Words]
    file: str

    def arm(self, arm_id: str) -> QuestionArm:
        """The arm of this id."""
        return next(arm for arm in self.arms if arm.arm_id == arm_id)

    @property
    def folder_name(self) -> str:
        """What its answer is called on disk."""
        return Path(self.file).parent.name or self.question_id
