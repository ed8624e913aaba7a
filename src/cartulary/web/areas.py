# SPDX-License-Identifier: Apache-2.0
"""The areas of the app, each a package with its own `urls`, and where it stands in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from cartulary.registry.permissions import Permission


@dataclass(frozen=True, slots=True)
class Area:
    """One area: the package `cartulary.web.<name>`, its place in URLs, and its menu word."""

    name: str
    prefix: str
    word: Promise | None = None
    needs: tuple[Permission, ...] = ()


AREAS = (
    Area("home", "", gettext_lazy("Home"), (Permission.SEE_CHILDREN,)),
    Area("entry", "children/"),
    Area("toxicity", "children/"),
    Area("children", "children/", gettext_lazy("Children"), (Permission.SEE_CHILDREN,)),
    Area("product", "", gettext_lazy("Products"), (Permission.SEE_CHILDREN,)),
    Area("evidence", "", gettext_lazy("Evidence"), (Permission.SEE_EVIDENCE,)),
    Area("lookahead", "look-ahead/", gettext_lazy("Look ahead"), (Permission.SEE_LOOK_AHEAD,)),
    Area("forecast", "children/"),
    Area("importing", "import/", gettext_lazy("Import"), (Permission.IMPORT_TABLES,)),
    Area("queries", "queries/"),
    Area("verification", "verification/"),
    Area("audit", "audit/", gettext_lazy("Audit"), (Permission.SEE_AUDIT,)),
    Area(
        "administration",
        "administration/",
        gettext_lazy("Administration"),
        (Permission.ADMINISTER,),
    ),
    Area("api", "api/"),
)


def first_page(area: Area) -> str:
    """Where the menu leads for an area."""
    return f"/{_FIRST.get(area.name, area.prefix)}"


_FIRST = {"product": "products/", "evidence": "evidence/"}


@cache
def written(area: Area) -> bool:
    """True when the area's package is there."""
    return find_spec(f"cartulary.web.{area.name}.urls") is not None


def area_urls() -> list[URLPattern | URLResolver]:
    """The URLs of every area."""
    return [
        path(area.prefix, include((f"cartulary.web.{area.name}.urls", area.name)))
        for area in AREAS
        if written(area)
    ]
