# SPDX-License-Identifier: Apache-2.0
"""What each outcome says of children within a sentence, in Dutch and English."""

from __future__ import annotations

from typing import Final

from cartulary.codebook.words import Words
from cartulary.studies.policies_compared import Outcome

#: By the first part of an outcome's id, or the first two; `{month}` is the outcome's.
_CLAUSES: Final = {
    "infused": Words("of those indicated are infused", "van de geïndiceerden wordt geïnfundeerd"),
    "days_to_infusion": Words(
        "is the median wait from indication to infusion",
        "is de mediane wachttijd van indicatie tot infusie",
    ),
    "efs.indication": Words(
        "are event-free {month} months after the indication",
        "is {month} maanden na de indicatie eventvrij",
    ),
    "efs.infusion": Words(
        "of the children infused are event-free {month} months after it",
        "van de geïnfundeerde kinderen is {month} maanden later eventvrij",
    ),
    "os.indication": Words(
        "are alive {month} months after the indication",
        "is {month} maanden na de indicatie in leven",
    ),
    "os.infusion": Words(
        "of the children infused are alive {month} months after it",
        "van de geïnfundeerde kinderen is {month} maanden later in leven",
    ),
    "remission": Words("are in remission at day 28", "is op dag 28 in remissie"),
    "relapse.early": Words(
        "have an early relapse (at most 60 days after the infusion)",
        "krijgt een vroeg recidief (hoogstens 60 dagen na de infusie)",
    ),
    "relapse.cd19_negative": Words(
        "have a CD19-negative relapse within {month} months",
        "krijgt binnen {month} maanden een CD19-negatief recidief",
    ),
    "relapse.cd19_positive": Words(
        "have a CD19-positive relapse within {month} months",
        "krijgt binnen {month} maanden een CD19-positief recidief",
    ),
    "crs.1": Words("have CRS", "krijgt CRS"),
    "crs.3": Words("have CRS of grade 3 or higher", "krijgt CRS van graad 3 of hoger"),
    "icans.1": Words("have ICANS", "krijgt ICANS"),
    "icans.3": Words("have ICANS of grade 3 or higher", "krijgt ICANS van graad 3 of hoger"),
    "transplant": Words(
        "are transplanted within {month} months",
        "wordt binnen {month} maanden getransplanteerd",
    ),
    "second_infusion": Words(
        "are infused a second time within {month} months",
        "krijgt binnen {month} maanden een tweede infusie",
    ),
    "death_in_remission": Words(
        "die within {month} months without relapse and not of leukaemia",
        "overlijdt binnen {month} maanden zonder recidief en niet aan leukemie",
    ),
    "death_of_transplant": Words(
        "die of a transplant within {month} months",
        "overlijdt binnen {month} maanden aan een transplantatie",
    ),
    "log10_peak": Words(
        "is the median peak of CAR-T cells (log10)",
        "is de mediane piek van de CAR-T-cellen (log10)",
    ),
}


def clause(outcome: Outcome, lang: str) -> str:
    """What a share or a median of this outcome is of: `are event-free 12 months after ...`."""
    parts = outcome.id.split(".")
    found = _CLAUSES.get(".".join(parts[:2])) or _CLAUSES.get(parts[0])
    if found is None:
        return outcome.words.text(lang)
    return found.text(lang).format(month=outcome.month)
