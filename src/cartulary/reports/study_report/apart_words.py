# SPDX-License-Identifier: Apache-2.0
"""What could not be aligned, in sentences."""

from __future__ import annotations

from cartulary.reports.study_report.voice import ANY_COUNT, Voice
from cartulary.reports.text import Count, Sentence, Told
from cartulary.studies.target_trial.align import (
    COVARIATE_MISSING,
    EVENT_BEFORE,
    NOT_KNOWN,
    TREATED_LATER,
)
from cartulary.studies.target_trial.protocol import GROUPS
from cartulary.studies.target_trial.unaligned import Unaligned

_NL = {
    "one_group": "De eis '{words}' kan alleen in één groep worden getoetst: {group}.",
    "not_known": "Van {a} ({group}) is niet bekend of aan de eis '{words}' is voldaan; "
    "zij zijn weggelaten.",
    "covariate_missing": "Van {a} ({group}) ontbreekt een kenmerk waarvoor wordt gecorrigeerd; "
    "zij zijn weggelaten.",
    "lost_waiting": "Voor de start vielen {a} van de groep {treated} af door de gebeurtenis en {b} "
    "van de groep {control}. Wie al tijdens het wachten uitvalt, komt in geen van beide groepen "
    "terug; de vergelijking gaat over kinderen die de start halen.",
    "treated_later": "{A} ({group}) begon later dan de start en telt niet mee.",
    "period": "De tijdvakken overlappen niet: {treated} {a}–{b}, {control} {c}–{d}.",
    "follow_up": "De mediane follow-up verschilt: {a} dagen ({treated}) en {b} dagen ({control}).",
    "outside_range": "{A} ({group}) ligt voor '{words}' buiten het bereik van de controles; voor "
    "hen is de vergelijking doorgetrokken.",
    "unbalanced": "Ook na weging verschillen de groepen in '{words}'.",
    "imprecise": "Van {a} ({group}) is een gebeurtenis alleen op de maand of het jaar bekend.",
    "crossed": "{A} ({group}) kreeg later de behandeling van de andere groep en is gevolgd alsof "
    "dat erbij hoort.",
    "unmatched": "{A} ({group}) heeft geen controle die erop lijkt en telt niet mee.",
}
_EN = {
    "one_group": "The rule '{words}' can be judged in one group only: {group}.",
    "not_known": "For {a} ({group}) it is not known whether '{words}' holds; they are left out.",
    "covariate_missing": "For {a} ({group}) a characteristic that is adjusted for is missing; "
    "they are left out.",
    "lost_waiting": "Before the start {a} of the group {treated} were lost to the event, and {b} "
    "of the group {control}. Who is lost while waiting comes back in neither group; the "
    "comparison speaks of children who reach the start.",
    "treated_later": "{A} ({group}) began later than the start and takes no part.",
    "period": "The periods do not overlap: {treated} {a}–{b}, {control} {c}–{d}.",
    "follow_up": "Median follow-up differs: {a} days ({treated}) and {b} days ({control}).",
    "outside_range": "{A} ({group}) lies outside the range of the controls in '{words}'; for "
    "them the comparison extrapolates.",
    "unbalanced": "Even after weighting the groups differ in '{words}'.",
    "imprecise": "For {a} ({group}) an event is known to the month or year only.",
    "crossed": "{A} ({group}) later had the treatment of the other group and was followed as if "
    "that belonged to it.",
    "unmatched": "{A} ({group}) has no control like it and takes no part.",
}
# Codes whose numbers are years or days rather than children.
_PLAIN = ("period", "follow_up")
_PLURAL_NL = (("begon", "begonnen"), ("telt", "tellen"), ("ligt", "liggen"), ("kreeg", "kregen"),
              ("is gevolgd", "zijn gevolgd"), ("heeft", "hebben"))  # fmt: skip
_PLURAL_EN = (("takes", "take"), ("lies", "lie"), ("was followed", "were followed"),
              ("has", "have"), ("like it", "like them"))  # fmt: skip


def sentence(voice: Voice, one: Unaligned) -> Sentence:
    """One thing that still differs, as a sentence."""
    if one.code == "author":
        return voice.says("{w}", "{w}", w=one.words.text(voice.lang))
    template = (_NL if voice.lang == "nl" else _EN)[one.code]
    children = one.code not in _PLAIN
    if "{A}" in template and one.counts[0] != 1:
        for single, several in _PLURAL_NL if voice.lang == "nl" else _PLURAL_EN:
            template = template.replace(f" {single}", f" {several}")
    texts: dict[str, Told | str] = {
        "words": one.words.text(voice.lang),
        "group": voice.label(one.group) if one.group else "",
        "treated": voice.label("treated"),
        "control": voice.label("control"),
    }
    for name, value, count in zip("abcd", one.counts, _known_as(voice, one), strict=False):
        text = _counted(voice, value) if children else str(value)
        texts[name] = text if count is None else Told(text, (count,))
    # `says` knows names in small letters only.
    lowered = template.replace("{A}", "{a}")
    used = {name: text for name, text in texts.items() if f"{{{name}}}" in lowered}
    return voice.says(lowered, lowered, **used)


def _known_as(voice: Voice, one: Unaligned) -> tuple[Count | None, ...]:
    """The counts of a sentence under the keys that the tables use; None for years and days."""
    counts, name = voice.counts, one.group
    if one.code in _PLAIN:
        return (None,) * len(one.counts)
    if one.code == "lost_waiting":
        return tuple(counts.left_for(group, EVENT_BEFORE) for group in GROUPS)
    if one.code == "not_known":
        rules = voice.study.protocol.eligibility
        rule = next(place for place, rule in enumerate(rules) if rule.words == one.words)
        return (counts.left_for(name, NOT_KNOWN, rule),)
    if one.code == "outside_range":
        protocol = voice.study.protocol
        covariate = next(n for n in protocol.covariates if protocol.fact(n).words == one.words)
        return (counts.outside(covariate),)
    if one.code == "unmatched":
        return (counts.unmatched(),)
    if one.code in ("treated_later", "covariate_missing"):
        why = TREATED_LATER if one.code == "treated_later" else COVARIATE_MISSING
        return (counts.left_for(name, why),)
    if one.code in ("imprecise", "crossed"):
        return (counts.imprecise(name) if one.code == "imprecise" else counts.crossed(name),)
    return tuple(ANY_COUNT for _ in one.counts)


def _counted(voice: Voice, count: int) -> str:
    """So many children."""
    noun = voice.t("kind" if count == 1 else "kinderen", "child" if count == 1 else "children")
    return f"{voice.number(count)} {noun}"
