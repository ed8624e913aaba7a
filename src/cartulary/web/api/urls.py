# SPDX-License-Identifier: Apache-2.0
"""The addresses of the service, its description, and the page of tokens."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from cartulary.web.api import description_page, token_page
from cartulary.web.api.door import door, nowhere
from cartulary.web.api.service import api


def _routes() -> list[URLPattern]:
    """Ninja's own addresses, each behind the door; its root page is left out."""
    found = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            route = door(pattern.callback)
            found.append(path(f"v1/{pattern.pattern}", route, name=f"v1-{pattern.name}"))
    return found


urlpatterns = [
    path("tokens/", token_page.tokens, name="tokens"),
    path("tokens/new/", token_page.new, name="new_token"),
    path("tokens/<uuid:token>/end/", token_page.end, name="end_token"),
    path("v1/", description_page.page, name="description"),
    path("v1/openapi.json", description_page.openapi, name="openapi"),
    *_routes(),
    re_path(r"^v1/.*$", nowhere, name="nowhere"),
]
