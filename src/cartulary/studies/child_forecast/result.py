# SPDX-License-Identifier: Apache-2.0
"""A forecast as plain numbers: curves over two years, what would change them, what they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cartulary.codebook.words import Words
from cartulary.studies.child_forecast.outcomes import Outcome
from cartulary.studies.child_forecast.plans import Plan

RESEARCH = Words(
    "Simulated. Research, not for decisions; not a medical device.",
    "Gesimuleerd. Onderzoek, niet voor beslissingen; geen medisch hulpmiddel.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """A probability, or a difference of two, at each month ahead, with its 95% interval.

    The interval holds what is not known of the parameters (between the draws of the posterior,
    `sd_between_draws`) and what so many virtual children leave open.
    """

    value: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    sd_between_draws: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """The probability that this came first, by each month ahead."""

    outcome: Outcome
    line: Line


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What one plan would change, for the same virtual children: plan minus nothing further.

    `outcomes` are the probabilities under the plan itself. `given` is the share of the weight
    that is still in remission on the plan's day, and so is given it. It rests on the part of the
    library that was simulated under every plan: `effective_children` of them.
    """

    plan: Plan
    given: float
    effective_children: float
    outcomes: tuple[OutcomeLine, ...]
    alive: Line
    remission_difference: Line
    alive_difference: Line
    relapse_difference: Line


@dataclass(frozen=True, slots=True)
class Used:
    """One piece of what is recorded, as the forecast used it.

    `day` is after the first infusion (negative before it). `tail` is how far in the tail of the
    virtual children at risk it lies: the smaller of the two tails' shares, doubled.
    """

    what: Words
    day: int | None
    shown: Words
    tail: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast for one child from one day: months 0 to 24, under nothing further.

    `from_day` is a study day: the last one, up to the day that was asked for, on which the record
    speaks. `effective_children` is the effective sample size (Kish), `effective_draws` how many
    draws of the posterior that weight is spread over. `fit` is the share of replicated records
    that would lie further from the weighted children than this one: small is strange. `widened`
    is the factor by which every error was widened until enough virtual children were alike.
    """

    from_day: int
    days_after_infusion: int
    months: tuple[int, ...]
    outcomes: tuple[OutcomeLine, ...]
    relapse: Line
    alive: Line
    plans: tuple[PlanChange, ...]
    not_offered: tuple[Words, ...]
    used: tuple[Used, ...]
    not_used: tuple[Words, ...]
    at_risk: int
    effective_children: float
    effective_draws: float
    fit: float
    widened: float
    library: str
    notes: tuple[Words, ...] = (RESEARCH,)

    def of(self, outcome: Outcome) -> Line:
        """The line of one outcome."""
        return next(one.line for one in self.outcomes if one.outcome is outcome)

    def to_dict(self) -> dict[str, Any]:
        """The forecast as JSON holds it; nothing in it names the child."""
        return {
            "about": _words(RESEARCH),
            "from_day": self.from_day,
            "days_after_infusion": self.days_after_infusion,
            "months": list(self.months),
            "outcomes": {one.outcome.value: _line(one.line) for one in self.outcomes},
            "relapse": _line(self.relapse),
            "alive": _line(self.alive),
            "plans": {
                one.plan.plan_id: {
                    "words": _words(one.plan.words),
                    "given": one.given,
                    "effective_children": one.effective_children,
                    "outcomes": {each.outcome.value: _line(each.line) for each in one.outcomes},
                    "alive": _line(one.alive),
                    "remission_difference": _line(one.remission_difference),
                    "alive_difference": _line(one.alive_difference),
                    "relapse_difference": _line(one.relapse_difference),
                }
                for one in self.plans
            },
            "not_offered": [_words(one) for one in self.not_offered],
            "used": [
                {
                    "what": _words(one.what),
                    "day": one.day,
                    "shown": _words(one.shown),
                    "tail": one.tail,
                }
                for one in self.used
            ],
            "not_used": [_words(one) for one in self.not_used],
            "at_risk": self.at_risk,
            "effective_children": self.effective_children,
            "effective_draws": self.effective_draws,
            "fit": self.fit,
            "widened": self.widened,
            "library": self.library,
            "notes": [_words(one) for one in self.notes],
        }


def _words(words: Words) -> dict[str, str]:
    return {"en": words.en, "nl": words.nl}


def _line(line: Line) -> dict[str, list[float]]:
    return {
        "value": list(line.value),
        "low": list(line.low),
        "high": list(line.high),
        "sd_between_draws": list(line.sd_between_draws),
    }
