# SPDX-License-Identifier: Apache-2.0
"""Each question answered end to end with few children; the page says what the numbers are."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader

from cartulary.codebook.parameter_set import ParameterSupport
from cartulary.codebook.words import Words
from cartulary.course.errors import CodebookError
from cartulary.reports.question_page import (
    answer_json,
    question_html,
    question_page,
    question_pdf,
)
from cartulary.reports.question_page.written import share, signed
from cartulary.studies.calibration.posterior import posterior
from cartulary.studies.policies_compared.drivers import NOTHING_FOUND, Driver, Drivers
from cartulary.studies.policies_compared.moving_parameters import Moving
from cartulary.studies.questions import Answer, Sizes, answer, find_question, read_question
from cartulary.studies.questions.answering import _words_are_there
from cartulary.studies.questions.discrimination import cross_validated_scores
from cartulary.studies.questions.found import Found, Saying
from cartulary.studies.questions.over_draws import over_draws
from cartulary.studies.questions.verdict import Verdict, verdict

QUESTIONS = Path(__file__).resolve().parents[2] / "examples" / "questions"
NAMES = ("Q1", "Q2", "Q3", "Q4", "Q5", "Q9", "Q11", "Q12")
LANGUAGES = ("nl", "en")
SIZES = Sizes(draws=2, children=40, programme=20, seed=1)


@cache
def answered(name: str) -> Answer:
    return answer(read_question(find_question(name, QUESTIONS)), posterior(), SIZES)


@cache
def in_json(name: str) -> Any:
    return json.loads(answer_json(answered(name)))


def difference(name: str, arm: str, outcome: str) -> Any:
    return next(
        one
        for one in in_json(name)["differences"]
        if (one["arm"], one["outcome"]) == (arm, outcome)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_question_becomes_one_page(name: str, lang: str) -> None:
    page = question_page(answered(name), lang)
    html = question_html(page)
    pdf = question_pdf(page)
    assert f'<html lang="{lang}">' in html
    assert page.title in html
    assert ("Research" if lang == "en" else "onderzoek").lower() in html.lower()
    assert "<script" not in html
    assert "http" not in html.split("</style>")[0]
    book = PdfReader(BytesIO(pdf))
    assert len(book.pages) == 1
    assert book.trailer["/Root"]["/Lang"] == lang


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_the_sentence_says_the_numbers_of_the_json(name: str, lang: str) -> None:
    main, said = in_json(name)["differences"][0], in_json(name)["answer"][lang]
    assert main["unit"] == "share"
    assert share(main["value_arm"], lang) in said
    assert share(main["value_against"], lang) in said
    points = 100.0 * main["difference"]
    decimals = 1 if abs(points) < 3.0 else 0
    if float(round(points, decimals)):
        assert signed(points, lang, decimals).lstrip("+−") in said
    for end in main["chance"]:
        assert signed(100.0 * end, lang) in said
    first = {
        "cannot_tell": ("The model cannot tell.", "Het model kan het niet zeggen."),
        "on_guesses": ("The model cannot tell for certain", "Het model kan het niet met zekerheid"),
    }
    if main["verdict"] in first:
        assert first[main["verdict"]][lang == "nl"] in said


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_is_the_same_again_in_both_languages(name: str) -> None:
    held = in_json(name)
    assert held["note"].startswith("Simulated")
    assert held["draws"] == SIZES.draws
    assert held["answer"]["nl"] != held["answer"]["en"]
    page = {lang: question_page(answered(name), lang) for lang in LANGUAGES}
    assert len(page["nl"].differences) == len(page["en"].differences)
    assert len(page["nl"].tables) == len(page["en"].tables)
    assert [len(table.rows) for table in page["nl"].tables] == [
        len(table.rows) for table in page["en"].tables
    ]


def test_nobody_is_transplanted_in_remission_where_the_policy_transplants_nobody() -> None:
    everyone = difference("Q4", "all", "transplant.24")
    assert everyone["value_arm"] > 0.3 > everyone["value_against"]
    assert difference("Q4", "all", "death_of_transplant.24")["value_against"] <= 0.02
    assert difference("Q4", "aplasia", "transplant.24")["difference"] >= 0


def test_a_lower_burden_gives_less_crs() -> None:
    assert difference("Q1", "dutch", "crs.1")["difference"] < 0
    assert difference("Q1", "only_burden", "crs.1")["difference"] < 0


def test_leukaemia_found_earlier_makes_the_peak_lower() -> None:
    assert difference("Q3", "hundredth", "log10_peak")["difference"] < 0


def test_a_product_against_both_antigens_leaves_fewer_cd19_negative_relapses() -> None:
    assert difference("Q11", "dual", "relapse.cd19_negative.24")["difference"] < 0


def test_guesses_are_tried_at_every_value_of_the_file() -> None:
    tried = in_json("Q11")["guesses"]
    asked = read_question(find_question("Q11", QUESTIONS)).guesses
    assert [(one["parameter"], one["instead"]) for one in tried] == [
        (guess.parameter, value) for guess in asked for value in guess.tried
    ]
    assert in_json("Q11")["differences"][0]["verdict"] in ("on_guesses", "cannot_tell")


def test_observed_figures_are_those_of_the_benchmark() -> None:
    seen = {(one["arm"], one["outcome"]): one for one in in_json("Q1")["observed"]}
    assert seen["dutch", "crs.1"]["events"] == 9
    assert seen["dutch", "crs.1"]["n"] == 22
    assert seen["dutch", "crs.1"]["unit"] == "infusion"
    assert seen["eliana", "icans.1"]["value"] == pytest.approx(0.40)
    page = question_page(answered("Q1"), "nl")
    assert any("9 van 22 infusies" in line and "andere schaal" in line for line in page.observed)


def test_the_page_of_the_central_nervous_system_says_first_that_there_is_none() -> None:
    assert question_page(answered("Q9"), "nl").bold.startswith("Over het centrale zenuwstelsel")


def test_predictors_of_the_failures_are_areas_between_0_and_1() -> None:
    table = next(one for one in in_json("Q5")["found"]["tables"] if one["id"] == "predictors")
    assert [row["label"] for row in table["rows"]][-1] == "together"
    areas = [cell["value"] for row in table["rows"] for cell in row["cells"] if cell["value"]]
    assert areas
    assert all(0.0 <= area <= 1.0 for area in areas)


def test_a_word_that_the_study_needs_and_the_file_lacks_is_asked_for() -> None:
    question = read_question(find_question("Q4", QUESTIONS))
    with pytest.raises(CodebookError, match=r"labels\.strange.*missing"):
        _words_are_there(question, Found(first=(Saying("said", {"x": "strange"}),)))


@pytest.mark.parametrize(
    ("drawn", "ends", "guessed", "said"),
    [
        ([0.1, 0.1, 0.1], (0.1, 0.1), False, Verdict.TELLS),
        ([0.1, 0.1, 0.1], (0.1, 0.1), True, Verdict.ON_GUESSES),
        ([0.2, 0.1, -0.1], (-0.1, 0.2), False, Verdict.CANNOT_TELL),
        ([0.0, 0.0], (0.0, 0.0), True, Verdict.SAME),
        ([0.3] * 19 + [-0.01], (-0.01, 0.3), False, Verdict.ON_GUESSES),
    ],
)
def test_what_may_be_said_first(
    drawn: list[float], ends: tuple[float, float], guessed: bool, said: Verdict
) -> None:
    assert verdict(np.array(drawn), *ends, NOTHING_FOUND, guessed=guessed) is said


def test_a_difference_driven_by_speculative_parameters_is_said_to_rest_on_guesses() -> None:
    def driven(support: ParameterSupport) -> Drivers:
        return Drivers((Driver(Moving(("p",), Words("p", "p"), support), 0.9),), 0.9)

    drawn = np.array([0.1, 0.2, 0.3])
    guess = driven(ParameterSupport.SPECULATIVE)
    known = driven(ParameterSupport.STRONG)
    assert verdict(drawn, 0.1, 0.3, guess, guessed=False) is Verdict.ON_GUESSES
    assert verdict(drawn, 0.1, 0.3, known, guessed=False) is Verdict.TELLS


def test_the_noise_of_few_children_is_taken_out_of_the_spread_over_draws() -> None:
    place = np.linspace(-1.0, 1.0, 401)
    real, noise = 0.05 * place, 0.08 * np.sin(97.0 * np.arange(401))
    found = over_draws(0.5 + real + noise, np.full(401, noise.var()))
    plain = over_draws(0.5 + real, np.zeros(401))
    assert found.value == pytest.approx(0.5, abs=0.005)
    # The spread that is left is that of the real part; 15% for the shape that noise leaves.
    assert found.values.std() == pytest.approx(real.std(), rel=0.15)
    assert plain.high - plain.low == pytest.approx(0.095, abs=0.002)
    assert not over_draws([0.4, 0.6], [0.04, 0.04]).resolved


def test_scores_of_children_left_out_do_not_know_what_became_of_them() -> None:
    column = np.sin(37.0 * np.arange(200))[:, None]
    told = column[:, 0] > 0
    blind = np.sin(91.0 * np.arange(200)) > 0
    known = cross_validated_scores(column, told)
    unknown = cross_validated_scores(column, blind)
    assert np.corrcoef(known, told)[0, 1] > 0.8
    assert abs(np.corrcoef(unknown, blind)[0, 1]) < 0.25
