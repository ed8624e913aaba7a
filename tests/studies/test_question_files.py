# SPDX-License-Identifier: Apache-2.0
"""Question files: read whole, refused with every fault and its line, and free of results."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cartulary.course.errors import CodebookError
from cartulary.studies.questions import find_question, question_files, read_question

QUESTIONS = Path(__file__).resolve().parents[2] / "examples" / "questions"
FILES = question_files(QUESTIONS)

#: What may stand in words: antigens, questions, the visit and the name of a gene or a scale.
NAMES = re.compile(
    r"CD19|CD22|CD3|KMT2A|BCR-ABL1|CAR-T|B-ALL|day 28|dag 28|T-cell|AALL\d+|\{[^}]*\}"
)

GOOD = """
id = "QX"
edition = "1"
years = 2
outcomes = ["efs.infusion.12"]
title = { en = "a", nl = "a" }
question = { en = "a", nl = "a" }
article = { en = "a", nl = "a" }
left_out = [{ en = "a", nl = "a" }]
settled_by = { en = "a", nl = "a" }

[[arm]]
id = "one"
policy = "POLICY"
words = { en = "one", nl = "een" }

[[arm]]
id = "two"
policy = "POLICY"
words = { en = "two", nl = "twee" }

[[difference]]
one = "two"
other = "one"

[[source]]
citation = "ours"
url = "none"
support = "ours"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "question.toml"
    file.write_text(text.replace("POLICY", str(QUESTIONS / "Q4" / "none.toml")))
    return file


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_every_question_of_the_checkout_can_be_read(file: Path) -> None:
    question = read_question(file)
    assert question.question_id == file.parent.name
    assert question.sources
    assert question.left_out


def test_every_question_that_the_article_leaves_open_and_the_twin_can_take_up_is_there() -> None:
    names = [file.parent.name for file in FILES]
    assert {"Q1", "Q2", "Q3", "Q4", "Q5", "Q9", "Q11", "Q12"} <= set(names)
    assert names == sorted(names, key=lambda name: int(name[1:]))


def words_in(held: Any) -> Iterator[str]:
    if isinstance(held, dict):
        if set(held) >= {"en", "nl"}:
            yield held["en"]
            yield held["nl"]
        for name, value in held.items():
            if name not in ("source", "citation"):
                yield from words_in(value)
    elif isinstance(held, list):
        for one in held:
            yield from words_in(one)


@pytest.mark.parametrize("name", ["Q1", "Q2", "Q3", "Q4", "Q5", "Q9", "Q11", "Q12"])
def test_no_number_stands_in_the_words_of_a_question(name: str) -> None:
    held = tomllib.loads((QUESTIONS / name / "question.toml").read_text(encoding="utf-8"))
    wrong = [text for text in words_in(held) if re.search(r"\d", NAMES.sub("", text))]
    assert not wrong, "a result belongs in the numbers, not in the words: " + "; ".join(wrong)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    question = read_question(written(tmp_path, GOOD))
    assert [arm.arm_id for arm in question.arms] == ["one", "two"]
    assert question.differences[0].outcomes == ("efs.infusion.12",)
    assert question.arms[0].population.population_id == "real_world"


def test_every_fault_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = (
        GOOD.replace('one = "two"', 'one = "three"')
        .replace("efs.infusion.12", "efs.infusion.13")
        .replace('nl = "twee"', 'nx = "twee"')
        .replace('support = "ours"', 'support = "hearsay"')
        .replace("years = 2", "yeers = 2")
        + '\n[[guess]]\nparameter = "destny"\ntried = [1.0]\n'
        + '\n[[observed]]\narm = "one"\noutcome = "crs.1"\nbenchmark = "eliana"\nkey = "crs_any"\n'
    )
    with pytest.raises(CodebookError) as refused:
        read_question(written(tmp_path, text))
    said = [str(problem) for problem in refused.value.problems]
    for part in ("'three'", "'efs.infusion.13'", "hearsay", "yeers", "'destny'", "'eliana'"):
        assert any(part in problem for problem in said), part
    assert all(", line " in problem for problem in said), said
    assert len(said) >= 7


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('policy = "POLICY"', 'policy = "nowhere.toml"'), "nowhere.toml"),
        (('id = "two"', 'id = "one"'), "Two arms have this id"),
        (('other = "one"', 'other = "two"'), "It is the same arm"),
        (('words = { en = "one", nl = "een" }', 'words = { en = "one", nl = "een" }\nchanges = '
          '{ destiny = 1e9 }'), "destiny"),
        (('settled_by = { en = "a", nl = "a" }', ""), "which study would settle it"),
        (('left_out = [{ en = "a", nl = "a" }]', ""), "leaves something out"),
        (('[[difference]]\none = "two"\nother = "one"', ""), "nothing is compared"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(
    tmp_path: Path, change: tuple[str, str], told: str
) -> None:
    assert change[0] in GOOD
    with pytest.raises(CodebookError, match=re.escape(told)):
        read_question(written(tmp_path, GOOD.replace(*change)))


def test_a_question_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(CodebookError, match=r"no question 'Q99'.*Q1, Q2"):
        find_question("Q99", QUESTIONS)
