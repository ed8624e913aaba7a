# SPDX-License-Identifier: Apache-2.0
"""The columns of every table, and the words by which a header may call them.

A header may use the English words, the Dutch words or the field names. Some words mean one thing
in one language and another in the other ("kind" is Dutch for child), so a header is read as a
whole in the language in which the most of its words make sense.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from cartulary.course.dates import Precision
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.fact import Fact, FactKind, facts_of
from cartulary.course.tables.units_written import SAME, Scale, scale_between
from cartulary.course.tables.words import folded


class Role(Enum):
    """What a column holds."""

    CHILD = "child"
    DATE = "date"
    DAY = "day"
    PRECISION = "precision"
    EVENT = "event"
    REPLACES = "replaces"
    SOURCE = "source"
    FACT = "fact"
    FACT_DATE = "fact date"
    REMARK = "remark"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, what it holds, its words, and the fact that it fills."""

    key: str
    role: Role
    en: str
    nl: str
    also: tuple[str, ...] = ()
    fact: Fact | None = None
    says_en: str = ""
    says_nl: str = ""
    in_template: bool = True

    def label(self, lang: str) -> str:
        """The word for this column in Dutch ("nl") or English."""
        return self.nl if lang == "nl" else self.en

    def header(self, lang: str) -> str:
        """The header that a template carries: the word, and the unit where there is one."""
        unit = self.fact.unit if self.fact is not None and self.role is Role.FACT else ""
        return f"{self.label(lang)} ({unit})" if unit else self.label(lang)


_PRECISION = Fact("precision", FactKind.CHOICE, "precision", "precisie", choices=Precision)

CHILD = Column(
    "child",
    Role.CHILD,
    "child",
    "kind",
    ("course", "course id", "patient", "patiënt", "pseudonym", "pseudoniem", "subject", "usubjid"),
    says_en="The pseudonym of the child, as in the table of children. Never a name or number.",
    says_nl="Het pseudoniem van het kind, zoals in de tabel kinderen. Nooit een naam of nummer.",
)

_DAY = Column(
    "day",
    Role.DAY,
    "day",
    "dag",
    ("study day", "studiedag"),
    says_en="Instead of a date: days since the indication, which is day 0.",
    says_nl="In plaats van een datum: dagen sinds de indicatie, die dag 0 is.",
)


def _date_of(event_type: type[Event]) -> Column:
    """The date of an event may bear its name: "infusion date", "infusiedatum"."""
    en, nl = event_type.en, event_type.nl
    own = (f"{en} date", f"date of {en}", f"{nl} datum", f"datum {nl}")
    return Column(
        "date",
        Role.DATE,
        "date",
        "datum",
        (*own, "event date", "start date", "startdatum", "onset date", "when", "wanneer"),
        says_en="When it happened or began; 2020-03 or 2020 when no more is known; unknown.",
        says_nl="Wanneer het gebeurde of begon; 2020-03 of 2020 als meer niet bekend is; onbekend.",
    )


_AFTER_FACTS = (
    Column(
        "precision",
        Role.PRECISION,
        "precision",
        "precisie",
        ("precision of day", "precisie van dag"),
        _PRECISION,
        "How exactly the day is known, beside a study day; empty is to the day.",
        "Hoe precies de dag bekend is, naast een studiedag; leeg is op de dag.",
        in_template=False,
    ),
    Column(
        "event",
        Role.EVENT,
        "event",
        "gebeurtenis",
        ("event id", "gebeurtenisnummer", "row id"),
        says_en="A name for this row, unique for the child; needed when a row replaces it.",
        says_nl="Een naam voor deze rij, uniek voor het kind; nodig als een rij die vervangt.",
    ),
    Column(
        "replaces",
        Role.REPLACES,
        "replaces",
        "vervangt",
        ("amends", "corrigeert"),
        says_en="The event that this row corrects; that one is then no longer counted.",
        says_nl="De gebeurtenis die deze rij corrigeert; die telt dan niet meer mee.",
    ),
    Column(
        "source",
        Role.SOURCE,
        "source",
        "bron",
        says_en="Where this was read; without this column the file and the row.",
        says_nl="Waar dit gelezen is; zonder deze kolom het bestand en de rij.",
        in_template=False,
    ),
    Column(
        "remarks",
        Role.REMARK,
        "remarks",
        "opmerkingen",
        ("remark", "opmerking", "comment", "comments", "commentaar", "note", "notes", "notitie"),
        says_en="For your own use; not read.",
        says_nl="Voor eigen gebruik; wordt niet gelezen.",
        in_template=False,
    ),
)


def date_key(name: str) -> str:
    """The key of the date column beside a fact that is a study day: stop_day has stop_date."""
    return name.removesuffix("_day") + "_date"


def precision_key(name: str) -> str:
    """The fact that says how exactly a study day is known: stop_day has stop_precision."""
    return name.removesuffix("_day") + "_precision"


def columns_of(event_type: type[Event]) -> tuple[Column, ...]:
    """Every column that the table of this kind of event may have, in the order of writing."""
    return _columns_of_kind(event_type.kind)


