# SPDX-License-Identifier: Apache-2.0
"""A child's forecast: its record weighs the virtual children, and what became of them is counted.

Simulated; research, not for decisions; not a medical device.
"""

from __future__ import annotations

from typing import Final

from cartulary.codebook.parameter_reader import parameters
from cartulary.codebook.words import Words
from cartulary.course.course import Course
from cartulary.studies.child_forecast.library import Library
from cartulary.studies.child_forecast.likelihood import Likeness, at_risk, likeness
from cartulary.studies.child_forecast.measured import Against, Measured, measured
from cartulary.studies.child_forecast.outcomes import MONTHS_AHEAD, Outcome
from cartulary.studies.child_forecast.plans import PlanKind
from cartulary.studies.child_forecast.probabilities import Ahead, outcome_lines, relapsed
from cartulary.studies.child_forecast.refusal import Refusal
from cartulary.studies.child_forecast.result import (
    RESEARCH,
    Forecast,
    Line,
    OutcomeLine,
    PlanChange,
    Used,
)
from cartulary.studies.child_forecast.standing import Standing, standing

__all__ = ["Forecast", "Line", "OutcomeLine", "PlanChange", "Refusal", "Used", "forecast"]

#: Below this effective sample size a forecast is refused.
FEWEST_EFFECTIVE: Final = 50.0
#: The same for what a plan would change: a difference within the same child needs fewer.
FEWEST_OF_PLANS: Final = 30.0
#: A value that so small a share of virtual children would show lies outside the library.
LEAST_TAIL: Final = 2e-4
#: A record that so small a share of replicated ones would exceed fits no virtual child.
LEAST_FIT: Final = 1e-3
#: A plan is offered when its day is at least so far off, and as near as the plans allow.
_SOONEST_PLAN_DAYS: Final = 7

_NOTES: Final = (
    RESEARCH,
    Words(
        "An outcome is what came first: relapse, death without relapse, or neither.",
        "Een uitkomst is wat het eerst kwam: recidief, overlijden zonder recidief, of geen van "
        "beide.",
    ),
    Words(
        "Age and weight decide only whether the child lies inside the library.",
        "Leeftijd en gewicht bepalen alleen of het kind binnen de bibliotheek valt.",
    ),
)


def forecast(course: Course, day: int, library: Library) -> Forecast:
    """The forecast for one child, from what its course holds up to a study day.

    P(outcome by month m) = Σ wᵢ 1[it came first to virtual child i by m], over the virtual
    children still at risk, wᵢ the likelihood of the record (`likelihood`) were it theirs.

    Arguments: the course of one child, recorded or simulated; the study day: nothing later is
    read; the library, of `library.load`.
    Returns: probabilities at months 0 to 24 from the last day, up to that one, on which the
    record speaks.
    Refuses (`Refusal`, with fact, why and remedy): a child that is not infused, relapsed, dead,
    not in remission, treated since, given other cells, or infused too long ago; one whose record
    no virtual child resembles, or that lies outside what the library shows; and one for whom the
    effective sample size is below FEWEST_EFFECTIVE.
    Source: importance weighting of a simulated library; Kish's effective sample size.
    """
    child = standing(course, day)
    _refuse_outside(child, library)
    record = measured(child.course, child.infusion, child.days_after, parameters())
    places = at_risk(library, child)
    alike = likeness(library, places, record)
    weighed = alike.weighed()
    _refuse_unlike(record, alike.tails, weighed.fit)
    effective = weighed.effective_children
    if effective < FEWEST_EFFECTIVE:
        raise _too_few(effective, len(places))
    ahead = Ahead.of(library, weighed, child.days_after)
    became = ahead.by_outcome(library, 0)
    plans, not_offered = _plans(library, child, alike)
    return Forecast(
        from_day=child.from_day,
        days_after_infusion=child.days_after,
        months=tuple(range(MONTHS_AHEAD + 1)),
        outcomes=outcome_lines(ahead, became),
        relapse=ahead.probability(relapsed(became)),
        alive=ahead.probability(ahead.months(library.death_day[0]), spared=True),
        plans=plans,
        not_offered=not_offered,
        used=_used(record, alike.tails),
        not_used=record.not_used,
        at_risk=len(places),
        effective_children=effective,
        effective_draws=ahead.effective_draws,
        fit=weighed.fit,
        widened=weighed.widened,
        library=library.about.name,
        notes=_notes(library),
    )


