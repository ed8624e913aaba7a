# SPDX-License-Identifier: Apache-2.0
"""Which children stand behind each number of a view, under the name by which reports know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cartulary.evidence import FollowUp
from cartulary.registry.models import Centre, Child
from cartulary.reports.programme_report.counts import toxicity_key
from cartulary.reports.programme_report.curve import at_risk_table
from cartulary.reports.programme_report.relapse import INCIDENCE
from cartulary.studies.child_summary import ChildSummary
from cartulary.studies.programme import ProgrammeFigures
from cartulary.studies.survival import DAYS_OF_MONTH
from cartulary.studies.toxicity import THRESHOLDS

DAYS_PER_MONTH = 365.25 / 12


@dataclass
class Behind:
    """The children of each group, and the groups that the figures open.

    `on_day` has a group for each day with an event, and for each day d on which somebody was last
    seen without one under -1 - d; neither name tells the day. `of_curve` has those of its numbers.
    """

    groups: dict[str, list[str]] = field(default_factory=dict)
    on_day: dict[float, str] = field(default_factory=dict)
    of_curve: dict[str, str] = field(default_factory=dict)


def children_behind(centre: Centre, figures: ProgrammeFigures, endpoint_id: str) -> Behind:
    """Who is behind every count of a view, by the keys of the ledger."""
    behind = Behind()
    keys = {
        name: str(key)
        for key, name in Child.objects.filter(centre=centre).values_list("key", "course_id")
    }

    def put(group: str, names: Iterable[Any]) -> None:
        found = [keys[str(name)] for name in names if str(name) in keys]
        if found:
            behind.groups[group] = list(dict.fromkeys(found))

    _of_courses(put, figures.children)
    for kind, at_least, _ in THRESHOLDS:
        _of_toxicity(put, figures.children, kind, at_least)
    for name, figure in figures.survival.items():
        rows = figure.follow_up
        put(name, _names(rows, rows.status > 0))
        put(f"{name}.n", _names(rows))
    incidence = figures.incidence.get(INCIDENCE)
    if incidence is not None:
        rows = incidence.follow_up
        put(f"{INCIDENCE}.n", _names(rows))
        for place, cause in enumerate(rows.cause_names, start=1):
            put(f"{INCIDENCE}.{cause}", _names(rows, rows.status == place))
    _of_curve(behind, put, figures.survival[endpoint_id].follow_up, endpoint_id)
    return behind


def _names(rows: FollowUp, which: Any = None) -> list[str]:
    assert rows.child_ids is not None
    chosen = rows.child_ids if which is None else rows.child_ids[which]
    return [str(name) for name in chosen]


def _of_curve(behind: Behind, put: Any, rows: FollowUp, endpoint_id: str) -> None:
    """Each step, each end without an event, and the numbers at risk and of events by month."""
    behind.of_curve["children"] = behind.of_curve["at_risk_0"] = f"{endpoint_id}.n"
    for place, day in enumerate(sorted(set(rows.exit[rows.status > 0].tolist())), start=1):
        behind.on_day[day] = f"{endpoint_id}.step_{place}"
        put(behind.on_day[day], _names(rows, (rows.status > 0) & (rows.exit == day)))
    for place, day in enumerate(sorted(set(rows.exit[rows.status == 0].tolist())), start=1):
        behind.on_day[-1 - day] = f"{endpoint_id}.end_{place}"
        put(behind.on_day[-1 - day], _names(rows, (rows.status == 0) & (rows.exit == day)))
    entry = np.where(rows.entry <= 0, -np.inf, rows.entry)
    for column in at_risk_table(rows, endpoint_id):
        if not column.known_as:
            continue
        month = int(column.month)
        day = float(DAYS_OF_MONTH.get(month, round(month * DAYS_PER_MONTH)))
        at_risk, events = (count.key for count in column.known_as)
        put(at_risk, _names(rows, (entry < day) & (rows.exit >= day)))
        put(events, _names(rows, (rows.status > 0) & (rows.exit <= day)))
        behind.of_curve |= {f"at_risk_{month}": at_risk, f"event_{month}": events}


def _of_courses(put: Any, children: tuple[ChildSummary, ...]) -> None:
    """Who was chosen, treated, and relapsed in which way."""
    infused = [child for child in children if child.was_infused]
    put("flow.indication", (child.child for child in children))
    put("flow.infused", (child.child for child in infused))
    put("flow.never_infused", (child.child for child in children if not child.was_infused))
    relapsed = [(child.child, child.relapses[0]) for child in infused if child.relapses]
    put("relapse.any", (name for name, _ in relapsed))
    put("relapse.none", (child.child for child in infused if not child.relapses))
    states = {"aplasia_ongoing": True, "aplasia_lost": False, "aplasia_unknown": None}
    for kind in {first.relapse_class for _, first in relapsed}:
        of_kind = [(name, first) for name, first in relapsed if first.relapse_class == kind]
        put(f"relapse.{kind}", (name for name, _ in of_kind))
        for state, aplasia in states.items():
            found = (name for name, first in of_kind if first.b_cell_aplasia is aplasia)
            put(f"relapse.{kind}.{state}", found)


def _of_toxicity(put: Any, children: tuple[ChildSummary, ...], kind: str, least: int) -> None:
    """Who had a toxicity from a grade up, who was judged, and who was not."""
    infused = [child for child in children if child.was_infused]
    highest = {child.child: child.highest_grade(kind) for child in infused}
    name = toxicity_key(kind, least)
    had = [who for who, grade in highest.items() if grade is not None and grade >= least]
    judged = [who for who, grade in highest.items() if grade is not None]
    missing = [who for who, grade in highest.items() if grade is None]
    for unit in ("child", "infusion"):
        put(f"{name}.{unit}", had)
        put(f"{name}.{unit}.n", judged)
        put(f"{name}.{unit}.missing", missing)
    for grade in range(6):
        after: set[str] = set()
        for child in infused:
            worst: dict[int, int] = {}
            for record in child.toxicities:
                number = record.infusion_number
                if record.kind == kind and record.grade is not None and number is not None:
                    worst[number] = max(record.grade, worst.get(number, 0))
            if grade in worst.values():
                after.add(child.child)
        put(f"{kind}.grade.{grade}", sorted(after))
