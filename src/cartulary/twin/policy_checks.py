# SPDX-License-Identifier: Apache-2.0
"""Rules of one policy that contradict each other, found before a child is drawn."""

from __future__ import annotations

from cartulary.codebook.toml_page import Page
from cartulary.course.events.treatment import BridgingKind
from cartulary.twin.policy import Criterion, Policy, SecondInfusionRule, TransplantRule, When


def check_policy(policy: Policy, page: Page) -> None:
    """Note on the page what no single table of the policy can see."""
    _check_bridging(policy, page)
    _check_criteria(policy.transplant, "transplant", page)
    _check_criteria(policy.second_infusion, "second_infusion", page)
    _check_transplant(policy, page)
    _check_second_infusion(policy, page)


def _check_bridging(policy: Policy, page: Page) -> None:
    bridging = policy.bridging
    thresholds = [rule.burden_from for rule in bridging.rules]
    for burden in sorted({one for one in thresholds if thresholds.count(one) > 1}):
        why = "One burden calls for two kinds of bridging."
        page.note("bridging.rule", f"burden_from = {burden:g} twice", why, "Leave one out.")
    waits = bridging.infuse_below < 1
    gives_nothing = all(rule.kind is BridgingKind.NONE for rule in bridging.rules)
    if waits and gives_nothing:
        why = "The infusion waits for a lower burden, and nothing is given that lowers it."
        value = f"{bridging.infuse_below:g}"
        page.note("bridging.infuse_below", value, why, "Give bridging, or leave it out.")
    if waits and bridging.longest_delay_days == 0:
        why = "The infusion waits for a lower burden, but may not be put off by a day."
        remedy = "Write longest_delay_days = 28, say."
        page.note("bridging.longest_delay_days", "0", why, remedy)
    if not waits and bridging.longest_delay_days > 0:
        why = "The infusion may be put off, but nothing says for what."
        value = f"{bridging.longest_delay_days:g}"
        page.note("bridging.longest_delay_days", value, why, "Write infuse_below = 0.05, say.")


def _check_criteria(rule: TransplantRule | SecondInfusionRule, at: str, page: Page) -> None:
    if rule.when is When.CRITERIA and not rule.criteria:
        known = ", ".join(one.value for one in Criterion)
        why = "It is given by criteria, and none is named."
        page.note(f"{at}.criteria", "missing", why, f"Name some of: {known}.")
    if rule.when is not When.CRITERIA and rule.criteria:
        why = f'Criteria are named, but when = "{rule.when.value}" asks for none.'
        value = ", ".join(one.value for one in rule.criteria)
        page.note(f"{at}.criteria", value, why, 'Write when = "criteria", or leave them out.')
    if rule.aplasia_lost_before_days < 1:
        value = str(rule.aplasia_lost_before_days)
        why = "B-cell aplasia is lost some days after the infusion."
        page.note(f"{at}.aplasia_lost_before_days", value, why, "Write 183, say.")


def _check_transplant(policy: Policy, page: Page) -> None:
    rule = policy.transplant
    if rule.delay_days < 0:
        why = "The transplant would come before the visit that calls for it."
        page.note("transplant.delay_days", str(rule.delay_days), why, "Write 42, say.")
    if rule.when is When.NONE:
        return
    if not rule.visit_days:
        why = "A transplant after the infusion is decided on at a visit, and none is named."
        page.note("transplant.visit_days", "missing", why, "Write visit_days = [28, 90], say.")
    elif rule.visit_days[0] + rule.delay_days > rule.until_days:
        why = "The first transplant could only be given after the last day allowed."
        remedy = "Raise until_days, or shorten delay_days."
        page.note("transplant.until_days", str(rule.until_days), why, remedy)
    if rule.until_days < 1:
        why = "The transplant would come before the infusion, on its days since the infusion."
        page.note("transplant.until_days", str(rule.until_days), why, "Write 365, say.")
    for day in rule.visit_days:
        if day not in policy.visit_days:
            why = "Nobody looks at the leukaemia on that day."
            page.note("transplant.visit_days", str(day), why, "Add it to visit_days above.")


def _check_second_infusion(policy: Policy, page: Page) -> None:
    rule = policy.second_infusion
    if rule.delay_days < 1 and rule.when is not When.NONE:
        why = "The second infusion would come before what calls for it is known."
        page.note("second_infusion.delay_days", str(rule.delay_days), why, "Write 28, say.")
    transplant = policy.transplant
    if rule.when is When.ALL and transplant.when is When.ALL:
        why = "Every child in remission is to be transplanted and to be infused again."
        page.note("second_infusion.when", "all", why, "Choose one of the two.")
    shared = set(rule.criteria) & set(transplant.criteria)
    for criterion in sorted(shared):
        why = "It calls for a transplant and for a second infusion of the same child."
        page.note("second_infusion.criteria", criterion.value, why, "Keep it in one of the two.")