@cache
def _columns_of_kind(kind: str) -> tuple[Column, ...]:
    event_type = EVENT_TYPE_OF_KIND[kind]
    facts = facts_of(event_type)
    columns: list[Column] = [CHILD, _date_of(event_type), _DAY]
    for name, fact in facts.items():
        if fact.kind is FactKind.DAY:
            columns += _of_day_fact(name, fact)
        elif fact.choices is Precision:
            columns.append(_of_fact(name, fact, in_template=False))
        else:
            columns.append(_of_fact(name, fact))
    return (*columns, *_AFTER_FACTS)


def _of_fact(name: str, fact: Fact, in_template: bool = True) -> Column:
    return Column(
        name,
        Role.FACT,
        fact.en,
        fact.nl,
        fact.also,
        fact,
        fact.says_en,
        fact.says_nl,
        in_template,
    )


def _of_day_fact(name: str, fact: Fact) -> tuple[Column, Column]:
    """A second day of an event is written as a date or as a study day, each in its column."""
    stem = name.removesuffix("_day").replace("_", " ")
    return (
        Column(
            date_key(name),
            Role.FACT_DATE,
            f"{fact.en} date",
            f"datum {fact.nl}",
            (fact.en, fact.nl, f"date of {fact.en}", f"{fact.nl} datum", f"{stem} date"),
            fact,
            fact.says_en,
            fact.says_nl,
        ),
        Column(
            name,
            Role.FACT,
            f"{fact.en} day",
            f"dag {fact.nl}",
            (f"day of {fact.en}", f"{fact.nl} dag"),
            fact,
            "Instead of a date: days since the indication.",
            "In plaats van een datum: dagen sinds de indicatie.",
        ),
    )


_DIALECTS = ("en", "nl", "names")


def _own_words(column: Column, dialect: str) -> set[str]:
    if dialect == "names":
        return {folded(column.key)}
    label = column.label(dialect)
    unit = column.fact.unit if column.fact is not None else ""
    return {folded(label), folded(label + unit)}


@cache
def _lookup(columns: tuple[Column, ...], dialect: str) -> Mapping[str, Column | None]:
    """Folded words to columns: this dialect's words first, then whatever else is not ambiguous."""
    found: dict[str, Column | None] = {}
    layers = [dialect, *(d for d in _DIALECTS if d != dialect), "also"]
    for layer in layers:
        here: dict[str, Column | None] = {}
        for column in columns:
            words = (
                {folded(word) for word in column.also}
                if layer == "also"
                else _own_words(column, layer)
            )
            for word in words:
                here[word] = column if here.get(word, column) is column else None
        for word, of_word in here.items():
            found.setdefault(word, of_word)
    return found


_SUFFIX = re.compile(r"^(.*\S)\s*[(\[]([^()\[\]]*)[)\]]\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """One header cell: its place, its text, the column it names, and how to reach our unit."""

    index: int
    text: str
    column: Column | None
    scale: Scale = SAME
    unknown_unit: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A header as understood: the headings in order, and the language it was read in."""

    headings: tuple[Heading, ...]
    dialect: str
    either: tuple[str, ...] = field(default=())

    @property
    def known(self) -> tuple[Heading, ...]:
        """The headings that name a column."""
        return tuple(heading for heading in self.headings if heading.column is not None)


def header_of(cells: Sequence[str], columns: tuple[Column, ...]) -> Header:
    """The header as a whole, in the language in which it names the most columns.

    `either` holds the texts that another, equally good reading would give to another column.
    """
    readings = [_reading(cells, columns, dialect) for dialect in _DIALECTS]
    best = max(readings, key=_columns_named)
    rivals = [r for r in readings if _columns_named(r) == _columns_named(best)]
    either = tuple(
        heading.text
        for position, heading in enumerate(best.headings)
        if any(
            (other := rival.headings[position].column) is not None
            and heading.column is not None
            and other.key != heading.column.key
            for rival in rivals
        )
    )
    return Header(best.headings, best.dialect, either)


def _columns_named(header: Header) -> int:
    return len({heading.column.key for heading in header.known if heading.column is not None})


def _reading(cells: Sequence[str], columns: tuple[Column, ...], dialect: str) -> Header:
    lookup = _lookup(columns, dialect)
    return Header(tuple(_heading(index, text, lookup) for index, text in enumerate(cells)), dialect)


def _heading(index: int, text: str, lookup: Mapping[str, Column | None]) -> Heading:
    column = lookup.get(folded(text))
    if column is not None:
        return Heading(index, text, column)
    match = _SUFFIX.match(text)
    if match is None:
        return Heading(index, text, None)
    column = lookup.get(folded(match[1]))
    if column is None or column.role is not Role.FACT or column.fact is None:
        return Heading(index, text, column)
    if not column.fact.unit:
        return Heading(index, text, column)
    scale = scale_between(match[2], column.fact.unit)
    if scale is None:
        return Heading(index, text, column, unknown_unit=match[2])
    return Heading(index, text, column, scale)
