# SPDX-License-Identifier: Apache-2.0
"""The search box: a pseudonym, a product, a hospital number; by POST, so that no URL holds it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from cartulary.registry import identity, scope
from cartulary.registry.models import Child, Current
from cartulary.registry.permissions import Permission
from cartulary.web.access import SeatedRequest, page

SHOWN = 50


@page(Permission.SEE_CHILDREN, methods=("GET", "POST"))
def search(request: SeatedRequest) -> HttpResponse:
    """One hit opens at once; several are listed; none says what was searched."""
    asked = request.POST.get("q", "").strip()[:100]
    if request.method != "POST" or not asked:
        return render(request, "search.html", {"asked": "", "found": []})
    found = _children(request, asked)
    if len(found) == 1:
        return redirect(address_of(found[0]))
    shown = [{"child": child, "url": address_of(child)} for child in found[:SHOWN]]
    return render(
        request,
        "search.html",
        {"asked": asked, "found": shown, "more": max(0, len(found) - SHOWN)},
    )


def address_of(child: Child) -> str:
    """The child's page."""
    try:
        return reverse("children:child", args=[child.key])
    except NoReverseMatch:
        return f"/children/{child.key}/"


def _children(request: SeatedRequest, asked: str) -> list[Child]:
    mine = scope.children(request.seat)
    exact = list(mine.filter(course_id__iexact=asked))
    if exact:
        return exact
    if request.seat.may(Permission.SEE_IDENTITY):
        by_number = identity.find_by_hospital_number(
            request.seat.centre, asked, account=request.seat.account
        )
        if by_number is not None:
            return list(mine.filter(key=getattr(by_number, "key", by_number)))
    products = Current.objects.filter(
        child__in=mine, kind="product", withdrawn=False, payload__icontains=asked
    ).values_list("child", flat=True)
    found = {child.key: child for child in mine.filter(course_id__icontains=asked)[: SHOWN * 2]}
    for child in mine.filter(key__in=list(products[:SHOWN])):
        found.setdefault(child.key, child)
    return list(found.values())
