# SPDX-License-Identifier: Apache-2.0
"""The words for codes that a report prints: places of the flow, classes, toxicities, groups."""

from __future__ import annotations

from types import MappingProxyType

from cartulary.course.choice import Choice
from cartulary.course.events.cells import Site
from cartulary.course.events.disease import PriorKind, Reason, Sex
from cartulary.course.events.observation import Organism
from cartulary.course.events.treatment import BridgingKind, Drug, TransplantReason, TreatmentFor

#: where children end -> Dutch, English, both short enough for a figure
PLACES = MappingProxyType(
    {
        "declined": ("van CAR-T afgezien", "declined"),
        "died": ("overleden", "died"),
        "under_way": ("nog niet behandeld", "not treated so far"),
        "product_failed": ("product mislukt", "product failed"),
        "remission": ("in remissie", "in remission"),
        "no_remission": ("geen remissie", "no remission"),
        "not_yet_there": ("dag 28 nog niet bereikt", "day 28 not yet reached"),
        "not_assessed": ("niet beoordeeld", "not assessed"),
        "event_free": ("vrij van events", "event-free"),
        "transplant_in_remission": ("SCT in remissie", "SCT in remission"),
        "other_therapy_in_remission": ("andere therapie in remissie", "other therapy in remission"),
        "event": ("een event", "an event"),
        "not_followed_a_year": ("nog geen jaar gevolgd", "not yet followed a year"),
        "not_judged": ("niet te beoordelen", "cannot be judged"),
    }
)
STAGES = MappingProxyType(
    {
        "indication": ("Indicatie", "Indication"),
        "apheresis": ("Aferese", "Apheresis"),
        "product": ("Product vrij", "Product released"),
        "infusion": ("Infusie", "Infusion"),
        "day_28": ("Dag 28", "Day 28"),
        "one_year": ("1 jaar", "1 year"),
    }
)
RELAPSES = MappingProxyType(
    {
        "early": ("vroeg recidief", "early relapse"),
        "cd19_negative": ("CD19-negatief", "CD19-negative"),
        "cd19_positive": ("CD19-positief", "CD19-positive"),
        "unknown": ("soort onbekend", "class unknown"),
        "death_without_relapse": ("overleden zonder recidief", "died without relapse"),
        "none": ("geen recidief", "no relapse"),
    }
)
TOXICITIES = MappingProxyType(
    {
        "crs": ("CRS", "CRS"),
        "icans": ("ICANS", "ICANS"),
        "febrile_neutropenia": ("Febriele neutropenie", "Febrile neutropenia"),
        "neutropenia_beyond_day_28": ("Neutropenie > 28 dagen", "Neutropenia > 28 days"),
        "icaht": ("ICAHT", "ICAHT"),
        "iec_hs": ("IEC-HS", "IEC-HS"),
        "tumour_lysis": ("Tumorlysissyndroom", "Tumour lysis"),
        "hypogammaglobulinaemia": ("Hypogammaglobulinemie", "Hypogammaglobulinaemia"),
    }
)
#: toxicities of which a grade says something beyond yes or no
GRADED = ("crs", "icans", "iec_hs")
STUDIES = MappingProxyType({"eliana": "ELIANA", "cibmtr": "CIBMTR"})
NOT_RECORDED = ("niet vastgelegd", "not recorded")
_CHOICES: MappingProxyType[str, type[Choice]] = MappingProxyType(
    {
        "bridging": BridgingKind,
        "reason": Reason,
        "sex": Sex,
        "site": Site,
        "prior": PriorKind,
        "drug": Drug,
        "given_for": TreatmentFor,
        "organism": Organism,
        "transplant": TransplantReason,
    }
)

#: where a clock starts
CLOCKS = {
    "indication": ("indicatie", "indication"),
    "apheresis": ("aferese", "apheresis"),
    "infusion": ("infusie", "infusion"),
    "remission": ("remissie", "remission"),
}


def pair(words: tuple[str, str], lang: str) -> str:
    """The words of a pair in Dutch ("nl") or English."""
    return words[0] if lang == "nl" else words[1]


def code_words(kind: str, code: str, lang: str) -> str:
    """A code of a closed list in words.

    >>> code_words("bridging", "inotuzumab", "nl"), code_words("reason", "not_recorded", "en")
    ('inotuzumab ozogamicine', 'not recorded')
    """
    if code == "not_recorded":
        return pair(NOT_RECORDED, lang)
    for choice in _CHOICES[kind]:
        if choice == code:
            return choice.nl if lang == "nl" else choice.en
    return code.replace("_", " ")


def burden_words(grade: str, lang: str) -> str:
    """A burden in a word or two; the scale's own file says what each means.

    >>> burden_words("detectable", "nl")
    'laag, aantoonbaar'
    """
    words = {
        "high": ("hoog", "high"),
        "detectable": ("laag, aantoonbaar", "low, detectable"),
        "undetectable": ("niet aantoonbaar", "undetectable"),
        "not_recorded": NOT_RECORDED,
    }
    return pair(words.get(grade, (grade, grade)), lang)


def capital(words: str) -> str:
    """Words with a capital at the start.

    >>> capital("geen"), capital("één")
    ('Geen', 'Eén')
    """
    return (words[:1].upper() + words[1:]).replace("Éé", "Eé")
