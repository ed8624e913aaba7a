# SPDX-License-Identifier: Apache-2.0
"""The table of custody: every hand-off of a bag, done, due now, and still to come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cartulary.registry.identifiers import shown
from cartulary.registry.product_life import WHOLE, Step, Unit, still_to_come
from cartulary.registry.product_life_path import holder
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import DONE, Act, Holder, State
from cartulary.web.product.lanes import QUIET
from cartulary.web.product.spoken import (
    hours,
    limit_of,
    minutes_between,
    moment,
    range_words,
    readings_words,
    say,
    word,
)
from cartulary.web.product.temperature import TemperatureMark, mark_of


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """One line of the table.

    `kind` is done, first (one of two signatures), back (taken back), now or later.
    """

    kind: str
    number: str
    what: str
    parties: str
    time: str
    on_the_way: str
    limit: str
    readings: str
    in_range: str
    """yes, no, unknown, or empty where no temperature is asked."""
    identifiers: tuple[tuple[str, str], ...]
    people: str
    entry: int
    sequence: int
    note: str = ""
    back: tuple[str, int] = ("", 0)
    """Who took it back, when and why; and the entry that says so."""
    mark: TemperatureMark | None = None


def custody_of(story: ProductStory, unit: Unit, names: dict[str, str]) -> tuple[CustodyRow, ...]:
    """The hand-offs and checks of one bag in order."""
    rows: list[CustodyRow] = []
    taken = {
        one.undone.sequence: one
        for one in story.life.taken_back
        if one.undone.bag in (WHOLE, unit.bag) or not story.life.is_divided
    }
    steps = [step for step in story.life.steps_of(unit) if step.act not in QUIET]
    steps += [one.undone for one in taken.values()]
    by_sequence = {step.sequence: step for step in steps}
    before: Step | None = None
    for step in sorted(steps, key=lambda step: step.sequence):
        if step.sequence in taken:
            row = _row(step, None, 0, names, by_sequence.get(step.first))
            by = taken[step.sequence].by
            back = (_taken_back(by, names), by.entry)
            rows.append(replace(row, kind="back", number="", back=back))
            continue
        if step.asks:
            if unit.asked is step:
                rows.append(replace(_row(step, None, 0, names, None), number=""))
            continue
        rows.append(_row(step, before, _next(rows), names, by_sequence.get(step.first)))
        before = step
    rows += _ahead(story, unit, _next(rows) - 1)
    return tuple(rows)


def counted(rows: tuple[CustodyRow, ...]) -> tuple[int, int]:
    """How many are done, and how many there are in all."""
    of = [row for row in rows if row.kind not in ("first", "back")]
    return sum(row.kind == "done" for row in of), len(of)


def _next(rows: list[CustodyRow]) -> int:
    return sum(row.kind == "done" for row in rows) + 1


def _taken_back(by: Step, names: dict[str, str]) -> str:
    return say("Taken back by %(name)s, %(when)s: “%(reason)s”") % {
        "name": names.get(by.author, by.author),
        "when": moment(by),
        "reason": by.details.get("reason") or "",
    }


def _row(
    step: Step, before: Step | None, number: int, names: dict[str, str], first: Step | None
) -> CustodyRow:
    temperature = step.details.get("temperature") or {}
    minutes = None
    if before is not None and before.after in (State.SENT, State.SHIPPED):
        minutes = minutes_between(before, step)
    return CustodyRow(
        kind="first" if step.asks else "done",
        number=str(number),
        what=word(step.act if step.asks else DONE.get(step.act, step.act)),
        parties=_parties(step.gives, step.takes),
        time=moment(step),
        on_the_way=hours(minutes) if minutes is not None and minutes >= 0 else "",
        limit=range_words(limit_of(temperature)) if temperature else "",
        readings=readings_words(temperature) if temperature else "",
        in_range=_in_range(step) if temperature else "",
        identifiers=tuple(
            (word(reading.which), shown(reading.which, reading.read)) for reading in step.readings
        ),
        people=_people(step, first, names),
        entry=step.entry,
        sequence=step.sequence,
        note=str(step.details.get("reason") or ""),
        mark=mark_of(temperature, _JUDGED[step.in_range]()) if temperature else None,
    )


_JUDGED = {
    True: lambda: say("within limits"),
    False: lambda: say("outside limits"),
    None: lambda: say("not judged"),
}


def _in_range(step: Step) -> str:
    return {True: "yes", False: "no", None: "unknown"}[step.in_range]


def _parties(gives: Holder | None, takes: Holder | None) -> str:
    if gives is not None and takes is not None and gives is not takes:
        return f"{word(gives)} → {word(takes)}"
    return word(takes or gives)


def _people(step: Step, first: Step | None, names: dict[str, str]) -> str:
    """Who handed over, who received, and the other pair of eyes."""
    author = names.get(step.author, step.author)
    given = str(step.details.get("out_by") or "")
    taken = str(step.details.get("in_by") or "")
    people = [given, taken or (author if first is None else "")]
    if first is not None:
        people += [names.get(first.author, first.author), author]
    elif taken:
        people.append(say("recorded by %(name)s") % {"name": author})
    return " · ".join(dict.fromkeys(person for person in people if person))


def _ahead(story: ProductStory, unit: Unit, done: int) -> list[CustodyRow]:
    if not story.is_followed and story.state() is not State.ORDERED:
        return []
    rows = []
    state: State | None = unit.state
    site = story.life.record.site
    for place, row in enumerate(still_to_come(story.life, unit)):
        limits = story.life.limits.temperature(row.limit) if row.limit else None
        rows.append(
            CustodyRow(
                kind="now" if place == 0 else "later",
                number=str(done + place + 1),
                what=word(DONE.get(row.act, row.act)) if place else word(row.act),
                parties=_parties(holder(state, site, unit.held), holder(row.target, site)),
                time=say("now") if place == 0 else say("not yet due"),
                on_the_way="",
                limit=range_words(limits) if limits is not None else "",
                readings="",
                in_range="",
                identifiers=(),
                people="",
                entry=0,
                sequence=0,
            )
        )
        state = row.target
    return rows


def set_aside(story: ProductStory) -> tuple[tuple[str, str], ...]:
    """The parts of the collected cells that were kept: name and place."""
    return tuple(
        (str(kept.get("name", "")), str(kept.get("where", "")))
        for step in story.life.steps
        if step.act is Act.SET_ASIDE and (kept := step.details.get("set_aside"))
    )
