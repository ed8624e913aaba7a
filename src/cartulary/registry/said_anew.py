# SPDX-License-Identifier: Apache-2.0
"""Things that people say about a record and say anew: each saying is a version with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cartulary.course.problem import Problem, Severity
from cartulary.registry.change import Change, Refused
from cartulary.registry.models import Current


def next_version(
    child: UUID,
    event: str,
    kind: str,
    standing: Current | None,
    payload: Mapping[str, Any],
    reason: str,
) -> Change:
    """The change that says something for the first time, again after a withdrawal, or anew."""
    live = standing is not None and not standing.withdrawn
    version = 0 if standing is None else standing.version
    act = "amend" if live else "write"
    return Change(child, event, kind, act, payload, version, reason)


def require_reason(reason: str, course_id: str = "") -> None:
    """Refuse an empty reason: whoever reads the history must be able to see why."""
    if reason.strip():
        return
    raise Refused(
        [
            Problem(
                Severity.ERROR,
                "change.no_reason",
                "There is no reason.",
                "Whoever reads the history must be able to see why.",
                "Say in a few words why.",
                course_id=course_id,
            )
        ]
    )
