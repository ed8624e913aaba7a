# SPDX-License-Identifier: Apache-2.0
"""The codes by which children are chosen, in words."""

from __future__ import annotations

from cartulary.course.events.cells import ProductKind
from cartulary.reports.programme_report.code_words import burden_words, code_words

_AGES = {
    "under_3": ("jonger dan 3 jaar", "under 3 years"),
    "3_to_11": ("3 tot en met 11 jaar", "3 to 11 years"),
    "12_or_over": ("12 jaar of ouder", "12 years or over"),
    "not_recorded": ("leeftijd niet vastgelegd", "age not recorded"),
}
_PRIOR = {
    "yes": ("eerder een transplantatie", "a prior transplant"),
    "no": ("geen eerdere transplantatie", "no prior transplant"),
}


def words_of(group: str, code: str, lang: str) -> str:
    """A code of a grouping in words.

    >>> words_of("age", "under_3", "nl"), words_of("burden", "high", "en")
    ('jonger dan 3 jaar', 'high')
    """
    place = 0 if lang == "nl" else 1
    if group == "age":
        return _AGES[code][place]
    if group == "prior_transplant":
        return _PRIOR[code][place]
    if group == "burden":
        return burden_words(code, lang)
    if group == "product" and code != "not_recorded":
        kind = ProductKind(code)
        return kind.nl if lang == "nl" else kind.en
    return code_words("sex" if group == "product" else group, code, lang)
