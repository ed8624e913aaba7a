# SPDX-License-Identifier: Apache-2.0
"""The outcomes that a comparison over so many years can have."""

from __future__ import annotations

from cartulary.studies.policies_compared.outcome import COUNTED_MONTH, MONTHS, Outcome, outcomes

MONTHS_PER_YEAR = 12


def outcomes_within(years: float) -> tuple[Outcome, ...]:
    """Every outcome whose month lies within the follow-up.

    >>> [one.id for one in outcomes_within(1.0) if one.id.startswith("os.infusion")]
    ['os.infusion.12']
    """
    longest = int(years * MONTHS_PER_YEAR)
    months = tuple(month for month in MONTHS if month <= longest) or (longest,)
    return outcomes(months, min(COUNTED_MONTH, longest))
