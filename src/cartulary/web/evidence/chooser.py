# SPDX-License-Identifier: Apache-2.0
"""The sentence that chooses: each of its words is what it says, and what it may be changed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext, gettext_lazy

from cartulary.codebook.benchmark import benchmarks
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.course.course import Origin
from cartulary.course.events.treatment import Purpose
from cartulary.reports.evidence_page.cohort_names import name_of
from cartulary.web.evidence.evidence_wanted import CLOCKS, GROUPS, NONE, EvidenceWanted

CLOCK_WORDS: Final = {
    "infusion": gettext_lazy("infused"),
    "apheresis": gettext_lazy("apheresed"),
    "indication": gettext_lazy("with an indication"),
    "remission": gettext_lazy("in remission"),
}
FROM_WORDS: Final = {
    "infusion": gettext_lazy("infusion"),
    "apheresis": gettext_lazy("apheresis"),
    "indication": gettext_lazy("the indication"),
    "remission": gettext_lazy("remission"),
}
ANY_WORDS: Final = {
    "product": gettext_lazy("any product"),
    "site": gettext_lazy("any site"),
    "burden": gettext_lazy("any burden"),
    "bridging": gettext_lazy("any bridging"),
    "reason": gettext_lazy("any indication"),
    "age": gettext_lazy("any age"),
    "sex": gettext_lazy("boys and girls"),
    "prior_transplant": gettext_lazy("with or without a prior transplant"),
}
GROUP_LABELS: Final = {
    "product": gettext_lazy("Product"),
    "site": gettext_lazy("Site of manufacture"),
    "burden": gettext_lazy("Burden"),
    "bridging": gettext_lazy("Bridging"),
    "reason": gettext_lazy("Reason"),
    "age": gettext_lazy("Age"),
    "sex": gettext_lazy("Sex"),
    "prior_transplant": gettext_lazy("Prior transplant"),
}
ALWAYS_SAID: Final = ("product", "burden")


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing a word may be changed to, and the query that does it."""

    words: str
    query: str
    chosen: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the sentence: its name, what it is about, what it says, and its choices."""

    name: str
    label: str
    words: str
    choices: tuple[Choice, ...]
    chosen: bool = True


def sentence_of(wanted: EvidenceWanted, page: dict[str, Any], centre: str) -> dict[str, Any]:
    """The words of the sentence by their place, and those that stand under "more"."""
    groups = [_group(wanted, page, name) for name in GROUPS]
    said = [word for word in groups if word.chosen or word.name in ALWAYS_SAID]
    more = [word for word in groups if word not in said]
    for word in (_origin(wanted, page), _purpose(wanted)):
        if word is not None:
            (said if word.chosen else more).append(word)
    return {
        "centre": centre,
        "clock": _clock(wanted, page, "clock", CLOCK_WORDS),
        "groups": said,
        "more": more,
        "definition": _definition(wanted, page),
        "from": _clock(wanted, page, "from", FROM_WORDS),
        "beside": _beside(wanted, page),
        "hidden": [
            pair for pair in wanted.query_parts().items() if pair[0] not in ("from", "to", "as_of")
        ],
        "has_period": bool(wanted.first or wanted.last),
    }


def _clock(wanted: EvidenceWanted, page: dict[str, Any], name: str, words: dict[str, Any]) -> Word:
    """Where the clock starts; the definition is kept where it is offered on that clock."""
    offered = page.get("endpoints", {})
    definition = wanted.endpoint.rsplit(".", 1)[0]
    choices = []
    for clock in CLOCKS:
        names = [pair[0] for pair in offered.get(clock, ())]
        if clock != wanted.clock and not names:
            continue
        same = f"{definition}.{clock}"
        target = same if same in names or clock == wanted.clock else names[0]
        query = wanted.with_word("endpoint", target)
        choices.append(Choice(str(words[clock]), query, clock == wanted.clock))
    return Word(name, gettext("Count from"), str(words[wanted.clock]), tuple(choices))


def _definition(wanted: EvidenceWanted, page: dict[str, Any]) -> Word:
    offered = [*page.get("endpoints", {}).get(wanted.clock, ())]
    own = endpoint(wanted.endpoint).definition
    edition = gettext("edition")
    said = f"{own.name.text(wanted.lang)}, {edition} {own.edition}"
    if wanted.endpoint not in dict(offered):
        offered.insert(0, [wanted.endpoint, own.name.text(wanted.lang), own.edition])
    choices = [
        Choice(
            name,
            wanted.with_word("endpoint", code),
            code == wanted.endpoint,
            f"{edition} {endpoint(code).definition.edition} · {code}",
        )
        for code, name, *_ in offered
    ]
    said = said[:1].lower() + said[1:] if said[1:2].islower() else said
    return Word("definition", gettext("Definition"), said, tuple(choices))


def _group(wanted: EvidenceWanted, page: dict[str, Any], name: str) -> Word:
    chosen = wanted.codes.get(name, "")
    offered = [tuple(pair) for pair in page.get("codes", {}).get(name, ())]
    if chosen and chosen not in dict(offered):
        offered.append((chosen, chosen))
    choices = [Choice(str(ANY_WORDS[name]), wanted.with_word(name, ""), not chosen)]
    choices += [
        Choice(said, wanted.with_word(name, code), code == chosen) for code, said in offered
    ]
    label = str(GROUP_LABELS[name])
    said = dict(offered).get(chosen, "")
    # A bare "yes" or "high" says nothing by itself in a sentence.
    words = f"{label.lower()} {said}" if said and name in ("burden", "bridging", "reason") else said
    return Word(name, label, words or str(ANY_WORDS[name]), tuple(choices), bool(chosen))


def _origin(wanted: EvidenceWanted, page: dict[str, Any]) -> Word | None:
    """Which origin, where there are several: a figure never mixes them."""
    origins = page.get("origins", [])
    if len(origins) < 2 and not wanted.origin:
        return None
    shown = page.get("origin", wanted.origin)
    words = {one.value: one.nl if wanted.lang == "nl" else one.en for one in Origin}
    choices = [Choice(words[one], wanted.with_word("origin", one), one == shown) for one in origins]
    return Word("origin", gettext("Origin"), words.get(shown, shown), tuple(choices))


def _purpose(wanted: EvidenceWanted) -> Word:
    """For what: everybody for the centre's own use, else those whose consent stands."""
    own = gettext("for the centre's own care")
    choices = [Choice(own, wanted.with_word("purpose", ""), wanted.purpose is None)]
    said = own
    for one in Purpose:
        words = gettext("with consent for %(purpose)s") % {
            "purpose": one.nl if wanted.lang == "nl" else one.en
        }
        is_it = one is wanted.purpose
        choices.append(Choice(words, wanted.with_word("purpose", one.value), is_it))
        said = words if is_it else said
    label = gettext("Purpose")
    return Word("purpose", label, said, tuple(choices), wanted.purpose is not None)


