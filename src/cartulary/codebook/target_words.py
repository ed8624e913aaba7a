# SPDX-License-Identifier: Apache-2.0
"""What a target is called: the outcome, its month, the part of the cohort, and the study."""

from __future__ import annotations

from typing import Final

from cartulary.codebook.benchmark_terms import OUTCOMES, SCALES
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.published_cohort import NOT_STATED, Benchmark, PublishedEstimate
from cartulary.codebook.target import GROUPS, Measure
from cartulary.codebook.words import Words

_NAMED_BY_ENDPOINT: Final = ("efs", "rfs", "dor")
_MEDIANS: Final = {
    "median_days": Words("median day", "mediane dag"),
    "median_months": Words("median month", "mediane maand"),
}


def words_of(cohort: Benchmark, row: PublishedEstimate, measure: Measure) -> Words:
    """The target in a few words of both languages.

    >>> from cartulary.codebook.target_reader import target_named
    >>> target_named("eliana.os_12_nejm").words.en
    'overall survival, 12 months'
    """
    return Words(_told(cohort, row, measure, "en"), _told(cohort, row, measure, "nl"))


def _told(cohort: Benchmark, row: PublishedEstimate, measure: Measure, lang: str) -> str:
    parts = [OUTCOMES[row.key].text(lang)]
    if row.key in _NAMED_BY_ENDPOINT and measure.endpoint and row.definition != NOT_STATED:
        # Several definitions go by one outcome; the endpoint's own name tells them apart.
        name = endpoint(measure.endpoint).definition.name.text(lang).partition(" (")[0]
        parts = [name[:1].lower() + name[1:]]
    if row.at_months is not None:
        parts.append(f"{row.at_months:g} {'months' if lang == 'en' else 'maanden'}")
    elif row.at_days is not None:
        parts.append(f"{'day' if lang == 'en' else 'dag'} {row.at_days}")
    if row.statistic in _MEDIANS:
        parts.append(_MEDIANS[row.statistic].text(lang))
    if measure.kind == "expansion_ratio":
        parts.append(
            "in remission over not" if lang == "en" else "in remissie gedeeld door niet in remissie"
        )
    elif measure.among:
        parts.append(GROUPS[measure.among].text(lang))
    if row.scale is not None and measure.kind == "toxicity":
        parts.append(SCALES[row.scale].text(lang))
    return ", ".join(parts)
