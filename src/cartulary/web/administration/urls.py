# SPDX-License-Identifier: Apache-2.0
"""The URLs of administration."""

from __future__ import annotations

from django.urls import path

from cartulary.web.administration import account_page, accounts_page, centre_page

urlpatterns = [
    path("", accounts_page.accounts, name="accounts"),
    path("new/", accounts_page.new, name="new"),
    path("accounts/<int:pk>/", account_page.account, name="account"),
    path("accounts/<int:pk>/role/", account_page.role, name="role"),
    path("accounts/<int:pk>/end-role/", account_page.end, name="end_role"),
    path("accounts/<int:pk>/<slug:act>/", account_page.act, name="act"),
    path("centre/", centre_page.centre, name="centre"),
]
