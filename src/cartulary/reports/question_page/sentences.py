# SPDX-License-Identifier: Apache-2.0
"""The answer in sentences, each made from the numbers that the page and its JSON hold."""

from __future__ import annotations

import math

import numpy as np

from cartulary.reports.question_page.words import say
from cartulary.reports.question_page.written import (
    ABSENT,
    Said,
    Scale,
    quantity,
    rounded_children,
    share,
)
from cartulary.studies.questions.answering import Answer, ToldDifference
from cartulary.studies.questions.found import Quantity, Saying
from cartulary.studies.questions.labels import words_of
from cartulary.studies.questions.question import ObservedFigure
from cartulary.studies.questions.verdict import Verdict

#: z for 95% and for 80% power, of the normal distribution.
_Z_95 = 1.959963984540054
_Z_POWER = 0.8416212335729143


def lead(answer: Answer, lang: str) -> tuple[str, str]:
    """The verdict, to be printed bold, and the sentences after it."""
    bold, after = _verdict_and_after(answer, lang)
    return f"{answer.question.opening.text(lang)} {bold}".strip(), after


def _verdict_and_after(answer: Answer, lang: str) -> tuple[str, str]:
    found = answer.found
    first = [saying(answer, one, lang) for one in found.first]
    after = [saying(answer, one, lang) for one in found.after]
    main = answer.main
    if main is None:
        bold = first[0] if first else ""
        return bold, " ".join((*first[1:], *after))
    opening = {
        Verdict.CANNOT_TELL: "cannot_tell",
        Verdict.ON_GUESSES: "on_guesses",
        Verdict.SAME: "same",
    }
    bold = say(opening[main.verdict], lang) if main.verdict in opening else ""
    sentences = [main_sentence(answer, main, lang), uncertain_sentence(answer, main, lang)]
    if main.verdict is Verdict.CANNOT_TELL and math.isfinite(main.told.favourable):
        less = min(main.told.favourable, 1.0 - main.told.favourable)
        sentences.append(say("other_way", lang, share=share(less, lang)))
    sentences += guess_sentences(answer, main, lang)
    if not bold:
        bold = sentences.pop(0)
    others = [also_sentence(answer, one, lang) for one in _first_of_others(answer)]
    return bold, " ".join((*sentences, *first, *others, *after))


def main_sentence(answer: Answer, main: ToldDifference, lang: str) -> str:
    """What each arm shows in the main outcome, and the difference."""
    told = main.told
    compared = answer.compared
    assert compared is not None
    scale = Scale(told.outcome, lang)
    return say(
        "sentence",
        lang,
        outcome=told.outcome.words.text(lang),
        one=scale.value(compared.value(told.arm, told.outcome.id).value),
        other=scale.value(compared.value(told.against, told.outcome.id).value),
        arm=words_of(answer.question, told.arm).text(lang),
        against=words_of(answer.question, told.against).text(lang),
        difference=scale.in_words(told.value),
    )


def uncertain_sentence(answer: Answer, main: ToldDifference, lang: str) -> str:
    """Both uncertainties of the main difference, apart."""
    scale = Scale(main.told.outcome, lang)
    if not main.told.resolved:
        chance = scale.interval(*main.told.chance)
        return say("uncertain_noise", lang, chance=chance, size=answer.sizes.programme)
    return say(
        "uncertain",
        lang,
        parameters=scale.interval(*main.told.parameters),
        chance=scale.interval(*main.told.chance),
        size=answer.sizes.programme,
    )


def also_sentence(answer: Answer, each: ToldDifference, lang: str) -> str:
    """Another pair of arms in the same outcome, briefly."""
    scale = Scale(each.told.outcome, lang)
    return say(
        "also",
        lang,
        arm=words_of(answer.question, each.told.arm).text(lang),
        against=words_of(answer.question, each.told.against).text(lang),
        difference=scale.in_words(each.told.value),
        parameters=scale.interval(*each.told.parameters)
        if each.told.resolved
        else say("within_noise", lang),
    )


