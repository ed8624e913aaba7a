# SPDX-License-Identifier: Apache-2.0
"""The table that describes the programme itself: a key and a value on each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from cartulary.course.absence import Absence
from cartulary.course.course import DayZero, Origin
from cartulary.course.dates import Precision
from cartulary.course.tables.cells import (
    Cell,
    Notation,
    absence_in,
    is_empty,
    text_in,
    value_of,
    when_in,
)
from cartulary.course.tables.children_table import DAY0_IS, ORIGIN
from cartulary.course.tables.files import Table, TableRefusedError
from cartulary.course.tables.findings import Findings
from cartulary.course.tables.refusal import Refusal, shown
from cartulary.course.tables.words import folded, nearest


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the programme's table: its words, and what it is for."""

    name: str
    en: str
    nl: str
    says_en: str
    says_nl: str
    also: tuple[str, ...] = ()

    def label(self, lang: str) -> str:
        """The word for this key in Dutch ("nl") or English."""
        return self.nl if lang == "nl" else self.en


KEYS: tuple[Key, ...] = (
    Key(
        "name",
        "name",
        "naam",
        "The name of the programme, as reports print it.",
        "De naam van het programma, zoals verslagen die drukken.",
        ("programme", "programma"),
    ),
    Key("centre", "centre", "centrum", "The treating centre.", "Het behandelcentrum.", ("center",)),
    Key(
        "origin",
        "origin",
        "herkomst",
        "recorded, reconstructed or simulated; never left open.",
        "vastgelegd, gereconstrueerd of gesimuleerd; nooit open.",
    ),
    Key(
        "data_cut",
        "data cut",
        "peildatum",
        "The day up to which the record reaches, as 2024-12-31; may be left empty.",
        "De dag tot waar de gegevens reiken, als 2024-12-31; mag leeg blijven.",
    ),
    Key(
        "day0_is",
        "day 0 is",
        "dag 0 is",
        "What day 0 is: indication; or apheresis, infusion or referral where that stands in.",
        "Wat dag 0 is: indicatie; of aferese, infusie of verwijzing als die ervoor staat.",
        ("day 0 stands for", "dag 0 staat voor"),
    ),
    Key(
        "language",
        "language",
        "taal",
        "nl or en: the language of reports.",
        "nl of en: de taal van verslagen.",
    ),
    Key(
        "notes",
        "notes",
        "toelichting",
        "Printed in reports; may stand on several rows.",
        "Komt in verslagen; mag op meer rijen staan.",
        ("note", "opmerkingen", "opmerking"),
    ),
    Key(
        "not_reported",
        "not reported",
        "niet gerapporteerd",
        "Outcomes of which no figure is made: families of endpoints, such as os, between commas.",
        "Uitkomsten waarvan geen cijfer wordt gemaakt: families van eindpunten, zoals os, rfs.",
    ),
    Key(
        "decimal_mark",
        "decimal mark",
        "decimaalteken",
        "comma or point, where numbers such as 1.234 occur.",
        "komma of punt, als getallen als 1.234 voorkomen.",
    ),
    Key(
        "date_order",
        "date order",
        "datumvolgorde",
        "dmy or mdy, where dates such as 03/04/2020 occur.",
        "dmj of mdj, als datums als 03/04/2020 voorkomen.",
    ),
)

_KEY_OF_WORD = {folded(word): key for key in KEYS for word in (key.name, key.en, key.nl, *key.also)}
_HEADER_WORDS = frozenset(map(folded, ("key", "sleutel", "onderdeel", "veld", "item")))

_MARKS = {",": ",", ".": ".", "comma": ",", "komma": ",", "point": ".", "punt": ".", "dot": "."}
_ORDERS = {
    folded(word): order
    for order, words in {
        "dmy": ("dmy", "dmj", "day-month-year", "dag-maand-jaar", "dd-mm-yyyy", "dd-mm-jjjj"),
        "mdy": ("mdy", "mdj", "month-day-year", "maand-dag-jaar", "mm-dd-yyyy", "mm-dd-jjjj"),
    }.items()
    for word in words
}
_LANGUAGES = {
    folded(word): lang
    for lang, words in {
        "nl": ("nl", "nederlands", "dutch"),
        "en": ("en", "english", "engels"),
    }.items()
    for word in words
}


