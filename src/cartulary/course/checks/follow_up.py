# SPDX-License-Identifier: Apache-2.0
"""Rules on death, last contact, the data cut, and consent."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, Span, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Words, found, rule
from cartulary.course.course import Origin
from cartulary.course.events import Consent, Death, LastContact
from cartulary.course.events.ending import Cause
from cartulary.course.events.treatment import ConsentStatus, Purpose
from cartulary.course.problem import Severity


@rule(
    Severity.ERROR,
    Words(
        "Something happened after the child had died.",
        "Nothing in a course comes after death.",
        "Check the day of death and of what follows it.",
    ),
    Words(
        "Er gebeurde iets nadat het kind was overleden.",
        "Na overlijden komt niets meer in een verloop.",
        "Controleer de dag van overlijden en van wat erna staat.",
    ),
)
def event_after_death(history: History) -> Iterator[Found]:
    for death in history.dated(Death)[:1]:
        for event in history.course.events:
            # Parents may sign a consent later; last contact has a rule of its own.
            if not isinstance(event, (Death, LastContact, Consent)) and surely_before(
                span_of(death), span_of(event)
            ):
                yield found(death, event)


@rule(
    Severity.ERROR,
    Words(
        "The last contact lies after death.",
        "Last contact is the last day on which the child was known to be alive.",
        "Check both dates.",
    ),
    Words(
        "Het laatste contact ligt na het overlijden.",
        "Laatste contact is de laatste dag waarop bekend was dat het kind leefde.",
        "Controleer beide datums.",
    ),
)
def last_contact_after_death(history: History) -> Iterator[Found]:
    for death in history.dated(Death)[:1]:
        for contact in history.dated(LastContact):
            if surely_before(span_of(death), span_of(contact)):
                yield found(death, contact)


@rule(
    Severity.ERROR,
    Words(
        "Two deaths are recorded.",
        "A child dies once.",
        "Remove the one that is wrong.",
    ),
    Words(
        "Er zijn twee overlijdens vastgelegd.",
        "Een kind overlijdt één keer.",
        "Verwijder de onjuiste regel.",
    ),
)
def two_deaths(history: History) -> Iterator[Found]:
    if len(history.all(Death)) > 1:
        yield found(*history.all(Death))


@rule(
    Severity.WARNING,
    Words(
        "A death has no date.",
        "Survival can then only be followed to the last day known before it.",
        "Enter the date, or the month or the year.",
    ),
    Words(
        "Een overlijden heeft geen datum.",
        "Overleving is dan alleen te volgen tot de laatste bekende dag ervoor.",
        "Voer de datum in, of de maand of het jaar.",
    ),
)
def death_without_date(history: History) -> Iterator[Found]:
    for death in history.all(Death):
        if death.day is None:
            yield found(death)


@rule(
    Severity.NOTE,
    Words(
        "The cause of death is not recorded.",
        "Death without relapse and death of leukaemia cannot be told apart by cause.",
        "Enter the cause, or 'unknown'.",
    ),
    Words(
        "De doodsoorzaak is niet vastgelegd.",
        "Overlijden aan leukemie en zonder recidief is dan niet naar oorzaak te scheiden.",
        "Voer de oorzaak in, of 'onbekend'.",
    ),
)
def cause_of_death_missing(history: History) -> Iterator[Found]:
    for death in history.all(Death):
        if not is_known(death.cause):
            yield found(death)


@rule(
    Severity.ERROR,
    Words(
        "Death is ascribed to CAR-T in a child without an infusion.",
        "The cells were never given.",
        "Correct the cause, or enter the infusion.",
    ),
    Words(
        "Overlijden is toegeschreven aan CAR-T bij een kind zonder infusie.",
        "De cellen zijn nooit gegeven.",
        "Corrigeer de oorzaak, of voer de infusie in.",
    ),
)
def died_of_cells_never_given(history: History) -> Iterator[Found]:
    for death in history.all(Death):
        if death.cause is Cause.CAR_T and not history.is_infused():
            yield found(death)


@rule(
    Severity.WARNING,
    Words(
        "There is neither a death nor a last contact.",
        "How long the child was followed is unknown; its last event has to stand in.",
        "Enter the last day on which the child was known to be alive.",
    ),
    Words(
        "Er is geen overlijden en geen laatste contact.",
        "Hoe lang het kind is gevolgd, is onbekend; de laatste gebeurtenis valt in.",
        "Voer de laatste dag in waarop bekend was dat het kind leefde.",
    ),
)
def last_contact_missing(history: History) -> Iterator[Found]:
    if not history.all(Death) and not history.dated(LastContact):
        yield found(*history.all(LastContact))


@rule(
    Severity.WARNING,
    Words(
        "Something happened after the last contact.",
        "The child was seen later than the day of last contact says.",
        "Move the last contact, or check the later event.",
    ),
    Words(
        "Er gebeurde iets na het laatste contact.",
        "Het kind is later gezien dan de dag van laatste contact zegt.",
        "Verplaats het laatste contact, of controleer de latere gebeurtenis.",
    ),
)
def event_after_last_contact(history: History) -> Iterator[Found]:
    contacts = history.dated(LastContact)
    if not contacts:
        return
    for event in history.course.events:
        if not isinstance(event, (Death, LastContact)) and surely_before(
            span_of(contacts[-1]), span_of(event)
        ):
            yield found(contacts[-1], event)
            return


@rule(
    Severity.ERROR,
    Words(
        "An event lies after the data cut.",
        "The record does not reach beyond its own cut.",
        "Check the date, or move the data cut.",
    ),
    Words(
        "Een gebeurtenis ligt na de peildatum.",
        "De gegevens reiken niet verder dan hun eigen peildatum.",
        "Controleer de datum, of verplaats de peildatum.",
    ),
)
def event_after_data_cut(history: History) -> Iterator[Found]:
    cut = history.course.data_cut_day
    if cut is None:
        return
    for event in history.course.events:
        if surely_before(Span(cut, cut), span_of(event)):
            yield found(event, value=f"> D{cut}")


@rule(
    Severity.NOTE,
    Words(
        "No consent for registration is recorded.",
        "Whether this course may leave the programme is unknown.",
        "Enter the consent for the purpose 'registry'.",
    ),
    Words(
        "Er is geen toestemming voor registratie vastgelegd.",
        "Of dit verloop het programma mag verlaten, is onbekend.",
        "Voer de toestemming voor het doel 'registratie' in.",
    ),
)
def consent_for_registry_missing(history: History) -> Iterator[Found]:
    if history.course.origin is Origin.RECORDED and not any(
        consent.purpose is Purpose.REGISTRY for consent in history.all(Consent)
    ):
        yield found()


@rule(
    Severity.WARNING,
    Words(
        "Consent for registration or research was refused or withdrawn.",
        "The course may be kept for care, but not be sent out or used for that purpose.",
        "Leave this child out of what is sent, or enter the later consent.",
    ),
    Words(
        "Toestemming voor registratie of onderzoek is geweigerd of ingetrokken.",
        "Het verloop mag voor zorg bewaard blijven, maar niet voor dat doel worden gebruikt.",
        "Laat dit kind weg uit wat wordt verstuurd, of voer de latere toestemming in.",
    ),
)
def consent_refused_or_withdrawn(history: History) -> Iterator[Found]:
    for purpose in (Purpose.REGISTRY, Purpose.RESEARCH):
        given = [consent for consent in history.all(Consent) if consent.purpose is purpose]
        if given and given[-1].status is not ConsentStatus.GIVEN:
            yield found(given[-1], value=f"{purpose}: {given[-1].status}")


RULES: tuple[Rule, ...] = (
    event_after_death,
    last_contact_after_death,
    two_deaths,
    death_without_date,
    cause_of_death_missing,
    died_of_cells_never_given,
    last_contact_missing,
    event_after_last_contact,
    event_after_data_cut,
    consent_for_registry_missing,
    consent_refused_or_withdrawn,
)
