# SPDX-License-Identifier: Apache-2.0
"""Where a child stands on the day of the forecast, and whether a forecast can be made at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from cartulary.codebook.words import Words
from cartulary.course.absence import is_known
from cartulary.course.course import Course
from cartulary.course.dates import Precision
from cartulary.course.events import (
    Assessment,
    Death,
    Diagnosis,
    Event,
    Infusion,
    NewTherapy,
    PriorTherapy,
    Product,
    Relapse,
    Transplant,
)
from cartulary.course.events.cells import Antigen, ProductKind
from cartulary.course.events.disease import Genetics, PriorKind, Response
from cartulary.studies.child_forecast.refusal import Refusal
from cartulary.studies.child_forecast.virtual import LAST_FORECAST_DAY

#: Blasts below 5% this long after the infusion are a remission where nobody named the response.
_REMISSION_FROM_DAY: Final = 21
_REMISSION_BELOW_PERCENT: Final = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """A child at risk: infused once, in remission or not yet judged.

    `from_day` is a study day, `days_after` counts from the infusion. What is None is not recorded.
    """

    course: Course  # cut at from_day
    infusion: Infusion
    from_day: int
    days_after: int
    in_remission: bool
    age_years: float | None
    weight_kg: float | None
    kmt2a: bool | None
    prior_blinatumomab: bool | None


def cut(course: Course, day: int) -> Course:
    """The course as it was on a study day: nothing later is in it.

    Events without a day stay: that they happened is known, and when is a question for the reader.

    >>> from cartulary.course import Origin
    >>> whole = Course("P-1", Origin.RECORDED, (Infusion(30), Relapse(200)))
    >>> [event.kind for event in cut(whole, 100)]
    ['infusion']
    """
    events = tuple(event for event in course if event.day is None or event.day <= day)
    return replace(course, events=events)


def standing(course: Course, day: int) -> Standing:
    """Where a child stands on a study day.

    Arguments: the course; the study day on which a forecast is asked for.
    Returns: the standing on the last day, up to that one, on which the record speaks.
    Refuses: a child not yet infused, dead, relapsed, not in remission, treated since the infusion,
    given another product or CAR-T before, or infused too long ago for the library.
    """
    seen = cut(course, day)
    infusion = _only_infusion(seen, day)
    assert infusion.day is not None
    _refuse_ended(seen)
    _refuse_treated(seen, infusion.day)
    _refuse_other_cells(seen)
    dated = [event.day for event in seen if event.day is not None]
    from_day = max(dated)
    days_after = from_day - infusion.day
    if days_after > LAST_FORECAST_DAY:
        raise Refusal(
            "too_late",
            Words(
                f"The infusion was {days_after} days ago.",
                f"De infusie was {days_after} dagen geleden.",
            ),
            Words(
                "The virtual children are followed for three years, so that two years are left "
                f"up to day {LAST_FORECAST_DAY}.",
                "De virtuele kinderen worden drie jaar gevolgd, zodat er tot en met dag "
                f"{LAST_FORECAST_DAY} twee jaar overblijven.",
            ),
            Words("Ask for an earlier day.", "Vraag een eerdere dag."),
        )
    genetics = [one.genetics for one in seen.all(Diagnosis) if is_known(one.genetics)]
    prior = [one.therapy for one in seen.all(PriorTherapy)]
    return Standing(
        course=seen,
        infusion=infusion,
        from_day=from_day,
        days_after=days_after,
        in_remission=_in_remission(seen, infusion.day),
        age_years=seen.age_years_on(infusion.day),
        weight_kg=infusion.weight_kg if is_known(infusion.weight_kg) else None,
        kmt2a=any(Genetics.KMT2A in found for found in genetics) if genetics else None,
        prior_blinatumomab=PriorKind.BLINATUMOMAB in prior if prior else None,
    )


def _only_infusion(course: Course, day: int) -> Infusion:
    """The one infusion, dated to the day."""
    infusions = course.all(Infusion)
    if not infusions:
        raise Refusal(
            "not_infused",
            Words(
                f"No infusion is recorded up to day {day}.",
                f"Tot en met dag {day} is geen infusie vastgelegd.",
            ),
            Words(
                "The forecast follows the cells from the infusion on.",
                "De voorspelling volgt de cellen vanaf de infusie.",
            ),
            Words("Ask again after the infusion.", "Vraag het opnieuw na de infusie."),
        )
    if len(infusions) > 1:
        raise _treated(Words("a second infusion", "een tweede infusie"), infusions[1].day)
    first = infusions[0]
    if first.day is None or first.precision is not Precision.DAY:
        raise Refusal(
            "infusion_not_dated",
            Words(
                "The infusion is not dated to the day.",
                "De datum van de infusie is niet op de dag bekend.",
            ),
            Words(
                "Every measurement is placed by its days after the infusion.",
                "Elke meting krijgt haar plaats door het aantal dagen na de infusie.",
            ),
            Words("Enter the full date.", "Voer de volledige datum in."),
        )
    return first


def _refuse_ended(course: Course) -> None:
    """Refuses a child that died or relapsed."""
    ended: tuple[tuple[type[Event], str, Words, Words], ...] = (
        (
            Death,
            "died",
            Words("The child died", "Het kind is overleden"),
            Words("There is nothing to forecast.", "Er valt niets te voorspellen."),
        ),
        (
            Relapse,
            "relapsed",
            Words("A relapse is recorded", "Er is een recidief vastgelegd"),
            Words(
                "The forecast is of children without a relapse.",
                "De voorspelling is voor kinderen zonder recidief.",
            ),
        ),
    )
    for kind, code, fact, why in ended:
        found = [event for event in course.all(kind) if event.day is None or event.day >= 0]
        if found:
            raise Refusal(
                code,
                _on(fact, found[0].day),
                why,
                Words(
                    "Ask for a day before it, to see what was said then.",
                    "Vraag een dag daarvoor, om te zien wat er toen gezegd werd.",
                ),
            )


def _refuse_treated(course: Course, infused: int) -> None:
    """Refuses a child that was treated otherwise after the infusion."""
    names: tuple[tuple[type[Event], Words], ...] = (
        (Transplant, Words("a transplant", "een transplantatie")),
        (NewTherapy, Words("new therapy", "een nieuwe behandeling")),
    )
    for kind, words in names:
        for event in course.all(kind):
            if event.day is None or event.day >= infused:
                raise _treated(words, event.day)


def _treated(what: Words, day: int | None) -> Refusal:
    return Refusal(
        "treated_since",
        _on(
            Words(
                f"Since the first infusion there was {what.en}",
                f"Na de eerste infusie was er {what.nl}",
            ),
            day,
        ),
        Words(
            "The virtual children had nothing further up to the day of the forecast.",
            "De virtuele kinderen kregen tot de dag van de voorspelling niets verder.",
        ),
        Words("Ask for a day before it.", "Vraag een dag daarvoor."),
    )


def _refuse_other_cells(course: Course) -> None:
    """Refuses CAR-T cells given before, and a product that does not see CD19 alone."""
    why = Words(
        "The virtual children get one product, against CD19, for the first time.",
        "De virtuele kinderen krijgen één product, tegen CD19, voor het eerst.",
    )
    remedy = Words(
        "No forecast can be made for this child.", "Voor dit kind is geen voorspelling mogelijk."
    )
    if any(one.therapy is PriorKind.CAR_T for one in course.all(PriorTherapy)):
        fact = Words("CAR-T cells were given before.", "Er zijn eerder CAR-T-cellen gegeven.")
        raise Refusal("earlier_car_t", fact, why, remedy)
    for one in course.all(Product):
        antigens = one.antigens if is_known(one.antigens) else ()
        other = any(antigen is not Antigen.CD19 for antigen in antigens)
        known = (ProductKind.TISAGENLECLEUCEL, ProductKind.CD19)
        if other or (is_known(one.product) and one.product not in known):
            name = one.product if is_known(one.product) else ProductKind.OTHER
            fact = Words(f"The product is: {name.en}.", f"Het product is: {name.nl}.")
            raise Refusal("other_product", fact, why, remedy)


def _in_remission(course: Course, infused: int) -> bool:
    """Whether a remission was found; refuses a child that was looked at and is in none."""
    found: list[tuple[int, bool]] = []
    for look in course.all(Assessment):
        if look.day is None or look.day <= infused:
            continue
        blasts = look.marrow_blasts_percent
        if look.response in (Response.CR, Response.CRI):
            found.append((look.day, True))
        elif look.response is Response.NO_RESPONSE:
            found.append((look.day, False))
        elif is_known(blasts) and look.day - infused >= _REMISSION_FROM_DAY:
            found.append((look.day, blasts < _REMISSION_BELOW_PERCENT))
    if not found:
        return False
    day, remission = found[-1]
    if not remission:
        raise Refusal(
            "not_in_remission",
            Words(
                f"The last look, {day - infused} days after the infusion, found no remission.",
                f"De laatste beoordeling, {day - infused} dagen na de infusie, vond geen remissie.",
            ),
            Words(
                "The forecast says how long a remission lasts.",
                "De voorspelling zegt hoelang een remissie aanhoudt.",
            ),
            Words(
                "Ask again once a remission is recorded.",
                "Vraag het opnieuw zodra een remissie is vastgelegd.",
            ),
        )
    return True


def _on(fact: Words, day: int | None) -> Words:
    if day is None:
        return Words(
            f"{fact.en}, on a day that is not recorded.",
            f"{fact.nl}, op een dag die niet is vastgelegd.",
        )
    return Words(f"{fact.en}, on study day {day}.", f"{fact.nl}, op studiedag {day}.")
