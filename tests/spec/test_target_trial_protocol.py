# SPDX-License-Identifier: Apache-2.0
"""A protocol is read whole, and refused with everything that is wrong in it at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cartulary.course.errors import CodebookError
from cartulary.studies.target_trial import read_protocol
from cartulary.studies.target_trial.protocol_reader import protocol_from_text
from tests.spec.target_trial_children import EXAMPLE, TEXT, protocol

ALSO = 'also = ["entropy_balancing"]'
PRIOR = """also = ["power_prior"]
[methods.power_prior]
discount = 0.5
controls = "weighted"
"""
MAP = """also = ["robust_map"]
[methods.robust_map]
vague = 0.2
spread_scale = 0.5
controls = "weighted"
[[methods.robust_map.study]]
"""


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
        ([('id = "small"', 'id = "../small"')], "A folder is called after it"),
        ([('main = "propensity"', 'main = "maic"')], "no more than a table"),
        ([('main = "propensity"', 'main = "robust_map"')], "adjusts for nothing"),
        ([(ALSO, 'also = ["power_prior"]')], "chosen before the data are seen"),
        ([(ALSO, 'also = ["power_prior"]\n[methods.power_prior]\ndiscount = 0')], "fully (1)"),
        ([(ALSO, 'also = ["robust_map"]\n[methods.robust_map]\nvague = 0.2')], "spread_scale"),
        ([(ALSO, 'also = ["robust_map"]\n[methods.robust_map]\nvague = 0.0')], "cannot yield"),
        ([(ALSO, 'also = ["maic"]\n[methods.maic]\nmatch = "medians"')], "methods.maic.match"),
        ([(ALSO, 'also = []\n[methods.maic]\nmatch = "means"')], "would be lost in silence"),
        ([(ALSO, PRIOR + "also_discounts = [2.0]")], "A list of numbers above 0"),
        ([(ALSO, PRIOR.replace("weighted", "some"))], "weighted, as_they_are"),
        ([(ALSO, MAP + 'name = "A"\nn = 10\nfree = 12\nsource = "B"')], "among 10 children"),
        ([(ALSO, MAP + 'name = "A"\nn = 10\nfree = 5')], "where the counts are printed"),
        ([('programme = "control"', "means = { age = 9.0 }")], "cannot be held to the protocol"),
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


def test_the_settings_of_each_method_are_read() -> None:
    text = MAP.replace('["robust_map"]', '["maic", "power_prior", "robust_map"]')
    text += 'name = "A"\nn = 10\nfree = 5\nsource = "B, table 1"\n'
    text += PRIOR.partition("\n")[2] + "also_discounts = [0.25, 0.5]\n"
    text += '[methods.maic]\nmatch = "means_and_spreads"\n'
    asked = protocol((ALSO, text))
    assert asked.methods == ("propensity", "maic", "power_prior", "robust_map", "unadjusted")
    assert asked.maic_spreads
    assert asked.power_prior is not None
    assert (asked.power_prior.discount, asked.power_prior.also) == (0.5, (0.25,))
    assert asked.robust_map is not None
    assert [study.free for study in asked.robust_map.studies] == [5]
    assert protocol().power_prior is None
