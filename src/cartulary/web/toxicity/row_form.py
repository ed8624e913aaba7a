# SPDX-License-Identifier: Apache-2.0
"""The row that is being filled in: its texts, where they come from, and its fields."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cartulary.course.absence import NOT_RECORDED
from cartulary.course.problem import Problem
from cartulary.registry.models import Account, Child, Current, Draft
from cartulary.registry.payload import event_of
from cartulary.web.entry import drafts
from cartulary.web.entry.absent_keys import KEY_OF_ABSENCE, absence_typed
from cartulary.web.entry.form_context import draft_words
from cartulary.web.entry.form_fields import fields_of
from cartulary.web.entry.form_filling import texts_of
from cartulary.web.entry.form_reading import BECAUSE, DATE, REASON, FormRead, read_form
from cartulary.web.entry.form_view import FieldView, FormView, Wrong, view_of
from cartulary.web.entry.place import Place
from cartulary.web.toxicity.place import GridPlace, event_of_day

KIND = "finding"
COPIED = "copied"
Texts = Mapping[str, Sequence[str]]

# What is measured, scored or happens on one day only is never taken over from the day before.
NOT_COPIED = frozenset(
    (
        *("temperature_c", "fever_over_1_hour", "ice_score", "capd_score", "seizure", "fatal"),
        *("fluid_boluses", "creatinine_grade", "liver_grade"),
    )
)

# The columns, and the fields in each; the other score goes with the rest.
_COLUMNS = (
    ("temperature_c",),
    ("anticytokine_given",),
    ("hypotension", "vasopressors"),
    ("oxygen_support", "oxygen_l_per_min"),
    ("score",),
    ("consciousness",),
    ("seizure",),
)
_REST = (
    (
        gettext_noop("Fever and circulation"),
        (
            *("fever_other_cause", "fever_over_1_hour", "fluid_boluses", "vasopressin"),
            "vasopressor_high_dose",
        ),
    ),
    (gettext_noop("Breathing"), ("airway_protection_only",)),
    (gettext_noop("Consciousness and nerves"), ("other_score", "motor_deficit", "oedema")),
    (
        gettext_noop("Organs and blood"),
        (
            *("hospitalised_for_crs", "creatinine_grade", "liver_grade", "coagulopathy_treated"),
            *("iec_hs_suspected", "iec_hs_intervention", "iec_hs_severe"),
            *("iec_hs_life_threatening", "fatal"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class DayPlace:
    """One day of the grid and the event that holds, or will hold, its findings."""

    grid: GridPlace
    after: int
    place: Place

    @property
    def amending(self) -> bool:
        """True when findings of this day stand already."""
        return self.place.amending

    @property
    def version(self) -> int:
        """The version that was seen; of a withdrawn event it is not 0."""
        return self.place.version


def day_place(grid: GridPlace, after: int) -> DayPlace:
    """The event of a day: the one that stands, or the one that will be written."""
    found = grid.findings_on(after)
    event = found[-1].event_id if found else event_of_day(grid, after)
    row = Current.objects.filter(child=grid.child, event=event).first()
    if row is None:
        return DayPlace(grid, after, Place(grid.child, grid.course, grid.anchors, KIND, event))
    payload = json.loads(row.payload)
    original = None if row.withdrawn else event_of(KIND, event, payload, grid.child.day0)
    place = Place(
        grid.child, grid.course, grid.anchors, KIND, event, row.version, original, payload,
        row.withdrawn,
    )  # fmt: skip
    return DayPlace(grid, after, place)


def read_row(day: DayPlace, typed: Texts) -> FormRead:
    """The row read by the same rules as the form of a finding. What is blank is not recorded."""
    shown = shown_texts(day)
    texts: dict[str, Sequence[str]] = {**shown, **typed}
    texts[DATE] = shown.get(DATE) or [day.grid.date_typed(day.after)]
    texts["rest"] = [KEY_OF_ABSENCE[NOT_RECORDED]]
    return read_form(KIND, texts, day.grid.anchors, day.place.original, shown)


def whole_texts(day: DayPlace, typed: Texts) -> dict[str, list[str]]:
    """What was typed with everything else that the form of a finding holds."""
    texts = {name: list(said) for name, said in {**shown_texts(day), **typed}.items()}
    texts.setdefault(DATE, [day.grid.date_typed(day.after)])
    texts["rest"] = [KEY_OF_ABSENCE[NOT_RECORDED]]
    return texts


def shown_texts(day: DayPlace) -> dict[str, list[str]]:
    """What the row said before; a fact that was not recorded is a blank cell."""
    if day.place.original is None:
        return {}
    texts = texts_of(day.place.original, day.grid.anchors, day.place.payload)
    blank = KEY_OF_ABSENCE[NOT_RECORDED]
    facts = fields_of(KIND)
    return {
        name: [""] if name in facts and said == [blank] else said for name, said in texts.items()
    }


def copied_texts(day: DayPlace, typed: Texts) -> tuple[dict[str, list[str]], int | None]:
    """The findings of the last day before this one, where nothing is typed yet; and of which day.

    Numbers that are measured anew each day are left out, so that nobody confirms an old one.
    """
    texts = {name: list(said) for name, said in typed.items()}
    for earlier in range(day.after - 1, day.grid.first_day - 1, -1):
        if not day.grid.findings_on(earlier):
            continue
        for name, said in shown_texts(day_place(day.grid, earlier)).items():
            if name not in fields_of(KIND) or name in NOT_COPIED:
                continue
            if not any(text.strip() for text in texts.get(name, ())):
                texts[name] = list(said)
        texts[COPIED] = [str(earlier)]
        return texts, earlier
    return texts, None


def draft_of(account: Account, day: DayPlace) -> Draft | None:
    """This person's draft of the day."""
    return drafts.draft_of(account, day.grid.child, KIND, day.place.event)


