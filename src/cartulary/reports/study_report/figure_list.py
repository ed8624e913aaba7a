# SPDX-License-Identifier: Apache-2.0
"""The figures of a study for report.json: every method's, and the conclusion's."""

from __future__ import annotations

from typing import TypeAlias

from cartulary import __version__
from cartulary.evidence.estimate import Estimate
from cartulary.reports.content import Count, Figure
from cartulary.reports.study_report.apart_words import sentence
from cartulary.reports.study_report.cited import SOFTWARE
from cartulary.reports.study_report.voice import ANY_COUNT, Voice
from cartulary.studies.target_trial.borrowed import SURPRISES
from cartulary.studies.target_trial.protocol import GROUPS
from cartulary.studies.target_trial.results import Comparison

More: TypeAlias = tuple[tuple[str, str | int | float | bool | None], ...]
_MEASURES = ("treated", "control", "difference", "risk_ratio", "hazard_ratio")


def all_figures(voice: Voice) -> tuple[Figure, ...]:
    """Every figure, the main method's first, then estimands, other starts, and the conclusion."""
    study = voice.study
    found: list[Figure] = []
    for one in study.comparisons:
        found += _of(voice, one.method, one, "")
        found += _borrowed(voice, one)
    found += _estimands(voice)
    for landmark in study.landmarks:
        if landmark.found is not None:
            name = f"start_{landmark.day}"
            found += _of(voice, f"start_day_{landmark.day}", landmark.found, name)
    if study.immortal is not None:
        found += _of(voice, "wrong.immortal_time", study.immortal, "immortal")
    end = study.conclusion
    e = end.e_value
    found.append(
        _figure(
            "conclusion",
            end.estimate,
            voice.counts.of(study.main),
            (
                ("verdict", end.verdict),
                ("main_method", end.main.method),
                ("methods_done", end.done),
                ("methods_agreeing", end.agreeing),
                ("methods_excluding_zero", end.firmly),
                ("e_value", None if e is None else e.point),
                ("e_value_limit", None if e is None else e.limit),
                ("tips_at", end.tips_at),
                ("least_difference_seen", end.reach),
                ("simulated", end.simulated),
                ("not_aligned", " | ".join(sentence(voice, u).plain for u in end.unaligned)),
                ("software", f"{SOFTWARE} {__version__}"),
            ),
        )
    )
    return tuple(found)


def _of(voice: Voice, name: str, found: Comparison, prefix: str) -> list[Figure]:
    """The figures of one comparison."""
    effective = found.effective or (None, None)
    more: More = (
        ("target", found.target),
        ("effective_treated", effective[0]),
        ("effective_control", effective[1]),
        ("refusal", found.refusal),
    )
    counts = voice.counts.of(found, prefix) or (ANY_COUNT,)
    figures = []
    for measure in _MEASURES:
        estimate: Estimate | None = getattr(found, measure)
        if estimate is not None:
            rests = (*counts, *_all_events(voice, prefix)) if measure == "hazard_ratio" else counts
            figures.append(_figure(f"{name}.{measure}", estimate, rests, more))
    return figures


def _all_events(voice: Voice, prefix: str) -> tuple[Count, ...]:
    """A hazard ratio counts the events of all of follow-up, not those by the day."""
    if prefix:
        return (ANY_COUNT,)
    return tuple(voice.counts.events(name) for name in GROUPS)


def _borrowed(voice: Voice, found: Comparison) -> list[Figure]:
    """The difference under each prior of a method, with what borrowing costs."""
    if found.borrowing is None:
        return []
    return [
        _figure(
            f"{found.method}.{row.setting:g}",
            row.difference,
            voice.counts.of(found),
            (
                ("prior_worth", row.worth),
                ("chance_better", row.better),
                *(
                    (f"type_one_error_at_plus_{100 * more:g}", error)
                    for more, error in zip(SURPRISES, row.errors, strict=True)
                ),
                ("prior_data_conflict", row.conflict),
            ),
        )
        for row in found.borrowing.rows
    ]


def _estimands(voice: Voice) -> list[Figure]:
    """Both groups and their difference under every strategy that has a figure."""
    figures: list[Figure] = []
    for row in voice.study.estimands.rows:
        counts: tuple[Count, ...] = ()
        for name in GROUPS:
            own = voice.counts.strategy(name, row)
            counts += (*((own,) if own is not None else ()), voice.counts.n(name))
        for measure in _MEASURES[:3]:
            estimate: Estimate | None = getattr(row, measure)
            if estimate is not None:
                name = f"estimand.{row.strategy}.{measure}"
                more: More = (("strategy", row.strategy),)
                figures.append(_figure(name, estimate, counts, more))
    return figures


def _figure(name: str, e: Estimate, rests_on: tuple[Count, ...], more: More) -> Figure:
    return Figure(
        id=name,
        endpoint=e.endpoint,
        definition=e.definition,
        unit=e.unit,
        n=e.n,
        events=e.events,
        at_days=e.at_days,
        value=e.value,
        low=e.low,
        high=e.high,
        method=e.method,
        origin=e.origin,
        missing=e.missing,
        rests_on=rests_on,
        more=(*more, ("citations", " | ".join(e.citations)), ("notes", " | ".join(e.notes))),
    )
