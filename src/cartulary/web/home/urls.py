# SPDX-License-Identifier: Apache-2.0
"""Addresses of the first page and of what its worklists lead to."""

from __future__ import annotations

from django.urls import path

from cartulary.web.home import answers, findings, views

urlpatterns = [
    path("", views.home, name="home"),
    path("due/snoozed/", answers.snoozed, name="snoozed"),
    path("due/<int:pk>/", answers.due, name="due"),
    path("findings/", findings.listed, name="findings"),
    path("findings/<int:pk>/", findings.finding, name="finding"),
]