def _first_of_others(answer: Answer) -> list[ToldDifference]:
    """The main outcome of every pair of arms after the first."""
    main = answer.main
    assert main is not None
    return [
        each
        for each in answer.differences
        if each.told.outcome.id == main.told.outcome.id
        and (each.told.arm, each.told.against) != (main.told.arm, main.told.against)
    ]


def guess_sentences(answer: Answer, main: ToldDifference, lang: str) -> list[str]:
    """How far the main difference goes when what is guessed is another."""
    if not answer.tried:
        return []
    scale = Scale(main.told.outcome, lang)
    ends = [one.difference for one in answer.tried]
    sentences = [
        say(
            "guess_range",
            lang,
            low=scale.difference(min(ends)),
            high=scale.difference(max(ends)),
        )
    ]
    if answer.guesses_flip:
        sentences.append(say("guess_flips", lang))
    return sentences


def saying(answer: Answer, one: Saying, lang: str) -> str:
    """A sentence of the file with its numbers."""
    values: dict[str, object] = {
        name: Said(held, lang)
        if isinstance(held, Quantity)
        else words_of(answer.question, held).text(lang)
        for name, held in one.values.items()
    }
    return answer.question.says[one.code].text(lang).format_map(values)


def settling(answer: Answer, lang: str) -> list[str]:
    """What study would settle it, with the size that the comparison asks for."""
    question = answer.question
    sentences = []
    if question.settling is not None and answer.compared is not None:
        asked, words = question.settling, question.settling.words.text(lang)
        told = answer.compared.difference(asked.one, asked.other, asked.outcome)
        needed = children_for_power(answer, lang)
        if needed == ABSENT:
            sentences.append(say("settling_none", lang, words=words))
        else:
            sentences.append(
                say(
                    "settling_size",
                    lang,
                    words=words,
                    power=needed,
                    difference=Scale(told.outcome, lang).in_words(told.value),
                )
            )
    if question.settled_by.en:
        sentences.append(question.settled_by.text(lang))
    return sentences


def children_for_power(answer: Answer, lang: str) -> str:
    """Children a policy for 80% power at the difference that the model expects.

    `n = V ((z_95 + z_power) / difference)^2`, V the variance of the difference times the children.
    """
    asked, compared = answer.question.settling, answer.compared
    if asked is None or compared is None:
        return ABSENT
    told = compared.difference(asked.one, asked.other, asked.outcome)
    if not math.isfinite(told.value) or not told.value:
        return ABSENT
    half = float(compared.half_widths(asked.one, asked.other, asked.outcome, np.array([1.0]))[0])
    return rounded_children((half / _Z_95 * (_Z_95 + _Z_POWER) / told.value) ** 2, lang)


def observed(answer: Answer, one: ObservedFigure, lang: str) -> str:
    """A published figure beside the model's."""
    compared = answer.compared
    assert compared is not None
    told = compared.value(one.arm, one.outcome)
    scale = Scale(told.outcome, lang)
    return say(
        "observed_at",
        lang,
        outcome=told.outcome.words.text(lang),
        arm=words_of(answer.question, one.arm).text(lang),
        value=scale.value(told.value),
        low=scale.value(told.parameters.low),
        high=scale.value(told.parameters.high),
        seen=_seen(one, lang),
        cohort=one.cohort.text(lang),
        scale="" if one.same_scale else say("other_scale", lang),
    )


def _seen(one: ObservedFigure, lang: str) -> str:
    """What was printed: the value, its counts with their unit, its interval, what is unsure."""
    value = quantity(one.value, "share", lang)
    parts = []
    if one.events is not None and one.n is not None:
        unit = say("per_infusion" if one.unit == "infusion" else "per_child", lang)
        parts.append(say("of", lang, events=one.events, n=one.n) + unit)
    if one.low is not None and one.high is not None:
        limits = say(
            "interval",
            lang,
            low=quantity(one.low, "share", lang),
            high=quantity(one.high, "share", lang),
        )
        parts.append(limits + ("" if one.printed_interval else say("added", lang)))
    else:
        parts.append(say("no_interval", lang))
    text = f"{value} ({'; '.join(parts)})"
    return text + (say("unconfirmed", lang) if one.unconfirmed else "")
