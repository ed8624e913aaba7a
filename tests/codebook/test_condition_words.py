# SPDX-License-Identifier: Apache-2.0
"""Conditions in words: every operator, both languages, and no code where there is a word."""

from __future__ import annotations

import pytest

from cartulary.codebook.condition_words import (
    NAMED,
    FactWords,
    condition_words,
    value_words,
    words_of_event,
    words_of_inputs,
)
from cartulary.codebook.endpoint_reader import definitions
from cartulary.codebook.expression import parse
from cartulary.codebook.words import Words
from cartulary.course.absence import Absence
from cartulary.course.fact import FactKind

FACTS = {
    "blasts": FactWords(Words("blasts", "blasten"), FactKind.NUMBER, "%"),
    "run": FactWords(Words("run", "reeks"), FactKind.INTEGER, "days"),
    "days": FactWords(Words("days low", "dagen laag"), FactKind.INTEGER, "days"),
    "counts": FactWords(Words("platelets", "trombocyten"), FactKind.NUMBER, "10⁹/L"),
    "dose": FactWords(Words("dose", "dosis"), FactKind.NUMBER, "cells/kg"),
    "fever": FactWords(Words("fever", "koorts"), FactKind.YES_NO),
    "site": FactWords(
        Words("site", "plaats"),
        FactKind.CHOICE,
        choices={"a": Words("marrow", "beenmerg"), "b": Words("skin, or eye", "huid, of oog")},
    ),
    f"{NAMED}crs": FactWords(Words("CRS under way", "CRS gaande"), FactKind.YES_NO),
}


@pytest.mark.parametrize(
    ("text", "en", "nl"),
    [
        ("blasts >= 5", "blasts at least 5%", "blasten minstens 5%"),
        ("blasts < 0.5", "blasts less than 0.5%", "blasten minder dan 0,5%"),
        ("blasts > 5", "blasts more than 5%", "blasten meer dan 5%"),
        ("run <= 7", "run at most 7 days", "reeks hoogstens 7 dagen"),
        ("run == 1", "run exactly 1 day", "reeks precies 1 dag"),
        ("days >= 7", "days low at least 7", "dagen laag minstens 7"),
        ("counts < 50", "platelets less than 50 × 10⁹/L", "trombocyten minder dan 50 × 10⁹/L"),
        ("dose > 2.5e6", "dose more than 2.5 × 10⁶ cells/kg", "dosis meer dan 2,5 × 10⁶ cellen/kg"),
        ("blasts >= 5 and blasts <= 25", "blasts 5 to 25%", "blasten 5 tot en met 25%"),
        ("fever == true", "fever: yes", "koorts: ja"),
        ("fever is absent or fever == false", "fever: not recorded or no",
         "koorts: niet vastgelegd of nee"),
        ("fever is known and fever == true", "fever: yes", "koorts: ja"),
        ("fever is known", "fever recorded", "koorts vastgelegd"),
        ('site == "a"', "site marrow", "plaats beenmerg"),
        ('site != "a"', "site other than marrow", "plaats anders dan beenmerg"),
        ('site in ["a", "b"]', "site marrow or “skin, or eye”",
         "plaats beenmerg of “huid, of oog”"),
        ('site is absent or site == "a"', "site not recorded or marrow",
         "plaats niet vastgelegd of beenmerg"),
        ("blasts > 5 or (run > 7 and fever == true)",
         "blasts more than 5%, or (run more than 7 days, and fever: yes)",
         "blasten meer dan 5%, of (reeks meer dan 7 dagen, en koorts: ja)"),
        ("(named.crs is known) and (fever == true or run > 7)",
         "CRS under way, and (fever: yes, or run more than 7 days)",
         "CRS gaande, en (koorts: ja, of reeks meer dan 7 dagen)"),
        ("blasts > 5 and (run > 7 and fever == true)",
         "blasts more than 5%, and run more than 7 days, and fever: yes",
         "blasten meer dan 5%, en reeks meer dan 7 dagen, en koorts: ja"),
    ],
)  # fmt: skip
def test_a_condition_reads_as_a_phrase(text: str, en: str, nl: str) -> None:
    assert condition_words(parse(text), FACTS, "en") == en
    assert condition_words(parse(text), FACTS, "nl") == nl


def test_a_condition_on_what_is_not_recorded_keeps_it_where_it_decides() -> None:
    asked = parse("blasts is known and (fever == true or run > 7)")
    assert condition_words(asked, FACTS, "en").startswith("blasts recorded, and (")


def test_clinicians_know_a_response_by_its_code() -> None:
    response = words_of_event("assessment")["response"]
    assert value_words(response, "CRi", "nl") == (
        "“complete remissie, onvolledig hersteld bloedbeeld” (CRi)"
    )


def test_absences_and_days_have_words() -> None:
    day = FactWords(Words("decided", "besloten"), FactKind.DAY)
    assert value_words(day, 41, "nl") == "dag 41"
    assert value_words(day, None, "en") == "not recorded"
    assert value_words(day, Absence.REFUSED, "nl") == "geweigerd"


def test_a_fact_without_words_is_called_by_its_code() -> None:
    assert condition_words(parse("odd_fact == 'x'"), words_of_inputs(()), "en") == "odd fact x"


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_no_condition_of_an_endpoint_shows_a_code(lang: str) -> None:
    spoken = 0
    for definition in definitions().values():
        clocks = (moment for clock in definition.clocks for moment in clock.moments)
        for moment in (*definition.moments, *clocks):
            for sign in (moment.sign, *moment.unless, definition.remission.sign):
                if sign.where is not None:
                    facts = words_of_event(sign.kind, sign.where)
                    said = condition_words(sign.where, facts, lang)
                    assert not set("_=[]{}") & set(said), said
                    spoken += 1
    assert spoken > 50
