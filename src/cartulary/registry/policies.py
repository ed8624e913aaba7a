# SPDX-License-Identifier: Apache-2.0
"""What is allowed now: everything that stands in the way of a step, each with why and remedy.

`permissions` says who may ever do something; this file says whether it may be done at this moment
with this bag. Every page, form and entry of the product asks here, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from cartulary.codebook.words import Words
from cartulary.course.choice import Choice
from cartulary.registry.identifiers import Reading
from cartulary.registry.permissions import Permission
from cartulary.registry.product_life import Life, Unit, first_signature, to_read
from cartulary.registry.product_life_back import last_step, may_go_back, permission_back
from cartulary.registry.product_life_limits import Judged
from cartulary.registry.product_life_obstacles import (
    HOLDS,
    NOT_IDENTIFIED,
    NOTHING_TO_TAKE_BACK,
    TEMPERATURE_UNSAID,
    Obstacle,
    not_allowed,
    not_taken_back,
    nothing_said,
    other_way,
    same_person,
    too_early,
    way_unknown,
    wrong_state,
)
from cartulary.registry.product_life_path import fits
from cartulary.registry.product_life_states import Act
from cartulary.registry.product_life_table import IDENTIFIERS, Row

Allowed = Callable[[Permission], bool]


class Stays(Choice):
    """What somebody says of the temperature where no limit, or no reading, is there to judge."""

    WITHIN = "within", "within its limits", "binnen de grenzen"
    OUTSIDE = "outside", "outside its limits", "buiten de grenzen"
    NOT_JUDGED = "not_judged", "nobody can say", "niet te zeggen"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody wants to do now, as read from a form or sent by a program."""

    act: Act
    bag: str
    readings: tuple[Reading, ...] = ()
    date: str = ""
    time: str = ""
    reason: str = ""
    lowest_celsius: float | None = None
    highest_celsius: float | None = None
    temperature_said: Stays | None = None
    series: dict[str, Any] | None = None
    """The curve of a temperature logger, as an entry keeps it."""
    details: dict[str, Any] = field(default_factory=dict)


def mismatches(attempt: Attempt) -> tuple[Reading, ...]:
    """What was read and is not what was expected. One is enough to block the step for everyone."""
    return tuple(r for r in attempt.readings if r.read and not r.agrees)


def in_the_way(
    life: Life, unit: Unit, row: Row, *, allowed: Allowed, username: str, today: str
) -> tuple[Obstacle, ...]:
    """What stands in the way of a step before anything was typed.

    Arguments: the life, the bag and the row; what this person may; who it is; today's ISO date.
    """
    return tuple(_before(life, unit, row, allowed, username, today))


def missing(life: Life, unit: Unit, row: Row, attempt: Attempt) -> tuple[Obstacle, ...]:
    """What an attempt leaves out that its row asks for. A mismatch is not among it."""
    return tuple(_unsaid(life, unit, row, attempt))


def permission_now(life: Life, unit: Unit, row: Row) -> Permission:
    """Which permission the next signature of a step needs: the first's, or the second's."""
    if row.act is Act.TAKE_BACK:
        last = last_step(life, unit)
        return row.may if last is None else permission_back(last)
    waits = first_signature(life, unit, row) is not None
    return row.second if waits and row.second is not None else row.may


def _before(
    life: Life, unit: Unit, row: Row, allowed: Allowed, username: str, today: str
) -> Iterator[Obstacle]:
    if unit.state not in row.sources:
        yield wrong_state(unit, row)
        return
    fit = fits(row.path, *life.path)
    if fit is None:
        yield way_unknown(life)
    elif not fit:
        yield other_way(row)
    if row.act is Act.TAKE_BACK:
        last = last_step(life, unit)
        if last is None:
            yield NOTHING_TO_TAKE_BACK
            return
        if not may_go_back(last):
            yield not_taken_back(last)
            return
    needed = permission_now(life, unit, row)
    if not allowed(needed):
        yield not_allowed(needed)
    asked = first_signature(life, unit, row)
    if asked is not None and asked.author == username:
        yield same_person(asked.author)
    if row.checks and len(to_read(life, unit, row)) < IDENTIFIERS:
        yield NOT_IDENTIFIED
    for must in row.must:
        yield from HOLDS[must](life, unit, today)


def _unsaid(life: Life, unit: Unit, row: Row, attempt: Attempt) -> Iterator[Obstacle]:
    before = unit.since
    is_early = before is not None and _moment(attempt) < (before.date, before.time)
    if before is not None and attempt.date and is_early and row.act is not Act.TAKE_BACK:
        yield too_early(before)
    read = {reading.which for reading in attempt.readings if reading.read}
    for which in to_read(life, unit, row) if row.checks else ():
        if which not in read:
            yield Obstacle(
                f"unread.{which.value}",
                Words(f"The {which.en} was not read.", f"Het {which.nl} is niet gelezen."),
                Words(
                    "Two identifiers are read at each hand-off.",
                    "Bij elke overdracht worden twee nummers gelezen.",
                ),
                Words(
                    "Scan it, or type it from the label.",
                    "Scan het, of typ het over van het etiket.",
                ),
            )
    if row.reason and not attempt.reason.strip():
        yield Obstacle(
            "reason",
            Words("There is no reason.", "Er is geen reden."),
            Words(
                "Whoever reads this later must be able to see why.",
                "Wie dit later leest, moet kunnen zien waarom.",
            ),
            Words("Say in a few words why.", "Schrijf in een paar woorden waarom."),
        )
    asks_for = _ASKS_FOR.get(row.act)
    if asks_for is not None and not attempt.details.get(asks_for):
        yield nothing_said(row)
    if row.limit is not None and judged(life, row, attempt) is None:
        yield TEMPERATURE_UNSAID


#: What a step must say, where saying it is all that it does.
_ASKS_FOR: Final = {
    Act.IDENTIFY: "identifiers",
    Act.RELABEL: "identifiers",
    Act.SPECIFY: "limits",
    Act.SPLIT: "bags",
    Act.SET_ASIDE: "set_aside",
}


def _moment(attempt: Attempt) -> tuple[str, str]:
    """When it was done, for setting beside another; a day without its time is the day's end."""
    return attempt.date, attempt.time or "24:00"


def judged(life: Life, row: Row, attempt: Attempt) -> Stays | None:
    """Whether the temperature kept to its limits: reckoned where it can be, else as somebody said.

    A reading outside a limit that was given is outside, whatever somebody says. None when it was
    neither measured nor judged, so that it has still to be asked.
    """
    if row.limit is None:
        return None
    limits = life.limits.temperature(row.limit)
    ends = [t for t in (attempt.lowest_celsius, attempt.highest_celsius) if t is not None]
    found = [limits.judge(end) for end in ends]
    if Judged.OUTSIDE in found:
        return Stays.OUTSIDE
    needed = [
        end
        for end, limit in (
            (attempt.lowest_celsius, limits.low),
            (attempt.highest_celsius, limits.high),
        )
        if limit is not None
    ]
    if limits.is_set and ends and all(end is not None for end in needed):
        return Stays.WITHIN
    return attempt.temperature_said
