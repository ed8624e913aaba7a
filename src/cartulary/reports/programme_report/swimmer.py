# SPDX-License-Identifier: Apache-2.0
"""A lane for each treated child, grouped by the class of its first relapse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cartulary.codebook.endpoint import NO_RESPONSE, RESPONSE
from cartulary.reports.content import (
    Chart,
    Column,
    Count,
    Lane,
    LaneGroup,
    Mark,
    Row,
    Segment,
    Sentence,
    SwimmerData,
    Table,
    Told,
)
from cartulary.reports.programme_report.code_words import RELAPSES, capital, pair
from cartulary.reports.programme_report.teller import Teller
from cartulary.reports.wording import units
from cartulary.studies.child_summary import ChildSummary

MOST_LANES = 40  # more would not fit a page
LANES_OF_MANY = 20  # so many stand for the rest
CLASSES = ("early", "cd19_negative", "cd19_positive", "unknown", "none")


def swimmer_chart(tell: Teller) -> Chart | None:
    """The figure with its equal table, or None when no dated infusion can be drawn."""
    drawable = [child for child in tell.figures.children if child.first_infusion is not None]
    if not drawable:
        return None
    dated = {name: [c for c in drawable if _class(c) == name] for name in CLASSES}
    shown = _shown(dated, len(drawable))
    infused = [child for child in tell.figures.children if child.was_infused]
    groups = {name: [c for c in infused if _class(c) == name] for name in CLASSES}
    data = SwimmerData(
        "infusion",
        tell.figures.origin,
        tuple(
            LaneGroup(
                capital(pair(RELAPSES[name], tell.lang)),
                tuple(lane(child) for child in shown[name]),
                _details(tell, name),
            )
            for name in CLASSES
            if shown[name]
        ),
    )
    count = sum(len(lanes) for lanes in shown.values())
    return Chart(
        data,
        _caption(tell, count, len(drawable)),
        _alt(tell),
        _equal_table(tell, groups),
        "swimmer",
    )


def _class(child: ChildSummary) -> str:
    return child.relapses[0].relapse_class if child.relapses else "none"


def _order(child: ChildSummary) -> tuple[float, str]:
    """Relapses from early to late; children without one from long to short follow-up."""
    if child.relapses:
        day = child.relapses[0].days_after_infusion
        return (float("inf") if day is None else day, child.child)
    return (-(child.after_infusion(child.last_day) or 0), child.child)


def _shown(groups: dict[str, list[ChildSummary]], total: int) -> dict[str, list[ChildSummary]]:
    """All lanes, or so many that they fit: evenly spread over each group, none left out whole."""
    ordered = {name: sorted(children, key=_order) for name, children in groups.items()}
    if total <= MOST_LANES:
        return ordered
    shown = {}
    for name, children in ordered.items():
        room = min(len(children), max(1, len(children) * LANES_OF_MANY // total))
        step = len(children) / room if room else 1
        shown[name] = [children[int(step * place + step / 2)] for place in range(room)]
    return shown


def lane(child: ChildSummary) -> Lane:
    """One child's time after the first infusion: states in order, and what happened."""
    relapses = [r.days_after_infusion for r in child.relapses if r.days_after_infusion is not None]
    transplants = [
        day for event in child.transplants if (day := child.after_infusion(event.day)) is not None
    ]
    infusions = [day - child.infusion_days[0] for day in child.infusion_days[1:]]
    last = child.after_infusion(child.last_day)
    end = max([last or 0, *relapses, *transplants, *infusions, 1])
    relapse = min(relapses, default=None)
    in_remission = [day for day in transplants if day >= 0 and (relapse is None or day < relapse)]
    state = {RESPONSE: "remission", NO_RESPONSE: "no_remission"}.get(
        child.response_day28, "remission" if _response_is_due(child, end) else "followed"
    )
    first_end = min([end, *([relapse] if relapse is not None else []), *in_remission])
    segments = [Segment(state, 0, first_end)]
    if in_remission:
        until = relapse if relapse is not None else end
        segments.append(Segment("after_transplant", first_end, until))
    if relapse is not None and relapse < end:
        segments.append(Segment("after_relapse", relapse, end))
    marks = [
        *(Mark("infusion", day) for day in infusions),
        *(Mark("transplant", day) for day in transplants if day >= 0),
    ]
    for found in child.relapses:
        if found.days_after_infusion is not None:
            negative = found.relapse_class == "cd19_negative"
            kind = "relapse_cd19_negative" if negative else "relapse"
            marks.append(Mark(kind, found.days_after_infusion))
    if child.died:  # a death without a date is drawn where the child was last seen
        marks.append(Mark("death", end))
    elif last is not None:
        marks.append(Mark("alive", end))
    return Lane(child.child, tuple(s for s in segments if s.end_day > s.start_day), tuple(marks))


