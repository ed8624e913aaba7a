# SPDX-License-Identifier: Apache-2.0
"""Texts in English and Dutch: what a person reads is never half translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """One text in English and Dutch."""

    en: str
    nl: str

    def text(self, lang: str) -> str:
        """The text in Dutch ("nl") or English."""
        return self.nl if lang == "nl" else self.en


#: Where a text may be left out, and is.
NO_WORDS: Final = Words("", "")

#: Codes and what each is called.
Vocabulary = Mapping[str, Words]


def vocabulary(table: Mapping[str, tuple[str, str]]) -> Vocabulary:
    """A closed list of codes, each with its English and its Dutch text.

    >>> vocabulary({"child": ("child", "kind")})["child"].text("nl")
    'kind'
    """
    return MappingProxyType({code: Words(en, nl) for code, (en, nl) in table.items()})
