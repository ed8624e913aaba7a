# SPDX-License-Identifier: Apache-2.0
"""Where the outcomes and the report are."""

from __future__ import annotations

from django.urls import path

from cartulary.web.evidence import behind_page, evidence_page, exports_page, report_page, table_page

urlpatterns = [
    path("evidence/", evidence_page.outcomes, name="evidence"),
    path("evidence/exports/", exports_page.exports, name="exports"),
    path("evidence/<slug:view>/children/<str:group>/", behind_page.children, name="behind"),
    path("evidence/<slug:view>/<str:table>.<slug:form>", table_page.table, name="table"),
    path("report/", report_page.asked, name="report"),
    path("report/<slug:key>/", report_page.made, name="made"),
    path("report/<slug:key>/<slug:form>/", report_page.download, name="download"),
]
