# SPDX-License-Identifier: Apache-2.0
"""A form as its page draws it: fields with their notes, in sections, and the summary of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from cartulary.web.entry.field_state import FieldState
from cartulary.web.entry.form_fields import FormField, Widget
from cartulary.web.entry.form_reading import DATE, WHY, FormRead
from cartulary.web.entry.options import Option, absence_options, empty_list_option, options_of
from cartulary.web.entry.sections import SECTIONS
from cartulary.web.entry.typed import Meant, Said

# A list of values longer than this is no longer ticked in a row.
_LISTS = (Widget.CHOICE, Widget.YES_NO, Widget.UNIT)


@dataclass(frozen=True, slots=True)
class Note:
    """What stands under a field: read back, doubted, refused, or why it is absent."""

    name: str
    said: Said | None = None
    doubt: str = ""
    error: str = ""
    error_why: str = ""
    meant: tuple[Meant, ...] = ()
    takes_reason: bool = False
    wants_reason: bool = False
    why: str = ""
    why_missing: bool = False
    focus_why: bool = False

    @property
    def tone(self) -> str:
        """The class of the field: impossible, unlikely, or neither."""
        if self.error:
            return "impossible"
        return "unlikely" if self.doubt else ""

    @property
    def why_name(self) -> str:
        """The name of the field that says why."""
        return WHY + self.name


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the page."""

    name: str
    label: str
    widget: str
    note: Note
    text: str = ""
    texts: tuple[str, ...] = ()
    help: str = ""
    unit: str = ""
    width: str = "long"
    required: bool = False
    options: tuple[Option, ...] = ()
    absences: tuple[Option, ...] = ()
    before: str = ""
    before_differs: bool = False
    on: str = ""
    codes: str = ""
    asked: bool = True
    focus: bool = False
    suggestions: tuple[str, ...] = ()

    @property
    def described_by(self) -> str:
        """The ids of the texts that explain the field, for screen readers."""
        ids = [f"note-{self.name}"]
        if self.help:
            ids.insert(0, f"help-{self.name}")
        if self.unit:
            ids.insert(0, f"unit-{self.name}")
        if self.before:
            ids.append(f"before-{self.name}")
        return " ".join(ids)


@dataclass(frozen=True, slots=True)
class SectionView:
    """Some fields under a title."""

    title: str
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One line of the summary of errors, with the field that it leads to."""

    target: str
    label: str
    message: str


@dataclass(slots=True)
class FormView:
    """The whole form."""

    date: FieldView
    sections: list[SectionView]
    wrong: list[Wrong] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)


def note_of(state: FieldState, *, checked: bool, focus_why: bool = False) -> Note:
    """The note under a field. What is only missing is not held against a form still being typed."""
    wrong = state.wrong
    error, why = ("", "")
    if wrong is not None:
        error, why = wrong.fact, wrong.why
    elif not state.wants_reason and (checked or not state.is_blank):
        error = state.error
    return Note(
        state.field.name,
        state.said,
        state.doubt,
        error,
        why,
        state.meant,
        state.takes_reason,
        state.wants_reason,
        state.why,
        checked and state.wants_reason and bool(state.error),
        focus_why,
    )


def view_of(
    read: FormRead,
    *,
    checked: bool,
    before: Mapping[str, str] | None = None,
    extra: tuple[Wrong, ...] = (),
    suggestions: Mapping[str, tuple[str, ...]] | None = None,
) -> FormView:
    """The form as its page draws it; `checked` after an attempt to save.

    `before` is what each field said before, in words, for an event that is being changed.
    `suggestions` are texts that the course already holds and that a field may repeat.
    """
    before = before or {}
    wrong: list[Wrong] = []
    if checked:
        for state in read.wrong:
            target = f"f-{state.field.name}"
            if state.wants_reason and state.wrong is None:
                target = f"w-{state.field.name}"
            label = _("Date") if state.field.name == DATE else state.field.label
            wrong.append(Wrong(target, label, state.message))
        wrong += extra
    first = wrong[0].target if wrong else ""
    views = {
        state.field.name: replace(
            _field_view(state, checked, before, first, bool(before)),
            suggestions=(suggestions or {}).get(state.field.name, ()),
        )
        for state in read.states()
    }
    date = views.pop(DATE)
    return FormView(
        date,
        _sections(read.kind, views),
        wrong,
        [state.field.label for state in read.blank],
    )


def _sections(kind: str, views: dict[str, FieldView]) -> list[SectionView]:
    grouped = SECTIONS.get(kind)
    if grouped is None:
        return [SectionView("", tuple(views.values()))]
    return [SectionView(_(title), tuple(views[name] for name in names)) for title, names in grouped]


def _field_view(
    state: FieldState,
    checked: bool,
    before: Mapping[str, str],
    first: str,
    amending: bool,
) -> FieldView:
    one: FormField = state.field
    options: tuple[Option, ...] = ()
    absences: tuple[Option, ...] = ()
    if one.widget in (*_LISTS, Widget.CHOICES):
        options = options_of(one)
        absences = () if one.required else absence_options()
        if one.widget is Widget.CHOICES:
            absences = (empty_list_option(), *absences)
        if one.widget is Widget.UNIT and state.text and state.text not in {o.code for o in options}:
            known = {o.code for o in absences}
            options = options if state.text in known else (*options, Option(state.text, state.text))
    return FieldView(
        one.name,
        _("Date") if one.name == DATE else one.label,
        one.widget.value,
        note_of(state, checked=checked, focus_why=first == f"w-{one.name}"),
        state.text,
        tuple(text.strip() for text in state.texts),
        "" if one.name == DATE else one.help,
        one.unit,
        one.width,
        one.required,
        options,
        absences,
        before.get(one.name, ""),
        amending and not state.unchanged and one.name in before,
        one.condition.on if one.condition else "",
        " ".join(sorted(one.condition.codes)) if one.condition else "",
        state.asked or not state.is_blank,
        first == f"f-{one.name}",
    )
