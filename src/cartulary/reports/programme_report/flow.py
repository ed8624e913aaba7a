# SPDX-License-Identifier: Apache-2.0
"""From the indication to one year: every child accounted for, and each treated child's course."""

from __future__ import annotations

from cartulary.reports.content import (
    Cell,
    Chart,
    Column,
    Count,
    FlowBand,
    FlowData,
    FlowNode,
    Heading,
    Percent,
    Row,
    Section,
    Sentence,
    Sum,
    Table,
    Told,
)
from cartulary.reports.programme_report.code_words import PLACES as PLACE_WORDS
from cartulary.reports.programme_report.code_words import STAGES as STAGE_WORDS
from cartulary.reports.programme_report.code_words import pair
from cartulary.reports.programme_report.swimmer import swimmer_chart
from cartulary.reports.programme_report.teller import DASH, Teller
from cartulary.reports.wording import units
from cartulary.studies.flow import PLACES, STAGES

NEXT = {"indication": "apheresis", "apheresis": "product", "product": "infusion"}
KEY_OF_STAGE = {
    "indication": "flow.indication",
    "apheresis": "flow.apheresis",
    "product": "flow.product",
    "infusion": "flow.infused",
    "day_28": "flow.day_28.remission",
}


def flow_section(tell: Teller) -> Section:
    """The flow as figure and table, then a lane for each treated child."""
    blocks: list[Chart | Heading] = [_flow_chart(tell)]
    lanes = swimmer_chart(tell)
    if lanes is not None:
        blocks += [Heading(tell.t("Beloop per kind", "Course by child")), lanes]
    return Section(
        tell.t("Van indicatie tot één jaar", "From indication to one year"),
        _lead(tell),
        tuple(blocks),
        new_page=True,
        id="flow",
    )


def _lead(tell: Teller) -> tuple[Sentence, ...]:
    everyone = tell.says(
        "Elk kind met een indicatie telt mee, ook wie geen cellen kreeg.",
        "Every child with an indication counts, also those who received no cells.",
    )
    if not tell.value("flow.infused"):
        return (
            everyone,
            tell.says(
                "Nog geen kind is behandeld; uitkomsten na infusie zijn er dus niet.",
                "No child has been treated so far, so there are no outcomes after infusion.",
            ),
        )
    every = tell.value("flow.day_28.remission") == tell.value("flow.infused") > 1
    remission = (
        tell.says(
            "Alle {n} behandelde kinderen waren op dag 28 in remissie.",
            "All {n} treated children were in remission on day 28.",
            n=Told(tell.number(tell.value("flow.infused")), _both_counts(tell)),
        )
        if every
        else tell.says(
            "Van de {n} behandelde kinderen waren er {k} op dag 28 in remissie.",
            "Of {n} treated children, {k} were in remission on day 28.",
            n=tell.count("flow.infused"),
            k=tell.count("flow.day_28.remission"),
        )
    )
    free = tell.value("flow.one_year.event_free")
    if not free:
        later = tell.says(
            "Nog geen kind is een jaar zonder event gevolgd.",
            "No child has been followed for a year without an event.",
        )
    else:
        later = tell.says(
            "Eén jaar na infusie {verb} er {free} vrij van events en nog in follow-up.",
            "One year after infusion {free} {verb} event-free and still followed.",
            free=tell.word("flow.one_year.event_free"),
            verb=tell.t("was" if free == 1 else "waren", "was" if free == 1 else "were"),
        )
    return (everyone, remission, later)


def _both_counts(tell: Teller) -> tuple[Count, ...]:
    return (tell.count("flow.day_28.remission"), tell.count("flow.infused"))


def _flow_chart(tell: Teller) -> Chart:
    n = tell.count("flow.indication")
    caption = (
        tell.says(
            "Stroom van {children}.",
            "Flow of {children}.",
            children=tell.many("flow.indication", "child"),
        ),
        tell.says(
            "De dikte is het aantal kinderen; bruin is een verlies of event, grijs is nog niet "
            "bekend.",
            "Thickness is the number of children; brown is a loss or an event, grey is not yet "
            "known.",
        ),
    )
    alt = tell.says(
        "Stroomdiagram: {n} met indicatie, {a} met aferese, {p} met vrijgegeven product, {i} met "
        "infusie, {r} op dag 28 in remissie, {f} na één jaar vrij van events.",
        "Flow diagram: {n} with an indication, {a} with apheresis, {p} with a released product, "
        "{i} infused, {r} in remission on day 28, {f} event-free at one year.",
        n=n,
        a=tell.count("flow.apheresis"),
        p=tell.count("flow.product"),
        i=tell.count("flow.infused"),
        r=tell.count("flow.day_28.remission"),
        f=tell.count("flow.one_year.event_free"),
    )
    return Chart(flow_data(tell), caption, alt, flow_table(tell), "flow")


