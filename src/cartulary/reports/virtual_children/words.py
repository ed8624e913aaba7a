# SPDX-License-Identifier: Apache-2.0
"""The words of the page of virtual children, in English and Dutch."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

Pair = tuple[str, str]

#: What is drawn in the strip of events: (mark, words).
EVENTS: Final = MappingProxyType(
    {
        "decision": ("decision", "besluit"),
        "apheresis": ("apheresis", "aferese"),
        "bridging": ("bridging", "overbrugging"),
        "lymphodepletion": ("lymphodepletion", "lymfodepletie"),
        "infusion": ("infusion", "infusie"),
        "second_infusion": ("second infusion", "tweede infusie"),
        "never": ("not infused", "geen infusie"),
        "tocilizumab": ("tocilizumab", "tocilizumab"),
        "dexamethasone": ("dexamethasone", "dexamethason"),
        "infection": ("infection", "infectie"),
        "aplasia_lost": ("B cells back", "B-cellen terug"),
        "relapse": ("relapse", "recidief"),
        "new_therapy": ("new therapy", "nieuwe behandeling"),
        "transplant": ("transplant", "transplantatie"),
        "death": ("death", "overlijden"),
        "alive": ("alive", "in leven"),
    }
)

#: Why a child stands on the page.
KINDS: Final = MappingProxyType(
    {
        "lasting_aplasia": ("Remission, B cells away to the end", "Remissie, B-cellen blijven weg"),
        "aplasia_lost": ("Remission, B cells back", "Remissie, B-cellen terug"),
        "cd19_negative": ("CD19-negative relapse", "CD19-negatief recidief"),
        "cd19_positive": ("Late CD19-positive relapse", "Laat CD19-positief recidief"),
        "early": ("Early relapse", "Vroeg recidief"),
        "no_response": ("No remission", "Geen remissie"),
        "severe_crs": ("Severe CRS", "Ernstige CRS"),
        "transplant": ("Transplant in remission", "Transplantatie in remissie"),
        "second_infusion": ("Second infusion", "Tweede infusie"),
        "never_infused": ("Never infused", "Nooit een infusie"),
        "other": ("Next in line", "De volgende in de rij"),
    }
)

RESPONSES: Final = MappingProxyType(
    {
        "CR": ("remission at day 28", "remissie op dag 28"),
        "CRi": ("remission at day 28, counts low", "remissie op dag 28, bloedbeeld laag"),
        "NR": ("no remission at day 28", "geen remissie op dag 28"),
    }
)

RELAPSES: Final = MappingProxyType(
    {
        "positive": ("CD19-positive relapse", "CD19-positief recidief"),
        "negative": ("CD19-negative relapse", "CD19-negatief recidief"),
        "lineage_switch": ("relapse after lineage switch", "recidief na lijnwisseling"),
        "dim_or_mixed": ("relapse, CD19 mixed", "recidief, CD19 gemengd"),
    }
)

PANELS: Final = MappingProxyType(
    {
        "cells": ("cells in the body", "cellen in het lichaam"),
        "b_cells": ("B cells", "B-cellen"),
        "cytokine": ("cytokine, model units", "cytokine, modeleenheid"),
        "crs": ("CRS", "CRS"),
        "icans": ("ICANS", "ICANS"),
        "events": ("events", "gebeurtenissen"),
        "car_t": ("CAR-T", "CAR-T"),
        "leukaemia": ("leukaemia", "leukemie"),
        "cd19_negative": ("CD19 lost", "CD19 verloren"),
        "aplasia": ("aplasia below", "aplasie eronder"),
    }
)


def said(pair: Pair, lang: str) -> str:
    """The Dutch or the English of two."""
    return pair[1] if lang == "nl" else pair[0]
