# SPDX-License-Identifier: Apache-2.0
"""The service: its routes together, and the one description that all of them are held to."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any, Final

from ninja import NinjaAPI
from ninja.openapi import get_schema

from cartulary import __version__
from cartulary.web.api import (
    cohort_routes,
    course_routes,
    entry_routes,
    estimate_routes,
    finding_routes,
)
from cartulary.web.api.door import Needs
from cartulary.web.api.problems import CONTENT_TYPE, ProblemOut, handle_with
from cartulary.web.api.strict_body import StrictBody

PREFIX: Final = "/api/v1/"

_DESCRIPTION = (
    "The ledger of one centre, as the owner of a token may see and write it. Children are named "
    "by keys in addresses; pseudonyms stand in bodies only. Every reading is written down."
)

#: Why a request may not be done, by status; the same for every route.
REFUSALS: Final = {
    400: "The body cannot be read.",
    401: "There is no token that opens this.",
    403: "The token may not do that.",
    404: "There is nothing here, or it belongs to another centre.",
    405: "The address does not take that method.",
    409: "Another version stands, or the entry_id was used for another change.",
    422: "What was sent is not what is asked, or cannot be.",
    429: "Too many requests.",
    503: "The ledger could not be written just now.",
}

# Without permissions of its own a route opens to nobody.
api = NinjaAPI(
    title="Cartulary",
    version=__version__,
    description=_DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="cartulary-api",
    auth=Needs(),
    parser=StrictBody(),
)
handle_with(api)
for one in (course_routes, finding_routes, entry_routes, estimate_routes, cohort_routes):
    api.add_router("", one.router)


@cache
def description() -> dict[str, Any]:
    """The service as OpenAPI 3.1: what ninja makes of the routes, and how each may refuse."""
    made: dict[str, Any] = deepcopy(dict(get_schema(api, path_prefix=PREFIX)))
    shapes = made["components"]["schemas"]
    shapes["ProblemOut"] = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
    shapes.update(shapes["ProblemOut"].pop("$defs"))
    body = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}
    for methods in made["paths"].values():
        for route in methods.values():
            answers = {str(status): answer for status, answer in route["responses"].items()}
            for status, why in REFUSALS.items():
                answers[str(status)] = {"description": why, "content": body}
            route["responses"] = answers
    made["servers"] = [{"url": "/"}]
    return made
