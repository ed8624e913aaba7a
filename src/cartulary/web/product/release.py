# SPDX-License-Identifier: Apache-2.0
"""The release tests: result, limit as given, and where the result lies in its range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cartulary.course.events import Product
from cartulary.registry.product_life import Step
from cartulary.registry.product_life_limits import RELEASE_TESTS, Judged, Range
from cartulary.registry.product_life_reading import ProductStory
from cartulary.registry.product_life_states import Act
from cartulary.web.entry.spoken import language, number_words
from cartulary.web.product.spoken import range_words, word

_BAR: Final = 100
_CELLS: Final = 1e6
_WHOLE: Final = {"viability_percent": 100.0, "transduction_percent": 100.0}


@dataclass(frozen=True, slots=True)
class Bar:
    """The range as a bar of 100 units: where it lies within limits, and where the result is."""

    start: str
    length: str
    dot: str


@dataclass(frozen=True, slots=True)
class TestRow:
    """One release test."""

    __test__ = False

    name: str
    label: str
    result: str
    unit: str
    limit: str
    is_set: bool
    judged: str
    judged_words: str
    bar: Bar | None
    typed: str = ""


def tests_of(story: ProductStory, typed: Mapping[str, str]) -> tuple[TestRow, ...]:
    """The tests that the course itself records, each beside its limit if one was given.

    `typed` are results that somebody typed and did not save.
    """
    facts = Product.facts()
    rows = []
    for test in RELEASE_TESTS:
        fact = facts[test]
        value = story.life.record.results.get(test)
        limits = story.life.limits.release(test)
        scale = _CELLS if test == "dose_cells" else 1.0
        found = limits.judge(value)
        rows.append(
            TestRow(
                test,
                fact.nl if language() == "nl" else fact.en,
                "" if value is None else number_words(round(value / scale, 4)),
                "× 10⁶" if scale != 1 else fact.unit,
                range_words(_scaled(limits, scale)),
                limits.is_set,
                found.value,
                word(found),
                _bar(value, limits, _WHOLE.get(test)),
                typed.get(test, ""),
            )
        )
    return tuple(rows)


def _scaled(limits: Range, scale: float) -> Range:
    return Range(
        None if limits.low is None else limits.low / scale,
        None if limits.high is None else limits.high / scale,
    )


def _bar(value: float | None, limits: Range, whole: float | None) -> Bar | None:
    if value is None or not limits.is_set:
        return None
    end = whole or max(value, limits.high or 0.0, (limits.low or 0.0) * 2) * 1.2
    if end <= 0:
        return None
    low = (limits.low or 0.0) / end * _BAR
    high = _BAR if limits.high is None else limits.high / end * _BAR
    return Bar(f"{low:.1f}", f"{max(0.0, high - low):.1f}", f"{min(value / end, 1) * _BAR:.1f}")


def further_tests(story: ProductStory) -> tuple[dict[str, str], ...]:
    """What the certificate says beyond that, as typed at a decision; a later one replaces it."""
    said = [step.details.get("tests") for step in story.life.steps if step.act in _DECISIONS]
    return tuple(next((tests for tests in reversed(said) if tests), ()))


_DECISIONS: Final = frozenset({Act.RELEASE, Act.REJECT, Act.APPROVE, Act.FAIL})


def decision_of(story: ProductStory) -> Step | None:
    """The last decision on the product, or None."""
    made = [step for step in story.life.steps if step.act in _DECISIONS and not step.asks]
    return made[-1] if made else None


def is_outside(rows: tuple[TestRow, ...]) -> bool:
    """True when any result misses a limit that was given."""
    return any(row.judged == Judged.OUTSIDE.value for row in rows)