def drafted_days(account: Account, child: Child) -> frozenset[str]:
    """The events of which this person has a draft."""
    found = drafts.drafts_of_child(account, child)
    return frozenset(one.event for one in found if one.kind == KIND)


def is_empty(read: FormRead) -> bool:
    """True when nothing at all was said of the day."""
    return all(one.is_blank for one in read.fields.values())


@dataclass(frozen=True, slots=True)
class RestGroup:
    """Fields without a column of their own, under a title."""

    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class RowForm:
    """The row as the page draws it."""

    day: DayPlace
    read: FormRead
    columns: tuple[tuple[FieldView, ...], ...]
    rest: tuple[RestGroup, ...]
    rest_open: bool
    notes: tuple[FieldView, ...]
    wrong: list[Wrong]
    reason: str
    reason_wrong: bool
    doubts: list[dict[str, Any]]
    version: int
    once: str
    draft_said: str
    copied_from: int | None


def row_form(
    day: DayPlace,
    read: FormRead,
    *,
    checked: bool,
    once: str,
    version: int,
    extra: tuple[Wrong, ...] = (),
    problems: Sequence[Problem] = (),
    draft: Draft | None = None,
    copied_from: int | None = None,
) -> RowForm:
    """The fields of the row, those with a column first."""
    form = view_of(read, checked=checked, extra=extra)
    fields = _by_name(form)
    score = day.grid.score
    other = "ice_score" if score == "capd_score" else "capd_score"
    names = {"score": score, "other_score": other}
    rest = tuple(
        RestGroup(_(title), tuple(fields[names.get(name, name)] for name in within))
        for title, within in _REST
    )
    noted = tuple(one for one in fields.values() if one.note.tone or one.note.said)
    of_rest = [one for group in rest for one in group.fields]
    return RowForm(
        day=day,
        read=read,
        columns=tuple(
            tuple(_in_column(fields[names.get(name, name)]) for name in column)
            for column in _COLUMNS
        ),
        rest=rest,
        rest_open=any(_says(one) or one.note.tone for one in of_rest),
        notes=noted,
        wrong=form.wrong,
        reason=read.reason,
        reason_wrong=any(one.target == f"f-{REASON}" for one in form.wrong),
        doubts=[said_doubt(one, read, checked=checked) for one in problems],
        version=version,
        once=once,
        draft_said=draft_words(draft) if draft is not None else "",
        copied_from=copied_from,
    )


def _in_column(view: FieldView) -> FieldView:
    """A field with a label that fits its column; the unit is the label of a flow."""
    if view.name == "vasopressors":
        return replace(view, label=_("Vasopressors"), help=view.label)
    if view.name == "oxygen_l_per_min":
        return replace(view, label=view.unit, unit="", help=view.label)
    return view


def _says(view: FieldView) -> bool:
    """True for a field that says more than that nothing was seen."""
    text = view.text.strip()
    return text not in ("", "no", "none", "0") and absence_typed(text) is None


def _by_name(form: FormView) -> dict[str, FieldView]:
    return {one.name: one for section in form.sections for one in section.fields}


def said_doubt(problem: Problem, read: FormRead, *, checked: bool) -> dict[str, Any]:
    """What is unlikely beside the rest of the course, with the field that takes its reason."""
    because = read.because.get(problem.rule, "")
    return {
        "rule": problem.rule,
        "fact": problem.fact,
        "why": problem.why,
        "remedy": problem.remedy,
        "because": because,
        "name": BECAUSE + problem.rule,
        "wrong": checked and not because,
    }
