# SPDX-License-Identifier: Apache-2.0
"""The cells on their way from the child and back: collection, product, hand-offs, infusion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.dates import Precision
from cartulary.course.events.event import Event
from cartulary.course.fact import FactKind, fact


class Preservation(Choice):
    """How collected cells travel."""

    FRESH = "fresh", "fresh", "vers"
    FROZEN = "frozen", "cryopreserved", "ingevroren", "frozen"


class ProductKind(Choice):
    """The kind of CAR-T product."""

    TISAGENLECLEUCEL = (
        "tisagenlecleucel",
        "tisagenlecleucel",
        "tisagenlecleucel",
        "Kymriah",
        "tisa-cel",
    )
    CD19 = "cd19", "other CD19 product", "ander CD19-product", "CD19"
    CD22 = "cd22", "CD22 product", "CD22-product", "CD22"
    CD19_CD22 = "cd19_cd22", "CD19/CD22 product", "CD19/CD22-product", "CD19/CD22"
    OTHER = "other", "other", "anders", "overig"


class Antigen(Choice):
    """What the receptor recognises."""

    CD19 = "cd19", "CD19", "CD19"
    CD22 = "cd22", "CD22", "CD22"
    CD20 = "cd20", "CD20", "CD20"
    CD7 = "cd7", "CD7", "CD7"
    CD33 = "cd33", "CD33", "CD33"
    CD123 = "cd123", "CD123", "CD123"
    OTHER = "other", "other", "anders", "overig"


class Site(Choice):
    """Where the product is made."""

    CENTRAL = (
        "central",
        "central manufacturer",
        "centrale fabrikant",
        "central",
        "centraal",
        "commercial",
    )
    IN_HOUSE = "in_house", "in house", "in huis", "in-house", "point of care", "eigen laboratorium"


class ProductStatus(Choice):
    """How far the product came, and how it ended."""

    ORDERED = "ordered", "ordered", "besteld"
    STARTED = "started", "in manufacture", "in productie", "started", "gestart"
    RELEASED = "released", "released", "vrijgegeven"
    OUT_OF_SPECIFICATION = (
        "out_of_specification",
        "out of specification, not released",
        "buiten specificatie, niet vrijgegeven",
        "OOS",
    )
    RELEASED_OUT_OF_SPECIFICATION = (
        "released_out_of_specification",
        "released out of specification",
        "vrijgegeven buiten specificatie",
        "released OOS",
    )
    FAILED = "failed", "manufacture failed", "productie mislukt", "failed", "mislukt"
    NOT_MADE = "not_made", "cancelled before manufacture", "geannuleerd voor productie", "cancelled"

    @property
    def may_be_infused(self) -> bool:
        """True for a released product, within specification or not."""
        return self in (ProductStatus.RELEASED, ProductStatus.RELEASED_OUT_OF_SPECIFICATION)

    @property
    def is_failure(self) -> bool:
        """True when the product will never be given for a reason of manufacture."""
        return self in (ProductStatus.FAILED, ProductStatus.OUT_OF_SPECIFICATION)


class CustodyStep(Choice):
    """Which hand-off of the cells this is."""

    COLLECTION = "collection", "collection", "afname"
    DISPATCH = "dispatch", "dispatch", "verzending"
    MANUFACTURE = "manufacture", "receipt at the manufacturer", "ontvangst bij de fabrikant"
    RECEIPT = "receipt", "receipt of the product", "ontvangst van het product"
    STORAGE = "storage", "storage", "opslag"
    THAW = "thaw", "thaw", "ontdooien"
    BEDSIDE = "bedside", "bedside", "bed", "aan het bed"


@dataclass(frozen=True, slots=True)
class Apheresis(Event):
    """One collection of lymphocytes from the child's blood."""

    kind: ClassVar[str] = "apheresis"
    en: ClassVar[str] = "Apheresis"
    nl: ClassVar[str] = "Aferese"

    number: int | Absence = fact(FactKind.INTEGER, "number", "nummer", low=1, high=20, usual_high=3)
    cd3_yield_e9: float | Absence = fact(
        FactKind.NUMBER,
        "CD3+ cells collected",
        "verzamelde CD3+-cellen",
        unit="10⁹",
        low=0,
        high=100,
        usual_low=0.6,
    )
    nucleated_cells_e9: float | Absence = fact(
        FactKind.NUMBER,
        "nucleated cells collected",
        "verzamelde kernhoudende cellen",
        unit="10⁹",
        low=0,
        high=500,
        usual_low=2,
        also=("TNC",),
    )
    preservation: Preservation | Absence = fact(
        FactKind.CHOICE, "preservation", "bewaring", choices=Preservation
    )
    adequate: bool | Absence = fact(FactKind.YES_NO, "enough cells", "voldoende cellen")
    donation_id: str | Absence = fact(
        FactKind.TEXT, "donation identifier", "donatienummer", also=("DIN",)
    )


