# SPDX-License-Identifier: Apache-2.0
"""Texts, choices and yes or no, as a field gives them."""

from __future__ import annotations

from functools import cache

from django.utils.translation import gettext as _

from cartulary.course.absence import Absence
from cartulary.course.choice import Choice
from cartulary.course.fact import Fact
from cartulary.course.tables.words import YES_NO_OF_WORD, folded, nearest, words_of
from cartulary.web.entry.absent_keys import (
    ABSENCE_OF_KEY,
    absence_typed,
    absence_words,
    without_guard,
)
from cartulary.web.entry.spoken import language
from cartulary.web.entry.typed import Meant, NotUnderstood, Reading, Said, Understood

LONGEST_TEXT = 2000
EMPTY_LIST = "[]"
YES, NO = "yes", "no"


def clean_text(text: str) -> str:
    """A text on one line, without what cannot be seen."""
    spaced = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(spaced.split())


def read_text(text: str) -> Reading | None:
    """A text, or the absence that its key or word names; None when nothing was typed."""
    text = clean_text(text)
    if not text:
        return None
    absence = absence_typed(text)
    if absence is not None:
        return Understood(absence, Said(absence_words(absence), equals=False))
    if len(text) > LONGEST_TEXT:
        return NotUnderstood(
            _("The text has %(count)s characters; at most %(most)s are kept.")
            % {"count": len(text), "most": LONGEST_TEXT},
            _("Shorten it."),
        )
    return Understood(without_guard(text))


def read_choice(text: str, fact: Fact) -> Reading | None:
    """One value of a closed list: its code from a list, or a word that means only it."""
    assert fact.choices is not None
    text = text.strip()
    if not text:
        return None
    if text in ABSENCE_OF_KEY:
        return Understood(ABSENCE_OF_KEY[text])
    member = _members(fact.choices).get(text)
    if member is not None:
        return Understood(member)
    meant = words_of(fact.choices).get(folded(text), ())
    if len(meant) == 1:
        return Understood(meant[0], Said(choice_words(meant[0])))
    absence = absence_typed(text)
    if absence is not None:
        return Understood(absence, Said(absence_words(absence), equals=False))
    near = nearest(text, [choice_words(member) for member in fact.choices])
    return NotUnderstood(
        _("“%(text)s” is none of the values.") % {"text": text[:40]},
        _("Choose one of the list."),
        tuple(Meant(str(m), choice_words(m)) for m in meant)
        or ((Meant(near, near),) if near else ()),
    )


@cache
def _members(choices: type[Choice]) -> dict[str, Choice]:
    return {str(member): member for member in choices}


def read_choices(texts: list[str], fact: Fact) -> Reading | None:
    """Several values of a closed list, none of them, or an absence; never two of these."""
    assert fact.choices is not None
    given = [text.strip() for text in texts if text.strip()]
    if not given:
        return None
    members = _members(fact.choices)
    absences = [ABSENCE_OF_KEY[text] for text in given if text in ABSENCE_OF_KEY]
    chosen = tuple(dict.fromkeys(members[text] for text in given if text in members))
    unknown = [
        text
        for text in given
        if text not in members and text not in ABSENCE_OF_KEY and text != EMPTY_LIST
    ]
    if unknown:
        return NotUnderstood(
            _("“%(text)s” is none of the values.") % {"text": unknown[0][:40]},
            _("Choose from the list."),
        )
    if (EMPTY_LIST in given) + len(absences) + bool(chosen) > 1:
        return NotUnderstood(
            _("Values are ticked, and beside them stands that there are none."),
            _("Only one of the two can be so: untick the values, or empty the list beside them."),
        )
    if absences:
        return Understood(absences[0])
    return Understood(chosen)


def read_yes_no(text: str) -> Reading | None:
    """Yes, no, or an absence."""
    text = text.strip()
    if not text:
        return None
    if text in ABSENCE_OF_KEY:
        return Understood(ABSENCE_OF_KEY[text])
    known = YES_NO_OF_WORD.get(folded(text))
    if known is not None:
        return Understood(known)
    absence = absence_typed(text)
    if absence is not None:
        return Understood(absence, Said(absence_words(absence), equals=False))
    return NotUnderstood(_("“%(text)s” is neither yes nor no.") % {"text": text[:40]})


def choice_words(choice: Choice) -> str:
    """A value of a closed list in the active language."""
    return choice.nl if language() == "nl" else choice.en


def value_words(value: object) -> str:
    """Any value that is no number and no date, in the active language."""
    if isinstance(value, Absence):
        return absence_words(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Choice):
        return choice_words(value)
    if isinstance(value, tuple):
        return ", ".join(choice_words(one) for one in value) if value else _("none of these")
    return str(value)
