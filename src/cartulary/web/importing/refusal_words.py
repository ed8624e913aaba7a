# SPDX-License-Identifier: Apache-2.0
"""What was refused, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext

from cartulary.course.errors import CartularyError
from cartulary.registry.importing_refusal import ImportingRefusal


def refusal_words(error: CartularyError) -> str:
    """The sentence of a refusal; one that is no import's own stays as it is."""
    if not isinstance(error, ImportingRefusal):
        return str(error)
    values = {
        name: gettext(value) if name == "remedy" and value else value
        for name, value in error.values.items()
    }
    return gettext(error.text) % values
