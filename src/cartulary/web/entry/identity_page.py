# SPDX-License-Identifier: Apache-2.0
"""Who a child is: seen, written and erased, each with its own permission, each one logged."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.course.dates import PartialDate
from cartulary.registry import clock
from cartulary.registry.identity import IdentityError, Person, erase, identity_of, set_identity
from cartulary.registry.permissions import Permission
from cartulary.web.access import page
from cartulary.web.entry.form_filling import date_text
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.place import child_or_404, posted_texts, seat_of
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.register_form import (
    BIRTH_DATE,
    IDENTITY_NAMES,
    field_views,
    read_registration,
)
from cartulary.web.entry.spoken import date_words
from cartulary.web.entry.typed import NotUnderstood
from cartulary.web.entry.typed_choices import clean_text

_BOTH = ("GET", "POST")


@page(Permission.SEE_IDENTITY, Permission.WRITE_IDENTITY, methods=_BOTH)
def identity(request: HttpRequest, key: UUID) -> HttpResponse:
    """See who a child is and, with the permission, write it."""
    child = child_or_404(request, key)
    seat = seat_of(request)
    may_write = seat.may(Permission.WRITE_IDENTITY)
    person = None
    if seat.may(Permission.SEE_IDENTITY):
        person = identity_of(child, account=seat.account)
    texts = _texts(person)
    wrong: list[Wrong] = []
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        posted = posted_texts(request)
        texts = {name: posted.get(name, [""]) for name in IDENTITY_NAMES}
        found = read_registration(texts, clock.today(), ())
        birth = found.readings[BIRTH_DATE]
        if isinstance(birth, NotUnderstood):
            wrong = [Wrong("f-birth_date", _("Date of birth"), f"{birth.fact} {birth.why}")]
        else:
            try:
                set_identity(child, found.person, account=seat.account)
            except IdentityError as error:
                wrong = [Wrong("f-hospital_number", _("Who the child is"), fault_words(error))]
            else:
                messages.success(request, _("Kept, sealed apart from the ledger."))
                return redirect("entry:identity", key=child.key)
    views = field_views(read_registration(texts, clock.today(), ()), checked=False, identity=True)
    return render(
        request,
        "entry/identity.html",
        {
            "title": _("Who this child is"),
            "child": child,
            "person": person,
            "birth": _birth_words(person),
            "fields": [views[name] for name in IDENTITY_NAMES] if may_write else [],
            "may_see": seat.may(Permission.SEE_IDENTITY),
            "may_write": may_write,
            "may_erase": seat.may(Permission.ERASE_IDENTITY) and person is not None,
            "wrong": wrong,
        },
    )


def _texts(person: Person | None) -> dict[str, list[str]]:
    if person is None:
        return {}
    birth = person.birth_date
    shown = date_text(PartialDate.from_iso(birth)) if birth else ""
    return {
        "name": [person.name],
        "hospital_number": [person.hospital_number],
        "birth_date": [shown],
    }


def _birth_words(person: Person | None) -> str:
    if person is None or not person.birth_date:
        return ""
    return date_words(PartialDate.from_iso(person.birth_date))


@page(Permission.ERASE_IDENTITY, methods=_BOTH)
def erase_identity(request: HttpRequest, key: UUID) -> HttpResponse:
    """Erase who a child is; the course stays, under its pseudonym."""
    child = child_or_404(request, key)
    seat = seat_of(request)
    wrong: list[Wrong] = []
    reason = clean_text(request.POST.get("reason", ""))
    typed = clean_text(request.POST.get("pseudonym", ""))
    if request.method == "POST":
        if typed != child.course_id:
            wrong.append(
                Wrong(
                    "f-pseudonym",
                    _("Pseudonym"),
                    _("Type the pseudonym of this child. What is erased cannot be brought back."),
                )
            )
        if not reason:
            wrong.append(Wrong("f-reason", _("Why"), _("The log of readings must say why.")))
        if not wrong:
            erase(child, account=seat.account, reason=reason)
            messages.success(
                request, _("Erased. The course stays in the ledger under its pseudonym.")
            )
            return redirect("entry:identity", key=child.key)
    return render(
        request,
        "entry/erase.html",
        {
            "title": _("Erase who this child is"),
            "child": child,
            "wrong": wrong,
            "reason": reason,
            "typed": typed,
        },
    )
