# SPDX-License-Identifier: Apache-2.0
"""A grading scale and its plain interpreter: one row of facts to a grade, and why.

This interpreter is slow and obvious; it is the oracle that the columnar one
(`cartulary.codebook.scale_columns`) must agree with. Silence is never a grade: a row in which
nobody looked gets no grade, and says which facts are missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from cartulary.codebook.condition_words import condition_words, words_of_inputs
from cartulary.codebook.expression import Both, Condition, Either, holds, names_in
from cartulary.codebook.scale_parts import (
    Band,
    Combine,
    Domain,
    Flag,
    Grade,
    Graded,
    Input,
    Marker,
    ScaleExample,
    ScaleUnit,
    Setting,
    Shorthand,
    Step,
)
from cartulary.codebook.source import Source
from cartulary.codebook.words import Vocabulary, Words
from cartulary.course.errors import CodebookError

NOT_GRADABLE: Final = "not_gradable"
NO_CLASS: Final = "no_class"

_SENTENCES: Final[Vocabulary] = {
    NOT_GRADABLE: Words(
        "Cannot be graded: what decides it is not recorded.",
        "Niet te graderen: wat de graad bepaalt, is niet vastgelegd.",
    ),
    NO_CLASS: Words(
        "Cannot be graded: no grade of this scale fits these facts.",
        "Niet te graderen: geen graad van deze schaal past bij deze gegevens.",
    ),
}


@dataclass(frozen=True, slots=True)
class Scale:
    """One edition of one grading scale, read from its TOML file; frozen and checked when read.

    >>> from cartulary.codebook.scale_reader import scales
    >>> graded = scales()["marrow_status"].grade({"marrow_blasts_percent": 12.0})
    >>> graded.grade, graded.missing
    ('M2', ())
    """

    id: str
    edition: str
    unit: ScaleUnit
    name: Words
    abbreviation: Words
    summary: Words
    source: Source
    inputs: tuple[Input, ...]
    combine: Combine
    confirm: Words | None = None
    notes: tuple[Words, ...] = ()
    steps: tuple[Step, ...] = ()
    otherwise: Step | None = None
    domains: tuple[Domain, ...] = ()
    aspects: tuple[Domain, ...] = ()
    markers: tuple[Marker, ...] = ()
    bands: tuple[Band, ...] = ()
    flags: tuple[Flag, ...] = ()
    settings: tuple[Setting, ...] = ()
    shorthands: tuple[Shorthand, ...] = ()
    examples: tuple[ScaleExample, ...] = ()

    @property
    def signs(self) -> tuple[Domain, ...]:
        """What a grade is explained by: the domains, or the aspects of a scale without domains.

        Aspects never set a grade. They say what each sign would weigh by itself, as the columns
        of the printed table do.
        """
        return self.domains or self.aspects

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of the facts it reads, in the order of the file."""
        return tuple(one.name for one in self.inputs)

    def input(self, name: str) -> Input:
        """The input with this name; a scale that does not read it refuses."""
        for one in self.inputs:
            if one.name == name:
                return one
        raise CodebookError(
            f"The scale {self.id} does not read {name!r}. It reads: {', '.join(self.input_names)}."
        )

    @property
    def grades(self) -> tuple[Grade, ...]:
        """Every grade or class it can give, mildest or first class first."""
        steps = chain(self.steps, *(domain.steps for domain in self.domains))
        found: list[Grade] = [step.grade for step in steps]
        found += [band.grade for band in self.bands]
        if self.combine is Combine.WORST_DOMAIN:
            found.append(0)
        if self.otherwise is not None:
            found.append(self.otherwise.grade)
        if all(isinstance(grade, int) for grade in found):
            return tuple(sorted(set(found), key=lambda grade: int(grade)))
        return tuple(dict.fromkeys(found))

    def grade(self, facts: Mapping[str, object]) -> Graded:
        """The grade of one row of facts, by name; a fact that is not there is absent.

        Returns what holds, why, what is missing and what else to say. Never refuses a row: a row
        that cannot be graded has the grade None. Facts that the scale does not read are ignored.
        """
        match self.combine:
            case Combine.HIGHEST:
                graded = _highest(self.steps, self.otherwise, facts)
            case Combine.FIRST:
                graded = _first(self.steps, self.otherwise, facts)
            case Combine.WORST_DOMAIN:
                graded = _worst_domain(self.domains, facts)
            case Combine.POINTS:
                graded = _points(self.markers, self.bands, facts)
        flags = tuple(flag.id for flag in self.flags if holds(flag.when, facts) is True)
        return Graded(graded.grade, graded.because, graded.missing, flags, graded.score)

    def sentence(self, code: str, lang: str) -> str:
        """The sentence behind one code of `Graded.because` or `Graded.flags`."""
        if code in _SENTENCES:
            return _SENTENCES[code].text(lang)
        for known, words in self._codes():
            if known == code:
                return words.text(lang)
        raise CodebookError(f"The scale {self.id} has no sentence for the code {code!r}.")

    def words_of(self, grade: Grade | None, lang: str) -> str:
        """The plain sentence of one grade or class; of None, that it cannot be graded."""
        if grade is None:
            return _SENTENCES[NOT_GRADABLE].text(lang)
        steps = self.steps if self.otherwise is None else (*self.steps, self.otherwise)
        known = chain(
            ((step.grade, step.words) for step in steps),
            ((band.grade, band.words) for band in self.bands),
        )
        for one, words in known:
            if one == grade:
                return words.text(lang)
        if grade in self.grades:
            return f"{'Graad' if lang == 'nl' else 'Grade'} {grade}"
        raise CodebookError(f"The scale {self.id} has no grade {grade!r}; it has {self.grades}.")

    def _codes(self) -> Iterator[tuple[str, Words]]:
        steps = self.steps if self.otherwise is None else (*self.steps, self.otherwise)
        for step in steps:
            yield f"grade:{step.grade}", step.words
        for domain in self.domains:
            yield f"{domain.id}:0", _normal(domain)
            for step in domain.steps:
                yield f"{domain.id}:{step.grade}", step.words
        for marker in self.markers:
            facts = words_of_inputs(self.inputs)
            for points, condition, _ in marker.rows:
                en, nl = (condition_words(condition, facts, lang) for lang in ("en", "nl"))
                yield (
                    f"{marker.id}:{points}",
                    Words(
                        f"{marker.words.en}: {points} ({en})", f"{marker.words.nl}: {points} ({nl})"
                    ),
                )
        for flag in self.flags:
            yield flag.id, flag.words


