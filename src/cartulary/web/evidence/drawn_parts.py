# SPDX-License-Identifier: Apache-2.0
"""The parts of a view that was reckoned, set once as HTML and kept: a view never changes."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from cartulary.web.evidence import tasks
from cartulary.web.evidence.reckoned_pages import ReckonedPage
from cartulary.web.evidence.worker import MADE

#: Views kept by each process, of some 200 kB each.
KEPT: Final = 24
_BEHIND: Final = re.compile(r'<a class="behind" data-behind="([^"]+)"')
_ANY_LINK: Final = re.compile(r'<a class="behind"[^>]*>')

Parts = dict[str, SafeString]


def drawn_parts(view: ReckonedPage, may_behind: bool, may_export: bool) -> Parts:
    """Finding, sections and margin of a view; empty while there is nothing to show."""
    if view.state != "done" or "sections" not in view.page:
        return {}
    return _parts(view.folder, view.wanted.lang, may_behind, may_export)


@lru_cache(maxsize=KEPT)
def _parts(folder: Path, lang: str, may_behind: bool, may_export: bool) -> Parts:
    """The language is that of the view and of whoever looks, so the fixed words fit it."""
    page = tasks.read(folder / MADE / "page.json")
    behind = reverse("evidence:behind", args=(folder.name, "-"))[:-2] if may_behind else ""
    context: dict[str, Any] = {
        "page": _drawable(page, behind),
        "behind": behind,
        "may_export": may_export,
        "view_key": folder.name,
    }
    names = ("finding", "sections", "notes")
    return {name: render_to_string(f"evidence/part_{name}.html", context) for name in names}


def _drawable(page: dict[str, Any], behind: str) -> dict[str, Any]:
    """The page with its figures marked as drawn by us; their numbers open or plain."""
    for section in page["sections"].values():
        for block in section["blocks"]:
            for name in ("svg", "strip"):
                if name in block:
                    block[name] = _drawn(block[name], behind)
            table = block.get("table", {})
            if "axis" in table:
                table["axis"] = _drawn(table["axis"], "")
            for row in table.get("rows", ()):
                if "svg" in row.get("drawn", {}):
                    row["drawn"]["svg"] = _drawn(row["drawn"]["svg"], "")
    return page


def _drawn(svg: str, behind: str) -> SafeString:
    """A figure of ours, every word of it escaped when it was drawn."""
    if behind:

        def opened(found: re.Match[str]) -> str:
            # What the figure holds is escaped already.
            return f'<a class="behind" href="{behind}{quote(found[1])}/"'

        svg = _BEHIND.sub(opened, svg).replace('role="img"', 'role="group"', 1)
    else:
        svg = _ANY_LINK.sub("<g>", svg).replace("</a>", "</g>")
    return mark_safe(svg)  # noqa: S308
