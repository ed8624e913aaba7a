# SPDX-License-Identifier: Apache-2.0
"""Tidy tables of the children who may leave for the token's purpose, without a calendar date."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.http import Http404
from ninja import Query, Router

from cartulary.registry import scope
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.snapshot import one_moment
from cartulary.web.api.door import Needs, ServiceRequest
from cartulary.web.api.moments import AS_OF, moment_asked
from cartulary.web.api.shapes import CohortOut, RowsOut, TableOut

if TYPE_CHECKING:
    import polars as pl

    from cartulary.course.cohort import Cohort

router = Router(tags=["cohort"])
SEES = Needs(Permission.USE_API_READ, Permission.EXPORT_REPORT)
CHILDREN = "children"
_MOST_ROWS = 5000


@router.get("/cohort", response=CohortOut, auth=SEES, summary="What there is to take")
def cohort(request: ServiceRequest, as_of: str | None = AS_OF) -> CohortOut:
    """How many children consented to the token's purpose, and the tables with their columns."""
    moment = moment_asked(as_of)
    held, left_out = _cohort(request, moment)
    tables = [
        TableOut(name=name, rows=frame.height, columns=frame.columns)
        for name, frame in _tables(held).items()
    ]
    purpose = request.seat.purpose
    return CohortOut(
        purpose="" if purpose is None else purpose.value,
        as_of=moment,
        children=len(held),
        without_consent=left_out,
        tables=tables,
    )


@router.get("/cohort/{table}", response=RowsOut, auth=SEES, summary="One table")
def rows(
    request: ServiceRequest,
    table: str,
    after: int = Query(0, ge=0, le=2**31 - 1, description="`next` of the page before."),
    limit: int = Query(1000, ge=1, le=_MOST_ROWS, description="How many rows at most."),
    as_of: str | None = AS_OF,
) -> RowsOut:
    """Rows as objects. `child` in the table of an event is the number of the row in children."""
    held, _ = _cohort(request, moment_asked(as_of))
    frame = _tables(held).get(table)
    if frame is None:
        raise Http404
    taken = frame.slice(after, limit)
    end = after + taken.height
    return RowsOut(name=table, rows=taken.to_dicts(), next=end if end < frame.height else None)


def _cohort(request: ServiceRequest, moment: datetime | None) -> tuple[Cohort, int]:
    seat = request.seat
    purpose = "" if seat.purpose is None else seat.purpose.value
    read(seat.account, seat.centre, None, "api cohort", moment, purpose)
    with one_moment():
        leaving = scope.exportable(seat.account, seat.centre, seat.purpose)
        return leaving.cohort(moment), leaving.left_out


def _tables(held: Cohort) -> dict[str, pl.DataFrame]:
    """The children and each kind of event that occurs; a date that is gone has no column."""
    children = held.children.drop("day0")
    return {CHILDREN: children} | {
        kind: frame for kind, frame in held.events.items() if frame.height
    }
