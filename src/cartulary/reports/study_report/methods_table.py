# SPDX-License-Identifier: Apache-2.0
"""The estimate by every method, as a table and as dots on one axis."""

from __future__ import annotations

import numpy as np

from cartulary.evidence.estimate import Estimate
from cartulary.reports.content import Cell, Chart, Column, Count, Percent, Row, Table
from cartulary.reports.study_report.dots import Dot, DotRow, DotsData
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import Told
from cartulary.reports.wording import word


def difference_row(
    voice: Voice,
    label: str,
    found: Estimate | None,
    rests_on: tuple[Count, ...],
    *,
    detail: str = "",
    strong: bool = False,
    starts_group: bool = False,
) -> DotRow:
    """One difference as a row of dots; without one its place says so."""
    if found is None or found.value is None:
        words = voice.t("niet gedaan", "not done")
        return DotRow(label, (), words, detail, strong, starts_group)
    words = f"{voice.points(found.value)} ({voice.limits(found.low, found.high)})"
    dot = Dot(found.value, found.low, found.high)
    return DotRow(label, (dot,), words, detail, strong, starts_group, rests_on)


def dots_told(rows: list[DotRow]) -> Told:
    """The rows in words, with everything that they rest on."""
    text = "; ".join(f"{row.label} {row.words}" for row in rows)
    return Told(text, tuple(dict.fromkeys(c for row in rows for c in row.rests_on)))


def difference_dots(voice: Voice, rows: list[DotRow], values: str) -> DotsData:
    """Rows of differences on one axis in percentage points."""
    seen = [x for row in rows for dot in row.dots for x in (dot.low, dot.high, dot.value)
            if x is not None]  # fmt: skip
    step = 0.1 if max((abs(x) for x in seen), default=0.3) <= 0.45 else 0.2
    low = min(-step, step * np.floor(min(seen, default=0.0) / step))
    high = max(step, step * np.ceil(max(seen, default=0.0) / step))
    ticks = np.arange(round(low / step), round(high / step) + 1) * step
    return DotsData(
        rows=tuple(rows),
        low=float(low),
        high=float(high),
        ticks=tuple((float(x), voice.points(float(x))) for x in ticks),
        origin=voice.study.main.difference.origin,
        axis=voice.t("verschil in procentpunten", "difference, percentage points"),
        values=values,
        left=voice.t("controles vaker vrij", "controls more often free"),
        right=voice.t("behandelden vaker vrij", "treated more often free"),
        withheld=word("absent.withheld", voice.lang),
    )


def forest(voice: Voice) -> Chart:
    """The difference by every method, the main one first and strong."""
    rows = [
        difference_row(
            voice,
            capital(voice.method(found.method)),
            found.difference,
            voice.counts.of(found),
            strong=found is voice.study.main,
        )
        for found in voice.study.comparisons
    ]
    return Chart(
        data=difference_dots(  # type: ignore[arg-type]
            voice, rows, voice.t("punten (95%-BI)", "points (95% CI)")
        ),
        caption=(
            voice.says(
                "Hetzelfde verschil volgens elke methode; de hoofdmethode staat bovenaan.",
                "The same difference by every method, the main one first.",
            ),
        ),
        alt=voice.says(
            "Verschil per methode: {t}.", "Difference by method: {t}.", t=dots_told(rows)
        ),
        table=methods_table(voice, "methods"),
        id="methods",
    )


def share_cell(estimate: Estimate, rests_on: tuple[Count, ...]) -> Cell:
    """A share as a cell; a dash where there is none."""
    return "–" if estimate.value is None else Percent(estimate.value, rests_on)


def methods_table(voice: Voice, identifier: str) -> Table:
    """Every method with both groups, the difference and the ratios."""
    rows = []
    for found in voice.study.comparisons:
        name = capital(voice.short_method(found.method))
        if found.refusal:
            refused = voice.t("niet gedaan", "not done")
            rows.append(Row((name, "–", "–", "–", refused, "–", "–", "–")))
            continue
        value, limits = found.difference.value, found.difference
        assert value is not None
        counts = voice.counts.of(found)
        rows.append(
            Row(
                (
                    name,
                    share_cell(found.treated, counts),
                    share_cell(found.control, counts),
                    voice.told(voice.points(value), *counts),
                    voice.told(voice.limits(limits.low, limits.high), *counts),
                    voice.told(voice.ratio(found.risk_ratio), *counts),
                    voice.told(voice.ratio(found.hazard_ratio), *counts),
                    "–"
                    if found.effective is None
                    else voice.told(
                        " / ".join(voice.number(size) for size in found.effective), *counts
                    ),
                )
            )
        )
    free = voice.t("% vrij", "% free")
    difference = voice.t("verschil, punten", "difference, points")
    ratio = voice.t("verhouding (95%-BI)", "ratio (95% CI)")
    note = tuple(
        voice.refused(capital(voice.method(c.method)), c.refusal)
        for c in voice.study.comparisons
        if c.refusal
    )
    return Table(
        id=identifier,
        caption=(
            voice.says(
                "{when} na de start: beide groepen, hun verschil en verhoudingen, per methode.",
                "{when} after the start: both groups, their difference and ratios, by method.",
                when=capital(voice.day_words(voice.study.protocol.day)),
            ),
        ),
        columns=(
            Column(voice.t("methode", "method"), weight=1),
            Column(voice.label("treated"), free, "right"),
            Column(voice.t("controles", "controls"), free, "right"),
            Column(voice.t("waarde", "value"), difference, "right", strong=True),
            Column(voice.t("95%-BI", "95% CI"), difference, "right"),
            Column(voice.t("kans", "risk"), ratio, "right"),
            Column("hazard", ratio, "right"),
            Column(voice.t("eff. n", "eff. n"), voice.t("beide", "both"), "right"),
        ),
        rows=tuple(rows),
        note=note,
    )
