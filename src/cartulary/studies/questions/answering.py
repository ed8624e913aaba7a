# SPDX-License-Identifier: Apache-2.0
"""An answer: the arms compared, the question's own study, and what may be said first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cartulary import __version__
from cartulary.codebook.parameter_set import Parameter, ParameterSet
from cartulary.course.errors import CartularyError, CodebookError
from cartulary.studies.calibration.posterior import Posterior
from cartulary.studies.policies_compared import Arm, Compared, compare
from cartulary.studies.policies_compared.children_read import Floats
from cartulary.studies.policies_compared.compared import Difference as Told
from cartulary.studies.policies_compared.drivers import Drivers, drivers_of
from cartulary.studies.policies_compared.parameters_part import without_noise
from cartulary.studies.questions.found import Found
from cartulary.studies.questions.labels import is_known
from cartulary.studies.questions.own_studies import Asked, study_of
from cartulary.studies.questions.question import Difference, Guess, Question, QuestionArm
from cartulary.studies.questions.verdict import Verdict, verdict

#: So many draws are enough to see where an answer goes when a guess is another.
GUESS_DRAWS = 8


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is simulated; `programme` is how many children a programme treats a year."""

    draws: int
    children: int
    programme: int
    seed: int


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """One difference with what drives it and what may be said of it."""

    told: Told
    drivers: Drivers
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class TriedGuess:
    """The main difference when one guess has another value."""

    parameter: Parameter
    value: float
    difference: float


@dataclass(frozen=True)
class Answer:
    """Everything that a page says of a question, in numbers."""

    question: Question
    sizes: Sizes
    version: str
    posterior_id: str
    posterior_edition: str
    provisional: bool
    compared: Compared | None
    differences: tuple[ToldDifference, ...]  # in the order of the file
    guesses: tuple[Parameter, ...]
    tried: tuple[TriedGuess, ...]
    found: Found

    @property
    def main(self) -> ToldDifference | None:
        """The first outcome of the first difference: what the sentence is about."""
        return self.differences[0] if self.differences else None

    @property
    def guesses_flip(self) -> bool:
        """Whether the main difference turns round when a guess has another value."""
        if self.main is None:
            return False
        return any(one.difference * self.main.told.value < 0 for one in self.tried)

    def of(self, one: str, other: str, outcome: str) -> ToldDifference | None:
        """One difference, if it was reckoned."""
        for each in self.differences:
            told = each.told
            if (told.arm, told.against, told.outcome.id) == (one, other, outcome):
                return each
        return None


def answer(
    question: Question,
    posterior: Posterior,
    sizes: Sizes,
    progress: Callable[[str, float], None] = lambda what, done: None,
) -> Answer:
    """Answers a question with draws of the posterior.

    Arguments: the question; the posterior; how much is simulated; what to call with what is being
    reckoned and the share of it that is done.
    Refuses: a file that lacks a word for something its study found.
    """
    sets = posterior.parameter_sets(sizes.draws)
    compared = _compared(
        question.arms, sets, question, sizes, posterior.about.posterior_id, progress
    )
    tried = _tried(question, sets, sizes, progress)
    told = _differences(question, compared, sets, tried) if compared else ()
    found = Found()
    if question.study:
        asked = Asked(
            question, sets, sizes.children, sizes.programme, sizes.seed, compared, progress
        )
        found = study_of(question.study)(asked)
        _words_are_there(question, found)
    return Answer(
        question=question,
        sizes=sizes,
        version=__version__,
        posterior_id=posterior.about.posterior_id,
        posterior_edition=posterior.about.edition,
        provisional=posterior.about.provisional,
        compared=compared,
        differences=told,
        guesses=tuple(posterior.base[guess.parameter] for guess in question.guesses),
        tried=tried,
        found=found,
    )


def _compared(
    arms: Sequence[QuestionArm],
    sets: Sequence[ParameterSet],
    question: Question,
    sizes: Sizes,
    posterior_id: str,
    progress: Callable[[str, float], None],
) -> Compared | None:
    if not arms:
        return None
    return compare(
        [Arm(one.arm_id, one.words, one.policy, one.population, one.changes) for one in arms],
        sets,
        children=sizes.children,
        years=question.years,
        seed=sizes.seed,
        outcomes=_outcomes(question),
        programme_size=sizes.programme,
        posterior_id=posterior_id,
        progress=lambda done, of: progress("compare", done / of),
    )


