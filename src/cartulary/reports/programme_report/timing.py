# SPDX-License-Identifier: Apache-2.0
"""How long each step took, and how far the children were followed."""

from __future__ import annotations

from cartulary.reports.content import (
    Absent,
    Column,
    Count,
    Interval,
    Number,
    Prose,
    Row,
    Section,
    Sentence,
    Table,
    Told,
)
from cartulary.reports.programme_report.teller import Teller

STEPS = {
    "indication_to_apheresis": ("indicatie tot aferese", "indication to apheresis"),
    "apheresis_to_release": ("aferese tot vrijgave", "apheresis to release"),
    "release_to_infusion": ("vrijgave tot infusie", "release to infusion"),
    "apheresis_to_infusion": (
        "aferese tot infusie (vein-to-vein)",
        "apheresis to infusion (vein-to-vein)",
    ),
    "indication_to_infusion": ("indicatie tot infusie", "indication to infusion"),
}
DAYS_PER_MONTH = 365.25 / 12


def timing_section(tell: Teller) -> Section:
    """Vein-to-vein and its parts."""
    title = tell.t("Van aferese tot infusie", "Vein to vein")
    if not tell.figures.timing:
        none = tell.says(
            "Van geen enkele stap zijn begin en einde allebei gedateerd.",
            "For no step are both its start and its end dated.",
        )
        return Section(title, (none,), (), id="timing")
    rows = []
    for figure in tell.figures.timing:
        days = figure.days
        n = Count(days.n, f"timing.{figure.step}.n")
        nl, en = STEPS.get(figure.step, (figure.step, figure.step))
        if days.median is None:
            rows.append(Row((tell.t(nl, en), n, Absent("not_recorded", columns=3))))
            continue
        middle = Number(days.median, 0 if days.median == int(days.median) else 1, (n,))
        rows.append(
            Row(
                (
                    tell.t(nl, en),
                    n,
                    middle,
                    Interval(days.lower_quartile, days.upper_quartile, (n,), percent=False),
                    Interval(days.smallest, days.largest, (n,), percent=False),
                )
            )
        )
    group = tell.t("dagen", "days")
    table = Table(
        id="timing",
        caption=(
            tell.says(
                "Duur van elke stap, eerste infusie van elk kind.",
                "Length of each step, first infusion of each child.",
            ),
        ),
        columns=(
            Column(tell.t("Stap", "Step"), weight=1),
            Column(tell.t("kinderen", "children"), align="right"),
            Column(tell.t("mediaan", "median"), group, "right", strong=True),
            Column(tell.t("kwartielen", "quartiles"), group),
            Column(tell.t("spreiding", "range"), group),
        ),
        rows=tuple(rows),
    )
    return Section(title, _lead(tell), (table,), id="timing")


def _lead(tell: Teller) -> Prose:
    for figure in tell.figures.timing:
        days = figure.days
        if figure.step != "apheresis_to_infusion" or days.median is None:
            continue
        rests = (Count(days.n, f"timing.{figure.step}.n"),)
        assert days.smallest is not None
        assert days.largest is not None
        return (
            tell.says(
                "Van aferese tot infusie verliepen mediaan {m} dagen (spreiding {low}–{high}; "
                "{n}).",
                "From apheresis to infusion a median of {m} days passed (range {low}–{high}; {n}).",
                m=Told(tell.number(days.median), rests),
                low=Told(tell.number(days.smallest), rests),
                high=Told(tell.number(days.largest), rests),
                n=Told(_children(tell, days.n), rests),
            ),
        )
    return (
        tell.says(
            "Van geen enkel kind zijn aferese en infusie allebei gedateerd.",
            "For no child are both apheresis and infusion dated.",
        ),
    )


def _children(tell: Teller, n: int) -> str:
    one = n == 1
    return (
        f"{tell.number(n)} {tell.t('kind' if one else 'kinderen', 'child' if one else 'children')}"
    )


def follow_up_section(tell: Teller) -> Section:
    """How complete the follow-up is."""
    title = tell.t("Volledigheid van de follow-up", "Completeness of follow-up")
    found = tell.figures.follow_up
    if found is None:
        none = tell.says("Nog geen kind is behandeld.", "No child has been treated so far.")
        return Section(title, (none,), (), id="follow-up")
    return Section(title, tell.prose(_year(tell), _median(tell), _lost(tell)), (), id="follow-up")


def _year(tell: Teller) -> Sentence:
    return tell.says(
        "Van {k} van de {n} behandelde kinderen is de uitkomst op één jaar bekend: een event, of "
        "een jaar gevolgd.",
        "For {k} of {n} treated children the outcome at one year is known: an event, or followed "
        "for a year.",
        k=tell.count("follow_up.year_or_event"),
        n=tell.count("flow.infused"),
    )


def _median(tell: Teller) -> Sentence | None:
    found = tell.figures.follow_up
    estimate = found.median_days if found is not None else None
    if estimate is None or estimate.value is None:
        return None
    rests = (tell.count("flow.infused"),)
    months = Told(tell.number(estimate.value / DAYS_PER_MONTH, 1), rests)
    if estimate.low is None or estimate.high is None:
        return tell.says(
            "De mediane follow-up (omgekeerde Kaplan-Meier) is {m} maanden.",
            "Median follow-up (reverse Kaplan-Meier) is {m} months.",
            m=months,
        )
    bounds = (
        f"{tell.number(estimate.low / DAYS_PER_MONTH, 1)}–"
        f"{tell.number(estimate.high / DAYS_PER_MONTH, 1)}"
    )
    return tell.says(
        "De mediane follow-up (omgekeerde Kaplan-Meier) is {m} maanden (95%-BI {ci}).",
        "Median follow-up (reverse Kaplan-Meier) is {m} months (95% CI {ci}).",
        m=months,
        ci=Told(bounds, rests),
    )


def _lost(tell: Teller) -> Sentence:
    if not tell.value("follow_up.lost") and not tell.value("follow_up.no_last_contact"):
        return tell.says(
            "Geen kind is uit beeld geraakt en van elk kind is het laatste contact bekend.",
            "No child was lost to follow-up, and the last contact of every child is known.",
        )
    return tell.says(
        "Uit beeld geraakt: {lost}; zonder bekend laatste contact: {silent}.",
        "Lost to follow-up: {lost}; without a known last contact: {silent}.",
        lost=tell.count("follow_up.lost"),
        silent=tell.count("follow_up.no_last_contact"),
    )
