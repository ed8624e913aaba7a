# SPDX-License-Identifier: Apache-2.0
"""The dry run of an upload: every row and what would become of it, and the writing itself."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cartulary.course.errors import CartularyError
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry.child_payload import CHILD
from cartulary.registry.importing_outcome import Outcome
from cartulary.registry.importing_refusal import NoUpload
from cartulary.registry.importing_shown import Kept, rows
from cartulary.registry.importing_upload import Upload, discard, upload_of
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.home.lines import local
from cartulary.web.importing import doing, work
from cartulary.web.importing.doing import reckoned
from cartulary.web.importing.progress_page import busy, follow, read_or_begin, refused_before
from cartulary.web.importing.refusal_words import refusal_words
from cartulary.web.importing.row_words import kind_words, row_words

ON_A_PAGE: Final = 100
LONGEST_REASON: Final = 500
_ORDER: Final = (
    Outcome.ERROR,
    Outcome.CHANGED,
    Outcome.NEW,
    Outcome.WITHDRAWN,
    Outcome.SAME,
)


@page(Permission.IMPORT_TABLES)
def shown(request: SeatedRequest, key: UUID) -> HttpResponse:
    """What importing these files would do, row by row. Nothing is written by looking."""
    upload = upload_or_404(request, key)
    followed = follow(request, upload)
    if followed is not None:
        return followed
    kept = reckoned(upload)
    if kept is None:
        kept = read_or_begin(upload, request.seat.centre)
        if kept is None:
            return redirect("importing:dry_run", key=key)
    read(request.seat.account, request.seat.centre, None, "import")
    return _page(request, upload, kept, wrong=refused_before(upload))


@page(Permission.IMPORT_TABLES, methods=("POST",))
def write(request: SeatedRequest, key: UUID) -> HttpResponse:
    """Write what was shown: everything, or the courses without an error."""
    seat = request.seat
    upload = upload_or_404(request, key)
    kept = None if busy(upload) else reckoned(upload)
    if kept is None:
        return redirect("importing:dry_run", key=key)
    reason = request.POST.get("reason", "")[:LONGEST_REASON].strip()
    if not reason:
        return _page(request, upload, kept, no_reason=True)
    wanted = {
        "act": work.WRITE,
        "account": seat.account.pk,
        "username": seat.account.get_username(),
        "reason": reason,
        "good_courses": request.POST.get("which") == "good",
        "seen": request.POST.get("seen", ""),
        "batch": str(uuid4()),
    }
    if not work.is_small(upload):
        work.begin(upload, wanted)
        return redirect("importing:dry_run", key=key)
    try:
        batch = doing.write(upload, seat.centre, wanted, doing.quietly)
    except CartularyError as error:
        kept = reckoned(upload) or kept
        return _page(request, upload, kept, wrong=refusal_words(error), reason=reason)
    discard(upload)
    messages.success(request, _("The import was written."))
    return redirect("importing:batch", key=batch.key)


@page(Permission.IMPORT_TABLES)
def errors(request: SeatedRequest, key: UUID) -> HttpResponse:
    """The uploaded tables as a workbook, with a column of errors in each; made first if long."""
    upload, lang = upload_or_404(request, key), language()
    if busy(upload):
        return redirect("importing:dry_run", key=key)
    place = doing.errors_at(upload, lang)
    if not place.exists() and not work.is_small(upload):
        work.begin(upload, {"act": work.ERRORS, "lang": lang})
        return redirect("importing:dry_run", key=key)
    read(request.seat.account, request.seat.centre, None, "import")
    if place.exists():
        content = place.read_bytes()
    else:
        content = doing.with_errors(upload, request.seat.centre, lang, doing.quietly)
    return HttpResponse(
        content,
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={
            "Content-Disposition": f'attachment; filename="{_("errors")}-{upload.at:%Y-%m-%d}.xlsx"'
        },
    )


@page(Permission.IMPORT_TABLES, methods=("POST",))
def again(request: SeatedRequest, key: UUID) -> HttpResponse:
    """Read files anew whose reading broke off."""
    upload = upload_or_404(request, key)
    if not busy(upload):
        try:
            read_or_begin(upload, request.seat.centre)
        except CartularyError as error:
            messages.error(request, refusal_words(error))
            return redirect("importing:start")
    return redirect("importing:dry_run", key=key)


@page(Permission.IMPORT_TABLES, methods=("POST",))
def throw_away(request: SeatedRequest, key: UUID) -> HttpResponse:
    """Throw the uploaded files away."""
    upload = upload_or_404(request, key)
    if busy(upload):
        messages.error(request, _("These files are being worked on. Wait until that is done."))
        return redirect("importing:dry_run", key=key)
    discard(upload)
    messages.success(request, _("The files were thrown away. Nothing was written."))
    return redirect("importing:start")


def upload_or_404(request: SeatedRequest, key: UUID) -> Upload:
    """An upload of the seat's centre."""
    try:
        return upload_of(request.seat.centre, key)
    except NoUpload as error:
        raise Http404 from error


