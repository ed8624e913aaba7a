# SPDX-License-Identifier: Apache-2.0
"""Taking one step with a product: asked of the policies, written with the events it stands for.

A mismatch writes no step. It is itself written down, with a query to the laboratory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from cartulary.codebook.words import NO_WORDS, Words
from cartulary.course.errors import CartularyError
from cartulary.registry.change import Change, Hand
from cartulary.registry.identifiers import Reading, Which, canonical
from cartulary.registry.models import Child, Entry
from cartulary.registry.policies import (
    Allowed,
    Attempt,
    Stays,
    in_the_way,
    judged,
    mismatches,
    missing,
)
from cartulary.registry.product_life import (
    WHOLE,
    Life,
    Step,
    Unit,
    first_signature,
    label_read,
    rows_from,
    to_read,
)
from cartulary.registry.product_life_back import TAKES_BACK, last_step
from cartulary.registry.product_life_entries import Written, changes_of, event_name, payload_of_step
from cartulary.registry.product_life_fold import live
from cartulary.registry.product_life_obstacles import Obstacle
from cartulary.registry.product_life_reading import (
    HANDLING,
    IDENTITY_CHECK,
    ProductStory,
    story_of,
)
from cartulary.registry.product_life_states import Act
from cartulary.registry.product_life_table import TABLE, Row
from cartulary.registry.queries import ask
from cartulary.registry.roles import Role
from cartulary.registry.writing import append


class NotNow(CartularyError):  # noqa: N818 - the word for what it is
    """A step that may not be taken now, with everything that is in the way of it."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        self.obstacles = tuple(obstacles)
        super().__init__(" ".join(obstacle.text("en") for obstacle in self.obstacles))


class Mismatch(CartularyError):  # noqa: N818 - the word for what it is
    """What was read is not what was expected. Nothing happened, and that is written down."""

    def __init__(self, readings: Sequence[Reading], entries: Sequence[Entry]) -> None:
        self.readings = tuple(readings)
        self.entries = tuple(entries)
        super().__init__(
            f"The identifiers do not agree. The step did not happen. Recorded as entry "
            f"{self.entries[0].number}. Take the right bag; the laboratory was asked."
        )


