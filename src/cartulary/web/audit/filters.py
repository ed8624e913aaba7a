# SPDX-License-Identifier: Apache-2.0
"""What a log is narrowed to: a child, a person, a kind, a period; no pseudonym in an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from cartulary.registry import scope
from cartulary.registry.change import KINDS
from cartulary.registry.models import Account, Child
from cartulary.web.access import Seat


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A log narrowed. `problems` says what of it could not be read."""

    child: Child | None = None
    user: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    problems: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The same as the query of an address: a key for the child, never its pseudonym."""
        parts = {
            "child": str(self.child.key) if self.child else "",
            "user": self.user,
            "kind": self.kind,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})

    @property
    def first(self) -> datetime | None:
        """The first moment of the period."""
        return None if self.since is None else _midnight(self.since)

    @property
    def end(self) -> datetime | None:
        """The moment just after the period."""
        return None if self.until is None else _midnight(self.until + timedelta(days=1))


def narrowed(request: HttpRequest, seat: Seat) -> Narrowed:
    """What the address of a log narrows it to; a child of another centre is not found."""
    child = None
    asked = request.GET.get("child", "")
    if asked:
        try:
            child = scope.child_of(seat, UUID(asked))
        except (ValueError, Child.DoesNotExist) as error:
            raise Http404 from error
    kind = request.GET.get("kind", "")
    problems: list[str] = []
    return Narrowed(
        child,
        request.GET.get("user", "")[:150],
        kind if kind in KINDS else "",
        _date(request.GET.get("since", ""), problems),
        _date(request.GET.get("until", ""), problems),
        tuple(problems),
    )


def asked_for(request: HttpRequest, seat: Seat) -> Narrowed:
    """What was typed into the form of a log, a pseudonym among it."""
    problems: list[str] = []
    child = None
    name = request.POST.get("child", "").strip()[:100]
    if name:
        child = scope.children(seat).filter(course_id__iexact=name).first()
        if child is None:
            problems.append(_("No child of this centre has that pseudonym."))
    kind = request.POST.get("kind", "")
    return Narrowed(
        child,
        request.POST.get("user", "").strip()[:150],
        kind if kind in KINDS else "",
        _date(request.POST.get("since", ""), problems),
        _date(request.POST.get("until", ""), problems),
        tuple(problems),
    )


def people(seat: Seat) -> list[tuple[str, str]]:
    """Everybody who has or had a role at the centre: user name and name."""
    accounts = Account.objects.filter(memberships__centre=seat.centre).distinct()
    found = [(one.username, one.get_full_name() or one.username) for one in accounts]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _date(text: str, problems: list[str]) -> date | None:
    text = text.strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(_("A date is written as 2020-10-01 here."))
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(settings.TIME_ZONE))
