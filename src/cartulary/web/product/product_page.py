# SPDX-License-Identifier: Apache-2.0
"""One product: who has it, the next step with its two identifiers, and everything before it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from cartulary.registry import clock, scope
from cartulary.registry.change import Conflict, Refused
from cartulary.registry.identifiers import MisreadError
from cartulary.registry.models import Child
from cartulary.registry.permissions import Permission
from cartulary.registry.policies import in_the_way
from cartulary.registry.product_life import Unit, next_row, rows_from
from cartulary.registry.product_life_back import last_step
from cartulary.registry.product_life_reading import HANDLING, ProductStory, story_of
from cartulary.registry.product_life_states import Act, State
from cartulary.registry.product_life_table import TABLE, Row
from cartulary.registry.product_life_writing import Mismatch, NotNow, Signer, take
from cartulary.registry.reading_log import read
from cartulary.web.access import Seat, SeatedRequest, page
from cartulary.web.entry.form_context import draft_found_words
from cartulary.web.entry.refused_words import refused_words
from cartulary.web.entry.spoken import language
from cartulary.web.product.hand_off import Form, form_of
from cartulary.web.product.kept import forget, keep_step, kept
from cartulary.web.product.offered_limits import offered_limits
from cartulary.web.product.page_context import page_context
from cartulary.web.product.spoken import names_of, say, word
from cartulary.web.product.typed import Typed, wish_of

#: Whoever may take, or second, any step of the table.
WRITERS = tuple(
    dict.fromkeys(
        one for row in TABLE for one in (row.may, row.second, row.back) if one is not None
    )
)


@page(Permission.SEE_CHILDREN, methods=("GET", "POST"))
def product(request: SeatedRequest, key: UUID, event: str) -> HttpResponse:
    """The page of one product, now or as of a past day, and the step that is taken on it."""
    seat = request.seat
    child = child_or_404(seat, key)
    as_of = as_of_asked(request)
    story = story_of(child, event, as_of)
    if story is None:
        raise Http404
    if request.method == "POST":
        if as_of is not None:
            raise PermissionDenied
        return _post(request, seat, child, story)
    read(seat.account, seat.centre, child, "product", as_of)
    unit = bag_asked(request, story)
    if as_of is not None:
        context = page_context(seat, story, unit, None, as_of=as_of)
        return render(request, "product/product.html", context)
    draft, typed = kept(seat, child, HANDLING, event)
    if draft is not None and "do" not in request.GET and "bag" not in request.GET:
        unit = story.life.unit(typed.get("bag", ""))
    row = _chosen(story, unit, request.GET.get("do", typed.get("act", "")))
    if row is not None and "do" not in request.GET and row.act.value != typed.get("act"):
        row = _what_it_waits_for(story, unit, row)
    is_draft = row is not None and row.act.value == typed.get("act")
    form = _form(seat, story, unit, row, typed if is_draft else None) if row else None
    context = page_context(seat, story, unit, form)
    if draft is not None and is_draft:
        context["draft_said"] = draft_found_words(draft)
    return render(request, "product/product.html", context)


product.when_expired = keep_step  # type: ignore[attr-defined]


def child_or_404(seat: Seat, key: UUID) -> Child:
    """The child, if it is one of this seat's centre."""
    child: Child | None = scope.children(seat).filter(key=key).select_related("centre").first()
    if child is None:
        raise Http404
    return child


def bag_asked(request: HttpRequest, story: ProductStory) -> Unit:
    """The bag that is asked for by its place: no name of a bag stands in an address."""
    text = request.GET.get("bag", "")
    place = int(text) if text.isdecimal() and len(text) < 4 else 1
    units = story.life.units
    return units[place - 1] if 1 <= place <= len(units) else units[0]


def as_of_asked(request: HttpRequest) -> date | None:
    """The past day that is asked for; None for now and for what is no past day."""
    try:
        asked = date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return None
    return asked if asked < clock.today() else None


def _chosen(story: ProductStory, unit: Unit, asked: str) -> Row | None:
    """The row whose form is shown: the one asked for, else the next on the usual way."""
    here = [row for row, _ in rows_from(story.life, unit)]
    for row in here:
        if row.act.value == asked:
            return row
    if unit.asked is not None:
        return next((row for row in here if row.act is unit.asked.act), None)
    if not story.is_followed and story.state() is not State.ORDERED:
        return next((row for row in here if row.act is Act.ADOPT), None)
    if unit.state is State.OUT_OF_SPECIFICATION:
        return next((row for row in here if row.act is Act.APPROVE), None)
    found = next_row(story.life, unit)
    if found is not None:
        return found
    # The way on is not known yet: show what would follow, and what is missing for it.
    return next((row for row, fit in rows_from(story.life, unit) if fit is None), None)


