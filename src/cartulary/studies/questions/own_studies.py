# SPDX-License-Identifier: Apache-2.0
"""The studies that a question may ask for beside the comparison of its arms, by name.

A study is a module with `study(asked: Asked) -> Found`; it returns numbers under codes, and the
question's file holds the words. It is imported only when a question asks for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from cartulary.codebook.parameter_set import ParameterSet
from cartulary.studies.questions.found import Found
from cartulary.studies.questions.question import Question

#: name in a question's file -> module
STUDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "burden_and_toxicity": "cartulary.studies.questions.burden_and_toxicity",
        "bridging_for_whom": "cartulary.studies.questions.bridging_for_whom",
        "burden_at_infusion": "cartulary.studies.questions.burden_at_infusion",
        "two_failures": "cartulary.studies.questions.two_failures",
        "relapse_and_history": "cartulary.studies.questions.relapse_and_history",
        "relapse_by_antigen": "cartulary.studies.questions.relapse_by_antigen",
        "production_line": "cartulary.studies.production_line.answer",
        "follow_up_power": "cartulary.studies.follow_up_power.answer",
        "earlier_lines": "cartulary.studies.earlier_lines.answer",
    }
)


@dataclass(frozen=True)
class Asked:
    """What a study is given: the question, draws of the parameters, and the sizes."""

    question: Question
    parameter_sets: Sequence[ParameterSet]
    children: int
    programme: int
    seed: int
    compared: Any = None  # the comparison of the arms, where there are arms to compare
    progress: Callable[[str, float], None] = field(default=lambda what, done: None)


def study_of(name: str) -> Callable[[Asked], Found]:
    """The study of this name."""
    module = importlib.import_module(STUDIES[name])
    found: Callable[[Asked], Found] = module.study
    return found
