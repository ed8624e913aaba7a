# SPDX-License-Identifier: Apache-2.0
"""The next pseudonym of a centre, and what a pseudonym may not be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from cartulary.course.tables.days import When, when_of
from cartulary.web.entry.typed import NotUnderstood

FIRST = "M-001"
LONGEST = 20
_NUMBERED = re.compile(r"(.*?)(\d+)")
_ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Seven digits or more in a row are a hospital number, a citizen's number or a date.
_LONG_NUMBER = re.compile(r"\d{7,}")


def next_pseudonym(taken: Sequence[str]) -> str:
    """The one after the highest of the series used last; `taken` is in order of registration.

    >>> next_pseudonym(["M-001", "X-7", "M-013", "M-002"]), next_pseudonym([])
    ('M-014', 'M-001')
    """
    series = [
        (match[1], match[2]) for name in taken if (match := _NUMBERED.fullmatch(name)) is not None
    ]
    if not series:
        return FIRST
    prefix = series[-1][0]
    numbers = [digits for of, digits in series if of == prefix]
    highest = max(numbers, key=int)
    return f"{prefix}{int(highest) + 1:0{len(highest)}d}"


def pseudonym_problem(text: str, taken: Sequence[str]) -> NotUnderstood | None:
    """Why a text cannot be the pseudonym of a new child, or None when it can."""
    if not text:
        return NotUnderstood(_("There is no pseudonym."), _("The child is known by nothing else."))
    if text in taken:
        return NotUnderstood(
            _("Another child of this centre has this pseudonym."),
            _("Look whether it is the same child; else take the next one."),
        )
    if len(text) > LONGEST or not _ALLOWED.fullmatch(text):
        return NotUnderstood(
            _("This cannot be a pseudonym."),
            _("It has at most %(most)s letters, digits, hyphens and points, and no spaces.")
            % {"most": LONGEST},
        )
    if _LONG_NUMBER.search(text) or isinstance(when_of(text), When):
        return NotUnderstood(
            _("This looks like a hospital number or a date."),
            _("A pseudonym must not lead to the child; such a number belongs with the identity."),
        )
    return None
