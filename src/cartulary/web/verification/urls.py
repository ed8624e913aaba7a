# SPDX-License-Identifier: Apache-2.0
"""Addresses of source-data verification."""

from __future__ import annotations

from django.urls import path

from cartulary.web.verification import child, samples

urlpatterns = [
    path("", samples.start, name="start"),
    path("samples/<uuid:sample>/", samples.sample, name="sample"),
    path("children/<uuid:key>/", child.child, name="child"),
]
