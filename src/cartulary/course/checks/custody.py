# SPDX-License-Identifier: Apache-2.0
"""Rules on the chain of custody: who handed over, what was checked, and what was wrong."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.custody_order import gaps, ways_of_bags
from cartulary.course.checks.history import History, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import Custody, Infusion, Product
from cartulary.course.events.cells import CustodyStep
from cartulary.course.problem import Severity


def _steps(history: History, product_id: object) -> list[Custody]:
    return [step for step in history.all(Custody) if step.product_id == product_id]


def _infusions_of(history: History, product_id: object) -> list[Infusion]:
    return [e for e in history.all(Infusion) if e.product_id == product_id]


@rule(
    Severity.WARNING,
    Words(
        "An infused product has no check at the bedside.",
        "Hand-offs are recorded for this child, but the last one before infusion is missing.",
        "Enter the bedside check, or record why it was not done.",
    ),
    Words(
        "Een toegediend product heeft geen controle aan het bed.",
        "Er zijn overdrachten van dit kind vastgelegd, maar de laatste voor infusie ontbreekt.",
        "Voer de controle aan het bed in, of leg vast waarom zij niet is gedaan.",
    ),
)
def infused_without_bedside_check(history: History) -> Iterator[Found]:
    if not history.all(Custody):
        return
    for infusion in history.all(Infusion):
        if is_known(infusion.product_id) and not any(
            step.step is CustodyStep.BEDSIDE for step in _steps(history, infusion.product_id)
        ):
            yield found(infusion, value=infusion.product_id)


@rule(
    Severity.WARNING,
    Words(
        "The chain of custody has a gap.",
        "Who received the cells is not who handed them over next.",
        "Enter the missing hand-off, or correct a name.",
    ),
    Words(
        "De overdrachtsketen heeft een gat.",
        "Wie de cellen ontving, is niet wie ze daarna overdroeg.",
        "Voer de ontbrekende overdracht in, of corrigeer een naam.",
    ),
)
def custody_gap(history: History) -> Iterator[Found]:
    seen: set[tuple[str, str]] = set()
    for product_id in dict.fromkeys(step.product_id for step in history.all(Custody)):
        steps = [step for step in _steps(history, product_id) if step.day is not None]
        for way in ways_of_bags(steps):
            for earlier, later in gaps(way):
                if (pair := (earlier.event_id, later.event_id)) not in seen:
                    seen.add(pair)
                    yield found(earlier, later, value=f"{earlier.to_party} / {later.from_party}")


TWO_IDENTIFIERS = Threshold(
    "identifiers to be checked", 2, "", "two identity checks at each hand-off, as recalled", "M-H"
)


@rule(
    Severity.WARNING,
    Words(
        "Fewer than two identifiers were checked at a hand-off.",
        "One identifier cannot tell two children of one name, or two bags of one child, apart.",
        "Record how many identifiers were checked.",
    ),
    Words(
        "Bij een overdracht zijn minder dan twee identificaties gecontroleerd.",
        "Eén kenmerk onderscheidt geen naamgenoten, en geen twee zakken van één kind.",
        "Leg vast hoeveel identificaties zijn gecontroleerd.",
    ),
    thresholds=(TWO_IDENTIFIERS,),
)
def too_few_identifiers_checked(history: History) -> Iterator[Found]:
    for step in history.all(Custody):
        checked = step.identifiers_checked
        if is_known(checked) and checked < TWO_IDENTIFIERS.value:
            yield found(step, value=str(checked))


@rule(
    Severity.ERROR,
    Words(
        "The identifiers did not agree, and yet the product was infused.",
        "A mismatch stops an infusion.",
        "Check the hand-off and the infusion; record what was done about the mismatch.",
    ),
    Words(
        "De identificaties klopten niet, en toch is het product toegediend.",
        "Een verschil in identiteit stopt een infusie.",
        "Controleer overdracht en infusie; leg vast wat met het verschil is gedaan.",
    ),
)
def identity_mismatch_yet_infused(history: History) -> Iterator[Found]:
    for step in history.all(Custody):
        if step.identifiers_match is False:
            for infusion in _infusions_of(history, step.product_id):
                yield found(step, infusion, value=str(step.product_id))


@rule(
    Severity.WARNING,
    Words(
        "The temperature was out of range at a hand-off.",
        "The cells may have suffered; the product needs a decision.",
        "Record the decision on the product, or correct the reading.",
    ),
    Words(
        "De temperatuur was bij een overdracht buiten de grenzen.",
        "De cellen kunnen geleden hebben; over het product moet zijn beslist.",
        "Leg het besluit over het product vast, of corrigeer de meting.",
    ),
)
def temperature_excursion(history: History) -> Iterator[Found]:
    for step in history.all(Custody):
        if step.temperature_in_range is False:
            yield found(step, value=str(step.product_id))


@rule(
    Severity.WARNING,
    Words(
        "A hand-off names a product that this child does not have.",
        "The hand-off belongs to another child, or its identifier is mistyped.",
        "Correct the product identifier of the hand-off.",
    ),
    Words(
        "Een overdracht noemt een product dat dit kind niet heeft.",
        "De overdracht hoort bij een ander kind, of het nummer is verkeerd getypt.",
        "Corrigeer het productnummer van de overdracht.",
    ),
)
def custody_of_unknown_product(history: History) -> Iterator[Found]:
    known = {product.product_id for product in history.all(Product)}
    for step in history.all(Custody):
        if known and step.product_id not in known:
            yield found(step, value=str(step.product_id))


@rule(
    Severity.ERROR,
    Words(
        "The bedside check came after the infusion.",
        "A check at the bedside is made before the cells are given.",
        "Check both dates.",
    ),
    Words(
        "De controle aan het bed kwam na de infusie.",
        "Aan het bed wordt gecontroleerd voordat de cellen worden gegeven.",
        "Controleer beide datums.",
    ),
)
def bedside_check_after_infusion(history: History) -> Iterator[Found]:
    for step in history.all(Custody):
        given = _infusions_of(history, step.product_id)
        if (
            step.step is CustodyStep.BEDSIDE
            and given
            and all(surely_before(span_of(infusion), span_of(step)) for infusion in given)
        ):
            yield found(step, *given)


RULES: tuple[Rule, ...] = (
    infused_without_bedside_check,
    custody_gap,
    too_few_identifiers_checked,
    identity_mismatch_yet_infused,
    temperature_excursion,
    custody_of_unknown_product,
    bedside_check_after_infusion,
)
