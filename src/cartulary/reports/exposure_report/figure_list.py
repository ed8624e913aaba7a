# SPDX-License-Identifier: Apache-2.0
"""The figures of an exposure's report for report.json, each with the counts it gives away."""

from __future__ import annotations

from dataclasses import replace

from cartulary.evidence.estimate import Estimate
from cartulary.reports.chart_terms import DAYS_PER_MONTH
from cartulary.reports.content import Count, Figure
from cartulary.reports.exposure_report.curves import share_rests
from cartulary.reports.exposure_report.plan import plan_rests
from cartulary.reports.exposure_report.states import came_to, stacked_states, states_data
from cartulary.reports.exposure_report.voice import Voice
from cartulary.studies.exposure_analyses import LANDMARK

More = tuple[tuple[str, str | int | float | bool | None], ...]


def all_figures(voice: Voice) -> tuple[Figure, ...]:
    """Every ratio, the curves and plans at the day of comparison, and the states."""
    found: list[Figure] = []
    if voice.found.effect is not None:
        found += _ratios(voice)
        found += _shares(voice)
    found += _states(voice)
    return tuple(found)


def _ratios(voice: Voice) -> list[Figure]:
    figures = []
    for row in voice.effect.rows:
        name = f"landmark_{row.day:g}" if row.method == LANDMARK else row.method
        more: More = (
            ("says", row.says),
            ("wrong", row.biased),
            ("children", row.kept),
            ("exposed", row.exposed),
            ("lost_before", row.lost),
            ("lost_to_event", row.lost_to_event),
            ("refused", row.why),
        )
        figures.append(_figure(f"{name}.hazard_ratio", row.ratio, voice.rests(row), more))
    return figures


def _shares(voice: Voice) -> list[Figure]:
    effect, figures = voice.effect, []
    drawn, made = effect.simon_makuch, effect.strategies
    if drawn is not None:
        more: More = (("from_day", drawn.start_day),)
        for name, curve in (("after", drawn.exposed), ("without", drawn.unexposed)):
            share = curve.survival_at(effect.horizon)
            rests = share_rests(voice, drawn, exposed=name == "after")
            figures.append(_figure(f"simon_makuch.{name}", share, rests, more))
    if made is not None:
        plans = (("with", made.survival[0]), ("without", made.survival[1]),
                 ("difference", made.difference))  # fmt: skip
        more = (("grace_day", made.grace_day), ("seed", voice.found.seed))
        rests = plan_rests(voice)
        figures += [_figure(f"plan.{name}", share, rests, more) for name, share in plans]
    return figures


def _states(voice: Voice) -> list[Figure]:
    figure, stay = voice.found.states, voice.found.stay
    if figure is None:
        return []
    figures: list[Figure] = []
    data = states_data(voice, figure)
    for state, band in zip(stacked_states(voice, figure), data.bands if data else (), strict=False):
        assert data is not None
        for month, count in zip(data.months, band.counts, strict=True):
            share = figure.curve.occupancy_at(month * DAYS_PER_MONTH, state)
            made = _figure(f"states.{state}.at_{month:g}_months", share, (count,), ())
            # Each state is a curve of its own.
            figures.append(replace(made, endpoint=f"{made.endpoint}.{state}"))
    if stay is not None:
        came = tuple(came_to(figure, stay.states).values())
        figures += [
            _figure(f"states.{state}.days", stay.stay_in(state), came, ())
            for state in stacked_states(voice, figure)
        ]
    return figures


def _figure(name: str, e: Estimate, rests: tuple[Count, ...], more: More) -> Figure:
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
        rests_on=rests,
        more=(*more, ("citations", " | ".join(e.citations)), ("notes", " | ".join(e.notes))),
    )
