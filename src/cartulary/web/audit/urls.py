# SPDX-License-Identifier: Apache-2.0
"""Addresses of the audit: entries, readings, a child's access report, and the chain."""

from __future__ import annotations

from django.urls import path

from cartulary.web.audit import entries, ledger, readings

urlpatterns = [
    path("", entries.log, name="log"),
    path("entries/<int:number>/", entries.entry, name="entry"),
    path("readings/", readings.listed, name="readings"),
    path("children/<uuid:key>/", entries.of_child, name="child"),
    path("children/<uuid:key>/access/", readings.access, name="access"),
    path("ledger/", ledger.ledger, name="ledger"),
]
