# SPDX-License-Identifier: Apache-2.0
"""The two curves, and the estimate by every method."""

from __future__ import annotations

import numpy as np

from cartulary.evidence.arrays import FloatArray
from cartulary.evidence.bootstrap import survival_replicates
from cartulary.reports.content import Block, Chart, Column, Number, Percent, Row, Section, Table
from cartulary.reports.programme_report.curve import at_risk_table
from cartulary.reports.study_report.methods_table import forest
from cartulary.reports.study_report.two_curves import GroupCurve, TwoCurvesData
from cartulary.reports.study_report.voice import Voice, capital
from cartulary.reports.text import Told
from cartulary.studies.target_trial.align import AlignedGroup
from cartulary.studies.target_trial.protocol import UNADJUSTED
from cartulary.studies.target_trial.results import Comparison


def outcome_section(voice: Voice) -> Section:
    """Curves of both groups and the forest of methods."""
    main = voice.study.main
    counts = voice.counts
    lead = voice.says(
        "Binnen {when} na de start kregen {a} van {n} kinderen met {treated} en {b} van {m} met "
        "{control} de gebeurtenis.",
        "Within {when} of the start {a} of {n} children with {treated} and {b} of {m} with "
        "{control} had the event.",
        when=voice.day_words(voice.study.protocol.day),
        a=counts.events_by_day("treated"),
        n=counts.n("treated"),
        b=counts.events_by_day("control"),
        m=counts.n("control"),
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
            r=Told(voice.ratio(main.hazard_ratio), counts.of(main)),
        ),
    )
    hazard = ratio if main.hazard_ratio is not None and main.hazard_ratio.value else ()
    blocks: tuple[Block, ...] = (_curves(voice), forest(voice))
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
            table=at_risk_table(one.follow_up, "treated.events"),
            rests_on=voice.counts.of_group("treated", main.treated),
        ),
        GroupCurve(
            label=voice.t("Controles, gewogen", "Controls, weighted"),
            style="control",
            origin=two.follow_up.origin,
            steps=_steps(two, w0),
            last_day=two.follow_up.last_day,
            named=_named(main, "control"),
            table=at_risk_table(two.follow_up, "control.events"),
            rests_on=voice.counts.of_group("control", main.control),
        ),
        GroupCurve(
            label=voice.t("Controles, ongewogen", "Controls, unweighted"),
            style="beside",
            origin=two.follow_up.origin,
            steps=_steps(two, np.ones(two.follow_up.n)),
            last_day=two.follow_up.last_day,
            named=_named(crude, "control"),
            table=at_risk_table(two.follow_up, "control.events"),
            counted=False,
            rests_on=voice.counts.of_group("control", crude.control),
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
            a=Told(voice.percent(s1), voice.counts.of(main)),
            b=Told(voice.percent(s0), voice.counts.of(main)),
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
        at = [next((c.known_as for c in curve.table if c.month == month), ()) for curve in curves]
        left = [counts[0] if counts else "–" for counts in at[:2]]
        # Three counts, so that they are not read as events and n.
        shares = [
            Percent(value, (*counts, *curve.rests_on[1:]))
            for value, counts, curve in zip(values, at, curves, strict=True)
        ]
        rows.append(Row((Number(month), *left, *shares)))
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
