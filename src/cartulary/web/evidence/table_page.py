# SPDX-License-Identifier: Apache-2.0
"""One table of the outcomes to take away: as it is shown, through the same gates as a report."""

from __future__ import annotations

import hashlib
from typing import Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext

from cartulary.registry import clock, scope
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page
from cartulary.web.evidence import reckoned_pages
from cartulary.web.evidence.evidence_wanted import EvidenceWanted
from cartulary.web.evidence.export_log import TABLE, exported
from cartulary.web.evidence.table_file import FORMS, file_of, tables_of

TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@page(Permission.EXPORT_REPORT)
def table(request: SeatedRequest, view: str, table: str, form: str) -> HttpResponse:
    """A table of a view as a file; what left, for what, is in the log."""
    seat = request.seat
    found = reckoned_pages.found(seat.centre, view)
    shown = tables_of(found.page).get(table) if found is not None else None
    if found is None or shown is None or form not in FORMS:
        raise Http404
    wanted = found.wanted
    if not reckoned_pages.is_current(found, seat.centre):
        # A consent may have been withdrawn since.
        return redirect(f"{reverse('evidence:evidence')}?{wanted.query}")
    # Refuses who may take nothing today, whatever was reckoned.
    scope.exportable(seat.account, seat.centre, wanted.purpose)
    content = file_of(shown, form, _about(wanted, found.page, seat.centre.name))
    exported(
        seat,
        TABLE,
        form,
        hashlib.sha256(content).hexdigest(),
        what=table,
        purpose=wanted.purpose,
        children=_children(found.page),
        as_of=wanted.as_of,
    )
    name = f"cartulary-{seat.centre.code}-{table.replace('.', '-')}-{wanted.lang}.{form}"
    answer = HttpResponse(content, content_type=TYPES[form])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _about(wanted: EvidenceWanted, page: dict[str, object], centre: str) -> list[str]:
    """What the table is of: centre, definition, day, purpose."""
    purpose = wanted.purpose
    use = gettext("the centre's own quality of care")
    if purpose is not None:
        use = purpose.nl if wanted.lang == "nl" else purpose.en
    day = wanted.as_of or clock.today()
    return [
        f"{centre} · {page['title']} · {wanted.endpoint} · {page['origin']}",
        f"{gettext('As of')} {day.isoformat()} · {gettext('Purpose')}: {use}",
    ]


def _children(page: dict[str, object]) -> int | None:
    """How many children a view is of; None where that is withheld."""
    figures = page.get("figures")
    assert isinstance(figures, list)
    for figure in figures:
        if figure["id"] == "flow.indication":
            return None if figure["withheld"] else int(figure["value"])
    return None
