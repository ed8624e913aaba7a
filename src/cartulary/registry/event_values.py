# SPDX-License-Identifier: Apache-2.0
"""One field of a recorded event, as the ledger keeps it, to be set beside another value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cartulary.course.absence import Absence
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.fact import FactKind, facts_of

#: The field that every event has: its (partial) date, or its study day.
DATE: Final = "date"

_AS_A_POWER: Final = 1_000_000
_SUPERSCRIPT: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ABSENCES: Final = {absence.code: absence for absence in Absence}
_WORDS: Final = {"en": ("date", "yes", "no", "not recorded"),
                 "nl": ("datum", "ja", "nee", "niet vastgelegd")}  # fmt: skip


def value_in(payload: Mapping[str, Any], field: str) -> Any:
    """What a payload says in one field, as plain JSON; None where it says nothing.

    >>> value_in({"date": "2020-03", "facts": {"number": 1}}, "number")
    1
    """
    if field == DATE:
        return payload["day"] if "day" in payload else payload.get("date")
    return (payload.get("facts") or {}).get(field)


def fields_of(kind: str) -> tuple[str, ...]:
    """The fields of a kind of event that a person can ask about: its date, then its facts.

    >>> fields_of("death")
    ('date', 'cause')
    """
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    if event_type is None:
        return ()
    facts = facts_of(event_type)
    return (DATE, *(name for name in facts if not name.endswith("_precision")))


def recorded_fields(kind: str, payload: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields of an event that hold something, an absence with a name included."""
    for name in fields_of(kind):
        value = value_in(payload, name)
        if value is not None:
            yield name, value


def label_of(kind: str, field: str, lang: str) -> str:
    """The words for a field in Dutch ("nl") or English.

    >>> label_of("infusion", "weight_kg", "nl")
    'gewicht'
    """
    if field == DATE:
        return _words(lang)[0]
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    facts = {} if event_type is None else facts_of(event_type)
    return facts[field].label(lang) if field in facts else field


def shown(kind: str, field: str, value: Any, lang: str) -> str:
    """A plain value in words, with its unit.

    >>> shown("infusion", "weight_kg", 24.6, "nl"), shown("death", "cause", None, "en")
    ('24,6 kg', 'not recorded')
    >>> shown("infusion", "dose_cells_per_kg", 2.4e6, "nl")
    '2,4 × 10⁶ cellen/kg'
    """
    _, yes, no, nothing = _words(lang)
    if value is None:
        return nothing
    if isinstance(value, Mapping):
        absence = _ABSENCES.get(str(value.get("absent")))
        return nothing if absence is None else (absence.nl if lang == "nl" else absence.en)
    if isinstance(value, bool):
        return yes if value else no
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    fact = None if event_type is None or field == DATE else facts_of(event_type).get(field)
    if isinstance(value, list):
        return ", ".join(shown(kind, field, item, lang) for item in value)
    if fact is not None and fact.choices is not None and isinstance(value, str):
        found = next((member for member in fact.choices if member.value == value), None)
        return value if found is None else (found.nl if lang == "nl" else found.en)
    if isinstance(value, (int, float)):
        text = _number(value, lang)
        if fact is not None and fact.kind is FactKind.DAY:
            return f"{'dag' if lang == 'nl' else 'day'} {text}"
        unit = fact.unit if fact is not None else ""
        if lang == "nl":
            unit = unit.replace("cells", "cellen")
        return f"{text}%" if unit == "%" else f"{text} {unit}".strip()
    return str(value)


def _number(value: float, lang: str) -> str:
    """A number with all its digits, from a million on as a power of ten."""
    text = f"{value:.15g}"
    if abs(value) >= _AS_A_POWER:
        digits, _, power = f"{value:.6e}".partition("e")
        raised = str(int(power)).translate(_SUPERSCRIPT)
        text = f"{digits.rstrip('0').rstrip('.')} × 10{raised}"
    return text.replace(".", ",") if lang == "nl" else text


def plain(text: str) -> dict[str, Any]:
    """A payload as it stands in a row of the projection."""
    found = json.loads(text)
    return found if isinstance(found, dict) else {}


def _words(lang: str) -> tuple[str, str, str, str]:
    return _WORDS["nl" if lang == "nl" else "en"]
