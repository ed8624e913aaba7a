# SPDX-License-Identifier: Apache-2.0
"""The child itself changed: what follows is shown before anything is written."""

from __future__ import annotations

import json
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError, CourseError
from cartulary.registry import clock, reading_log
from cartulary.registry.canonical import canonical_json
from cartulary.registry.change import Change, Conflict, Refused
from cartulary.registry.child_payload import CHILD, ChildFacts, child_facts
from cartulary.registry.courses import history_of
from cartulary.registry.models import Act, Child, Current
from cartulary.registry.permissions import Permission
from cartulary.registry.writing import append
from cartulary.web.access import page
from cartulary.web.entry import drafts
from cartulary.web.entry.child_consequences import Consequences, consequences
from cartulary.web.entry.child_form import (
    CHANGE_REASON,
    ChildForm,
    child_views,
    differences_of_child,
    read_child,
    texts_of_child,
)
from cartulary.web.entry.child_moved import changes_along, shift_of, standing_of
from cartulary.web.entry.conflict_page import both_versions
from cartulary.web.entry.form_context import (
    as_part,
    draft_found_words,
    draft_words,
    saved_words,
    sound_once,
)
from cartulary.web.entry.form_view import Wrong
from cartulary.web.entry.history import Version, names_of
from cartulary.web.entry.place import child_or_404, posted_texts, seat_of
from cartulary.web.entry.refused_words import fault_words, refused_words
from cartulary.web.entry.said_values import Difference
from cartulary.web.entry.spoken import date_words, language, number_words

_BOTH = ("GET", "POST")


@page(Permission.WRITE_EVENTS, methods=_BOTH)
def amend_child(request: HttpRequest, key: UUID) -> HttpResponse:
    """Change day 0, what stands for it, age, sex, origin or data cut, with a reason."""
    child = _child(request, key)
    row = Current.objects.get(child=child, event=CHILD)
    account = seat_of(request).account
    if request.method == "GET":
        reading_log.read(account, child.centre, child, "entry form")
        draft = drafts.draft_of(account, child, CHILD, CHILD)
        texts = dict(draft.data) if draft is not None else {}
        said = draft_found_words(draft) if draft is not None else ""
        version = draft.base_version if draft is not None else row.version
        form = _read(row, texts)
        return _shown(request, child, form, version=version, draft_said=said)
    act = request.POST.get("act", "")
    if act in ("anew", "theirs"):
        drafts.discard(account, child, CHILD, CHILD)
        return redirect("entry:amend_child", key=child.key)
    posted = posted_texts(request)
    if "take" in posted:
        name, _mark, text = posted["take"][0].partition("=")
        posted[name] = [text]
    form, version = _read(row, posted), _version(request, row)
    if act == "draft":
        kept = _keep(request, child)
        if kept is not None:
            messages.info(request, draft_words(kept))
        return redirect("entry:events", key=child.key)
    if act not in ("look", "save"):
        return _shown(request, child, form, version=version)
    return _saved(request, child, row, form, version, posted)


def _child(request: HttpRequest, key: UUID) -> Child:
    child = child_or_404(request, key)
    if not seat_of(request).may(Permission.AMEND):
        raise PermissionDenied
    return child


def _read(row: Current, texts: Any) -> ChildForm:
    before = child_facts(json.loads(row.payload))
    return read_child({**texts_of_child(before), **texts}, before, clock.today())


