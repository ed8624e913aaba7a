# SPDX-License-Identifier: Apache-2.0
"""The child itself as typed: day 0, what stands for it, age, sex, origin, data cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.translation import gettext as _

from cartulary.course.absence import Absence
from cartulary.course.course import Origin
from cartulary.course.dates import PartialDate, Precision
from cartulary.course.events.disease import Sex
from cartulary.registry.child_payload import ChildFacts
from cartulary.web.entry.absent_keys import KEY_OF_ABSENCE, absence_words
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.form_filling import date_text
from cartulary.web.entry.form_view import FieldView, Note, Wrong
from cartulary.web.entry.options import Option
from cartulary.web.entry.register_form import (
    AGE,
    DAY0,
    PSEUDONYM,
    SEX_NAME,
    STANDS_FOR,
    Registration,
    field_views,
    label_of,
    read_registration,
)
from cartulary.web.entry.spoken import date_words, language, study_day_text
from cartulary.web.entry.typed import Moment, NotUnderstood, Reading, Said, Understood
from cartulary.web.entry.typed_ages import age_words
from cartulary.web.entry.typed_choices import choice_words, clean_text
from cartulary.web.entry.typed_dates import read_date

ORIGIN, CUT, CHANGE_REASON = "origin", "data_cut", "change_reason"
#: The fields in the order of the page.
FIELDS = (DAY0, STANDS_FOR, AGE, SEX_NAME, ORIGIN, CUT)

Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ChildForm:
    """What was typed of a child, and what it came to. `before` is what stood when it was read."""

    before: ChildFacts
    registration: Registration
    origin: Origin | None
    cut: Reading | None
    texts: dict[str, str]
    reason: str

    def wrong(self) -> list[Wrong]:
        """What stands in the way of any change."""
        found = [one for one in self.registration.wrong() if one.target != f"f-{PSEUDONYM}"]
        if self.origin is None:
            found.append(Wrong(f"f-{ORIGIN}", labels()[ORIGIN], _("Choose one of the list.")))
        if isinstance(self.cut, NotUnderstood):
            found.append(Wrong(f"f-{CUT}", labels()[CUT], f"{self.cut.fact} {self.cut.why}"))
        return found

    @property
    def facts(self) -> ChildFacts:
        """What the child would say; only to be asked for when nothing is wrong."""
        assert self.origin is not None
        moment = self.cut.value if isinstance(self.cut, Understood) else Moment()
        cut = moment.date.earliest if moment.date is not None else None
        return replace(
            self.before,
            origin=self.origin,
            sex=self.registration.known(SEX_NAME),
            age_days_at_day0=self.registration.known(AGE),
            day0=self.registration.day0,
            day0_is=self.registration.day0_is,
            data_cut=cut,
            data_cut_day=moment.day if cut is None else None,
        )


def labels() -> dict[str, str]:
    """The label of each field."""
    return {
        **{name: label_of(name) for name in (STANDS_FOR, SEX_NAME)},
        DAY0: _("Date of day 0"),
        AGE: _("Age on day 0"),
        ORIGIN: _("Origin"),
        CUT: _("Data cut"),
    }


def texts_of_child(facts: ChildFacts) -> dict[str, list[str]]:
    """What stands in each field before anything is changed."""
    return {
        DAY0: [date_text(PartialDate.of(facts.day0)) if facts.day0 else "?"],
        STANDS_FOR: [facts.day0_is.value],
        AGE: [_age_text(facts.age_days_at_day0)],
        SEX_NAME: [_choice_text(facts.sex)],
        ORIGIN: [facts.origin.value],
        CUT: [_cut_text(facts)],
    }


def _age_text(age: int | Absence) -> str:
    if isinstance(age, Absence):
        return KEY_OF_ABSENCE[age]
    return f"{age} {'dagen' if language() == 'nl' else 'days'}"


def _choice_text(sex: Sex | Absence) -> str:
    return KEY_OF_ABSENCE[sex] if isinstance(sex, Absence) else sex.value


def _cut_text(facts: ChildFacts) -> str:
    if facts.data_cut is not None:
        return date_text(PartialDate.of(facts.data_cut))
    return "" if facts.data_cut_day is None else study_day_text(facts.data_cut_day)


def read_child(posted: Posted, before: ChildFacts, today: date) -> ChildForm:
    """Everything of the form read; nothing is refused here."""
    registration = read_registration({**posted, PSEUDONYM: [before.course_id]}, today, ())
    texts = {name: clean_text(posted[name][0]) if posted.get(name) else "" for name in FIELDS}
    origin = next((one for one in Origin if one.value == texts[ORIGIN]), None)
    return ChildForm(
        before,
        registration,
        origin,
        _cut(texts[CUT], today, registration.day0),
        texts,
        clean_text("".join(posted.get(CHANGE_REASON, ())))[:500],
    )


def _cut(text: str, today: date, day0: date | None) -> Reading | None:
    reading = read_date(text, Anchors(today, day0))
    if not isinstance(reading, Understood):
        return reading
    moment: Moment = reading.value
    if not moment.is_known:
        return None
    if moment.precision is not Precision.DAY:
        return NotUnderstood(
            _("The data cut must be known to the day."),
            _("What is recorded after it counts in no figure. Leave it blank if there is none."),
        )
    return reading


def child_views(form: ChildForm, *, checked: bool) -> list[FieldView]:
    """The fields of the page, each with what it said before."""
    wrong = form.wrong() if checked else []
    messages = {one.target: one.message for one in wrong}
    first = wrong[0].target if wrong else ""
    views = field_views(form.registration, checked=checked, identity=False)
    views[ORIGIN] = _origin_view(form, messages.get(f"f-{ORIGIN}", ""))
    views[CUT] = _cut_view(form, checked)
    told, said = words_of_child(form.before), labels()
    now = texts_of_child(form.before)
    return [
        replace(
            views[name],
            label=said[name],
            help=_help(name),
            before=told[name],
            before_differs=form.texts[name] != now[name][0],
            focus=first == f"f-{name}",
        )
        for name in FIELDS
    ]


def _origin_view(form: ChildForm, error: str) -> FieldView:
    text = form.texts[ORIGIN]
    note = Note(ORIGIN, error=error)
    options = tuple(Option(one.value, choice_words(one)) for one in Origin)
    return FieldView(ORIGIN, "", "choice", note, text, (text,), required=True, options=options)


def _cut_view(form: ChildForm, checked: bool) -> FieldView:
    reading, text = form.cut, form.texts[CUT]
    said: Said | None = reading.said if isinstance(reading, Understood) else None
    error, why, meant = "", "", ()
    if isinstance(reading, NotUnderstood) and (checked or text):
        error, why, meant = reading.fact, reading.why, reading.meant
    note = Note(CUT, said, "", error, why, meant)
    return FieldView(CUT, "", "text", note, text, (text,), width="middle")


def _help(name: str) -> str:
    return {
        DAY0: _("Every study day counts from it."),
        AGE: _("Such as 2013-02, 7 years 3 months, 8 mo. Only the age on day 0 is kept."),
        CUT: _("The last day that this record covers. Blank: it goes on."),
    }.get(name, "")


def words_of_child(facts: ChildFacts) -> dict[str, str]:
    """What a child's own entry says, field by field, in words."""
    age, sex = facts.age_days_at_day0, facts.sex
    cut = facts.data_cut
    if cut is None and facts.data_cut_day is not None:
        cut_words = study_day_text(facts.data_cut_day)
    else:
        cut_words = date_words(cut) if cut else _("none")
    return {
        DAY0: date_words(facts.day0) if facts.day0 else _("date unknown"),
        STANDS_FOR: choice_words(facts.day0_is),
        AGE: absence_words(age) if isinstance(age, Absence) else age_words(age),
        SEX_NAME: absence_words(sex) if isinstance(sex, Absence) else choice_words(sex),
        ORIGIN: choice_words(facts.origin),
        CUT: cut_words,
    }


def differences_of_child(versions: Sequence[ChildFacts]) -> list[tuple[str, str, tuple[str, ...]]]:
    """Name, label and words of every field in each of these versions."""
    told, said = [words_of_child(facts) for facts in versions], labels()
    return [(name, said[name], tuple(one[name] for one in told)) for name in FIELDS]


def moved_age(before: ChildFacts, after: ChildFacts) -> int | None:
    """The age on the new day 0 of a child whose age was left as it was; None when it fits."""
    age = before.age_days_at_day0
    if before.day0 is None or after.day0 is None or isinstance(age, Absence):
        return None
    if after.age_days_at_day0 != age or after.day0 == before.day0:
        return None
    moved = age + (after.day0 - before.day0).days
    return moved if moved >= 0 else None
