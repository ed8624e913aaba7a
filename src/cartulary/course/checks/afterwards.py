# SPDX-License-Identifier: Apache-2.0
"""Rules on transplant and new therapy after CAR-T, and why they were given."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Words, found, rule
from cartulary.course.events import Event, NewTherapy, Relapse, Transplant
from cartulary.course.events.treatment import NewTherapyReason, TransplantReason
from cartulary.course.problem import Severity


def _relapse_by(history: History, event: Event) -> bool:
    """True when a relapse can have come on or before the day of an event."""
    return any(not surely_before(span_of(event), span_of(e)) for e in history.all(Relapse))


@rule(
    Severity.WARNING,
    Words(
        "A transplant for relapse has no relapse before it.",
        "Its reason contradicts the course.",
        "Enter the relapse, or correct the reason.",
    ),
    Words(
        "Een transplantatie wegens recidief heeft geen recidief ervoor.",
        "De reden spreekt het verloop tegen.",
        "Voer het recidief in, of corrigeer de reden.",
    ),
)
def transplant_for_relapse_without_relapse(history: History) -> Iterator[Found]:
    for transplant in history.all(Transplant):
        if transplant.reason is TransplantReason.RELAPSE and not _relapse_by(history, transplant):
            yield found(transplant)


@rule(
    Severity.WARNING,
    Words(
        "A transplant in consolidation came after a relapse.",
        "Consolidation is given in the remission that CAR-T brought.",
        "Check the dates, or correct the reason.",
    ),
    Words(
        "Een transplantatie ter consolidatie kwam na een recidief.",
        "Consolidatie wordt gegeven in de remissie die CAR-T bracht.",
        "Controleer de datums, of corrigeer de reden.",
    ),
    confirm=True,
)
def consolidation_after_relapse(history: History) -> Iterator[Found]:
    for transplant in history.dated(Transplant):
        if transplant.reason is not TransplantReason.CONSOLIDATION:
            continue
        for relapse in history.dated(Relapse):
            after_infusion = not surely_before(span_of(relapse), history.first_infusion)
            if after_infusion and surely_before(span_of(relapse), span_of(transplant)):
                yield found(relapse, transplant)
                break


@rule(
    Severity.WARNING,
    Words(
        "New therapy for relapse has no relapse before it.",
        "Its reason contradicts the course.",
        "Enter the relapse, or correct the reason.",
    ),
    Words(
        "Nieuwe behandeling wegens recidief heeft geen recidief ervoor.",
        "De reden spreekt het verloop tegen.",
        "Voer het recidief in, of corrigeer de reden.",
    ),
)
def therapy_for_relapse_without_relapse(history: History) -> Iterator[Found]:
    for therapy in history.all(NewTherapy):
        if therapy.reason is NewTherapyReason.RELAPSE and not _relapse_by(history, therapy):
            yield found(therapy)


@rule(
    Severity.WARNING,
    Words(
        "A transplant or new therapy is dated before the first infusion.",
        "These events are what follows CAR-T; what comes before is prior therapy or bridging.",
        "Check the day, or record it as prior therapy or bridging.",
    ),
    Words(
        "Een transplantatie of nieuwe behandeling ligt voor de eerste infusie.",
        "Deze gebeurtenissen volgen op CAR-T; wat ervoor komt is eerder of overbrugging.",
        "Controleer de dag, of leg vast als eerdere behandeling of overbrugging.",
    ),
)
def later_therapy_before_infusion(history: History) -> Iterator[Found]:
    given: list[Event] = [*history.all(Transplant), *history.all(NewTherapy)]
    for event in given:
        if surely_before(span_of(event), history.first_infusion):
            yield found(event)


@rule(
    Severity.WARNING,
    Words(
        "The reason of a transplant or new therapy is not recorded.",
        "Whether it came in remission or for relapse decides how endpoints count it.",
        "Enter the reason.",
    ),
    Words(
        "De reden van een transplantatie of nieuwe behandeling is niet vastgelegd.",
        "Of zij in remissie of wegens recidief kwam, bepaalt hoe eindpunten haar tellen.",
        "Voer de reden in.",
    ),
)
def reason_of_later_therapy_missing(history: History) -> Iterator[Found]:
    given: list[Transplant | NewTherapy] = [*history.all(Transplant), *history.all(NewTherapy)]
    for event in given:
        if not is_known(event.reason):
            yield found(event)


RULES: tuple[Rule, ...] = (
    transplant_for_relapse_without_relapse,
    consolidation_after_relapse,
    therapy_for_relapse_without_relapse,
    later_therapy_before_infusion,
    reason_of_later_therapy_missing,
)