def _beside(wanted: EvidenceWanted, page: dict[str, Any]) -> list[Word]:
    """The published cohorts: one word each, and one more while there is room."""
    if wanted.beside is None and "cohorts_first" not in page:
        # Which they are is known once the view is reckoned.
        label = gettext("Published cohort")
        return [Word("beside-1", label, gettext("published cohorts"), (), False)]
    offered = [tuple(one) for one in page.get("cohorts", ())]
    known = [name for name, *_ in offered]
    first = page.get("cohorts_first", [])
    chosen = list(first if wanted.beside is None else wanted.beside)
    chosen = [name for name in chosen if not known or name in known]
    words: list[Word] = []
    for place in range(min(len(chosen) + 1, 2)):
        own = chosen[place] if place < len(chosen) else ""
        others = [name for name in chosen if name != own]
        choices = [
            Choice(
                name,
                wanted.with_word("beside", " ".join(_put(chosen, place, code))),
                code == own,
                gettext("at %(months)s months") % {"months": months},
            )
            for code, name, months in offered
            if code not in others
        ]
        left = " ".join(others) or NONE
        nothing = gettext("no published cohort") if not others else gettext("no other")
        choices.append(Choice(nothing, wanted.with_word("beside", left), not own))
        said = nothing
        if own:
            said = name_of(benchmarks()[own], wanted.lang)
        label = gettext("Published cohort")
        words.append(Word(f"beside-{place + 1}", label, said, tuple(choices), bool(own)))
    return words


def _put(chosen: list[str], place: int, code: str) -> list[str]:
    """The chosen cohorts with one put in a place."""
    return [*chosen[:place], code, *chosen[place + 1 :]]
