# SPDX-License-Identifier: Apache-2.0
"""The rules as a page of the manual: `python -m cartulary.course.checks.page`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from cartulary.course.checks import RULES
from cartulary.course.checks.rule import Rule, Threshold

_HEADING = {
    "cells": "Collection and product",
    "custody": "Custody",
    "conditioning": "Bridging and lymphodepletion",
    "infusion": "Infusion",
    "disease": "Response and relapse",
    "toxicity": "Toxicity and infection",
    "laboratory": "Laboratory values",
    "afterwards": "Transplant and new therapy",
    "follow_up": "Follow-up and consent",
    "dates": "Dates and age",
    "values": "Values",
    "across": "Between courses",
}


def rules_page() -> str:
    """Every rule with its severity, words in both languages, and thresholds, as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Plausibility rules"
    yield ""
    yield (
        f"There are {len(RULES)}. An *error* cannot be true or is dangerous, a *warning* is "
        "unlikely, a *note* is worth asking about. A partial date breaks no rule that it might "
        "keep. This page is written from the rules themselves."
    )
    theme = ""
    for rule in RULES.values():
        if rule.theme != theme:
            theme = rule.theme
            yield ""
            yield f"## {_HEADING[theme]}"
        yield ""
        yield from _of(rule)


def _of(rule: Rule) -> Iterator[str]:
    yield f"### `{rule.id}`: {rule.severity.en}"
    yield ""
    yield f"**{rule.en.title}** {rule.en.why} *{rule.en.remedy}*"
    yield ""
    yield f"{rule.nl.title} {rule.nl.why} *{rule.nl.remedy}*"
    if rule.thresholds or rule.confirm:
        yield ""
    for threshold in rule.thresholds:
        yield _said(threshold)
    if rule.confirm:
        yield "- A clinician must confirm this rule before it is relied on."


def _said(threshold: Threshold) -> str:
    number = f"{threshold.value:,.10g} {threshold.unit}".rstrip()
    confirmed = "" if threshold.is_confirmed else " **unconfirmed**"
    return (
        f"- {threshold.what}: {number} (source: {threshold.source}; "
        f"support {threshold.support}){confirmed}"
    )


if __name__ == "__main__":
    sys.stdout.write(rules_page())