def _what_it_waits_for(story: ProductStory, unit: Unit, row: Row) -> Row:
    """The step that clears the way for this one, where it is one of the laboratory's own."""
    ways = in_the_way(
        story.life, unit, row, allowed=lambda _: True, username="", today=clock.today().isoformat()
    )
    clears = {"identifiers": Act.IDENTIFY, "form": Act.SPECIFY}
    first = next((clears[way.code] for way in ways if way.code in clears), None)
    here = (one for one, _ in rows_from(story.life, unit))
    return next((one for one in here if one.act is first), row)


def _form(
    seat: Seat,
    story: ProductStory,
    unit: Unit,
    row: Row,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    problems: tuple[str, ...] = (),
) -> Form:
    last = last_step(story.life, unit)
    authors = [step.author for step in (unit.asked, last) if step is not None]
    return form_of(
        story,
        unit,
        row,
        allowed=seat.may,
        me=seat.account.get_username(),
        today=clock.today().isoformat(),
        names=names_of(authors),
        typed=typed,
        errors=errors,
        problems=problems,
        offered=offered_limits(story) if row.act is Act.SPECIFY else None,
    )


def _post(request: SeatedRequest, seat: Seat, child: Child, story: ProductStory) -> HttpResponse:
    """Read identifiers, or take the step."""
    data = request.POST.dict()
    if "anew" in data:
        forget(seat, child, HANDLING, story.event)
        return redirect("product:product", child.key, story.event)
    act = next((act for act in Act if act.value == data.get("act")), None)
    bag = data.get("bag", "")
    may_write = any(seat.may(permission) for permission in WRITERS)
    if act is None and not may_write:
        raise PermissionDenied
    if act is None or (bag and not story.life.has(bag)):
        raise Http404
    unit = story.life.unit(bag)
    here = [row for row, _ in rows_from(story.life, unit) if row.act is act]
    row = here[0] if here else next(row for row in TABLE if row.act is act)
    local = clock.now().astimezone(ZoneInfo(settings.TIME_ZONE))
    if not may_write:
        # Refused, on the page that says whose step it is.
        form = _form(seat, story, unit, row)
        return render(
            request, "product/product.html", page_context(seat, story, unit, form), status=403
        )
    typed = wish_of(story, unit, row, data, local)
    errors = dict(typed.errors)
    only_read = "go" not in data
    if only_read:
        errors = {name: text for name, text in errors.items() if name.startswith("read_")}
    problems: tuple[str, ...] = ()
    if only_read or not errors:
        try:
            entries = _take(seat, child, story, typed, only_read=only_read)
        except Mismatch as mismatch:
            messages.error(
                request,
                say("Blocked. Nothing happened. Recorded as entry %(entry)d.")
                % {"entry": mismatch.entries[0].number},
            )
            return _to(request, story, unit)
        except (NotNow, MisreadError, Conflict, Refused) as error:
            problems = _problems(error)
        else:
            if entries:
                forget(seat, child, HANDLING, story.event)
                messages.success(
                    request,
                    say("%(act)s: written as entry %(entry)d.")
                    % {"act": word(row.act), "entry": entries[0].number},
                )
                return _to(request, story, unit)
    form = _form(seat, story, unit, row, data, errors, problems)
    context = page_context(seat, story, unit, form)
    if request.htmx:
        return render(request, "product/hand_off.html", context)
    status = 422 if (problems or errors) else 200
    return render(request, "product/product.html", context, status=status)


def _take(
    seat: Seat, child: Child, story: ProductStory, typed: Typed, *, only_read: bool
) -> list[Any]:
    return take(
        Signer(seat.hand(), seat.may, seat.role.en),
        child,
        story.event,
        typed.wish,
        now=clock.now(),
        today=clock.today().isoformat(),
        only_read=only_read,
    )


def _problems(error: Exception) -> tuple[str, ...]:
    if isinstance(error, NotNow):
        return tuple(obstacle.text(language()) for obstacle in error.obstacles)
    if isinstance(error, MisreadError):
        return (error.text(language()),)
    if isinstance(error, Refused):
        return tuple(" ".join(refused_words(one)) for one in error.problems)
    return (
        say(
            "Somebody else took a step with this product in between. Nothing of yours was written. "
            "Look at what is there now, and do it again if it still holds."
        ),
    )


def _to(request: SeatedRequest, story: ProductStory, unit: Unit) -> HttpResponse:
    """Back to the product as it now stands, so that a reload writes nothing again."""
    address = reverse("product:product", args=[story.child.key, story.event])
    if unit.bag:
        bags = [one.bag for one in story.life.units]
        address += "?" + urlencode({"bag": bags.index(unit.bag) + 1})
    if request.htmx:
        return HttpResponseClientRedirect(address)
    return redirect(address)
