# SPDX-License-Identifier: Apache-2.0
"""Sentences that know which counts their figures rest on, so that small counts can be withheld."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cartulary.course.errors import EstimandError


@dataclass(frozen=True, slots=True)
class Count:
    """How many, with a name by which the report knows the same count again.

    `key` names the quantity ("crs.any.infusion"): two counts with one key are one count, and are
    shown or withheld together wherever they stand. Two values under one key are one count at two
    times, and what lies between them is protected too. A count without a key stands alone.

    >>> Count(9, "crs.any.infusion").value
    9
    """

    value: int
    key: str = ""
    footnote: str = ""

    def __post_init__(self) -> None:
        if self.value != int(self.value) or self.value < 0:
            raise EstimandError(
                f"The count {self.key or '(unnamed)'} is {self.value}. It counts children or "
                "infusions and is a whole number from 0. Pass a count."
            )


@dataclass(frozen=True, slots=True)
class Told:
    """Words that give a figure away: what is printed, and the counts it was reckoned from.

    >>> Told("vier", (Count(4, "relapse.early"),)).text
    'vier'
    """

    text: str
    rests_on: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `lang` is set only where it differs from the report's."""

    text: str
    bold: bool = False
    italic: bool = False
    lang: str = ""
    rests_on: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. Under disclosure control it is shown whole or withheld whole."""

    spans: tuple[Span, ...]

    @property
    def plain(self) -> str:
        """The sentence without its styles."""
        return "".join(span.text for span in self.spans)

    @property
    def rests_on(self) -> tuple[Count, ...]:
        """Every count the sentence gives away."""
        return tuple(count for span in self.spans for count in span.rests_on)


_MARK = re.compile(r"(\*\*|\*|\{[a-z_][a-z0-9_]*\})")


def says(template: str, /, **values: Told | Count | str) -> Sentence:
    """One sentence from a template of ours and values that are never read as markup.

    Arguments:
        template: words; `**` switches bold, `*` switches italic, `{name}` stands for a value.
        values: what the names stand for. A `Count` is printed as its number and a `Told` as its
            text; both carry their counts along. A plain string carries none.
    Returns: the sentence.
    Refuses: a name without a value, a value without a name, a style left open.

    >>> says("**CRS** in {k} of {n}.", k=Count(9, "crs"), n=Count(22)).plain
    'CRS in 9 of 22.'
    """
    spans: list[Span] = []
    bold = italic = False
    used: set[str] = set()
    for piece in _MARK.split(template):
        if piece == "**":
            bold = not bold
        elif piece == "*":
            italic = not italic
        elif _MARK.fullmatch(piece):
            name = piece[1:-1]
            if name not in values:
                raise EstimandError(
                    f"The sentence {template!r} names {{{name}}} but has no value for it. It "
                    "would be printed with a gap. Pass the value."
                )
            used.add(name)
            spans.append(_value_span(values[name], bold, italic))
        elif piece:
            spans.append(Span(piece, bold, italic))
    if bold or italic or used != set(values):
        raise EstimandError(
            f"The sentence {template!r} leaves a style open or a value unused "
            f"({', '.join(sorted(set(values) - used)) or 'style'}). Close the style; use the value."
        )
    return Sentence(tuple(spans))


def _value_span(value: Told | Count | str, bold: bool, italic: bool) -> Span:
    """A value as a run of text with the counts it gives away."""
    if isinstance(value, Told):
        return Span(value.text, bold, italic, "", value.rests_on)
    if isinstance(value, Count):
        return Span(str(value.value), bold, italic, "", (value,))
    return Span(value, bold, italic)


Prose = tuple[Sentence, ...]


def plain(prose: Prose) -> str:
    """The sentences as one plain text.

    >>> plain((says("One."), says("Two.")))
    'One. Two.'
    """
    return " ".join(sentence.plain for sentence in prose)


def counts_in(prose: Prose) -> Iterator[Count]:
    """Every count that the sentences give away."""
    for sentence in prose:
        yield from sentence.rests_on
