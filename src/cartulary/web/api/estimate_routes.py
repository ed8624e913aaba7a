# SPDX-License-Identifier: Apache-2.0
"""Reckoning: one endpoint, in the children that somebody chooses, as the record says or said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.checks import check_courses
from cartulary.course.problem import Severity
from cartulary.registry import scope
from cartulary.registry.courses import cohort_of
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.snapshot import one_moment
from cartulary.studies.child_summary import summaries
from cartulary.studies.not_reported import refuse_silent
from cartulary.studies.period import Period
from cartulary.web.api.door import Needs, ServiceRequest
from cartulary.web.api.moments import AS_OF, moment_asked
from cartulary.web.api.problems import ApiRefusal
from cartulary.web.api.shapes import EstimateOut, FigureOut

if TYPE_CHECKING:
    from cartulary.course.cohort import Cohort
    from cartulary.studies.single_estimate import Line

router = Router(tags=["estimates"])
SEES = Needs(Permission.USE_API_READ, Permission.SEE_EVIDENCE)

#: The days that are reckoned unless others are asked, the same as on the command line. They stand
#: here so that a server that nobody asks for estimates does without the memory of what makes them.
USUAL_DAYS = (183, 365, 730)
_MOST_DAYS_ASKED = 24
_LONGEST_DAYS = 36525
_CODE = Field(None, max_length=60, description="Only children with this code.")


class EstimateIn(Schema):
    """What is asked: an endpoint with its clock, days on that clock, and of which children."""

    model_config = ConfigDict(extra="forbid")

    endpoint: str = Field(max_length=80, description="Such as os.infusion: its family and clock.")
    day: list[int] = Field(
        list(USUAL_DAYS),
        min_length=1,
        max_length=_MOST_DAYS_ASKED,
        description=f"Days on the endpoint's clock, 0 to {_LONGEST_DAYS}; may be repeated.",
    )
    by: str | None = Field(None, max_length=60, description="Split by this, such as bridging.")
    product: str | None = _CODE
    site: str | None = _CODE
    burden: str | None = _CODE
    bridging: str | None = _CODE
    reason: str | None = _CODE
    age: str | None = _CODE
    sex: str | None = _CODE
    prior_transplant: str | None = _CODE
    indicated_from: date | None = Field(None, description="Indication on this date or later.")
    indicated_until: date | None = Field(None, description="Indication on this date or earlier.")
    good_courses: bool = Field(
        False, description="Leave out courses with an error, instead of refusing the figure."
    )


@router.get("/estimates", response=EstimateOut, auth=SEES, summary="One endpoint")
def estimate(
    request: ServiceRequest,
    asked: EstimateIn = Query(...),  # noqa: B008 - how ninja is told
    as_of: str | None = AS_OF,
) -> EstimateOut:
    """The figures of one endpoint; for another purpose than own care, of those who consent to it.

    Refused when a course has an error (unless good_courses), when fewer than five children are
    chosen, and, for another purpose, when a count would fall below the centre's own limit.
    """
    from cartulary.studies.chosen_children import (
        CHOSEN_BY,
        FEWEST_OF_A_PART,
        Choice,
        chosen_children,
    )
    from cartulary.studies.single_estimate import endpoint_estimates

    moment = moment_asked(as_of)
    seat = request.seat
    purpose = "" if seat.purpose is None else seat.purpose.value
    clock = endpoint(asked.endpoint).clock.start
    refuse_silent(asked.endpoint, seat.centre.not_reported)
    read(seat.account, seat.centre, None, "api estimates", moment, purpose)
    choice = Choice(
        {name: code for name in CHOSEN_BY if (code := getattr(asked, name)) is not None},
        Period(asked.indicated_from, asked.indicated_until),
    )
    with one_moment():
        leaving = scope.exportable(seat.account, seat.centre, seat.purpose)
        everybody = cohort_of(leaving.children, moment)
    cohort, with_errors = _without_errors(everybody, asked.good_courses)
    chosen = chosen_children(summaries(cohort.courses()), choice, clock)
    part = cohort.select(chosen.chosen)
    if not choice.is_everybody and len(part) < FEWEST_OF_A_PART:
        raise _too_few(FEWEST_OF_A_PART)
    days = [day for day in asked.day if 0 <= day <= _LONGEST_DAYS]
    if len(days) != len(asked.day):
        raise ApiRefusal(
            422,
            "day",
            _("A day lies outside what can be asked."),
            _("Days are counted on the endpoint's own clock."),
            _("Ask days from 0 to %(most)s.") % {"most": _LONGEST_DAYS},
        )
    found = endpoint_estimates(part, asked.endpoint, days=days, group=asked.by)
    limit = seat.centre.suppress_below
    rows_too = seat.purpose is None or seat.may(Permission.EXPORT_REPORT)
    if not rows_too and _shows_small(found.lines, limit):
        raise _too_few(limit)
    return EstimateOut(
        endpoint=found.endpoint_id,
        definition=found.definition,
        clock=found.clock,
        origin=found.origin,
        purpose=purpose,
        as_of=moment,
        children=found.children,
        without_consent=leaving.left_out,
        with_errors=with_errors,
        without_date=chosen.without_date,
        missing=found.missing_why,
        outside=found.outside_why,
        doubts=found.doubts_why,
        test=found.test,
        figures=[
            FigureOut(group=line.group, what=line.what, **line.estimate.to_dict())
            for line in found.lines
        ],
    )


def _without_errors(cohort: Cohort, good_courses: bool) -> tuple[Cohort, int]:
    """The courses without an error and how many were left out; refused unless that is asked."""
    problems = check_courses(cohort.courses())
    bad = {one.course_id for one in problems if one.severity is Severity.ERROR}
    if not bad:
        return cohort, 0
    kept = [name not in bad for name in cohort.course_ids]
    if not good_courses or "" in bad:
        raise ApiRefusal(
            422,
            "errors-in-courses",
            _("The record has courses with errors."),
            _("A figure from a record that contradicts itself says nothing."),
            _("Mend what /api/v1/findings names, or ask with good_courses=true."),
            value=str(len(bad)),
        )
    return cohort.select(kept), len(cohort) - sum(kept)


def _shows_small(lines: Iterable[Line], limit: int) -> bool:
    """Whether a count, or what it leaves of the children, is under the limit and not nought."""
    for line in lines:
        children, events = line.estimate.n, line.estimate.events
        counts = [children] if events is None else [children, events, children - events]
        if any(0 < count < limit for count in counts):
            return True
    return False


def _too_few(limit: int) -> ApiRefusal:
    return ApiRefusal(
        422,
        "too-few",
        _("Too few children for a figure."),
        _("A figure of a handful says little, and may say who they are."),
        _("Ask it of more children: at least %(limit)s.") % {"limit": limit},
    )
