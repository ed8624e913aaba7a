# SPDX-License-Identifier: Apache-2.0
"""The condition language of the codebook: compare, and, or, in. Nothing more.

A condition names facts and compares them with numbers, words in quotes, true or false:

    temperature_c >= 38.0 and fever_other_cause != true
    response in ["CR", "CRi"] or ice_score is absent

An absent fact makes a comparison neither true nor false (three-valued logic): `unknown or true`
is true, `unknown and true` stays unknown. Only `is known` and `is absent` look at absence itself.
The day the language wants a loop, the definition belongs in Python instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cartulary.course.absence import Absence
from cartulary.course.errors import CodebookError

Literal = float | str | bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against one literal: `name operator literal`."""

    name: str
    operator: str
    literal: Literal


@dataclass(frozen=True, slots=True)
class Membership:
    """One fact against a list: `name in [...]`."""

    name: str
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether one fact is known: `name is known` or `name is absent`."""

    name: str
    known: bool


@dataclass(frozen=True, slots=True)
class Both:
    """All parts hold."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Condition = Comparison | Membership | Presence | Both | Either

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<sign><=|>=|==|!=|<|>|\(|\)|\[|\]|,)
      | (?P<word>[A-Za-z_][A-Za-z0-9_.]*)
    )""",
    re.VERBOSE,
)
_KEYWORDS = {"and", "or", "in", "is", "known", "absent", "true", "false"}


def parse(text: str) -> Condition:
    """The condition that a text says.

    >>> parse('grade >= 3').operator
    '>='

    Refuses anything but comparisons joined by and, or, in, is known, is absent.
    """
    tokens = _tokens(text)
    condition, position = _either(text, tokens, 0)
    if position != len(tokens):
        raise _unreadable(text, f"{tokens[position][1]!r} was not expected there")
    return condition


def names_in(condition: Condition) -> frozenset[str]:
    """Every fact that a condition reads.

    >>> sorted(names_in(parse('a > 1 and b in ["x"]')))
    ['a', 'b']
    """
    if isinstance(condition, (Both, Either)):
        return frozenset().union(*(names_in(part) for part in condition.parts))
    return frozenset((condition.name,))


def holds(condition: Condition, facts: Mapping[str, object]) -> bool | None:
    """Whether a condition holds on these facts; None when what is absent could decide it.

    >>> holds(parse('a > 1 or b == "x"'), {"a": 2.0})
    True
    """
    match condition:
        case Comparison(name, operator, literal):
            value = facts.get(name)
            if value is None or isinstance(value, Absence):
                return None
            return _COMPARE[operator](_plain(value), literal)
        case Membership(name, literals):
            value = facts.get(name)
            if value is None or isinstance(value, Absence):
                return None
            return _plain(value) in literals
        case Presence(name, known):
            value = facts.get(name)
            return (value is not None and not isinstance(value, Absence)) is known
        case Both(parts):
            answers = [holds(part, facts) for part in parts]
            return False if False in answers else (None if None in answers else True)
        case Either(parts):
            answers = [holds(part, facts) for part in parts]
            return True if True in answers else (None if None in answers else False)


def _plain(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    return value


def _compare(test: Callable[[object, object], bool]) -> Callable[[object, Literal], bool]:
    def compared(value: object, literal: Literal) -> bool:
        return test(value, literal)

    return compared


_COMPARE: dict[str, Callable[[object, Literal], bool]] = {
    "==": _compare(lambda a, b: a == b),
    "!=": _compare(lambda a, b: a != b),
    "<": _compare(lambda a, b: a < b),  # type: ignore[operator]
    "<=": _compare(lambda a, b: a <= b),  # type: ignore[operator]
    ">": _compare(lambda a, b: a > b),  # type: ignore[operator]
    ">=": _compare(lambda a, b: a >= b),  # type: ignore[operator]
}


def _unreadable(text: str, what: str) -> CodebookError:
    return CodebookError(
        f"The condition {text!r} cannot be read: {what}. "
        'Write comparisons such as `ice_score <= 6`, joined by "and", "or" and "in [...]".'
    )


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(text.rstrip()):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, f"{text[position:].strip()[:12]!r} is not part of the language")
        kind = match.lastgroup or ""
        tokens.append((kind, match.group(kind)))
        position = match.end()
    if not tokens:
        raise _unreadable(text, "it is empty")
    return tokens


def _either(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[Condition, int]:
    part, at = _both(text, tokens, at)
    parts = [part]
    while at < len(tokens) and tokens[at] == ("word", "or"):
        part, at = _both(text, tokens, at + 1)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Either(tuple(parts))), at


def _both(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[Condition, int]:
    part, at = _one(text, tokens, at)
    parts = [part]
    while at < len(tokens) and tokens[at] == ("word", "and"):
        part, at = _one(text, tokens, at + 1)
        parts.append(part)
    return (parts[0] if len(parts) == 1 else Both(tuple(parts))), at


def _one(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[Condition, int]:
    kind, word = _token(text, tokens, at)
    if (kind, word) == ("sign", "("):
        condition, at = _either(text, tokens, at + 1)
        _expect(text, tokens, at, ")")
        return condition, at + 1
    if kind != "word" or word in _KEYWORDS:
        raise _unreadable(text, f"{word!r} stands where a fact was expected")
    follow_kind, follow = _token(text, tokens, at + 1)
    if follow == "is":
        presence = _token(text, tokens, at + 2)[1]
        if presence not in ("known", "absent"):
            raise _unreadable(text, f'after "is" comes "known" or "absent", not {presence!r}')
        return Presence(word, presence == "known"), at + 3
    if follow == "in":
        _expect(text, tokens, at + 2, "[")
        literals: list[Literal] = []
        at += 3
        while True:
            literals.append(_literal(text, tokens, at))
            separator = _token(text, tokens, at + 1)[1]
            at += 2
            if separator == "]":
                return Membership(word, tuple(literals)), at
            if separator != ",":
                raise _unreadable(text, f"{separator!r} stands inside a list")
    if follow_kind != "sign" or follow not in _COMPARE:
        raise _unreadable(text, f"{follow!r} stands where a comparison was expected")
    return Comparison(word, follow, _literal(text, tokens, at + 2)), at + 3


def _literal(text: str, tokens: list[tuple[str, str]], at: int) -> Literal:
    kind, word = _token(text, tokens, at)
    if kind == "number":
        return float(word)
    if kind == "text":
        return word[1:-1]
    if word in ("true", "false"):
        return word == "true"
    raise _unreadable(text, f"{word!r} is not a number, a word in quotes, true or false")


def _token(text: str, tokens: list[tuple[str, str]], at: int) -> tuple[str, str]:
    if at >= len(tokens):
        raise _unreadable(text, "it stops too early")
    return tokens[at]


def _expect(text: str, tokens: list[tuple[str, str]], at: int, sign: str) -> None:
    if _token(text, tokens, at)[1] != sign:
        raise _unreadable(text, f"{sign!r} is missing")
