# SPDX-License-Identifier: Apache-2.0
"""What the service says when it does not do what was asked: fact, value, why and remedy."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from cartulary.course.errors import CartularyError
from cartulary.registry.writing import Conflict, Refused, StorageError

log = logging.getLogger("cartulary.api")

CONTENT_TYPE = "application/problem+json"
NAME_USED = "entry.name_used"


class OneProblem(Schema):
    """One thing that is wrong with what was sent."""

    rule: str
    fact: str
    value: str = ""
    why: str = ""
    remedy: str = ""
    events: list[str] = Field(default_factory=list)
    place: list[str | int] = Field(default_factory=list)


class ProblemOut(Schema):
    """A refusal (RFC 9457): `title` is the fact, `detail` why, and `remedy` what to do."""

    type: str
    title: str
    status: int
    detail: str
    value: str = ""
    remedy: str
    problems: list[OneProblem] = Field(default_factory=list)
    theirs: dict[str, Any] | None = Field(None, description="With a conflict: what stands now.")
    mine: dict[str, Any] | None = Field(None, description="With a conflict: what was sent.")


class ApiRefusal(Exception):  # noqa: N818 - the word for what it is
    """Raised by a route that does not do what was asked."""

    def __init__(
        self, status: int, kind: str, fact: str, why: str, remedy: str, value: str = ""
    ) -> None:
        self.status = status
        self.kind = kind
        self.fact = fact
        self.why = why
        self.remedy = remedy
        self.value = value
        super().__init__(kind)


def problem(
    status: int,
    kind: str,
    fact: str,
    why: str,
    remedy: str,
    *,
    value: str = "",
    problems: Iterable[Mapping[str, Any]] = (),
    **more: Any,
) -> HttpResponse:
    """The answer that says so, as problem+json."""
    body = {
        "type": f"urn:cartulary:{kind}",
        "title": fact,
        "status": status,
        "detail": why,
        "value": value,
        "remedy": remedy,
        "problems": list(problems),
        **more,
    }
    return HttpResponse(json.dumps(body), status=status, content_type=CONTENT_TYPE)


def nothing_there() -> HttpResponse:
    """404, for what does not exist and for what belongs to another centre alike."""
    return problem(
        404,
        "not-there",
        _("There is nothing here."),
        _("It does not exist, or it belongs to another centre."),
        _("Look its key up again."),
    )


def wrong_method(allowed: str) -> HttpResponse:
    """405."""
    answer = problem(
        405,
        "method",
        _("This address does not take that method."),
        _("Each address answers the methods that its description names."),
        _("Use one of: %(allowed)s.") % {"allowed": allowed},
    )
    answer["Allow"] = allowed
    return answer


def too_many(seconds: int) -> HttpResponse:
    """429."""
    answer = problem(
        429,
        "too-many",
        _("Too many requests."),
        _("The service is shared, and the ward comes first."),
        _("Wait %(seconds)s seconds.") % {"seconds": seconds},
    )
    answer["Retry-After"] = str(seconds)
    return answer


def no_token() -> HttpResponse:
    """401."""
    answer = problem(
        401,
        "no-token",
        _("There is no token that opens this."),
        _("It is missing, ended or expired, or its owner has no role at the centre any more."),
        _("Send the header Authorization: Bearer, with a token made on the page of tokens."),
    )
    answer["WWW-Authenticate"] = 'Bearer realm="cartulary"'
    return answer


def handle_with(api: NinjaAPI) -> None:
    """Every way in which a route can end otherwise than well."""
    api.add_exception_handler(ApiRefusal, _refusal)
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(Conflict, _conflict)
    api.add_exception_handler(StorageError, _storage)
    api.add_exception_handler(CartularyError, _cartulary)
    api.add_exception_handler(AuthenticationError, lambda request, exc: no_token())
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, lambda request, exc: nothing_there())
    api.add_exception_handler(ValidationError, _invalid)


def _refusal(request: HttpRequest, exc: ApiRefusal) -> HttpResponse:
    return problem(exc.status, exc.kind, exc.fact, exc.why, exc.remedy, value=exc.value)


def _refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    told = [
        OneProblem(
            rule=one.rule,
            fact=one.fact,
            value=one.value,
            why=one.why,
            remedy=one.remedy,
            events=list(one.event_ids),
        ).model_dump()
        for one in exc.problems
    ]
    first = exc.problems[0]
    used = any(one.rule == NAME_USED for one in exc.problems)
    return problem(
        409 if used else 422,
        first.rule,
        first.fact,
        first.why,
        first.remedy,
        value=first.value,
        problems=told,
    )


def _conflict(request: HttpRequest, exc: Conflict) -> HttpResponse:
    theirs, mine = exc.theirs, exc.mine
    return problem(
        409,
        "conflict",
        _("The event now has another version."),
        _("Somebody else saved in between."),
        _("Look at both, and send the one that holds with the version that stands now."),
        value=str(theirs.version),
        theirs={
            "event": theirs.event,
            "kind": theirs.kind,
            "version": theirs.version,
            "entry": theirs.entry,
            "withdrawn": theirs.withdrawn,
            "payload": json.loads(theirs.payload),
        },
        mine={
            "event": mine.event,
            "kind": mine.kind,
            "expected_version": mine.expected_version,
            "payload": None if mine.payload is None else dict(mine.payload),
        },
    )


def _storage(request: HttpRequest, exc: StorageError) -> HttpResponse:
    log.error("the ledger could not be written (%s)", type(exc).__name__)
    return problem(
        503,
        "storage",
        _("The ledger could not be written just now."),
        _("Its disk or its database did not take it; nothing was half-written."),
        _("Send the same again under the same entry_id; it is written once."),
    )


def _cartulary(request: HttpRequest, exc: CartularyError) -> HttpResponse:
    return problem(
        422,
        "cannot-be-answered",
        str(exc),
        _("What was asked cannot be answered from this record."),
        _("Ask it otherwise."),
    )


def _http(request: HttpRequest, exc: HttpError) -> HttpResponse:
    return problem(
        exc.status_code,
        "unreadable",
        _("The body cannot be read."),
        _("It must be one JSON value in UTF-8, with no name twice and no number that is none."),
        _("Compare it with the description of this address."),
    )


def _invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    told = [
        OneProblem(
            rule=str(error.get("type", "")),
            fact=str(error.get("msg", "")),
            place=[part for part in error.get("loc", ()) if isinstance(part, str | int)],
        ).model_dump()
        for error in exc.errors
    ]
    return problem(
        422,
        "invalid",
        _("Part of what was sent is missing or not what is asked."),
        _("Every part that is wrong is named under problems."),
        _("Compare it with the description of this address."),
        problems=told,
    )
