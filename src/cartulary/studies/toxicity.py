# SPDX-License-Identifier: Apache-2.0
"""Toxicity of a programme, counted by infusion and by child, with who could not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.evidence import Estimate, MedianRange, clustered_proportion, median_range, proportion
from cartulary.studies.child_summary import ChildSummary
from cartulary.studies.published import PublishedBeside, published_rows

KINDS = ("crs", "icans", "febrile_neutropenia", "neutropenia_beyond_day_28", "iec_hs")
# (kind, lowest grade counted, the outcome as published cohorts name it)
THRESHOLDS: tuple[tuple[str, int, str], ...] = (
    ("crs", 1, "crs_any"),
    ("crs", 3, "crs_grade_3_4"),
    ("crs", 4, "crs_grade_4"),
    ("icans", 1, "neurotoxicity_any"),
    ("icans", 3, "neurotoxicity_grade_3_4"),
    ("febrile_neutropenia", 1, "febrile_neutropenia"),
    ("neutropenia_beyond_day_28", 1, "cytopenia_day28_grade_3_4"),
    ("iec_hs", 1, ""),
)
ANY_GRADE = 1


@dataclass(frozen=True, slots=True)
class ToxicityFigure:
    """One toxicity from one grade up, by infusion and by child; None when nobody was judged."""

    kind: str
    at_least: int
    scales: tuple[str, ...]
    by_infusion: Estimate | None
    by_child: Estimate | None
    published: tuple[PublishedBeside, ...]


@dataclass(frozen=True, slots=True)
class GradeCounts:
    """How many infusions had each highest grade (0 to 5), and how many were not judged."""

    kind: str
    grades: tuple[int, int, int, int, int, int]
    not_judged: int
    onset_days: MedianRange | None
    duration_days: MedianRange | None


def toxicity_figures(children: Sequence[ChildSummary], origin: str) -> tuple[ToxicityFigure, ...]:
    """Every threshold of `THRESHOLDS`; a toxicity that nobody recorded is left out.

    A child or infusion counts as judged when a grade, be it 0, was recorded after it. An infusion
    without a grade is missing, never a zero.
    """
    figures = []
    for kind, at_least, key in THRESHOLDS:
        judged = _judged(children, kind)
        if not judged:
            continue
        infusions = sum(child.infusions for child in children)
        infused = sum(child.was_infused for child in children)
        by_infusion = clustered_proportion(
            [grade >= at_least for _, grade in judged],
            [child for child, _ in judged],
            unit="infusion",
            origin=origin,
            definition=kind,
            missing=infusions - len(judged),
            label=f"{kind} grade {at_least} or higher",
        )
        highest: dict[str, int] = {}
        for child, grade in judged:
            highest[child] = max(grade, highest.get(child, 0))
        by_child = proportion(
            sum(grade >= at_least for grade in highest.values()),
            len(highest),
            unit="child",
            origin=origin,
            definition=kind,
            missing=infused - len(highest),
            label=f"{kind} grade {at_least} or higher",
        )
        figures.append(
            ToxicityFigure(
                kind=kind,
                at_least=at_least,
                scales=_scales(children, kind),
                by_infusion=by_infusion,
                by_child=by_child,
                published=tuple(
                    PublishedBeside(
                        benchmark, row, by_child, row.comparability(_scale(children, kind))
                    )
                    for benchmark, row in (published_rows(key) if key else ())
                ),
            )
        )
    return tuple(figures)


def grade_counts(children: Sequence[ChildSummary], kind: str, origin: str) -> GradeCounts:
    """The highest grades by infusion, with onset after the infusion and duration in days."""
    counts = [0] * 6
    for _, grade in _judged(children, kind):
        counts[grade] += 1
    onsets: list[int] = []
    durations: list[int] = []
    for child in children:
        for record in child.toxicities:
            if record.kind != kind or record.grade is None or record.grade < ANY_GRADE:
                continue
            number = record.infusion_number
            if record.onset_day is not None and number is not None:
                if number <= len(child.infusion_days):
                    onsets.append(record.onset_day - child.infusion_days[number - 1])
                if record.end_day is not None:
                    durations.append(record.end_day - record.onset_day)
    judged = sum(counts)
    return GradeCounts(
        kind=kind,
        grades=(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]),
        not_judged=sum(child.infusions for child in children) - judged,
        onset_days=_lengths(onsets, f"onset of {kind} after the infusion, days", origin),
        duration_days=_lengths(durations, f"duration of {kind}, days", origin),
    )


def _lengths(days: list[int], quantity: str, origin: str) -> MedianRange | None:
    if not days:
        return None
    return median_range(days, quantity=quantity, unit="infusion", origin=origin)


def _judged(children: Sequence[ChildSummary], kind: str) -> list[tuple[str, int]]:
    """The highest grade after each infusion that was judged, with the child it belongs to."""
    found: list[tuple[str, int]] = []
    for child in children:
        by_infusion: dict[int, int] = {}
        for record in child.toxicities:
            if record.kind != kind or record.grade is None or record.infusion_number is None:
                continue
            known = by_infusion.get(record.infusion_number, 0)
            by_infusion[record.infusion_number] = max(record.grade, known)
        found.extend((child.child, grade) for _, grade in sorted(by_infusion.items()))
    return found


def _scales(children: Sequence[ChildSummary], kind: str) -> tuple[str, ...]:
    named = {r.scale for c in children for r in c.toxicities if r.kind == kind and r.scale}
    return tuple(sorted(named))


def _scale(children: Sequence[ChildSummary], kind: str) -> str:
    scales = _scales(children, kind)
    return scales[0] if len(scales) == 1 else ""
