# SPDX-License-Identifier: Apache-2.0
"""What was given: bridging, lymphodepletion, drugs for toxicity, transplant, later therapy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.dates import Precision
from cartulary.course.events.event import Event
from cartulary.course.fact import FactKind, fact


class Purpose(Choice):
    """What the family agreed to, or did not."""

    TREATMENT = "treatment", "treatment", "behandeling"
    REGISTRY = "registry", "registry", "registratie"
    RESEARCH = "research", "research", "onderzoek"
    BIOBANK = "biobank", "biobank", "biobank"


class ConsentStatus(Choice):
    """Whether consent stands."""

    GIVEN = "given", "given", "gegeven", "yes", "ja"
    WITHDRAWN = "withdrawn", "withdrawn", "ingetrokken"
    REFUSED = "refused", "declined", "geweigerd", "no", "nee"


class BridgingKind(Choice):
    """Treatment between the decision and lymphodepletion."""

    NONE = "none", "none", "geen"
    CHEMOTHERAPY = "chemotherapy", "chemotherapy", "chemotherapie", "chemo"
    INOTUZUMAB = (
        "inotuzumab",
        "inotuzumab ozogamicin",
        "inotuzumab ozogamicine",
        "inotuzumab",
        "ino",
    )
    BLINATUMOMAB = "blinatumomab", "blinatumomab", "blinatumomab", "blina"
    TKI = "tki", "tyrosine kinase inhibitor", "tyrosinekinaseremmer", "TKI"
    STEROID = "steroid", "corticosteroid alone", "alleen corticosteroïd", "steroids"
    OTHER = "other", "other", "anders", "overig"


class Regimen(Choice):
    """Drugs of the lymphodepletion."""

    FLU_CY = (
        "flu_cy",
        "fludarabine and cyclophosphamide",
        "fludarabine en cyclofosfamide",
        "flu/cy",
        "Flu-Cy",
    )
    ARAC_ETOPOSIDE = (
        "arac_etoposide",
        "cytarabine and etoposide",
        "cytarabine en etoposide",
        "AraC/VP16",
    )
    OTHER = "other", "other", "anders", "overig"
    NONE = "none", "none", "geen"


class Drug(Choice):
    """Drugs given for toxicity or in support."""

    TOCILIZUMAB = "tocilizumab", "tocilizumab", "tocilizumab", "toci"
    SILTUXIMAB = "siltuximab", "siltuximab", "siltuximab"
    DEXAMETHASONE = "dexamethasone", "dexamethasone", "dexamethason"
    METHYLPREDNISOLONE = "methylprednisolone", "methylprednisolone", "methylprednisolon"
    ANAKINRA = "anakinra", "anakinra", "anakinra"
    IMMUNOGLOBULIN = "immunoglobulin", "immunoglobulin", "immunoglobuline", "IVIG", "SCIG"
    G_CSF = "g_csf", "G-CSF", "G-CSF", "filgrastim"
    STEM_CELL_BOOST = "stem_cell_boost", "stem-cell boost", "stamcelboost"
    ANTIEPILEPTIC = "antiepileptic", "antiepileptic", "anti-epilepticum", "levetiracetam"
    VASOPRESSOR = "vasopressor", "vasopressor", "vasopressor"
    OTHER = "other", "other", "anders", "overig"


class TreatmentFor(Choice):
    """What the drug was given for."""

    CRS = "crs", "CRS", "CRS"
    ICANS = "icans", "ICANS", "ICANS"
    IEC_HS = "iec_hs", "IEC-HS", "IEC-HS", "HLH"
    CYTOPENIA = "cytopenia", "cytopenia", "cytopenie"
    B_CELL_APLASIA = "b_cell_aplasia", "B-cell aplasia", "B-celaplasie"
    PREVENTION = "prevention", "prevention", "preventie"
    OTHER = "other", "other", "anders", "overig"


class TransplantReason(Choice):
    """Why an allogeneic transplant followed CAR-T."""

    CONSOLIDATION = (
        "consolidation",
        "consolidation in remission",
        "consolidatie in remissie",
        "consolidation",
        "consolidatie",
    )
    RELAPSE = "relapse", "relapse", "recidief"
    OTHER = "other", "other", "anders", "overig"


class Donor(Choice):
    """Who gave the graft."""

    SIBLING = "sibling", "matched sibling", "identieke broer of zus", "MSD"
    UNRELATED = "unrelated", "unrelated", "onverwant", "MUD"
    HAPLOIDENTICAL = "haploidentical", "haploidentical", "haplo-identiek", "haplo"
    CORD = "cord", "cord blood", "navelstrengbloed"
    OTHER = "other", "other", "anders", "overig"


class NewTherapyKind(Choice):
    """Anti-leukaemic therapy after CAR-T other than transplant and CAR-T infusion."""

    CHEMOTHERAPY = "chemotherapy", "chemotherapy", "chemotherapie", "chemo"
    BLINATUMOMAB = "blinatumomab", "blinatumomab", "blinatumomab", "blina"
    INOTUZUMAB = (
        "inotuzumab",
        "inotuzumab ozogamicin",
        "inotuzumab ozogamicine",
        "inotuzumab",
        "ino",
    )
    OTHER_CAR_T = "other_car_t", "another CAR-T product", "ander CAR-T-product"
    LYMPHOCYTES = "lymphocytes", "donor lymphocytes", "donorlymfocyten", "DLI"
    RADIOTHERAPY = "radiotherapy", "radiotherapy", "radiotherapie"
    TKI = "tki", "tyrosine kinase inhibitor", "tyrosinekinaseremmer", "TKI"
    OTHER = "other", "other", "anders", "overig"


class NewTherapyReason(Choice):
    """Why new therapy was begun."""

    RELAPSE = "relapse", "relapse", "recidief"
    NO_RESPONSE = "no_response", "no response", "geen respons"
    RESIDUAL_DISEASE = "residual_disease", "residual disease", "restziekte", "MRD"
    LOSS_OF_APLASIA = "loss_of_aplasia", "loss of B-cell aplasia", "verlies van B-celaplasie"
    MAINTENANCE = "maintenance", "maintenance", "onderhoud"
    OTHER = "other", "other", "anders", "overig"


@dataclass(frozen=True, slots=True)
class Consent(Event):
    """Consent for one purpose, by version of the form."""

    kind: ClassVar[str] = "consent"
    en: ClassVar[str] = "Consent"
    nl: ClassVar[str] = "Toestemming"

    purpose: Purpose | Absence = fact(
        FactKind.CHOICE, "purpose", "doel", choices=Purpose, required=True
    )
    status: ConsentStatus | Absence = fact(
        FactKind.CHOICE, "status", "status", choices=ConsentStatus, required=True
    )
    version: str | Absence = fact(FactKind.TEXT, "version of the form", "versie van het formulier")


@dataclass(frozen=True, slots=True)
class Bridging(Event):
    """One course of bridging, from its start to its stop."""

    kind: ClassVar[str] = "bridging"
    en: ClassVar[str] = "Bridging"
    nl: ClassVar[str] = "Overbrugging"

    therapy: BridgingKind | Absence = fact(
        FactKind.CHOICE, "therapy", "behandeling", choices=BridgingKind, required=True
    )
    stop_day: int | Absence = fact(FactKind.DAY, "stop", "einde")
    stop_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of stop", "precisie van einde", choices=Precision
    )


@dataclass(frozen=True, slots=True)
class Lymphodepletion(Event):
    """Lymphodepleting chemotherapy before an infusion, from its first day."""

    kind: ClassVar[str] = "lymphodepletion"
    en: ClassVar[str] = "Lymphodepletion"
    nl: ClassVar[str] = "Lymfodepletie"

    regimen: Regimen | Absence = fact(FactKind.CHOICE, "regimen", "schema", choices=Regimen)
    stop_day: int | Absence = fact(FactKind.DAY, "last day", "laatste dag")
    stop_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of last day", "precisie van laatste dag", choices=Precision
    )
    fludarabine_mg_per_m2: float | Absence = fact(
        FactKind.NUMBER,
        "fludarabine, total",
        "fludarabine, totaal",
        unit="mg/m²",
        low=0,
        high=500,
        usual_low=75,
        usual_high=160,
    )
    cyclophosphamide_mg_per_m2: float | Absence = fact(
        FactKind.NUMBER,
        "cyclophosphamide, total",
        "cyclofosfamide, totaal",
        unit="mg/m²",
        low=0,
        high=10000,
        usual_low=500,
        usual_high=3000,
    )
    fludarabine_auc_mg_h_per_l: float | Absence = fact(
        FactKind.NUMBER,
        "fludarabine exposure (AUC)",
        "fludarabineblootstelling (AUC)",
        unit="mg·h/L",
        low=0,
        high=200,
        usual_low=5,
        usual_high=40,
    )


@dataclass(frozen=True, slots=True)
class Treatment(Event):
    """A drug given for toxicity or in support."""

    kind: ClassVar[str] = "treatment"
    en: ClassVar[str] = "Treatment"
    nl: ClassVar[str] = "Behandeling"

    drug: Drug | Absence = fact(FactKind.CHOICE, "drug", "middel", choices=Drug, required=True)
    given_for: TreatmentFor | Absence = fact(
        FactKind.CHOICE, "given for", "gegeven voor", choices=TreatmentFor
    )
    doses: int | Absence = fact(FactKind.INTEGER, "doses", "giften", low=1, high=500)
    dose_mg_per_kg: float | Absence = fact(
        FactKind.NUMBER, "dose", "dosis", unit="mg/kg", low=0, high=5000
    )
    stop_day: int | Absence = fact(FactKind.DAY, "stop", "einde")
    stop_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of stop", "precisie van einde", choices=Precision
    )


@dataclass(frozen=True, slots=True)
class Transplant(Event):
    """An allogeneic stem-cell transplant after the indication."""

    kind: ClassVar[str] = "transplant"
    en: ClassVar[str] = "Transplant"
    nl: ClassVar[str] = "Transplantatie"

    reason: TransplantReason | Absence = fact(
        FactKind.CHOICE, "reason", "reden", choices=TransplantReason
    )
    donor: Donor | Absence = fact(FactKind.CHOICE, "donor", "donor", choices=Donor)


@dataclass(frozen=True, slots=True)
class NewTherapy(Event):
    """New anti-leukaemic therapy after CAR-T."""

    kind: ClassVar[str] = "new_therapy"
    en: ClassVar[str] = "New therapy"
    nl: ClassVar[str] = "Nieuwe behandeling"

    therapy: NewTherapyKind | Absence = fact(
        FactKind.CHOICE, "therapy", "behandeling", choices=NewTherapyKind
    )
    reason: NewTherapyReason | Absence = fact(
        FactKind.CHOICE, "reason", "reden", choices=NewTherapyReason
    )
