# SPDX-License-Identifier: Apache-2.0
"""Rows of facts for any scale: values at, just below and just above every threshold it names."""

from __future__ import annotations

from hypothesis import strategies as st

from cartulary.codebook.expression import Both, Comparison, Condition, Either, Membership
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Input
from cartulary.course.fact import FactKind


def conditions(scale: Scale) -> list[Condition]:
    """Every condition of a scale, in the file's order."""
    found = [step.when for step in scale.steps]
    found += [step.when for domain in scale.domains for step in domain.steps]
    found += [condition for marker in scale.markers for _, condition, _ in marker.rows]
    return found + [flag.when for flag in scale.flags]


def thresholds(condition: Condition) -> set[tuple[str, float]]:
    """Every number that a condition compares a fact with."""
    match condition:
        case Comparison(name, _, literal) if isinstance(literal, float):
            return {(name, literal)}
        case Membership(name, literals):
            return {(name, literal) for literal in literals if isinstance(literal, float)}
        case Both(parts) | Either(parts):
            return set().union(*(thresholds(part) for part in parts))
        case _:
            return set()


def candidates(scale: Scale, one: Input) -> list[object]:
    """The values of one input that could make a difference, absence among them."""
    if one.kind is FactKind.YES_NO:
        return [None, True, False]
    if one.kind in (FactKind.CHOICE, FactKind.TEXT):
        return [None, *(one.codes or ("some text",))]
    step = 1.0 if one.kind is FactKind.INTEGER else 0.1
    compared = sorted(
        {
            value
            for condition in conditions(scale)
            for name, value in thresholds(condition)
            if name == one.name
        }
    )
    numbers = {0.0, *(value + shift for value in compared for shift in (-step, 0.0, step))}
    if one.kind is FactKind.INTEGER:
        return [None, *sorted({int(number) for number in numbers if number >= 0})]
    return [None, *sorted(number for number in numbers if number >= 0)]


def scale_rows(scale: Scale) -> st.SearchStrategy[dict[str, object]]:
    """Rows of facts, each fact absent or one of its telling values."""
    return st.fixed_dictionaries(
        {one.name: st.sampled_from(candidates(scale, one)) for one in scale.inputs}
    )