@dataclass(frozen=True, slots=True)
class Product(Event):
    """One CAR-T product, from order to its end. The event's day is the day of ordering."""

    kind: ClassVar[str] = "product"
    en: ClassVar[str] = "Product"
    nl: ClassVar[str] = "Product"

    product_id: str | Absence = fact(
        FactKind.TEXT, "product identifier", "productnummer", required=True
    )
    made_for: str | Absence = fact(
        FactKind.TEXT,
        "made for (pseudonym on the label)",
        "gemaakt voor (pseudoniem op het etiket)",
    )
    apheresis_number: int | Absence = fact(
        FactKind.INTEGER, "apheresis number", "aferesenummer", low=1, high=20
    )
    product: ProductKind | Absence = fact(
        FactKind.CHOICE, "product", "product", choices=ProductKind
    )
    antigens: tuple[Antigen, ...] | Absence = fact(
        FactKind.CHOICES, "target antigens", "doelantigenen", choices=Antigen
    )
    site: Site | Absence = fact(
        FactKind.CHOICE, "site of manufacture", "productieplaats", choices=Site
    )
    status: ProductStatus | Absence = fact(
        FactKind.CHOICE, "status", "status", choices=ProductStatus
    )
    started_day: int | Absence = fact(FactKind.DAY, "manufacture started", "productie gestart")
    started_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of start", "precisie van start", choices=Precision
    )
    decided_day: int | Absence = fact(
        FactKind.DAY,
        "decision on the product",
        "besluit over het product",
        also=("released or failed", "vrijgegeven of mislukt"),
    )
    decided_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of release", "precisie van vrijgave", choices=Precision
    )
    viability_percent: float | Absence = fact(
        FactKind.NUMBER, "viability", "viabiliteit", unit="%", low=0, high=100, usual_low=70
    )
    transduction_percent: float | Absence = fact(
        FactKind.NUMBER, "transduction", "transductie", unit="%", low=0, high=100, usual_low=2
    )
    vector_copies_per_cell: float | Absence = fact(
        FactKind.NUMBER,
        "vector copies per cell",
        "vectorkopieën per cel",
        low=0,
        high=50,
        also=("VCN",),
    )
    dose_cells: float | Absence = fact(
        FactKind.NUMBER,
        "CAR-positive viable cells",
        "levende CAR-positieve cellen",
        unit="cells",
        low=0,
        high=1e12,
    )
    failure_reason: str | Absence = fact(FactKind.TEXT, "reason of failure", "reden van mislukken")
    approved_by: str | Absence = fact(
        FactKind.TEXT,
        "out-of-specification release approved by (role)",
        "vrijgave buiten specificatie goedgekeurd door (rol)",
    )


@dataclass(frozen=True, slots=True)
class Custody(Event):
    """One hand-off of cells, with the identity check that went with it."""

    kind: ClassVar[str] = "custody"
    en: ClassVar[str] = "Custody"
    nl: ClassVar[str] = "Overdracht"

    product_id: str | Absence = fact(
        FactKind.TEXT, "product identifier", "productnummer", required=True
    )
    bag: str | Absence = fact(
        FactKind.TEXT,
        "bag",
        "zak",
        says_en="Where a product is in more than one bag; empty for the whole product.",
        says_nl="Als een product over meer zakken is verdeeld; leeg voor het hele product.",
    )
    step: CustodyStep | Absence = fact(FactKind.CHOICE, "step", "stap", choices=CustodyStep)
    time_of_day: str | Absence = fact(
        FactKind.TEXT,
        "time of day",
        "tijdstip",
        says_en="Such as 07:40; it puts the hand-offs of one day in order.",
        says_nl="Zoals 07:40; het zet de overdrachten van één dag op volgorde.",
    )
    from_party: str | Absence = fact(FactKind.TEXT, "handed over by", "overgedragen door")
    to_party: str | Absence = fact(FactKind.TEXT, "received by", "ontvangen door")
    identifiers_checked: int | Absence = fact(
        FactKind.INTEGER, "identifiers checked", "gecontroleerde identificaties", low=0, high=5
    )
    identifiers_match: bool | Absence = fact(
        FactKind.YES_NO, "identifiers agree", "identificaties kloppen"
    )
    temperature_in_range: bool | Absence = fact(
        FactKind.YES_NO, "temperature in range", "temperatuur binnen grenzen"
    )
    lowest_celsius: float | Absence = fact(
        FactKind.NUMBER, "lowest temperature", "laagste temperatuur", unit="°C", low=-273.15
    )
    highest_celsius: float | Absence = fact(
        FactKind.NUMBER, "highest temperature", "hoogste temperatuur", unit="°C", low=-273.15
    )


@dataclass(frozen=True, slots=True)
class Infusion(Event):
    """One infusion of CAR-T cells. Figures say whether they count children or infusions."""

    kind: ClassVar[str] = "infusion"
    en: ClassVar[str] = "Infusion"
    nl: ClassVar[str] = "Infusie"

    number: int | Absence = fact(
        FactKind.INTEGER, "infusion number", "infusienummer", low=1, high=20, usual_high=3
    )
    product_id: str | Absence = fact(FactKind.TEXT, "product identifier", "productnummer")
    dose_cells_per_kg: float | Absence = fact(
        FactKind.NUMBER, "dose per kg", "dosis per kg", unit="cells/kg", low=0, high=1e10
    )
    dose_cells: float | Absence = fact(
        FactKind.NUMBER, "total dose", "totale dosis", unit="cells", low=0, high=1e12
    )
    weight_kg: float | Absence = fact(
        FactKind.NUMBER,
        "weight",
        "gewicht",
        unit="kg",
        low=1,
        high=300,
        usual_low=3,
        usual_high=120,
    )
