# SPDX-License-Identifier: Apache-2.0
"""What was posted, read field by field: values, doubts that want a reason, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.dates import Precision, study_day
from cartulary.course.events import EVENT_TYPE_OF_KIND, Event
from cartulary.course.fact import Fact, FactKind
from cartulary.web.entry.absent_keys import absence_typed, absence_with_reason, absence_words
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.field_state import REASONED, FieldState
from cartulary.web.entry.form_fields import FormField, Widget, fields_of
from cartulary.web.entry.measured import read_measured
from cartulary.web.entry.typed import Moment, NotUnderstood, Reading, Said, Understood
from cartulary.web.entry.typed_choices import (
    clean_text,
    read_choice,
    read_choices,
    read_text,
    read_yes_no,
)
from cartulary.web.entry.typed_dates import read_date
from cartulary.web.entry.typed_numbers import read_number

Posted = Mapping[str, Sequence[str]]

# Names of the form itself: none of them is the name of a fact.
DATE, SOURCE, REST, REASON = "date", "source", "rest", "change_reason"
WHY = "why_"
BECAUSE = "because_"
_DATE_FACT = Fact(DATE, FactKind.DAY, "date", "datum", required=True)
DATE_FIELD = FormField(DATE, Widget.DATE, _DATE_FACT)


@dataclass(slots=True)
class FormRead:
    """A whole form as posted."""

    kind: str
    date: FieldState
    fields: dict[str, FieldState]
    source: str = ""
    rest: str = ""
    reason: str = ""
    because: dict[str, str] = field(default_factory=dict)
    original: Event | None = None

    def states(self) -> Iterator[FieldState]:
        """The date, then every field in order."""
        yield self.date
        yield from self.fields.values()

    @property
    def blank(self) -> list[FieldState]:
        """The fields that are asked and were left blank; the required ones are wrong instead."""
        return [
            one
            for one in self.fields.values()
            if one.is_blank and one.asked and not one.field.required and not one.unchanged
        ]

    @property
    def rest_absence(self) -> Absence | None:
        """What the blank fields are said to be."""
        return absence_typed(self.rest) if self.rest else None

    @property
    def wrong(self) -> list[FieldState]:
        """The fields that stand in the way of saving."""
        return [one for one in self.states() if one.message]

    @property
    def moment(self) -> Moment | None:
        """When it happened, if that was understood."""
        reading = self.date.reading
        return reading.value if isinstance(reading, Understood) else None

    def values(self, anchors: Anchors) -> dict[str, Any]:
        """The facts as an event takes them; blank ones as they are said to be."""
        found: dict[str, Any] = {}
        for name, state in self.fields.items():
            if state.unchanged and self.original is not None:
                for own in (name, state.field.precision_name):
                    if own:
                        found[own] = getattr(self.original, own)
                continue
            value: Any = NOT_RECORDED
            if isinstance(state.reading, Understood):
                value = state.reading.value
            elif state.is_blank and state.asked:
                value = self.rest_absence or NOT_RECORDED
            if isinstance(value, Moment):
                value, precision = day_of(value, anchors)
                if state.field.precision_name:
                    found[state.field.precision_name] = precision
            found[name] = NOT_RECORDED if value is None else value
        return found

    def reasons(self) -> dict[str, str]:
        """Why unlikely values stand, by fact."""
        return {s.field.name: s.why for s in self.states() if s.doubt and s.why}

    def absent_why(self) -> dict[str, str]:
        """Why values are absent, by fact."""
        return {
            s.field.name: s.why for s in self.fields.values() if s.absence in REASONED and s.why
        }


def day_of(moment: Moment, anchors: Anchors) -> tuple[int | None, Precision]:
    """The study day and the precision of a moment."""
    if moment.date is not None:
        assert anchors.day0 is not None
        return study_day(moment.date, anchors.day0), moment.precision
    return moment.day, moment.precision


def read_form(
    kind: str,
    posted: Posted,
    anchors: Anchors,
    original: Event | None = None,
    shown: Posted | None = None,
) -> FormRead:
    """The whole form read; nothing is refused here, everything is said beside its field.

    `original` is the event that is changed and `shown` the texts that its form began with: a
    field that was left as it was keeps its value to the last digit.
    """
    fields = fields_of(kind)
    shown = shown or {}
    date = _date_state(posted, anchors)
    date = replace(
        date, unchanged=_as_shown(DATE, posted, shown) or _same_day(date, original, anchors)
    )
    read = FormRead(
        kind,
        date,
        {
            name: replace(
                _state(one, posted, anchors),
                unchanged=_as_shown(name, posted, shown),
            )
            for name, one in fields.items()
        },
        source=clean_text(_first(posted, SOURCE)),
        rest=_first(posted, REST).strip(),
        reason=clean_text(_first(posted, REASON)),
        because={
            key.removeprefix(BECAUSE): clean_text(texts[0])
            for key, texts in posted.items()
            if key.startswith(BECAUSE) and texts
        },
        original=original,
    )
    if kind == "measurement":
        read.fields = read_measured(read.fields, posted)
    for name, state in read.fields.items():
        same = original is not None and _says_same(state, original, anchors)
        read.fields[name] = _judged(replace(state, unchanged=state.unchanged or same))
    return read


def _same_day(state: FieldState, original: Event | None, anchors: Anchors) -> bool:
    """True when a date says, in whatever way it was typed, the day of the event that is changed."""
    moment = state.reading.value if isinstance(state.reading, Understood) else None
    if original is None or not isinstance(moment, Moment) or moment.time:
        return False
    return day_of(moment, anchors) == (original.day, original.precision)


def _says_same(state: FieldState, original: Event, anchors: Anchors) -> bool:
    """True when a field says what the event that is changed says, in whatever way it was typed."""
    if not isinstance(state.reading, Understood):
        return False
    value, kept = state.reading.value, getattr(original, state.field.name)
    if isinstance(value, Moment):
        own = state.field.precision_name
        precision = getattr(original, own) if own else Precision.DAY
        known = precision if isinstance(precision, Precision) else Precision.DAY
        return day_of(value, anchors) == (kept, known)
    return type(value) is type(kept) and bool(value == kept)


def _as_shown(name: str, posted: Posted, shown: Posted) -> bool:
    return name in shown and list(posted.get(name, ())) == list(shown[name])


def read_one(kind: str, name: str, posted: Posted, anchors: Anchors) -> FieldState | None:
    """One field read, with the others beside it; None when the form has no such field."""
    if name == DATE:
        return _date_state(posted, anchors)
    read = read_form(kind, posted, anchors)
    return read.fields.get(name)


def _first(posted: Posted, name: str) -> str:
    texts = posted.get(name, ())
    return texts[0] if texts else ""


def _date_state(posted: Posted, anchors: Anchors) -> FieldState:
    text = _first(posted, DATE)
    reading = read_date(text, anchors)
    if reading is None:
        reading = NotUnderstood(
            _("There is no date."), _("Write when it happened, or ? when that is not known.")
        )
        return FieldState(DATE_FIELD, (text,), None, error=f"{reading.fact} {reading.why}")
    return FieldState(DATE_FIELD, (text,), reading)


def _state(one: FormField, posted: Posted, anchors: Anchors) -> FieldState:
    texts = tuple(posted.get(one.name, ()))
    if one.widget is Widget.CHOICES:
        reading = read_choices(list(texts), one.fact)
    else:
        reading = _read(one, texts[0] if texts else "", anchors)
    why = clean_text(_first(posted, WHY + one.name))
    if isinstance(reading, Understood) and reading.why and not why:
        why = reading.why
    asked = one.condition is None or one.condition.holds(posted.get(one.condition.on, ()))
    return FieldState(one, texts, reading, why, asked)


def _read(one: FormField, text: str, anchors: Anchors) -> Reading | None:
    if one.widget is Widget.DATE:
        return _second_date(text, anchors)
    if one.widget is Widget.NUMBER:
        return read_number(text, one.fact)
    if one.widget is Widget.CHOICE:
        return read_choice(text, one.fact)
    if one.widget is Widget.YES_NO:
        return read_yes_no(text)
    return read_text(text)


def _second_date(text: str, anchors: Anchors) -> Reading | None:
    """The date on which something ended: it may also still be going on, or not have been done."""
    reasoned = absence_with_reason(text)
    absence = absence_typed(text) if text.strip() else None
    if reasoned is not None:
        absence = reasoned[0]
    if absence is not None:
        return Understood(
            absence,
            Said(absence_words(absence), equals=False),
            why=reasoned[1] if reasoned is not None else "",
        )
    reading = read_date(text, anchors)
    if isinstance(reading, Understood) and reading.value.time:
        return NotUnderstood(
            _("A time is kept with the date of the event only."), _("Leave the time out.")
        )
    return reading


def _judged(state: FieldState) -> FieldState:
    """What stands in the way though the text itself was understood."""
    if state.unchanged:
        return replace(state, error="")
    if state.field.required and (state.is_blank or state.absence is not None):
        return replace(state, error=_("This event cannot be written without it."))
    if state.wants_reason and not state.why:
        return replace(state, error=_("Say why this value is right, or correct it."))
    return state


def event_read(read: FormRead, anchors: Anchors, event_id: str) -> Event:
    """The event that the form describes; a `CourseError` where it cannot be."""
    moment = read.moment
    assert moment is not None
    day, precision = day_of(moment, anchors)
    event_type = EVENT_TYPE_OF_KIND[read.kind]
    return event_type(day, precision, event_id, read.source, **read.values(anchors))
