# SPDX-License-Identifier: Apache-2.0
"""The three worklists: what is due, what was found, what was touched.

What is due and what the rules find is worked out when a child's course changes, never when a page
is opened. Counts stop at five hundred, and every list is read along an index, so that a page costs
about the same for two thousand children as for twenty thousand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connections
from django.db.models import F, QuerySet

from cartulary.course.choice import Choice
from cartulary.course.problem import Severity
from cartulary.registry import clock
from cartulary.registry.models import Centre, Child, Current, Due, Finding
from cartulary.registry.worklist_due import SNOOZE, followed
from cartulary.registry.worklist_refresh import refresh_all, refresh_children

__all__ = [
    "COUNTED",
    "DueCounts",
    "FindingCounts",
    "Hidden",
    "SOON_DAYS",
    "Standing",
    "due_counts",
    "due_now",
    "due_page",
    "due_soon",
    "finding_counts",
    "findings",
    "findings_page",
    "hidden_items",
    "recently_touched",
    "refresh",
    "refresh_all",
    "snoozed",
    "standing_of",
    "touched_since",
]

#: How long before its window opens an item is shown.
SOON_DAYS: Final = 31
#: Counts stop here: so many, or more.
COUNTED: Final = 500
#: The keys of items that are hidden on a date.
Hidden = tuple[int, ...]

# A window that was stored under a schedule since changed may be longer than those of now.
_LONGEST_WINDOW_DAYS: Final = 120


class Standing(Choice):
    """How an item of a worklist stands on a date."""

    LATE = "late", "late", "te laat"
    ASK = "ask", "target passed, window not stated", "streefdag voorbij, venster niet vermeld"
    OPEN = "open", "open now", "loopt nu"
    SOON = "soon", "opens soon", "opent binnenkort"


@dataclass(frozen=True, slots=True)
class DueCounts:
    """How many items stand in each way; `COUNTED` stands for so many or more."""

    late: int = 0
    ask: int = 0
    open: int = 0
    soon: int = 0

    @property
    def total(self) -> int:
        """Every item that is shown."""
        return self.late + self.ask + self.open + self.soon


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many unresolved findings there are of each severity; `COUNTED` is so many or more."""

    errors: int = 0
    warnings: int = 0
    notes: int = 0

    @property
    def total(self) -> int:
        """Every finding that nobody has answered."""
        return self.errors + self.warnings + self.notes


def refresh(child: Child) -> None:
    """Work out anew what is due for a child and what the rules find; called after each write."""
    refresh_children([child], clock.now())


def due_now(
    centre: Centre, today: date, owner: str = "", hidden: Hidden | None = None
) -> QuerySet[Due]:
    """The pending items of a centre whose window is open or past, the longest closed first.

    Items that somebody snoozed until after today are left out; `hidden` are those, where they were
    looked up before. `owner`: of this person only.
    """
    found = _pending(centre, today, owner, hidden).filter(opens__lte=today)
    return found.filter(closes__lte=today + _longest()).order_by("closes", "pk")


def due_soon(
    centre: Centre, today: date, owner: str = "", hidden: Hidden | None = None
) -> QuerySet[Due]:
    """The pending items that open within the next month, the first to close first."""
    until = today + timedelta(days=SOON_DAYS)
    found = _pending(centre, today, owner, hidden).filter(opens__gt=today, opens__lte=until)
    return found.filter(closes__gt=today, closes__lte=until + _longest()).order_by("closes", "pk")


def due_page(
    centre: Centre,
    today: date,
    *,
    owner: str = "",
    offset: int = 0,
    limit: int = 20,
    hidden: Hidden | None = None,
) -> list[Due]:
    """One page of the worklist: what is open or past, then what opens soon, with their children."""
    current = due_now(centre, today, owner, hidden)
    now = list(current.select_related("child")[offset : offset + limit])
    if len(now) == limit:
        return now
    counted = 0 if now or not offset else current.count()
    start = max(0, offset - counted) if counted else 0
    rest = due_soon(centre, today, owner, hidden).select_related("child")
    return now + list(rest[start : start + limit - len(now)])


def due_counts(
    centre: Centre, today: date, owner: str = "", hidden: Hidden | None = None
) -> DueCounts:
    """How many items stand in each way, for one owner or for the whole centre."""
    current = due_now(centre, today, owner, hidden)
    windowed = current.filter(opens__lt=F("closes"))
    late, ask, opened, soon = _counts(
        windowed.filter(closes__lt=today),
        current.filter(opens=F("closes"), closes__lte=today),
        windowed.filter(closes__gte=today),
        due_soon(centre, today, owner, hidden),
    )
    return DueCounts(late, ask, opened, soon)


