# SPDX-License-Identifier: Apache-2.0
"""The sentence of the first page: what is late, what waits, and what holds the report back."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartulary.registry.worklists import DueCounts
from cartulary.web.home.number_words import at_the_start, count_words


def sentence(due: DueCounts, waiting: int, errors: int) -> SafeString:
    """Two or three clauses, the decisive one bold; made of the same counts as the lists.

    Arguments: what is due; how many findings and queries wait; how many of them are errors.
    """
    parts = [_due_words(due)]
    if waiting:
        words = ngettext(
            "%(n)s finding or query waits", "%(n)s findings and queries wait", waiting
        ) % {"n": count_words(waiting)}
        parts.append(format_html("{}; {}.", at_the_start(words), _block_words(errors)))
    else:
        parts.append(_("No finding or query waits."))
    return format_html("{} {}", *parts)


def _due_words(due: DueCounts) -> str:
    if due.late:
        late = ngettext(
            "%(n)s follow-up item is late", "%(n)s follow-up items are late", due.late
        ) % {"n": count_words(due.late)}
    elif due.total:
        late = _("no follow-up item is late")
    else:
        return _("Nothing is due.")
    if due.ask:
        asks = ngettext(
            "%(n)s has passed its target without a stated window",
            "%(n)s have passed their target without a stated window",
            due.ask,
        ) % {"n": count_words(due.ask)}
        return at_the_start(f"{late}, {asks}.")
    return at_the_start(f"{late}.")


def _block_words(errors: int) -> SafeString:
    if not errors:
        return format_html("{}", _("nothing holds the report back"))
    words = ngettext(
        "%(n)s error holds the report back", "%(n)s errors hold the report back", errors
    ) % {"n": count_words(errors)}
    return format_html("<strong>{}</strong>", words)
