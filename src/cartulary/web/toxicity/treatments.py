# SPDX-License-Identifier: Apache-2.0
"""What was given after the infusion, and the small form that adds to it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from cartulary.course.absence import NOT_RECORDED, is_known
from cartulary.course.events import Treatment
from cartulary.web.entry.absent_keys import KEY_OF_ABSENCE
from cartulary.web.entry.form_reading import DATE, FormRead, read_form
from cartulary.web.entry.form_view import FieldView, Wrong, view_of
from cartulary.web.entry.said_dates import d_plus
from cartulary.web.entry.spoken import number_words
from cartulary.web.entry.typed_choices import choice_words
from cartulary.web.toxicity.place import GridPlace

KIND = "treatment"
# The rest of a treatment (doses, end) is for its own form.
FIELDS = ("drug", "given_for", "dose_mg_per_kg")


@dataclass(frozen=True, slots=True)
class Dose:
    """One treatment in the list under the grid."""

    event: str
    label: str
    drug: str
    given_for: str
    dose: str
    doses: str


@dataclass(frozen=True, slots=True)
class Given:
    """The form that adds a treatment."""

    after: int | None
    days: tuple[int, ...]
    fields: tuple[FieldView, ...]
    wrong: tuple[Wrong, ...]
    doubts: tuple[Mapping[str, Any], ...]
    once: str
    notes: tuple[FieldView, ...] = field(default=())


def given_after(place: GridPlace) -> tuple[Dose, ...]:
    """What was given in the days that the grid covers, in order."""
    assert place.infusion is not None
    first, last = place.study_day(0), place.study_day(place.last_day)
    return tuple(
        _dose(one, one.day - place.infusion.day)
        for one in place.course.all(Treatment)
        if one.day is not None and first <= one.day <= last
    )


def _dose(one: Treatment, after: int) -> Dose:
    return Dose(
        one.event_id,
        d_plus(after) if after else "D+0",
        choice_words(one.drug) if is_known(one.drug) else "?",
        choice_words(one.given_for) if is_known(one.given_for) else "",
        f"{number_words(one.dose_mg_per_kg)} mg/kg" if is_known(one.dose_mg_per_kg) else "",
        f"{one.doses} ×" if is_known(one.doses) else "",
    )


def drug_counts(place: GridPlace) -> tuple[tuple[str, int], ...]:
    """How often each drug was given in the days that the grid covers, as far as is recorded."""
    assert place.infusion is not None
    first, last = place.study_day(0), place.study_day(place.last_day)
    counts: Counter[str] = Counter()
    for one in place.course.all(Treatment):
        if one.day is not None and first <= one.day <= last and is_known(one.drug):
            counts[choice_words(one.drug)] += one.doses if is_known(one.doses) else 1
    return tuple(counts.items())


def read_treatment(place: GridPlace, after: int, posted: Mapping[str, Sequence[str]]) -> FormRead:
    """A treatment read by the rules of its own form; what this one does not ask is not recorded."""
    texts = {
        **posted,
        DATE: [place.date_typed(after)],
        "rest": [KEY_OF_ABSENCE[NOT_RECORDED]],
    }
    return read_form(KIND, texts, place.anchors)


def treatment_form(
    request: HttpRequest,
    place: GridPlace,
    after: int | None,
    *,
    read: FormRead | None = None,
    wrong: tuple[Wrong, ...] = (),
    doubts: tuple[Mapping[str, Any], ...] = (),
) -> Given:
    """The form as the page draws it; empty where nothing was posted."""
    today = place.today
    last = place.last_day if today is None else min(place.last_day, today)
    days = tuple(range(max(last, 0) + 1)) if last >= 0 else ()
    if after is None or after not in days:
        after = days[-1] if days and today is not None else (0 if days else None)
    checked = read is not None
    view = view_of(read or read_treatment(place, after or 0, {}), checked=checked, extra=wrong)
    by_name = {one.name: one for section in view.sections for one in section.fields}
    fields = tuple(by_name[name] for name in FIELDS)
    return Given(
        after,
        days,
        fields,
        tuple(view.wrong),
        doubts,
        request.POST.get("once") or str(uuid.uuid4()),
        tuple(one for one in fields if one.note.tone),
    )
