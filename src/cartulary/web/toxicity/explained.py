# SPDX-License-Identifier: Apache-2.0
"""A computed grade in words: why, what is missing, what would make it more; all from the scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cartulary.codebook.condition_words import FactWords, value_words, words_of_inputs
from cartulary.codebook.expression import holds, names_in
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Domain, From, Graded, Input, Step
from cartulary.course.choice import Choice
from cartulary.web.entry.spoken import language

#: The grade of a child who died; its column is shown on that day only.
FATAL = 5

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of a scale on one day: the step that was found, or None when nobody can tell."""

    domain: Domain
    step: Step | None
    open: bool

    @property
    def grade(self) -> int:
        """What it weighs by itself; 0 when nothing of it was found."""
        return int(self.step.grade) if self.step is not None else 0


@dataclass(frozen=True, slots=True)
class StepCell:
    """One cell of the table of a scale."""

    grade: int
    words: str
    here: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """One sign in the table of a scale, and what was found of it on the day."""

    label: str
    cells: tuple[StepCell, ...]
    found: str


@dataclass(frozen=True, slots=True)
class Explained:
    """One grade with its reasons, in the active language."""

    name: str
    edition: str
    grade: int | None
    words: str
    why: str
    next_grade: int | None
    next_words: tuple[str, ...]
    missing: tuple[str, ...]
    is_minimum: bool
    flags: tuple[str, ...]


def signs_of(scale: Scale, facts: Facts) -> tuple[Sign, ...]:
    """Every sign of the scale on these facts."""
    found = []
    for domain in scale.signs:
        answers = [(step, holds(step.when, facts)) for step in domain.steps]
        step = next((one for one, answer in reversed(answers) if answer is True), None)
        found.append(Sign(domain, step, any(answer is None for _step, answer in answers)))
    return tuple(found)


def explained(scale: Scale, graded: Graded, facts: Facts) -> Explained:
    """What the scale says of these facts, and why."""
    lang = language()
    grade = None if graded.grade is None else int(graded.grade)
    higher = next((int(one) for one in scale.grades if int(one) > (grade or 0)), None)
    missing = tuple(_lower(scale.input(name).label.text(lang)) for name in graded.missing)
    flags = tuple(scale.sentence(code, lang) for code in graded.flags)
    return Explained(
        name=short_name(scale),
        edition=scale.edition,
        grade=grade,
        words=_words(scale, graded, lang),
        why=_why(scale, grade, facts, missing, flags),
        next_grade=None if grade is None else higher,
        next_words=() if grade is None or higher is None else _steps_to(scale, higher, lang),
        missing=missing,
        is_minimum=graded.is_minimum,
        flags=flags,
    )


def short_name(scale: Scale) -> str:
    """CRS or ICANS, without the maker of the scale."""
    return scale.abbreviation.text(language()).partition(" (")[0]


def _words(scale: Scale, graded: Graded, lang: str) -> str:
    """The sentence of the grade; where signs decide it, theirs."""
    if graded.grade and scale.domains:
        return "; ".join(scale.sentence(code, lang) for code in graded.because) + "."
    if graded.grade == 0 and scale.domains:
        return _("Nothing that counts was found.")
    return scale.words_of(graded.grade, lang).rstrip(".") + "."


def _why(
    scale: Scale, grade: int | None, facts: Facts, missing: tuple[str, ...], flags: tuple[str, ...]
) -> str:
    """A few words for the row of the day: the signs that count, each with its weight."""
    if grade is None:
        # Two facts fit the row; all of them stand beside the page.
        shown = ", ".join(missing[:2]) + (" …" if len(missing) > 2 else "")
        return (
            _("unknown: %(facts)s") % {"facts": shown}
            if missing
            else pgettext("toxicity", "unknown")
        )
    if grade == 0:
        return flags[0] if flags else ""
    lang = language()
    found = [one for one in signs_of(scale, facts) if one.grade > 0]
    heavy = [one for one in found if one.grade > 1] or found
    if grade == 1:
        return ", ".join(_lower(one.domain.words.text(lang)) for one in heavy)
    if not heavy or max(one.grade for one in heavy) < grade:
        return _lower(scale.words_of(grade, lang))
    heavy = sorted(heavy, key=lambda one: -one.grade)
    return ", ".join(f"{_lower(one.domain.words.text(lang))} {one.grade}" for one in heavy)


