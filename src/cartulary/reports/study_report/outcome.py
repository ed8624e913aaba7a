# SPDX-License-Identifier: Apache-2.0
"""The two curves, and the estimate by every method."""

from __future__ import annotations

import numpy as np

from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.reports.content import Block, Chart, Column, Number, Percent, Row, Section, Table
from cartulary.reports.programme_report.curve import at_risk_table
from cartulary.reports.study_report.dots import Dot, DotRow, DotsData
from cartulary.reports.study_report.two_curves import GroupCurve, TwoCurvesData
from cartulary.reports.study_report.voice import Voice, capital, share_cells
from cartulary.studies.target_trial.align import AlignedGroup
from cartulary.studies.target_trial.protocol import UNADJUSTED
from cartulary.studies.target_trial.results import Comparison


def outcome_section(voice: Voice) -> Section:
    """Curves of both groups and the forest of methods."""
    main = voice.study.main
    one, two = (group.follow_up for group in voice.study.aligned.groups)
    lead = voice.says(
        "Vanaf de start kregen {a} van {n} kinderen met {treated} en {b} van {m} met {control} "
        "de gebeurtenis.",
        "From the start {a} of {n} children with {treated} and {b} of {m} with {control} had the "
        "event.",
        a=str(one.events),
        n=str(one.n),
        b=str(two.events),
        m=str(two.n),
        treated=voice.label("treated"),
        control=voice.label("control"),
    )
    ratio = (
        voice.says(
            "De hazardratio van {m} is {r}; zij vat de hele follow-up samen en is ook bij een "
            "gelijk blijvend effect geen constante over kinderen.",
            "The hazard ratio of {m} is {r}; it sums up all of follow-up, and over unlike children "
            "it is no constant even where the effect is.",
            m=voice.method(main.method),
            r=voice.ratio(main.hazard_ratio),
        ),
    )
    hazard = ratio if main.hazard_ratio is not None and main.hazard_ratio.value else ()
    blocks: tuple[Block, ...] = (_curves(voice), _forest(voice))
    return Section(
        voice.t("Uitkomst", "Outcome"), (lead, *hazard), blocks, id="outcome"
    )  # fmt: skip


def _steps(group: AlignedGroup, weights: FloatArray) -> tuple[tuple[float, float], ...]:
    """The weighted curve at its event days, from (0, 1)."""
    rows = group.follow_up
    days = np.unique(rows.exit[rows.status > 0])
    values = survival_replicates(rows, days, weights[:, None])[0]
    return ((0.0, 1.0), *zip(days.tolist(), values.tolist(), strict=True))


def _named(estimate_of: Comparison, which: str) -> tuple[float, float | None, float | None] | None:
    found = getattr(estimate_of, which)
    return None if found.value is None else (found.value, found.low, found.high)


def _curves(voice: Voice) -> Chart:
    """The treated, the weighted controls, and the controls as they were."""
    study = voice.study
    one, two = study.aligned.groups
    main = study.main
    crude = next(c for c in study.comparisons if c.method == UNADJUSTED)
    held = main if main.weights is not None else crude
    w1, w0 = (
        (held.weights.treated, held.weights.control)
        if held.weights is not None
        else (np.ones(one.follow_up.n), np.ones(two.follow_up.n))
    )
    if main.method == "augmented":
        w1, w0 = np.ones(one.follow_up.n), w0
    curves = [
        GroupCurve(
            label=capital(voice.label("treated")),
            style="treated",
            origin=one.follow_up.origin,
            steps=_steps(one, w1),
            last_day=one.follow_up.last_day,
            named=_named(main, "treated"),
            table=at_risk_table(one.follow_up, "treated.curve"),
        ),
        GroupCurve(
            label=voice.t("Controles, gewogen", "Controls, weighted"),
            style="control",
            origin=two.follow_up.origin,
            steps=_steps(two, w0),
            last_day=two.follow_up.last_day,
            named=_named(main, "control"),
            table=at_risk_table(two.follow_up, "control.curve"),
        ),
        GroupCurve(
            label=voice.t("Controles, ongewogen", "Controls, unweighted"),
            style="beside",
            origin=two.follow_up.origin,
            steps=_steps(two, np.ones(two.follow_up.n)),
            last_day=two.follow_up.last_day,
            named=_named(crude, "control"),
        ),
    ]
    day = float(study.protocol.day)
    s1, s0 = main.treated.value, main.control.value
    assert s1 is not None
    assert s0 is not None
    said = voice.says(
        "Vrij van de gebeurtenis vanaf de start: {treated} (doorgetrokken), controles gewogen "
        "(gestreept) en zoals zij waren (gestippeld). Onder de as het werkelijke aantal kinderen.",
        "Free of the event from the start: {treated} (solid), controls weighted (dashed) and as "
        "they were (dotted). Below the axis the actual numbers of children.",
        treated=voice.label("treated"),
    )
    return Chart(
        data=TwoCurvesData(  # type: ignore[arg-type]
            curves=tuple(curves),
            axis=voice.t("maanden na de start", "months after the start"),
            named_day=day,
        ),
        caption=(said,),
        alt=voice.says(
            "Na {when} is {a} met {treated} vrij van de gebeurtenis, {b} van de gewogen controles.",
            "After {when} {a} with {treated} are free of the event, and {b} of weighted controls.",
            when=voice.day_words(day),
            a=voice.percent(s1),
            b=voice.percent(s0),
            treated=voice.label("treated"),
        ),
        table=_curve_table(voice, curves),
        id="curves",
    )


