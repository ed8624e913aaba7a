# SPDX-License-Identifier: Apache-2.0
"""Who the children were: at the indication, and those who were treated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from cartulary.course.absence import is_known
from cartulary.course.events.disease import PriorKind, Reason
from cartulary.course.events.treatment import BridgingKind
from cartulary.evidence import MedianRange, median_range
from cartulary.reports.content import (
    Absent,
    Cell,
    Column,
    Count,
    Percent,
    Prose,
    Row,
    Section,
    Sum,
    Table,
    Told,
    Words,
)
from cartulary.reports.programme_report.code_words import burden_words, capital, code_words
from cartulary.reports.programme_report.teller import Teller
from cartulary.studies.child_summary import ChildSummary

NOT_RECORDED = "not_recorded"


def baseline_section(tell: Teller) -> Section:
    """One table: all children with an indication beside those who were infused."""
    return Section(
        tell.t("Kenmerken van de kinderen", "Baseline"),
        _lead(tell),
        (baseline_table(tell),),
        id="baseline",
    )


def ages(children: Sequence[ChildSummary], origin: str) -> MedianRange:
    """Age at the indication in years."""
    known = [child.age_years for child in children if child.age_years is not None]
    return median_range(
        known,
        quantity="age at indication, years",
        unit="child",
        origin=origin,
        missing=len(children) - len(known),
    )


def _lead(tell: Teller) -> Prose:
    found = ages(tell.figures.children, tell.figures.origin)
    if found.median is None or found.smallest is None or found.largest is None:
        return (tell.says("De leeftijd is niet vastgelegd.", "Age was not recorded."),)
    rests = (Count(found.n, "baseline.age_years.n"), tell.count("flow.indication"))
    return (
        tell.says(
            "Bij de indicatie was de mediane leeftijd {m} jaar (spreiding {low}–{high}).",
            "At the indication the median age was {m} years (range {low}–{high}).",
            m=Told(tell.number(found.median, 1), rests),
            low=Told(tell.number(found.smallest, 1), rests),
            high=Told(tell.number(found.largest, 1), rests),
        ),
    )


def baseline_table(tell: Teller) -> Table:
    """Characteristics as rows; all children with an indication beside those treated."""
    everyone = list(tell.figures.children)
    treated = [child for child in everyone if child.was_infused]
    rows: list[Row] = [_age_row(tell, everyone, treated)]
    sums: list[Sum] = []

    def part(
        heading: str,
        key: str,
        of: Callable[[ChildSummary], str],
        words: Callable[[str], str],
        order: Sequence[str] = (),
        infused_only: bool = False,
    ) -> None:
        counts = Counter(map(of, treated if infused_only else everyone))
        if set(counts) <= {NOT_RECORDED}:
            rows.append(Row((heading, Absent(NOT_RECORDED, columns=4)), True))
            return
        among = Counter(map(of, treated))
        names = sorted(
            counts,
            key=lambda name: (
                name == NOT_RECORDED,
                order.index(name) if name in order else 99,
                name,
            ),
        )
        for place, name in enumerate(names):
            first: tuple[Cell, ...] = (
                (Absent("not_applicable"), Absent("not_applicable"))
                if infused_only
                else _share(counts[name], len(everyone), f"baseline.{key}.{name}")
            )
            second = _share(among[name], len(treated), f"baseline.{key}.{name}.infused")
            label = f"{heading}: {words(name)}" if place == 0 else capital(words(name))
            rows.append(Row((label, *first, *second), place == 0))
        if treated:
            parts = tuple(Count(among[n], f"baseline.{key}.{n}.infused") for n in names)
            sums.append(Sum(tell.count("flow.infused"), parts))
        if not infused_only:
            parts = tuple(Count(counts[n], f"baseline.{key}.{n}") for n in names)
            sums.append(Sum(tell.count("flow.indication"), parts))

    lang = tell.lang
    part(
        tell.t("Geslacht", "Sex"),
        "sex",
        lambda c: str(c.course.sex) if is_known(c.course.sex) else NOT_RECORDED,
        lambda name: code_words("sex", name, lang),
    )
    part(
        tell.t("Reden", "Reason"),
        "reason",
        lambda c: c.reason or NOT_RECORDED,
        lambda name: code_words("reason", name, lang),
        [str(reason) for reason in Reason],
    )
    _prior_rows(tell, rows, everyone, treated)
    part(
        tell.t("Overbrugging", "Bridging"),
        "bridging",
        lambda c: c.main_bridging,
        lambda name: code_words("bridging", name, lang),
        [str(kind) for kind in BridgingKind],
    )
    if treated:
        part(
            tell.t("Ziektelast", "Burden"),
            "burden",
            lambda c: c.burden or NOT_RECORDED,
            lambda name: burden_words(name, lang),
            ["high", "detectable", "undetectable"],
            infused_only=True,
        )
    indicated = tell.t("Met indicatie", "With an indication")
    infused = tell.t("Behandeld", "Treated")
    return Table(
        id="baseline",
        caption=(
            tell.says(
                "{n} kinderen met een indicatie, van wie {k} behandeld.",
                "{n} children with an indication, of whom {k} treated.",
                n=tell.count("flow.indication"),
                k=tell.count("flow.infused"),
            ),
        ),
        columns=(
            Column(tell.t("Kenmerk", "Characteristic"), weight=1),
            Column("n", indicated, "right"),
            Column("%", indicated, "right"),
            Column("n", infused, "right"),
            Column("%", infused, "right"),
        ),
        rows=tuple(rows),
        sums=tuple(sums),
    )


def _age_row(tell: Teller, everyone: list[ChildSummary], treated: list[ChildSummary]) -> Row:
    cells: list[Cell] = []
    for children, key in ((everyone, "flow.indication"), (treated, "flow.infused")):
        found = ages(children, tell.figures.origin)
        if found.median is None or found.smallest is None or found.largest is None:
            cells.append(Absent(NOT_RECORDED if children else "not_applicable", columns=2))
            continue
        text = (
            f"{tell.number(found.median, 1)} "
            f"({tell.number(found.smallest, 1)}–{tell.number(found.largest, 1)})"
        )
        name = "baseline.age_years" + (".infused" if key == "flow.infused" else "")
        rests = (Count(found.n, f"{name}.n"), tell.count(key))
        said = tell.says("{a}", "{a}", a=Told(text, rests))
        cells.append(Words(said, columns=2))
    label = tell.t("Leeftijd, mediaan (spreiding), jaar", "Age, median (range), years")
    return Row((label, *cells))


def _prior_rows(
    tell: Teller, rows: list[Row], everyone: list[ChildSummary], treated: list[ChildSummary]
) -> None:
    """Earlier treatment that bears on CAR-T; a child may have had several, or none on record."""
    heading = tell.t("Eerder", "Before")
    shown = [PriorKind.TRANSPLANT, PriorKind.BLINATUMOMAB, PriorKind.INOTUZUMAB, PriorKind.CAR_T]
    if not any(child.prior for child in everyone):
        rows.append(
            Row(
                (
                    tell.t("Eerdere behandeling", "Earlier treatment"),
                    Absent(NOT_RECORDED, columns=4),
                ),
                True,
            )
        )
        return
    for place, kind in enumerate(shown):
        words = code_words("prior", str(kind), tell.lang)
        had = sum(str(kind) in child.prior for child in everyone)
        among = sum(str(kind) in child.prior for child in treated)
        rows.append(
            Row(
                (
                    f"{heading}: {words}" if place == 0 else capital(words),
                    *_share(had, len(everyone), f"baseline.prior.{kind}"),
                    *_share(among, len(treated), f"baseline.prior.{kind}.infused"),
                ),
                place == 0,
            )
        )


def _share(events: int, n: int, key: str) -> tuple[Cell, Cell]:
    if n == 0:
        return (Absent("not_applicable"), Absent("not_applicable"))
    count = Count(events, key)
    return (count, Percent(events / n, (count,)))
