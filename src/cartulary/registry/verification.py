# SPDX-License-Identifier: Apache-2.0
"""Source-data verification: each field set beside its source, until the field changes again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from cartulary.course.choice import Choice
from cartulary.course.problem import Problem, Severity
from cartulary.registry.change import Hand, Refused
from cartulary.registry.event_values import fields_of, plain, value_in
from cartulary.registry.models import Child, Current, Entry
from cartulary.registry.said_anew import next_version, require_reason
from cartulary.registry.writing import append

#: The kind of the entries of verification.
VERIFICATION: Final = "verification"

#: The fields on which an audit counts errors: indication, infusion date, product name and batch,
#: cell counts. Read in part (CIBMTR manual, Appendix O, critical fields): to be confirmed.
CRITICAL_FIELDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "indication": ("date", "reason"),
        "product": ("product_id", "product", "dose_cells"),
        "infusion": ("date", "product_id", "dose_cells_per_kg", "dose_cells"),
    }
)


class FieldState(Choice):
    """How one field stands towards its source."""

    UNVERIFIED = "unverified", "not yet verified", "nog niet geverifieerd"
    VERIFIED = "verified", "agrees with the source", "klopt met de bron"
    DIFFERS = "differs", "differs from the source", "wijkt af van de bron"
    LIFTED = "lifted", "changed after verification", "gewijzigd na verificatie"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen when a field was set beside its source.

    `value` is what the field said then; `says` what the source says where that differs.
    """

    value: Any
    agrees: bool
    says: str
    by: str
    on: date
    sample: str = ""

    def payload(self) -> dict[str, Any]:
        """The same as an entry keeps it."""
        return {
            "value": self.value,
            "agrees": self.agrees,
            "says": self.says,
            "by": self.by,
            "on": self.on.isoformat(),
            "sample": self.sample,
        }

    def state(self, value_now: Any) -> FieldState:
        """How the field stands now: a verification is lifted when its value changes.

        >>> seen = Verdict(24.6, True, "", "anna", date(2020, 6, 9))
        >>> seen.state(24.6).value, seen.state(26.4).value
        ('verified', 'lifted')
        """
        if self.value != value_now:
            return FieldState.LIFTED
        return FieldState.VERIFIED if self.agrees else FieldState.DIFFERS


@dataclass(frozen=True, slots=True)
class VerifiedField:
    """One field of one event: what it says now, and what was last seen beside its source."""

    event: str
    kind: str
    field: str
    value: Any
    verdict: Verdict | None

    @property
    def state(self) -> FieldState:
        """How it stands."""
        if self.verdict is None:
            return FieldState.UNVERIFIED
        return self.verdict.state(self.value)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person says of one field: it agrees, or the source says something else."""

    agrees: bool
    says: str = ""


def verified_event(event: str) -> str:
    """The event under which the verification of an event stands.

    >>> verified_event("infusion-1")
    'verified/infusion-1'
    """
    return f"verified/{event}"


def verify_fields(
    hand: Hand,
    child: Child,
    event: str,
    seen: Mapping[str, Seen],
    source: str,
    *,
    sample: str = "",
    now: datetime,
) -> Entry:
    """Write how fields of one event agree with their source; earlier verdicts on others stay.

    Refuses (`Refused`): no source named, an event that is not there, a field it has not, a
    difference without what the source says.
    """
    require_reason(source, child.course_id)
    about = Current.objects.filter(child=child, event=event, withdrawn=False).first()
    problems = [] if about is not None and seen else [_problem(child, event, "", _NOTHING)]
    known = fields_of(about.kind) if about is not None else ()
    for field, one in seen.items():
        if about is not None and field not in known:
            problems.append(_problem(child, event, field, _NO_FIELD))
        if not one.agrees and not one.says.strip():
            problems.append(_problem(child, event, field, _SAYS_NOT))
    if problems or about is None:
        raise Refused(problems)
    name = verified_event(event)
    standing = Current.objects.filter(child=child, event=name).first()
    live = standing is not None and not standing.withdrawn
    fields = dict(plain(standing.payload).get("fields", {})) if standing and live else {}
    now_says = plain(about.payload)
    for field, one in seen.items():
        verdict = Verdict(
            value_in(now_says, field),
            one.agrees,
            "" if one.agrees else one.says.strip(),
            hand.username,
            now.date(),
            sample,
        )
        fields[field] = verdict.payload()
    payload = {
        "date": now.date().isoformat(),
        "event": event,
        "kind": about.kind,
        "fields": fields,
        "source": source.strip(),
    }
    change = next_version(child.key, name, VERIFICATION, standing, payload, source)
    return append(hand, [change], now=now)[0]


def verdicts_in(payload: Mapping[str, Any]) -> dict[str, Verdict]:
    """The verdicts by field that an entry holds."""
    return {
        field: Verdict(
            said.get("value"),
            bool(said.get("agrees")),
            str(said.get("says", "")),
            str(said.get("by", "")),
            date.fromisoformat(said["on"]),
            str(said.get("sample", "")),
        )
        for field, said in (payload.get("fields") or {}).items()
    }


def fields_of_child(
    child: Child, kinds: Iterable[str] = (), events: Iterable[str] = ()
) -> list[VerifiedField]:
    """Every field of the child's events, with its last verdict, in order of date.

    `kinds`, `events`: of these kinds and of these events only, where any are named. Fields that
    hold nothing are there too.
    """
    return _fields([child], tuple(kinds), tuple(events))[child.key]


def verdict_on(child: Child, event: str) -> dict[str, VerifiedField]:
    """The fields of one event by name, for the page of that event."""
    return {one.field: one for one in fields_of_child(child, events=[event])}


def critical_fields(child: Child) -> list[VerifiedField]:
    """The critical fields of a child's events, whether they hold something or not."""
    return critical_fields_of([child])[child.key]