def _steps_to(scale: Scale, grade: int, lang: str) -> tuple[str, ...]:
    """What the scale itself says of a grade."""
    if scale.domains:
        return tuple(
            _lower(step.words.text(lang))
            for domain in scale.domains
            for step in domain.steps
            if step.grade == grade
        )
    return (_lower(scale.words_of(grade, lang)),)


def step_grades(scale: Scale, grade: int | None) -> tuple[int, ...]:
    """The grades that the table has a column for: those of a living child, and the day's own."""
    steps = [int(step.grade) for domain in scale.signs for step in domain.steps]
    most = max((one for one in steps if one < FATAL), default=0)
    return tuple(range(max(most, grade if FATAL in steps and grade == FATAL else 0) + 1))


def step_table(scale: Scale, grade: int | None, facts: Facts) -> tuple[StepRow, ...]:
    """The scale as its printed table, with what was found on the day marked."""
    lang = language()
    rows = []
    columns = step_grades(scale, grade)
    for sign in signs_of(scale, facts):
        if all(int(step.grade) not in columns for step in sign.domain.steps):
            continue
        cells = tuple(_cell(sign, column, grade, lang) for column in columns)
        label = sign.domain.words.text(lang)
        rows.append(StepRow(label, cells, found_words(scale, sign.domain, facts)))
    return tuple(rows)


def _cell(sign: Sign, column: int, grade: int | None, lang: str) -> StepCell:
    step = _step_at(sign.domain, column)
    if step is None:
        if column == 0 and not sign.domain.says_zero:
            here = sign.step is None and not sign.open
            return StepCell(column, _("nothing that counts"), here)
        return StepCell(column, "", False)
    at = column if grade is None else grade
    # A step that runs on over several columns is marked in that of the grade.
    shared = sign.step is not None and _step_at(sign.domain, at) is sign.step
    here = sign.step is step and column == (at if shared else sign.step.grade)
    return StepCell(column, step.words.text(lang), here)


def _step_at(domain: Domain, column: int) -> Step | None:
    """The step of a column: its own, or the one before it that runs on."""
    if not domain.says_zero:
        return next((step for step in domain.steps if step.grade == column), None)
    return next(step for step in reversed(domain.steps) if int(step.grade) <= column)


def found_words(scale: Scale, domain: Domain, facts: Facts) -> str:
    """What was recorded of a sign: what was seen first, else that nothing was, else unknown."""
    lang = language()
    names = frozenset[str]().union(*(names_in(step.when) for step in domain.steps))
    words = words_of_inputs(scale.inputs)
    seen, quiet = [], []
    for one in scale.inputs:
        if one.name not in names or one.source is not From.FINDING or one.name not in facts:
            continue
        value = facts[one.name]
        if value is False or value == 0 or _is_none(value):
            quiet.append(_quiet(one.label.text(lang), value, one.kind.value))
            continue
        seen.append(_seen(one, words[one.name], value, lang))
    if seen:
        return "; ".join(seen)
    return (quiet[0] if len(quiet) == 1 else _("none")) if quiet else "?"


def _seen(one: Input, fact: FactWords, value: object, lang: str) -> str:
    """A sign that is there; a value that says itself what it is stands without its label."""
    label = one.label.text(lang)
    if value is True:
        return label
    if isinstance(value, Choice):
        return value.nl if lang == "nl" else value.en
    said = value_words(fact, value, lang)
    return said if one.unit else f"{label} {said}"


def _quiet(label: str, value: object, kind: str) -> str:
    # A score of 0 is a score; no vasopressor and no oxygen are nothing seen.
    return f"{label} {value}" if kind == "integer" and value == 0 else _("none")


def _is_none(value: object) -> bool:
    return isinstance(value, Choice) and str(value) == "none"


def _lower(text: str) -> str:
    """A sentence as it runs on after other words; an abbreviation keeps its capitals."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
