# SPDX-License-Identifier: Apache-2.0
"""Rules on collection and product: whose cells, from which collection, released or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, span, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import Apheresis, Infusion, Product
from cartulary.course.events.cells import ProductStatus
from cartulary.course.problem import Severity


@rule(
    Severity.ERROR,
    Words(
        "A product made for another child was infused.",
        "The label names another pseudonym; cells of another child may kill.",
        "Stop and check the chain of identity; correct the label or the course it stands in.",
    ),
    Words(
        "Een product dat voor een ander kind is gemaakt, is toegediend.",
        "Het etiket noemt een ander pseudoniem; cellen van een ander kind kunnen dodelijk zijn.",
        "Stop en controleer de identiteitsketen; corrigeer het etiket of het verloop.",
    ),
)
def product_made_for_another_child(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        product = history.product_of(infusion)
        if (
            product is not None
            and is_known(product.made_for)
            and product.made_for != history.course.course_id
        ):
            yield found(infusion, product, value=f"{product.product_id} -> {product.made_for}")


@rule(
    Severity.ERROR,
    Words(
        "The infusion names a product that this child does not have.",
        "Products of this child are recorded, but not one with this identifier.",
        "Correct the product identifier of the infusion, or enter the product.",
    ),
    Words(
        "De infusie noemt een product dat dit kind niet heeft.",
        "Er zijn producten van dit kind vastgelegd, maar geen met dit nummer.",
        "Corrigeer het productnummer van de infusie, of voer het product in.",
    ),
)
def infusion_of_unknown_product(history: History) -> Iterator[Found]:
    if not history.all(Product):
        return
    for infusion in history.all(Infusion):
        if is_known(infusion.product_id) and history.product_of(infusion) is None:
            yield found(infusion, value=str(infusion.product_id))


@rule(
    Severity.NOTE,
    Words(
        "The infused product is not described.",
        "No product of this child is recorded, so its making, release and chain are unknown.",
        "Enter the product, with status and days of start and release.",
    ),
    Words(
        "Het toegediende product is niet beschreven.",
        "Van dit kind is geen product vastgelegd; productie, vrijgave en keten zijn onbekend.",
        "Voer het product in, met status en dagen van start en vrijgave.",
    ),
)
def infused_product_not_described(history: History) -> Iterator[Found]:
    if not history.all(Product):
        for infusion in history.all(Infusion):
            yield found(infusion)


@rule(
    Severity.ERROR,
    Words(
        "A product that was never released was infused.",
        "Its status says failed, cancelled, out of specification or not finished.",
        "Correct the status of the product, or the product of the infusion.",
    ),
    Words(
        "Een product dat nooit is vrijgegeven, is toegediend.",
        "De status zegt mislukt, geannuleerd, buiten specificatie of niet af.",
        "Corrigeer de status van het product, of het product van de infusie.",
    ),
)
def infusion_of_product_not_released(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        product = history.product_of(infusion)
        if product is not None and is_known(product.status) and not product.status.may_be_infused:
            yield found(infusion, product, value=product.status.value)


@rule(
    Severity.ERROR,
    Words(
        "The product was infused before it was released.",
        "The day of release lies after the day of infusion.",
        "Check both dates.",
    ),
    Words(
        "Het product is toegediend voordat het was vrijgegeven.",
        "De dag van vrijgave ligt na de dag van infusie.",
        "Controleer beide datums.",
    ),
)
def infused_before_release(history: History) -> Iterator[Found]:
    for infusion in history.all(Infusion):
        product = history.product_of(infusion)
        if product is None or not is_known(product.decided_day):
            continue
        released = span(product.decided_day, product.decided_precision)
        if surely_before(span_of(infusion), released):
            yield found(infusion, product, value=f"D{product.decided_day}")


@rule(
    Severity.ERROR,
    Words(
        "Manufacture was started before the apheresis.",
        "A product cannot be made from cells that are collected later.",
        "Check the day of apheresis, the day of start and the apheresis number of the product.",
    ),
    Words(
        "De productie begon voor de aferese.",
        "Een product kan niet gemaakt zijn van cellen die later zijn verzameld.",
        "Controleer de dag van aferese, de startdag en het aferesenummer van het product.",
    ),
)
def manufacture_before_apheresis(history: History) -> Iterator[Found]:
    collected = history.dated(Apheresis)
    for product in history.all(Product):
        if not is_known(product.started_day):
            continue
        own = [e for e in collected if e.number == product.apheresis_number] or collected[:1]
        started = span(product.started_day, product.started_precision)
        if own and surely_before(started, span_of(own[0])):
            yield found(product, own[0], value=f"D{product.started_day}")


@rule(
    Severity.ERROR,
    Words(
        "The product was released or failed before its manufacture was started.",
        "The end of manufacture lies before its start.",
        "Check both dates.",
    ),
    Words(
        "Het product is vrijgegeven of mislukt voordat de productie was gestart.",
        "Het einde van de productie ligt voor het begin.",
        "Controleer beide datums.",
    ),
)
def release_before_start(history: History) -> Iterator[Found]:
    for product in history.all(Product):
        if surely_before(
            span(product.decided_day, product.decided_precision),
            span(product.started_day, product.started_precision),
        ):
            yield found(product, value=f"D{product.started_day} > D{product.decided_day}")


@rule(
    Severity.WARNING,
    Words(
        "A product was released out of specification without a recorded approval.",
        "Such a release is an exception that someone has answered for.",
        "Record who approved it (role, not name).",
    ),
    Words(
        "Een product is buiten specificatie vrijgegeven zonder vastgelegde goedkeuring.",
        "Zo'n vrijgave is een uitzondering waarvoor iemand heeft getekend.",
        "Leg vast wie haar goedkeurde (rol, geen naam).",
    ),
)
def out_of_specification_without_approval(history: History) -> Iterator[Found]:
    for product in history.all(Product):
        if product.status is ProductStatus.RELEASED_OUT_OF_SPECIFICATION and not is_known(
            product.approved_by
        ):
            yield found(product, value=str(product.product_id))


VIABILITY = Threshold(
    "viability at release", 70.0, "%", "usual European release specification, as recalled", "M-M"
)
TRANSDUCTION = Threshold(
    "transduction at release", 2.0, "%", "usual release specification, as recalled", "M-M"
)


@rule(
    Severity.WARNING,
    Words(
        "A product below the usual specification was released as within it.",
        "Viability or transduction lies below the usual limit of release.",
        "Check the value on the certificate, or record the release as out of specification.",
    ),
    Words(
        "Een product onder de gebruikelijke specificatie is als conform vrijgegeven.",
        "Viabiliteit of transductie ligt onder de gebruikelijke vrijgavegrens.",
        "Controleer de waarde op het certificaat, of leg vrijgave buiten specificatie vast.",
    ),
    thresholds=(VIABILITY, TRANSDUCTION),
    confirm=True,
)
def released_below_specification(history: History) -> Iterator[Found]:
    for product in history.all(Product):
        if product.status is not ProductStatus.RELEASED:
            continue
        for value, limit in (
            (product.viability_percent, VIABILITY),
            (product.transduction_percent, TRANSDUCTION),
        ):
            if is_known(value) and value < limit.value:
                yield found(product, value=f"{value:g}% < {limit.value:g}%")


@rule(
    Severity.ERROR,
    Words(
        "One product identifier stands on two products.",
        "An identifier names one product; its history cannot be told apart.",
        "Merge the two, or correct one identifier.",
    ),
    Words(
        "Een productnummer staat op twee producten.",
        "Een nummer hoort bij één product; hun geschiedenis is niet te scheiden.",
        "Voeg ze samen, of corrigeer een nummer.",
    ),
)
def product_identifier_twice(history: History) -> Iterator[Found]:
    times = Counter(product.product_id for product in history.all(Product))
    for product_id, count in times.items():
        if count > 1:
            same = [p for p in history.all(Product) if p.product_id == product_id]
            yield found(*same, value=str(product_id))


@rule(
    Severity.WARNING,
    Words(
        "The apheresis numbers are not 1, 2, 3 in order of day.",
        "A gap or a double number means a missing or a doubled collection.",
        "Number the collections anew, or enter the missing one.",
    ),
    Words(
        "De aferesenummers zijn niet 1, 2, 3 op volgorde van dag.",
        "Een gat of dubbel nummer betekent een ontbrekende of dubbele afname.",
        "Nummer de afnames opnieuw, of voer de ontbrekende in.",
    ),
)
def apheresis_numbers_out_of_order(history: History) -> Iterator[Found]:
    if not history.numbers_run_on(Apheresis):
        collected = history.all(Apheresis)
        yield found(*collected, value=", ".join(str(event.number) for event in collected))


@rule(
    Severity.WARNING,
    Words(
        "The product names an apheresis that is not recorded.",
        "No collection of this child has that number.",
        "Correct the apheresis number, or enter the collection.",
    ),
    Words(
        "Het product noemt een aferese die niet is vastgelegd.",
        "Geen afname van dit kind heeft dat nummer.",
        "Corrigeer het aferesenummer, of voer de afname in.",
    ),
)
def product_of_unknown_apheresis(history: History) -> Iterator[Found]:
    numbers = {e.number for e in history.all(Apheresis) if is_known(e.number)}
    for product in history.all(Product):
        named = product.apheresis_number
        if numbers and is_known(named) and named not in numbers:
            yield found(product, value=str(named))


@rule(
    Severity.NOTE,
    Words(
        "The site of manufacture is not recorded.",
        "Without it, products made in house and centrally cannot be compared.",
        "Record central or in house.",
    ),
    Words(
        "De productieplaats is niet vastgelegd.",
        "Zonder die plaats zijn eigen en centrale producten niet te vergelijken.",
        "Leg vast: centraal of in huis.",
    ),
)
def site_of_manufacture_missing(history: History) -> Iterator[Found]:
    for product in history.all(Product):
        if not is_known(product.site):
            yield found(product)


@rule(
    Severity.NOTE,
    Words(
        "The day of release is not recorded.",
        "The time from collection to release, and from release to infusion, cannot be told.",
        "Record the day on which the product was released.",
    ),
    Words(
        "De dag van vrijgave is niet vastgelegd.",
        "De tijd van afname tot vrijgave, en van vrijgave tot infusie, is niet te bepalen.",
        "Leg de dag van vrijgave vast.",
    ),
)
def day_of_release_missing(history: History) -> Iterator[Found]:
    for product in history.all(Product):
        released = is_known(product.status) and product.status.may_be_infused
        if released and not is_known(product.decided_day):
            yield found(product)


@rule(
    Severity.NOTE,
    Words(
        "A child was infused, but no apheresis is recorded.",
        "Figures counted from collection leave this child out.",
        "Enter the apheresis.",
    ),
    Words(
        "Een kind kreeg een infusie, maar er is geen aferese vastgelegd.",
        "Cijfers vanaf de afname missen dit kind.",
        "Voer de aferese in.",
    ),
)
def infused_without_apheresis(history: History) -> Iterator[Found]:
    if history.is_infused() and not history.all(Apheresis):
        yield found(history.all(Infusion)[0])


RULES: tuple[Rule, ...] = (
    product_made_for_another_child,
    infusion_of_unknown_product,
    infused_product_not_described,
    infusion_of_product_not_released,
    infused_before_release,
    manufacture_before_apheresis,
    release_before_start,
    out_of_specification_without_approval,
    released_below_specification,
    product_identifier_twice,
    apheresis_numbers_out_of_order,
    product_of_unknown_apheresis,
    site_of_manufacture_missing,
    day_of_release_missing,
    infused_without_apheresis,
)
