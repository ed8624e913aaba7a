# SPDX-License-Identifier: Apache-2.0
"""How far the long work on an upload is; the page asks again by itself, with scripts or without."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from cartulary.registry.importing_refusal import ImportingRefusal
from cartulary.registry.importing_shown import Kept
from cartulary.registry.importing_upload import Upload, is_written
from cartulary.registry.models import Centre
from cartulary.registry.refusal_words import sentence_in
from cartulary.web.access import SeatedRequest
from cartulary.web.entry.form_context import as_part
from cartulary.web.entry.spoken import language, number_words
from cartulary.web.importing import doing, work
from cartulary.web.importing.refusal_words import refusal_words
from cartulary.web.importing.work import Work


def read_or_begin(
    upload: Upload, centre: Centre, said: dict[str, Any] | None = None
) -> Kept | None:
    """The dry run of small files, made at once; None for long ones, of which it is begun."""
    if work.is_small(upload):
        work.forget(upload)
        return doing.read_beside(upload, centre, said, doing.quietly)
    work.begin(upload, {"act": work.READ, "said": said})
    return None


def busy(upload: Upload) -> bool:
    """True while something is done with the files, or once they are written."""
    if is_written(upload):
        return True
    now = work.work_of(upload)
    return now is not None and now.state == work.WORKING


def follow(request: SeatedRequest, upload: Upload) -> HttpResponse | None:
    """The page of what is being done, or broke off; None when the dry run is there to look at."""
    now = work.work_of(upload)
    if now is None:
        return _written(request, upload, None) if is_written(upload) else None
    if now.state == work.WORKING:
        return _page(request, upload, now)
    if now.act in (work.WRITE, work.AFTER):
        return _after_writing(request, upload, now)
    if now.state == work.DONE:
        # The page polled for it: it is opened whole now.
        return _whole(request, upload)
    if now.act == work.ERRORS and now.state == work.REFUSED:
        return _whole(request, upload)
    return _page(request, upload, now)


def refused_before(upload: Upload) -> str:
    """Why the writing that was asked for last was refused; said once."""
    now = work.work_of(upload)
    if now is None or now.act != work.WRITE or now.state == work.DONE:
        return ""
    said = _refusal(now)
    work.forget(upload)
    return said


def _after_writing(request: SeatedRequest, upload: Upload, now: Work) -> HttpResponse | None:
    batch = work.batch_of(upload, now)
    if batch is not None and now.state != work.DONE:
        # It is in the ledger; what comes after it broke off, and is done again.
        work.begin(upload, {**now.wanted, "act": work.AFTER})
        begun = Work(work.WORKING, "worklists", wanted={"act": work.AFTER})
        return _page(request, upload, begun)
    if batch is not None:
        return _written(request, upload, now)
    return _whole(request, upload)


def _written(request: SeatedRequest, upload: Upload, now: Work | None) -> HttpResponse:
    batch = None if now is None else work.batch_of(upload, now)
    if batch is None:
        return redirect("importing:start")
    if now is not None and work.told(upload, now):
        messages.success(request, _("The import was written."))
    to = reverse("importing:batch", args=[batch.key])
    if _polled(request):
        return HttpResponse(headers={"HX-Redirect": to})
    return redirect(to)


def _whole(request: SeatedRequest, upload: Upload) -> HttpResponse | None:
    """None to draw the dry run itself; a page that polled is told to open it."""
    if not _polled(request):
        return None
    to = reverse("importing:dry_run", args=[upload.key])
    return HttpResponse(headers={"HX-Redirect": to})


def _polled(request: SeatedRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _refusal(now: Work) -> str:
    ended = now.ended
    if now.state == work.LOST:
        return _("The import broke off, and nothing of it was written. Import again.")
    if now.state == work.BROKEN:
        return _(
            "The import failed by a fault of the program, and nothing of it was written. The log "
            "of the server says where."
        )
    if "text" in ended:
        return refusal_words(ImportingRefusal(ended["text"], **ended["values"]))
    return sentence_in(str(ended.get("said", "")), language())


def _page(request: SeatedRequest, upload: Upload, now: Work) -> HttpResponse:
    context: dict[str, Any] = {
        "upload": upload,
        "work": now,
        "steps": _steps(now),
        "done_words": number_words(now.done),
        "of_words": number_words(now.of),
        "wrong": "" if now.state == work.WORKING else _reading_failed(now),
        "is_writing": now.act in (work.WRITE, work.AFTER),
    }
    if _polled(request):
        return as_part(render(request, "importing/state.html", context))
    return render(request, "importing/working.html", context)


def _reading_failed(now: Work) -> str:
    if now.state == work.LOST:
        return _("The reading of these files broke off. Nothing was written. Read them again.")
    if now.state == work.BROKEN:
        return _(
            "The files could not be read, by a fault of the program. Nothing was written. The log "
            "of the server says where."
        )
    return _refusal(now)


def _steps(now: Work) -> list[dict[str, Any]]:
    """What is done, what is being done and what is to come, in order."""
    words = {
        "read": gettext("reading the tables"),
        "lay": gettext("laying them beside the ledger"),
        "write": gettext("writing the entries, all of them or none"),
        "worklists": gettext("bringing the worklists up to date"),
        "workbook": gettext("making the workbook with errors"),
    }
    names = {
        work.READ: ("read", "lay"),
        work.WRITE: ("read", "write", "worklists"),
        work.AFTER: ("worklists",),
        work.ERRORS: ("read", "workbook"),
    }[now.act]
    at = names.index(now.step) if now.step in names else -1
    return [
        {
            "words": words[name],
            "state": "done" if place < at else "now" if place == at else "to_come",
        }
        for place, name in enumerate(names)
    ]
