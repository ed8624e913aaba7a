# SPDX-License-Identifier: Apache-2.0
"""Toxicity of a programme, counted by infusion and by child, with who could not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cartulary.course.absence import is_known
from cartulary.course.events import Infusion
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
    """How many infusions had each highest grade (0 to 5), and how many were not judged.

    Onset is counted from the infusion; a duration counts its first and its last day.
    """

    kind: str
    grades: tuple[int, int, int, int, int, int]
    not_judged: int
    onset_days: MedianRange | None
    duration_days: MedianRange | None


def toxicity_figures(children: Sequence[ChildSummary], origin: str) -> tuple[ToxicityFigure, ...]:
    """Every threshold of `THRESHOLDS`; a toxicity that nobody recorded is left out.

    A child or infusion counts as judged when a grade, be it 0, was recorded after it. An infusion
    without a grade is missing, never a zero.

    Arguments: one summary a child (those never infused do not count); their origin.
    Returns: one `ToxicityFigure` a threshold, its shares of infusions and of children.
    Refuses nothing: a grade that names an infusion which is not there counts for the child alone.
    """
    figures = []
    kinds = {kind for kind, _, _ in THRESHOLDS}
    judged_of = {kind: _judged(children, kind) for kind in kinds}
    highest_of = {kind: _highest(children, kind) for kind in kinds}
    infusions = sum(child.infusions for child in children)
    infused = sum(child.was_infused for child in children)
    for kind, at_least, key in THRESHOLDS:
        judged, highest = judged_of[kind], highest_of[kind]
        if not highest:
            continue
        by_infusion = (
            clustered_proportion(
                [grade >= at_least for _, grade in judged],
                [child for child, _ in judged],
                unit="infusion",
                origin=origin,
                definition=kind,
                missing=max(infusions - len(judged), 0),
                label=f"{kind} grade {at_least} or higher",
            )
            if judged
            else None
        )
        by_child = proportion(
            sum(grade >= at_least for grade in highest),
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
    """The highest grades by infusion, with onset after the infusion and duration in days.

    Arguments: one summary a child; the kind of toxicity, such as "crs"; their origin.
    Returns: `GradeCounts`; onset and duration are of records with a grade of 1 or more, and count
    as missing those whose days are not known.
    """
    counts = [0] * 6
    for _, grade in _judged(children, kind):
        counts[grade] += 1
    onsets: list[int | None] = []
    durations: list[int | None] = []
    for child in children:
        days = child.day_of_infusion
        for record in child.toxicities:
            if record.kind != kind or record.grade is None or record.grade < ANY_GRADE:
                continue
            if record.infusion_number not in _numbers(child):
                continue
            onsets.append(_length(days.get(record.infusion_number or 0), record.onset_day))
            lasted = _length(record.onset_day, record.end_day)
            durations.append(None if lasted is None else lasted + 1)
    judged = sum(counts)
    return GradeCounts(
        kind=kind,
        grades=(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]),
        not_judged=max(sum(child.infusions for child in children) - judged, 0),
        onset_days=_lengths(onsets, f"onset of {kind} after the infusion, days", origin),
        duration_days=_lengths(durations, f"duration of {kind}, days", origin),
    )


def _length(first: int | None, last: int | None) -> int | None:
    """Days between two known days in this order; None otherwise."""
    return None if first is None or last is None or last < first else last - first


def _lengths(days: list[int | None], quantity: str, origin: str) -> MedianRange | None:
    known = [day for day in days if day is not None]
    if not known:
        return None
    missing = len(days) - len(known)
    return median_range(known, quantity=quantity, unit="infusion", origin=origin, missing=missing)


def _numbers(child: ChildSummary) -> set[int]:
    """The numbers that the infusions of a child can have; an undated one takes any place."""
    numbers = set(child.day_of_infusion)
    if child.infusions > len(child.infusion_days):
        numbers |= set(range(1, child.infusions + 1))
        named = (one.number for one in child.course.all(Infusion))
        numbers |= {number for number in named if is_known(number)}
    return numbers


def _judged(children: Sequence[ChildSummary], kind: str) -> list[tuple[str, int]]:
    """The highest grade after each infusion that was judged, with the child it belongs to."""
    found: list[tuple[str, int]] = []
    for child in children:
        numbers = _numbers(child)
        by_infusion: dict[int, int] = {}
        for record in child.toxicities:
            number = record.infusion_number
            if record.kind != kind or record.grade is None or number not in numbers:
                continue
            assert number is not None
            by_infusion[number] = max(record.grade, by_infusion.get(number, 0))
        found.extend((child.child, grade) for _, grade in sorted(by_infusion.items()))
    return found


def _highest(children: Sequence[ChildSummary], kind: str) -> list[int]:
    """The highest grade of each child that was judged after any infusion."""
    grades = (child.highest_grade(kind) for child in children)
    return [grade for grade in grades if grade is not None]


def _scales(children: Sequence[ChildSummary], kind: str) -> tuple[str, ...]:
    named = {r.scale for c in children for r in c.toxicities if r.kind == kind and r.scale}
    return tuple(sorted(named))


def _scale(children: Sequence[ChildSummary], kind: str) -> str:
    scales = _scales(children, kind)
    return scales[0] if len(scales) == 1 else ""
