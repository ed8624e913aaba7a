# SPDX-License-Identifier: Apache-2.0
"""The figures of a study for report.json: every method's, and the conclusion's."""

from __future__ import annotations

from cartulary.evidence.estimate import Estimate
from cartulary.reports.content import Figure
from cartulary.reports.study_report.apart_words import sentence
from cartulary.reports.study_report.voice import Voice
from cartulary.studies.target_trial.results import Comparison

_MEASURES = ("treated", "control", "difference", "risk_ratio", "hazard_ratio")


def all_figures(voice: Voice) -> tuple[Figure, ...]:
    """Every figure, the main method's first, then other starts, then what was concluded."""
    study = voice.study
    found: list[Figure] = []
    for one in study.comparisons:
        found += _of(one.method, one)
    for landmark in study.landmarks:
        if landmark.found is not None:
            found += _of(f"start_day_{landmark.day}", landmark.found)
    if study.immortal is not None:
        found += _of("wrong.immortal_time", study.immortal)
    end = study.conclusion
    e = end.e_value
    found.append(
        _figure(
            "conclusion",
            end.estimate,
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
            ),
        )
    )
    return tuple(found)


def _of(name: str, found: Comparison) -> list[Figure]:
    """The figures of one comparison."""
    effective = found.effective or (None, None)
    more: tuple[tuple[str, str | int | float | bool | None], ...] = (
        ("target", found.target),
        ("effective_treated", effective[0]),
        ("effective_control", effective[1]),
        ("refusal", found.refusal),
    )
    figures = []
    for measure in _MEASURES:
        estimate = getattr(found, measure)
        if estimate is not None:
            figures.append(_figure(f"{name}.{measure}", estimate, more))
    return figures


def _figure(
    name: str, e: Estimate, more: tuple[tuple[str, str | int | float | bool | None], ...]
) -> Figure:
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
        more=(*more, ("citations", " | ".join(e.citations)), ("notes", " | ".join(e.notes))),
    )
