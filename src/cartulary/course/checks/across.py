# SPDX-License-Identifier: Apache-2.0
"""Rules that need all courses of a programme: a child twice, one product in two children."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import timedelta

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History
from cartulary.course.checks.rule import Found, Rule, Words, found, rule_among_courses
from cartulary.course.events import Apheresis, Event, Infusion
from cartulary.course.problem import Severity


def _shared(
    keyed: Iterable[tuple[Hashable, History, tuple[Event, ...]]],
) -> Iterator[Found]:
    """One finding for each course that shares its key with another, naming the others."""
    groups: dict[Hashable, dict[str, tuple[Event, ...]]] = {}
    for key, history, events in keyed:
        own = groups.setdefault(key, {})
        own[history.course.course_id] = own.get(history.course.course_id, ()) + events
    for key, members in groups.items():
        if len(members) < 2:
            continue
        for course_id, events in members.items():
            others = ", ".join(other for other in members if other != course_id)
            said = f"{key} = {others}" if isinstance(key, str) else f"= {others}"
            yield found(*events, value=said, course_id=course_id)


@rule_among_courses(
    Severity.WARNING,
    Words(
        "Two courses may be of one child.",
        "Birth date and sex agree, or, where no date is kept, age, sex and infusion days do.",
        "Merge them if it is one child; twins and chance are possible.",
    ),
    Words(
        "Twee verlopen zijn mogelijk van één kind.",
        "Geboortedatum en geslacht zijn gelijk; zonder datum: leeftijd, geslacht, infusiedagen.",
        "Voeg ze samen als het één kind is; een tweeling of toeval kan ook.",
    ),
)
def same_child_twice(histories: Sequence[History]) -> Iterator[Found]:
    keyed: list[tuple[Hashable, History, tuple[Event, ...]]] = []
    for history in histories:
        course = history.course
        if not is_known(course.sex) or not is_known(course.age_days_at_day0):
            continue
        if course.day0 is not None:
            born = course.day0 - timedelta(days=course.age_days_at_day0)
            keyed.append(((course.sex, born), history, ()))
        elif course.infusion_days:
            key = (course.sex, course.age_days_at_day0, course.infusion_days)
            keyed.append((key, history, ()))
    yield from _shared(keyed)


@rule_among_courses(
    Severity.ERROR,
    Words(
        "One product was infused in two children.",
        "The cells of one child are given to that child alone.",
        "Stop and check the chain of identity; correct the product identifier.",
    ),
    Words(
        "Eén product is bij twee kinderen toegediend.",
        "De cellen van een kind worden alleen aan dat kind gegeven.",
        "Stop en controleer de identiteitsketen; corrigeer het productnummer.",
    ),
)
def product_in_two_children(histories: Sequence[History]) -> Iterator[Found]:
    yield from _shared(
        (infusion.product_id, history, (infusion,))
        for history in histories
        for infusion in history.all(Infusion)
        if is_known(infusion.product_id)
    )


@rule_among_courses(
    Severity.ERROR,
    Words(
        "One donation identifier stands in two courses.",
        "It is given once, to one collection of one child.",
        "Correct the donation identifier, or merge the courses.",
    ),
    Words(
        "Eén donatienummer staat in twee verlopen.",
        "Het wordt één keer gegeven, aan één afname van één kind.",
        "Corrigeer het donatienummer, of voeg de verlopen samen.",
    ),
)
def donation_in_two_children(histories: Sequence[History]) -> Iterator[Found]:
    yield from _shared(
        (apheresis.donation_id, history, (apheresis,))
        for history in histories
        for apheresis in history.all(Apheresis)
        if is_known(apheresis.donation_id)
    )


RULES: tuple[Rule, ...] = (same_child_twice, product_in_two_children, donation_in_two_children)
