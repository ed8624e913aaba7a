# SPDX-License-Identifier: Apache-2.0
"""The rule on values that are possible but unusual, for every number of every event."""

from __future__ import annotations

from collections.abc import Iterator

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History
from cartulary.course.checks.rule import Found, Rule, Words, found, rule
from cartulary.course.events import EVENT_TYPES
from cartulary.course.fact import Fact, facts_of
from cartulary.course.problem import Severity

_WITH_USUAL_LIMITS: dict[type, tuple[tuple[str, Fact], ...]] = {
    cls: tuple(
        (name, fact)
        for name, fact in facts_of(cls).items()
        if fact.usual_low is not None or fact.usual_high is not None
    )
    for cls in EVENT_TYPES
}


@rule(
    Severity.NOTE,
    Words(
        "A value is possible, but unusual.",
        "It lies outside the usual limits of its field.",
        "Check the value and its unit; if it is right, leave it.",
    ),
    Words(
        "Een waarde is mogelijk, maar ongebruikelijk.",
        "Zij ligt buiten de gebruikelijke grenzen van het veld.",
        "Controleer de waarde en haar eenheid; klopt zij, laat haar dan staan.",
    ),
)
def unusual_value(history: History) -> Iterator[Found]:
    for event in history.course.events:
        for name, fact in _WITH_USUAL_LIMITS[type(event)]:
            value = getattr(event, name)
            if not is_known(value):
                continue
            low, high = fact.usual_low, fact.usual_high
            if (low is not None and value < low) or (high is not None and value > high):
                yield found(event, value=f"{name} {value:g} {fact.unit}".rstrip())


RULES: tuple[Rule, ...] = (unusual_value,)
