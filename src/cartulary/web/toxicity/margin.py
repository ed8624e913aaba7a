# SPDX-License-Identifier: Apache-2.0
"""What stands beside the grid: the chosen day explained, decisions, what is missing, so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from cartulary.codebook.grading import Episode, episode, grade_days
from cartulary.codebook.scale_reader import scale_named
from cartulary.course.events.observation import ToxicityKind
from cartulary.registry.models import Entry
from cartulary.web.entry.history import names_of
from cartulary.web.entry.spoken import date_words, language
from cartulary.web.toxicity.days import GradeCell, Row, decided_in
from cartulary.web.toxicity.decided import Decision, as_decided
from cartulary.web.toxicity.explained import Explained, StepRow, explained, step_grades, step_table
from cartulary.web.toxicity.place import GRADED_BY, PENN, GridPlace
from cartulary.web.toxicity.treatments import drug_counts


@dataclass(frozen=True, slots=True)
class StepTable:
    """The table of one scale with the chosen day marked in it."""

    cell: GradeCell
    grades: tuple[int, ...]
    rows: tuple[StepRow, ...]


@dataclass(frozen=True, slots=True)
class Overridden:
    """One decided grade: what was computed, what was decided, why, by whom."""

    decision: Decision
    label: str
    name: str
    computed: int | None
    author: str
    written: str


@dataclass(frozen=True, slots=True)
class SoFar:
    """One toxicity over all days after the infusion, decided grades counted."""

    name: str
    kind: ToxicityKind
    episode: Episode | None
    graded: int
    unknown: tuple[str, ...]
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything that stands beside the grid."""

    chosen: Row | None
    tables: tuple[StepTable, ...]
    penn: Explained | None
    penn_words: str
    overridden: tuple[Overridden, ...]
    missing: tuple[tuple[Row, tuple[str, ...]], ...]
    so_far: tuple[SoFar, ...]
    drugs: tuple[tuple[str, int], ...]
    confirm: tuple[str, ...]


def beside(place: GridPlace, rows: Sequence[Row], chosen: Row | None) -> Beside:
    """The margin, for the chosen day."""
    scales = {kind: place.scale(kind) for kind in GRADED_BY}
    lang = language()
    penn_scale = scale_named(PENN)
    return Beside(
        chosen=chosen,
        tables=_tables(place, chosen),
        penn=_penn(place, chosen),
        penn_words=penn_scale.summary.text(lang),
        overridden=_overridden(place, rows),
        missing=_missing(rows),
        so_far=tuple(so_far_of(place, kind, rows) for kind in scales),
        drugs=drug_counts(place),
        confirm=tuple(
            f"{one.abbreviation.text(lang)}: {one.confirm.text(lang)}"
            for one in scales.values()
            if one.confirm
        ),
    )


def _tables(place: GridPlace, chosen: Row | None) -> tuple[StepTable, ...]:
    if chosen is None or not chosen.is_kept:
        return ()
    graded = place.graded
    tables = []
    for cell in chosen.grades:
        scale = place.scale(cell.kind)
        day = graded[cell.kind].get(chosen.after)
        facts = {} if day is None else day.facts
        tables.append(
            StepTable(
                cell, step_grades(scale, cell.computed), step_table(scale, cell.computed, facts)
            )
        )
    return tuple(tables)


def _penn(place: GridPlace, chosen: Row | None) -> Explained | None:
    """The grade on the scale of ELIANA; never set beside the other without its words."""
    if chosen is None or not chosen.is_kept or chosen.after < 0:
        return None
    assert place.infusion is not None
    scale = scale_named(PENN)
    days = grade_days(scale, place.course, place.infusion.number)
    day = next((one for one in days if one.days_after_infusion == chosen.after), None)
    return None if day is None else explained(scale, day.graded, day.facts)


def _overridden(place: GridPlace, rows: Sequence[Row]) -> tuple[Overridden, ...]:
    found = []
    for row in rows:
        for cell in row.grades:
            if cell.decision is not None:
                author, written = _author(place, cell.decision.event)
                found.append(
                    Overridden(
                        cell.decision, row.label, cell.explained.name, cell.computed, author,
                        written,
                    )
                )  # fmt: skip
    return tuple(found)


def _author(place: GridPlace, event: str) -> tuple[str, str]:
    entry = Entry.objects.filter(child=place.child.key, event=event).order_by("-version").first()
    if entry is None:
        return "", ""
    local = timezone.localtime(entry.recorded_at)
    name = names_of({entry.author}).get(entry.author, entry.author)
    return name, f"{date_words(local.date())}, {local:%H:%M}"


def _missing(rows: Sequence[Row]) -> tuple[tuple[Row, tuple[str, ...]], ...]:
    """The days with findings on which a grade is unknown, the last first."""
    found = []
    for row in reversed(rows):
        if not row.is_kept or row.after < 0:
            continue
        names = tuple(one.explained.name for one in row.grades if one.grade is None)
        if names:
            found.append((row, names))
    return tuple(found)


def so_far_of(place: GridPlace, kind: ToxicityKind, rows: Sequence[Row]) -> SoFar:
    """One toxicity over all days after the infusion."""
    assert place.infusion is not None
    days = tuple(place.graded[kind].values())
    decided = decided_in(place)[kind]
    last = place.study_day(place.last_day)
    whole = as_decided(days, decided, place.infusion.day, last)
    found = episode(whole)
    name = place.scale(kind).abbreviation.text(language()).partition(" (")[0]
    unknown = tuple(
        row.label
        for row in rows
        if row.is_kept and any(one.kind is kind and one.grade is None for one in row.grades)
    )
    label = {place.study_day(row.after): row.label for row in rows}
    return SoFar(
        name,
        kind,
        found,
        sum(1 for one in whole if one.graded.grade is not None),
        unknown,
        label.get(found.onset, "") if found else "",
        label.get(found.end, "") if found else "",
    )
