# SPDX-License-Identifier: Apache-2.0
"""What was refused, in the language of the page."""

from __future__ import annotations

from django.utils.translation import gettext

from cartulary.course.errors import CartularyError
from cartulary.registry.importing_refusal import ImportingRefusal
from cartulary.registry.refusal_words import sentence_in
from cartulary.web.entry.refused_words import fault_words
from cartulary.web.entry.spoken import language


def refusal_words(error: CartularyError) -> str:
    """The sentence of a refusal; one that is no import's own stays as it is."""
    if not isinstance(error, ImportingRefusal):
        return fault_words(error)
    values = {
        name: _said(value) if name in ("fact", "remedy") and value else value
        for name, value in error.values.items()
    }
    return gettext(error.text) % values


def _said(text: str) -> str:
    """A part of the sentence that is one itself: of an import, or of reading tables."""
    own = gettext(text)
    return sentence_in(text, language()) if own == text else own
