# SPDX-License-Identifier: Apache-2.0
"""Where the toxicity of a child is seen and written down, day by day."""

from __future__ import annotations

from django.urls import path

from cartulary.web.toxicity import decide_page, grid_page, save_page, treat_page

_GRID = "<uuid:key>/toxicity/"

urlpatterns = [
    path(_GRID, grid_page.grid, name="grid"),
    path(f"{_GRID}save/", save_page.save_day, name="save"),
    path(f"{_GRID}draft/", save_page.draft_day, name="draft"),
    path(f"{_GRID}decide/", decide_page.decide, name="decide"),
    path(f"{_GRID}treat/", treat_page.treat, name="treat"),
]
