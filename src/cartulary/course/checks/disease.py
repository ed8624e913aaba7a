# SPDX-License-Identifier: Apache-2.0
"""Rules on response, residual disease, B-cell aplasia and relapse."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import (
    Assessment,
    Death,
    Event,
    Infusion,
    LastContact,
    Measurement,
    NewTherapy,
    Relapse,
    Transplant,
)
from cartulary.course.events.disease import CnsStatus, MrdResult, Response, Timepoint
from cartulary.course.events.observation import Analyte, Specimen
from cartulary.course.problem import Severity
from cartulary.course.units import folded

REMISSION = (Response.CR, Response.CRI)
AFTER_INFUSION = (Timepoint.DAY_28, Timepoint.MONTH_3, Timepoint.MONTH_6, Timepoint.MONTH_12)


@rule(
    Severity.WARNING,
    Words(
        "A relapse is recorded without a remission before it.",
        "Leukaemia that never went away has not relapsed: that is no response.",
        "Enter the assessment that showed remission, or record no response instead of relapse.",
    ),
    Words(
        "Er is een recidief vastgelegd zonder remissie ervoor.",
        "Leukemie die nooit weg was, is niet teruggekomen: dat is geen respons.",
        "Voer de beoordeling met remissie in, of leg geen respons vast in plaats van recidief.",
    ),
    confirm=True,
)
def relapse_without_remission(history: History) -> Iterator[Found]:
    remissions = [e for e in history.all(Assessment) if e.response in REMISSION]
    for relapse in history.all(Relapse):
        if surely_before(span_of(relapse), history.first_infusion):
            continue
        if not any(not surely_before(span_of(relapse), span_of(e)) for e in remissions):
            yield found(relapse)


@rule(
    Severity.WARNING,
    Words(
        "A relapse is recorded before the first infusion.",
        "Relapse here is the leukaemia coming back after CAR-T; earlier ones are the indication.",
        "Check the day, or record it as the reason of the indication.",
    ),
    Words(
        "Er is een recidief vastgelegd voor de eerste infusie.",
        "Recidief is hier terugkeer na CAR-T; eerdere recidieven horen bij de indicatie.",
        "Controleer de dag, of leg het vast als reden van de indicatie.",
    ),
)
def relapse_before_infusion(history: History) -> Iterator[Found]:
    for relapse in history.all(Relapse):
        if surely_before(span_of(relapse), history.first_infusion):
            yield found(relapse)


@rule(
    Severity.WARNING,
    Words(
        "A response is recorded, but nothing that was looked at.",
        "Neither marrow, residual disease, CNS nor disease elsewhere is recorded beside it.",
        "Enter the findings on which the response rests.",
    ),
    Words(
        "Er is een respons vastgelegd, maar niets waarnaar is gekeken.",
        "Beenmerg, restziekte, CZS en ziekte elders zijn er niet bij vastgelegd.",
        "Voer de bevindingen in waarop de respons berust.",
    ),
)
def response_without_findings(history: History) -> Iterator[Found]:
    for look in history.all(Assessment):
        nothing = not any(
            is_known(value)
            for value in (
                look.marrow_blasts_percent,
                look.mrd_result,
                look.mrd_percent,
                look.cns_status,
                look.extramedullary,
            )
        )
        judged = is_known(look.response) and look.response is not Response.NOT_EVALUABLE
        if judged and nothing:
            yield found(look, value=str(look.response))


BLASTS = Threshold(
    "marrow blasts in remission, below", 5.0, "%", "ELIANA definition of remission", "M-H"
)


@rule(
    Severity.ERROR,
    Words(
        "Remission is recorded with 5% blasts or more in the marrow.",
        "Remission means fewer than 5% blasts.",
        "Check the blasts and the response.",
    ),
    Words(
        "Remissie is vastgelegd met 5% blasten of meer in het beenmerg.",
        "Remissie betekent minder dan 5% blasten.",
        "Controleer de blasten en de respons.",
    ),
    thresholds=(BLASTS,),
    confirm=True,
)
def remission_with_blasts(history: History) -> Iterator[Found]:
    for look in history.all(Assessment):
        blasts = look.marrow_blasts_percent
        if look.response in REMISSION and is_known(blasts) and blasts >= BLASTS.value:
            yield found(look, value=f"{look.response}, {blasts:g}%")


@rule(
    Severity.WARNING,
    Words(
        "Remission is recorded with leukaemia in the CNS or elsewhere.",
        "Remission means no leukaemia outside the marrow either.",
        "Check CNS status, extramedullary disease and response.",
    ),
    Words(
        "Remissie is vastgelegd met leukemie in het CZS of elders.",
        "Remissie betekent ook buiten het beenmerg geen leukemie.",
        "Controleer CZS-status, ziekte buiten het beenmerg en respons.",
    ),
    confirm=True,
)
def remission_with_disease_elsewhere(history: History) -> Iterator[Found]:
    for look in history.all(Assessment):
        elsewhere = look.cns_status is CnsStatus.CNS3 or look.extramedullary is True
        if look.response in REMISSION and elsewhere:
            yield found(look, value=str(look.response))


@rule(
    Severity.WARNING,
    Words(
        "Residual disease is given a value below the limit of its method.",
        "A method cannot count what lies below its own limit.",
        "Record the result as positive below quantification or negative, or correct the limit.",
    ),
    Words(
        "Restziekte heeft een waarde onder de grens van de methode.",
        "Een methode kan niet tellen wat onder haar eigen grens ligt.",
        "Leg de uitslag vast als positief niet te kwantificeren of negatief, of verbeter de grens.",
    ),
)
def mrd_below_its_limit(history: History) -> Iterator[Found]:
    for look in history.all(Assessment):
        value, limit = look.mrd_percent, look.mrd_limit_percent
        if look.mrd_result is MrdResult.BELOW_QUANTIFICATION:
            continue
        if is_known(value) and is_known(limit) and 0 < value < limit:
            yield found(look, value=f"{value:g}% < {limit:g}%")


MRD_NEGATIVE = Threshold(
    "residual disease called negative, up to", 0.01, "%", "flow cytometry, 10⁻⁴ of cells", "found"
)


@rule(
    Severity.ERROR,
    Words(
        "Residual disease is negative, yet its value lies above the limit.",
        "A value above the limit of the method is positive.",
        "Check result, value and limit; 10⁻⁴ is 0.01%.",
    ),
    Words(
        "Restziekte is negatief, maar de waarde ligt boven de grens.",
        "Een waarde boven de grens van de methode is positief.",
        "Controleer uitslag, waarde en grens; 10⁻⁴ is 0,01%.",
    ),
    thresholds=(MRD_NEGATIVE,),
)
def mrd_negative_with_a_value(history: History) -> Iterator[Found]:
    for look in history.all(Assessment):
        given = look.mrd_limit_percent
        limit = given if is_known(given) else MRD_NEGATIVE.value
        value = look.mrd_percent
        if look.mrd_result is MrdResult.NEGATIVE and is_known(value) and value > limit:
            yield found(look, value=f"{value:g}% > {limit:g}%")


@rule(
    Severity.WARNING,
    Words(
        "CD19 was not recorded at relapse.",
        "Without it the relapse can be put in no class.",
        "Enter the CD19 status, or record that it was not done.",
    ),
    Words(
        "CD19 is bij recidief niet vastgelegd.",
        "Zonder CD19 is het recidief niet in te delen.",
        "Voer de CD19-status in, of leg vast dat die niet is bepaald.",
    ),
)
def cd19_missing_at_relapse(history: History) -> Iterator[Found]:
    for relapse in history.all(Relapse):
        if not is_known(relapse.cd19_status):
            yield found(relapse, value=relapse.cd19_status.en)


B_CELLS_BACK = Threshold(
    "B cells of lymphocytes that end aplasia", 3.0, "%", "ELIANA, as recalled", "M-M"
)


@rule(
    Severity.WARNING,
    Words(
        "B-cell aplasia is stated, though B cells were measured that day.",
        "3% of lymphocytes or more in blood ends aplasia.",
        "Check the statement and the measurement.",
    ),
    Words(
        "B-celaplasie is vermeld, terwijl die dag B-cellen zijn gemeten.",
        "3% van de lymfocyten of meer in bloed beëindigt de aplasie.",
        "Controleer de vermelding en de meting.",
    ),
    thresholds=(B_CELLS_BACK,),
    confirm=True,
)
def aplasia_with_b_cells(history: History) -> Iterator[Found]:
    counts = [
        (e, e.value)
        for e in history.dated(Measurement)
        if e.analyte is Analyte.B_CELLS_OF_LYMPHOCYTES
        and e.specimen in (Specimen.BLOOD,)
        and is_known(e.unit)
        and folded(e.unit) == "%"
    ]
    stated: list[Assessment | Relapse] = [*history.dated(Assessment), *history.dated(Relapse)]
    for look in stated:
        for count, value in counts:
            same = look.b_cell_aplasia is True and look.day == count.day
            if same and is_known(value) and value >= B_CELLS_BACK.value:
                yield found(look, count, value=f"{value:g}%")


@rule(
    Severity.WARNING,
    Words(
        "Remission is recorded after a relapse, without treatment in between.",
        "Relapsed leukaemia does not go away by itself.",
        "Enter the treatment, or check the relapse and the response.",
    ),
    Words(
        "Na een recidief is remissie vastgelegd, zonder behandeling ertussen.",
        "Teruggekeerde leukemie verdwijnt niet vanzelf.",
        "Voer de behandeling in, of controleer het recidief en de respons.",
    ),
    confirm=True,
)
def remission_after_relapse_untreated(history: History) -> Iterator[Found]:
    treated: list[Event] = [
        *history.all(Infusion),
        *history.all(Transplant),
        *history.all(NewTherapy),
    ]
    for relapse in history.dated(Relapse):
        if any(not surely_before(span_of(e), span_of(relapse)) for e in treated):
            continue
        for look in history.dated(Assessment):
            if look.response in REMISSION and surely_before(span_of(relapse), span_of(look)):
                yield found(relapse, look)
                break


MONTH_3 = Threshold("first response is known by", 90, "days", "ours: the three-month look", "ours")


@rule(
    Severity.WARNING,
    Words(
        "No response is recorded in the first three months after infusion.",
        "The child was followed that long, but counts as not assessed in every response figure.",
        "Enter the day-28 assessment, or record that it was not done.",
    ),
    Words(
        "In de eerste drie maanden na infusie is geen respons vastgelegd.",
        "Het kind is zo lang gevolgd, maar telt in elk responscijfer als niet beoordeeld.",
        "Voer de beoordeling van dag 28 in, of leg vast dat die niet is gedaan.",
    ),
    thresholds=(MONTH_3,),
)
def no_response_after_infusion(history: History) -> Iterator[Found]:
    first = history.first_infusion
    if first is None:
        return
    seen: list[Event] = [*history.dated(LastContact), *history.dated(Death)]
    followed = max((e.day or 0 for e in seen), default=first.last) - first.last
    judged = any(
        is_known(look.response) and not surely_before(span_of(look), first)
        for look in history.all(Assessment)
        if look.day is None or look.day - first.last <= MONTH_3.value
    )
    if followed >= MONTH_3.value and not judged:
        yield found(history.dated(Infusion)[0])


@rule(
    Severity.ERROR,
    Words(
        "An assessment of a time after infusion is dated before it.",
        "Day 28, month 3, 6 and 12 are counted from the infusion.",
        "Check the day and the time point.",
    ),
    Words(
        "Een beoordeling van een moment na infusie ligt ervoor.",
        "Dag 28 en maand 3, 6 en 12 tellen vanaf de infusie.",
        "Controleer de dag en het meetmoment.",
    ),
)
def planned_look_before_infusion(history: History) -> Iterator[Found]:
    for look in history.all(Assessment):
        if look.timepoint in AFTER_INFUSION and surely_before(
            span_of(look), history.first_infusion
        ):
            yield found(look, value=str(look.timepoint))


RULES: tuple[Rule, ...] = (
    relapse_without_remission,
    relapse_before_infusion,
    response_without_findings,
    remission_with_blasts,
    remission_with_disease_elsewhere,
    mrd_below_its_limit,
    mrd_negative_with_a_value,
    cd19_missing_at_relapse,
    aplasia_with_b_cells,
    remission_after_relapse_untreated,
    no_response_after_infusion,
    planned_look_before_infusion,
)
