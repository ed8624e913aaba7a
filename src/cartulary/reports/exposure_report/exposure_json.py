# SPDX-License-Identifier: Apache-2.0
"""The analyses and the states as plain JSON values, whole and without disclosure control."""

from __future__ import annotations

from cartulary.reports.exposure_report.voice import ExposureFound, Voice
from cartulary.reports.exposure_report.words import conclusion, reason
from cartulary.reports.programme_report.about import About
from cartulary.reports.text import plain


def plain_effect(found: ExposureFound, lang: str) -> dict[str, object]:
    """The comparison: every analysis with its counts, its figure, or its reason in words."""
    effect = found.effect
    if effect is None:
        return {}
    voice = Voice(found, _nobody(), lang)
    made = {
        "endpoint": effect.endpoint,
        "origin": found.origin,
        "children": effect.children,
        "exposed": effect.exposed,
        "left_out_unknown": dict(effect.unknown),
        "stopped_by": dict(effect.stopped_by),
        "never_looked_for": effect.unseen,
        "grace_day": effect.grace_day,
        "conclusion": plain(conclusion(voice)),
        "notes": list(effect.notes),
        "analyses": [
            {
                "method": row.method,
                "says": row.says,
                "wrong": row.biased,
                "children": row.kept,
                "exposed": row.exposed,
                "lost_before": row.lost,
                "lost_to_event": row.lost_to_event,
                "why_not": reason(voice, row).plain if row.why else "",
                "hazard_ratio": row.ratio.to_dict(),
            }
            for row in effect.rows
        ],
    }
    if effect.strategies is not None:
        with_it, without = effect.strategies.survival
        made["strategies"] = {
            "with": with_it.to_dict(),
            "without": without.to_dict(),
            "difference": effect.strategies.difference.to_dict(),
        }
    return made


def _nobody() -> About:
    """A programme of which nothing is said here."""
    return About("", "", None, "", (), (), ())


def plain_states(found: ExposureFound) -> dict[str, object] | None:
    """The share of children in each state at printed months, and the days spent there."""
    figure, stay = found.states, found.stay
    if figure is None:
        return None
    graph = figure.stays.graph
    return {
        "graph": graph.graph_id,
        "edition": graph.edition,
        "outside": dict(figure.stays.outside),
        "missing": dict(figure.stays.missing),
        "moves": dict(figure.moves),
        "occupancy": {
            state: {str(month): figure.occupancy[state, month].to_dict() for month in figure.months}
            for state in graph.state_names
        },
        "expected_days": None
        if stay is None
        else {state: stay.stay_in(state).to_dict() for state in graph.state_names},
    }
