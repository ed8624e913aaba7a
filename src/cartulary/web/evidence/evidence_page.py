# SPDX-License-Identifier: Apache-2.0
"""The outcomes of the centre: a sentence that chooses, a finding, figures, and what is behind."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, gettext_lazy

from cartulary.codebook.endpoint_reader import endpoint
from cartulary.registry import scope
from cartulary.registry.models import Child
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.evidence import reckoned_pages
from cartulary.web.evidence.evidence_wanted import (
    CLOCKS,
    GROUPS,
    STUDIES,
    EvidenceWanted,
    wanted_of,
)
from cartulary.web.evidence.reckoned_pages import ReckonedPage

CLOCK_WORDS: Final = {
    "infusion": gettext_lazy("infused"),
    "apheresis": gettext_lazy("apheresed"),
    "indication": gettext_lazy("with an indication"),
    "remission": gettext_lazy("in remission"),
}
FROM_WORDS: Final = {
    "infusion": gettext_lazy("from infusion"),
    "apheresis": gettext_lazy("from apheresis"),
    "indication": gettext_lazy("from the indication"),
    "remission": gettext_lazy("from remission"),
}
ANY_WORDS: Final = {
    "product": gettext_lazy("any product"),
    "site": gettext_lazy("any site"),
    "burden": gettext_lazy("any burden"),
    "bridging": gettext_lazy("any bridging"),
    "reason": gettext_lazy("any indication"),
    "age": gettext_lazy("any age"),
    "sex": gettext_lazy("boys and girls"),
    "prior_transplant": gettext_lazy("with or without a prior transplant"),
}
GROUP_LABELS: Final = {
    "product": gettext_lazy("Product"),
    "site": gettext_lazy("Site of manufacture"),
    "burden": gettext_lazy("Burden"),
    "bridging": gettext_lazy("Bridging"),
    "reason": gettext_lazy("Reason"),
    "age": gettext_lazy("Age"),
    "sex": gettext_lazy("Sex"),
    "prior_transplant": gettext_lazy("Prior transplant"),
}
BESIDE: Final = {
    "eliana-cibmtr": gettext_lazy("ELIANA and CIBMTR"),
    "eliana": gettext_lazy("ELIANA"),
    "cibmtr": gettext_lazy("CIBMTR"),
    "none": gettext_lazy("no published cohort"),
}
BEHIND_WORDS: Final = {
    "chosen": gettext_lazy("Children chosen"),
    "infused": gettext_lazy("Children infused"),
    "event": gettext_lazy("Children with an event"),
    "no_event": gettext_lazy("Children without an event"),
    "relapse": gettext_lazy("Children with a relapse"),
}


@page(Permission.SEE_EVIDENCE)
def outcomes(request: SeatedRequest) -> HttpResponse:
    """One view of the outcomes; while it is being reckoned, what is being done."""
    seat = request.seat
    wanted = wanted_of(request.GET, seat.centre, language())
    found = reckoned_pages.asked(wanted, seat.centre)
    ready = found.state == "done"
    if ready:
        read(seat.account, seat.centre, None, "evidence", wanted.as_of)
    context: dict[str, Any] = {
        "wanted": wanted,
        "found": found,
        "page": _drawable(found.page),
        "chooser": _chooser(wanted, found.page, seat.centre.name),
        "refusal": _refusal(found.page) if ready else "",
        "may_export": seat.may(Permission.EXPORT_REPORT),
        "behind": _behind(found) if seat.may(Permission.SEE_CHILDREN_BEHIND) else [],
    }
    part = getattr(request, "htmx", False)
    if part and not ready:
        return HttpResponse(status=204)
    response = render(request, "evidence/evidence.html", context)
    if part:
        response.headers["HX-Refresh"] = "true"
    return response


@page(Permission.SEE_CHILDREN_BEHIND, methods=("POST",))
def children(request: SeatedRequest) -> HttpResponse:
    """The children behind a figure, by the view's key and the figure's group."""
    seat = request.seat
    group = request.POST.get("group", "")
    keys = reckoned_pages.behind(seat.centre, request.POST.get("view", ""), group)
    if keys is None:
        raise Http404
    found = {
        str(child.key): child
        for child in scope.children(seat).filter(key__in=[UUID(key) for key in keys])
    }
    shown: list[Child] = [found[key] for key in dict.fromkeys(keys) if key in found]
    for child in shown:
        read(seat.account, seat.centre, child, "evidence")
    context = {"children": shown, "words": BEHIND_WORDS.get(group, gettext_lazy("Children"))}
    return render(request, "evidence/children.html", context)


def _chooser(wanted: EvidenceWanted, page: dict[str, Any], centre: str) -> dict[str, Any]:
    """The words of the sentence that chooses, each with what it may be changed to."""
    endpoints = page.get("endpoints", {})
    clocks = [clock for clock in CLOCKS if clock in endpoints] or [wanted.clock]
    offered = [pair for clock in CLOCKS for pair in endpoints.get(clock, ())]
    if wanted.endpoint not in dict(offered):
        definition = endpoint(wanted.endpoint).definition
        words = f"{definition.name.text(wanted.lang)} ({definition.edition})"
        offered.insert(0, [wanted.endpoint, words])
    codes = page.get("codes", {})
    groups = []
    for name in GROUPS:
        chosen = wanted.codes.get(name, "")
        choices = [list(pair) for pair in codes.get(name, ())]
        if chosen and chosen not in dict(choices):
            choices.append([chosen, chosen])
        words = dict(choices).get(chosen, "") or ANY_WORDS[name]
        groups.append(
            {
                "name": name,
                "label": GROUP_LABELS[name],
                "chosen": chosen,
                "words": words,
                "any": ANY_WORDS[name],
                "choices": choices,
                "in_sentence": bool(chosen) or name in ("product", "burden"),
            }
        )
    return {
        "centre": centre,
        "clock_words": CLOCK_WORDS[wanted.clock],
        "from_words": FROM_WORDS[wanted.clock],
        "clocks": [(clock, CLOCK_WORDS[clock], endpoints.get(clock, [])) for clock in clocks],
        "endpoint_words": dict(offered)[wanted.endpoint],
        "groups": groups,
        "beside": [(code, words) for code, words in BESIDE.items()],
        "beside_chosen": "-".join(wanted.studies) or "none",
        "beside_words": BESIDE["-".join(wanted.studies) or "none"],
        "is_narrowed": bool(wanted.codes or wanted.first or wanted.last),
        "all_studies": wanted.studies == STUDIES,
    }


def _drawable(page: dict[str, Any]) -> dict[str, Any]:
    """The page with its figures marked as drawn by us."""
    for section in page.get("sections", ()):
        for block in section["blocks"]:
            if block["type"] == "chart":
                # Drawn by the report's renderer, which escapes every label.
                block["svg"] = mark_safe(block["svg"])  # noqa: S308
    return page


def _refusal(page: dict[str, Any]) -> str:
    """Why there is no figure, and what to do."""
    kind = page.get("refusal", "")
    if kind == "too_few":
        limit = {"least": page["least"], "n": page.get("children")}
        if page.get("children") is None:
            return (
                gettext(
                    "Fewer than %(least)s children are chosen. Of so few nothing is reckoned: one "
                    "child would decide every figure. Leave a word of the sentence at “any”."
                )
                % limit
            )
        return (
            gettext(
                "%(n)s children are chosen, and a part of the programme is reckoned from "
                "%(least)s on: of fewer, one child would decide every figure. Leave a word of "
                "the sentence at “any”."
            )
            % limit
        )
    words = {
        "rest_too_small": gettext(
            "So few children are left out by this choice that they could be reckoned back from "
            "the whole. The centre withholds such counts. Choose otherwise."
        ),
        "foreseeing": gettext(
            "Product, site, burden and bridging are settled only after this clock starts: a child "
            "must live long enough to be in such a group, so the groups would differ by that "
            "alone. Count from the infusion, or choose by something else."
        ),
        "no_curve": gettext(
            "There is no curve of this definition: the programme does not report it, or nobody "
            "can be counted. Choose another definition."
        ),
        "errors": gettext(
            "Every course has an error. Nothing can be reckoned. Look at the findings on the home "
            "page and mend them first."
        ),
        "nobody": gettext(
            "No child has been registered yet. There is nothing to reckon. Register the first "
            "child."
        ),
    }
    return words.get(kind, "")


def _behind(found: ReckonedPage) -> list[tuple[str, Any]]:
    """The groups of children that may be looked at behind the figures."""
    if found.state != "done" or "refusal" in found.page:
        return []
    return list(BEHIND_WORDS.items())
