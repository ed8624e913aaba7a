# SPDX-License-Identifier: Apache-2.0
"""Reading what the rules found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404
from ninja import Query, Router

from cartulary.course.course import Course
from cartulary.course.errors import CourseError
from cartulary.registry.courses import course_of
from cartulary.registry.models import Child, Finding
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.registry.worklist_findings import found_in, words_of
from cartulary.registry.worklists import findings as findings_of_centre
from cartulary.web.api.course_routes import AFTER, LIMIT, child_or_404
from cartulary.web.api.door import Needs, ServiceRequest
from cartulary.web.api.moments import AS_OF, moment_asked
from cartulary.web.api.shapes import FindingOut, FindingsOut

router = Router(tags=["findings"])
SEES = Needs(Permission.USE_API_READ, Permission.SEE_CHILDREN, own_record=True)

Severity = Literal["error", "warning", "note"]
SEVERITY = Query(None, description="Of this severity only.")


@router.get("/findings", response=FindingsOut, auth=SEES, summary="Findings of the centre")
def findings(
    request: ServiceRequest,
    severity: Severity | None = SEVERITY,
    after: int = AFTER,
    limit: int = LIMIT,
) -> FindingsOut:
    """The findings that nobody has answered yet, oldest first."""
    seat = request.seat
    read(seat.account, seat.centre, None, "api findings")
    rows = findings_of_centre(seat.centre, severity=severity or "").filter(child__withdrawn=False)
    found = list(rows.filter(pk__gt=after)[: limit + 1])
    language = _language(request)
    shown = [_stored(one, language) for one in found[:limit]]
    return FindingsOut(findings=shown, next=found[limit - 1].pk if found[limit:] else None)


@router.get("/courses/{key}/findings", response=FindingsOut, auth=SEES, summary="Of one course")
def findings_of_course(
    request: ServiceRequest, key: UUID, as_of: str | None = AS_OF
) -> FindingsOut:
    """All that the rules find in a course; with as_of, in the course as it was written then."""
    moment = moment_asked(as_of)
    child = child_or_404(request, key)
    read(request.seat.account, request.seat.centre, child, "api findings", moment)
    language = _language(request)
    if moment is None:
        rows = Finding.objects.filter(child=child).order_by("pk")
        return FindingsOut(findings=[_stored(one, language) for one in rows], next=None)
    shown = [
        _told(
            key,
            one.rule,
            one.severity.value,
            one.event_ids,
            {"fact": one.fact, "why": one.why, "remedy": one.remedy, "value": one.value},
            False,
            language,
        )
        for one in found_in(_course_then(child, moment))
    ]
    return FindingsOut(findings=shown, next=None)


def _course_then(child: Child, moment: datetime) -> Course:
    try:
        return course_of(child, moment)
    except CourseError:  # it was not yet registered
        raise Http404 from None


def _language(request: ServiceRequest) -> str:
    return str(getattr(request, "LANGUAGE_CODE", "en"))


def _stored(finding: Finding, language: str) -> FindingOut:
    return _told(
        finding.child_id,
        finding.rule,
        finding.severity,
        finding.events,
        finding.problem,
        finding.resolution is not None,
        language,
    )


def _told(
    course: UUID,
    rule: str,
    severity: str,
    events: Sequence[str],
    problem: Mapping[str, Any],
    resolved: bool,
    language: str,
) -> FindingOut:
    words = words_of(rule, problem, language)
    return FindingOut(
        course=course,
        rule=rule,
        severity=severity,
        events=list(events),
        fact=words.title,
        value=str(problem.get("value", "")),
        why=words.why,
        remedy=words.remedy,
        resolved=resolved,
    )
