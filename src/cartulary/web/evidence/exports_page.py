# SPDX-License-Identifier: Apache-2.0
"""What left the centre: every file that was taken, a page of the audit."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.evidence.export_log import REPORT, export_of, exports_of
from cartulary.web.home.lines import local

ON_A_PAGE: Final = 50
TABLE_WORDS: Final = {
    "curve": gettext_lazy("curve by month"),
    "published": gettext_lazy("published figures"),
    "efs.variants": gettext_lazy("other definitions"),
    "relapse": gettext_lazy("relapse by class"),
    "cir": gettext_lazy("incidence of relapse"),
    "toxicity-beside": gettext_lazy("toxicity beside the benchmarks"),
    "grades": gettext_lazy("grades"),
}


@page(Permission.SEE_READINGS)
def exports(request: SeatedRequest) -> HttpResponse:
    """Every file that left, the last first."""
    seat = request.seat
    found = exports_of(seat.centre)
    before = request.GET.get("before", "")
    if before.isdigit() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: ON_A_PAGE + 1])
    read(seat.account, seat.centre, None, "exports")
    context: dict[str, Any] = {
        "lines": [_line(row) for row in rows[:ON_A_PAGE]],
        "more": rows[ON_A_PAGE - 1].pk if len(rows) > ON_A_PAGE else None,
    }
    return render(request, "evidence/exports.html", context)


def _line(reading: Any) -> dict[str, Any]:
    said = export_of(reading)
    whole = gettext_lazy("whole report")
    return {
        "at": local(reading.at),
        "who": reading.account.get_full_name() or reading.account.username,
        "what": whole if reading.page == REPORT else TABLE_WORDS.get(said.what, said.what),
        "form": said.form.upper(),
        "purpose": said.purpose,
        "children": said.children,
        "fingerprint": said.fingerprint,
        "as_of": local(reading.as_of) if reading.as_of else None,
    }