def _response_is_due(child: ChildSummary, end: int) -> bool:
    """A relapse or transplant presumes a remission, though no day-28 assessment was recorded."""
    return bool(child.relapses) and end > 28


def _details(tell: Teller, name: str) -> tuple[str, ...]:
    """How many, and what the B cells did where that is the same for all of them."""
    count = tell.value(f"relapse.{name}")
    lines = [f"{tell.number(count)} {units(count, 'child', tell.lang)}"]
    for figure in tell.figures.relapses:
        if figure.relapse_class != name or name == "early" or not figure.children:
            continue
        if figure.aplasia_ongoing == figure.children:
            lines.insert(0, tell.t("aplasie houdt aan", "aplasia ongoing"))
        elif figure.aplasia_lost == figure.children:
            lines.insert(0, tell.t("aplasie voorbij", "aplasia over"))
    return tuple(lines)


def _caption(tell: Teller, shown: int, drawable: int) -> tuple[Sentence, ...]:
    treated = tell.value("flow.infused")
    first = tell.says(
        "Behandelde kinderen naar soort eerste recidief en duur van de follow-up.",
        "Treated children by class of first relapse and length of follow-up.",
    )
    if shown < drawable:
        some = tell.says(
            "Getekend zijn {k} van de {n} kinderen, gelijkmatig gekozen uit elke groep.",
            "Drawn are {k} of {n} children, spread evenly over each group.",
            k=tell.number(shown),
            n=tell.count("flow.infused"),
        )
    elif drawable < treated:
        some = tell.says(
            "Van {k} is de dag van infusie niet bekend; zij zijn niet getekend.",
            "For {k} the day of infusion is not known; they are not drawn.",
            k=Count(treated - drawable, "infused.undated"),
        )
    else:
        some = None
    line = tell.says(
        "De streeplijn staat op twaalf maanden.", "The dashed line is at twelve months."
    )
    return tell.prose(first, some, line)


def _alt(tell: Teller) -> Sentence:
    parts = [
        Told(
            f"{tell.number(tell.value(f'relapse.{name}'))} {pair(RELAPSES[name], tell.lang)}",
            (tell.count(f"relapse.{name}"),),
        )
        for name in CLASSES
        if tell.value(f"relapse.{name}")
    ]
    return tell.says(
        "Eén lijn voor elk behandeld kind: {parts}.",
        "One lane for each treated child: {parts}.",
        parts=tell.joined(parts),
    )


def _equal_table(tell: Teller, groups: Mapping[str, Sequence[ChildSummary]]) -> Table:
    """Counts a group; single lanes are no table of their own, so that it can be published."""
    rows = []
    for name, children in groups.items():
        if not children:
            continue
        died = sum(child.died for child in children)
        again = sum(child.infusions > 1 for child in children)
        moved = sum(bool(child.transplants) for child in children)
        rows.append(
            Row(
                (
                    capital(pair(RELAPSES[name], tell.lang)),
                    Count(len(children), f"relapse.{name}"),
                    Count(again, f"relapse.{name}.reinfused"),
                    Count(moved, f"relapse.{name}.transplant"),
                    Count(died, f"relapse.{name}.died"),
                )
            )
        )
    return Table(
        id="swimmer",
        caption=(tell.says("Behandelde kinderen naar groep.", "Treated children by group."),),
        columns=(
            Column(tell.t("Groep", "Group"), weight=1),
            Column(tell.t("kinderen", "children"), align="right"),
            Column(tell.t("tweede infusie", "second infusion"), align="right"),
            Column(tell.t("transplantatie", "transplant"), align="right"),
            Column(tell.t("overleden", "died"), align="right"),
        ),
        rows=tuple(rows),
    )
