# SPDX-License-Identifier: Apache-2.0
"""Addresses of data queries. A query is named by the number of the entry that asked it."""

from __future__ import annotations

from django.urls import path

from cartulary.web.queries import ask, views

urlpatterns = [
    path("", views.listed, name="list"),
    path("<int:number>/", views.query, name="query"),
    path("ask/<uuid:key>/<event:event>/", ask.ask, name="ask"),
]
