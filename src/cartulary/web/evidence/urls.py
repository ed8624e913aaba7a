# SPDX-License-Identifier: Apache-2.0
"""Where the outcomes and the report are."""

from __future__ import annotations

from django.urls import path

from cartulary.web.evidence import evidence_page, report_page

urlpatterns = [
    path("evidence/", evidence_page.outcomes, name="evidence"),
    path("evidence/children/", evidence_page.children, name="behind"),
    path("report/", report_page.asked, name="report"),
    path("report/<slug:key>/", report_page.made, name="made"),
    path("report/<slug:key>/<slug:form>/", report_page.download, name="download"),
]
