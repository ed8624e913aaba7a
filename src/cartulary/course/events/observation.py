# SPDX-License-Identifier: Apache-2.0
"""What was seen and measured around an infusion: bedside findings, laboratory values, toxicity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.dates import Precision
from cartulary.course.events.event import Event
from cartulary.course.fact import FactKind, fact


class OxygenSupport(Choice):
    """Help with breathing, in order of weight."""

    NONE = "none", "none", "geen", "room air", "kamerlucht"
    LOW_FLOW = (
        "low_flow",
        "low-flow nasal cannula",
        "neusbril, lage flow",
        "nasal cannula",
        "neusbril",
        "NC",
    )
    BLOW_BY = "blow_by", "blow-by", "blow-by"
    HIGH_FLOW = "high_flow", "high-flow nasal cannula", "neusbril, hoge flow", "HFNC", "Optiflow"
    FACEMASK = "facemask", "face mask", "masker"
    NON_REBREATHER = "non_rebreather", "non-rebreather mask", "non-rebreathingmasker", "NRM"
    VENTURI = "venturi", "Venturi mask", "venturimasker"
    CPAP = "cpap", "CPAP", "CPAP"
    BIPAP = "bipap", "BiPAP", "BiPAP"
    VENTILATION = "ventilation", "mechanical ventilation", "beademing", "intubated", "geïntubeerd"


class Consciousness(Choice):
    """How the child wakes."""

    AWAKE = "awake", "awake", "wakker", "normal", "normaal", "alert"
    SPONTANEOUS = "spontaneous", "drowsy, awakens by itself", "suf, wordt vanzelf wakker"
    VOICE = "voice", "awakens to voice", "wordt wakker op aanspreken"
    TACTILE = "tactile", "awakens only to touch", "wordt alleen wakker op aanraken"
    UNAROUSABLE = "unarousable", "unarousable, stupor or coma", "niet wekbaar, stupor of coma"


class Seizure(Choice):
    """Seizures on this day."""

    NONE = "none", "none", "geen"
    BRIEF = "brief", "resolved rapidly or with intervention", "snel of met behandeling over"
    PROLONGED = "prolonged", "over 5 minutes or repetitive", "langer dan 5 minuten of herhaald"


class Oedema(Choice):
    """Raised intracranial pressure or cerebral oedema."""

    NONE = "none", "none", "geen"
    FOCAL = "focal", "focal oedema on imaging", "lokaal oedeem op beeldvorming"
    DIFFUSE = "diffuse", "diffuse oedema or raised pressure", "diffuus oedeem of verhoogde druk"


class Analyte(Choice):
    """What a laboratory measured."""

    CAR_T_COPIES = "car_t_copies", "CAR transgene", "CAR-transgen", "CAR-T copies", "transgene"
    CAR_T_CELLS = "car_t_cells", "CAR-T cells", "CAR-T-cellen"
    B_CELLS = "b_cells", "B cells (CD19+)", "B-cellen (CD19+)", "CD19"
    B_CELLS_OF_LYMPHOCYTES = (
        "b_cells_of_lymphocytes",
        "B cells of lymphocytes",
        "B-cellen van lymfocyten",
    )
    NEUTROPHILS = "neutrophils", "neutrophils (ANC)", "neutrofielen (ANC)", "ANC", "neutrofielen"
    LYMPHOCYTES = "lymphocytes", "lymphocytes", "lymfocyten", "ALC"
    PLATELETS = "platelets", "platelets", "trombocyten", "plt"
    HAEMOGLOBIN = "haemoglobin", "haemoglobin", "hemoglobine", "Hb"
    FERRITIN = "ferritin", "ferritin", "ferritine"
    CRP = "crp", "CRP", "CRP"
    IL_6 = "il_6", "interleukin 6", "interleukine 6", "IL-6", "IL6"
    IGG = "igg", "IgG", "IgG"
    FIBRINOGEN = "fibrinogen", "fibrinogen", "fibrinogeen"
    TRIGLYCERIDES = "triglycerides", "triglycerides", "triglyceriden"
    LDH = "ldh", "LDH", "LDH"
    ALT = "alt", "ALT", "ALAT"
    AST = "ast", "AST", "ASAT"
    BILIRUBIN = "bilirubin", "bilirubin", "bilirubine"
    CREATININE = "creatinine", "creatinine", "creatinine"


class Specimen(Choice):
    """Where the sample came from."""

    BLOOD = "blood", "blood", "bloed", "PB"
    MARROW = "marrow", "bone marrow", "beenmerg", "BM"
    CSF = "csf", "cerebrospinal fluid", "liquor", "CSF"


class ToxicityKind(Choice):
    """Toxicity that is followed."""

    CRS = "crs", "CRS", "CRS", "cytokine release syndrome", "cytokine-release-syndroom"
    ICANS = "icans", "ICANS", "ICANS", "neurotoxicity", "neurotoxiciteit"
    FEBRILE_NEUTROPENIA = "febrile_neutropenia", "febrile neutropenia", "febriele neutropenie", "FN"
    NEUTROPENIA_BEYOND_DAY_28 = (
        "neutropenia_beyond_day_28",
        "neutropenia beyond day 28",
        "neutropenie na dag 28",
        "persistent neutropenia",
        "aanhoudende neutropenie",
    )
    ICAHT = "icaht", "ICAHT", "ICAHT"
    IEC_HS = "iec_hs", "IEC-HS", "IEC-HS", "HLH-like"
    TUMOUR_LYSIS = "tumour_lysis", "tumour lysis", "tumorlysis", "TLS"
    HYPOGAMMAGLOBULINAEMIA = (
        "hypogammaglobulinaemia",
        "hypogammaglobulinaemia",
        "hypogammaglobulinemie",
    )
    OTHER = "other", "other", "anders", "overig"


class GradeBasis(Choice):
    """Where a grade comes from."""

    REPORTED = "reported", "reported by the centre", "door het centrum opgegeven", "reported"
    COMPUTED = "computed", "computed from findings", "berekend uit bevindingen", "computed"
    OVERRIDDEN = "overridden", "computed, then overridden", "berekend en aangepast", "overridden"


class Organism(Choice):
    """The kind of infection."""

    BACTERIAL = "bacterial", "bacterial", "bacterieel"
    VIRAL = "viral", "viral", "viraal"
    FUNGAL = "fungal", "fungal", "schimmel", "fungaal"
    OTHER = "other", "other or unknown", "anders of onbekend", "unknown", "onbekend"


@dataclass(frozen=True, slots=True)
class Finding(Event):
    """The bedside signs of one day, as the grading scales read them. Silence is not normality."""

    kind: ClassVar[str] = "finding"
    en: ClassVar[str] = "Finding"
    nl: ClassVar[str] = "Bevinding"

    temperature_c: float | Absence = fact(
        FactKind.NUMBER,
        "highest temperature",
        "hoogste temperatuur",
        unit="°C",
        low=25,
        high=45,
        usual_low=34.5,
        usual_high=42,
    )
    fever_over_1_hour: bool | Absence = fact(
        FactKind.YES_NO, "38.0 °C or more for over an hour", "38,0 °C of meer langer dan een uur"
    )
    fever_other_cause: bool | Absence = fact(
        FactKind.YES_NO, "fever has another cause", "koorts heeft een andere oorzaak"
    )
    hypotension: bool | Absence = fact(
        FactKind.YES_NO, "hypotension for age", "hypotensie voor de leeftijd"
    )
    fluid_boluses: int | Absence = fact(
        FactKind.INTEGER, "fluid boluses", "vochtbolussen", low=0, high=50, usual_high=10
    )
    vasopressors: int | Absence = fact(
        FactKind.INTEGER,
        "vasopressors, vasopressin not counted",
        "vasopressoren, vasopressine niet meegeteld",
        low=0,
        high=6,
    )
    vasopressin: bool | Absence = fact(FactKind.YES_NO, "vasopressin", "vasopressine")
    vasopressor_high_dose: bool | Absence = fact(
        FactKind.YES_NO, "high-dose vasopressor", "hooggedoseerde vasopressor"
    )
    oxygen_support: OxygenSupport | Absence = fact(
        FactKind.CHOICE, "oxygen support", "zuurstofondersteuning", choices=OxygenSupport
    )
    oxygen_l_per_min: float | Absence = fact(
        FactKind.NUMBER, "oxygen flow", "zuurstofflow", unit="L/min", low=0, high=100, usual_high=60
    )
    airway_protection_only: bool | Absence = fact(
        FactKind.YES_NO,
        "intubated for airway protection only",
        "alleen geïntubeerd om de luchtweg te beschermen",
    )
    anticytokine_given: bool | Absence = fact(
        FactKind.YES_NO,
        "antipyretic, tocilizumab or steroid given",
        "koortswerend middel, tocilizumab of steroïd gegeven",
    )
    ice_score: int | Absence = fact(FactKind.INTEGER, "ICE score", "ICE-score", low=0, high=10)
    capd_score: int | Absence = fact(FactKind.INTEGER, "CAPD score", "CAPD-score", low=0, high=32)
    consciousness: Consciousness | Absence = fact(
        FactKind.CHOICE, "consciousness", "bewustzijn", choices=Consciousness
    )
    seizure: Seizure | Absence = fact(FactKind.CHOICE, "seizure", "convulsie", choices=Seizure)
    motor_deficit: bool | Absence = fact(
        FactKind.YES_NO, "deep focal weakness", "ernstige focale zwakte"
    )
    oedema: Oedema | Absence = fact(
        FactKind.CHOICE, "raised pressure or oedema", "verhoogde druk of oedeem", choices=Oedema
    )
    hospitalised_for_crs: bool | Absence = fact(
        FactKind.YES_NO, "in hospital for CRS symptoms", "in ziekenhuis wegens CRS-klachten"
    )
    creatinine_grade: int | Absence = fact(
        FactKind.INTEGER, "creatinine, CTCAE grade", "creatinine, CTCAE-graad", low=0, high=4
    )
    liver_grade: int | Absence = fact(
        FactKind.INTEGER, "liver enzymes, CTCAE grade", "leverenzymen, CTCAE-graad", low=0, high=4
    )
    coagulopathy_treated: bool | Absence = fact(
        FactKind.YES_NO,
        "coagulopathy needing plasma or fibrinogen",
        "stollingsstoornis met plasma of fibrinogeen behandeld",
    )
    iec_hs_suspected: bool | Absence = fact(
        FactKind.YES_NO,
        "IEC-HS diagnosed by the team",
        "IEC-HS vastgesteld door het team",
    )
    iec_hs_intervention: bool | Absence = fact(
        FactKind.YES_NO, "IEC-HS needs treatment", "IEC-HS vraagt behandeling"
    )
    iec_hs_severe: bool | Absence = fact(
        FactKind.YES_NO,
        "IEC-HS severe, not life-threatening",
        "IEC-HS ernstig, niet levensbedreigend",
    )
    iec_hs_life_threatening: bool | Absence = fact(
        FactKind.YES_NO, "IEC-HS life-threatening", "IEC-HS levensbedreigend"
    )
    fatal: bool | Absence = fact(
        FactKind.YES_NO, "death from this toxicity", "overleden aan deze toxiciteit"
    )


@dataclass(frozen=True, slots=True)
class Measurement(Event):
    """One laboratory value, in the unit of its analyte (see `cartulary.course.units`)."""

    kind: ClassVar[str] = "measurement"
    en: ClassVar[str] = "Measurement"
    nl: ClassVar[str] = "Meting"

    analyte: Analyte | Absence = fact(
        FactKind.CHOICE, "analyte", "bepaling", choices=Analyte, required=True
    )
    specimen: Specimen | Absence = fact(FactKind.CHOICE, "specimen", "materiaal", choices=Specimen)
    value: float | Absence = fact(FactKind.NUMBER, "value", "waarde", low=0, high=1e15)
    unit: str | Absence = fact(FactKind.TEXT, "unit", "eenheid")
    below_limit: bool | Absence = fact(
        FactKind.YES_NO, "below the limit of quantification", "onder de bepalingsgrens"
    )
    limit: float | Absence = fact(
        FactKind.NUMBER, "limit of quantification", "bepalingsgrens", low=0, high=1e15
    )


@dataclass(frozen=True, slots=True)
class Toxicity(Event):
    """One toxicity after one infusion, from onset to end. Grade 0 says it was looked for."""

    kind: ClassVar[str] = "toxicity"
    en: ClassVar[str] = "Toxicity"
    nl: ClassVar[str] = "Toxiciteit"

    toxicity: ToxicityKind | Absence = fact(
        FactKind.CHOICE, "toxicity", "toxiciteit", choices=ToxicityKind, required=True
    )
    grade: int | Absence = fact(FactKind.INTEGER, "highest grade", "hoogste graad", low=0, high=5)
    scale: str | Absence = fact(FactKind.TEXT, "scale", "schaal")
    infusion_number: int | Absence = fact(
        FactKind.INTEGER, "after infusion number", "na infusienummer", low=1, high=20
    )
    end_day: int | Absence = fact(FactKind.DAY, "end", "einde")
    end_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of end", "precisie van einde", choices=Precision
    )
    basis: GradeBasis | Absence = fact(
        FactKind.CHOICE, "basis of the grade", "herkomst van de graad", choices=GradeBasis
    )
    override_reason: str | Absence = fact(
        FactKind.TEXT, "reason for overriding", "reden van aanpassing"
    )


@dataclass(frozen=True, slots=True)
class Infection(Event):
    """One infection after the indication."""

    kind: ClassVar[str] = "infection"
    en: ClassVar[str] = "Infection"
    nl: ClassVar[str] = "Infectie"

    organism: Organism | Absence = fact(FactKind.CHOICE, "kind", "soort", choices=Organism)
    agent: str | Absence = fact(FactKind.TEXT, "causative organism", "verwekker")
    reactivation: bool | Absence = fact(FactKind.YES_NO, "reactivation", "reactivatie")
    grade: int | Absence = fact(FactKind.INTEGER, "grade", "graad", low=1, high=5)
    end_day: int | Absence = fact(FactKind.DAY, "end", "einde")
    end_precision: Precision | Absence = fact(
        FactKind.CHOICE, "precision of end", "precisie van einde", choices=Precision
    )
