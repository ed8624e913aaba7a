# SPDX-License-Identifier: Apache-2.0
"""What can become of a child first: it stays in remission, or one of six things ends it."""

from __future__ import annotations

from typing import Final

from cartulary.course.choice import Choice


class Outcome(Choice):
    """What came first after the day of the forecast; all others exclude it."""

    REMISSION = "remission", "in remission", "in remissie"
    NO_REMISSION = "no_remission", "never in remission", "nooit in remissie"
    EARLY = "early", "early relapse", "vroeg recidief"
    CD19_NEGATIVE = "cd19_negative", "CD19-negative relapse", "CD19-negatief recidief"
    CD19_POSITIVE = "cd19_positive", "CD19-positive relapse", "CD19-positief recidief"
    OTHER_RELAPSE = (
        "other_relapse",
        "relapse, CD19 otherwise or unknown",
        "recidief, CD19 anders of onbekend",
    )
    DEATH = "death", "died without relapse", "overleden zonder recidief"


#: The library's columns of outcomes are places in this list.
OUTCOMES: Final = tuple(Outcome)
RELAPSES: Final = (
    Outcome.EARLY,
    Outcome.CD19_NEGATIVE,
    Outcome.CD19_POSITIVE,
    Outcome.OTHER_RELAPSE,
)
DAYS_PER_MONTH: Final = 365.25 / 12.0
#: How far ahead a forecast looks.
MONTHS_AHEAD: Final = 24
