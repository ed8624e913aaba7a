# SPDX-License-Identifier: Apache-2.0
"""Saying what the columns of uploaded tables hold; remembered for the next file of that header."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render

from cartulary.registry.importing_columns import (
    MAPPABLE,
    NOT_READ,
    Head,
    Said,
    columns_for,
    heads_of,
    keys_in,
    refuse_kinds_twice,
    remembered,
    says_more,
)
from cartulary.registry.importing_refusal import ImportingRefusal
from cartulary.registry.permissions import Permission
from cartulary.registry.reading_log import read
from cartulary.web.access import SeatedRequest, page
from cartulary.web.entry.spoken import language
from cartulary.web.importing.dry_run_page import upload_or_404
from cartulary.web.importing.progress_page import busy, read_or_begin
from cartulary.web.importing.refusal_words import refusal_words
from cartulary.web.importing.row_words import table_words


@dataclass(frozen=True, slots=True)
class Choice:
    """One header of a table, what its first cell says, and the columns that it may be."""

    field: str
    text: str
    example: str
    options: list[tuple[str, str, bool]]
    unclear: bool


@page(Permission.IMPORT_TABLES, methods=("GET", "POST"))
def columns(request: SeatedRequest, key: UUID) -> HttpResponse:
    """What each table and column holds; sent, the dry run is made anew."""
    seat = request.seat
    upload = upload_or_404(request, key)
    if busy(upload):
        return redirect("importing:dry_run", key=key)
    heads = heads_of(upload)
    said = remembered(seat.centre, heads)
    wrong = ""
    if request.method == "POST":
        said = {
            head.name: one
            for number, head in enumerate(heads)
            if (one := _posted(request, number, head)) is not None
        }
        if request.POST.get("act") == "save":
            told = {h.name: said[h.name] for h in heads if _tells(h, said)}
            try:
                refuse_kinds_twice(heads, told)
                plain = {name: one.plain() for name, one in told.items()}
                read_or_begin(upload, seat.centre, plain)
            except ImportingRefusal as error:
                wrong = refusal_words(error)
            else:
                return redirect("importing:dry_run", key=key)
    read(seat.account, seat.centre, None, "import")
    context: dict[str, Any] = {
        "upload": upload,
        "tables": [_table(number, head, said.get(head.name)) for number, head in enumerate(heads)],
        "wrong": wrong,
    }
    return render(request, "importing/columns.html", context, status=422 if wrong else 200)


def _tells(head: Head, said: dict[str, Said]) -> bool:
    return head.name in said and says_more(head, said[head.name])


def _posted(request: SeatedRequest, number: int, head: Head) -> Said | None:
    kind = request.POST.get(f"{number}-kind", head.kind or "")
    if kind not in MAPPABLE:
        return None
    known = {column.key for column in columns_for(kind)} | {NOT_READ}
    if kind != request.POST.get(f"{number}-was", ""):
        # Another kind has other columns: what they seem to be is asked anew.
        return Said(kind, {})
    chosen: dict[str, str] = {}
    for position, text in enumerate(head.texts):
        column = request.POST.get(f"{number}-{position}", "")
        if column in known:
            chosen[text] = column
    return Said(kind, chosen)


def _table(number: int, head: Head, said: Said | None) -> dict[str, Any]:
    lang = language()
    kind = said.kind if said is not None else head.kind or ""
    choices = []
    if kind:
        by_itself = keys_in(head.texts, kind)
        offered = [(column.key, column.label(lang)) for column in columns_for(kind)]
        for position, text in enumerate(head.texts):
            own = by_itself[position]
            chosen = said.columns.get(text, own) if said is not None else own
            ignored = chosen == NOT_READ or text.startswith(NOT_READ)
            if text.strip():
                choices.append(
                    Choice(
                        f"{number}-{position}",
                        text,
                        head.example[position] if position < len(head.example) else "",
                        [(code, words, code == chosen) for code, words in offered],
                        not chosen and not ignored,
                    )
                )
    return {
        "field": f"{number}-kind",
        "was": f"{number}-was",
        "name": head.name,
        "kind": kind,
        "kinds": [(code, table_words(code, lang), code == kind) for code in MAPPABLE],
        "choices": choices,
        "unclear": sum(choice.unclear for choice in choices),
    }