def _version(request: HttpRequest, row: Current) -> int:
    text = request.POST.get("base_version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else row.version


def _saved(
    request: HttpRequest,
    child: Child,
    row: Current,
    form: ChildForm,
    version: int,
    posted: dict[str, list[str]],
) -> HttpResponse:
    """Write the change, once what follows from it was seen."""
    shown = partial(_shown, request, child, form, version=version, checked=True)
    wrong = form.wrong()
    if wrong:
        return shown(wrong=wrong)
    facts = form.facts
    payload = facts.payload()
    change = Change(
        child.key, CHILD, CHILD, Act.AMEND.value, payload, version, form.reason,
        sound_once(request.POST.get("once", "")),
    )  # fmt: skip
    if version != row.version:
        return _conflict(request, child, Conflict(row, change), form, posted)
    if payload == json.loads(row.payload):
        nothing = Wrong("f-day0", _("Nothing is changed"), _("All of it stands so already."))
        return shown(wrong=[nothing])
    follows = consequences(child, form.before, facts)
    seen = request.POST.get("seen", "") == _mark_of(payload, version)
    if request.POST.get("act") != "save" or not seen or follows.obstacles:
        return shown(follows=follows, seen=_mark_of(payload, version))
    if not form.reason:
        why = Wrong(
            f"f-{CHANGE_REASON}",
            _("Why it is changed"),
            _("Say it in a few words; it stays beside it."),
        )
        return shown(wrong=[why], follows=follows, seen=_mark_of(payload, version))
    try:
        shift = shift_of(form.before, facts)
        along = changes_along(child, standing_of(child), shift, form.reason)
        entry = append(seat_of(request).hand(), [change, *along], now=clock.now())[0]
    except Conflict as conflict:
        if conflict.theirs.kind != CHILD:
            # One of its events moved on in this very moment: what follows is looked at anew.
            return shown(follows=consequences(child, form.before, facts), seen="")
        return _conflict(request, child, conflict, form, posted)
    except Refused as refused:
        return shown(wrong=[Wrong("f-day0", *refused_words(one)) for one in refused.problems])
    except CartularyError as fault:
        _keep(request, child)
        return shown(wrong=[Wrong("f-day0", _("The ledger"), fault_words(fault))])
    drafts.discard(seat_of(request).account, child, CHILD, CHILD)
    messages.success(request, saved_words(entry))
    return redirect("entry:amend_child", key=child.key)


def _mark_of(payload: dict[str, Any], version: int) -> str:
    """What was looked at: another change asks to be looked at again."""
    return sha256(f"{version} {canonical_json(payload)}".encode()).hexdigest()[:16]


def _conflict(
    request: HttpRequest,
    child: Child,
    conflict: Conflict,
    form: ChildForm,
    posted: dict[str, list[str]],
) -> HttpResponse:
    _keep(request, child)
    theirs = child_facts(json.loads(conflict.theirs.payload))
    rows = [
        Difference(name, label, words, len(set(words)) > 1)
        for name, label, words in differences_of_child((form.facts, theirs))
    ]
    at = reverse("entry:amend_child", kwargs={"key": child.key})
    return both_versions(request, child, conflict, _("The child itself"), rows, posted, at)


def _shown(
    request: HttpRequest,
    child: Child,
    form: ChildForm,
    *,
    version: int,
    checked: bool = False,
    wrong: list[Wrong] | None = None,
    follows: Consequences | None = None,
    seen: str = "",
    draft_said: str = "",
) -> HttpResponse:
    found = wrong or []
    context: dict[str, Any] = {
        "title": _("The child itself"),
        "child": child,
        "fields": child_views(form, checked=checked),
        "wrong": found,
        "reason": form.reason,
        "reason_wrong": any(one.target == f"f-{CHANGE_REASON}" for one in found),
        "follows": follows,
        "ready": follows is not None and not follows.obstacles,
        "seen": seen,
        "version": version,
        "once": sound_once(request.POST.get("once", "")) or str(uuid4()),
        "versions": _versions(child),
        "draft_said": draft_said,
        "draft_url": reverse("entry:draft_child", kwargs={"key": child.key}),
        "read_url": reverse("entry:amend_child", kwargs={"key": child.key}) + "read/",
    }
    return render(request, "entry/child.html", context, status=422 if found else 200)


def _versions(child: Child) -> list[Version]:
    """Every version of the child's own entry, the last one first."""
    entries = history_of(child, CHILD)
    names = names_of({entry.author for entry in entries})
    found: list[Version] = []
    before: ChildFacts | None = None
    for entry in entries:
        now = _facts(entry.payload)
        changes: tuple[Difference, ...] = ()
        if now is not None and before is not None:
            told = differences_of_child((before, now))
            changes = tuple(
                Difference(name, label, words, True)
                for name, label, words in told
                if words[0] != words[1]
            )
        act, local = Act(entry.act), timezone.localtime(entry.recorded_at)
        found.append(
            Version(
                number_words(entry.number),
                entry.version,
                entry.act,
                act.nl if language() == "nl" else act.en,
                names.get(entry.author, entry.author),
                date_words(local.date()),
                f"{local:%H:%M}",
                entry.reason,
                entry.via,
                changes,
                (),
            )
        )
        before = now or before
    return found[::-1]


def _facts(text: str) -> ChildFacts | None:
    said = json.loads(text)
    if not isinstance(said, dict):
        return None
    try:
        return child_facts(said)
    except CourseError:
        return None


@page(Permission.WRITE_EVENTS, methods=("POST",))
def read_back(request: HttpRequest, key: UUID, field: str) -> HttpResponse:
    """What a field was understood as."""
    child = _child(request, key)
    row = Current.objects.get(child=child, event=CHILD)
    form = _read(row, posted_texts(request))
    view = next((one for one in child_views(form, checked=False) if one.name == field), None)
    if view is None:
        raise Http404
    return as_part(render(request, "entry/note.html", {"note": view.note}))


@page(Permission.WRITE_EVENTS, methods=("POST",))
def keep_draft(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep what was typed."""
    kept = _keep(request, _child(request, key))
    said = draft_words(kept) if kept is not None else _("Too long to keep as a draft.")
    return as_part(render(request, "entry/draft.html", {"said": said}))


def _keep(request: HttpRequest, child: Child) -> Any:
    typed = drafts.typed_in(posted_texts(request))
    typed.pop("seen", None)
    row = Current.objects.get(child=child, event=CHILD)
    account = seat_of(request).account
    version = _version(request, row)
    return drafts.keep(account, child.centre, child, CHILD, CHILD, version, typed, clock.now())


def _keep_expired(request: HttpRequest, key: UUID) -> None:
    """Keep what was posted into a session that has just ended, before signing in again."""
    _keep(request, _child(request, key))


for _view in (amend_child, keep_draft):
    _view.when_expired = _keep_expired  # type: ignore[attr-defined]
