# SPDX-License-Identifier: Apache-2.0
"""Rules on the infusion itself: dose, number, and whether it could have been given at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from cartulary.course.absence import NOT_RECORDED, is_known
from cartulary.course.checks.history import History, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import Apheresis, Indication, Infusion
from cartulary.course.events.cells import ProductKind
from cartulary.course.events.disease import Decision
from cartulary.course.problem import Severity

_LABEL = "dose range of tisagenlecleucel in B-ALL (ELIANA, CASSIOPEIA)"
LIGHT = Threshold("weight up to which the dose is per kg", 50.0, "kg", _LABEL, "found")
LOWEST_PER_KG = Threshold("lowest dose per kg", 0.2e6, "cells/kg", _LABEL, "found")
HIGHEST_PER_KG = Threshold("highest dose per kg", 5.0e6, "cells/kg", _LABEL, "found")
LOWEST_TOTAL = Threshold("lowest total dose", 0.1e8, "cells", _LABEL, "found")
HIGHEST_TOTAL = Threshold("highest total dose", 2.5e8, "cells", _LABEL, "found")

# A division of two printed numbers may miss a limit by the last bit of a float.
SLACK = 1e-9


def _per_kg(infusion: Infusion) -> float | None:
    if is_known(infusion.dose_cells_per_kg):
        return infusion.dose_cells_per_kg
    if is_known(infusion.dose_cells) and is_known(infusion.weight_kg):
        return infusion.dose_cells / infusion.weight_kg
    return None


def _total(infusion: Infusion) -> float | None:
    if is_known(infusion.dose_cells):
        return infusion.dose_cells
    if is_known(infusion.dose_cells_per_kg) and is_known(infusion.weight_kg):
        return infusion.dose_cells_per_kg * infusion.weight_kg
    return None


@rule(
    Severity.ERROR,
    Words(
        "The dose lies outside the range for this weight.",
        "Up to 50 kg the range is 0.2-5.0 million cells per kg, above it 10-250 million in all.",
        "Check dose, unit and weight; a dose outside the range needs a recorded reason.",
    ),
    Words(
        "De dosis ligt buiten het bereik voor dit gewicht.",
        "Tot en met 50 kg is het bereik 0,2-5,0 miljoen cellen per kg, daarboven 10-250 miljoen.",
        "Controleer dosis, eenheid en gewicht; een dosis daarbuiten vraagt een reden.",
    ),
    thresholds=(LIGHT, LOWEST_PER_KG, HIGHEST_PER_KG, LOWEST_TOTAL, HIGHEST_TOTAL),
    confirm=True,
)
def dose_outside_range(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        product = history.product_of(infusion)
        kind = NOT_RECORDED if product is None else product.product
        if is_known(kind) and kind is not ProductKind.TISAGENLECLEUCEL:
            continue
        if not is_known(infusion.weight_kg):
            continue
        light = infusion.weight_kg <= LIGHT.value
        dose = _per_kg(infusion) if light else _total(infusion)
        low, high = (LOWEST_PER_KG, HIGHEST_PER_KG) if light else (LOWEST_TOTAL, HIGHEST_TOTAL)
        if dose is None or low.value * (1 - SLACK) <= dose <= high.value * (1 + SLACK):
            continue
        yield found(infusion, value=f"{infusion.weight_kg:g} kg, {dose:.3g} {low.unit}")


@rule(
    Severity.NOTE,
    Words(
        "The dose cannot be judged.",
        "Weight, or dose per kg and total dose, are not recorded.",
        "Enter the weight at infusion and the dose.",
    ),
    Words(
        "De dosis is niet te beoordelen.",
        "Gewicht, of dosis per kg en totale dosis, zijn niet vastgelegd.",
        "Voer het gewicht bij infusie en de dosis in.",
    ),
)
def dose_or_weight_missing(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        no_dose = not is_known(infusion.dose_cells_per_kg) and not is_known(infusion.dose_cells)
        if no_dose or not is_known(infusion.weight_kg):
            yield found(infusion)


ROUNDING = Threshold(
    "difference that rounding explains",
    0.16,
    "",
    "ours: three numbers, each rounded to two figures, are off by at most 1.05³ - 1",
    "ours",
)


@rule(
    Severity.WARNING,
    Words(
        "Dose per kg, weight and total dose disagree.",
        "The product of the first two differs from the third by more than rounding explains.",
        "Check the three values and their units.",
    ),
    Words(
        "Dosis per kg, gewicht en totale dosis spreken elkaar tegen.",
        "Het product van de eerste twee wijkt meer af van de derde dan afronding verklaart.",
        "Controleer de drie waarden en hun eenheden.",
    ),
    thresholds=(ROUNDING,),
)
def doses_disagree(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        per_kg, total = infusion.dose_cells_per_kg, infusion.dose_cells
        if is_known(per_kg) and is_known(total) and is_known(infusion.weight_kg):
            expected = per_kg * infusion.weight_kg
            if abs(expected - total) > ROUNDING.value * max(expected, total):
                yield found(infusion, value=f"{expected:.3g} / {total:.3g} cells")


@rule(
    Severity.WARNING,
    Words(
        "The infusion numbers are not 1, 2, 3 in order of day.",
        "A gap or a double number means a missing or a doubled infusion.",
        "Number the infusions anew, or enter the missing one.",
    ),
    Words(
        "De infusienummers zijn niet 1, 2, 3 op volgorde van dag.",
        "Een gat of dubbel nummer betekent een ontbrekende of dubbele infusie.",
        "Nummer de infusies opnieuw, of voer de ontbrekende in.",
    ),
)
def infusion_numbers_out_of_order(history: History) -> Iterator[Found]:
    if not history.numbers_run_on(Infusion):
        given = history.all(Infusion)
        yield found(*given, value=", ".join(str(event.number) for event in given))


@rule(
    Severity.WARNING,
    Words(
        "Two infusions are recorded on one day.",
        "Two bags of one dose are one infusion; figures per infusion would count them twice.",
        "Merge them, or check a date.",
    ),
    Words(
        "Er staan twee infusies op één dag.",
        "Twee zakken van één dosis zijn één infusie; cijfers per infusie zouden dubbel tellen.",
        "Voeg ze samen, of controleer een datum.",
    ),
)
def two_infusions_on_one_day(history: History) -> Iterator[Found]:
    exact = [e for e in history.dated(Infusion) if span_of(e) == (e.day, e.day)]
    for one, other in pairwise(exact):
        if one.day == other.day:
            yield found(one, other)


@rule(
    Severity.NOTE,
    Words(
        "A later infusion is from the product of an earlier one.",
        "That is possible when a dose was split or kept; otherwise the identifier is wrong.",
        "Confirm that the product was split, or enter the second product.",
    ),
    Words(
        "Een latere infusie komt uit het product van een eerdere.",
        "Dat kan als een dosis is gesplitst of bewaard; anders klopt het nummer niet.",
        "Bevestig dat het product is gesplitst, of voer het tweede product in.",
    ),
)
def later_infusion_of_same_product(history: History) -> Iterator[Found]:
    seen: dict[str, Infusion] = {}
    for infusion in history.all(Infusion):
        if not is_known(infusion.product_id):
            continue
        if infusion.product_id in seen:
            yield found(seen[infusion.product_id], infusion, value=infusion.product_id)
        seen[infusion.product_id] = infusion


@rule(
    Severity.ERROR,
    Words(
        "The child was declined for CAR-T, and yet infused.",
        "The last decision before the infusion says declined.",
        "Correct the decision, or enter the later one that accepted the child.",
    ),
    Words(
        "Het kind is afgewezen voor CAR-T, en toch behandeld.",
        "Het laatste besluit voor de infusie zegt afgezien.",
        "Corrigeer het besluit, of voer het latere besluit in waarmee het kind is geaccepteerd.",
    ),
)
def infused_though_declined(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        decided = [
            e
            for e in history.all(Indication)
            if is_known(e.decision) and not surely_before(span_of(infusion), span_of(e))
        ]
        if decided and decided[-1].decision is Decision.DECLINED:
            yield found(decided[-1], infusion)


@rule(
    Severity.ERROR,
    Words(
        "The infusion came before the indication.",
        "The decision for CAR-T precedes every infusion.",
        "Check both dates; an earlier infusion elsewhere is prior therapy.",
    ),
    Words(
        "De infusie kwam voor de indicatie.",
        "Het besluit tot CAR-T gaat aan elke infusie vooraf.",
        "Controleer beide datums; een eerdere infusie elders is eerdere behandeling.",
    ),
)
def infusion_before_indication(history: History) -> Iterator[Found]:
    first = next(iter(history.dated(Indication)), None)
    for infusion in history.dated(Infusion):
        if first is not None and surely_before(span_of(infusion), span_of(first)):
            yield found(infusion, first)


@rule(
    Severity.ERROR,
    Words(
        "The infusion came before the apheresis.",
        "The cells that are infused are collected first.",
        "Check both dates.",
    ),
    Words(
        "De infusie kwam voor de aferese.",
        "De cellen die worden toegediend, zijn eerst verzameld.",
        "Controleer beide datums.",
    ),
)
def infusion_before_apheresis(history: History) -> Iterator[Found]:
    first = next(iter(history.dated(Apheresis)), None)
    for infusion in history.dated(Infusion):
        if first is not None and surely_before(span_of(infusion), span_of(first)):
            yield found(infusion, first)


RULES: tuple[Rule, ...] = (
    dose_outside_range,
    dose_or_weight_missing,
    doses_disagree,
    infusion_numbers_out_of_order,
    two_infusions_on_one_day,
    later_infusion_of_same_product,
    infused_though_declined,
    infusion_before_indication,
    infusion_before_apheresis,
)