def _curve_table(voice: Voice, curves: list[GroupCurve]) -> Table:
    """The curves at their months."""
    months = [column.month for column in curves[0].table if column.month > 0]
    rows = []
    for month in months:
        day = month * 365.25 / 12
        values = [[s for d, s in curve.steps if d <= day][-1] for curve in curves]
        left = [
            next((c.at_risk for c in curve.table if c.month == month), None)
            for curve in curves[:2]
        ]  # fmt: skip
        rows.append(
            Row(
                (
                    Number(month),
                    *("–" if count is None else str(count) for count in left),
                    *(Percent(value) for value in values),
                )
            )
        )
    return Table(
        id="curves",
        caption=(
            voice.says("De krommen per maand: nog gevolgd, en % vrij van de gebeurtenis.",
                       "The curves by month: at risk, and % free of the event."),
        ),
        columns=(
            Column(voice.t("maand", "month"), align="right"),
            Column(curves[0].label, voice.t("nog gevolgd", "at risk"), "right"),
            Column(voice.t("Controles", "Controls"), voice.t("nog gevolgd", "at risk"), "right"),
            *(Column(curve.label, "%", "right") for curve in curves),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def difference_row(
    voice: Voice, label: str, found: Comparison | None, *, detail: str = "", strong: bool = False
) -> DotRow:
    """One difference as a row of dots; without one its place says so."""
    if found is None or found.difference.value is None:
        words = voice.t("niet gedaan", "not done")
        return DotRow(label, (), words, detail, strong)
    d = found.difference
    assert d.value is not None
    words = f"{voice.points(d.value)} ({voice.limits(d.low, d.high)})"
    return DotRow(label, (Dot(d.value, d.low, d.high),), words, detail, strong)


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
    )


def _forest(voice: Voice) -> Chart:
    """The difference by every method, the main one first and strong."""
    rows = []
    for found in voice.study.comparisons:
        detail = (
            ""
            if found.effective is None
            else voice.t("effectief {} en {}", "effective {} and {}").format(
                *(voice.number(size) for size in found.effective)
            )
        )
        rows.append(
            difference_row(
                voice,
                capital(voice.method(found.method)),
                found,
                detail=detail,
                strong=found is voice.study.main,
            )
        )
    told = "; ".join(f"{row.label} {row.words}" for row in rows)
    return Chart(
        data=difference_dots(  # type: ignore[arg-type]
            voice, rows, voice.t("punten (95%-BI)", "points (95% CI)")
        ),
        caption=(
            voice.says(
                "Hetzelfde verschil volgens elke methode; de hoofdmethode staat bovenaan. "
                "Effectief: zoveel kinderen zijn de groepen na weging waard.",
                "The same difference by every method, the main one first. Effective: how many "
                "children the groups are worth after weighting.",
            ),
        ),
        alt=voice.says("Verschil per methode: {t}.", "Difference by method: {t}.", t=told),
        table=methods_table(voice, "methods"),
        id="methods",
    )


def methods_table(voice: Voice, identifier: str) -> Table:
    """Every method with both groups, the difference and the ratios."""
    rows = []
    for found in voice.study.comparisons:
        name = capital(voice.method(found.method))
        if found.refusal:
            refused = voice.t("niet gedaan", "not done")
            rows.append(Row((name, "–", "–", "–", refused, "–", "–", "–")))
            continue
        value, limits = found.difference.value, found.difference
        assert value is not None
        rows.append(
            Row(
                (
                    name,
                    share_cells(found.treated)[0],
                    share_cells(found.control)[0],
                    voice.points(value),
                    voice.limits(limits.low, limits.high),
                    voice.ratio(found.risk_ratio),
                    voice.ratio(found.hazard_ratio),
                    "–" if found.effective is None else voice.number(found.effective[1]),
                )
            )
        )
    free = voice.t("% vrij", "% free")
    difference = voice.t("verschil, punten", "difference, points")
    ratio = voice.t("verhouding (95%-BI)", "ratio (95% CI)")
    note = tuple(
        voice.says(
            "{m} is niet gedaan: {why}", "{m} was not done: {why}",
            m=capital(voice.method(c.method)), why=c.refusal,
        )
        for c in voice.study.comparisons
        if c.refusal
    )  # fmt: skip
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
            Column(voice.t("eff. n", "eff. n"), voice.t("controles", "controls"), "right"),
        ),
        rows=tuple(rows),
        note=note,
    )
