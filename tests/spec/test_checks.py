# SPDX-License-Identifier: Apache-2.0
"""What holds for every rule: words in both languages, sources, a course that breaks it, a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings

from cartulary.course import Course
from cartulary.course.checks import RULES, check_course, check_courses, in_language
from cartulary.course.checks.page import rules_page
from cartulary.course.checks.rule import Rule
from cartulary.course.events import Death, Infusion, Relapse
from cartulary.course.problem import Severity
from tests.spec import test_checks_cells, test_checks_disease, test_checks_follow_up
from tests.spec.checked_courses import INFUSED, drawn, ordinary
from tests.strategies.courses import courses, plausible_courses

SPECIFIED = {
    **test_checks_cells.SPECS,
    **test_checks_disease.SPECS,
    **test_checks_follow_up.SPECS,
    **test_checks_follow_up.AMONG,
}


def test_every_rule_has_a_course_that_breaks_it_and_one_that_keeps_it() -> None:
    assert set(SPECIFIED) == set(RULES)
    for spec in SPECIFIED.values():
        broken, kept = spec if isinstance(spec, tuple) else (spec.broken, spec.kept)
        assert broken
        assert kept


def test_there_are_at_least_thirty_five_rules() -> None:
    assert len(RULES) >= 35


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_rule_says_fault_why_and_remedy_in_both_languages(rule: Rule) -> None:
    for lang in ("en", "nl"):
        words = rule.text(lang)
        for sentence in (words.title, words.why, words.remedy):
            assert sentence.strip() == sentence
            assert sentence.endswith(".")
    assert rule.title_en != rule.title_nl
    assert rule.why_en != rule.why_nl
    assert rule.remedy_en != rule.remedy_nl


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_a_threshold_has_a_source_and_an_unconfirmed_one_is_marked(rule: Rule) -> None:
    for threshold in rule.thresholds:
        assert threshold.source
        assert threshold.support in {"found", "M-H", "M-M", "M-L", "ours"}
        assert threshold.is_confirmed == (threshold.support in {"found", "M-H"})


def test_a_rule_looks_at_one_course_or_at_all() -> None:
    for rule in RULES.values():
        assert (rule.look is None) != (rule.wide_look is None)


def test_an_ordinary_course_has_no_errors_and_no_warnings() -> None:
    assert [p for p in check_course(ordinary()) if p.severity is not Severity.NOTE] == []


def test_everything_is_found_together_and_errors_come_first() -> None:
    problems = check_course(drawn(Death(50), Infusion(60), Relapse(80)))
    assert {"event_after_death", "relapse_without_remission", "no_lymphodepletion"} <= {
        problem.rule for problem in problems
    }
    weights = [list(Severity).index(problem.severity) for problem in problems]
    assert weights == sorted(weights)


def test_a_problem_is_complete_enough_to_mend() -> None:
    problem = next(
        p for p in check_course(drawn(Death(50), Relapse(80))) if p.rule == "event_after_death"
    )
    assert problem.course_id == "P-001"
    assert problem.event_ids == ("death-1", "relapse-1")
    assert str(problem) == (
        "course P-001: Something happened after the child had died. "
        "Value: death-1 (D50), relapse-1 (D80). Nothing in a course comes after death. "
        "Check the day of death and of what follows it."
    )


def test_a_problem_can_be_read_in_dutch_without_checking_again() -> None:
    course = drawn(Death(50), Relapse(80))
    dutch = check_course(course, lang="nl")
    assert tuple(in_language(problem, "nl") for problem in check_course(course)) == dutch
    assert tuple(in_language(problem, "en") for problem in dutch) == check_course(course)


def test_courses_are_checked_one_by_one_and_then_together() -> None:
    one, other = drawn(INFUSED), drawn(INFUSED, course_id="P-002")
    problems = check_courses([one, other])
    assert problems[: len(check_course(one))] == check_course(one)
    assert [problem.rule for problem in problems][-2:] == ["product_in_two_children"] * 2


@settings(max_examples=200)
@given(courses())
def test_no_course_breaks_the_checker(course: Course) -> None:
    for problem in check_courses([course]):
        assert problem.course_id == course.course_id
        assert set(problem.event_ids) <= {event.event_id for event in course}


@settings(max_examples=100)
@given(plausible_courses())
def test_what_lies_on_one_day_is_never_out_of_order(course: Course) -> None:
    """Ties are common in a clinic and are no fault: no rule on order may turn on them."""
    order = {"event_after_death", "last_contact_after_death", "event_after_last_contact"}
    by_id = {event.event_id: event for event in course}
    for problem in check_course(course):
        if problem.rule in order:
            days = [by_id[event_id].day for event_id in problem.event_ids]
            assert len(set(days)) == len(days)


def test_the_page_of_the_rules_is_current(repository: Path) -> None:
    page = repository / "docs" / "reference" / "rules.md"
    assert page.read_text(encoding="utf-8") == rules_page(), (
        "write it anew: python -m cartulary.course.checks.page > docs/reference/rules.md"
    )
