# SPDX-License-Identifier: Apache-2.0
"""The leukaemia: how it began, what was tried, why CAR-T, and what each look at it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.events.event import Event
from cartulary.course.fact import FactKind, fact


class Disease(Choice):
    """What is treated."""

    B_ALL = "b_all", "B-cell ALL", "B-cel-ALL", "B-ALL", "BCP-ALL", "B-cell precursor ALL", "ALL"
    B_LYMPHOMA = "b_lymphoma", "B-cell lymphoma", "B-cellymfoom"
    OTHER = "other", "other", "anders", "overig"


class Genetics(Choice):
    """Genetic findings of the leukaemia that bear on its risk."""

    KMT2A = "kmt2a", "KMT2A-rearranged", "KMT2A-herschikt", "MLL", "KMT2A-r"
    BCR_ABL1 = "bcr_abl1", "BCR::ABL1", "BCR::ABL1", "Ph+", "Philadelphia"
    BCR_ABL1_LIKE = "bcr_abl1_like", "BCR::ABL1-like", "BCR::ABL1-achtig", "Ph-like"
    HYPODIPLOID = "hypodiploid", "hypodiploid", "hypodiploïd", "hypodiploid <44"
    IAMP21 = "iamp21", "iAMP21", "iAMP21"
    TCF3_HLF = "tcf3_hlf", "TCF3::HLF", "TCF3::HLF", "t(17;19)"
    TCF3_PBX1 = "tcf3_pbx1", "TCF3::PBX1", "TCF3::PBX1", "t(1;19)"
    ETV6_RUNX1 = "etv6_runx1", "ETV6::RUNX1", "ETV6::RUNX1", "t(12;21)"
    HYPERDIPLOID = "hyperdiploid", "high hyperdiploid", "hoog-hyperdiploïd"
    IKZF1 = "ikzf1", "IKZF1 deletion", "IKZF1-deletie"
    TP53 = "tp53", "TP53 altered", "TP53-afwijking"
    DOWN = "down", "Down syndrome", "syndroom van Down", "trisomy 21"
    OTHER = "other", "other", "anders", "overig"
    NONE = "none", "none found", "geen gevonden", "normal"


class CnsStatus(Choice):
    """Leukaemia in the central nervous system, as the cerebrospinal fluid and images show it."""

    CNS1 = "cns1", "CNS1", "CNS1", "CZS1"
    CNS2 = "cns2", "CNS2", "CNS2", "CNS2a", "CNS2b", "CNS2c", "CZS2"
    CNS3 = "cns3", "CNS3", "CNS3", "CNS3a", "CNS3b", "CNS3c", "CZS3"


class Sex(Choice):
    """Sex as recorded by the hospital."""

    FEMALE = "female", "female", "vrouw", "f", "v", "girl", "meisje"
    MALE = "male", "male", "man", "m", "boy", "jongen"
    OTHER = "other", "other", "anders", "x"


class PriorKind(Choice):
    """Treatment before the indication for CAR-T."""

    CHEMOTHERAPY = "chemotherapy", "chemotherapy", "chemotherapie", "chemo"
    TRANSPLANT = "transplant", "allogeneic transplant", "allogene transplantatie", "SCT", "HSCT"
    BLINATUMOMAB = "blinatumomab", "blinatumomab", "blinatumomab", "blina"
    INOTUZUMAB = (
        "inotuzumab",
        "inotuzumab ozogamicin",
        "inotuzumab ozogamicine",
        "inotuzumab",
        "ino",
    )
    CAR_T = "car_t", "CAR-T cells", "CAR-T-cellen", "CAR-T"
    RADIOTHERAPY = "radiotherapy", "radiotherapy", "radiotherapie"
    TKI = "tki", "tyrosine kinase inhibitor", "tyrosinekinaseremmer", "TKI"
    OTHER = "other", "other", "anders", "overig"


class Reason(Choice):
    """Why CAR-T was indicated."""

    REFRACTORY = (
        "refractory",
        "refractory disease",
        "refractaire ziekte",
        "refractory",
        "refractair",
    )
    FIRST_RELAPSE = "first_relapse", "first relapse", "eerste recidief"
    LATER_RELAPSE = (
        "later_relapse",
        "second or later relapse",
        "tweede of later recidief",
        "second relapse",
        "tweede recidief",
    )
    POST_TRANSPLANT_RELAPSE = (
        "post_transplant_relapse",
        "relapse after transplant",
        "recidief na transplantatie",
        "post-SCT relapse",
        "recidief na SCT",
    )
    CNS_RELAPSE = "cns_relapse", "CNS relapse", "CZS-recidief", "CNS-recidief"
    HIGH_RISK_FIRST_LINE = (
        "high_risk_first_line",
        "high-risk first line",
        "hoogrisico eerste lijn",
    )
    INFANT = "infant", "infant leukaemia", "zuigelingenleukemie", "infant"
    OTHER = "other", "other", "anders", "overig"


class Decision(Choice):
    """What was decided on day 0."""

    ACCEPTED = "accepted", "accepted for CAR-T", "geaccepteerd voor CAR-T", "yes", "ja", "accepted"
    DECLINED = "declined", "declined", "afgezien", "no", "nee", "rejected", "afgewezen"


class Timepoint(Choice):
    """Which planned look at the leukaemia this was."""

    SCREENING = "screening", "screening", "screening"
    BEFORE_LYMPHODEPLETION = (
        "before_lymphodepletion",
        "before lymphodepletion",
        "voor lymfodepletie",
        "pre-LD",
    )
    DAY_28 = "day_28", "day 28 after infusion", "dag 28 na infusie", "d28", "day 28", "dag 28"
    MONTH_3 = "month_3", "month 3", "maand 3", "m3"
    MONTH_6 = "month_6", "month 6", "maand 6", "m6"
    MONTH_12 = "month_12", "month 12", "maand 12", "m12"
    UNPLANNED = "unplanned", "unplanned", "ongepland"
    OTHER = "other", "other", "anders", "overig"


class Response(Choice):
    """Response of the leukaemia, as ELIANA words it."""

    CR = "CR", "complete remission", "complete remissie", "CR"
    CRI = (
        "CRi",
        "complete remission, counts not recovered",
        "complete remissie, onvolledig hersteld bloedbeeld",
        "CRi",
        "CRh",
    )
    NO_RESPONSE = "NR", "no response", "geen respons", "NR", "no remission", "geen remissie"
    NOT_EVALUABLE = "NE", "not evaluable", "niet te beoordelen", "NE"


class MrdMethod(Choice):
    """How minimal residual disease was measured."""

    FLOW = "flow", "flow cytometry", "flowcytometrie", "flow", "FCM"
    PCR = "pcr", "IG/TR PCR", "IG/TR-PCR", "PCR", "qPCR"
    NGS = "ngs", "sequencing", "sequencing", "NGS"


class MrdResult(Choice):
    """What the measurement of minimal residual disease said."""

    NEGATIVE = "negative", "negative", "negatief", "neg", "undetectable", "niet aantoonbaar"
    BELOW_QUANTIFICATION = (
        "below_quantification",
        "positive, below quantification",
        "positief, niet te kwantificeren",
        "positive not quantifiable",
        "PNQ",
    )
    POSITIVE = "positive", "positive", "positief", "pos"


class Cd19Status(Choice):
    """CD19 on the leukaemic cells."""

    POSITIVE = "positive", "CD19 positive", "CD19-positief", "positive", "positief", "pos", "CD19+"
    NEGATIVE = "negative", "CD19 negative", "CD19-negatief", "negative", "negatief", "neg", "CD19-"
    DIM_OR_MIXED = "dim_or_mixed", "CD19 dim or mixed", "CD19 zwak of gemengd", "dim", "mixed"
    LINEAGE_SWITCH = "lineage_switch", "lineage switch", "lijnwisseling", "lineage switch"


class RelapseSite(Choice):
    """Where the leukaemia came back."""

    MARROW = "marrow", "bone marrow", "beenmerg", "BM", "marrow"
    CNS = "cns", "central nervous system", "centraal zenuwstelsel", "CNS", "CZS"
    COMBINED = "combined", "marrow and elsewhere", "beenmerg en elders", "combined", "gecombineerd"
    EXTRAMEDULLARY = "extramedullary", "other extramedullary", "elders buiten het beenmerg", "EMD"


class RelapseLevel(Choice):
    """Whether the relapse was seen in the cells or only in the measurement of residual disease."""

    MORPHOLOGICAL = "morphological", "morphological", "morfologisch"
    MOLECULAR = "molecular", "residual disease only", "alleen restziekte", "MRD", "moleculair"


class Confidence(Choice):
    """How sure the centre is."""

    CERTAIN = "certain", "certain", "zeker"
    PROBABLE = "probable", "probable", "waarschijnlijk"
    POSSIBLE = "possible", "possible", "mogelijk"


@dataclass(frozen=True, slots=True)
class Diagnosis(Event):
    """The first diagnosis of the leukaemia; its day is usually well before day 0."""

    kind: ClassVar[str] = "diagnosis"
    en: ClassVar[str] = "Diagnosis"
    nl: ClassVar[str] = "Diagnose"

    disease: Disease | Absence = fact(FactKind.CHOICE, "disease", "ziekte", choices=Disease)
    genetics: tuple[Genetics, ...] | Absence = fact(
        FactKind.CHOICES, "genetics", "genetica", choices=Genetics
    )
    white_cells_e9_per_l: float | Absence = fact(
        FactKind.NUMBER,
        "white cells",
        "leukocyten",
        unit="10⁹/L",
        low=0,
        high=3000,
        usual_high=1000,
        also=("wbc", "wbc_e9_per_l"),
    )
    cns_status: CnsStatus | Absence = fact(
        FactKind.CHOICE, "CNS status", "CZS-status", choices=CnsStatus
    )


@dataclass(frozen=True, slots=True)
class PriorTherapy(Event):
    """A line of treatment before the indication."""

    kind: ClassVar[str] = "prior_therapy"
    en: ClassVar[str] = "Prior therapy"
    nl: ClassVar[str] = "Eerdere behandeling"

    therapy: PriorKind | Absence = fact(
        FactKind.CHOICE, "therapy", "behandeling", choices=PriorKind, required=True
    )
    line: int | Absence = fact(FactKind.INTEGER, "line", "lijn", low=1, high=20, usual_high=8)
    remission: bool | Absence = fact(FactKind.YES_NO, "remission reached", "remissie bereikt")


@dataclass(frozen=True, slots=True)
class Indication(Event):
    """The decision for or against CAR-T. Its day is day 0 of the course."""

    kind: ClassVar[str] = "indication"
    en: ClassVar[str] = "Indication"
    nl: ClassVar[str] = "Indicatie"

    reason: Reason | Absence = fact(FactKind.CHOICE, "reason", "reden", choices=Reason)
    relapse_number: int | Absence = fact(
        FactKind.INTEGER, "relapse number", "hoeveelste recidief", low=0, high=10, usual_high=4
    )
    decision: Decision | Absence = fact(FactKind.CHOICE, "decision", "besluit", choices=Decision)
    decline_reason: str | Absence = fact(FactKind.TEXT, "reason for declining", "reden van afzien")


@dataclass(frozen=True, slots=True)
class Assessment(Event):
    """One look at the leukaemia: marrow, residual disease, CNS, elsewhere, and the response."""

    kind: ClassVar[str] = "assessment"
    en: ClassVar[str] = "Assessment"
    nl: ClassVar[str] = "Beoordeling"

    timepoint: Timepoint | Absence = fact(
        FactKind.CHOICE, "time point", "meetmoment", choices=Timepoint
    )
    response: Response | Absence = fact(FactKind.CHOICE, "response", "respons", choices=Response)
    marrow_blasts_percent: float | Absence = fact(
        FactKind.NUMBER, "marrow blasts", "blasten in beenmerg", unit="%", low=0, high=100
    )
    mrd_result: MrdResult | Absence = fact(
        FactKind.CHOICE, "MRD result", "MRD-uitslag", choices=MrdResult
    )
    mrd_percent: float | Absence = fact(
        FactKind.NUMBER,
        "MRD",
        "MRD",
        unit="%",
        low=0,
        high=100,
        says_en="share of cells; 10⁻⁴ is 0.01%",
    )
    mrd_limit_percent: float | Absence = fact(
        FactKind.NUMBER,
        "MRD limit of the method",
        "MRD-grens van de methode",
        unit="%",
        low=0,
        high=5,
        usual_high=0.1,
    )
    mrd_method: MrdMethod | Absence = fact(
        FactKind.CHOICE, "MRD method", "MRD-methode", choices=MrdMethod
    )
    cns_status: CnsStatus | Absence = fact(
        FactKind.CHOICE, "CNS status", "CZS-status", choices=CnsStatus
    )
    extramedullary: bool | Absence = fact(
        FactKind.YES_NO, "extramedullary disease", "ziekte buiten het beenmerg"
    )
    cd19_status: Cd19Status | Absence = fact(
        FactKind.CHOICE, "CD19 status", "CD19-status", choices=Cd19Status
    )
    b_cell_aplasia: bool | Absence = fact(
        FactKind.YES_NO, "B-cell aplasia", "B-celaplasie", also=("BCA",)
    )


@dataclass(frozen=True, slots=True)
class Relapse(Event):
    """The leukaemia coming back after remission."""

    kind: ClassVar[str] = "relapse"
    en: ClassVar[str] = "Relapse"
    nl: ClassVar[str] = "Recidief"

    site: RelapseSite | Absence = fact(FactKind.CHOICE, "site", "plaats", choices=RelapseSite)
    cd19_status: Cd19Status | Absence = fact(
        FactKind.CHOICE, "CD19 status", "CD19-status", choices=Cd19Status
    )
    level: RelapseLevel | Absence = fact(FactKind.CHOICE, "level", "niveau", choices=RelapseLevel)
    b_cell_aplasia: bool | Absence = fact(
        FactKind.YES_NO, "B-cell aplasia at relapse", "B-celaplasie bij recidief", also=("BCA",)
    )
    expansion_failed: bool | Absence = fact(
        FactKind.YES_NO, "CAR-T cells had not expanded", "CAR-T-cellen niet geëxpandeerd"
    )
    confidence: Confidence | Absence = fact(
        FactKind.CHOICE, "confidence", "zekerheid", choices=Confidence
    )
