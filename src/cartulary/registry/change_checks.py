# SPDX-License-Identifier: Apache-2.0
"""Whether a change may be written, apart from who asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cartulary.course.errors import CourseError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.course.problem import Problem, Severity
from cartulary.registry.canonical import canonical_json
from cartulary.registry.change import KINDS, Change
from cartulary.registry.child_payload import CHILD, ChildFacts, child_facts
from cartulary.registry.models import Act, Centre, Entry
from cartulary.registry.models.ledger import EVENT_LENGTH
from cartulary.registry.payload_check import check
from cartulary.registry.standing import AtHand, Standing

NOTHING = "null"
LONGEST_CLIENT_ID = 100
_ACTS = frozenset(Act)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]")


def written(
    change: Change,
    event: str,
    standing: Standing | None,
    at: AtHand | None,
    centre: Centre,
    problems: list[Problem],
) -> tuple[str | None, dict[str, Any] | None]:
    """The payload to write, as text and as a mapping; (None, None) when a problem was added."""
    say = _Says(change, event, at, problems)
    if change.kind not in KINDS or change.act not in _ACTS:
        say(
            "change.unknown",
            f"There is no {change.act!r} of a {change.kind!r}.",
            "The ledger keeps kinds of events that it knows.",
            f"Kinds: {', '.join(sorted(KINDS))}; acts: {', '.join(Act)}.",
        )
        return None, None
    if not (_names_are_sound(change, event, say) and _may_stand(change, standing, at, say)):
        return None, None
    if change.act == Act.WITHDRAW:
        return NOTHING, None
    payload = change.payload
    if not isinstance(payload, Mapping):
        say(
            "change.empty",
            "The change says nothing.",
            "An event is written down with what it says.",
            "Give a payload, or withdraw the event.",
        )
        return None, None
    made = payload if isinstance(payload, dict) else dict(payload)
    try:
        if change.kind == CHILD:
            child_facts(made)
        elif change.kind in EVENT_TYPE_OF_KIND:
            assert at is not None
            check(change.kind, made, at.day0)
        return canonical_json(made), made
    except CourseError as error:
        for problem in error.problems:
            say(
                "event.impossible",
                problem,
                "It cannot be written down as it is.",
                "Correct it, or say why it is absent.",
            )
    except (TypeError, ValueError) as error:
        say(
            "change.not_json",
            f"The payload cannot be kept as JSON ({type(error).__name__}).",
            "The ledger keeps numbers, texts, yes or no, lists, and values by name.",
            "Write dates as text, and leave out what is not a number.",
        )
    return None, None


def same_as(change: Change, earlier: Entry) -> bool:
    """True when a change sent again is what was written under its name."""
    try:
        text = NOTHING if change.act == Act.WITHDRAW else canonical_json(change.payload)
    except (TypeError, ValueError):
        return False
    return (
        (change.child, change.kind, change.act) == (earlier.child, earlier.kind, earlier.act)
        and text == earlier.payload
        and change.event in ("", earlier.event)
    )


def pseudonym_taken(course_id: str) -> Problem:
    """Two children of a centre never share a pseudonym."""
    return Problem(
        Severity.ERROR,
        "child.twice",
        "Another child of this centre has the same pseudonym.",
        "One child has one course, and one pseudonym.",
        "Look whether it is the same child; give another child another pseudonym.",
        value=course_id,
        course_id=course_id,
    )


def day0_problems(
    facts: ChildFacts, events: Iterable[tuple[str, str, Mapping[str, Any]]]
) -> list[Problem]:
    """What of these events cannot be with the day 0 that a child now gets."""
    found = []
    for event, kind, payload in events:
        try:
            check(kind, payload, facts.day0)
        except CourseError as error:
            found.append(
                Problem(
                    Severity.ERROR,
                    "child.day0",
                    error.problems[0],
                    "Day 0 cannot be changed while an event depends on it as it was.",
                    "Change or withdraw that event first, or keep day 0.",
                    course_id=facts.course_id,
                    event_ids=(event,),
                )
            )
    return found


class _Says:
    """Adds problems with one change."""

    def __init__(
        self, change: Change, event: str, at: AtHand | None, problems: list[Problem]
    ) -> None:
        self._event = event
        self._course_id = at.row.course_id if at is not None else ""
        self._problems = problems

    def __call__(self, rule: str, fact: str, why: str, remedy: str, value: str = "") -> None:
        self._problems.append(
            Problem(
                Severity.ERROR,
                rule,
                fact,
                why,
                remedy,
                value=value,
                course_id=self._course_id,
                event_ids=(self._event,),
            )
        )


@lru_cache(maxsize=4096)
def _can_be_kept(event: str) -> bool:
    return bool(event.strip()) and len(event) <= EVENT_LENGTH and not _UNPRINTABLE.search(event)


def _names_are_sound(change: Change, event: str, say: _Says) -> bool:
    if not _can_be_kept(event):
        say(
            "event.name",
            "The name of the event cannot be kept.",
            f"A name has 1 to {EVENT_LENGTH} characters that can be printed.",
            "Give it another name, or leave the naming to the ledger.",
            value=repr(event)[:EVENT_LENGTH],
        )
        return False
    if (change.kind == CHILD) != (event == CHILD):
        say(
            "event.name",
            f"The event {event!r} cannot be of the kind {change.kind!r}.",
            f"The name {CHILD!r} is kept for the child itself.",
            "Give the event another name.",
        )
        return False
    if change.entry_id and (
        len(change.entry_id) > LONGEST_CLIENT_ID or _UNPRINTABLE.search(change.entry_id)
    ):
        say(
            "entry.name",
            "The name that the sender gave this change cannot be kept.",
            f"It has at most {LONGEST_CLIENT_ID} characters that can be printed.",
            "Send a UUID.",
        )
        return False
    if "\x00" in change.reason:
        say(
            "change.reason",
            "The reason holds a zero byte.",
            "No database keeps one.",
            "Type the reason again.",
        )
        return False
    return True


def _may_stand(change: Change, standing: Standing | None, at: AtHand | None, say: _Says) -> bool:
    """Whether this act fits what stands: a child, an event, and a reason."""
    if at is None and not (change.kind == CHILD and change.act == Act.WRITE):
        say(
            "child.unknown",
            "There is no such child at this centre.",
            "An event belongs to a child that is registered.",
            "Register the child first.",
        )
        return False
    if at is not None and at.row.withdrawn and change.kind != CHILD:
        say(
            "child.withdrawn",
            "The child was withdrawn from the ledger.",
            "Nothing is added to a course that no longer counts.",
            "Write the child again if the withdrawal was a mistake.",
        )
        return False
    if standing is not None and standing.kind != change.kind:
        say(
            "event.kind",
            f"The event is of the kind {standing.kind!r}, not {change.kind!r}.",
            "An event keeps its kind.",
            "Withdraw it, and write another.",
        )
        return False
    live = standing is not None and not standing.withdrawn
    if change.act == Act.WRITE:
        if live:
            say(
                "event.exists",
                "The event is there already.",
                "What stands is amended with a reason, never overwritten.",
                "Amend it.",
            )
            return False
        if standing is None and change.expected_version != 0:
            return _no_event(change, say)
        return True
    if standing is None:
        return _no_event(change, say)
    if not live:
        say(
            "event.withdrawn",
            "The event was withdrawn.",
            "There is nothing left to change.",
            "Write it again if the withdrawal was a mistake.",
        )
        return False
    if not change.reason.strip():
        say(
            "change.no_reason",
            "There is no reason.",
            "Whoever reads the history must be able to see why it was changed.",
            "Say in a few words why.",
        )
        return False
    return True


def _no_event(change: Change, say: _Says) -> bool:
    say(
        "event.unknown",
        "The child has no such event.",
        f"Version {change.expected_version} was expected.",
        "Look the event up again.",
    )
    return False
