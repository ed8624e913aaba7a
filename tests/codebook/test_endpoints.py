# SPDX-License-Identifier: Apache-2.0
"""Endpoint files: what is in the codebook, what a file may not say, and how one is added."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

from cartulary.codebook.definition_page import definition_page
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint import Definition, reason_words
from cartulary.codebook.endpoint_course import outcome
from cartulary.codebook.endpoint_reader import (
    definition_from_text,
    definitions,
    endpoint,
    endpoints,
)
from cartulary.codebook.source import CONFIRMED
from cartulary.course.cohort import Cohort
from cartulary.course.errors import CodebookError, EstimandError
from cartulary.evidence.follow_up_of_cohort import follow_up_of_cohort, response_of_cohort

CLOCKS = ("indication", "apheresis", "infusion")
VARIANTS = ("treatment_policy", "hypothetical", "composite", "success_without_transplant")
PROMISED = (
    *(f"os.{clock}" for clock in CLOCKS),
    *(f"efs.{variant}.{clock}" for variant in VARIANTS for clock in CLOCKS),
    "rfs.treatment_policy.remission",
    "rfs.hypothetical.remission",
    "cir.by_class.remission",
    "cir.by_class.infusion",
    "cir.any.infusion",
    "bca.loss.infusion",
    "response.day28.infusion",
    "response.month3.infusion",
    "response.intention_to_treat.apheresis",
    "response.intention_to_treat.indication",
    "eliana.efs.infusion",
    "eliana.rfs.remission",
    "eliana.os.infusion",
    "cibmtr.efs.infusion",
    "cibmtr.rfs.remission",
    "cibmtr.os.infusion",
    "cassiopeia.dfs.infusion",
    "uk.efs.indication",
    "uk.stringent_efs.infusion",
)

SMALL = """
id = "local.first_icu"
edition = "1"
kind = "time_to_event"
unit = "child"
name = { en = "Freedom from transplant", nl = "Zonder transplantatie" }
abbreviation = { en = "FFT", nl = "ZT" }
summary = { en = "Days to transplant or death.", nl = "Dagen tot transplantatie of overlijden." }
source = { citation = "House rule", url = "none", support = "ours" }

[[clock]]
start = "infusion"

[[event]]
name = "transplant"
words = { en = "transplant", nl = "transplantatie" }
moment = 'transplant where reason == "relapse"'
since = "infusion"

[[example]]
says = { en = "One.", nl = "Eén." }
course = "0 | infusion |"
expect = [{ clock = "infusion", status = "missing", why = "no_last_contact" }]

