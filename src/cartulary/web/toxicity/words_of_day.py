# SPDX-License-Identifier: Apache-2.0
"""What the cells of one day say. What nobody recorded is a question mark, never nothing or 0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from cartulary.codebook.course_facts import merged
from cartulary.codebook.scale import Scale
from cartulary.codebook.scale_parts import From, Input
from cartulary.course.absence import NOT_RECORDED, Absence, is_known
from cartulary.course.choice import Choice
from cartulary.course.events import Finding, Treatment
from cartulary.course.events.observation import OxygenSupport
from cartulary.course.fact import FactKind, facts_of
from cartulary.web.entry.absent_keys import absence_words
from cartulary.web.entry.form_fields import fields_of
from cartulary.web.entry.spoken import decimal_sign, number_words
from cartulary.web.entry.typed_choices import choice_words

# The facts that have a column of their own.
IN_COLUMNS = frozenset(
    (
        *("temperature_c", "anticytokine_given", "hypotension", "fluid_boluses", "vasopressors"),
        *("vasopressin", "oxygen_support", "oxygen_l_per_min", "ice_score", "capd_score"),
        *("consciousness", "seizure", "motor_deficit", "oedema", "fever_other_cause"),
        *("vasopressor_high_dose", "airway_protection_only"),
    )
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its words, and whether they say an absence. `also` is a second line."""

    words: str
    absent: bool = False
    also: str = ""


def values_of_day(findings: Sequence[Finding], scales: Sequence[Scale]) -> dict[str, Any]:
    """Every fact of a day; of several findings the value that the scales would read."""
    inputs: dict[str, Input] = {}
    for scale in scales:
        for one in scale.inputs:
            if one.source is From.FINDING:
                inputs.setdefault(one.name, one)
    values: dict[str, Any] = {}
    for name in facts_of(Finding):
        said = [getattr(finding, name) for finding in findings]
        known = [value for value in said if is_known(value)]
        if known:
            values[name] = merged(findings, inputs[name]) if name in inputs else known[0]
        else:
            told = [value for value in said if value is not NOT_RECORDED]
            values[name] = told[0] if told else NOT_RECORDED
    return values


def cells_of_day(
    values: dict[str, Any], treatments: Sequence[Treatment], score: str
) -> tuple[Cell, ...]:
    """The cells of a day in the order of the columns; `score` is the score of the child's age."""
    return (
        _temperature(values),
        _drugs(values, treatments),
        _support(values),
        _oxygen(values),
        _score(values, score),
        _plain(values["consciousness"]),
        _seizure(values),
    )


def _absent(value: Absence) -> Cell:
    return Cell("?" if value is NOT_RECORDED else absence_words(value), absent=True)


def _temperature(values: dict[str, Any]) -> Cell:
    value = values["temperature_c"]
    also = _seen(values, ("fever_other_cause",))
    if not is_known(value):
        return Cell(_absent(value).words, absent=True, also=also)
    words = number_words(value)
    # Degrees stand under each other on their decimal.
    return Cell(words if decimal_sign() in words else f"{words}{decimal_sign()}0", also=also)


def _plain(value: Any) -> Cell:
    return Cell(choice_words(value)) if isinstance(value, Choice) else _absent(value)


def _drugs(values: dict[str, Any], treatments: Sequence[Treatment]) -> Cell:
    given = [choice_words(one.drug) for one in treatments if isinstance(one.drug, Choice)]
    if given:
        return Cell(", ".join(dict.fromkeys(given)))
    value = values["anticytokine_given"]
    if not is_known(value):
        return _absent(value)
    return Cell(pgettext("toxicity", "given") if value else _("none"))


def _support(values: dict[str, Any]) -> Cell:
    low, boluses = values["hypotension"], values["fluid_boluses"]
    pressors, vasopressin = values["vasopressors"], values["vasopressin"]
    parts = []
    if is_known(pressors) and pressors:
        words = ngettext("%(n)s vasopressor", "%(n)s vasopressors", pressors)
        parts.append(words % {"n": pressors})
    if vasopressin is True:
        parts.append(_("vasopressin"))
    if is_known(boluses) and boluses:
        words = ngettext("%(n)s fluid bolus", "%(n)s fluid boluses", boluses)
        parts.append(words % {"n": boluses})
    if low is True and not parts:
        parts.append(_("hypotension"))
    unknown = "" if is_known(pressors) else _("vasopressors ?")
    if high := _seen(values, ("vasopressor_high_dose",)):
        unknown = high
    if parts:
        return Cell(", ".join(parts), also=unknown)
    if low is False:
        return Cell(_("none"), also=unknown)
    if is_known(pressors):
        return Cell("?", absent=True, also=_("no vasopressor"))
    return _absent(low if low is not NOT_RECORDED else pressors)


def _oxygen(values: dict[str, Any]) -> Cell:
    support, flow = values["oxygen_support"], values["oxygen_l_per_min"]
    if not isinstance(support, OxygenSupport):
        return _absent(support)
    also = _seen(values, ("airway_protection_only",))
    if is_known(flow) and support is not OxygenSupport.NONE:
        return Cell(
            f"{choice_words(support)} {number_words(flow)}\N{NO-BREAK SPACE}L/min", also=also
        )
    return Cell(choice_words(support), also=also)


def _score(values: dict[str, Any], score: str) -> Cell:
    other = "ice_score" if score == "capd_score" else "capd_score"
    also = ""
    if is_known(values[other]):
        also = f"{'ICE' if other == 'ice_score' else 'CAPD'} {values[other]}"
    value = values[score]
    if not is_known(value):
        return Cell(_absent(value).words, absent=True, also=also)
    return Cell(number_words(value), also=also)


def _seizure(values: dict[str, Any]) -> Cell:
    cell = _plain(values["seizure"])
    return Cell(cell.words, cell.absent, _seen(values, ("motor_deficit", "oedema")))


def elsewhere(values: dict[str, Any]) -> str:
    """What was seen that has no column, such as organs and blood."""
    names = (name for name in fields_of("finding") if name not in IN_COLUMNS)
    return _seen(values, tuple(names))


def _seen(values: dict[str, Any], names: Sequence[str]) -> str:
    """Those of these facts that say that something was there, in their own words."""
    said = []
    for name in names:
        one, value = fields_of("finding")[name], values[name]
        if one.fact.kind is FactKind.YES_NO and value is True:
            said.append(one.label)
        elif isinstance(value, Choice) and str(value) != "none":
            said.append(choice_words(value))
        elif one.fact.kind is FactKind.INTEGER and is_known(value) and value:
            said.append(f"{one.label} {value}")
    return ", ".join(text[:1].lower() + text[1:] if text[1:2].islower() else text for text in said)