@dataclass(frozen=True, slots=True)
class Signer:
    """Who takes the step: the hand that writes, what it may, and its role in words."""

    hand: Hand
    allowed: Allowed
    role: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to do, as texts and numbers from a form or a program."""

    act: Act
    bag: str = WHOLE
    read: Mapping[Which, str] | None = None
    date: str = ""
    time: str = ""
    reason: str = ""
    attempt: Attempt | None = None
    details: Mapping[str, Any] | None = None


def take(
    signer: Signer,
    child: Child,
    event: str,
    wish: Wish,
    *,
    now: datetime,
    today: str,
    only_read: bool = False,
) -> list[Entry]:
    """Take a step with a product, or put the first of two signatures to it.

    Arguments: who; the child and the name of the product's event; what is wanted; the moment and
    today's ISO date; whether only the identifiers are to be looked at, so far as they were read.
    Returns the entries written: the handling first, then the course's events.
    Refuses: `MisreadError` for what cannot be an identifier, `NotNow` with everything in the way,
    `Mismatch` when an identifier does not agree (after writing that down), and what `append`
    refuses, such as `Conflict` when somebody else took a step in between.
    """
    story = story_of(child, event)
    if story is None:
        raise NotNow([_NO_PRODUCT])
    life = story.life
    if wish.bag != WHOLE and not life.has(wish.bag):
        raise NotNow([_NO_BAG])
    unit = life.unit(wish.bag)
    row = _row(life, unit, wish.act)
    ways = in_the_way(
        life,
        unit,
        row,
        allowed=signer.allowed,
        username=signer.hand.username,
        today=today,
    )
    if ways:
        raise NotNow(ways)
    first = first_signature(life, unit, row)
    attempt = _attempt(life, unit, row, wish, first)
    if row.act is Act.TAKE_BACK:
        attempt = _of_last(life, unit, attempt)
    if mismatches(attempt):
        entries = _write_mismatch(signer.hand, story, attempt, wish, now)
        raise Mismatch(mismatches(attempt), entries)
    if only_read:
        return []
    lacking = missing(life, unit, row, attempt)
    if lacking:
        raise NotNow(lacking)
    step = _step(story, row, attempt, wish, first, signer)
    if row.second is not None and first is None:
        step = replace(step, asks=True)
    _stand_or_refuse(story, step)
    written = Written(story, unit, row, attempt, step, signer.role)
    changes = changes_of(written) if not step.asks else []
    step = replace(step, writes=tuple(change.event for change in changes))
    handling = Change(
        child.key,
        event_name(HANDLING, event, step.sequence),
        HANDLING,
        "write",
        payload_of_step(step, event, row),
        0,
    )
    return append(signer.hand, [handling, *changes], now=now)


def _row(life: Life, unit: Unit, act: Act) -> Row:
    """The row of an act here, or the first there is, so that it can be said why not."""
    here = [row for row, _ in rows_from(life, unit) if row.act is act]
    return here[0] if here else next(row for row in TABLE if row.act is act)


def _attempt(life: Life, unit: Unit, row: Row, wish: Wish, first: Step | None) -> Attempt:
    """A wish with its identifiers read, and what the first signature already said."""
    label = label_read(unit, row)
    read = wish.read or {}
    readings = tuple(
        Reading(which, canonical(which, read.get(which, "")), life.expected(label, which))
        for which in (to_read(life, unit, row) if row.checks else ())
    )
    given = wish.attempt or Attempt(wish.act, wish.bag)
    details = dict(wish.details or {})
    reason = wish.reason.strip()
    if first is not None:
        details = {**details, **first.details}
        reason = str(first.details.get("reason") or reason)
        said = first.details.get("temperature")
        if said:
            given = replace(given, temperature_said=Stays(str(said["judged"])))
    return replace(
        given,
        act=wish.act,
        bag=WHOLE if row.whole else unit.bag,
        readings=readings,
        date=wish.date,
        time=wish.time,
        reason=reason,
        details=details,
    )


def _of_last(life: Life, unit: Unit, attempt: Attempt) -> Attempt:
    """The attempt for the step that is the last now; refused where its person saw another."""
    last = last_step(life, unit)
    assert last is not None
    if attempt.details.get(TAKES_BACK, last.sequence) != last.sequence:
        raise NotNow([_NOT_THE_LAST])
    return replace(attempt, bag=last.bag, details={TAKES_BACK: last.sequence})


def _step(
    story: ProductStory,
    row: Row,
    attempt: Attempt,
    wish: Wish,
    first: Step | None,
    signer: Signer,
) -> Step:
    details = dict(attempt.details)
    if attempt.reason:
        details["reason"] = attempt.reason
    if row.limit is not None and "temperature" not in details:
        details["temperature"] = _temperature(story.life, row, attempt)
    if signer.role:
        details["role"] = signer.role
    return Step(
        sequence=story.next_sequence,
        act=row.act,
        bag=attempt.bag,
        date=wish.date,
        time=wish.time,
        author=signer.hand.username,
        readings=attempt.readings,
        first=first.sequence if first is not None else 0,
        details=details,
    )


def _temperature(life: Life, row: Row, attempt: Attempt) -> dict[str, Any]:
    """What is kept of the temperature: readings, the limits of that day, and the judgement."""
    assert row.limit is not None
    limits = life.limits.temperature(row.limit)
    stays = judged(life, row, attempt)
    assert stays is not None
    kept = {
        "lowest_celsius": attempt.lowest_celsius,
        "highest_celsius": attempt.highest_celsius,
        "limit_low_celsius": limits.low,
        "limit_high_celsius": limits.high,
        "series": attempt.series,
    }
    in_range = {"within": True, "outside": False}.get(stays.value)
    return {
        "judged": stays.value,
        **({} if in_range is None else {"in_range": in_range}),
        **{name: value for name, value in kept.items() if value is not None},
    }


def _stand_or_refuse(story: ProductStory, step: Step) -> None:
    """The table itself has the last word: a step that it would not let stand is not written."""
    after = live(story.life.record, (*story.life.steps, step))
    if any(fault.sequence == step.sequence for fault in after.faults):
        raise NotNow([_AGAINST_THE_TABLE])


def _write_mismatch(
    hand: Hand, story: ProductStory, attempt: Attempt, wish: Wish, now: datetime
) -> list[Entry]:
    """Write down a mismatch, and ask the laboratory about it."""
    child = story.child
    facts = {
        "product": story.event,
        "product_id": story.life.record.product_id,
        "act": attempt.act.value,
        "bag": attempt.bag,
        "state": story.life.unit(wish.bag).state.value,
        "readings": [
            {"which": r.which.value, "read": r.read, "expected": r.expected, "agrees": r.agrees}
            for r in attempt.readings
        ],
        "happened": False,
    }
    payload = {"date": wish.date or None, "time": wish.time, "facts": facts}
    wrong = mismatches(attempt)
    language = str(hand.account.language if hand.account else "en")
    question = _QUESTION.text(language).format(
        act=attempt.act.nl if language == "nl" else attempt.act.en,
        read="; ".join(f"{r.read}" for r in wrong),
        expected="; ".join(f"{r.expected}" for r in wrong),
    )
    with transaction.atomic():
        number = ask(
            hand,
            child,
            story.event,
            "product_id",
            question,
            to=Role.LABORATORY.value,
            now=now,
        )
        facts["query"] = number
        change = Change(child.key, "", IDENTITY_CHECK, "write", payload, 0)
        return append(hand, [change], now=now)


_QUESTION = Words(
    "“{act}” was blocked: read was {read}, expected was {expected}. How did this bag come here, "
    "and where is the right one?",
    "“{act}” is geblokkeerd: gelezen is {read}, verwacht was {expected}. Hoe kwam deze zak hier, "
    "en waar is de juiste?",
)
_NO_PRODUCT = Obstacle(
    "product",
    Words("There is no such product.", "Er is geen product met dit kenmerk."),
    NO_WORDS,
    Words("Look it up in the list of products.", "Zoek het op in de lijst van producten."),
)
_NO_BAG = Obstacle(
    "bag",
    Words("The product has no such bag.", "Het product heeft geen zak met die naam."),
    NO_WORDS,
    Words("Choose one of its bags.", "Kies een van de zakken."),
)
_NOT_THE_LAST = Obstacle(
    "back",
    Words(
        "Somebody did something else with this product in between.",
        "Iemand heeft intussen iets anders met dit product gedaan.",
    ),
    Words(
        "The step that you wanted to take back is no longer the last.",
        "De stap die je wilde terugnemen, is niet meer de laatste.",
    ),
    Words("Look at what is there now.", "Bekijk hoe het er nu voor staat."),
)
_AGAINST_THE_TABLE = Obstacle(
    "table",
    Words(
        "The table of the life cycle does not allow this step as it was given.",
        "De tabel van de levensloop staat deze stap zo niet toe.",
    ),
    Words(
        "A known identifier is not overwritten, a product is divided once, and each step follows "
        "the one before it.",
        "Een bekend nummer wordt niet overschreven, een product wordt één keer verdeeld, en elke "
        "stap volgt op de vorige.",
    ),
    Words(
        "Look at the last steps of this product, and correct an identifier with two people.",
        "Bekijk de laatste stappen van dit product, en verbeter een nummer met twee personen.",
    ),
)
