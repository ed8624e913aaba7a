# SPDX-License-Identifier: Apache-2.0
"""The sentence of the page: each of its words is what it says, and what it may be changed to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext, ngettext

from cartulary.web.evidence.chooser import Choice, Word
from cartulary.web.lookahead.comparisons import at_once
from cartulary.web.lookahead.look_wanted import SIZES, LookWanted
from cartulary.web.lookahead.offered import Offered

if TYPE_CHECKING:
    from cartulary.studies.policies_compared import Outcome

#: Policies of which one is in no sentence: the same on both sides compares nothing.
_LONGEST_NOTE: Final = 180


def sentence_of(
    wanted: LookWanted, known: Offered, judged: tuple[Outcome, ...], lang: str
) -> dict[str, Any]:
    """The words of the sentence by their place.

    Arguments: the completed choice; what is known here; outcomes it may be judged by; the language.
    """
    ready = at_once(wanted, known)
    return {
        "policy": _policy(wanted, known, ready, lang, asked=True),
        "against": _policy(wanted, known, ready, lang, asked=False),
        "population": _population(wanted, known, lang),
        "size": _size(wanted),
        "outcome": _outcome(wanted, judged, lang),
    }


def _policy(
    wanted: LookWanted,
    known: Offered,
    ready: frozenset[tuple[str, str]],
    lang: str,
    *,
    asked: bool,
) -> Word:
    chosen, other = (wanted.policy, wanted.against) if asked else (wanted.against, wanted.policy)
    choices = []
    for name, policy in known.policies.items():
        if name == other:
            continue
        pair = (name, other) if asked else (other, name)
        note = policy.summary.text(lang)
        if len(note) > _LONGEST_NOTE:
            note = f"{note[:_LONGEST_NOTE].rsplit(' ', 1)[0]} …"
        edition = gettext("edition")
        here = "" if pair in ready else f" · {gettext('not yet computed')}"
        query = wanted.with_word(**{"policy" if asked else "against": name})
        choices.append(
            Choice(
                policy.name.text(lang),
                query,
                name == chosen,
                f"{note} {policy.file}, {edition} {policy.edition}{here}",
            )
        )
    label = gettext("The policy asked about") if asked else gettext("The policy it is held against")
    said = known.policies[chosen].name.text(lang)
    return Word("policy" if asked else "against", label, said, tuple(choices))


def _population(wanted: LookWanted, known: Offered, lang: str) -> Word:
    choices = [
        Choice(
            one.name.text(lang),
            wanted.with_word(population=name),
            name == wanted.population,
            f"{one.summary.text(lang)} {one.file}, {gettext('edition')} {one.edition}",
        )
        for name, one in known.populations.items()
    ]
    said = known.populations[wanted.population].name.text(lang)
    return Word("population", gettext("Which simulated children"), said, tuple(choices))


def _size(wanted: LookWanted) -> Word:
    def words(size: int) -> str:
        said = ngettext("%(n)s child a year", "%(n)s children a year", size)
        return said % {"n": size}

    choices = [
        Choice(words(size), wanted.with_word(size=size), size == wanted.size) for size in SIZES
    ]
    label = gettext("Children that each policy is given to in a year")
    return Word("size", label, words(wanted.size), tuple(choices))


def _outcome(wanted: LookWanted, judged: tuple[Outcome, ...], lang: str) -> Word:
    from cartulary.reports.comparison_report.said import unit_said

    choices = [
        Choice(
            one.words.text(lang),
            wanted.with_word(outcome=one.id),
            one.id == wanted.outcome,
            f"{one.definition} · {unit_said(one, lang)}",
        )
        for one in judged
    ]
    said = next((one.words.text(lang) for one in judged if one.id == wanted.outcome), "")
    return Word("outcome", gettext("Judged by"), lowered(said), tuple(choices))


def lowered(words: str) -> str:
    """The words inside a sentence; abbreviations stay as they are.

    >>> lowered("Event-free 12 months"), lowered("CRS, any grade")
    ('event-free 12 months', 'CRS, any grade')
    """
    return words[:1].lower() + words[1:] if words[1:2].islower() else words
