# SPDX-License-Identifier: Apache-2.0
"""Where policies are compared; nothing in these addresses is of a child or of a centre."""

from __future__ import annotations

from django.urls import path

from cartulary.web.lookahead import fit_page, library_page, look_page, taken_page

urlpatterns = [
    path("", look_page.look, name="look"),
    path("run/", look_page.run, name="run"),
    path("stop/", look_page.stop, name="stop"),
    path("comparison.json", taken_page.as_json, name="json"),
    path("outcomes.csv", taken_page.as_csv, name="csv"),
    path("comparison.pdf", taken_page.as_pdf, name="pdf"),
    path("comparison.html", taken_page.as_html, name="html"),
    path("fit/", fit_page.fit, name="fit"),
    path("library/", library_page.library, name="library"),
    path("library/progress/", library_page.progress, name="library_progress"),
    path("library/build/", library_page.build, name="build_library"),
    path("library/stop/", library_page.stop, name="stop_library"),
]
