# SPDX-License-Identifier: Apache-2.0
"""A protocol is read whole, and refused with everything that is wrong in it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cartulary.course.errors import CodebookError
from cartulary.studies.target_trial import read_protocol
from cartulary.studies.target_trial.protocol_reader import protocol_from_text
from tests.spec.target_trial_children import EXAMPLE, TEXT, protocol


def refused(*changes: tuple[str, str]) -> tuple[str, ...]:
    """What is wrong with the small protocol after these changes."""
    with pytest.raises(CodebookError) as caught:
        protocol(*changes)
    return caught.value.problems


def test_the_example_says_what_a_trial_would_ask() -> None:
    asked = read_protocol(EXAMPLE / "protocol.toml")
    assert asked.delay.day == 120
    assert asked.delay.also_days == (90, 150)
    assert asked.endpoint.definition.definition_id == "cassiopeia.dfs"
    assert asked.methods[0] == asked.main == "entropy_balancing"
    assert asked.methods[-1] == "unadjusted"
    assert [rule.rule_text for rule in asked.eligibility] == [
        "age >= 1 and age <= 25",
        "mrd >= 0.01",
        "blasts < 5",
        "philadelphia == 0",
    ]
    assert len(asked.not_aligned) == 3


def test_every_problem_is_told_at_once_with_file_and_key() -> None:
    problems = refused(
        ('id = "small"\n', ""),
        ('starts = "infusion"', 'starts = "infusoin"'),
        ('value = "assessment.mrd_percent"', 'value = "assessment.mrd"'),
        ("mrd >= 0.01", "burden >= 0.01"),
        ("landmark_day = 60", "landmark_days = 60"),
        ("day = 365", "day = 0"),
        ('covariates = ["age", "mrd"]', 'covariates = ["age", "weight"]'),
        ('main = "propensity"', 'main = "unadjusted"'),
    )
    assert all(problem.startswith("protocol.toml: ") for problem in problems)
    keys = {problem.split(": ")[1] for problem in problems}
    assert keys >= {
        "id",
        "starts",
        "baseline 2.value",
        "eligibility 1.rule",
        "delay.landmark_day",
        "delay.landmark_days",
        "endpoint.day",
        "adjustment.covariates",
        "methods.main",
    } - {"starts"}
    assert any("infusoin" in problem for problem in problems)


def test_no_wait_is_refused_with_the_word_for_the_mistake() -> None:
    (problem,) = refused(("[delay]\nlandmark_day = 60\n", ""))
    assert "immortal time" in problem
    assert "landmark_day" in problem


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([("cassiopeia.dfs", "response.day28")], "a response"),
        ([("cassiopeia.dfs", "cir.by_class")], "competing"),
        ([("cassiopeia.dfs", "rfs.treatment_policy")], "remission"),
        ([("cassiopeia.dfs", "casiopeia.dfs")], 'Did you mean "cassiopeia.dfs"?'),
        ([('starts = "infusion"', 'starts = "death"')], "judged by two rules"),
        ([('transform = "log10"', 'transform = "root"')], "none, log10"),
        ([('value = "age_years"', 'value = "diagnosis.genetics"')], "List the codes that mean yes"),
        ([("day = 365", "day = 365\nlast_day = 300")], "Follow-up would end before"),
        ([('also = ["entropy_balancing"]', 'also = ["magic"]')], "Unknown: magic"),
        ([('also = ["entropy_balancing"]', "level = 95")], "level = 0.95"),
        ([('rule = "mrd >= 0.01"', 'rule = "mrd >="')], "eligibility 1.rule"),
        ([('rule = "mrd >= 0.01"', 'rule = "mrd >= 0.01"\napplies_to = ["both"]')], "two groups"),
        ([("landmark_day = 60", "landmark_day = -1")], "from 0"),
        ([("landmark_day = 60", "landmark_day = 60\nalso_days = [1.5]")], "A list of days"),
        ([('name = "mrd"', 'name = "age"')], "Another baseline fact has this name"),
        ([('edition = "1"', 'edition = "1"\ncolour = "red"')], "No such field is read"),
    ],
)
def test_what_cannot_be_is_refused_with_the_remedy(
    changes: list[tuple[str, str]], words: str
) -> None:
    assert any(words in problem for problem in refused(*changes)), refused(*changes)


def test_a_file_that_is_not_there_or_no_toml_ends_in_words(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match=r"absent\.toml: the file: missing"):
        read_protocol(tmp_path / "absent.toml")
    with pytest.raises(CodebookError, match="cannot be read as TOML"):
        protocol_from_text("id = ")


def test_the_small_protocol_itself_is_whole() -> None:
    assert protocol_from_text(TEXT).groups[0].starts is not None
    assert protocol_from_text(TEXT).control.starts is None
