# SPDX-License-Identifier: Apache-2.0
"""Rules on toxicity and infection: onset, end, grade, and what was given for it."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, span, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import Death, Infection, Infusion, Toxicity, Treatment
from cartulary.course.events.observation import GradeBasis, ToxicityKind
from cartulary.course.events.treatment import TreatmentFor
from cartulary.course.problem import Severity

OF_THE_CELLS = (
    ToxicityKind.CRS,
    ToxicityKind.ICANS,
    ToxicityKind.IEC_HS,
    ToxicityKind.ICAHT,
    ToxicityKind.NEUTROPENIA_BEYOND_DAY_28,
)
FATAL = 5


def _occurred(toxicity: Toxicity) -> bool:
    """False for grade 0, which says that it was looked for and not there."""
    return not (is_known(toxicity.grade) and toxicity.grade == 0)


@rule(
    Severity.ERROR,
    Words(
        "A toxicity of the cells is dated before the first infusion.",
        "CRS, ICANS, IEC-HS and ICAHT are caused by the cells.",
        "Check the onset and the day of infusion.",
    ),
    Words(
        "Een toxiciteit van de cellen ligt voor de eerste infusie.",
        "CRS, ICANS, IEC-HS en ICAHT worden door de cellen veroorzaakt.",
        "Controleer het begin en de dag van infusie.",
    ),
)
def toxicity_before_infusion(history: History) -> Iterator[Found]:
    for toxicity in history.all(Toxicity):
        if toxicity.toxicity in OF_THE_CELLS and surely_before(
            span_of(toxicity), history.first_infusion
        ):
            yield found(toxicity, value=str(toxicity.toxicity))


@rule(
    Severity.ERROR,
    Words(
        "A toxicity of the cells is recorded for a child without an infusion.",
        "CRS, ICANS, IEC-HS and ICAHT are caused by the cells.",
        "Enter the infusion, or remove the toxicity.",
    ),
    Words(
        "Een toxiciteit van de cellen is vastgelegd bij een kind zonder infusie.",
        "CRS, ICANS, IEC-HS en ICAHT worden door de cellen veroorzaakt.",
        "Voer de infusie in, of verwijder de toxiciteit.",
    ),
)
def toxicity_without_infusion(history: History) -> Iterator[Found]:
    if history.is_infused():
        return
    for toxicity in history.all(Toxicity):
        if toxicity.toxicity in OF_THE_CELLS:
            yield found(toxicity, value=str(toxicity.toxicity))


LATE_CRS = Threshold(
    "onset of CRS after infusion, usually within", 30, "days", "ours: confirm locally", "ours"
)


@rule(
    Severity.WARNING,
    Words(
        "CRS began more than 30 days after the infusion.",
        "So late a fever more often has another cause.",
        "Check the onset, the infusion it belongs to, and the diagnosis.",
    ),
    Words(
        "CRS begon meer dan 30 dagen na de infusie.",
        "Zo late koorts heeft vaker een andere oorzaak.",
        "Controleer het begin, de infusie waar het bij hoort, en de diagnose.",
    ),
    thresholds=(LATE_CRS,),
    confirm=True,
)
def crs_long_after_infusion(history: History) -> Iterator[Found]:
    for toxicity in history.dated(Toxicity):
        if toxicity.toxicity is not ToxicityKind.CRS or not _occurred(toxicity):
            continue
        infusion = history.infusion_before(toxicity)
        onset = span_of(toxicity)
        given = span_of(infusion) if infusion is not None else None
        if infusion and onset and given and onset.first - given.last > LATE_CRS.value:
            yield found(infusion, toxicity, value=f"{onset.first - given.last} d")


@rule(
    Severity.NOTE,
    Words(
        "ICANS is recorded without CRS.",
        "It happens, but it is uncommon.",
        "Confirm that there was no CRS, or enter it (grade 0 says that it was looked for).",
    ),
    Words(
        "ICANS is vastgelegd zonder CRS.",
        "Het komt voor, maar is ongewoon.",
        "Bevestig dat er geen CRS was, of voer het in (graad 0: ernaar gekeken).",
    ),
    confirm=True,
)
def icans_without_crs(history: History) -> Iterator[Found]:
    seen = history.all(Toxicity)
    if any(e.toxicity is ToxicityKind.CRS for e in seen):
        return
    for toxicity in seen:
        if toxicity.toxicity is ToxicityKind.ICANS and _occurred(toxicity):
            yield found(toxicity)


@rule(
    Severity.ERROR,
    Words(
        "A toxicity or infection ended before it began.",
        "The end lies before the onset.",
        "Check both dates.",
    ),
    Words(
        "Een toxiciteit of infectie eindigde voordat zij begon.",
        "Het einde ligt voor het begin.",
        "Controleer beide datums.",
    ),
)
def end_before_onset(history: History) -> Iterator[Found]:
    seen: list[Toxicity | Infection] = [*history.all(Toxicity), *history.all(Infection)]
    for event in seen:
        if surely_before(span(event.end_day, event.end_precision), span_of(event)):
            yield found(event, value=f"D{event.end_day}")


@rule(
    Severity.WARNING,
    Words(
        "A grade is recorded without its scale.",
        "The same signs have different grades on different scales.",
        "Name the scale and its edition.",
    ),
    Words(
        "Er is een graad vastgelegd zonder schaal.",
        "Dezelfde verschijnselen krijgen op verschillende schalen een andere graad.",
        "Noem de schaal en haar editie.",
    ),
)
def grade_without_scale(history: History) -> Iterator[Found]:
    for toxicity in history.all(Toxicity):
        if is_known(toxicity.grade) and toxicity.grade > 0 and not is_known(toxicity.scale):
            yield found(toxicity, value=str(toxicity.grade))


@rule(
    Severity.WARNING,
    Words(
        "A toxicity has no grade.",
        "It counts as of any grade, and is left out where a grade is asked.",
        "Enter the highest grade.",
    ),
    Words(
        "Een toxiciteit heeft geen graad.",
        "Zij telt mee bij alle graden, en valt weg waar een graad wordt gevraagd.",
        "Voer de hoogste graad in.",
    ),
)
def toxicity_without_grade(history: History) -> Iterator[Found]:
    for toxicity in history.all(Toxicity):
        if not is_known(toxicity.grade):
            yield found(toxicity, value=str(toxicity.toxicity))


@rule(
    Severity.WARNING,
    Words(
        "The toxicity names an infusion that is not recorded or that came later.",
        "Toxicity per infusion is counted with the infusion it names.",
        "Correct the infusion number, or enter the infusion.",
    ),
    Words(
        "De toxiciteit noemt een infusie die niet is vastgelegd of later kwam.",
        "Toxiciteit per infusie telt bij de infusie die zij noemt.",
        "Corrigeer het infusienummer, of voer de infusie in.",
    ),
)
def toxicity_of_unknown_infusion(history: History) -> Iterator[Found]:
    if not history.is_infused():
        return
    numbered = {
        infusion.number if is_known(infusion.number) else position: infusion
        for position, infusion in enumerate(history.all(Infusion), start=1)
    }
    for toxicity in history.all(Toxicity):
        if not is_known(toxicity.infusion_number):
            continue
        named = numbered.get(toxicity.infusion_number)
        if named is None or surely_before(span_of(toxicity), span_of(named)):
            yield found(toxicity, value=str(toxicity.infusion_number))


@rule(
    Severity.WARNING,
    Words(
        "A computed grade was overridden without a reason.",
        "Who reads the grade later must be able to see why it differs.",
        "Record the reason.",
    ),
    Words(
        "Een berekende graad is zonder reden aangepast.",
        "Wie de graad later leest, moet kunnen zien waarom hij afwijkt.",
        "Leg de reden vast.",
    ),
)
def override_without_reason(history: History) -> Iterator[Found]:
    for toxicity in history.all(Toxicity):
        if toxicity.basis is GradeBasis.OVERRIDDEN and not is_known(toxicity.override_reason):
            yield found(toxicity)


@rule(
    Severity.ERROR,
    Words(
        "A fatal toxicity or infection is recorded, but no death.",
        "Grade 5 means that the child died of it.",
        "Enter the death, or correct the grade.",
    ),
    Words(
        "Er is een dodelijke toxiciteit of infectie vastgelegd, maar geen overlijden.",
        "Graad 5 betekent dat het kind eraan is overleden.",
        "Voer het overlijden in, of corrigeer de graad.",
    ),
)
def fatal_grade_without_death(history: History) -> Iterator[Found]:
    seen: list[Toxicity | Infection] = [*history.all(Toxicity), *history.all(Infection)]
    for event in seen:
        if is_known(event.grade) and event.grade == FATAL and not history.all(Death):
            yield found(event)


DAY_28 = Threshold("day after infusion that the name speaks of", 28, "days", "the name", "found")


@rule(
    Severity.NOTE,
    Words(
        "Neutropenia beyond day 28 ended on or before day 28.",
        "Its name says that it lasted longer.",
        "Check the days, or record ICAHT or a lower count instead.",
    ),
    Words(
        "Neutropenie na dag 28 eindigde op of voor dag 28.",
        "De naam zegt dat zij langer duurde.",
        "Controleer de dagen, of leg ICAHT of een lager getal vast.",
    ),
    thresholds=(DAY_28,),
)
def persistent_neutropenia_too_short(history: History) -> Iterator[Found]:
    for toxicity in history.dated(Toxicity):
        infusion = history.infusion_before(toxicity)
        end = span(toxicity.end_day, toxicity.end_precision)
        if toxicity.toxicity is not ToxicityKind.NEUTROPENIA_BEYOND_DAY_28 or infusion is None:
            continue
        given = span_of(infusion)
        if end and given and _occurred(toxicity) and end.last - given.first <= DAY_28.value:
            yield found(infusion, toxicity, value=f"D{toxicity.end_day}")


_TREATED = {
    TreatmentFor.CRS: ToxicityKind.CRS,
    TreatmentFor.ICANS: ToxicityKind.ICANS,
    TreatmentFor.IEC_HS: ToxicityKind.IEC_HS,
}


@rule(
    Severity.WARNING,
    Words(
        "A toxicity was treated that is not recorded.",
        "A drug was given for CRS, ICANS or IEC-HS, but the toxicity is missing.",
        "Enter the toxicity with its grade, or correct what the drug was given for.",
    ),
    Words(
        "Er is een toxiciteit behandeld die niet is vastgelegd.",
        "Er is een middel gegeven voor CRS, ICANS of IEC-HS, maar de toxiciteit ontbreekt.",
        "Voer de toxiciteit met graad in, of corrigeer waarvoor het middel is gegeven.",
    ),
)
def treated_toxicity_missing(history: History) -> Iterator[Found]:
    seen = {e.toxicity for e in history.all(Toxicity) if _occurred(e)}
    for treatment in history.all(Treatment):
        if not is_known(treatment.given_for):
            continue
        kind = _TREATED.get(treatment.given_for)
        if kind is not None and kind not in seen:
            yield found(treatment, value=str(treatment.given_for))


@rule(
    Severity.NOTE,
    Words(
        "An infection has no grade.",
        "It is left out where a grade is asked.",
        "Enter the highest CTCAE grade.",
    ),
    Words(
        "Een infectie heeft geen graad.",
        "Zij valt weg waar een graad wordt gevraagd.",
        "Voer de hoogste CTCAE-graad in.",
    ),
)
def infection_without_grade(history: History) -> Iterator[Found]:
    for infection in history.all(Infection):
        if not is_known(infection.grade):
            yield found(infection)


RULES: tuple[Rule, ...] = (
    toxicity_before_infusion,
    toxicity_without_infusion,
    crs_long_after_infusion,
    icans_without_crs,
    end_before_onset,
    grade_without_scale,
    toxicity_without_grade,
    toxicity_of_unknown_infusion,
    override_without_reason,
    fatal_grade_without_death,
    persistent_neutropenia_too_short,
    treated_toxicity_missing,
    infection_without_grade,
)
