# SPDX-License-Identifier: Apache-2.0
"""The words a benchmark file may use, each in English and Dutch.

A file that uses another word is refused. Outcomes have their own
list, `benchmark_outcomes`, and words of support theirs, in `source`.
"""

from __future__ import annotations

from typing import Final

from cartulary.codebook.benchmark_outcomes import OUTCOMES as OUTCOMES
from cartulary.codebook.words import vocabulary

#: Whom the figure is counted over: the `population` of an estimate.
POPULATIONS: Final = vocabulary(
    {
        "infused": ("infused", "geïnfundeerd"),
        "enrolled": ("enrolled, infused or not", "geïncludeerd, al dan niet geïnfundeerd"),
        "eligible": ("eligible, infused or not", "in aanmerking, al dan niet geïnfundeerd"),
        "screened": ("screened", "gescreend"),
        "apheresed": ("apheresed, infused or not", "aferese gehad, al dan niet geïnfundeerd"),
        "responders": ("in remission after infusion", "in remissie na infusie"),
        "non_responders": ("not in remission after infusion", "niet in remissie na infusie"),
        "evaluable": ("evaluable", "evalueerbaar"),
        "tested": ("tested", "getest"),
        "with_crs": ("with CRS", "met CRS"),
        "with_neurotoxicity": ("with neurological events", "met neurologische bijwerkingen"),
        "relapsed": ("relapsed", "met recidief"),
        "reinfused": ("given a second infusion", "met een tweede infusie"),
        "not_given_car_t": ("not treated with CAR-T", "niet met CAR-T behandeld"),
        "not stated": ("not stated", "niet vermeld"),
    }
)

#: Where the clock starts.
CLOCKS: Final = vocabulary(
    {
        "indication": ("indication", "indicatie"),
        "eligibility": ("eligibility", "toewijzing van de behandeling"),
        "enrolment": ("enrolment", "inclusie"),
        "apheresis": ("apheresis", "aferese"),
        "infusion": ("infusion", "infusie"),
        "remission": ("first remission", "eerste remissie"),
        "relapse": ("relapse", "recidief"),
        "onset": ("onset of the toxicity", "begin van de bijwerking"),
        "end_of_consolidation": ("end of consolidation", "einde consolidatie"),
        "transplant": ("transplant", "transplantatie"),
        "not stated": ("not stated", "niet vermeld"),
    }
)

#: What a transplant in remission did to the figure.
TRANSPLANT_RULES: Final = vocabulary(
    {
        "censored": ("transplant censored", "transplantatie gecensureerd"),
        "censored_assumed": (
            "transplant censored, as we assume",
            "transplantatie gecensureerd, naar wij aannemen",
        ),
        "not_censored": ("transplant not censored", "transplantatie niet gecensureerd"),
        "event": ("transplant counts as an event", "transplantatie telt als event"),
        "not_applicable": ("does not apply", "niet van toepassing"),
        "not stated": ("rule for transplant not stated", "regel voor transplantatie niet vermeld"),
        "unverified": (
            "rule for transplant not seen by us",
            "regel voor transplantatie door ons niet ingezien",
        ),
    }
)

#: Published cohorts include young adults, so a page says patients where the unit is the child.
UNITS: Final = vocabulary(
    {
        "child": ("patients", "patiënten"),
        "infusion": ("infusions", "infusies"),
        "apheresis": ("aphereses", "aferesen"),
        "relapse": ("relapses", "recidieven"),
        "product": ("products", "producten"),
        "not stated": ("unit not stated", "eenheid niet vermeld"),
    }
)

STATISTICS: Final = vocabulary(
    {
        "probability": ("probability", "kans"),
        "proportion": ("proportion", "aandeel"),
        "count": ("number", "aantal"),
        "median": ("median", "mediaan"),
        "median_days": ("median, days", "mediaan, dagen"),
        "median_months": ("median, months", "mediaan, maanden"),
        "geometric_mean": ("geometric mean", "meetkundig gemiddelde"),
        "geometric_cv": (
            "geometric coefficient of variation",
            "geometrische variatiecoëfficiënt",
        ),
        "log_sd": ("SD of the logarithm", "SD van de logaritme"),
        "ratio": ("ratio of means", "verhouding van gemiddelden"),
        "hazard_ratio": ("hazard ratio", "hazardratio"),
        "subdistribution_hazard_ratio": (
            "subdistribution hazard ratio",
            "subdistributie-hazardratio",
        ),
        "odds_ratio": ("odds ratio", "oddsratio"),
        "fixed": ("as stated", "zoals opgegeven"),
    }
)
FRACTIONS: Final = frozenset({"probability", "proportion"})
#: A number that means nothing without the unit it is measured in.
MEASURED: Final = frozenset({"median", "geometric_mean", "geometric_cv", "fixed"})

#: What such a number is measured in.
MEASURES: Final = vocabulary(
    {
        "years": ("years", "jaar"),
        "days": ("days", "dagen"),
        "lines": ("lines", "lijnen"),
        "%": ("%", "%"),
        "1/day": ("a day", "per dag"),
        "cells": ("cells", "cellen"),
        "cells/kg": ("cells/kg", "cellen/kg"),
        "copies/ug DNA": ("copies/µg DNA", "kopieën/µg DNA"),
        "copies/ug DNA x days": ("copies/µg DNA × days", "kopieën/µg DNA × dagen"),
    }
)

INTERVALS: Final = vocabulary(
    {
        "confidence_95": ("95% CI", "95%-BI"),
        "range": ("range", "spreiding"),
        "interquartile": ("interquartile range", "interkwartielafstand"),
    }
)

SCALES: Final = vocabulary(
    {
        "penn_crs_2014": ("Penn scale", "Penn-schaal"),
        "astct_crs_2019": ("ASTCT 2019", "ASTCT 2019"),
        "astct_icans_2019": ("ASTCT 2019", "ASTCT 2019"),
        "ctcae": ("CTCAE", "CTCAE"),
        "not stated": ("scale not stated", "schaal niet vermeld"),
    }
)
#: Scales that are themselves definitions of the codebook.
CODEBOOK_SCALES: Final = frozenset(SCALES) - {"ctcae", "not stated"}
GRADED: Final = ("crs_", "icans_", "neurotoxicity")
