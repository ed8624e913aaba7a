# SPDX-License-Identifier: Apache-2.0
"""Two plans from one start, each child in both until it departs from one: clone-censor-weight."""

from __future__ import annotations

import numpy as np

from cartulary.evidence.estimate import Estimate
from cartulary.reports.content import Absent, Column, Interval, Percent, Row, Section, Table
from cartulary.reports.exposure_report.voice import Voice, capital
from cartulary.reports.exposure_report.words import reason
from cartulary.reports.text import Count, Told
from cartulary.studies.exposure_analyses import CLONE_CENSOR_WEIGHT


def plan_section(voice: Voice) -> Section | None:
    """The two plans at the day of comparison; nothing for what nobody can plan."""
    effect = voice.effect
    if effect.grace_day is None:
        return None
    title = voice.t("Twee plannen vanaf dezelfde start", "Two plans from one start")
    grace = f"{effect.grace_day:g}"
    made = effect.strategies
    if made is None:
        return Section(title, (reason(voice, effect.row(CLONE_CENSOR_WEIGHT)),), (), id="plans")
    rests = plan_rests(voice)
    difference = made.difference
    value = difference.value or 0.0
    points = voice.number(round(100 * value, 10))
    none = difference.low is None or difference.high is None
    bounds = (
        voice.t("geen interval", "no interval")
        if none
        else voice.number(round(100 * (difference.low or 0.0), 10))
        + voice.t(" tot ", " to ")
        + voice.number(round(100 * (difference.high or 0.0), 10))
    )
    lead = voice.says(
        "Met het plan '{short} uiterlijk dag {g}' is op dag {h} {a} vrij van de gebeurtenis, met "
        "'dan nog niet' {b}: een verschil van {d} procentpunten (95%-BI {ci}).",
        "Under the plan '{short} by day {g}' {a} are free of the event on day {h}, under 'none by "
        "then' {b}: a difference of {d} percentage points (95% CI {ci}).",
        short=voice.short,
        g=grace,
        h=f"{made.horizon:g}",
        a=Told(voice.percent(made.survival[0].value or 0.0), rests),
        b=Told(voice.percent(made.survival[1].value or 0.0), rests),
        d=Told(points, rests),
        ci=Told(bounds, rests),
    )
    how = voice.says(
        "Elk kind telt in beide plannen mee tot het van een ervan afwijkt; wie blijft, weegt mee "
        "voor wie afwijkt.",
        "Each child counts in both plans until it departs from one; those who stay are weighted "
        "for those who depart.",
    )
    return Section(title, (lead, how), (_table(voice),), id="plans")


def plan_rests(voice: Voice) -> tuple[Count, ...]:
    """What the two plans give away: who followed each, and the events by the day of comparison."""
    made, rows = voice.effect.strategies, voice.effect.follow_up
    assert made is not None
    by_then = int(np.count_nonzero((rows.status > 0) & (rows.exit <= made.horizon)))
    return (
        Count(made.with_it.followers, "exposure.plan_followed"),
        Count(made.without_it.followers, "exposure.plan_not_followed"),
        Count(by_then, f"exposure.events.by_{made.horizon:g}"),
    )


def _table(voice: Voice) -> Table:
    """Both plans: who followed each, and the weighted share."""
    made = voice.effect.strategies
    assert made is not None
    with_it, without, *_ = rests = plan_rests(voice)
    g = f"{made.grace_day:g}"
    rows = []
    for label, followed, curve, found in (
        (
            voice.t(
                f"{capital(voice.short)} uiterlijk dag {g}", f"{capital(voice.short)} by day {g}"
            ),
            with_it,
            made.with_it,
            made.survival[0],
        ),
        (voice.t("Dan nog niet", "None by then"), without, made.without_it, made.survival[1]),
    ):
        rows.append(
            Row((label, followed, Count(curve.censored, f"{followed.key}.left"),
                 *_share(found, rests), voice.number(curve.largest_weight, 1)))
        )  # fmt: skip
    free = voice.t(f"% vrij op dag {made.horizon:g}", f"% free on day {made.horizon:g}")
    return Table(
        id="plans",
        caption=(
            voice.says(
                "De twee plannen: hoeveel kinderen elk tot voorbij de termijn volgden, en hoeveel "
                "ervan afweken.",
                "The two plans: how many children followed each beyond the grace period, and how "
                "many departed from it.",
            ),
        ),
        columns=(
            Column(voice.t("plan", "plan"), weight=1),
            Column(voice.t("volgden", "followed"), align="right"),
            Column(voice.t("weken af", "departed"), align="right"),
            Column(voice.t("waarde", "value"), free, "right"),
            Column(voice.t("95%-BI", "95% CI"), free),
            Column(voice.t("grootste gewicht", "largest weight"), align="right"),
        ),
        rows=tuple(rows),
    )


def _share(
    found: Estimate, rests: tuple[Count, ...]
) -> tuple[Percent | Absent, Interval | Absent] | tuple[Absent]:
    if found.value is None:
        return (Absent("not_estimated", columns=2),)
    none = found.low is None and found.high is None
    limits = Absent("not_applicable") if none else Interval(found.low, found.high, rests)
    return Percent(found.value, rests), limits
