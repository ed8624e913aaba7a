# SPDX-License-Identifier: Apache-2.0
"""A forecast that is not given, and why: in words for the person who asked, never for a log."""

from __future__ import annotations

from cartulary.codebook.words import Words
from cartulary.course.errors import CartularyError


class Refusal(CartularyError):  # noqa: N818 - an answer, not a failure
    """No forecast for this child on this day.

    `code` says which rule; `fact` (with its value), `why` and `remedy` are what a person reads, in
    Dutch and English. The text of the exception itself names the rule alone: it holds nothing of
    the child, so that it may reach a log.

    >>> refused = Refusal("not_infused", Words("No infusion.", "Geen infusie."),
    ...     Words("Why.", "Waarom."), Words("Wait.", "Wacht."))
    >>> str(refused), refused.text("nl")
    ('No forecast: not_infused.', 'Geen infusie. Waarom. Wacht.')
    """

    def __init__(self, code: str, fact: Words, why: Words, remedy: Words) -> None:
        self.code, self.fact, self.why, self.remedy = code, fact, why, remedy
        super().__init__(f"No forecast: {code}.")

    def text(self, lang: str) -> str:
        """Fact, why and remedy in Dutch ("nl") or English."""
        return " ".join(part.text(lang) for part in (self.fact, self.why, self.remedy))
