# SPDX-License-Identifier: Apache-2.0
"""The page on which files are chosen, with what waits and what was imported before."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render

from cartulary.registry import clock
from cartulary.registry.importing_archive import LARGEST_UPLOAD_BYTES
from cartulary.registry.importing_refusal import ImportingRefusal
from cartulary.registry.importing_upload import Incoming, receive, waiting
from cartulary.registry.models import Batch
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page
from cartulary.web.home.lines import local, names_of
from cartulary.web.importing.progress_page import read_or_begin
from cartulary.web.importing.refusal_words import refusal_words

SHOWN: Final = 50


@page(Permission.IMPORT_TABLES, methods=("GET", "POST"))
def start(request: SeatedRequest) -> HttpResponse:
    """Choose files; they are read at once, and nothing is written yet."""
    seat = request.seat
    wrong = ""
    if request.method == "POST":
        files = [
            Incoming(file.name or "", file.chunks()) for file in request.FILES.getlist("files")
        ]
        try:
            upload = receive(files, seat.centre, seat.account, clock.now())
            read_or_begin(upload, seat.centre)
        except ImportingRefusal as error:
            wrong = refusal_words(error)
        else:
            return redirect("importing:dry_run", key=upload.key)
    batches = list(
        Batch.objects.filter(centre=seat.centre).select_related("account").order_by("-at")[:SHOWN]
    )
    names = names_of(b.account.get_username() for b in batches if b.account is not None)
    context: dict[str, Any] = {
        "wrong": wrong,
        "most_mb": LARGEST_UPLOAD_BYTES // 1024**2,
        "waiting": [(upload, local(upload.at)) for upload in waiting(seat.centre, clock.now())],
        "batches": [
            {
                "batch": one,
                "at": local(one.at),
                "by": names.get(one.account.get_username(), one.account.get_username())
                if one.account is not None
                else one.counts.get("by", ""),
                "undone": local(one.undone_at) if one.undone_at else None,
            }
            for one in batches
        ],
    }
    return render(request, "importing/start.html", context, status=422 if wrong else 200)