[[example]]
says = { en = "Two.", nl = "Twee." }
course = "0 | infusion |"
expect = [{ clock = "infusion", status = "missing", why = "no_last_contact" }]
"""


def refusal(text: str) -> str:
    with pytest.raises(CodebookError) as refused:
        definition_from_text(text, "small.toml")
    return str(refused.value)


@pytest.mark.parametrize("full_id", PROMISED)
def test_the_promised_endpoints_are_there(full_id: str) -> None:
    assert endpoint(full_id).endpoint_id == full_id


def test_relapse_classes_are_those_of_the_scale() -> None:
    assert endpoint("cir.by_class.infusion").causes == (
        "early",
        "cd19_negative",
        "cd19_positive",
        "unknown",
        "death_without_relapse",
    )


def test_an_unknown_endpoint_is_refused_with_its_neighbours() -> None:
    with pytest.raises(CodebookError, match=r"Near it: .*efs\.hypothetical\.infusion"):
        endpoint("efs.hypotetical.infusion")
    with pytest.raises(CodebookError, match=r"os\.infusion"):
        endpoint("os")


def test_an_unconfirmed_reading_says_what_is_to_be_confirmed() -> None:
    for definition in definitions().values():
        assert definition.source.support in CONFIRMED or definition.confirm is not None
    assert "transplant" in str(endpoint("cibmtr.efs.infusion").definition.confirm)


def test_a_file_in_the_centres_folder_is_an_endpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "endpoints").mkdir()
    (tmp_path / "endpoints" / "local.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("CARTULARY_CODEBOOK", str(tmp_path))
    assert "os.infusion" in endpoints()
    own = endpoint("local.first_icu.infusion")
    drawing = "day 0 is infusion\n0 | infusion |\n60 | transplant | reason: relapse"
    assert outcome(course_from_drawing(drawing), own).exit == 60

    second = tmp_path / "endpoints" / "other.toml"
    second.write_text(SMALL.replace("first_icu", "second"), encoding="utf-8")
    assert "local.second.infusion" in endpoints()

    second.write_text(SMALL, encoding="utf-8")
    with pytest.raises(CodebookError, match=r"also defined in local\.toml"):
        endpoints()


def test_the_small_file_is_a_good_file() -> None:
    assert definition_from_text(SMALL, "small.toml").definition_id == "local.first_icu"


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ('edition = "1"', "", "small.toml: edition: missing"),
        ('unit = "child"', 'unit = "infusion"', "unit: 'infusion'"),
        ('support = "ours"', 'support = "found_in_part"', "nothing says what is to be confirmed"),
        ('support = "ours"', 'support = "sure"', "source.support: 'sure'"),
        ('support = "ours"', 'support = "found"', "source.read_on: missing"),
        ('url = "none"', 'url = ""', "source.url: ''"),
        ("source = {", "sauce = {", "sauce: unknown"),
        ('since = "infusion"', 'sinse = "infusion"', 'Did you mean "since"'),
        ('since = "infusion"', 'since = "monday"', "event 1.since: 'monday'"),
        ('reason == "relapse"', 'reason == "RELAPSE"', "event 1.moment: reason: 'RELAPSE'"),
        ('reason == "relapse"', "reason >= 3", "It is a choice fact"),
        ('reason == "relapse"', 'raison == "relapse"', "'raison'. A transplant has no such fact"),
        ('reason == "relapse"', 'reason = "relapse"', "cannot be read"),
        ("transplant where", "transplants where", "'transplants'. This is no kind of event"),
        ('name = "transplant"', 'name = "censored"', "It cannot be the name of a moment"),
        ('kind = "time_to_event"', 'kind = "competing"', "nothing competes"),
        ('kind = "time_to_event"', 'kind = "response"', "response: missing"),
        ('since = "infusion"', 'split_by = "no_such_scale"', "no scale 'no_such_scale'"),
        ('since = "infusion"', 'day = "decided_day"', "It is not a day that a transplant holds"),
        ("[[clock]]", '[[clock]]\nstart = "infusion"\n[[clock]]', "is there twice"),
        ('says = { en = "Two."', 'says = { fr = "Deux."', "says.fr: unknown"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_reason(
    written: str, instead: str, said: str
) -> None:
    assert written in SMALL
    assert said in refusal(SMALL.replace(written, instead, 1))


def test_a_file_without_examples_is_refused() -> None:
    assert "example: 0 of the 2" in refusal(SMALL.split("[[example]]")[0])


def test_all_faults_of_a_file_are_told_at_once() -> None:
    told = refusal(SMALL.replace('edition = "1"', "").replace("transplant where", "graft where"))
    assert "small.toml: edition: missing" in told
    assert "This is no kind of event" in told


def test_what_is_not_toml_is_refused() -> None:
    assert "cannot be read as TOML" in refusal("id = ")


@pytest.mark.parametrize("definition", definitions().values(), ids=lambda d: d.definition_id)
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_a_definition_is_a_page(definition: Definition, lang: str) -> None:
    page = definition_page(definition, lang)
    assert page.startswith(f"# {definition.abbreviation.text(lang)}")
    for example in definition.examples:
        assert example.says.text(lang) in page
    for moment in definition.moments:
        assert moment.words.text(lang) in page
    if definition.confirm is not None:
        assert definition.confirm.text(lang) in page
    elif definition.source.support == "ours":
        assert {"en": "Confirm with a clinician", "nl": "Te bevestigen door een clinicus"}[
            lang
        ] in page


@pytest.mark.parametrize("definition", definitions().values(), ids=lambda d: d.definition_id)
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_conditions_are_read_in_words_and_written_at_the_end(
    definition: Definition, lang: str
) -> None:
    """What the file writes stands in the last section alone, all of it."""
    page = definition_page(definition, lang)
    told, written = page.rsplit("\n## ", 1)
    assert not re.search(r'==|\b(in|is) \[|"|{|}| is absent', told)
    assert told.count("`") == 2  # its own id
    for moment in definition.moments:
        assert f"`{moment.name}`" in written
        assert moment.sign.where_text in written


def test_dutch_and_english_differ() -> None:
    for definition in definitions().values():
        assert definition.summary.en != definition.summary.nl
        assert definition_page(definition, "en") != definition_page(definition, "nl")


def test_every_reason_has_words() -> None:
    assert reason_words("not_infused", "nl") == "niet geïnfundeerd"
    assert reason_words("undated:death", "nl") == "overlijden zonder datum"
    assert reason_words("undated:second_infusion", "nl") == "tweede infusie zonder datum"


def test_every_moment_without_a_date_has_words_in_dutch() -> None:
    for definition in definitions().values():
        for moment in (*definition.moments, *(m for c in definition.clocks for m in c.moments)):
            if moment.decides and moment.no_remission is None:
                assert "_" not in reason_words(f"undated:{moment.name}", "nl")
                told = [reason_words(f"undated:{moment.name}", lang) for lang in ("en", "nl")]
                assert told[0].removesuffix(" without a date") != told[1].removesuffix(
                    " zonder datum"
                )


def test_a_class_of_relapse_has_the_words_of_its_scale() -> None:
    split = endpoints()["cir.by_class.infusion"]
    assert split.words_of("early", "nl") == "vroeg recidief"
    assert split.words_of("cd19_negative", "en") == "CD19-negative relapse"
    assert split.words_of("unknown", "nl") == "recidief van onbekende klasse"
    for cause in split.causes:
        assert "_" not in split.words_of(cause, "en")


def cohort(*drawings: str) -> Cohort:
    return Cohort.from_courses(
        course_from_drawing(drawing, course_id=f"c{n}") for n, drawing in enumerate(drawings)
    )


FIVE = (
    "day 0 is infusion\n0 | infusion |\n28 | assessment | response: CR\n200 | relapse |",
    "day 0 is infusion\n0 | infusion |\n28 | assessment | response: NR\n90 | death |",
    "day 0 is infusion\n0 | infusion |\n400 | last_contact |",
    "day 0 is infusion\n0 | infusion |\n? | death |",
    "0 | indication |\n9 | apheresis |\n40 | death |",
)


def test_everyone_is_accounted_for() -> None:
    made = follow_up_of_cohort(cohort(*FIVE), "efs.treatment_policy.infusion")
    account = made.account
    assert made.follow_up.exit.tolist() == [200.0, 28.0, 400.0]
    assert made.follow_up.status.tolist() == [1, 1, 0]
    assert made.follow_up.cause_names == ("event",)
    assert made.follow_up.child_ids is not None
    assert made.follow_up.child_ids.tolist() == ["c0", "c1", "c2"]
    assert (account.children, account.in_population, account.judged) == (5, 4, 3)
    assert dict(account.outside) == {"not_infused": 1}
    assert dict(account.missing) == {"undated:death": 1}
    assert dict(account.doubts) == {"response_not_assessed": 1}
    assert made.follow_up.missing == 1


def test_components_of_a_composite_can_be_kept_apart() -> None:
    made = follow_up_of_cohort(cohort(*FIVE), "efs.treatment_policy.infusion", components=True)
    follow_up = made.follow_up
    assert follow_up.events_of("relapse") == 1
    assert follow_up.events_of("no_remission") == 1
    assert follow_up.events_of("death") == 0


def test_competing_causes_keep_their_names() -> None:
    made = follow_up_of_cohort(cohort(*FIVE), "cir.any.infusion")
    assert made.follow_up.cause_names == ("relapse", "death_without_relapse")
    assert made.follow_up.status.tolist() == [1, 2, 0]


def test_responses_are_counted_among_who_could_be_judged() -> None:
    counts = response_of_cohort(cohort(*FIVE), "response.day28.infusion")
    assert (counts.responses, counts.n) == (1, 2)
    assert dict(counts.failures) == {"no_response": 1}
    assert dict(counts.account.missing) == {"not_assessed": 1, "undated:death": 1}
    meant = response_of_cohort(cohort(*FIVE), "response.intention_to_treat.apheresis")
    assert (meant.responses, meant.n, dict(meant.failures)) == (0, 1, {"death": 1})


def test_questions_that_do_not_fit_are_refused() -> None:
    held = cohort(*FIVE)
    with pytest.raises(EstimandError, match="response_of_cohort"):
        follow_up_of_cohort(held, "response.day28.infusion")
    with pytest.raises(EstimandError, match="follow_up_of_cohort"):
        response_of_cohort(held, "os.infusion")
    with pytest.raises(EstimandError, match="no courses"):
        follow_up_of_cohort(cohort(), "os.infusion")
    mixed = Cohort(pl.DataFrame({"course_id": ["a", "b"], "origin": ["simulated", "recorded"]}))
    with pytest.raises(EstimandError, match="one origin"):
        follow_up_of_cohort(mixed, "os.infusion")


def test_the_example_that_the_manual_shows_comes_out(repository: Path) -> None:
    manual = (repository / "src/cartulary/codebook/README.md").read_text(encoding="utf-8")
    shown = [part.split("```")[0] for part in manual.split("```toml\n")[1:]]
    example = next(part for part in shown if part.startswith("[[example]]"))
    text = SMALL.split("[[example]]")[0] + 2 * example
    text = text.replace('"transplant"\n', '"relapse"\n').replace(
        "'transplant where reason == \"relapse\"'", "'relapse'"
    )
    definition = definition_from_text(text, "shown.toml")
    drawn, expected = definition.examples[0].course, definition.examples[0].expect[0]
    found = outcome(course_from_drawing(drawn), definition.endpoint(expected.clock))
    assert (found.status, found.exit) == (expected.status, expected.exit)
