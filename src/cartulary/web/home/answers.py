# SPDX-License-Identifier: Apache-2.0
"""Answering an item that is due: seen elsewhere, moved, died, put off, done, or somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartulary.course.dates import PartialDate, Precision
from cartulary.course.errors import CartularyError, CourseError
from cartulary.course.events.ending import Cause
from cartulary.course.tables.days import When, when_of
from cartulary.registry import clock, worklist_answers, worklists
from cartulary.registry.change import Hand
from cartulary.registry.courses import course_of
from cartulary.registry.models import Account, Due, Entry
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.entry.anchors import Anchors, infusions_of
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language, number_words
from cartulary.web.entry.typed import NotUnderstood, Understood
from cartulary.web.entry.typed_dates import read_date
from cartulary.web.home.lines import due_line, local, names_of
from cartulary.web.home.windows import HEIGHT, Axis


@dataclass(frozen=True, slots=True)
class Act:
    """One answer: its words, the question of its date and of its text, and its key."""

    code: str
    key: str
    title: Promise
    date_label: Promise | None
    text_label: Promise
    text_required: bool
    help: Promise
    partial: bool = False


ACTS: Final = (
    Act(
        "elsewhere",
        "e",
        gettext_lazy("Seen elsewhere"),
        gettext_lazy("Seen on"),
        gettext_lazy("Where, and how you know"),
        True,
        gettext_lazy("Is written as a last contact; the child stays in follow-up."),
        partial=True,
    ),
    Act(
        "moved",
        "v",
        gettext_lazy("Moved"),
        gettext_lazy("Last contact"),
        gettext_lazy("Where to, and how you know"),
        True,
        gettext_lazy("Is written as a last contact, out of sight; nothing is asked after it."),
        partial=True,
    ),
    Act(
        "died",
        "o",
        gettext_lazy("Died"),
        gettext_lazy("Died on"),
        gettext_lazy("How you know"),
        False,
        gettext_lazy("Is written as a death; nothing is asked after it."),
        partial=True,
    ),
    Act(
        "snooze",
        "u",
        gettext_lazy("Put off"),
        gettext_lazy("Until"),
        gettext_lazy("Reason"),
        True,
        gettext_lazy("Leaves the list until that day. It does not count as done."),
    ),
    Act(
        "settle",
        "",
        gettext_lazy("Counts as done"),
        gettext_lazy("Done on"),
        gettext_lazy("Reason"),
        True,
        gettext_lazy(
            "For a form that was sent in, or a contact of which the source states no window."
        ),
    ),
    Act(
        "owner",
        "",
        gettext_lazy("Give to"),
        None,
        gettext_lazy("Reason"),
        False,
        gettext_lazy("Who sees to it from now on."),
    ),
)


@dataclass(slots=True)
class ActForm:
    """One answer as its form shows it, with what was typed and what is wrong with it."""

    act: Act
    date_text: str = ""
    text: str = ""
    choice: str = ""
    date_error: str = ""
    date_meant: list[str] = field(default_factory=list)
    text_error: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something must be mended."""
        return bool(self.date_error or self.text_error)


@page(Permission.WRITE_EVENTS, methods=("GET", "POST"))
def due(request: SeatedRequest, pk: int) -> HttpResponse:
    """One item that is due, and everything that can be answered to it."""
    seat, today = request.seat, clock.today()
    item = (
        Due.objects.filter(pk=pk, centre=seat.centre, child__withdrawn=False)
        .select_related("child")
        .first()
    )
    if item is None:
        raise Http404
    forms = {act.code: ActForm(act) for act in ACTS}
    wanted = request.GET.get("act", "")
    status = 200
    if request.method == "POST":
        wanted = request.POST.get("act", "")
        if wanted not in forms:
            raise Http404
        form = _filled(request, forms[wanted])
        entry = _written(seat, item, form, today)
        if entry is not None:
            messages.success(request, _saved(entry))
            return redirect("home:home")
        status = 422
    read(seat.account, seat.centre, item.child, "due")
    axis = Axis(today)
    answer, _row = worklist_answers.answer_to(item)
    context: dict[str, Any] = {
        "line": due_line(item, axis, names_of([item.owner]), may_write=True),
        "item": item,
        "axis": axis,
        "months": list(axis.months()),
        "height": HEIGHT,
        "forms": list(forms.values()),
        "wanted": wanted,
        "causes": [(cause.value, cause.nl if language() == "nl" else cause.en) for cause in Cause],
        "people": _people(seat),
        "until": answer.until if answer.until and answer.until > today else None,
        "answered": answer,
    }
    return render(request, "home/due.html", context, status=status)


@page(Permission.SEE_CHILDREN)
def snoozed(request: SeatedRequest) -> HttpResponse:
    """The items that were put off, with the day on which each comes back."""
    seat, today = request.seat, clock.today()
    axis = Axis(today)
    rows = list(worklists.snoozed(seat.centre, today).select_related("child")[:200])
    names = names_of(row.owner for row in rows)
    may_write = seat.may(Permission.WRITE_EVENTS)
    lines = [
        (due_line(row, axis, names, may_write=may_write), *worklist_answers.why_later(row))
        for row in rows
    ]
    read(seat.account, seat.centre, None, "snoozed")
    return render(request, "home/snoozed.html", {"lines": lines, "may_write": may_write})