def flow_data(tell: Teller) -> FlowData:
    """Places and bands of the drawn flow."""
    nodes: list[FlowNode] = []
    bands: list[FlowBand] = []
    lost: list[FlowNode] = []  # stand in the next column, below those who went on
    for column, stage in enumerate(STAGES[:-1]):
        here = tell.count(KEY_OF_STAGE[stage])
        if here.value:
            nodes.append(FlowNode(stage, column, "", here))
        nodes += lost
        lost = []
        for place, kind in PLACES.get(stage, ()):
            prefix = "day_28" if stage == "infusion" else stage
            count = tell.count(f"flow.{prefix}.{place}")
            if count.value:
                name = f"{stage}.{place}"
                words = pair(PLACE_WORDS[place], tell.lang)
                lost.append(FlowNode(name, column + 1, words, count, kind))
                bands.append(FlowBand(stage, name, count.value))
        onward = NEXT.get(stage, "day_28" if stage == "infusion" else "")
        if onward and tell.value(KEY_OF_STAGE[onward]):
            bands.append(FlowBand(stage, onward, tell.value(KEY_OF_STAGE[onward])))
    for place, kind in PLACES["one_year"]:
        count = tell.count(f"flow.one_year.{place}")
        if count.value:
            words = pair(PLACE_WORDS[place], tell.lang)
            nodes.append(FlowNode(f"one_year.{place}", 5, words, count, kind))
    for (source, place), number in sorted(tell.figures.flow.one_year.items()):
        start = "day_28" if source == "remission" else f"infusion.{source}"
        bands.append(FlowBand(start, f"one_year.{place}", number))
    order = {node.id: position for position, node in enumerate(nodes)}
    bands.sort(key=lambda band: (order[band.source], order[band.target]))
    return FlowData(_headings(tell), tuple(nodes), tuple(bands))


def _headings(tell: Teller) -> tuple[tuple[str, str], ...]:
    children = tell.figures.flow.reached
    lines = {
        "indication": _counted(tell, children["indication"], "child"),
        "apheresis": _both(tell, children["apheresis"], "flow.aphereses", "apheresis"),
        "product": tell.number(children["product"]),
        "infusion": _both(tell, children["infusion"], "flow.infusions", "infusion"),
        "day_28": f"{tell.number(children['day_28'])} {tell.t('in remissie', 'in remission')}",
        "one_year": _counted(tell, children["one_year"], "child"),
    }
    return tuple((pair(STAGE_WORDS[stage], tell.lang), lines[stage]) for stage in STAGES)


def _both(tell: Teller, children: int, key: str, unit: str) -> str:
    """Children, and what was done to them where that is more: "26 · 31 aferesen"."""
    # A heading cannot be withheld, and the two tell how many children had a second one.
    if children == tell.value(key) or tell.suppress > 1:
        return tell.number(children)
    return f"{tell.number(children)} · {_counted(tell, tell.value(key), unit)}"


def _counted(tell: Teller, count: int, unit: str) -> str:
    return f"{tell.number(count)} {units(count, unit, tell.lang)}"


def flow_table(tell: Teller) -> Table:
    """The same flow as rows: who reached each stage, and where the others ended."""
    total = tell.value("flow.indication")
    rows: list[Row] = []
    sums: list[Sum] = []

    def share(count: Count) -> Cell:
        return (
            Percent(count.value / total, (count, tell.count("flow.indication"))) if total else DASH
        )

    for stage in STAGES[:-2]:
        here = tell.count(KEY_OF_STAGE[stage])
        rows.append(Row((pair(STAGE_WORDS[stage], tell.lang), "", here, share(here)), bool(rows)))
        parts = []
        prefix = "day_28" if stage == "infusion" else stage
        for place, _ in PLACES.get(stage, ()):
            count = tell.count(f"flow.{prefix}.{place}")
            parts.append(count)
            if count.value:
                rows.append(Row(("", pair(PLACE_WORDS[place], tell.lang), count, share(count))))
        onward = NEXT.get(stage, "day_28")
        parts.append(tell.count(KEY_OF_STAGE[onward]))
        sums.append(Sum(here, tuple(parts)))
    remission = tell.count("flow.day_28.remission")
    day_28 = pair(STAGE_WORDS["day_28"], tell.lang)
    in_remission = pair(PLACE_WORDS["remission"], tell.lang)
    rows.append(Row((day_28, in_remission, remission, share(remission)), True))
    ends = [tell.count(f"flow.one_year.{place}") for place, _ in PLACES["one_year"]]
    first = True
    for (place, _), count in zip(PLACES["one_year"], ends, strict=True):
        if count.value:
            stage = pair(STAGE_WORDS["one_year"], tell.lang) if first else ""
            words = pair(PLACE_WORDS[place], tell.lang)
            rows.append(Row((stage, words, count, share(count)), first))
            first = False
    sums.append(Sum(tell.count("flow.infused"), tuple(ends)))
    return Table(
        id="flow",
        caption=(
            tell.says(
                "Waar elk kind met een indicatie is gebleven.",
                "Where every child with an indication went.",
            ),
        ),
        columns=(
            Column(tell.t("Stap", "Stage")),
            Column(tell.t("waarvan", "of whom"), weight=1),
            Column(tell.t("kinderen", "children"), align="right"),
            Column(tell.t("% van indicaties", "% of indications"), align="right"),
        ),
        rows=tuple(rows),
        sums=tuple(sums),
    )