def critical_fields_of(children: Iterable[Child]) -> dict[UUID, list[VerifiedField]]:
    """The critical fields of several children, by child."""
    return {
        key: [one for one in fields if one.field in CRITICAL_FIELDS[one.kind]]
        for key, fields in _fields(list(children), tuple(CRITICAL_FIELDS), ()).items()
    }


def _fields(
    children: list[Child], kinds: tuple[str, ...], events: tuple[str, ...]
) -> dict[UUID, list[VerifiedField]]:
    """The fields of several children, in two statements."""
    standing = Current.objects.filter(child__in=[child.key for child in children], withdrawn=False)
    said = standing.filter(kind=VERIFICATION, event__startswith="verified/")
    about = standing.filter(kind__in=kinds or _kinds())
    if events:
        said = said.filter(event__in=[verified_event(event) for event in events])
        about = about.filter(event__in=events)
    verdicts = {(row.child_id, row.event): verdicts_in(plain(row.payload)) for row in said}
    found: dict[UUID, list[VerifiedField]] = {child.key: [] for child in children}
    for row in about.order_by("date", "pk"):
        payload = plain(row.payload)
        given = verdicts.get((row.child_id, verified_event(row.event)), {})
        found[row.child_id] += [
            VerifiedField(row.event, row.kind, field, value_in(payload, field), given.get(field))
            for field in fields_of(row.kind)
        ]
    return found


def _kinds() -> tuple[str, ...]:
    from cartulary.course.events import EVENT_TYPE_OF_KIND

    return tuple(EVENT_TYPE_OF_KIND)


_NOTHING: Final = (
    "There is nothing to verify.",
    "A verification stands on fields of an event that was recorded.",
    "Choose fields on the page of the event.",
)
_NO_FIELD: Final = (
    "The event has no such field.",
    "Only what can be recorded can be set beside its source.",
    "Choose a field of the event.",
)
_SAYS_NOT: Final = (
    "A difference is marked, but not what the source says.",
    "Without it nobody can correct the field.",
    "Write what the source says.",
)


def _problem(child: Child, event: str, field: str, words: tuple[str, str, str]) -> Problem:
    fact, why, remedy = words
    return Problem(
        Severity.ERROR,
        "verification.field",
        fact,
        why,
        remedy,
        value=field,
        course_id=child.course_id,
        event_ids=(event,),
    )
