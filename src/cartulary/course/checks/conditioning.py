# SPDX-License-Identifier: Apache-2.0
"""Rules on bridging and lymphodepletion: their order, their overlap, their distance to infusion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cartulary.course.absence import is_known
from cartulary.course.checks.history import History, Span, span, span_of, surely_before
from cartulary.course.checks.rule import Found, Rule, Threshold, Words, found, rule
from cartulary.course.events import Bridging, Infusion, Lymphodepletion, Treatment
from cartulary.course.events.treatment import BridgingKind
from cartulary.course.problem import Severity

SOONEST = Threshold(
    "soonest infusion after lymphodepletion", 2, "days", "FDA label of tisagenlecleucel", "found"
)
LATEST = Threshold(
    "latest infusion after lymphodepletion", 14, "days", "FDA label of tisagenlecleucel", "found"
)


def _depletion_for(history: History, infusion: Infusion) -> list[Lymphodepletion]:
    """The lymphodepletions that can belong to an infusion: not after it, not before the last."""
    when = span_of(infusion)
    earlier = [
        span_of(other) for other in history.dated(Infusion) if surely_before(span_of(other), when)
    ]
    return [
        given
        for given in history.dated(Lymphodepletion)
        if not surely_before(when, span_of(given))
        and not any(surely_before(span_of(given), other) for other in earlier)
    ]


@rule(
    Severity.ERROR,
    Words(
        "The infusion came before or during lymphodepletion.",
        "The cells need room: lymphodepletion ends before they are given.",
        "Check the days of lymphodepletion and infusion.",
    ),
    Words(
        "De infusie kwam voor of tijdens de lymfodepletie.",
        "De cellen hebben ruimte nodig: lymfodepletie eindigt voordat ze worden gegeven.",
        "Controleer de dagen van lymfodepletie en infusie.",
    ),
)
def infusion_before_lymphodepletion(history: History) -> Iterator[Found]:
    for infusion in history.dated(Infusion):
        when = span_of(infusion)
        own = _depletion_for(history, infusion)
        for given in own:
            if surely_before(when, span(given.stop_day, given.stop_precision)):
                yield found(infusion, given, value=f"D{given.stop_day}")
        later = [e for e in history.dated(Lymphodepletion) if surely_before(when, span_of(e))]
        is_last = not any(surely_before(when, span_of(e)) for e in history.dated(Infusion))
        if not own and later and is_last:
            yield found(infusion, later[0])


@rule(
    Severity.WARNING,
    Words(
        "No lymphodepletion is recorded before this infusion.",
        "It is left out only for a reason, such as a white count that is low already.",
        "Enter the lymphodepletion, or a record with regimen 'none'.",
    ),
    Words(
        "Voor deze infusie is geen lymfodepletie vastgelegd.",
        "Zij wordt alleen om een reden weggelaten, zoals al lage leukocyten.",
        "Voer de lymfodepletie in, of een regel met schema 'geen'.",
    ),
    confirm=True,
)
def no_lymphodepletion(history: History) -> Iterator[Found]:
    undated = [e for e in history.all(Lymphodepletion) if e.day is None]
    for infusion in history.dated(Infusion):
        when = span_of(infusion)
        later = any(surely_before(when, span_of(e)) for e in history.dated(Lymphodepletion))
        if not _depletion_for(history, infusion) and not undated and not later:
            yield found(infusion)


@rule(
    Severity.WARNING,
    Words(
        "The infusion was not 2 to 14 days after lymphodepletion.",
        "Outside this time lymphodepletion is still at work, or its effect is over.",
        "Check the last day of lymphodepletion and the day of infusion.",
    ),
    Words(
        "De infusie was niet 2 tot 14 dagen na de lymfodepletie.",
        "Daarbuiten werkt de lymfodepletie nog, of is haar effect voorbij.",
        "Controleer de laatste dag van de lymfodepletie en de dag van infusie.",
    ),
    thresholds=(SOONEST, LATEST),
    confirm=True,
)
def infusion_far_from_lymphodepletion(history: History) -> Iterator[Found]:
    for infusion in history.dated(Infusion):
        own = _depletion_for(history, infusion)
        when = span_of(infusion)
        if not own or when is None:
            continue
        given = own[-1]
        began, ended = span_of(given), span(given.stop_day, given.stop_precision)
        # Without a last day only its first is known: the end can be no earlier than that.
        last = ended or began
        if last is None or surely_before(when, last):
            continue
        too_soon = when.last - last.first < SOONEST.value
        too_late = ended is not None and when.first - ended.last > LATEST.value
        if too_soon or too_late:
            yield found(given, infusion, value=f"{when.first - last.first} d")


def _period(bridging: Bridging) -> Span | None:
    """The days certainly within one course of bridging."""
    begin = span_of(bridging)
    end = span(bridging.stop_day, bridging.stop_precision)
    if begin is None or end is None or end.first < begin.last:
        return None
    return Span(begin.last, end.first)


@rule(
    Severity.WARNING,
    Words(
        "Two courses of bridging overlap.",
        "One course is counted by its kind; two at once are counted twice.",
        "Check the days; give one combined course its main kind.",
    ),
    Words(
        "Twee overbruggingen overlappen.",
        "Een overbrugging telt naar haar soort; twee tegelijk tellen dubbel.",
        "Controleer de dagen; geef één gecombineerde kuur haar voornaamste soort.",
    ),
)
def overlapping_bridging(history: History) -> Iterator[Found]:
    for one, other in combinations(history.dated(Bridging), 2):
        first, second = _period(one), _period(other)
        if first is None or second is None:
            continue
        # Ending on the day that the next begins is one after the other.
        if max(first.first, second.first) < min(first.last, second.last):
            yield found(one, other)


@rule(
    Severity.ERROR,
    Words(
        "Bridging is recorded as none and as given.",
        "Before the first infusion both cannot be true.",
        "Remove the record that is wrong.",
    ),
    Words(
        "Overbrugging is vastgelegd als geen en als gegeven.",
        "Voor de eerste infusie kan niet beide waar zijn.",
        "Verwijder de regel die niet klopt.",
    ),
)
def bridging_none_and_given(history: History) -> Iterator[Found]:
    early = [
        e for e in history.all(Bridging) if not surely_before(history.first_infusion, span_of(e))
    ]
    none = [e for e in early if e.therapy is BridgingKind.NONE]
    given = [e for e in early if e.therapy is not BridgingKind.NONE]
    if none and given:
        yield found(none[0], given[0])


@rule(
    Severity.WARNING,
    Words(
        "Bridging began after the last infusion.",
        "Bridging leads up to an infusion; what follows one is new therapy.",
        "Check the day, or record it as new therapy.",
    ),
    Words(
        "De overbrugging begon na de laatste infusie.",
        "Overbrugging leidt naar een infusie; wat erna komt is nieuwe behandeling.",
        "Controleer de dag, of leg haar vast als nieuwe behandeling.",
    ),
)
def bridging_after_infusion(history: History) -> Iterator[Found]:
    for bridging in history.dated(Bridging):
        if surely_before(history.last_infusion, span_of(bridging)):
            yield found(bridging)


@rule(
    Severity.ERROR,
    Words(
        "A treatment stopped before it started.",
        "The last day lies before the first.",
        "Check both dates.",
    ),
    Words(
        "Een behandeling stopte voordat zij begon.",
        "De laatste dag ligt voor de eerste.",
        "Controleer beide datums.",
    ),
)
def stop_before_start(history: History) -> Iterator[Found]:
    given: list[Bridging | Lymphodepletion | Treatment] = [
        *history.all(Bridging),
        *history.all(Lymphodepletion),
        *history.all(Treatment),
    ]
    for event in given:
        if is_known(event.stop_day) and surely_before(
            span(event.stop_day, event.stop_precision), span_of(event)
        ):
            yield found(event, value=f"D{event.stop_day}")


RULES: tuple[Rule, ...] = (
    infusion_before_lymphodepletion,
    no_lymphodepletion,
    infusion_far_from_lymphodepletion,
    overlapping_bridging,
    bridging_none_and_given,
    bridging_after_infusion,
    stop_before_start,
)