def _filled(request: SeatedRequest, form: ActForm) -> ActForm:
    form.date_text = request.POST.get("on", "")[:60].strip()
    form.text = request.POST.get("text", "")[:2000].strip()
    form.choice = request.POST.get("choice", "")[:150]
    return form


def _people(seat: Seat) -> list[tuple[str, str]]:
    """Who can see to an item: those who write events at this centre."""
    accounts = Account.objects.filter(
        memberships__centre=seat.centre,
        memberships__role__in=("data_manager", "clinician"),
        memberships__until__isnull=True,
        is_active=True,
    ).distinct()
    found = [(one.username, one.get_full_name() or one.username) for one in accounts]
    return sorted(found, key=lambda pair: pair[1].casefold())


def _written(seat: Seat, item: Due, form: ActForm, today: date) -> Entry | None:
    """The entry that a form came to; None when something in it must be mended."""
    on = _date(item, form, today) if form.act.date_label is not None else None
    if form.act.text_required and not form.text:
        form.text_error = _("Say in a few words; whoever reads the history must see why.")
    if form.act.code == "owner" and form.choice not in dict(_people(seat)):
        form.text_error = _("Choose somebody of this centre who writes events.")
    if form.is_wrong:
        return None
    write = _WRITERS[form.act.code]
    try:
        return write(seat.hand(), item, on, form)
    except CartularyError as error:
        form.text_error = fault_words(error)
        return None


def _date(item: Due, form: ActForm, today: date) -> PartialDate | None:
    """The typed date; what is wrong with it is noted on the form."""
    read_as = read_date(form.date_text, _anchors(item, today))
    if read_as is None:
        form.date_error = _("There is no date.")
        return None
    if isinstance(read_as, NotUnderstood):
        # A day to come is refused for what happened, and is what is meant by "until".
        later = _later(form.date_text) if form.act.code == "snooze" else None
        if later is not None:
            return PartialDate.of(later)
        form.date_error = read_as.fact
        form.date_meant = [meant.text for meant in read_as.meant]
        return None
    assert isinstance(read_as, Understood)
    when = read_as.value.date
    if when is None:
        form.date_error = _("A calendar date is needed here.")
    elif not form.act.partial and when.precision is not Precision.DAY:
        form.date_error = _("A date known to the day is needed here.")
    elif form.act.code == "snooze" and when.middle <= today:
        form.date_error = _("That day is past. Give a later one.")
    return when


def _later(text: str) -> date | None:
    """A date to come, as 2026-12-24 or 24-12-2026."""
    found = when_of(text)
    if not isinstance(found, When):
        return None
    return found.date.middle if found.date.precision is Precision.DAY else None


def _anchors(item: Due, today: date) -> Anchors:
    try:
        infusions = infusions_of(course_of(item.child))
    except CourseError:
        infusions = ()
    return Anchors(today, item.child.day0, infusions=infusions)


def _saved(entry: Entry) -> str:
    """That it was saved, when, and as which entry."""
    return _("Saved %(time)s as entry %(number)s.") % {
        "time": f"{local(entry.recorded_at):%H:%M}",
        "number": number_words(entry.number),
    }


Writer = Callable[[Hand, Due, PartialDate | None, ActForm], Entry]


def _elsewhere(hand: Hand, item: Due, on: PartialDate | None, form: ActForm) -> Entry:
    assert on is not None
    return worklist_answers.seen_elsewhere(hand, item, on, form.text, now=clock.now())


def _moved(hand: Hand, item: Due, on: PartialDate | None, form: ActForm) -> Entry:
    assert on is not None
    return worklist_answers.moved(hand, item, on, form.text, now=clock.now())


def _died(hand: Hand, item: Due, on: PartialDate | None, form: ActForm) -> Entry:
    assert on is not None
    cause = form.choice if form.choice in list(Cause) else ""
    return worklist_answers.died(hand, item, on, form.text, cause=cause, now=clock.now())


def _snooze(hand: Hand, item: Due, on: PartialDate | None, form: ActForm) -> Entry:
    assert on is not None
    return worklist_answers.snooze(hand, item, on.middle, form.text, now=clock.now())


def _settle(hand: Hand, item: Due, on: PartialDate | None, form: ActForm) -> Entry:
    assert on is not None
    return worklist_answers.settle(hand, item, on.middle, form.text, now=clock.now())


def _owner(hand: Hand, item: Due, on: PartialDate | None, form: ActForm) -> Entry:
    reason = form.text or _("given on")
    return worklist_answers.take(hand, item, form.choice, reason, now=clock.now())


_WRITERS: Final[dict[str, Writer]] = {
    "elsewhere": _elsewhere,
    "moved": _moved,
    "died": _died,
    "snooze": _snooze,
    "settle": _settle,
    "owner": _owner,
}
