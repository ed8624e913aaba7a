# SPDX-License-Identifier: Apache-2.0
"""Exposures as files: their examples hold on both interpreters, and a faulty file is refused."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from cartulary.codebook.catalogue import catalogue, page
from cartulary.codebook.drawn import course_from_drawing
from cartulary.codebook.endpoint_cohort import outcomes
from cartulary.codebook.endpoint_reader import endpoint
from cartulary.codebook.exposure import Exposure, ExposureExample, example_found, exposure_of
from cartulary.codebook.exposure_page import exposure_page
from cartulary.codebook.exposure_reader import exposure, exposure_from_text, exposures
from cartulary.course.cohort import Cohort
from cartulary.course.errors import CodebookError
from cartulary.studies.exposure_days import exposure_days
from tests.conftest import REPOSITORY

SHIPPED = REPOSITORY / "src" / "cartulary" / "codebook" / "exposures"
EXAMPLES = [
    pytest.param(held, example, id=f"{held.exposure_id}-{number}")
    for held in exposures().values()
    for number, example in enumerate(held.examples, start=1)
]
SMALL = """
id = "local"
edition = "1"
unit = "child"
endpoint = "os.infusion"
landmarks = [30, 60]
name = { en = "New therapy", nl = "Nieuwe behandeling" }
short = { en = "new therapy", nl = "nieuwe behandeling" }
noun = { en = "new therapy", nl = "nieuwe behandeling" }
after = { en = "after new therapy", nl = "na nieuwe behandeling" }
without = { en = "without new therapy", nl = "zonder nieuwe behandeling" }
summary = { en = "The first new therapy.", nl = "De eerste nieuwe behandeling." }
source = { citation = "House rule", url = "none", support = "ours" }

[[start]]
name = "new_therapy"
words = { en = "new therapy", nl = "nieuwe behandeling" }
moment = "new_therapy"

[[example]]
says = { en = "Given.", nl = "Gegeven." }
course = "day 0 is infusion\\n0 | infusion |\\n9 | new_therapy |\\n20 | last_contact |"
day = 9

[[example]]
says = { en = "Not given.", nl = "Niet gegeven." }
course = "day 0 is infusion\\n0 | infusion |\\n9 | last_contact |"
never = true
"""


def day_in_cohort(example: ExposureExample, held: Exposure) -> float | None:
    """The day that the columnar reading gives; None for never, NaN where it is not known."""
    cohort = Cohort.from_courses([course_from_drawing(example.course)])
    asked = endpoint(held.endpoint)
    under = outcomes(cohort, asked)
    start = under["start_day"][0]
    if start is None:
        return float("nan")
    found = exposure_days(cohort, held, asked, np.array([0]), np.array([start]))
    if found.unknown[0]:
        return float("nan")
    return None if np.isnan(found.day[0]) else float(found.day[0])


@pytest.mark.parametrize(("held", "example"), EXAMPLES)
def test_every_worked_example_comes_out_as_drawn(held: Exposure, example: ExposureExample) -> None:
    assert example_found(example, held) == example.expect


@pytest.mark.parametrize(("held", "example"), EXAMPLES)
def test_the_columnar_reading_says_the_same(held: Exposure, example: ExposureExample) -> None:
    found = day_in_cohort(example, held)
    if example.expect.why_not:
        assert found is not None
        assert np.isnan(found)
    else:
        assert found == example.expect.day


def test_loss_of_aplasia_is_defined_in_one_file_alone() -> None:
    held, defined = exposure("loss_of_b_cell_aplasia"), endpoint("bca.loss.infusion")
    events = [moment for moment in defined.moments if moment.strategy == "event"]
    assert held.starts == tuple(events)
    assert {moment.name for moment in held.stops} == {
        "relapse", "death", "second_infusion", "transplant", "new_therapy",
    }  # fmt: skip
    assert held.confirm is not None
    assert held.source.support == "from_memory_medium"


def test_a_smaller_file_is_enough_and_another_endpoint_may_be_asked_for() -> None:
    held = exposure_from_text(SMALL, "local.toml")
    assert held.grace_day is None
    drawn = course_from_drawing(held.examples[0].course)
    assert exposure_of(drawn, held).day == 9
    assert exposure_of(drawn, held, "rfs.treatment_policy.remission").why_not == "no_remission"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('moment = "new_therapy"', 'moment = "therapy"', "This is no kind of event"),
        ('endpoint = "os.infusion"', 'endpoint = "os"', "no endpoint that waits"),
        ('endpoint = "os.infusion"', 'endpoint = "efs.composite.infusion"', "reads the exposure"),
        ("landmarks = [30, 60]", "landmarks = [60, 30]", "in rising order"),
        ("landmarks = [30, 60]", "landmarks = []", "chosen beforehand"),
        ("day = 9\n", "day = 9\nnever = true\n", "says one thing"),
        ("never = true", "", "says one thing"),
        ('support = "ours"', 'support = "unverified"', "what is to be confirmed"),
        ('edition = "1"', 'edition = "1"\nevent_of = "bca.loss.infusion"', "Keep event_of"),
        ('edition = "1"', 'edition = "1"\ngrace_day = 0', "leaves time"),
        ('edition = "1"', 'editoin = "1"', "editoin: unknown"),
    ],
)
def test_a_file_with_a_fault_is_refused_with_its_place(old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(CodebookError, match=r"local\.toml") as refused:
        exposure_from_text(SMALL.replace(old, new, 1), "local.toml")
    assert says in str(refused.value)


def test_an_event_of_an_endpoint_that_is_not_there_is_refused() -> None:
    text = SMALL.replace('edition = "1"', 'edition = "1"\nevent_of = "bca.gain.infusion"')
    with pytest.raises(CodebookError, match="no endpoint that counts from the infusion"):
        exposure_from_text(text, "local.toml")


def test_an_unknown_exposure_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(CodebookError, match="Known: loss_of_b_cell_aplasia, second_infusion"):
        exposure("transplants")


@pytest.mark.parametrize("name", sorted(exposures()))
def test_each_has_a_page_without_a_word_of_the_other_language(name: str) -> None:
    held = exposure(name)
    english, dutch = (exposure_page(held, lang) for lang in ("en", "nl"))
    for moment in (*held.starts, *held.stops):
        assert f"| {moment.words.en} |" in english
        assert f"| {moment.words.nl} |" in dutch
    said = dutch.split("## Voor wie")[0].split("## Bron")[0]
    assert not re.search(r"\b(the|from|child|then|missing|exposed)\b", said)
    assert english.count("- Exposed from day") + english.count("- Not exposed") + english.count(
        "- Never exposed"
    ) + english.count("- Left out") == len(held.examples)
    if held.confirm is not None:
        assert "**Confirm with a clinician.**" in english


def test_a_centres_own_exposure_is_listed_and_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exposures").mkdir()
    (tmp_path / "exposures" / "local.toml").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("CARTULARY_CODEBOOK", str(tmp_path))
    ours = sorted(file.stem for file in SHIPPED.glob("*.toml"))
    listed = [entry.id for entry in catalogue() if entry.kind == "exposure"]
    assert listed == sorted([*ours, "local"])
    assert page("local").startswith("# New therapy")