def _plans(
    library: Library, child: Standing, alike: Likeness
) -> tuple[tuple[PlanChange, ...], tuple[Words, ...]]:
    """The nearest plan of each kind that still lies ahead, and the kinds for which none does."""
    made: list[PlanChange] = []
    none: list[Words] = []
    weighed = alike.weighed(library.planned[alike.places])
    enough = weighed.effective_children >= FEWEST_OF_PLANS
    ahead = Ahead.of(library, weighed, child.days_after) if enough else None
    for kind in (PlanKind.TRANSPLANT, PlanKind.REINFUSION):
        soonest = child.days_after + _SOONEST_PLAN_DAYS
        offered = [
            (plan.day, place)
            for place, plan in enumerate(library.plans)
            if plan.kind is kind and plan.day >= soonest
        ]
        if not offered:
            last = max((plan.day for plan in library.plans if plan.kind is kind), default=0)
            none.append(
                Words(
                    f"{kind.en}: the library holds none later than day {last} after the infusion.",
                    f"{kind.nl}: de bibliotheek heeft die niet later dan dag {last} na de infusie.",
                )
            )
            continue
        if ahead is None:
            few = f"{weighed.effective_children:.0f}"
            none.append(
                Words(
                    f"{kind.en}: of the virtual children under every plan, as many as {few} are "
                    f"like this child; {FEWEST_OF_PLANS:.0f} are needed.",
                    f"{kind.nl}: van de virtuele kinderen onder elk plan lijken er zoveel als "
                    f"{few} op dit kind; {FEWEST_OF_PLANS:.0f} zijn nodig.",
                )
            )
            continue
        _, place = min(offered)
        made.append(_change(library, ahead, place, weighed.effective_children))
    return tuple(made), tuple(none)


def _change(library: Library, ahead: Ahead, place: int, effective: float) -> PlanChange:
    """What one plan changes, for the same virtual children."""
    became, then = ahead.by_outcome(library, 0), ahead.by_outcome(library, place)
    died, dead = (ahead.months(library.death_day[row]) for row in (0, place))
    plan = library.plans[place]
    given = library.came_day[0][ahead.places] > plan.day
    return PlanChange(
        plan=plan,
        given=float(ahead.weights[given].sum()),
        effective_children=effective,
        outcomes=outcome_lines(ahead, then),
        alive=ahead.probability(dead, spared=True),
        remission_difference=ahead.difference(
            then[Outcome.REMISSION], became[Outcome.REMISSION], spared=True
        ),
        alive_difference=ahead.difference(dead, died, spared=True),
        relapse_difference=ahead.difference(relapsed(then), relapsed(became)),
    )


def _used(record: Measured, tails: tuple[float, ...]) -> tuple[Used, ...]:
    """What the record gave, in its order, and where each value lies."""
    used = [
        Used(Words(level.against.en, level.against.nl), level.day, level.shown, tail)
        for level, tail in zip(record.levels, tails, strict=True)
    ]
    if record.crs_grade is not None:
        grade = str(record.crs_grade)
        what = Words("highest CRS grade", "hoogste CRS-graad")
        used.append(Used(what, None, Words(grade, grade), 1.0))
    return tuple(used)


def _notes(library: Library) -> tuple[Words, ...]:
    if not library.about.provisional:
        return _NOTES
    return (
        *_NOTES,
        Words(
            "The parameters are provisional: they have seen no published figure yet.",
            "De parameters zijn voorlopig: ze zijn nog aan geen gepubliceerd cijfer getoetst.",
        ),
    )


