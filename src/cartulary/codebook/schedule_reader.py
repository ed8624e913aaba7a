# SPDX-License-Identifier: Apache-2.0
"""Schedules of follow-up from their files, each read whole and refused with all its faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from cartulary.codebook.definition_shelf import shelf
from cartulary.codebook.files import file_stamp
from cartulary.codebook.schedule import (
    DueStatus,
    Expected,
    ItemKind,
    NewInfusion,
    Schedule,
    ScheduleExample,
    Step,
    whole_days,
)
from cartulary.codebook.source import CONFIRMED, read_source
from cartulary.codebook.toml_page import Page, page_of, page_of_text
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError
from cartulary.course.events import EVENT_TYPE_OF_KIND

EXAMPLES_NEEDED: Final = 2
#: What stands for the number of the year in the words of a yearly contact.
YEAR: Final = "{year}"
_FOLDER: Final = "schedules"
_NEVER_SEEN: Final = ("death", "consent")


def schedules() -> Mapping[str, Schedule]:
    """Every schedule of the codebook by its id: the package's files, then those of the centre.

    Refuses, all together: files that do not follow the grammar, and two files with one id.

    >>> "cibmtr_15_year" in schedules()
    True
    """
    return _schedules(file_stamp(_FOLDER))


@lru_cache(maxsize=4)
def _schedules(_stamp: tuple[tuple[str, int], ...]) -> Mapping[str, Schedule]:
    """The schedules of one state of the files; the stamp only tells states apart."""
    return shelf(_FOLDER, lambda file: [((made := read_schedule(file)).schedule_id, made)])


def schedule(schedule_id: str) -> Schedule:
    """The schedule with this id; refused with the known ids where there is none.

    >>> schedule("cibmtr_15_year").steps[0].closes_day
    115
    """
    known = schedules()
    if schedule_id not in known:
        raise CodebookError(
            f"There is no schedule {schedule_id!r}. A schedule is a file in {_FOLDER}/. "
            f"Known: {', '.join(sorted(known))}."
        )
    return known[schedule_id]


def read_schedule(file: Traversable | Path) -> Schedule:
    """The schedule in one file; refused with every problem of that file at once."""
    return _schedule(page_of(file))


def schedule_from_text(text: str, file: str) -> Schedule:
    """The schedule that a TOML text holds; `file` is what messages call it."""
    return _schedule(page_of_text(text, file))


def _schedule(page: Page) -> Schedule:
    steps = [step for part in page.pages("contact") for step in _contacts(part)]
    steps += [_consent(part) for part in page.pages("consent")]
    steps += [_form(part) for part in page.pages("form")]
    made = Schedule(
        schedule_id=page.text("id"),
        edition=page.text("edition"),
        unit=page.word("unit", ("child",)),
        clock=page.word("clock", ("infusion", "birth")),
        new_infusion=NewInfusion(page.word("new_infusion", tuple(NewInfusion), "not_stated")),
        seen_by=page.texts("seen_by"),
        steps=tuple(steps),
        name=page.words("name"),
        short=page.words("short"),
        summary=page.words("summary"),
        source=read_source(page),
        examples=tuple(_example(part) for part in page.pages("example")),
        confirm=page.words("confirm") if page.has("confirm") else None,
        file=page.file,
    )
    page.close(("confirm",))
    _check_whole(made, page)
    page.refuse()
    return made


def _contacts(page: Page) -> Iterator[Step]:
    """The contact of one table, or one for each of its years."""
    name, words = page.text("name"), page.words("words")
    asks = page.words("asks")
    years = _years(page)
    days = [whole_days(years=year) for year in years] or [_target(page)]
    window = _window(page, days[0], several=len(days) > 1)
    page.close()
    if years and any(YEAR not in text for text in (name, words.en, words.nl)):
        page.note("name", repr(name), "Each year needs a name of its own.", f"Write {YEAR} in it.")
    for day, year in zip(days, years or ("",), strict=True):
        put = str(year)
        named = Words(words.en.replace(YEAR, put), words.nl.replace(YEAR, put))
        yield Step(name.replace(YEAR, put), ItemKind.CONTACT, day, named, asks, *window)


def _years(page: Page) -> tuple[int, ...]:
    """The years under `years`, in rising order; none where the key is left out."""
    value = page.any("years")
    if value is None:
        return ()
    listed = value if isinstance(value, list) else [value]
    whole = [year for year in listed if isinstance(year, int) and not isinstance(year, bool)]
    if not whole or len(whole) != len(listed) or whole != sorted(set(whole)) or whole[0] < 1:
        page.wrong("years", "Years count from 1, in rising order.", "Write years = [2, 3, 4].")
        return ()
    return tuple(whole)


def _target(page: Page) -> int:
    """The day of the contact, from `day` or from `months`."""
    day, months = page.whole("day", required=False), page.whole("months", required=False)
    if (day is None) == (months is None):
        why = "A contact has one target: a day, a number of months, or a list of years."
        page.note(
            "day", "missing or said twice", why, "Write day = 100, months = 6 or years = [2]."
        )
        return day or 0
    return whole_days(months=months or 0) if day is None else day


def _window(page: Page, day: int, *, several: bool) -> tuple[int | None, int | None]:
    """First and last day, from `window` or from `within_days`; none where neither is stated."""
    value, within = page.any("window"), page.whole("within_days", required=False)
    if value is None and within is None:
        return None, None
    if value is not None and within is not None:
        page.wrong("window", "The window is said twice.", "Keep window or within_days.")
    if several:
        page.note("years", "with a window", "Each window is stated by its source.",
                  "Write a [[contact]] for each year that has one.")  # fmt: skip
    if within is not None:
        return day - within, day + within
    if (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(end, int) and not isinstance(end, bool) for end in value)
        and value[0] <= day <= value[1]
    ):
        return value[0], value[1]
    why = "A window has a first and a last day, and its target lies in it."
    page.wrong("window", why, "Write window = [85, 115].")
    return None, None


def _consent(page: Page) -> Step:
    years = page.whole("age_years") or 0
    if years < 1:
        why = "A child comes of age on a birthday."
        page.wrong("age_years", why, "Write age_years = 16, say.")
    name, words, asks = page.text("name"), page.words("words"), page.words("asks")
    page.close()
    return Step(name, ItemKind.CONSENT, whole_days(years=years), words, asks)


def _form(page: Page) -> Step:
    due = page.whole("due_days") or 0
    if due < 1:
        why = "A form is due some days after the infusion."
        page.wrong("due_days", why, "Write due_days = 30, say.")
    name, words, asks = page.text("name"), page.words("words"), page.words("asks")
    page.close()
    return Step(name, ItemKind.FORM, due, words, asks, 0, due)


def _example(page: Page) -> ScheduleExample:
    example = ScheduleExample(
        says=page.words("says"),
        course=page.text("course"),
        today_day=page.whole("today") or 0,
        expect=tuple(_expected(part) for part in page.pages("expect")),
        absent=page.texts("absent"),
    )
    if not example.expect and not example.absent:
        why = "An example says what comes out."
        page.note("expect", "nothing is expected", why, "Write expect = [{ item = ..., ... }].")
    page.close()
    return example


def _expected(page: Page) -> Expected:
    expected = Expected(
        item=page.text("item"),
        status=DueStatus(page.word("status", tuple(DueStatus))),
        days=page.whole("days", required=False),
        opens_day=page.whole("opens", required=False),
        closes_day=page.whole("closes", required=False),
        done_day=page.whole("done", required=False),
        infusion=page.whole_or("infusion", 0),
    )
    page.close()
    return expected


def _check_whole(made: Schedule, page: Page) -> None:
    """What no single table can see."""
    names = [step.name for step in made.steps]
    for name in sorted({name for name in names if names.count(name) > 1}):
        page.note("name", repr(name), "Two items bear this name.", "Rename one.")
    if not names:
        page.note("contact", "missing", "A schedule asks for something.", "Write a [[contact]].")
    contacts = [step.day for step in made.steps if step.kind is ItemKind.CONTACT]
    if contacts != sorted(contacts):
        page.note("contact", str(contacts), "Each follows the one before.", "Put them in order.")
    for kind in made.seen_by:
        if kind not in EVENT_TYPE_OF_KIND or kind in _NEVER_SEEN:
            why = "It is no kind of event that shows a child was seen."
            known = ", ".join(kind for kind in EVENT_TYPE_OF_KIND if kind not in _NEVER_SEEN)
            page.note("seen_by", repr(kind), why, f"Known: {known}.")
    if contacts and not made.seen_by:
        why = "Without it no contact could ever be settled."
        page.note("seen_by", "missing", why, 'Write seen_by = ["assessment", "last_contact"].')
    for number, example in enumerate(made.examples, start=1):
        for item in (*(one.item for one in example.expect), *example.absent):
            if item.partition("/")[0] not in names:
                known = ", ".join(names)
                page.note(f"example {number}", repr(item), "It is no item.", f"Known: {known}.")
    if len(made.examples) < EXAMPLES_NEEDED:
        value = f"{len(made.examples)} of the {EXAMPLES_NEEDED} that are needed"
        why = "A schedule that shows no case cannot be checked by a data manager, nor by a test."
        page.note("example", value, why, "Draw a course and say what is due.")
    if made.source.support not in CONFIRMED and made.confirm is None:
        why = "The source is unconfirmed, and nothing says what is to be confirmed."
        page.note("confirm", "missing", why, "Write the sentence in [confirm].")