@dataclass
class About:
    """What the programme says of itself."""

    name: str = ""
    centre: str = ""
    origin: Origin | None = None
    data_cut: date | None = None
    day0_is: DayZero = DayZero.INDICATION
    language: str = ""
    notes: tuple[str, ...] = ()
    not_reported: tuple[str, ...] = ()
    notation: Notation = field(default_factory=Notation)


def read_about(table: Table, findings: Findings) -> About:
    """The programme's own description; every key it does not know is reported."""
    about = About()
    seen: dict[str, int] = {}
    try:
        for number, cells in table.rows:
            if all(map(is_empty, cells)):
                continue
            word = text_in(cells[0])
            if isinstance(word, str) and (word.startswith("#") or folded(word) in _HEADER_WORDS):
                continue
            key = _key_of(word, table, number, findings)
            if key is None:
                continue
            if key.name in seen and key.name != "notes":
                findings.error(
                    "programme.twice",
                    f"{key.en} is given twice, first in row {seen[key.name]}.",
                    "Which one holds is not for us to say.",
                    "Remove one of the rows.",
                    file=table.file,
                    row=number,
                )
                continue
            seen[key.name] = number
            _take(about, key, cells, table, number, findings)
    except TableRefusedError as unreadable:
        findings.refusal(unreadable.refusal, file=table.file, row=unreadable.row)
    return about


def _key_of(word: str | Refusal, table: Table, number: int, findings: Findings) -> Key | None:
    if isinstance(word, Refusal):
        findings.refusal(word, file=table.file, row=number)
        return None
    key = _KEY_OF_WORD.get(folded(word))
    if key is None:
        near = nearest(word, [w for k in KEYS for w in (k.en, k.nl)])
        say = findings.error if near else findings.warning
        say(
            "programme.unknown_key",
            "The programme's table has no such key, so the row was not read.",
            f"Known are: {', '.join(k.en for k in KEYS)}.",
            f"Did you mean {near!r}?" if near else "Remove the row, or begin it with #.",
            value=word,
            file=table.file,
            row=number,
        )
    return key


def _take(
    about: About, key: Key, cells: Sequence[Cell], table: Table, number: int, findings: Findings
) -> None:
    cell: Cell = cells[1] if len(cells) > 1 else ""
    if is_empty(cell) or absence_in(cell) is not None:
        return
    value = _value(key, cell)
    if isinstance(value, Refusal):
        findings.refusal(
            value,
            value="" if isinstance(cell, Refusal) else cell,
            file=table.file,
            row=number,
            column=key.en,
        )
    elif key.name == "notes":
        about.notes = (*about.notes, str(value))
    elif key.name == "not_reported":
        about.not_reported = tuple(filter(None, (part.strip() for part in str(value).split(","))))
    elif key.name == "decimal_mark":
        about.notation = Notation(str(value), about.notation.date_order)
    elif key.name == "date_order":
        about.notation = Notation(about.notation.decimal_mark, str(value))
    else:
        setattr(about, key.name, value)


def _value(key: Key, cell: Cell) -> str | date | Origin | DayZero | Refusal:
    if key.name == "origin":
        found = value_of(ORIGIN, cell, Notation())
        return found if isinstance(found, (Origin, Refusal)) else _not_said(key)
    if key.name == "day0_is":
        found = value_of(DAY0_IS, cell, Notation())
        return found if isinstance(found, (DayZero, Refusal)) else _not_said(key)
    if key.name == "data_cut":
        when = when_in(cell, Notation())
        if isinstance(when, Refusal):
            return when
        if isinstance(when, Absence) or when.precision is not Precision.DAY:
            return Refusal(
                "programme.data_cut",
                "The data cut is no full date.",
                "Follow-up ends on it, so it must be known to the day.",
                "Write it as 2024-12-31.",
            )
        return when.date.middle
    text = text_in(cell)
    if isinstance(text, Refusal):
        return text
    words = {"decimal_mark": _MARKS, "date_order": _ORDERS, "language": _LANGUAGES}.get(key.name)
    if words is None:
        return text
    known = words.get(text.strip(), words.get(folded(text)))
    if known is not None:
        return known
    return Refusal(
        "programme.unknown_value",
        f"{shown(text)!r} is no value of {key.en}.",
        key.says_en,
        f"Write one of: {', '.join(sorted(set(words.values())))}.",
    )


def _not_said(key: Key) -> Refusal:
    return Refusal("programme.unknown_value", f"{key.en} says nothing.", key.says_en, "Fill it in.")
