# SPDX-License-Identifier: Apache-2.0
"""Addresses of imports. An upload and an import are named by their keys, never by a file's name."""

from __future__ import annotations

from django.urls import path

from cartulary.web.importing import batch_page, columns_page, dry_run_page, start_page

urlpatterns = [
    path("", start_page.start, name="start"),
    path("<uuid:key>/", dry_run_page.shown, name="dry_run"),
    path("<uuid:key>/columns/", columns_page.columns, name="columns"),
    path("<uuid:key>/errors/", dry_run_page.errors, name="errors"),
    path("<uuid:key>/write/", dry_run_page.write, name="write"),
    path("<uuid:key>/again/", dry_run_page.again, name="again"),
    path("<uuid:key>/discard/", dry_run_page.throw_away, name="discard"),
    path("done/<uuid:key>/", batch_page.batch, name="batch"),
    path("done/<uuid:key>/undo/", batch_page.take_back, name="undo"),
]
