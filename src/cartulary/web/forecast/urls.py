# SPDX-License-Identifier: Apache-2.0
"""Where the forecast of a child is."""

from __future__ import annotations

from django.urls import path

from cartulary.web.forecast import forecast_page

urlpatterns = [
    path("<uuid:key>/forecast/", forecast_page.forecast, name="forecast"),
]