def _normal(domain: Domain) -> Words:
    return Words(f"{domain.words.en}: nothing that counts", f"{domain.words.nl}: niets dat telt")


def absent_in(condition: Condition, facts: Mapping[str, object]) -> tuple[str, ...]:
    """The absent facts that leave a condition open, in order of name; none when it is decided.

    >>> from cartulary.codebook.expression import parse
    >>> absent_in(parse("(a > 1 and b > 1) or c > 1"), {"a": 0})
    ('c',)
    """
    return tuple(sorted(_open(condition, facts)))


def _open(condition: Condition, facts: Mapping[str, object]) -> frozenset[str]:
    if holds(condition, facts) is not None:
        return frozenset()
    if isinstance(condition, (Both, Either)):
        return frozenset().union(*(_open(part, facts) for part in condition.parts))
    return names_in(condition)


def _missing(steps: list[Step], facts: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(sorted(frozenset().union(*(_open(step.when, facts) for step in steps))))


def _highest_holding(
    steps: tuple[Step, ...], facts: Mapping[str, object]
) -> tuple[Step | None, list[Step]]:
    """The highest step that holds, and the steps above it that stay open."""
    unknown: list[Step] = []
    for step in reversed(steps):
        answer = holds(step.when, facts)
        if answer is True:
            return step, unknown
        if answer is None:
            unknown.append(step)
    return None, unknown


def _highest(
    steps: tuple[Step, ...], otherwise: Step | None, facts: Mapping[str, object]
) -> Graded:
    step, unknown = _highest_holding(steps, facts)
    if step is not None:
        return Graded(step.grade, (f"grade:{step.grade}",), _missing(unknown, facts))
    if unknown:
        return Graded(None, (NOT_GRADABLE,), _missing(unknown, facts))
    return _fallen_through(otherwise)


def _first(steps: tuple[Step, ...], otherwise: Step | None, facts: Mapping[str, object]) -> Graded:
    for step in steps:
        answer = holds(step.when, facts)
        if answer is True:
            return Graded(step.grade, (f"grade:{step.grade}",))
        if answer is None:
            return Graded(None, (NOT_GRADABLE,), _missing([step], facts))
    return _fallen_through(otherwise)


def _fallen_through(otherwise: Step | None) -> Graded:
    if otherwise is None:
        return Graded(None, (NO_CLASS,))
    return Graded(otherwise.grade, (f"grade:{otherwise.grade}",))


def _worst_domain(domains: tuple[Domain, ...], facts: Mapping[str, object]) -> Graded:
    found: list[tuple[Domain, int | None]] = []
    unknown: list[Step] = []
    for domain in domains:
        step, above = _highest_holding(domain.steps, facts)
        unknown += above
        if step is not None:
            found.append((domain, int(step.grade)))
        else:
            found.append((domain, None if above or domain.says_zero else 0))
    worst = max((grade for _, grade in found if grade is not None), default=0)
    if worst == 0 and any(grade is None and domain.required for domain, grade in found):
        return Graded(None, (NOT_GRADABLE,), _missing(unknown, facts))
    because = tuple(f"{domain.id}:{grade}" for domain, grade in found if grade == worst)
    return Graded(worst, because, _missing([s for s in unknown if int(s.grade) > worst], facts))


def _points(
    markers: tuple[Marker, ...], bands: tuple[Band, ...], facts: Mapping[str, object]
) -> Graded:
    because: list[str] = []
    unknown: list[Condition] = []
    score = 0
    for marker in markers:
        for points, condition, _ in marker.rows:
            answer = holds(condition, facts)
            if answer is True:
                because.append(f"{marker.id}:{points}")
                score += points
                break
            if answer is None:
                unknown.append(condition)
                break
        else:
            return Graded(None, (NO_CLASS,))
    if unknown:
        names = frozenset().union(*(_open(condition, facts) for condition in unknown))
        return Graded(None, (NOT_GRADABLE,), tuple(sorted(names)))
    band = next((one for one in bands if one.low <= score <= one.high), None)
    return Graded(band.grade if band else None, tuple(because), (), (), score)
