# SPDX-License-Identifier: Apache-2.0
"""The one place of the ledger and its pages that reads the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


def now() -> datetime:
    """This moment in UTC; in a demo, the same time of day on the demo's own date."""
    moment = datetime.now(UTC)  # noqa: TID251 - this is the one place
    pretended = _pretended_today()
    if pretended is None:
        return moment
    local = moment.astimezone(_zone())
    return datetime.combine(pretended, local.timetz()).astimezone(UTC)


def today() -> date:
    """The calendar date here (setting TIME_ZONE); in a demo, the date that the demo pretends."""
    return now().astimezone(_zone()).date()


def end_of(day: date) -> datetime:
    """The last moment of a calendar date here, as UTC: what "as of that day" includes."""
    return datetime.combine(day, time.max, tzinfo=_zone()).astimezone(UTC)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def _pretended_today() -> date | None:
    """The date set by CARTULARY_TODAY; honoured in a demo only."""
    pretended: date | str | None = getattr(settings, "CARTULARY_TODAY", None)
    if not pretended or not getattr(settings, "CARTULARY_DEMO", False):
        return None
    return date.fromisoformat(pretended) if isinstance(pretended, str) else pretended
