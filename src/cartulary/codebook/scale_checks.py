# SPDX-License-Identifier: Apache-2.0
"""What can be wrong with a scale file beyond a single key: its shape, and the facts it names."""

from __future__ import annotations

import re

from cartulary.codebook.expression import (
    Both,
    Comparison,
    Condition,
    Either,
    Literal,
    Membership,
    names_in,
)
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import Combine, Input
from cartulary.codebook.toml_page import Page
from cartulary.course.fact import FactKind


def check_shape(page: Page, scale: Scale) -> None:
    """Each way of combining has its own parts, in order."""
    parts = {
        Combine.HIGHEST: ("grade", scale.steps),
        Combine.FIRST: ("grade", scale.steps),
        Combine.WORST_DOMAIN: ("domain", scale.domains),
        Combine.POINTS: ("marker", scale.markers),
    }
    key, found = parts[scale.combine]
    if not found:
        page.note(key, "missing", f"combine is {scale.combine!s}.", f"Write [[{key}]].")
    if scale.combine is Combine.POINTS and not scale.bands:
        page.note("band", "missing", "A sum of points needs its classes.", "Write [[band]].")
    ladders = [scale.steps] if scale.combine is Combine.HIGHEST else []
    ladders += [domain.steps for domain in (*scale.domains, *scale.aspects)]
    for steps in ladders:
        grades = [step.grade for step in steps]
        rising = all(isinstance(grade, int) for grade in grades) and grades == sorted(
            set(grades), key=int
        )
        if not rising:
            why = "The highest grade that holds is taken, so grades are numbers that rise."
            page.note(key, repr(grades), why, "Put them in order, each once.")
    kinds = {type(grade) for grade in scale.grades}
    if len(kinds) > 1:
        page.note(key, repr(scale.grades), "Numbers and words are mixed.", "Use one of the two.")


def check_names(page: Page, scale: Scale) -> None:
    """Conditions read inputs and nothing else, each with a literal of its own kind."""
    inputs = {one.name: one for one in scale.inputs}
    read: set[str] = set()
    for place, condition in _all_conditions(scale):
        for name in sorted(names_in(condition)):
            read.add(name)
            if name not in inputs and name != "nothing":
                remedy = f"Add an [[input]], or use one of: {', '.join(inputs)}."
                page.note(place, repr(name), "The scale does not read this fact.", remedy)
        for name, literal in _literals(condition):
            if name in inputs and (why := _misfit(inputs[name], literal)):
                page.note(place, f"{name}: {literal!r}", why, "Mend the condition.")
    read |= _names_under_other_settings(scale)
    for name in inputs:
        if name not in read:
            page.note(f"input {name}", "unused", "No condition reads it.", "Take it out or use it.")


def _names_under_other_settings(scale: Scale) -> set[str]:
    """Facts that an option reads which is not in force."""
    words = re.compile(r"[a-z_][a-z_0-9]*")
    return {
        word
        for setting in scale.settings
        for option in setting.options
        for text in option.use.values()
        for word in words.findall(text)
    }


def _all_conditions(scale: Scale) -> list[tuple[str, Condition]]:
    found = [(f"grade {step.grade}", step.when) for step in scale.steps]
    for domain in (*scale.domains, *scale.aspects):
        found += [(f"domain {domain.id}, grade {step.grade}", step.when) for step in domain.steps]
    for marker in scale.markers:
        found += [(f"marker {marker.id}", condition) for _, condition, _ in marker.rows]
    found += [(f"flag {flag.id}", flag.when) for flag in scale.flags]
    found += [(f"input {one.name}", one.when) for one in scale.inputs if one.when is not None]
    return found


def _literals(condition: Condition) -> list[tuple[str, Literal]]:
    match condition:
        case Comparison(name, _, literal):
            return [(name, literal)]
        case Membership(name, literals):
            return [(name, literal) for literal in literals]
        case Both(parts) | Either(parts):
            return [pair for part in parts for pair in _literals(part)]
        case _:
            return []


def _misfit(one: Input, literal: Literal) -> str:
    if one.kind is FactKind.YES_NO:
        return "" if isinstance(literal, bool) else "It is yes or no: compare with true or false."
    if one.kind in (FactKind.CHOICE, FactKind.TEXT):
        if not isinstance(literal, str):
            return "It is a word: compare with a word in quotes."
        if one.codes and literal not in one.codes:
            return f"No such value; known: {', '.join(one.codes)}."
        return ""
    if isinstance(literal, bool) or not isinstance(literal, float):
        return "It is a number: compare with a number."
    return ""
