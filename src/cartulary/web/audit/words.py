# SPDX-License-Identifier: Apache-2.0
"""Entries and readings in words."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

from cartulary.course.choice import Choice
from cartulary.course.events import EVENT_TYPE_OF_KIND
from cartulary.registry.change import KINDS
from cartulary.registry.models import Act, Via
from cartulary.web.entry.spoken import language
from cartulary.web.home.told import kind_words

#: What the pages are called that a reading names; others are shown as they are written.
PAGES: Final = {
    "home": gettext_lazy("worklists"),
    "due": gettext_lazy("item that is due"),
    "snoozed": gettext_lazy("items put off"),
    "findings": gettext_lazy("findings"),
    "finding": gettext_lazy("one finding"),
    "queries": gettext_lazy("queries"),
    "query": gettext_lazy("one query"),
    "ask": gettext_lazy("asking a query"),
    "verification": gettext_lazy("verification"),
    "samples": gettext_lazy("samples"),
    "sample": gettext_lazy("one sample"),
    "audit": gettext_lazy("log of entries"),
    "audit of child": gettext_lazy("log of a child"),
    "audit entry": gettext_lazy("one entry"),
    "readings": gettext_lazy("log of readings"),
    "access report": gettext_lazy("access report"),
    "children": gettext_lazy("list of children"),
    "timeline": gettext_lazy("timeline"),
    "table": gettext_lazy("table of the course"),
    "event": gettext_lazy("one event"),
    "events": gettext_lazy("events"),
    "entry": gettext_lazy("form"),
    "toxicity": gettext_lazy("toxicity grid"),
    "product": gettext_lazy("product"),
    "identity": gettext_lazy("identity"),
    "evidence": gettext_lazy("outcomes"),
    "report": gettext_lazy("report"),
    "outcome table": gettext_lazy("table of outcomes"),
    "exports": gettext_lazy("what was taken away"),
}


def page_words(page: str) -> str:
    """What a page is called that was read."""
    return str(PAGES.get(page, page))


def kind_label(kind: str) -> str:
    """What a kind of entry is called."""
    event_type = EVENT_TYPE_OF_KIND.get(kind)
    words = event_type.label(language()) if event_type is not None else str(kind_words(kind))
    return words[:1].upper() + words[1:]


def kinds() -> list[tuple[str, str]]:
    """Every kind of entry with its words, in order of the words."""
    return sorted(((kind, kind_label(kind)) for kind in KINDS), key=lambda p: p[1].casefold())


def choice_words(code: str, choices: type[Choice]) -> str:
    """A code of a closed list in words."""
    try:
        member = choices(code)
    except ValueError:
        return code
    return member.nl if language() == "nl" else member.en


def act_words(code: str) -> str:
    """What an entry did: written, amended, withdrawn."""
    return choice_words(code, Act)


def via_words(code: str) -> str:
    """How an entry came in."""
    return choice_words(code, Via)
