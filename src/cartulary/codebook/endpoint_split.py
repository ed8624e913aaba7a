# SPDX-License-Identifier: Apache-2.0
"""A relapse is split into causes by a grading scale, so that its classes are written down once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from cartulary.codebook.endpoint import Moment
from cartulary.codebook.files import definition_files, file_stamp
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_reader import read_scale
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError

#: A fact that a splitting scale may read though no event holds it.
DAYS_AFTER_INFUSION: Final = "days_after_first_infusion"
#: The cause of an event that the scale cannot class.
UNKNOWN_CLASS: Final = "unknown"
_NO_CLASS: Final = Words("class unknown", "klasse onbekend")


def splitting_scale(scale_id: str) -> Scale:
    """The scale with this id; refused with the known ids when there is none."""
    return _scale(scale_id, file_stamp("scales"))


@lru_cache(maxsize=8)
def _scale(scale_id: str, _stamp: tuple[tuple[str, int], ...]) -> Scale:
    """One scale by the name of its file, so that a fault in another scale harms no endpoint."""
    files = definition_files("scales")
    for file in files:
        if file.name == f"{scale_id}.toml":
            return read_scale(file)
    known = sorted(file.name.removesuffix(".toml") for file in files)
    raise CodebookError(
        f"There is no scale {scale_id!r}; known: {', '.join(known)}. "
        "An endpoint is split into causes by a scale of the codebook. Name one of these."
    )


def split_facts(event_facts: Mapping[str, object], since_infusion: int | None) -> dict[str, object]:
    """The facts that a splitting scale reads: those of the event, and its day after infusion."""
    return {**event_facts, DAYS_AFTER_INFUSION: since_infusion}


def class_of_relapse(
    moment: Moment, event_facts: Mapping[str, object], since_infusion: int | None
) -> str:
    """The cause that a scale makes of one event; `unknown` where it cannot tell."""
    scale = splitting_scale(moment.split_by)
    grade = scale.grade(split_facts(event_facts, since_infusion)).grade
    return UNKNOWN_CLASS if grade is None else str(grade)


def causes_of_scale(scale_id: str) -> tuple[str, ...]:
    """Every cause that a splitting scale can give, `unknown` among them."""
    classes = [str(grade) for grade in splitting_scale(scale_id).grades]
    return tuple(dict.fromkeys([*classes, UNKNOWN_CLASS]))


def words_of_causes(scale_id: str) -> tuple[Words, ...]:
    """What a splitting scale calls each of its causes, in the order of `causes_of_scale`.

    >>> words_of_causes("relapse_class_article_2020")[0].nl
    'vroeg recidief'
    """
    scale = splitting_scale(scale_id)
    of_grade = {str(grade): grade for grade in scale.grades}
    return tuple(
        Words(*(_inside(scale.words_of(of_grade[cause], lang)) for lang in ("en", "nl")))
        if cause in of_grade
        else _NO_CLASS
        for cause in causes_of_scale(scale_id)
    )


def _inside(text: str) -> str:
    """A sentence as it stands inside another; a name such as CD19 keeps its capital."""
    return f"{text[:1].lower()}{text[1:]}" if text[1:2].islower() else text
