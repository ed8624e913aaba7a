# SPDX-License-Identifier: Apache-2.0
"""Thirty simulated children on the graph of states, for the figure of states."""

from __future__ import annotations

import numpy as np

from cartulary.codebook.state_graph_reader import state_graph
from cartulary.evidence.multi_state import occupancy
from cartulary.evidence.occupancy_curve import OccupancyCurve
from cartulary.evidence.transitions import Transitions
from cartulary.reports.occupancy_data import OccupancyData, occupancy_data

TONES = {
    "remission": 0,
    "remission_after_transplant": 1,
    "re_infused": 2,
    "infused": "not_in_remission",
    "relapse_cd19_positive": "relapse",
    "relapse_cd19_negative": "relapse_light",
    "dead": "dead",
}
_MEAN_DAYS = {
    "infused": (("remission", 40.0), ("dead", 400.0)),
    "remission": (
        ("remission_after_transplant", 900.0),
        ("relapse_cd19_negative", 900.0),
        ("relapse_cd19_positive", 900.0),
        ("dead", 4000.0),
    ),
    "remission_after_transplant": (("relapse_cd19_negative", 3000.0), ("dead", 1500.0)),
    "relapse_cd19_negative": (("dead", 250.0),),
    "relapse_cd19_positive": (("re_infused", 150.0), ("dead", 250.0)),
    "re_infused": (("remission", 60.0), ("dead", 250.0)),
}


def sample_curve(n: int = 30, seed: int = 4) -> OccupancyCurve:
    """Shares in each state from constant hazards."""
    draws, rows = np.random.default_rng(seed), []
    for child in range(n):
        day, here, end = 0.0, "infused", float(draws.integers(300, 1000))
        while here != "dead":
            ways = [(np.ceil(day + draws.exponential(mean)), to) for to, mean in _MEAN_DAYS[here]]
            when, to = min(ways)
            if when > end:
                rows.append((child, here, "censored", day, end))
                break
            rows.append((child, here, to, day, when))
            day, here = when, to
    child, source, to, entry, exit_ = (list(column) for column in zip(*rows, strict=True))
    graph = state_graph("bone")
    stays = Transitions(
        entry=np.array(entry),
        exit=np.array(exit_),
        from_state=np.array(source),
        to_state=np.array(to),
        child_ids=np.array(child),
        states=graph.state_names,
        allowed=graph.arrows,
        unit="child",
        clock="infusion",
        definition="bone, edition 1",
        origin="simulated",
    )
    return occupancy(stays, start="infused")


def sample_states(lang: str, **more: int) -> OccupancyData:
    """The figure's data of the sample."""
    graph = state_graph("bone")
    states = [(state, graph.words_of(state, lang), tone) for state, tone in TONES.items()]
    return occupancy_data(sample_curve(**more), states, months=(3, 6, 12, 24))
