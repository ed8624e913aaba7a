# SPDX-License-Identifier: Apache-2.0
"""Policies: the shipped ones can be read, and a bad one says everything that is wrong, by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cartulary.course.errors import CodebookError
from cartulary.course.events.cells import Antigen, Site
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.policy import Criterion, Platform, When
from cartulary.twin.policy_reader import policy_from_text, read_policy
from tests.conftest import REPOSITORY

FOLDER = REPOSITORY / "examples" / "policies"
FILES = sorted(FOLDER.glob("*.toml"))

GOOD = """
id = "ours"
edition = "1"
visit_days = [28, 90, 365]
name = { en = "Ours", nl = "Van ons" }
summary = { en = "A policy.", nl = "Een beleid." }
source = { citation = "House rule", url = "none", support = "ours" }

[product]
kind = "tisagenlecleucel"
platform = "central"

[bridging]
infuse_below = 0.05
longest_delay_days = 28

[[bridging.rule]]
burden_from = 0.0
kind = "chemotherapy"

[[bridging.rule]]
burden_from = 0.5
kind = "inotuzumab"

[transplant]
when = "criteria"
criteria = ["mrd_detectable"]
visit_days = [28, 90]

[second_infusion]
when = "none"
"""


def line(text: str, words: str) -> int:
    """The line of a text on which these words stand first."""
    return next(n for n, one in enumerate(text.splitlines(), start=1) if words in one)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_every_shipped_policy_can_be_read(file: Path) -> None:
    policy = read_policy(file)
    assert policy.policy_id == file.stem
    assert policy.name.nl != policy.name.en
    assert policy.bridging.rules
    assert set(policy.transplant.visit_days) <= set(policy.visit_days)


def test_the_policies_of_the_questions_are_there() -> None:
    asked = {"maxima", "wait_and_bridge", "inotuzumab", "in_house_12_days", "next_day"}
    asked |= {"transplant_all", "transplant_if_bca_lost", "dual_cd19_cd22"}
    assert asked <= {file.stem for file in FILES}


def test_a_policy_says_what_its_file_says() -> None:
    policy = policy_from_text(GOOD, "ours.toml")
    assert [rule.kind for rule in policy.bridging.rules] == [
        BridgingKind.INOTUZUMAB,
        BridgingKind.CHEMOTHERAPY,
    ]
    assert policy.making.platform is Platform.CENTRAL
    assert policy.making.platform.site is Site.CENTRAL
    assert policy.transplant.when is When.CRITERIA
    assert policy.transplant.criteria == (Criterion.MRD_DETECTABLE,)
    assert policy.lymphodepletion.fludarabine_auc_target is None
    assert policy.lymphodepletion.days_before_infusion == 6
    assert policy.eligibility.oldest_years == 26.0


def test_a_product_against_two_antigens_kills_by_both() -> None:
    policy = read_policy(FOLDER / "dual_cd19_cd22.toml")
    assert policy.making.antigens == (Antigen.CD19, Antigen.CD22)
    assert policy.making.kills_by_cd22
    assert not read_policy(FOLDER / "maxima.toml").making.kills_by_cd22


# What is written instead, the words of the line that is named, and what the message says.
BAD = {
    "unknown key": ('kind = "inotuzumab"', 'kindd = "inotuzumab"', "kindd", "Did you mean"),
    "unknown product": ("tisagenlecleucel", "tisagenlecleucell", "kind = ", "Did you mean"),
    "unknown bridging": ('"inotuzumab"', '"tki"', '"tki"', "Write one of"),
    "impossible burden": ("burden_from = 0.5", "burden_from = 5", "burden_from = 5", "0 to 1"),
    "one burden twice": ("burden_from = 0.5", "burden_from = 0.0", "[[bridging.rule]]", "twice"),
    "waits for nothing": ("longest_delay_days = 28", "", "[bridging]", "put off by a day"),
    "delay without a goal": ("infuse_below = 0.05", "", "longest_delay_days", "for what"),
    "unknown criterion": ("mrd_detectable", "mrd_seen", "criteria = ", "Write one of"),
    "no criterion": ('criteria = ["mrd_detectable"]', "", "[transplant]", "none is named"),
    "criterion unasked": ('when = "criteria"', 'when = "all"', "criteria = [", "asks for none"),
    "nobody looks": ("visit_days = [28, 90]", "visit_days = [28, 91]", "[28, 91]", "Nobody looks"),
    "no visit": ("visit_days = [28, 90]", "", "[transplant]", "at a visit"),
    "transplant before its visit": (
        "visit_days = [28, 90]",
        "visit_days = [28, 90]\ndelay_days = -40",
        "delay_days = -40",
        "before the visit",
    ),
    "transplant before infusion": (
        "visit_days = [28, 90]",
        "visit_days = [28, 90]\nuntil_days = -1",
        "until_days = -1",
        "before the infusion",
    ),
    "second infusion at once": (
        'when = "none"',
        'when = "all"\ndelay_days = 0',
        "delay_days = 0",
        "before what calls for it",
    ),
    "visits out of order": ("[28, 90, 365]", "[90, 28, 365]", "visit_days", "rising order"),
    "no bridging": ("[bridging]", "[bridge]", "[bridge]", "unknown"),
    "exposure out of reach": (
        "[transplant]",
        "[lymphodepletion]\nfludarabine_auc_target = 300\n\n[transplant]",
        "fludarabine_auc_target",
        "2 to 60",
    ),
    "ages reversed": (
        "[transplant]",
        "[eligibility]\nage_years = [18, 3]\n\n[transplant]",
        "age_years",
        "lowest to a highest",
    ),
    "unknown reason": (
        "[transplant]",
        '[eligibility]\nreasons = ["refractary"]\n\n[transplant]',
        "reasons = ",
        "Write one of",
    ),
    "one criterion for both": (
        'when = "none"',
        'when = "criteria"\ncriteria = ["mrd_detectable"]\n# again',
        'when = "criteria"\ncriteria',
        "second infusion of the same child",
    ),
    "missing source": ("source = {", "sauce = {", "sauce", "unknown"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_named_with_its_line(name: str) -> None:
    good, bad, place, says = BAD[name]
    assert good in GOOD
    text = GOOD.replace(good, bad, 1)
    with pytest.raises(CodebookError) as refused:
        policy_from_text(text, "ours.toml")
    told = [problem for problem in refused.value.problems if says in problem]
    assert told, refused.value.problems
    assert all(problem.startswith("ours.toml") for problem in told)
    if "\n" not in place and place in text:
        assert any(f"line {line(text, place)}:" in problem for problem in told), told


def test_all_problems_come_at_once_in_order_of_their_lines() -> None:
    text = GOOD.replace("mrd_detectable", "mrd_seen").replace("0.5", "7").replace("central", "here")
    with pytest.raises(CodebookError) as refused:
        policy_from_text(text, "ours.toml")
    lines = [
        int(problem.partition("line ")[2].partition(":")[0]) for problem in refused.value.problems
    ]
    assert len(lines) >= 3
    assert lines == sorted(lines)


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(CodebookError, match="Check its path"):
        read_policy(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_toml_is_refused() -> None:
    with pytest.raises(CodebookError, match="It cannot be read as TOML"):
        policy_from_text("id = ", "ours.toml")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "old.toml"
    file.write_bytes('id = "é"'.encode("latin-1"))
    with pytest.raises(CodebookError, match="UTF-8"):
        read_policy(file)