def _page(
    request: SeatedRequest,
    upload: Upload,
    kept: Kept,
    *,
    wrong: str = "",
    reason: str = "",
    no_reason: bool = False,
) -> HttpResponse:
    lang, run = language(), kept.run
    counts = {outcome: run.rows_of.get(outcome.value, 0) for outcome in Outcome}
    outcome = _outcome(request, counts)
    kind = request.GET.get("kind") or None
    if kind is not None and kind != CHILD and kind not in EVENT_TYPE_OF_KIND:
        kind = None
    text = request.GET.get("from", "")
    start = int(text) if text.isdigit() and len(text) < 9 else 0
    found = rows(upload, outcome.value if outcome else "", kind, start, ON_A_PAGE + 1)
    kinds = [
        (one, kind_words(one, lang), sum(of.values()) if outcome is None else of[outcome.value])
        for one, of in kept.by_kind.items()
        if one and (outcome is None or of.get(outcome.value))
    ]
    context: dict[str, Any] = {
        "upload": upload,
        "at": local(upload.at),
        "run": run,
        "new": counts[Outcome.NEW],
        "changed": counts[Outcome.CHANGED],
        "same": counts[Outcome.SAME],
        "errors": counts[Outcome.ERROR],
        "new_children": run.children_of.get("new", 0),
        "tabs": [
            (one.value, one.nl if lang == "nl" else one.en, counts[one], one is outcome)
            for one in _ORDER
            if counts[one]
        ],
        "all": sum(counts.values()),
        "outcome": outcome.value if outcome else "all",
        "kinds": kinds,
        "kind": kind or "",
        "rows": [row_words(row, lang) for row in found[:ON_A_PAGE]],
        "before": _query(outcome, kind, max(0, start - ON_A_PAGE)) if start else "",
        "after": _query(outcome, kind, start + ON_A_PAGE) if len(found) > ON_A_PAGE else "",
        "left_out": len(run.left_out),
        "can_write_all": run.changes > 0 and not run.errors and not run.blocked,
        "can_write_good": run.changes > 0 and run.errors > 0 and not run.blocked,
        "wrong": wrong,
        "errors_ready": doing.errors_at(upload, lang).exists(),
        "reason": reason,
        "no_reason": no_reason,
    }
    status = 422 if no_reason else 409 if wrong else 200
    return render(request, "importing/dry_run.html", context, status=status)


def _outcome(request: SeatedRequest, counts: dict[Outcome, int]) -> Outcome | None:
    """The outcome asked for; else the first of which there are rows; None for all."""
    asked = request.GET.get("show", "")
    if asked == "all":
        return None
    found = next((one for one in Outcome if one.value == asked), None)
    return found or next((one for one in _ORDER if counts[one]), None)


def _query(outcome: Outcome | None, kind: str | None, start: int) -> str:
    return urlencode(
        {"show": outcome.value if outcome else "all", "kind": kind or "", "from": start}
    )
