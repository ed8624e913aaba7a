# SPDX-License-Identifier: Apache-2.0
"""Simon-Makuch curves: time after the exposure and time without it, each child where it was."""

from __future__ import annotations

from typing import Final

import numpy as np

from cartulary.evidence.simon_makuch import SimonMakuch
from cartulary.evidence.survival_curve import SurvivalCurve
from cartulary.reports.cells import Cell
from cartulary.reports.content import (
    Absent,
    AtRisk,
    Chart,
    Column,
    Count,
    Interval,
    MarginNote,
    Number,
    Percent,
    Row,
    Section,
    Sum,
    Table,
)
from cartulary.reports.exposure_report.voice import Voice, capital
from cartulary.reports.exposure_report.words import reason
from cartulary.reports.study_report.two_curves import GroupCurve, TwoCurvesData
from cartulary.reports.text import Told
from cartulary.studies.exposure_analyses import SIMON_MAKUCH
from cartulary.studies.survival import DAYS_OF_MONTH

MONTHS: Final = (0, 3, 6, 9, 12, 18, 24, 36, 48, 60)


def curves_section(voice: Voice) -> Section:
    """The two curves with their table, or why they cannot be drawn."""
    title = voice.t("Twee curven van dezelfde kinderen", "Two curves of the same children")
    drawn = voice.effect.simon_makuch
    if drawn is None:
        lead = reason(voice, voice.effect.row(SIMON_MAKUCH))
        return Section(title, (lead,), (), id="curves")
    lead = voice.says(
        "Vanaf dag {d} telt elk kind in de ene curve tot {what}, en in de andere vanaf dan.",
        "From day {d} on, each child counts in one curve until {what}, and in the other from then "
        "on.",
        d=f"{drawn.start_day:g}",
        what=voice.noun,
    )
    note = MarginNote(
        "Simon-Makuch",
        (
            voice.says(
                "De curven zijn niet van twee groepen kinderen: wie {what} heeft, gaat van de ene "
                "naar de andere.",
                "The curves are not of two groups of children: those with {what} move from one to "
                "the other.",
                what=voice.noun,
            ),
        ),
    )
    return Section(title, (lead,), (note, _chart(voice, drawn)), id="curves")


def _chart(voice: Voice, drawn: SimonMakuch) -> Chart:
    horizon = voice.effect.horizon
    pair = (drawn.exposed, drawn.unexposed)
    labels = (capital(voice.short), voice.t("Zonder", "Without"))
    rests = [share_rests(voice, drawn, exposed=exposed) for exposed in (True, False)]
    at_risk = [_at_risk(voice, drawn, exposed=exposed) for exposed in (True, False)]
    curves = tuple(
        GroupCurve(
            label=label,
            style=style,
            origin=voice.effect.follow_up.origin,
            steps=_steps(curve, drawn.start_day),
            last_day=last_day,
            named=_named(curve, horizon),
            table=columns,
            rests_on=given_away,
        )
        for label, style, curve, columns, last_day, given_away in zip(
            labels, ("treated", "control"), pair, at_risk, _last_days(voice), rests, strict=True
        )
    )
    clock = voice.effect.follow_up.clock
    words = {
        "remission": ("maanden na remissie", "months after remission"),
        "infusion": ("maanden na infusie", "months after infusion"),
    }.get(clock, ("maanden", "months"))
    shares = [curve.survival_at(horizon) for curve in pair]
    told = [
        Told(voice.t("niet gevolgd", "not followed"))
        if share.value is None
        else Told(voice.percent(share.value), given_away)
        for share, given_away in zip(shares, rests, strict=True)
    ]
    return Chart(
        data=TwoCurvesData(curves=curves, axis=voice.t(*words), named_day=horizon),
        caption=(
            voice.says(
                "Vrij van de gebeurtenis {after} (doorgetrokken) en {without} (gestreept), vanaf "
                "dag {d}. Onder de as hoeveel kinderen er op dat moment in elke curve zijn.",
                "Free of the event {after} (solid) and {without} (dashed), from day {d}. Below the "
                "axis how many children are in each curve at that time.",
                after=voice.after,
                without=voice.without,
                d=f"{drawn.start_day:g}",
            ),
        ),
        alt=voice.says(
            "Op dag {h} is {a} {after} vrij van de gebeurtenis, en {b} {without}.",
            "On day {h} {a} {after} are free of the event, and {b} {without}.",
            h=f"{horizon:g}",
            a=told[0],
            b=told[1],
            after=voice.after,
            without=voice.without,
        ),
        table=_table(voice, drawn, at_risk, pair),
        id="curves",
    )


def _steps(curve: SurvivalCurve, start_day: float) -> tuple[tuple[float, float], ...]:
    """The curve at its event days, from 1 on its first day."""
    falls = np.flatnonzero(curve.events > 0.0)
    return (
        (start_day, 1.0),
        *zip(curve.days[falls].tolist(), curve.survival[falls].tolist(), strict=True),
    )


