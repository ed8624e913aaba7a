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
)
from cartulary.codebook.endpoint_split import causes_of_scale, words_of_causes
from cartulary.codebook.expression import (
    Both,
    Comparison,
    Condition,
    Either,
    Literal,
    Membership,
    parse,
)
from cartulary.codebook.toml_page import Page
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import Fact, FactKind, facts_of

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_HOW_TO_WRITE_A_MOMENT: Final = "Write a kind of event, such as moment = 'death'."


def read_moment(page: Page, strategy: str) -> Moment:
    """One moment of a file; what is wrong with it is noted on the page."""
    name = page.text("name")
    if name and (name in RESERVED_NAMES or not _NAME.fullmatch(name)):
        page.wrong(
            "name",
            "It cannot be the name of a moment.",
            f"Use small letters and underscores, and none of: {', '.join(RESERVED_NAMES[:-1])}.",
        )
    no_remission = _no_remission(page) if page.has("no_remission") else None
    if no_remission is not None and page.has("moment"):
        page.wrong("moment", "There is a no_remission too.", "Keep one of the two.")
    sign = (
        read_sign(page.text("moment", _HOW_TO_WRITE_A_MOMENT), page, "moment")
        if no_remission is None
        else Sign("assessment")
    )
    split_by = page.text("split_by", required=False)
    causes, cause_words = _causes(page, split_by)
    moment = Moment(
        name=name,
        strategy=strategy,  # type: ignore[arg-type]
        words=page.words("words"),
        sign=sign,
        since=page.word("since", ANCHORS, "clock"),  # type: ignore[arg-type]
        from_day=page.whole_or("from_day", 0),
        to_day=page.whole("to_day", required=False),
        day_fact=_day_fact(page, sign),
        last=page.word("take", ("first", "last"), "first") == "last",
        unless=tuple(read_sign(text, page, "unless") for text in page.texts("unless")),
        no_remission=no_remission,
        split_by=split_by,
        causes=causes,
        cause_words=cause_words,
        why=page.words("why", required=False),
    )
    page.close(("moment", "strategy"))
    return moment


def read_sign(text: str, page: Page, key: str) -> Sign:
    """`kind` or `kind where condition`, checked against the facts that such an event has."""
    kind, where, condition_text = (part.strip() for part in text.partition(" where "))
    if kind not in EVENT_TYPE_OF_KIND:
        if text:
            why = "This is no kind of event."
            page.note(key, repr(kind), why, f"It is one of: {', '.join(EVENT_TYPE_OF_KIND)}.")
        return Sign("assessment")
    if not where:
        return Sign(kind)
    try:
        condition = parse(condition_text)
    except CodebookError as error:
        page.note(key, repr(condition_text), str(error), "Mend the condition.")
        return Sign(kind)
    _check_condition(condition, kind, page, key)
    return Sign(kind, condition, condition_text)


def check_window(page: Page, low: int, high: int) -> None:
    """A window of days opens before it closes."""
    if low > high:
        page.wrong("from_day", f"The window closes on day {high}.", "Swap the two days.")


def _no_remission(page: Page) -> NoRemission:
    part = page.page("no_remission")
    low, high = part.whole("from_day") or 0, part.whole("to_day") or 0
    check_window(part, low, high)
    rule = NoRemission(low, high, part.word("dated", DATINGS))  # type: ignore[arg-type]
    part.close()
    return rule


def _day_fact(page: Page, sign: Sign) -> str:
    name = page.text("day", required=False)
    if not name:
        return ""
    known = [
        fact.name
        for fact in facts_of(EVENT_TYPE_OF_KIND[sign.kind]).values()
        if fact.kind is FactKind.DAY
    ]
    if name not in known:
        why = f"It is not a day that a {sign.kind} holds."
        page.wrong("day", why, f"It holds: {', '.join(known) or 'none beside its own'}.")
        return ""
    return name


def _causes(page: Page, split_by: str) -> tuple[tuple[str, ...], tuple[Words, ...]]:
    """The causes that a scale splits a moment into, and the words for each."""
    if not split_by:
        return (), ()
    try:
        return causes_of_scale(split_by), words_of_causes(split_by)
    except CodebookError as error:
        page.wrong("split_by", str(error), "Name a scale of the codebook.")
        return (), ()


def _check_condition(condition: Condition, kind: str, page: Page, key: str) -> None:
    """Each fact exists, and each literal is one that the fact can hold."""
    if isinstance(condition, (Both, Either)):
        for part in condition.parts:
            _check_condition(part, kind, page, key)
        return
    facts = facts_of(EVENT_TYPE_OF_KIND[kind])
    if condition.name not in facts:
        why = f"A {kind} has no such fact."
        page.note(key, repr(condition.name), why, f"It has: {', '.join(facts) or 'none'}.")
        return
    literals: tuple[Literal, ...] = ()
    if isinstance(condition, Comparison):
        literals = (condition.literal,)
    elif isinstance(condition, Membership):
        literals = condition.literals
    for literal in literals:
        _check_literal(facts[condition.name], literal, page, key)


def _check_literal(fact: Fact, literal: Literal, page: Page, key: str) -> None:
    compared = f"{fact.name}: {literal!r}"
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
        why = f"It is a {fact.kind.value} fact."
        page.note(key, compared, why, "Compare it with a value that it can hold.")
    elif fact.choices is not None:
        codes = [choice.value for choice in fact.choices]
        if literal not in codes:
            page.note(key, compared, "It never has this value.", f"Known: {', '.join(codes)}.")
