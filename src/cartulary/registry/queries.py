# SPDX-License-Identifier: Apache-2.0
"""Data queries: a question about one field of one event, answered and closed on the same chain.

open -> answered -> closed, and back by reopening; every step is an entry with its author and words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from cartulary.course.choice import Choice
from cartulary.course.problem import Problem, Severity
from cartulary.registry.canonical import canonical_json
from cartulary.registry.change import Change, Hand, Refused
from cartulary.registry.event_values import fields_of, plain, value_in
from cartulary.registry.models import Centre, Child, Current, Entry
from cartulary.registry.said_anew import require_reason
from cartulary.registry.writing import append

#: The kind of the entries of a query.
QUERY: Final = "query"


class QueryState(Choice):
    """How far a query has come."""

    OPEN = "open", "open", "open"
    ANSWERED = "answered", "answered", "beantwoord"
    CLOSED = "closed", "closed", "gesloten"
    REOPENED = "reopened", "reopened", "heropend"

    @property
    def waits_for_answer(self) -> bool:
        """True while somebody must answer."""
        return self in (QueryState.OPEN, QueryState.REOPENED)


#: Which state may follow which.
MOVES: Final[Mapping[QueryState, frozenset[QueryState]]] = MappingProxyType(
    {
        QueryState.OPEN: frozenset((QueryState.ANSWERED, QueryState.CLOSED)),
        QueryState.REOPENED: frozenset((QueryState.ANSWERED, QueryState.CLOSED)),
        QueryState.ANSWERED: frozenset((QueryState.CLOSED, QueryState.REOPENED)),
        QueryState.CLOSED: frozenset((QueryState.REOPENED,)),
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing said in a query."""

    state: QueryState
    text: str
    author: str
    at: datetime
    entry: int


@dataclass(frozen=True, slots=True)
class DataQuery:
    """One query as it stands.

    `number` is the number of the entry that asked it. `event` and `field` are what it is about;
    `value` what that field said then, `value_now` what it says now. `to` is the account or the
    role that is to answer.
    """

    number: int
    child: Child
    name: str
    version: int
    state: QueryState
    event: str
    kind: str
    field: str
    value: Any
    value_now: Any
    gone: bool
    text: str
    to: str
    asked_on: date
    steps: tuple[Step, ...]

    @property
    def changed(self) -> bool:
        """Whether the field says something else than when it was asked about."""
        return self.gone or self.value != self.value_now

    @property
    def asked_by(self) -> str:
        """Who asked."""
        return self.steps[0].author

    @property
    def last(self) -> Step:
        """What was said last."""
        return self.steps[-1]

    def may_become(self, state: QueryState) -> bool:
        """Whether this state can follow."""
        return state in MOVES[self.state]


def ask(
    hand: Hand, child: Child, event: str, field: str, text: str, *, to: str = "", now: datetime
) -> int:
    """Ask about one field of one event; returns the number of the query.

    Refuses (`Refused`) an empty question, an event that is not there, and a field it has not.
    """
    require_reason(text, child.course_id)
    about = Current.objects.filter(child=child, event=event, withdrawn=False).first()
    if about is None or field not in fields_of(about.kind):
        raise Refused(
            [
                Problem(
                    Severity.ERROR,
                    "query.about_nothing",
                    "There is no such field to ask about.",
                    "A query stands on one field of one event that was recorded.",
                    "Ask from the page of the event.",
                    value=f"{event}.{field}",
                    course_id=child.course_id,
                    event_ids=(event,),
                )
            ]
        )
    payload = {
        "date": now.date().isoformat(),
        "state": QueryState.OPEN.value,
        "event": event,
        "kind": about.kind,
        "field": field,
        "value": value_in(plain(about.payload), field),
        "entry": about.entry,
        "question": text.strip(),
        "text": text.strip(),
        "to": to,
    }
    change = Change(child.key, "", QUERY, "write", payload, 0, text.strip())
    return append(hand, [change], now=now)[0].number


def move(hand: Hand, query: DataQuery, state: QueryState, text: str, *, now: datetime) -> Entry:
    """Answer, close or reopen a query, with words.

    Refuses (`Refused`) a step that cannot follow, and one without words; raises `Conflict` when
    somebody else moved it in between.
    """
    require_reason(text, query.child.course_id)
    if not query.may_become(state):
        raise Refused(
            [
                Problem(
                    Severity.ERROR,
                    "query.step",
                    f"A query that is {query.state.en} cannot become {state.en}.",
                    "Each step follows from the one before.",
                    "Look at what was said last.",
                    course_id=query.child.course_id,
                    event_ids=(query.name,),
                )
            ]
        )
    row = Current.objects.get(child=query.child, event=query.name)
    payload = {**plain(row.payload), "state": state.value, "text": text.strip()}
    change = Change(
        query.child.key, query.name, QUERY, "amend", payload, query.version, text.strip()
    )
    return append(hand, [change], now=now)[0]