def _outcomes(question: Question) -> list[str]:
    """Every outcome that some part of the page shows, each once."""
    asked = [one for each in question.differences for one in each.outcomes]
    asked += [one.outcome for one in question.observed]
    if question.settling is not None:
        asked.append(question.settling.outcome)
    return list(dict.fromkeys(asked))


def _differences(
    question: Question,
    compared: Compared,
    sets: Sequence[ParameterSet],
    tried: Sequence[TriedGuess],
) -> tuple[ToldDifference, ...]:
    made: list[ToldDifference] = []
    for each in question.differences:
        for outcome in each.outcomes:
            told = compared.difference(each.one, each.other, outcome)
            drawn, noise = _drawn(compared, each, outcome)
            drivers = (
                compared.drivers(each.one, outcome)
                if each.other == compared.arms[0].id
                else drivers_of(sets, drawn[:, None], np.array([noise]))[0]
            )
            said = verdict(
                without_noise(drawn, noise),
                *told.parameters,
                drivers,
                guessed=question.guessed or bool(question.guesses),
            )
            if not made and any(one.difference * told.value < 0 for one in tried):
                said = Verdict.CANNOT_TELL
            made.append(ToldDifference(told, drivers, said))
    return tuple(made)


def _drawn(compared: Compared, each: Difference, outcome: str) -> tuple[Floats, float]:
    """The difference in each draw, and the variance that its children leave in it."""
    arms = [arm.id for arm in compared.arms]
    at = [one.id for one in compared.outcomes].index(outcome)
    one, other = arms.index(each.one), arms.index(each.other)
    held = compared.noise[at]
    noise = max(float(held[one, one] + held[other, other] - 2.0 * held[one, other]), 0.0)
    return compared.differences[:, one, at] - compared.differences[:, other, at], noise


def _tried(
    question: Question,
    sets: Sequence[ParameterSet],
    sizes: Sizes,
    progress: Callable[[str, float], None],
) -> tuple[TriedGuess, ...]:
    """The main difference again with each guess at its other values, on a few of the draws."""
    if not question.guesses or not question.differences:
        return ()
    main = question.differences[0]
    few = sets[:: max(1, len(sets) // GUESS_DRAWS)][:GUESS_DRAWS]
    wanted = [(guess, value) for guess in question.guesses for value in guess.tried]
    made = []
    for place, (guess, value) in enumerate(wanted):
        made.append(_one_tried(question, main, guess, value, few, sizes))
        progress("guesses", (place + 1) / len(wanted))
    return tuple(made)


def _one_tried(
    question: Question,
    main: Difference,
    guess: Guess,
    value: float,
    sets: Sequence[ParameterSet],
    sizes: Sizes,
) -> TriedGuess:
    arms = [
        replace(question.arm(name), changes={**question.arm(name).changes, guess.parameter: value})
        for name in (main.one, main.other)
    ]
    small = replace(question, differences=(replace(main, outcomes=main.outcomes[:1]),),
                    observed=(), settling=None)  # fmt: skip
    compared = _compared(arms, sets, small, sizes, "", lambda what, done: None)
    if compared is None:
        raise CartularyError("A guess was tried on no arm. There is nothing to compare. Add arms.")
    told = compared.difference(main.one, main.other, main.outcomes[0])
    return TriedGuess(sets[0][guess.parameter], value, told.value)


def _words_are_there(question: Question, found: Found) -> None:
    """Refuses a file that lacks a word for something its study found."""
    problems = [
        f"{question.file}: labels.{code}: missing. The study {question.study!r} shows it. "
        f"Write {code} = {{ en = ..., nl = ... }} under [labels]."
        for code in sorted(found.codes())
        if not is_known(question, code)
    ]
    problems += [
        f"{question.file}: says.{code}: missing. The study {question.study!r} says it. "
        f"Write {code} = {{ en = ..., nl = ... }} under [says]."
        for code in sorted({saying.code for saying in found.all_sayings} - set(question.says))
    ]
    if problems:
        raise CodebookError(problems)
