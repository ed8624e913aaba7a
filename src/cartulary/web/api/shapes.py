# SPDX-License-Identifier: Apache-2.0
"""What the service takes and gives, as the schema describes it."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import ConfigDict, StringConstraints

from cartulary.registry.change_checks import LONGEST_CLIENT_ID
from cartulary.registry.models.ledger import EVENT_LENGTH

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
_LONGEST_REASON = 2000
MOST_A_PAGE = 200


class EntryAct(StrEnum):
    """What an entry does to its event."""

    WRITE = "write"
    AMEND = "amend"
    WITHDRAW = "withdraw"


class EntryIn(Schema):
    """One change to one event of one child."""

    model_config = ConfigDict(extra="forbid")

    entry_id: Annotated[
        str,
        StringConstraints(min_length=1, max_length=LONGEST_CLIENT_ID, pattern=_PRINTABLE),
    ] = Field(description="The sender's own name for this change, such as a UUID.")
    course: UUID = Field(description="The key of the child's course.")
    kind: Annotated[str, StringConstraints(max_length=60)] = Field(
        description="The kind of event, such as infusion; child registers a child."
    )
    act: EntryAct = EntryAct.WRITE
    event: Annotated[str, StringConstraints(max_length=EVENT_LENGTH, pattern=_PRINTABLE)] = Field(
        "", description="The event's name; empty for a new event, which the ledger then names."
    )
    expected_version: int = Field(
        0, ge=0, le=2**31 - 1, description="The version that was seen; 0 for a new event."
    )
    payload: dict[str, Any] | None = Field(
        None, description="What the event says: date and facts. None when withdrawn."
    )
    reason: Annotated[str, StringConstraints(max_length=_LONGEST_REASON)] = Field(
        "", description="Why; asked of every amendment and withdrawal."
    )


class SearchIn(Schema):
    """A child to look for; sent as a body, because addresses are logged."""

    model_config = ConfigDict(extra="forbid")

    course_id: Annotated[
        str, StringConstraints(min_length=1, max_length=200, pattern=_PRINTABLE)
    ] = Field(description="The pseudonym, or the beginning of it.")


class EntryOut(Schema):
    """One entry of the ledger, as it was chained."""

    number: int
    course: UUID
    event: str
    kind: str
    act: str
    version: int
    payload: dict[str, Any] | None
    reason: str
    via: str
    author: str
    entry_id: str
    recorded_at: datetime
    previous_hash: str
    hash: str


class EventOut(Schema):
    """One event as it stands, or stood at the moment asked for."""

    event: str
    kind: str
    version: int
    entry: int
    author: str
    recorded_at: datetime
    withdrawn: bool
    payload: dict[str, Any]


class CourseOut(Schema):
    """A child's course without its events."""

    key: UUID
    position: int
    course_id: str
    origin: str
    sex: str | None
    age_days_at_day0: int | None
    day0: date | None
    day0_is: str
    data_cut: date | None


class WholeCourseOut(CourseOut):
    """A child's course with its events in the order of writing."""

    as_of: datetime | None
    events: list[EventOut]


class CoursesOut(Schema):
    """A page of courses; `next` is the `after` of the next page, None on the last."""

    courses: list[CourseOut]
    next: int | None


class EntriesOut(Schema):
    """A page of entries; `next` is the `after` of the next page, None on the last."""

    entries: list[EntryOut]
    next: int | None


class FindingOut(Schema):
    """Something that a rule found in a course."""

    course: UUID
    rule: str
    severity: str
    events: list[str]
    fact: str
    value: str
    why: str
    remedy: str
    resolved: bool


class FindingsOut(Schema):
    """A page of findings; `next` is the `after` of the next page, None on the last."""

    findings: list[FindingOut]
    next: int | None


class FigureOut(Schema):
    """One figure of one group, with the method and the children it rests on."""

    group: str
    what: str
    value: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    unit: str
    n: int
    events: int | None
    missing: int
    at_risk: int | None
    at_days: float | None
    clusters: int | None
    origin: str
    endpoint: str
    definition: str
    label: str
    notes: list[str]
    citations: list[str]


class EstimateOut(Schema):
    """The figures of one endpoint, and who was left out and why."""

    endpoint: str
    definition: str
    clock: str
    origin: str
    purpose: str
    as_of: datetime | None
    children: int
    without_consent: int
    with_errors: int
    without_date: int
    missing: dict[str, int]
    outside: dict[str, int]
    doubts: dict[str, int]
    test: str | None
    figures: list[FigureOut]


class TableOut(Schema):
    """One tidy table of a cohort."""

    name: str
    rows: int
    columns: list[str]


class CohortOut(Schema):
    """Which children a cohort holds, and which tables."""

    purpose: str
    as_of: datetime | None
    children: int
    without_consent: int
    tables: list[TableOut]


class RowsOut(Schema):
    """Some rows of a table; `next` is the `after` of the next page, None on the last."""

    name: str
    rows: list[dict[str, Any]]
    next: int | None
