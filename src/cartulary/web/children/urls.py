# SPDX-License-Identifier: Apache-2.0
"""The addresses of the children's pages."""

from __future__ import annotations

from django.urls import path

from cartulary.web.children import views

app_name = "children"

urlpatterns = [
    path("", views.children_list, name="list"),
    path("<uuid:key>/", views.child, name="child"),
    path("<uuid:key>/table/", views.table, name="table"),
]
