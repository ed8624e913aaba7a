# SPDX-License-Identifier: Apache-2.0
"""A choice of a course in the language of the page."""

from __future__ import annotations

from cartulary.course.choice import Choice
from cartulary.web.entry.spoken import language


def word(value: object) -> str:
    """A choice in the page's language; "" for an absence."""
    if not isinstance(value, Choice):
        return ""
    return value.nl if language() == "nl" else value.en