def _last_days(voice: Voice) -> tuple[float, float]:
    """Until when anybody is followed in the curve after, and in that without."""
    exit_, day = voice.effect.follow_up.exit, voice.effect.day
    after = np.asarray(day < exit_)
    return float(exit_[after].max()), float(np.where(after, day, exit_).max())


def _named(curve: SurvivalCurve, day: float) -> tuple[float, float | None, float | None] | None:
    found = curve.survival_at(day)
    return None if found.value is None else (found.value, found.low, found.high)


def _at_risk(voice: Voice, drawn: SimonMakuch, *, exposed: bool) -> tuple[AtRisk, ...]:
    """How many are in one curve at each month, and events there so far."""
    columns = []
    for month in MONTHS:
        at = float(DAYS_OF_MONTH.get(month, round(month * 365.25 / 12)))
        if drawn.start_day <= at <= voice.effect.follow_up.last_day:
            still, events = counts_on(voice, drawn, at, exposed=exposed)
            columns.append(AtRisk(month, still.value, events.value, (still, events)))
    return tuple(columns)


def counts_on(
    voice: Voice, drawn: SimonMakuch, day: float, *, exposed: bool
) -> tuple[Count, Count]:
    """How many are followed in one curve beyond a day, and events there by then.

    Followed beyond it, so that every child of the curves is there, had the event, or is gone.
    """
    rows, began = voice.effect.follow_up, voice.effect.day
    which = "after" if exposed else "without"
    after, counts_after = np.asarray(began <= day), np.asarray(began < rows.exit)
    here = (rows.exit > day) & (after if exposed else ~after)
    had = (rows.status > 0) & (rows.exit <= day) & (rows.exit > drawn.start_day)
    had &= counts_after if exposed else ~counts_after
    return (
        Count(int(np.count_nonzero(here)), f"exposure.curve_{which}.by_{day:g}"),
        Count(int(np.count_nonzero(had)), f"exposure.curve_{which}_events.by_{day:g}"),
    )


def share_rests(voice: Voice, drawn: SimonMakuch, *, exposed: bool) -> tuple[Count, ...]:
    """What the share free of the event at the day of comparison gives away.

    Three counts, so that they are not read as events and n.
    """
    still, events = counts_on(voice, drawn, voice.effect.horizon, exposed=exposed)
    return (events, voice.exposed if exposed else voice.n, still)


def _table(
    voice: Voice,
    drawn: SimonMakuch,
    at_risk: list[tuple[AtRisk, ...]],
    pair: tuple[SurvivalCurve, SurvivalCurve],
) -> Table:
    """Both curves at their months."""
    rows, sums = [], []
    for columns in zip(*at_risk, strict=True):
        month = columns[0].month
        if not month:
            continue
        at = columns[0].known_as[0].key.rpartition(".by_")[2]
        cells: list[Cell] = [Number(month)]
        for column, curve in zip(columns, pair, strict=True):
            found = curve.survival_at(float(at))
            cells += [*column.known_as]
            if found.value is None:
                cells.append(Absent("not_estimated", columns=2))
                continue
            # Three counts, so that they are not read as events and n.
            rests = (*column.known_as, voice.exposed)
            cells.append(Percent(found.value, rests))
            none = found.low is None and found.high is None
            cells.append(
                Absent("not_applicable") if none else Interval(found.low, found.high, rests)
            )
        rows.append(Row(tuple(cells)))
        sums += _month_sums(voice, columns, at, drawn)
    groups = (voice.after, voice.without)
    return Table(
        id="curves",
        caption=(
            voice.says(
                "De curven per maand: kinderen in elke curve, gebeurtenissen tot dan, en % vrij "
                "ervan.",
                "The curves by month: children in each curve, events until then, and % free of it.",
            ),
        ),
        columns=(
            Column(voice.t("maand", "month"), align="right"),
            *(
                column
                for group in groups
                for column in (
                    Column(voice.t("gevolgd", "at risk"), group, "right"),
                    Column("events", group, "right"),
                    Column("%", group, "right"),
                    Column(voice.t("95%-BI", "95% CI"), group),
                )
            ),
        ),
        rows=tuple(rows),
        sums=tuple(sums),
    )


def _month_sums(
    voice: Voice, columns: tuple[AtRisk, ...], at: str, drawn: SimonMakuch
) -> list[Sum]:
    """Every child of the curves is at a month in one of them, has had the event, or is gone."""
    (here, had), (elsewhere, other) = columns[0].known_as, columns[1].known_as
    whole = Count(drawn.n, f"exposure.kept.by_{drawn.start_day:g}")
    if not drawn.start_day:
        whole = voice.n
    kept = Count(here.value + elsewhere.value, f"exposure.kept.by_{at}")
    events = Count(had.value + other.value, f"exposure.curve_events.by_{at}")
    gone = Count(whole.value - kept.value - events.value, f"exposure.curve_gone.by_{at}")
    return [
        Sum(kept, (here, elsewhere)),
        Sum(events, (had, other)),
        Sum(whole, (kept, events, gone)),
    ]
