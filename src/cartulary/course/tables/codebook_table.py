# SPDX-License-Identifier: Apache-2.0
"""What every column of every table means: one row a column, values in both languages."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.events import EVENT_TYPES
from cartulary.course.fact import Fact, FactKind
from cartulary.course.tables.children_table import CHILDREN_COLUMNS
from cartulary.course.tables.columns import Column, Role, columns_of
from cartulary.course.tables.saving import Content
from cartulary.course.tables.writer import title

CODEBOOK_HEADERS: dict[str, tuple[str, ...]] = {
    "en": (
        "table",
        "column",
        "name",
        "holds",
        "unit",
        "lowest",
        "highest",
        "usual from",
        "usual to",
        "required",
        "values in English",
        "values in Dutch",
        "meaning in English",
        "meaning in Dutch",
    ),
    "nl": (
        "tabel",
        "kolom",
        "naam",
        "bevat",
        "eenheid",
        "laagst",
        "hoogst",
        "gewoonlijk van",
        "gewoonlijk tot",
        "verplicht",
        "waarden in het Engels",
        "waarden in het Nederlands",
        "betekenis in het Engels",
        "betekenis in het Nederlands",
    ),
}

_HOLDS: dict[FactKind, tuple[str, str]] = {
    FactKind.TEXT: ("text", "tekst"),
    FactKind.NUMBER: ("number", "getal"),
    FactKind.INTEGER: ("whole number", "geheel getal"),
    FactKind.YES_NO: ("yes or no", "ja of nee"),
    FactKind.CHOICE: ("one of", "een van"),
    FactKind.CHOICES: ("several of", "een of meer van"),
    FactKind.DAY: ("study day", "studiedag"),
}
_HOLDS_ROLE: dict[Role, tuple[str, str]] = {
    Role.DATE: ("date", "datum"),
    Role.FACT_DATE: ("date", "datum"),
    Role.DAY: ("study day", "studiedag"),
    Role.PRECISION: ("one of", "een van"),
}


def codebook_tables() -> Iterator[tuple[str, tuple[Column, ...]]]:
    """Every table with columns of its own, in the order of a programme."""
    yield "children", CHILDREN_COLUMNS
    for cls in EVENT_TYPES:
        yield cls.kind, columns_of(cls)


def codebook_rows(lang: str) -> Iterator[tuple[Content, ...]]:
    """A row for every column of every table, as `CODEBOOK_HEADERS` heads them."""
    for kind, columns in codebook_tables():
        for column in columns:
            yield (title(kind, lang), column.header(lang), column.key, *described(column, lang))


def described(column: Column, lang: str) -> tuple[Content, ...]:
    """What a column holds: kind of value, unit, limits, whether required, values, meaning."""
    fact = column.fact
    dutch = lang == "nl"
    says_en = column.says_en or column.en
    says_nl = column.says_nl or column.nl
    if fact is None or column.role is Role.FACT_DATE:
        holds = _HOLDS_ROLE.get(column.role, ("text", "tekst"))[dutch]
        required = column.role is Role.CHILD
        return (holds, "", "", "", "", "", _yes(required, lang), "", "", says_en, says_nl)
    values_en, values_nl = _values(fact)
    return (
        _HOLDS[fact.kind][dutch],
        fact.unit,
        _limit(fact.low),
        _limit(fact.high),
        _limit(fact.usual_low),
        _limit(fact.usual_high),
        _yes(fact.required, lang),
        values_en,
        values_nl,
        says_en,
        says_nl,
    )


def _yes(required: bool, lang: str) -> str:
    if not required:
        return ""
    return "ja" if lang == "nl" else "yes"


def _limit(value: float | None) -> Content:
    return "" if value is None else value


def _values(fact: Fact) -> tuple[str, str]:
    if fact.kind is FactKind.YES_NO:
        return "yes; no", "ja; nee"
    if fact.choices is None:
        return "", ""
    return (
        "; ".join(member.en for member in fact.choices),
        "; ".join(member.nl for member in fact.choices),
    )