def snoozed(centre: Centre, today: date) -> QuerySet[Due]:
    """The items that are hidden until after today."""
    hidden = hidden_items(centre, today)
    return Due.objects.filter(centre=centre, pk__in=hidden).order_by("closes", "pk")


def standing_of(due: Due, today: date) -> tuple[Standing, int]:
    """How an item stands on a date, and by how many days.

    Days late; days past a target without a window; days left; days until it opens.
    """
    if today < due.opens:
        return Standing.SOON, (due.opens - today).days
    if due.opens == due.closes:
        return Standing.ASK, (today - due.target).days
    if today > due.closes:
        return Standing.LATE, (today - due.closes).days
    return Standing.OPEN, (due.closes - today).days


def _pending(centre: Centre, today: date, owner: str, hidden: Hidden | None) -> QuerySet[Due]:
    found = Due.objects.filter(centre=centre, done_on__isnull=True)
    without = hidden_items(centre, today) if hidden is None else hidden
    if without:
        found = found.exclude(pk__in=without)
    return found.filter(owner=owner) if owner else found


def hidden_items(centre: Centre, today: date) -> Hidden:
    """The pending items that an answer hides until after this date; few at any time."""
    said = Current.objects.filter(
        centre=centre, kind=SNOOZE, date__gt=today.isoformat(), withdrawn=False
    )
    hidden = {
        (child, event.removeprefix(f"{SNOOZE}/"))
        for child, event in said.values_list("child_id", "event")
    }
    if not hidden:
        return ()
    rows = Due.objects.filter(
        child__in={child for child, _ in hidden},
        item__in={item for _, item in hidden},
        done_on__isnull=True,
    )
    return tuple(
        pk
        for pk, child, item in rows.values_list("pk", "child_id", "item")
        if (child, item) in hidden
    )


def _longest() -> timedelta:
    """The longest window there can be: what closes later is not open yet."""
    spans = [
        step.closes_day - (step.opens_day or 0)
        for one in followed()
        for step in one.steps
        if step.closes_day is not None
    ]
    return timedelta(days=max(_LONGEST_WINDOW_DAYS, *spans))


def _count(found: QuerySet[Any]) -> int:
    """How many rows, up to `COUNTED`."""
    return int(found.order_by()[:COUNTED].count())


def _counts(*found: QuerySet[Any]) -> tuple[int, ...]:
    """How many rows of each, up to `COUNTED`, in one question to the database.

    Each alone would cost the page as much again in asking as in counting.
    """
    asked = [one.order_by().values("pk")[:COUNTED].query for one in found]
    connection = connections[found[0].db]
    parts, values = [], []
    for query in asked:
        sql, given = query.get_compiler(connection=connection).as_sql()
        # Of the mapper alone, with its own places for values.
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS counted)")  # noqa: S608
        values += given
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", values)
        row = cursor.fetchone()
    return tuple(int(count) for count in row)


def findings(centre: Centre, *, severity: str = "", resolved: bool = False) -> QuerySet[Finding]:
    """The findings of a centre, unresolved or resolved, the oldest first."""
    found = Finding.objects.filter(centre=centre, resolution__isnull=not resolved)
    if severity:
        found = found.filter(severity=severity)
    return found.order_by("pk")


def findings_page(centre: Centre, *, offset: int = 0, limit: int = 20) -> list[Finding]:
    """One page of the unresolved findings with their children: errors, warnings, then notes."""
    page: list[Finding] = []
    for severity in Severity:
        found = findings(centre, severity=severity.value)
        if offset:
            size = found.count()
            if offset >= size:
                offset -= size
                continue
        page += found.select_related("child")[offset : offset + limit - len(page)]
        offset = 0
        if len(page) >= limit:
            break
    return page


def finding_counts(centre: Centre) -> FindingCounts:
    """How many unresolved findings there are of each severity."""
    return FindingCounts(
        *_counts(*(findings(centre, severity=severity.value) for severity in Severity))
    )


def recently_touched(centre: Centre, *, offset: int = 0, limit: int = 6) -> list[Child]:
    """The children whose course was written to last."""
    found = Child.objects.filter(centre=centre, withdrawn=False).order_by("-touched_at")
    return list(found[offset : offset + limit])


def touched_since(centre: Centre, moment: datetime) -> int:
    """How many children were written to since a moment, up to `COUNTED`."""
    found = Child.objects.filter(centre=centre, withdrawn=False, touched_at__gte=moment)
    return _count(found.order_by("-touched_at"))
