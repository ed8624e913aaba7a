# SPDX-License-Identifier: Apache-2.0
"""Rules on age, on day 0, and on dates that are missing, partial or out of order."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.course import DAYS_PER_YEAR, DayZero
from cartulary.course.dates import Precision
from cartulary.course.events import (
    Apheresis,
    Assessment,
    Death,
    Diagnosis,
    Event,
    Indication,
    Infusion,
    NewTherapy,
    Relapse,
    Transplant,
)
from cartulary.course.problem import Severity

OLDEST = Threshold(
    "age at indication, completed years, up to",
    25,
    "years",
    "licensed indication of tisagenlecleucel in B-ALL (NICE TA975; FDA)",
    "found",
)
YOUNGEST = Threshold("age below which the child is an infant", 1, "years", "NCI risk", "found")


@rule(
    Severity.WARNING,
    Words(
        "The patient was older than 25 at the indication.",
        "The licence ends after the 25th year of age.",
        "Check the birth date; if it is right, the treatment was off label.",
    ),
    Words(
        "De patiënt was bij de indicatie ouder dan 25 jaar.",
        "De registratie eindigt na het 25e levensjaar.",
        "Controleer de geboortedatum; klopt die, dan was de behandeling off-label.",
    ),
    thresholds=(OLDEST,),
    confirm=True,
)
def age_above_25(history: History) -> Iterator[Found]:
    age = history.course.age_years_on(0)
    if age is not None and int(age) > OLDEST.value:
        yield found(value=f"{age:.1f} y")


@rule(
    Severity.NOTE,
    Words(
        "The child was an infant at the indication.",
        "Dose, collection and comparison need care below one year of age.",
        "Confirm the birth date and the weight at infusion.",
    ),
    Words(
        "Het kind was bij de indicatie een zuigeling.",
        "Dosis, afname en vergelijking vragen onder één jaar aandacht.",
        "Bevestig de geboortedatum en het gewicht bij infusie.",
    ),
    thresholds=(YOUNGEST,),
    confirm=True,
)
def infant_at_indication(history: History) -> Iterator[Found]:
    age = history.course.age_years_on(0)
    if age is not None and age < YOUNGEST.value:
        yield found(value=f"{age * DAYS_PER_YEAR:.0f} d")


@rule(
    Severity.ERROR,
    Words(
        "An event lies before birth.",
        "Age on day 0 and the day of the event contradict each other.",
        "Check the birth date and the date of the event.",
    ),
    Words(
        "Een gebeurtenis ligt voor de geboorte.",
        "Leeftijd op dag 0 en de dag van de gebeurtenis spreken elkaar tegen.",
        "Controleer de geboortedatum en de datum van de gebeurtenis.",
    ),
)
def event_before_birth(history: History) -> Iterator[Found]:
    age = history.course.age_days_at_day0
    if not is_known(age):
        return
    for event in history.course.events:
        when = span_of(event)
        if when is not None and when.last < -age:
            yield found(event, value=f"< D{-age}")


@rule(
    Severity.WARNING,
    Words(
        "No indication is recorded.",
        "Day 0 is the indication; every figure from the decision on needs it.",
        "Enter the indication, or say what stands in for day 0.",
    ),
    Words(
        "Er is geen indicatie vastgelegd.",
        "Dag 0 is de indicatie; elk cijfer vanaf het besluit heeft haar nodig.",
        "Voer de indicatie in, of zeg wat dag 0 vervangt.",
    ),
)
def indication_missing(history: History) -> Iterator[Found]:
    if history.course.day0_is is DayZero.INDICATION and not history.all(Indication):
        yield found()


@rule(
    Severity.WARNING,
    Words(
        "The first indication is not on day 0.",
        "Study days are counted from the indication.",
        "Check the date of the indication and day 0.",
    ),
    Words(
        "De eerste indicatie ligt niet op dag 0.",
        "Studiedagen tellen vanaf de indicatie.",
        "Controleer de datum van de indicatie en dag 0.",
    ),
)
def indication_not_on_day_0(history: History) -> Iterator[Found]:
    first = next(iter(history.dated(Indication)), None)
    if history.course.day0_is is DayZero.INDICATION and first is not None and first.day != 0:
        yield found(first)


@rule(
    Severity.WARNING,
    Words(
        "An event lies before the diagnosis.",
        "The leukaemia, its treatment and its course begin with the diagnosis.",
        "Check both dates.",
    ),
    Words(
        "Een gebeurtenis ligt voor de diagnose.",
        "De leukemie, haar behandeling en haar verloop beginnen met de diagnose.",
        "Controleer beide datums.",
    ),
)
def event_before_diagnosis(history: History) -> Iterator[Found]:
    first = next(iter(history.dated(Diagnosis)), None)
    if first is None:
        return
    for event in history.course.events:
        if surely_before(span_of(event), span_of(first)):
            yield found(event, first)


@rule(
    Severity.WARNING,
    Words(
        "A milestone has no date.",
        "It can be counted in no figure that runs over time.",
        "Enter the date, or the month or the year.",
    ),
    Words(
        "Een mijlpaal heeft geen datum.",
        "Zij telt in geen enkel cijfer dat over de tijd loopt.",
        "Voer de datum in, of de maand of het jaar.",
    ),
)
def milestone_without_date(history: History) -> Iterator[Found]:
    milestones: list[Event] = [
        *history.all(Indication),
        *history.all(Apheresis),
        *history.all(Infusion),
        *history.all(Relapse),
        *history.all(Transplant),
        *history.all(NewTherapy),
    ]
    for event in milestones:
        if event.day is None:
            yield found(event)


# Pairs of events of which the order decides how an endpoint counts them.
ORDER_MATTERS: tuple[tuple[type[Event], type[Event]], ...] = (
    (Infusion, Relapse),
    (Infusion, Assessment),
    (Infusion, Transplant),
    (Infusion, NewTherapy),
    (Relapse, Transplant),
    (Relapse, NewTherapy),
    (Relapse, Death),
)


@rule(
    Severity.NOTE,
    Words(
        "A partial date leaves the order of two events open.",
        "Both may fall on the same day or either may be first; the middle of the period is used.",
        "Enter the full date if it can be found.",
    ),
    Words(
        "Een onvolledige datum laat de volgorde van twee gebeurtenissen open.",
        "Elk van beide kan de eerste zijn; gerekend wordt met het midden van de periode.",
        "Voer de volledige datum in als die te vinden is.",
    ),
)
def order_undecidable(history: History) -> Iterator[Found]:
    for one_type, other_type in ORDER_MATTERS:
        for one in history.dated(one_type):
            for other in history.dated(other_type):
                first, second = span_of(one), span_of(other)
                partial = {one.precision, other.precision} != {Precision.DAY}
                open_order = not surely_before(first, second) and not surely_before(second, first)
                if partial and open_order:
                    yield found(one, other)


RULES: tuple[Rule, ...] = (
    age_above_25,
    infant_at_indication,
    event_before_birth,
    indication_missing,
    indication_not_on_day_0,
    event_before_diagnosis,
    milestone_without_date,
    order_undecidable,
)
