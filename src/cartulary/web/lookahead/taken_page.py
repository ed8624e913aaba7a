# SPDX-License-Identifier: Apache-2.0
"""What is taken away of a comparison: one page as PDF, its figures as JSON, a table as CSV.

No child of the centre is in any of them, so taking them away is not in the log of exports.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.lookahead import comparisons
from cartulary.web.lookahead.look_wanted import LookWanted, wanted_of
from cartulary.web.lookahead.offered import offered
from cartulary.web.lookahead.shown import content_of

if TYPE_CHECKING:
    from cartulary.studies.policies_compared import Compared


@page(Permission.SEE_LOOK_AHEAD)
def as_json(request: SeatedRequest) -> HttpResponse:
    """The whole comparison, for other software; read back by `cartulary compare`."""
    from cartulary.studies.policies_compared.compared_json import to_json

    wanted, compared = _asked(request)
    if compared is None:
        return _to_page(wanted)
    return _file(to_json(compared).encode(), "application/json", _name(wanted, "json"))


@page(Permission.SEE_LOOK_AHEAD)
def as_csv(request: SeatedRequest) -> HttpResponse:
    """Every outcome, with both uncertainties apart, on the outcome's own scale."""
    wanted, compared = _asked(request)
    if compared is None:
        return _to_page(wanted)
    content = table_of(compared, wanted.size).encode("utf-8-sig")
    return _file(content, "text/csv; charset=utf-8", _name(wanted, "csv"))


@page(Permission.SEE_LOOK_AHEAD)
def as_pdf(request: SeatedRequest) -> HttpResponse:
    """The page to print and to send."""
    from cartulary.reports.comparison_report.pdf import comparison_pdf

    wanted, compared = _asked(request)
    if compared is None:
        return _to_page(wanted)
    content = comparison_pdf(content_of(compared, wanted, language()))
    return _file(content, "application/pdf", _name(wanted, "pdf"))


@page(Permission.SEE_LOOK_AHEAD)
def as_html(request: SeatedRequest) -> HttpResponse:
    """The page as one file that opens without a network."""
    from cartulary.reports.comparison_report.page import comparison_html

    wanted, compared = _asked(request)
    if compared is None:
        return _to_page(wanted)
    content = comparison_html(content_of(compared, wanted, language())).encode()
    return _file(content, "text/html; charset=utf-8", _name(wanted, "html"))


def table_of(compared: Compared, size: int) -> str:
    """The table as CSV: shares from 0 to 1, days, log10."""
    against, policy = compared.arms[0].id, compared.arms[1].id
    written = io.StringIO()
    rows = csv.writer(written)
    ends = [f"{what}_{end}" for what in ("parameters", "chance", "both") for end in ("low", "high")]
    rows.writerow(["# simulated; research, not for decisions; not a medical device"])
    rows.writerow(
        ["outcome", "of", "unit", "definition", f"value_{against}", f"value_{policy}", "difference",
         *ends, "programme_size", "resolved"]
    )  # fmt: skip
    for one in compared.outcomes:
        found = compared.difference(policy, against, one.id, size)
        values = [compared.value(arm, one.id, size).value for arm in (against, policy)]
        figures = [*values, found.value, *found.parameters, *found.chance, *found.both]
        rows.writerow(
            [one.id, one.of.value, one.unit.value, one.definition]
            + ["" if figure != figure else f"{figure:.6g}" for figure in figures]
            + [size, "yes" if found.resolved else "no"]
        )
    return written.getvalue()


def _asked(request: SeatedRequest) -> tuple[LookWanted, Compared | None]:
    known = offered()
    wanted = comparisons.completed(wanted_of(request.GET), known)
    compared = comparisons.found(wanted, known)
    return wanted, compared if compared is not None and compared.has(wanted.outcome) else None


def _to_page(wanted: LookWanted) -> HttpResponse:
    """What is not computed is not there to take: the page says so, and how to have it."""
    return redirect(f"{reverse('lookahead:look')}?{wanted.query}")


def _name(wanted: LookWanted, form: str) -> str:
    return f"cartulary-look-ahead-{wanted.policy}-{wanted.against}.{form}".replace("_", "-")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
