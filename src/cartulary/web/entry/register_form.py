# SPDX-License-Identifier: Apache-2.0
"""The registration of a child as typed: pseudonym, day 0, age, sex; who it is, kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from cartulary.course.absence import NOT_RECORDED, Absence
from cartulary.course.course import DayZero
from cartulary.course.dates import Precision
from cartulary.course.tables.children_table import DAY0_IS, SEX
from cartulary.registry.identity import Person
from cartulary.web.entry.anchors import Anchors
from cartulary.web.entry.form_view import FieldView, Note, Wrong
from cartulary.web.entry.options import Option, absence_options
from cartulary.web.entry.pseudonyms import pseudonym_problem
from cartulary.web.entry.typed import Moment, NotUnderstood, Reading, Understood
from cartulary.web.entry.typed_ages import read_age
from cartulary.web.entry.typed_choices import choice_words, clean_text, read_choice
from cartulary.web.entry.typed_dates import read_date

PSEUDONYM, DAY0, STANDS_FOR, AGE, SEX_NAME = "course_id", "day0", "day0_is", "age", "sex"
NAMES = (PSEUDONYM, DAY0, STANDS_FOR, AGE, SEX_NAME)
NAME, HOSPITAL_NUMBER, BIRTH_DATE = "name", "hospital_number", "birth_date"
IDENTITY_NAMES = (NAME, HOSPITAL_NUMBER, BIRTH_DATE)

Posted = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Registration:
    """What was typed, and what it came to."""

    readings: dict[str, Reading | None]
    texts: dict[str, str]
    person: Person

    @property
    def day0(self) -> date | None:
        """The date of day 0; None when it is not known."""
        moment = _value(self.readings[DAY0])
        if isinstance(moment, Moment) and moment.date is not None:
            return moment.date.earliest
        return None

    @property
    def day0_is(self) -> DayZero:
        """What day 0 is."""
        value = _value(self.readings[STANDS_FOR])
        return value if isinstance(value, DayZero) else DayZero.INDICATION

    def known(self, name: str) -> Any:
        """The value of the age or the sex, or its absence."""
        value = _value(self.readings[name])
        return NOT_RECORDED if value is None else value

    def wrong(self) -> list[Wrong]:
        """What stands in the way; a blank field does as well."""
        found = []
        for name in (*NAMES, BIRTH_DATE):
            reading = self.readings.get(name)
            if isinstance(reading, NotUnderstood):
                found.append(Wrong(f"f-{name}", label_of(name), f"{reading.fact} {reading.why}"))
            elif reading is None and name in NAMES:
                found.append(Wrong(f"f-{name}", label_of(name), _blank(name)))
        return found


def _value(reading: Reading | None) -> Any:
    return reading.value if isinstance(reading, Understood) else None


def _blank(name: str) -> str:
    if name == DAY0:
        return _("Write the date of the indication, or ? when it is not known.")
    return _("It is blank. Fill it in, or choose ? when it is not recorded.")


def label_of(name: str) -> str:
    """The label of a field of the registration."""
    return {
        PSEUDONYM: _("Pseudonym"),
        DAY0: _("Date of the indication (day 0)"),
        STANDS_FOR: _("What day 0 is"),
        AGE: _("Age on day 0, or month of birth"),
        SEX_NAME: _("Sex"),
        NAME: _("Name"),
        HOSPITAL_NUMBER: _("Hospital number"),
        BIRTH_DATE: _("Date of birth"),
    }[name]


def read_registration(posted: Posted, today: date, taken: Sequence[str]) -> Registration:
    """Everything of the form read; nothing is refused here."""
    texts = {
        name: clean_text(posted[name][0]) if posted.get(name) else ""
        for name in (*NAMES, *IDENTITY_NAMES)
    }
    readings: dict[str, Reading | None] = {}
    problem = pseudonym_problem(texts[PSEUDONYM], taken)
    readings[PSEUDONYM] = problem or Understood(texts[PSEUDONYM])
    readings[DAY0] = _day0(texts[DAY0], today)
    readings[STANDS_FOR] = read_choice(texts[STANDS_FOR], replace(DAY0_IS, required=True))
    if isinstance(_value(readings[STANDS_FOR]), Absence):
        readings[STANDS_FOR] = None
    moment = _value(readings[DAY0])
    known = moment.date.earliest if isinstance(moment, Moment) and moment.date else None
    readings[AGE] = read_age(texts[AGE], known)
    readings[SEX_NAME] = read_choice(texts[SEX_NAME], SEX)
    birth, reading = _birth(texts[BIRTH_DATE], today)
    readings[BIRTH_DATE] = reading
    person = Person(texts[NAME], texts[HOSPITAL_NUMBER], birth)
    return Registration(readings, texts, person)


def _day0(text: str, today: date) -> Reading | None:
    # There is no day 0 yet to count from: only dates can be typed, and today stands in for it.
    reading = read_date(text, Anchors(today, today))
    if not isinstance(reading, Understood):
        return reading
    moment: Moment = reading.value
    if moment.is_known and (moment.date is None or moment.precision is not Precision.DAY):
        return NotUnderstood(
            _("Day 0 must be known to the day."),
            _("Every study day counts from it. Write the whole date, or ? when it is not known."),
        )
    if moment.date is None or reading.said is None:
        return reading
    head, tail = reading.said.head, reading.said.tail.partition(";")[0]
    return Understood(Moment.on(moment.date), replace(reading.said, head=head, tail=tail))


def _birth(text: str, today: date) -> tuple[str, Reading | None]:
    """A date of birth as the vault keeps it, and how it reads back."""
    if not text:
        return "", None
    reading = read_date(text, Anchors(today, today))
    if not isinstance(reading, Understood):
        return "", reading
    moment: Moment = reading.value
    if moment.date is None:
        return "", reading if not moment.is_known else None
    said = reading.said
    if said is not None:
        reading = Understood(moment, replace(said, tail=said.tail.partition(";")[0]))
    return str(moment.date), reading


def field_views(
    registration: Registration, *, checked: bool, identity: bool
) -> dict[str, FieldView]:
    """The fields of the page by name; those of the identity only where the seat may write it."""
    wrong = {one.target: one for one in registration.wrong()} if checked else {}
    first = next(iter(wrong), "")
    views: dict[str, FieldView] = {}
    for name in (*NAMES, *(IDENTITY_NAMES if identity else ())):
        reading = registration.readings.get(name)
        error, why = "", ""
        if isinstance(reading, NotUnderstood) and (checked or registration.texts[name]):
            error, why = reading.fact, reading.why
        elif f"f-{name}" in wrong:
            error = wrong[f"f-{name}"].message
        said = reading.said if isinstance(reading, Understood) else None
        meant = reading.meant if isinstance(reading, NotUnderstood) else ()
        text = registration.texts[name]
        views[name] = FieldView(
            name,
            label_of(name),
            "choice" if name in (STANDS_FOR, SEX_NAME) else "text",
            Note(name, said, "", error, why, meant),
            text,
            (text,),
            _help(name),
            width="long" if name == NAME else "middle",
            options=_options(name),
            absences=absence_options() if name == SEX_NAME else (),
            focus=first == f"f-{name}",
        )
    return views


def _help(name: str) -> str:
    return {
        PSEUDONYM: _("The next one of this centre. The child is known by it in every figure."),
        DAY0: _("The day of the decision for or against CAR-T."),
        AGE: _("Such as 2013-02, 7 years 3 months, 8 mo. Only the age on day 0 is kept."),
        HOSPITAL_NUMBER: _("Sealed; never in a report, an export or a log."),
    }.get(name, "")


def _options(name: str) -> tuple[Option, ...]:
    listed = {STANDS_FOR: DayZero, SEX_NAME: SEX.choices}.get(name)
    if listed is None:
        return ()
    return tuple(Option(str(one), choice_words(one)) for one in listed)
