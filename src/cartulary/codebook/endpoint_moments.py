# SPDX-License-Identifier: Apache-2.0
"""The moments of an endpoint file: `relapse where level == "morphological"`, and when it counts."""

from __future__ import annotations

import re
from typing import Final

from cartulary.codebook.endpoint import (
    ANCHORS,
    DATINGS,
    RESERVED_NAMES,
    Moment,
    NoRemission,
    Sign,
    Words,
)
from cartulary.codebook.endpoint_split import causes_of_scale
from cartulary.codebook.expression import (
    Both,
    Comparison,
    Condition,
    Either,
    Literal,
    Membership,
    parse,
)
from cartulary.codebook.file_section import Section
from cartulary.course.errors import CodebookError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import Fact, FactKind, facts_of

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_KEYS: Final = (
    "name",
    "words",
    "why",
    "moment",
    "no_remission",
    "since",
    "from_day",
    "to_day",
    "day",
    "take",
    "unless",
    "split_by",
    "strategy",
)


def read_moment(section: Section, strategy: str) -> Moment:
    """One moment of a file; what is wrong with it goes on the section's list of problems."""
    section.refuse_unknown(_KEYS)
    name = section.text("name")
    if name in RESERVED_NAMES or not _NAME.fullmatch(name):
        section.wrong(
            f"{name!r} cannot be the name of a moment",
            f"Use small letters and underscores, and none of: {', '.join(RESERVED_NAMES[:-1])}",
        )
    no_remission = _no_remission(section) if section.has("no_remission") else None
    if no_remission is not None and section.has("moment"):
        section.wrong("there is both a moment and a no_remission", "Keep one of them")
    default = "assessment" if no_remission is not None else None
    sign = read_sign(section.text("moment", default), section, "moment")
    split_by = section.text("split_by", "")
    return Moment(
        name=name,
        strategy=strategy,  # type: ignore[arg-type]
        words=_words(section.section("words")),
        sign=sign,
        since=section.one_of("since", ANCHORS, "clock"),  # type: ignore[arg-type]
        from_day=section.number("from_day", 0),
        to_day=section.number("to_day") if section.has("to_day") else None,
        day_fact=_day_fact(section, sign),
        last=section.one_of("take", ("first", "last"), "first") == "last",
        unless=tuple(read_sign(text, section, "unless") for text in section.texts("unless")),
        no_remission=no_remission,
        split_by=split_by,
        causes=_causes(section, split_by),
        why=_words(section.section("why")) if section.has("why") else Words("", ""),
    )


def read_sign(text: str, section: Section, key: str) -> Sign:
    """`kind` or `kind where condition`, checked against the facts that such an event has."""
    kind, where, condition_text = (part.strip() for part in text.partition(" where "))
    if kind not in EVENT_TYPE_OF_KIND:
        section.wrong(
            f"{key!r} names {kind!r}, which is no kind of event",
            f"It is one of: {', '.join(EVENT_TYPE_OF_KIND)}",
        )
        return Sign("assessment")
    if not where:
        return Sign(kind)
    try:
        condition = parse(condition_text)
    except CodebookError as error:
        section.problems.append(f"{section.place}: {error}")
        return Sign(kind)
    _check_condition(condition, kind, section)
    return Sign(kind, condition, condition_text)


def _words(section: Section) -> Words:
    section.refuse_unknown(("en", "nl"))
    return Words(section.text("en"), section.text("nl"))


def _no_remission(section: Section) -> NoRemission:
    part = section.section("no_remission")
    part.refuse_unknown(("from_day", "to_day", "dated"))
    low, high = part.number("from_day"), part.number("to_day")
    if low > high:
        part.wrong(f"the window opens on day {low} and closes on day {high}", "Swap them")
    return NoRemission(low, high, part.one_of("dated", DATINGS))  # type: ignore[arg-type]


def _day_fact(section: Section, sign: Sign) -> str:
    name = section.text("day", "")
    if not name:
        return ""
    known = [
        fact.name
        for fact in facts_of(EVENT_TYPE_OF_KIND[sign.kind]).values()
        if fact.kind is FactKind.DAY
    ]
    if name not in known:
        section.wrong(
            f"{name!r} is not a day that a {sign.kind} holds",
            f"It holds: {', '.join(known) or 'none beside its own'}",
        )
        return ""
    return name


def _causes(section: Section, split_by: str) -> tuple[str, ...]:
    if not split_by:
        return ()
    try:
        return causes_of_scale(split_by)
    except CodebookError as error:
        section.problems.append(f"{section.place}: {error}")
        return ()


def _check_condition(condition: Condition, kind: str, section: Section) -> None:
    """Each fact exists, and each literal is one that the fact can hold."""
    if isinstance(condition, (Both, Either)):
        for part in condition.parts:
            _check_condition(part, kind, section)
        return
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    if condition.name not in facts:
        section.wrong(
            f"a {kind} has no fact {condition.name!r}", f"It has: {', '.join(facts) or 'none'}"
        )
        return
    literals: tuple[Literal, ...] = ()
    if isinstance(condition, Comparison):
        literals = (condition.literal,)
    elif isinstance(condition, Membership):
        literals = condition.literals
    for literal in literals:
        _check_literal(facts[condition.name], literal, section)


def _check_literal(fact: Fact, literal: Literal, section: Section) -> None:
    fits = {
        FactKind.YES_NO: isinstance(literal, bool),
        FactKind.NUMBER: isinstance(literal, float),
        FactKind.INTEGER: isinstance(literal, float),
        FactKind.DAY: isinstance(literal, float),
        FactKind.TEXT: isinstance(literal, str),
        FactKind.CHOICE: isinstance(literal, str),
        FactKind.CHOICES: False,
    }[fact.kind]
    if not fits:
        section.wrong(
            f"{fact.name} is compared with {literal!r}, but it is a {fact.kind.value} fact",
            "Compare it with a value that it can hold",
        )
    elif fact.choices is not None:
        codes = [choice.value for choice in fact.choices]
        if literal not in codes:
            section.wrong(f"{fact.name} is never {literal!r}", f"It is one of: {', '.join(codes)}")
