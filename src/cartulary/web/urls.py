# SPDX-License-Identifier: Apache-2.0
"""Every URL of the app. Keys in them are random; no pseudonym and no value of a child is."""

from __future__ import annotations

from django.urls import include, path

from cartulary.web import search, shell
from cartulary.web.areas import area_urls

urlpatterns = [
    path("healthz", shell.health, name="healthz"),
    path("language/", shell.choose_language, name="choose_language"),
    path("centre/", shell.choose_centre, name="choose_centre"),
    path("search/", search.search, name="search"),
    path("help/keys/", shell.keys_help, name="keys_help"),
    path("account/", include("allauth.urls")),
    *area_urls(),
]

handler400 = "cartulary.web.refusals.bad_request"
handler403 = "cartulary.web.refusals.forbidden"
handler404 = "cartulary.web.refusals.not_found"
handler500 = "cartulary.web.refusals.broken"
