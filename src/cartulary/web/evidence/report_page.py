# SPDX-License-Identifier: Apache-2.0
"""The report to take away: asked for, made beside the server, downloaded, and every time logged."""

from __future__ import annotations

from typing import Any, Final

from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy

from cartulary.registry import scope
from cartulary.registry.permissions import Permission
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.evidence import made_reports
from cartulary.web.evidence.export_log import REPORT, exported
from cartulary.web.evidence.made_reports import MadeReport
from cartulary.web.evidence.report_form import LANGUAGES, ReportForm
from cartulary.web.evidence.report_wanted import FORMS, ReportWanted

CONTENT_TYPES: Final = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
FORM_WORDS: Final = {
    "pdf": gettext_lazy("to print and to send"),
    "html": gettext_lazy("one page that opens without a network"),
    "xlsx": gettext_lazy("the tables, a sheet each"),
    "json": gettext_lazy("the figures, for other software"),
}
STEPS: Final = {
    "reading and checking the ledger": gettext_lazy("reading and checking the ledger"),
    "reckoning the figures": gettext_lazy("reckoning the figures"),
    "writing the words and tables": gettext_lazy("writing the words and tables"),
    "setting report.html": gettext_lazy("setting the page"),
    "setting report.pdf": gettext_lazy("setting the print"),
    "setting report.xlsx": gettext_lazy("setting the workbook"),
    "setting report.json": gettext_lazy("setting the figures"),
}


@page(Permission.EXPORT_REPORT, methods=("GET", "POST"))
def asked(request: SeatedRequest) -> HttpResponse:
    """The form; posted, it begins the report or finds the one that was made already."""
    seat = request.seat
    if request.method != "POST":
        return _form(request, ReportForm(seat.centre))
    form = ReportForm(seat.centre, request.POST)
    if not form.is_valid():
        return _form(request, form, 422)
    wanted = form.wanted()
    may_leave = scope.exportable(seat.account, seat.centre, wanted.purpose)
    if not may_leave.children:
        form.add_error("purpose", _nobody(wanted))
        return _form(request, form, 422)
    key = made_reports.ask(wanted, seat.centre)
    return redirect("evidence:made", key=key)


@page(Permission.EXPORT_REPORT)
def made(request: SeatedRequest, key: str) -> HttpResponse:
    """How far a report is; once it is there, its four forms."""
    seat = request.seat
    report = _report(seat, key)
    context = {
        "report": report,
        "steps": _steps(report),
        "files": _files(report),
        "what": _what(report.wanted),
        "again": ReportForm(seat.centre, _as_form(report.wanted)),
    }
    part = getattr(request, "htmx", False)
    template = "evidence/report_state.html" if part else "evidence/report_made.html"
    return render(request, template, context)


@page(Permission.EXPORT_REPORT)
def download(request: SeatedRequest, key: str, form: str) -> HttpResponseBase:
    """One form of a report, to be kept; what left, for what, is in the log of readings."""
    seat = request.seat
    report = _report(seat, key)
    if form not in FORMS or report.state != "done":
        raise Http404
    if not report.is_current:
        # A consent may have been withdrawn since.
        return redirect("evidence:made", key=key)
    wanted = report.wanted
    exported(
        seat,
        REPORT,
        form,
        report.files[f"report.{form}"],
        purpose=wanted.purpose,
        children=report.children,
        as_of=wanted.as_of,
    )
    return FileResponse(
        report.file(form).open("rb"),
        as_attachment=True,
        filename=_file_name(wanted, form),
        content_type=CONTENT_TYPES[form],
    )


def _form(request: SeatedRequest, form: ReportForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "children": scope.children(request.seat).count()}
    return render(request, "evidence/report.html", context, status=status)


def _report(seat: Seat, key: str) -> MadeReport:
    report = made_reports.made_report(seat.centre, key)
    if report is None:
        raise Http404
    return report


def _nobody(wanted: ReportWanted) -> str:
    if wanted.purpose is None:
        return gettext("No child has been registered yet. There is nothing to report.")
    return gettext(
        "No child has consent for this purpose today. Nothing may leave. Record the consents "
        "first, or choose another purpose."
    )


def _steps(report: MadeReport) -> list[dict[str, Any]]:
    """What is done, what is being done and what is to come, in order."""
    reached = [step for step in report.steps if step in STEPS]
    rows = []
    for step, words in STEPS.items():
        state = "to_come"
        if step in reached:
            state = "now" if step == reached[-1] and report.state == "working" else "done"
        rows.append({"words": words, "state": state})
    return rows


def _files(report: MadeReport) -> list[dict[str, Any]]:
    if report.state != "done":
        return []
    return [
        {
            "form": form,
            "name": form.upper(),
            "words": FORM_WORDS[form],
            "digest": report.files[f"report.{form}"],
            "kilobytes": max(1, report.file(form).stat().st_size // 1000),
        }
        for form in FORMS
    ]


def _what(wanted: ReportWanted) -> dict[str, Any]:
    form = ReportForm.base_fields
    assert form
    return {"language": dict(LANGUAGES)[wanted.lang], **wanted.said(), "wanted": wanted}


def _as_form(wanted: ReportWanted) -> dict[str, Any]:
    """The same as the form posts it, to ask for it again."""
    return {name: value for name, value in wanted.said().items() if name != "centre"}


def _file_name(wanted: ReportWanted, form: str) -> str:
    day = f"-{wanted.as_of}" if wanted.as_of else ""
    return f"cartulary-{wanted.centre}-{wanted.lang}{day}.{form}"