def _refuse_outside(child: Standing, library: Library) -> None:
    """Refuses a child older, younger, heavier or lighter than the virtual children."""
    for name, value, en, nl, unit_en, unit_nl in (
        ("age_years", child.age_years, "age", "de leeftijd", "years", "jaar"),
        ("weight_kg", child.weight_kg, "weight", "het gewicht", "kg", "kg"),
    ):
        low, high = library.about.limits[name]
        if value is None or low <= value <= high:
            continue
        raise Refusal(
            f"outside_{name}",
            Words(
                f"The {en} at the infusion is {value:.1f} {unit_en}; the virtual children lie "
                f"between {low:.1f} and {high:.1f}.",
                _comma(
                    f"Bij de infusie is {nl} {value:.1f} {unit_nl}; de virtuele kinderen liggen "
                    f"tussen {low:.1f} en {high:.1f}."
                ),
            ),
            Words(
                "Nobody in the library is like this child.",
                "Niemand in de bibliotheek lijkt op dit kind.",
            ),
            Words(
                "Check what is recorded; if it is right, there is no forecast.",
                "Controleer wat is vastgelegd; klopt het, dan is er geen voorspelling.",
            ),
        )


def _refuse_unlike(record: Measured, tails: tuple[float, ...], fit: float) -> None:
    """Refuses a record that virtual children at risk would hardly show."""
    for level, tail in zip(record.levels, tails, strict=True):
        if tail >= LEAST_TAIL:
            continue
        before = level.day is None or level.against in (Against.SHARE_BEFORE, Against.DOSE)
        en = "before the infusion" if before else f"on day {level.day} after the infusion"
        nl = "voor de infusie" if before else f"op dag {level.day} na de infusie"
        raise Refusal(
            "outside_library",
            Words(
                f"{level.against.en} {en}: {level.shown.en}. Fewer than 2 in 10,000 virtual "
                "children at risk would show as much.",
                f"{level.against.nl} {nl}: {level.shown.nl}. Minder dan 2 op de 10.000 virtuele "
                "kinderen zouden zoiets laten zien.",
            ),
            Words(
                "The child lies outside the library, and its few neighbours would decide alone.",
                "Het kind valt buiten de bibliotheek, en de weinige buren zouden alles bepalen.",
            ),
            Words(
                "Check the value and its unit; if they are right, there is no forecast.",
                "Controleer de waarde en de eenheid; kloppen ze, dan is er geen voorspelling.",
            ),
        )
    if fit < LEAST_FIT:
        raise Refusal(
            "unlike_any",
            Words(
                "Taken together, the values fit no virtual child: "
                f"{100 * fit:.2g}% of simulated records lie further off.",
                "Samen passen de waarden bij geen enkel virtueel kind: "
                + _comma(f"{100 * fit:.2g}% van de gesimuleerde dossiers ligt verder weg."),
            ),
            Words(
                "Each may be usual; together the model does not know them.",
                "Elk kan gewoon zijn; samen kent het model ze niet.",
            ),
            Words(
                "Check days, values and units; if they are right, there is no forecast.",
                "Controleer dagen, waarden en eenheden; kloppen ze, dan is er geen voorspelling.",
            ),
        )


def _too_few(effective: float, held: int) -> Refusal:
    many = f"{held:,}".replace(",", "\u202f")
    return Refusal(
        "too_few_alike",
        Words(
            f"The {many} virtual children at risk weigh as much as {effective:.0f} who are like "
            f"this child; {FEWEST_EFFECTIVE:.0f} are needed.",
            f"De {many} virtuele kinderen die nog risico lopen, tellen samen als {effective:.0f} "
            f"die op dit kind lijken; {FEWEST_EFFECTIVE:.0f} zijn nodig.",
        ),
        Words(
            "With fewer, chance decides the figures.",
            "Met minder bepaalt het toeval de cijfers.",
        ),
        Words(
            "Ask for an earlier day, when less was recorded; or have a larger library made: "
            "cartulary forecast library --children N.",
            "Vraag een eerdere dag, toen minder was vastgelegd; of laat een grotere bibliotheek "
            "maken: cartulary forecast library --children N.",
        ),
    )


def _comma(text: str) -> str:
    """Decimal points as commas, those between two digits only."""
    return "".join(
        ","
        if letter == "." and at and text[at - 1].isdigit() and text[at + 1 : at + 2].isdigit()
        else letter
        for at, letter in enumerate(text)
    )
