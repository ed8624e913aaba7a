# SPDX-License-Identifier: Apache-2.0
"""Small numbers as a sentence says them."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from cartulary.registry.worklists import COUNTED
from cartulary.web.entry.spoken import language, number_words

_WORDS: Final = {
    "en": "no one two three four five six seven eight nine ten eleven twelve".split(),
    "nl": "geen één twee drie vier vijf zes zeven acht negen tien elf twaalf".split(),
}


def count_words(n: int) -> str:
    """A count up to twelve as a word, above that in figures; where counting stopped, at least.

    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     count_words(3), count_words(40)
    ('three', '40')
    """
    if n >= COUNTED:
        return _("at least %(n)s") % {"n": number_words(n)}
    words = _WORDS[language()]
    return words[n] if 0 <= n < len(words) else number_words(n)


def at_the_start(sentence: str) -> str:
    """A sentence with a capital.

    >>> at_the_start("één fout")
    'Eén fout'
    """
    if sentence[:3] == "één":
        return "Eén" + sentence[3:]
    return sentence[:1].upper() + sentence[1:]
