# SPDX-License-Identifier: Apache-2.0
"""The description of the service: as OpenAPI for programs, and as a page for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from cartulary.web.access import open_page, signed_in_page
from cartulary.web.api.service import REFUSALS, description


@dataclass(frozen=True, slots=True)
class Part:
    """One parameter, or one part of a body or an answer."""

    name: str
    kind: str
    must: bool
    text: str


@dataclass(frozen=True, slots=True)
class Described:
    """One route, as the page shows it."""

    method: str
    path: str
    summary: str
    text: str
    parameters: tuple[Part, ...]
    body: tuple[Part, ...]
    answer: tuple[Part, ...]


@open_page
def openapi(request: HttpRequest) -> HttpResponse:
    """The description as JSON; it holds no data, and so is open."""
    return JsonResponse(description())


@signed_in_page
def page(request: HttpRequest) -> HttpResponse:
    """The same as a page, made of nothing else."""
    context = {"routes": _routes(description()), "refusals": REFUSALS.items()}
    return render(request, "api/description.html", context)


def _routes(made: dict[str, Any]) -> list[Described]:
    shapes = made["components"]["schemas"]
    found = []
    for path, methods in made["paths"].items():
        for method, route in methods.items():
            body = route.get("requestBody", {}).get("content", {}).get("application/json", {})
            good = next(
                answer for status, answer in route["responses"].items() if status.startswith("2")
            )
            answer = good.get("content", {}).get("application/json", {})
            found.append(
                Described(
                    method.upper(),
                    path,
                    route["summary"],
                    route.get("description", ""),
                    tuple(
                        Part(
                            one["name"],
                            _kind(one["schema"]),
                            one.get("required", False),
                            one.get("description") or one["schema"].get("description", ""),
                        )
                        for one in route.get("parameters", ())
                    ),
                    _parts(body.get("schema", {}), shapes),
                    _parts(answer.get("schema", {}), shapes),
                )
            )
    return found


def _parts(schema: dict[str, Any], shapes: dict[str, Any]) -> tuple[Part, ...]:
    shape = shapes.get(schema.get("$ref", "").rpartition("/")[2], schema)
    needed = set(shape.get("required", ()))
    return tuple(
        Part(name, _kind(part), name in needed, part.get("description", ""))
        for name, part in shape.get("properties", {}).items()
    )


def _kind(schema: dict[str, Any]) -> str:
    """The kind of a value in a word or two."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_kind(schema.get('items', {}))}]"
    return str(schema.get("format") or schema.get("type") or "any")
