# SPDX-License-Identifier: Apache-2.0
"""A token as a line of a page, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from cartulary.course.choice import Choice
from cartulary.course.events.treatment import Purpose
from cartulary.registry.models import Token
from cartulary.web.api.tokens import READING, WRITING


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token; `works` is false once it has ended or expired."""

    token: Token
    purpose: str
    may: str
    works: bool


def word_of(choice: Choice, lang: str) -> str:
    """The word of a code in Dutch ("nl") or English."""
    return choice.nl if lang == "nl" else choice.en


def line_of(token: Token, now: datetime, lang: str) -> TokenLine:
    """The line of a token at a moment, in Dutch ("nl") or English."""
    purpose = (
        word_of(Purpose(token.purpose), lang) if token.purpose else _("own care and its quality")
    )
    held = [one for one in (*READING, *WRITING) if one.value in token.permissions]
    may = ", ".join(word_of(one, lang) for one in held)
    works = token.revoked_at is None and token.expires > now
    return TokenLine(token, purpose, may, works)