def rows(
    centre: Centre,
    *,
    states: Iterable[QueryState] = (),
    to: Iterable[str] = (),
    child: Child | None = None,
) -> QuerySet[Current]:
    """The rows of the queries of a centre, the oldest question first."""
    found = Current.objects.filter(centre=centre, kind=QUERY, withdrawn=False)
    if child is not None:
        found = found.filter(child=child)
    for name, codes in (("state", tuple(states)), ("to", tuple(to))):
        if codes:
            wanted = Q()
            for code in codes:
                # A quotation mark inside a text is written with a backslash, so this is no text.
                wanted |= Q(payload__contains=f'"{name}":{canonical_json(str(code))}')
            found = found.filter(wanted)
    return found.order_by("date", "pk")


def counts(centre: Centre, *, to: Iterable[str] = ()) -> dict[QueryState, int]:
    """How many queries stand in each state."""
    found = rows(centre, to=to).order_by()
    counted = found.aggregate(
        **{
            state.value: Count("pk", filter=Q(payload__contains=f'"state":"{state.value}"'))
            for state in QueryState
        }
    )
    return {state: counted[state.value] for state in QueryState}


def page(found: QuerySet[Current], *, offset: int = 0, limit: int = 20) -> list[DataQuery]:
    """One page of queries, each with all its steps and what its field says now."""
    listed = list(found.select_related("child")[offset : offset + limit])
    if not listed:
        return []
    keys = [(row.child_id, row.event) for row in listed]
    said = _entries(keys)
    about = [(row.child_id, plain(row.payload)) for row in listed]
    now = _values_now([(child, str(payload.get("event"))) for child, payload in about])
    return [
        _query(row, payload, said[row.child_id, row.event], now)
        for row, (_, payload) in zip(listed, about, strict=True)
    ]


def query_numbered(centre: Centre, number: int) -> DataQuery | None:
    """The query that an entry asked; None when there is none at this centre."""
    first = Entry.objects.filter(centre=centre, number=number, kind=QUERY, version=1).first()
    if first is None:
        return None
    found = rows(centre).filter(child=first.child, event=first.event)
    return next(iter(page(found, limit=1)), None)


def _entries(keys: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[Entry]]:
    """The entries of several queries, first to last."""
    found: dict[tuple[UUID, str], list[Entry]] = {key: [] for key in keys}
    entries = Entry.objects.filter(
        child__in={child for child, _ in keys}, event__in={event for _, event in keys}
    ).order_by("number")
    for entry in entries:
        if (entry.child, entry.event) in found:
            found[entry.child, entry.event].append(entry)
    return found


def _values_now(keys: list[tuple[UUID, str]]) -> dict[tuple[UUID, str], dict[str, Any]]:
    """What the events that are asked about say now, without those that were withdrawn."""
    standing = Current.objects.filter(
        child__in={child for child, _ in keys},
        event__in={event for _, event in keys},
        withdrawn=False,
    )
    return {(row.child_id, row.event): plain(row.payload) for row in standing}


def _query(
    row: Current,
    payload: Mapping[str, Any],
    entries: list[Entry],
    now: Mapping[tuple[UUID, str], Mapping[str, Any]],
) -> DataQuery:
    event, field = str(payload.get("event", "")), str(payload.get("field", ""))
    standing = now.get((row.child_id, event))
    steps = []
    for entry in entries:
        said = plain(entry.payload)
        state = QueryState(said.get("state", QueryState.OPEN.value))
        steps.append(
            Step(state, str(said.get("text", "")), entry.author, entry.recorded_at, entry.number)
        )
    return DataQuery(
        number=entries[0].number,
        child=row.child,
        name=row.event,
        version=row.version,
        state=QueryState(payload.get("state", QueryState.OPEN.value)),
        event=event,
        kind=str(payload.get("kind", "")),
        field=field,
        value=payload.get("value"),
        value_now=None if standing is None else value_in(standing, field),
        gone=standing is None,
        text=str(payload.get("question", "")),
        to=str(payload.get("to", "")),
        asked_on=date.fromisoformat(row.date),
        steps=tuple(steps),
    )
