# SPDX-License-Identifier: Apache-2.0
"""`as_of`: the past moment that a reader asks about."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils.translation import gettext as _
from ninja import Query

from cartulary.registry.clock import end_of
from cartulary.web.api.problems import ApiRefusal

AS_OF = Query(
    None,
    max_length=40,
    description="The record as of then: a date (2020-03-17, its end) or a moment with its zone.",
    examples=["2020-03-17"],
)
_EARLIEST, _LATEST = 1900, 9998


def moment_asked(text: str | None) -> datetime | None:
    """The moment as UTC; None for now. Refuses what is neither a date nor a moment with a zone."""
    if not text:
        return None
    try:
        found = end_of(date.fromisoformat(text)) if len(text) == 10 else _moment(text)
    except (ValueError, OverflowError):
        found = None
    if found is None or not _EARLIEST <= found.year <= _LATEST:
        raise ApiRefusal(
            422,
            "as-of",
            _("as_of is not a moment."),
            _("A past record is of one moment that everybody reads alike."),
            _("Write 2020-03-17, or 2020-03-17T07:40:00Z."),
            value=text,
        )
    return found


def _moment(text: str) -> datetime | None:
    found = datetime.fromisoformat(text)
    return None if found.tzinfo is None else found.astimezone(UTC)
